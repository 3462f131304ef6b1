// Kills the appliance with SIGKILL at random moments while packs are supplied and supplies are
// undone as fast as answers come, and looks after each start whether everything that was
// acknowledged is there: entry and position, a receipt that verifies against the pinned policy, the
// state of every pack, each party's stock, and the way back of every supply. Every tenth round the
// folder is audited at rest, and state.db made again from ledger.db has the same digest.
//
// node tests/system/kill_driver.mjs   with BUILD, KILLS, SEED (printed for each round; a round's seed
// given as SEED with KILLS=1 chooses the same moment and the same packs again).
// Exit status 0: nothing was lost.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { ask, ask_json, document, end, folder, gtin, init, ledger, Lost, must, must_run, random, scan_of, start, stop } from './appliance.mjs';

const kills = Number(process.env.KILLS ?? 40);
const packCount = Number(process.env.PACKS ?? 240);
const auditEvery = 10;
const firstSeed = Number(process.env.SEED ?? Date.now() % 1e9);
const lot = 'KILL1';
const users = ['pharmacist', 'warehouse', 'hospital'];

// ---- what is known ----

// Each pack belongs to one user. state: what was acknowledged; doubt: the verb in flight at a kill.
const packs = [];
// What was acknowledged: {position, entry}. Written durably before the next request is made.
const acknowledged = [];
let journal;

function acknowledge(user, serial, verb, answer) {
	const { position, entry, final, receipt } = answer.evidence;
	must(Number.isInteger(position) && /^[0-9a-f]{64}$/.test(entry), 'an answer without evidence');
	fs.writeSync(journal, `${JSON.stringify({ user, serial, verb, position, entry, final })}\n`);
	fs.fdatasyncSync(journal);
	acknowledged.push({ serial, verb, position, entry, receipt });
}

const after = { supply: 'supplied', void: 'active' };

// One client: works through the user's packs until the connection breaks.
async function work(user, next, round) {
	const own = packs.filter((pack) => pack.user === user);
	for (;;) {
		const pack = own[next(own.length)];
		const verb = pack.state === 'active' ? 'supply' : 'void';
		let answer;
		pack.doubt = verb;
		try {
			answer = await ask(user, 'POST', `/api/v1/packs/${verb}`, { scan: scan_of(lot, pack.serial) });
		} catch {
			return;
		}
		const json = JSON.parse(answer.body);
		// ending is answered too: the statement's fate is then open, as with no answer
		if (answer.status >= 500)
			return;
		must(answer.status === 200, `${verb} ${pack.serial}: ${answer.status} ${json.error}`);
		must(!json.alert, `${verb} ${pack.serial} raised ${json.alert}`);
		acknowledge(user, pack.serial, verb, json);
		pack.doubt = null;
		pack.state = after[verb];
		round.acknowledged++;
	}
}

// ---- looking ----

async function verdict_of(pack) {
	const query = `/api/v1/check?scan_hex=${Buffer.from(scan_of(lot, pack.serial)).toString('hex')}`;
	const { verdict } = await ask_json(pack.user, 'GET', query);
	return verdict === 'already_supplied' ? 'supplied' : verdict;
}

async function look_at_packs(next, all) {
	for (const pack of packs) {
		if (!all && !pack.doubt && next(8))
			continue;
		const verdict = await verdict_of(pack);
		if (pack.doubt) {
			must(verdict === pack.state || verdict === after[pack.doubt],
				`${pack.serial} was ${pack.state}, ${pack.doubt} was under way, and it is ${verdict}`);
			pack.state = verdict;
			pack.doubt = null;
		}
		must(verdict === pack.state, `${pack.serial} must be ${pack.state} and is ${verdict}`);
	}
}

async function look_at_stock() {
	for (const user of users) {
		const lines = await ask_json(user, 'GET', '/api/v1/stock');
		const own = packs.filter((pack) => pack.user === user);
		const supplied = lines.reduce((sum, line) => sum + line.supplied, 0);
		const held = lines.reduce((sum, line) => sum + line.held, 0);
		const right = own.filter((pack) => pack.state === 'supplied').length;
		must(supplied === right, `${user}: stock says ${supplied} supplied, the ledger ${right}`);
		must(held + supplied <= own.length, `${user}: stock says ${held} held and ${supplied} supplied of ${own.length}`);
	}
}

async function look_at_evidence(list) {
	const files = [];
	for (const one of list) {
		const statement = await ask('maker', 'GET', `/statement/${one.position}`);
		must(statement.status === 200, `position ${one.position} of an acknowledged ${one.verb} is not there`);
		const entry = createHash('sha256').update(statement.body).digest('hex');
		must(entry === one.entry, `position ${one.position} holds ${entry} and not the acknowledged ${one.entry}`);
		const receipt = await ask('maker', 'GET', `/api/v1/receipt?position=${one.position}`);
		must(receipt.status === 200, `no receipt of position ${one.position}: ${receipt.body}`);
		const file = path.join(folder, `receipt-${files.length}`);
		fs.writeFileSync(file, receipt.body);
		files.push(file);
		if (one.receipt) {
			fs.writeFileSync(`${file}-then`, one.receipt);
			files.push(`${file}-then`);
		}
	}
	for (let i = 0; i < files.length; i += 100)
		await must_run('verify', '--policy', path.join(ledger, 'policy'), ...files.slice(i, i + 100));
}

async function look_at_rest(round) {
	await stop('SIGKILL');
	const audited = JSON.parse(await must_run('audit', '--json', ledger));
	must(audited.clean, `the audit is not clean: ${audited.why}`);
	const rebuilt = JSON.parse(await must_run('rebuild', '--json', '--folder', ledger));
	must(rebuilt.digest === audited.digest, `rebuilt ${rebuilt.digest}, audited ${audited.digest}`);
	await start();
	console.log(`# round ${round}: audit clean, ${audited.size} leaves, digest ${audited.digest.slice(0, 16)} made again`);
}

// ---- the rounds ----

async function prepare() {
	const serials = Array.from({ length: packCount }, (_, i) => `K${String(i).padStart(5, '0')}`);
	await init();
	journal = fs.openSync(path.join(folder, 'acknowledged'), 'a');
	serials.forEach((serial, i) => packs.push({ serial, user: users[i % users.length], state: 'active', doubt: null }));
	await start();
	await ask_json('maker', 'POST', '/api/v1/capture', document(lot, serials));
	for (const step of ['close', 'release'])
		await ask_json('maker', 'POST', `/api/v1/lots/${step}`, { gtin, lot });
}

async function play(number, seed) {
	const next = random(seed);
	const delay = 50 + next(1451);
	const round = { acknowledged: 0 };
	const before = acknowledged.length;
	const workers = users.map((user) => work(user, random(seed ^ next(1 << 30)), round));
	await new Promise((resolve) => setTimeout(resolve, delay));
	await stop('SIGKILL');
	await Promise.all(workers);
	const doubts = packs.filter((pack) => pack.doubt).length;
	await start();
	await look_at_packs(next, number === kills);
	await look_at_stock();
	const fresh = acknowledged.slice(before);
	const old = before ? Array.from({ length: 4 }, () => acknowledged[next(before)]) : [];
	// all were acknowledged; a sample of many is asked for, the last ones always
	const sample = fresh.filter((_, i) => i + 8 >= fresh.length || !next(4));
	await look_at_evidence([...sample, ...old]);
	console.log(`# round ${number} seed=${seed} killed_after_ms=${delay} acknowledged=${round.acknowledged} in_flight=${doubts}`);
	if (number % auditEvery === 0 || number === kills)
		await look_at_rest(number);
}

let status = 0;
let seed = firstSeed;
try {
	await prepare();
	for (let number = 1; number <= kills; number++) {
		seed = firstSeed + number - 1;
		await play(number, seed);
	}
	await look_at_evidence(acknowledged.slice(-50));
	must(acknowledged.length > kills, 'almost nothing was acknowledged: the clients did not work');
	console.log(`# ${kills} kills, ${acknowledged.length} acknowledged, none lost`);
} catch (error) {
	status = 1;
	console.log(`# seed=${seed} running=${(await import("./appliance.mjs")).is_running()}: ${error instanceof Lost ? error.message : error.stack}`);
}
end(status);
