// What drivers of system tests share: a demo appliance in a folder of its own, asked over HTTPS with
// the tokens that init made.
import { execFile, spawn } from 'node:child_process';
import fs from 'node:fs';
import https from 'node:https';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import tls from 'node:tls';

export const assay = path.resolve(process.env.BUILD ?? 'build', 'assay');
export const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'assay-'));
export const ledger = path.join(folder, 'ledger');
export const gtin = '05012345678900';

// mulberry32: a small generator with a seed, so that a round can be played again
export function random(seed) {
	let a = seed >>> 0;
	return (below) => {
		a = (a + 0x6d2b79f5) >>> 0;
		let t = a;
		t = Math.imul(t ^ (t >>> 15), t | 1);
		t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
		return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * below);
	};
}

export class Lost extends Error {}

export function must(is, text) {
	if (!is)
		throw new Lost(text);
}

export function run(...args) {
	return new Promise((resolve) => {
		execFile(assay, args, { maxBuffer: 1 << 26 }, (error, stdout, stderr) =>
			resolve({ status: error ? (error.code ?? -1) : 0, stdout, stderr }));
	});
}

export async function must_run(...args) {
	const { status, stdout, stderr } = await run(...args);
	must(status === 0, `assay ${args.join(' ')} ended with ${status}: ${stdout}${stderr}`);
	return stdout;
}

export function free_port() {
	return new Promise((resolve) => {
		const server = net.createServer().listen(0, '127.0.0.1', () => {
			const { port } = server.address();
			server.close(() => resolve(port));
		});
	});
}

// ---- the appliance ----

let port;
let ca;
let child;
let agent;
const tokens = {};
export const said = { text: '', at: null }; // by the appliance that runs, and where it is: {url, ca}

// Answers what init said: accounts and passwords.
export async function init(plan = 'deploy/demo/plan.json') {
	port = await free_port();
	const told = await must_run('init', '--plan', plan, '--folder', ledger, '--http-port', String(port), '--station-port', String(await free_port()));
	take_folder(ledger);
	return told;
}

function take_folder(of) {
	ca = fs.readFileSync(path.join(of, 'tls', 'ca.pem'));
	for (const user of fs.readdirSync(path.join(of, 'tokens')))
		tokens[user] = fs.readFileSync(path.join(of, 'tokens', user), 'utf8').trim();
}

export function is_running() {
	return child?.exitCode === null && child.signalCode === null;
}

// Ends the process, whatever came; the folder goes, unless KEEP is set and there is something to see.
export function end(status) {
	child?.kill('SIGKILL');
	agent?.destroy();
	if (status && process.env.KEEP)
		console.log(`# kept ${folder}`);
	else
		fs.rmSync(folder, { recursive: true, force: true });
	process.exit(status);
}

export function start(of = ledger) {
	return new Promise((resolve, reject) => {
		said.text = '';
		take_folder(of);
		child = spawn(assay, ['run', '--folder', of], { stdio: ['ignore', 'pipe', 'pipe'] });
		agent?.destroy();
		agent = new https.Agent({ keepAlive: true, ca });
		child.ended = new Promise((ended) => child.on('exit', ended));
		for (const stream of [child.stdout, child.stderr])
			stream.on('data', (data) => {
				said.text += data;
				if (!said.text.includes('ready;'))
					return;
				port = Number(said.text.match(/https:\/\/[^:/]+:(\d+)\//)[1]);
				said.at = { url: `https://localhost:${port}`, ca: path.join(of, 'tls', 'ca.pem') };
				resolve();
			});
		child.ended.then(() => reject(new Lost(`the appliance does not start: ${said.text}`)));
	});
}

export async function stop(signal) {
	child.kill(signal);
	await child.ended;
}

// A connection of its own, by TLS or (plain) without; `said` gathers what comes, as Latin-1.
export function connect({ plain = false, from } = {}) {
	const to = { host: '127.0.0.1', port, localAddress: from };
	const socket = plain ? net.connect(to) : tls.connect({ ...to, ca, servername: 'localhost', checkServerIdentity: () => undefined });
	socket.said = '';
	socket.on('data', (data) => { socket.said += data.toString('latin1'); });
	socket.on('error', () => {});
	socket.gone = new Promise((closed) => socket.on('close', closed));
	socket.ready = new Promise((ready) => socket.on(plain ? 'connect' : 'secureConnect', () => ready(true)));
	socket.gone.then(() => { socket.is_gone = true; });
	return socket;
}

// Answers {status, body}; throws when the connection breaks. body: a Buffer, a text, or what becomes
// JSON; user null: nobody.
export function ask(user, method, where, body) {
	return new Promise((resolve, reject) => {
		const headers = user ? { Authorization: `Bearer ${tokens[user]}` } : {};
		const bytes = body === undefined || Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
		if (bytes)
			headers['Content-Length'] = bytes.length;
		const request = https.request({ host: 'localhost', port, path: where, method, headers, agent, timeout: 30000 }, (response) => {
			const parts = [];
			response.on('data', (part) => parts.push(part));
			response.on('error', reject);
			response.on('end', () => {
				if (response.complete)
					resolve({ status: response.statusCode, body: Buffer.concat(parts) });
				else
					reject(new Error('cut off'));
			});
		});
		request.on('timeout', () => request.destroy(new Error('no answer in 30 s')));
		request.on('error', (error) => {
			// an idle connection that the appliance closed at the moment it was taken again
			if (request.reusedSocket && error.code === 'ECONNRESET' && method === 'GET')
				resolve(ask(user, method, where, body));
			else
				reject(error);
		});
		request.end(bytes);
	});
}

export async function ask_json(...args) {
	const { status, body } = await ask(...args);
	const json = JSON.parse(body);
	must(status < 400, `${args.slice(0, 3).join(' ')}: ${status} ${json.error}`);
	return json;
}

// EPCIS that commissions these packs, good until the end of March 2028.
export function document(lot, serials) {
	const epcs = serials.map((serial) => `<epc>https://id.gs1.org/01/${gtin}/21/${serial}</epc>`).join('');
	return `<?xml version="1.0" encoding="UTF-8"?>
<epcis:EPCISDocument xmlns:epcis="urn:epcglobal:epcis:xsd:2" xmlns:cbvmda="urn:epcglobal:cbv:mda:" schemaVersion="2.0" creationDate="2026-01-01T10:00:00Z"><EPCISBody><EventList>
<ObjectEvent><eventTime>2026-01-01T08:00:00Z</eventTime><eventTimeZoneOffset>+00:00</eventTimeZoneOffset><epcList>${epcs}</epcList><action>ADD</action><bizStep>commissioning</bizStep><disposition>active</disposition><readPoint><id>https://id.gs1.org/414/5012345000008</id></readPoint><ilmd><cbvmda:lotNumber>${lot}</cbvmda:lotNumber><cbvmda:itemExpirationDate>2028-03-31</cbvmda:itemExpirationDate></ilmd></ObjectEvent>
</EventList></EPCISBody></epcis:EPCISDocument>`;
}

export function scan_of(lot, serial, expiry = '280331') {
	return `]d201${gtin}17${expiry}10${lot}\x1d21${serial}`;
}
