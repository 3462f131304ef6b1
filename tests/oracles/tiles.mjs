// Reads an export as a tile log, by the text of C2SP alone (signed-note, tlog-checkpoint,
// tlog-cosignature, tlog-tiles) and RFC 6962: no line of the ledger's own code is behind it.
//
//	node tiles.mjs FOLDER LOG_VKEY [COSIGNER_VKEY...]
//
// Prints `size=.. root=.. tiles=.. signatures=..`, or says what is wrong and ends with 1.
import { createHash, createPublicKey, verify } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder, ...vkeys] = process.argv.slice(2);
const sha256 = (...parts) => {
	const hash = createHash('sha256');
	for (const part of parts)
		hash.update(part);
	return hash.digest();
};
const wrong = (why) => {
	console.log(`wrong: ${why}`);
	process.exit(1);
};

// ---- signed-note ----

function parse_vkey(text) {
	const [, name, id, key] = /^([^+\s]+)\+([0-9a-f]{8})\+(.+)$/.exec(text) ?? wrong(`vkey ${text}`);
	const bytes = Buffer.from(key, 'base64');
	const type = bytes[0];
	const want = sha256(Buffer.from(`${name}\n`), bytes).subarray(0, 4).toString('hex');
	if (want !== id)
		wrong(`key ID of ${name}`);
	const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), bytes.subarray(1)]);
	return { name, id, type, key: createPublicKey({ key: spki, format: 'der', type: 'spki' }) };
}

function open_note(text, keys) {
	const split = text.lastIndexOf('\n\n');
	const body = text.slice(0, split + 1);
	const lines = text.slice(split + 2).split('\n');
	if (split < 0 || lines.pop() !== '' || !lines.length)
		wrong('not a signed note');
	let verified = 0;
	for (const line of lines) {
		const [, name, base64] = /^\u2014 (\S+) ([A-Za-z0-9+/=]+)$/.exec(line) ?? wrong(`line ${line}`);
		const bytes = Buffer.from(base64, 'base64');
		const id = bytes.subarray(0, 4).toString('hex');
		const key = keys.find((k) => k.name === name && k.id === id);
		if (!key)
			continue;
		let message = body;
		let signature = bytes.subarray(4);
		if (key.type === 4) {
			const time = signature.readBigUInt64BE(0);
			message = `cosignature/v1\ntime ${time}\n${body}`;
			signature = signature.subarray(8);
		} else if (key.type !== 1) {
			wrong(`key type ${key.type}`);
		}
		if (!verify(null, Buffer.from(message), key.key, signature))
			wrong(`the signature of ${name}`);
		verified++;
	}
	if (!verified)
		wrong('no signature of a known key');
	return { body, verified };
}

// ---- tlog-tiles ----

function tile_path(what, index, width) {
	const groups = [String(index % 1000).padStart(3, '0')];
	for (let rest = Math.floor(index / 1000); rest; rest = Math.floor(rest / 1000))
		groups.unshift(`x${String(rest % 1000).padStart(3, '0')}`);
	return join(folder, 'tile', String(what), groups.join('/') + (width < 256 ? `.p/${width}` : ''));
}

function read_tile(what, index, width) {
	const path = tile_path(what, index, width);
	if (existsSync(path))
		return readFileSync(path);
	const full = tile_path(what, index, 256);
	return existsSync(full) ? readFileSync(full) : wrong(`${path} is missing`);
}

function read_entries(index, width) {
	const bytes = read_tile('entries', index, width);
	const entries = [];
	for (let at = 0; at < bytes.length && entries.length < width;) {
		const size = bytes.readUInt16BE(at);
		entries.push(bytes.subarray(at + 2, at + 2 + size));
		at += 2 + size;
	}
	return entries.length === width ? entries : wrong(`entries of ${index}`);
}

// Compares a level's hashes with its tiles; answers with the hashes of the level above.
function check_level(level, hashes) {
	const above = [];
	let tiles = 0;
	for (let index = 0; index * 256 < hashes.length; index++) {
		const part = hashes.slice(index * 256, index * 256 + 256);
		const stored = read_tile(level, index, part.length);
		if (!stored.subarray(0, 32 * part.length).equals(Buffer.concat(part)))
			wrong(`tile ${level}/${index}`);
		if (part.length === 256)
			above.push(root_of(part));
		tiles++;
	}
	return { above, tiles };
}

// RFC 6962 section 2.1, over leaf hashes.
function root_of(hashes) {
	if (!hashes.length)
		return sha256('');
	if (hashes.length === 1)
		return hashes[0];
	let split = 1;
	while (split * 2 < hashes.length)
		split *= 2;
	return sha256(Buffer.from([1]), root_of(hashes.slice(0, split)), root_of(hashes.slice(split)));
}

const keys = vkeys.map(parse_vkey);
const note = open_note(readFileSync(join(folder, 'checkpoint'), 'utf8'), keys);
const [origin, size_text, root_text, ...rest] = note.body.split('\n');
if (origin !== keys[0].name || !/^(0|[1-9][0-9]*)$/.test(size_text) || rest.join('') !== '')
	wrong('the checkpoint');
const size = Number(size_text);
let hashes = [];
for (let index = 0; index * 256 < size; index++)
	for (const entry of read_entries(index, Math.min(256, size - index * 256)))
		hashes.push(sha256(Buffer.from([0]), entry));
const root = root_of(hashes).toString('base64');
if (root !== root_text)
	wrong(`the entries lead to ${root}, the checkpoint says ${root_text}`);
let tiles = 0;
for (let level = 0; hashes.length; level++) {
	const checked = check_level(level, hashes);
	tiles += checked.tiles;
	hashes = checked.above;
}
console.log(`size=${size} root=${root} tiles=${tiles} signatures=${note.verified}`);
