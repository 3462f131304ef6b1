// Kills `assay demo` with SIGKILL at random moments, from making its ledger to the last step of its
// story: with its appliance and station, alone (they then end by themselves), or the appliance under
// it. After every fifth kill the story is played to its end on what is there: each step gives what it
// should, the audit is clean, and state.db comes out the same when it is made again.
//
// node tests/system/kill_demo_driver.mjs   with BUILD, KILLS, SEED (printed for each round).
// Exit status 0: it always went on.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { assay, end, folder, Lost, must, must_run, random } from './appliance.mjs';

const kills = Number(process.env.KILLS ?? 40);
const firstSeed = Number(process.env.SEED ?? Date.now() % 1e9);
const perFolder = 5;
const wait = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

let running = null;
let lasts = 3000; // ms that the whole story takes here

function start(demo) {
	let said = '';
	const child = spawn(assay, ['demo', '--once', '--folder', demo], { detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
	for (const stream of [child.stdout, child.stderr])
		stream.on('data', (data) => { said += data; });
	running = { child, said: () => said };
	running.ended = new Promise((resolve) => { child.on('exit', (code, signal) => resolve(signal ? -1 : code)); });
	running.closed = new Promise((resolve) => { child.on('close', resolve); });
	return running;
}

// Processes that run a ledger of this folder: appliances and their key holders.
function appliances(demo) {
	return fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => {
		try {
			const words = fs.readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0');
			return words[1] === 'run' && words.includes(demo);
		} catch {
			return false;
		}
	});
}

const plays = {
	async all(demo) {
		process.kill(-running.child.pid, 'SIGKILL');
		await running.closed;
	},
	async demo(demo) {
		running.child.kill('SIGKILL');
		await running.ended;
	},
	// what the story then says does not matter: it ends by itself
	async appliance(demo) {
		for (const pid of appliances(demo))
			process.kill(pid, 'SIGKILL');
		if (await Promise.race([running.ended, wait(60000)]) === undefined)
			throw new Lost('the demo does not end when its appliance is killed');
	},
};
const order = ['all', 'demo', 'all', 'appliance', 'all'];

async function play_to_the_end(demo) {
	const from = performance.now();
	const status = await start(demo).ended;
	await running.closed;
	lasts = performance.now() - from;
	must(status === 0, `the story ended with ${status}:\n${running.said()}`);
	must(fs.existsSync(path.join(demo, 'accounts')), 'the passwords of the accounts are lost');
	const audited = JSON.parse(await must_run('audit', '--json', demo));
	must(audited.clean, `the audit is not clean: ${audited.why}`);
	const rebuilt = JSON.parse(await must_run('rebuild', '--json', '--folder', demo));
	must(rebuilt.digest === audited.digest, `rebuilt ${rebuilt.digest}, audited ${audited.digest}`);
	return audited.size;
}

let seed = firstSeed;
let status = 0;
try {
	let demo = path.join(folder, 'demo-0');
	await play_to_the_end(demo);
	for (let number = 1; number <= kills; number++) {
		seed = firstSeed + number - 1;
		const next = random(seed);
		const name = order[(number - 1) % order.length];
		// a new ledger: its making is cut off first, and then once more
		if (number % perFolder === 1)
			demo = path.join(folder, `demo-${number}`);
		const delay = number % perFolder <= 2 && number % perFolder ? next(Math.round(lasts / 3)) : next(Math.round(lasts));
		start(demo);
		const ended = await Promise.race([wait(delay), running.ended]);
		must(ended === undefined || ended === 0, `the story ended with ${ended}:\n${running.said()}`);
		if (ended === undefined)
			await plays[name](demo);
		console.log(`# round ${number} seed=${seed} ${ended === undefined ? `${name} killed` : 'ended by itself'} after_ms=${delay}`);
		if (number % perFolder === 0 || number === kills) {
			console.log(`# the story goes on to its end: ${await play_to_the_end(demo)} leaves, clean`);
			fs.rmSync(demo, { recursive: true });
		}
	}
} catch (error) {
	status = 1;
	console.log(`# seed=${seed}: ${error instanceof Lost ? error.message : error.stack}`.replaceAll('\n', '\n# '));
}
try {
	process.kill(-running.child.pid, 'SIGKILL');
} catch {
	// it ended
}
end(status);
