// A station as drivers of system tests run it: started on a TCP port or a file, sent scans, killed,
// and its events taken down to the last that it printed before it died.
import { execFileSync, spawn } from 'node:child_process';
import net from 'node:net';
import path from 'node:path';
import { assay, folder, free_port, ledger, Lost, must_run } from './appliance.mjs';

export class Bench {
	constructor(name) {
		this.name = name;
		this.enrolment = path.join(folder, name);
		this.outbox = `${this.enrolment}.outbox.db`;
	}

	async enrol(party, user) {
		await must_run('station-enrol', '--party', party, '--label', this.name, '--out', this.enrolment, '--folder', ledger, '--as', user);
		this.port = await free_port();
	}

	// hear is called with each event. Resolves when it listens, or, for a file, when it was started.
	async start(hear, file) {
		const source = file ? ['--file', file] : ['--tcp', `127.0.0.1:${this.port}`, '--double', '0'];
		this.socket = null;
		this.said = '';
		this.child = spawn(assay, ['station', '--json', '--enrol', this.enrolment, ...source], { stdio: ['ignore', 'pipe', 'pipe'] });
		const { child } = this;
		child.stderr.on('data', (data) => { this.said += data; });
		let line = '';
		child.stdout.on('data', (data) => {
			line += data;
			for (let end = line.indexOf('\n'); end >= 0; end = line.indexOf('\n')) {
				hear(JSON.parse(line.slice(0, end)));
				line = line.slice(end + 1);
			}
		});
		// close: after the last byte it printed
		this.ended = new Promise((resolve) => child.on('close', (code, signal) => resolve(signal ? -1 : code)));
		if (!file)
			await this.connect();
	}

	async connect() {
		for (;;) {
			const socket = net.connect({ port: this.port, host: '127.0.0.1', noDelay: true });
			const ok = await new Promise((resolve) => {
				socket.on('connect', () => resolve(true));
				socket.on('error', () => resolve(false));
			});
			if (ok) {
				this.socket = socket;
				return;
			}
			if (this.child.exitCode !== null || this.child.signalCode !== null) {
				if (this.child.signalCode === 'SIGKILL')
					return;
				throw new Lost(`${this.name} does not start: ${this.said}`);
			}
			await new Promise((resolve) => { setTimeout(resolve, 20); });
		}
	}

	send(code) {
		this.socket?.write(`${code}\r`);
	}

	async stop(signal) {
		this.child.kill(signal);
		const status = await this.ended;
		this.socket?.destroy();
		return status;
	}

	// Rows of the outbox from an id on. After a kill the station itself opens it first.
	rows(from) {
		const text = execFileSync('sqlite3', ['-json', this.outbox, `SELECT id, sequence, act, lower(hex(entry)) AS entry,
			CAST(scan AS TEXT) AS scan, state, position, code AS alert FROM item WHERE id >= ${from} ORDER BY id`], { maxBuffer: 1 << 28 });
		return text.length ? JSON.parse(text) : [];
	}

	// Key id of its statements.
	kid() {
		this.own ??= Buffer.from(execFileSync('sqlite3', [this.outbox, "SELECT hex(value) FROM meta WHERE word = 'kid'"]).toString().trim(), 'hex');
		return this.own;
	}
}
