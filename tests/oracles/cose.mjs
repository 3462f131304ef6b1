// Verifies every statement of an export with @auth0/cose: signatures by the keys that earlier
// statements register, each known by its RFC 9679 thumbprint.
//
//	node cose.mjs FOLDER
//
// Prints `verified=N keys=K`, or says what is wrong and ends with 1.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { decode } from 'cbor-x';
import { importJWK } from 'jose';

// Its ES modules do not load in Node 18, which Debian 12 has; the others do.
const { Sign1 } = createRequire(import.meta.url)('@auth0/cose');

const folder = process.argv[2];
const wrong = (why) => {
	console.log(`wrong: ${why}`);
	process.exit(1);
};

function files(path) {
	const found = [];
	for (const name of readdirSync(path).sort()) {
		const whole = join(path, name);
		found.push(...(statSync(whole).isDirectory() ? files(whole) : [whole]));
	}
	return found;
}

// A CBOR sequence of d2 84, byte string, a0, byte string, byte string.
function* split(bytes) {
	const skip_bytes = (at) => {
		const info = bytes[at] & 31;
		if (bytes[at] >> 5 !== 2 || info > 26)
			wrong(`byte ${at} begins no byte string`);
		const wide = info < 24 ? 0 : 1 << (info - 24);
		return at + 1 + wide + (wide ? bytes.readUIntBE(at + 1, wide) : info);
	};
	for (let at = 0; at < bytes.length;) {
		const middle = skip_bytes(at + 2);
		const end = skip_bytes(skip_bytes(middle + 1));
		yield bytes.subarray(at, end);
		at = end;
	}
}

const get = (map, key) => (map instanceof Map ? map.get(key) : map[key]);
const keys = new Map();

async function add_key(public_key) {
	const x = Buffer.from(public_key);
	const key = Buffer.concat([Buffer.from('a301012006215820', 'hex'), x]);
	const kid = createHash('sha256').update(key).digest('hex');
	if (!keys.has(kid))
		keys.set(kid, await importJWK({ kty: 'OKP', crv: 'Ed25519', x: x.toString('base64url') }, 'EdDSA'));
}

// Keys of the ledger's own kinds: genesis names the members' root keys, then 2 key, 4 tenant.
async function learn(payload) {
	const body = get(payload, 5);
	const kind = get(payload, 1);
	if (kind === 0)
		for (const member of get(body, 3))
			await add_key(get(member, 2));
	if (kind === 2 && ![5, 6].includes(get(body, 1)))
		await add_key(get(body, 2));
	if (kind === 4)
		await add_key(get(body, 2));
}

let verified = 0;
const waiting = [];
for (const path of files(join(folder, 'statements'))) {
	const bytes = readFileSync(path);
	for (const item of split(bytes)) {
		const message = Sign1.decode(item);
		const payload = decode(message.payload);
		// The first seal stands before the statement that registers its key.
		await learn(payload);
		waiting.push({ path, message });
	}
}
for (const { path, message } of waiting) {
	const kid = Buffer.from(message.protectedHeaders.get(4)).toString('hex');
	const key = keys.get(kid) ?? wrong(`${path}: no key ${kid}`);
	try {
		await message.verify(key);
	} catch (fault) {
		wrong(`${path}: ${fault.message}`);
	}
	verified++;
}
console.log(`verified=${verified} keys=${keys.size}`);
