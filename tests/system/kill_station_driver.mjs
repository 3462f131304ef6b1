// Kills stations and their appliance with SIGKILL at random moments: while they scan (one at a TCP
// port, one with a file), while their outboxes are sent, while the appliance is away, and both
// together. What a bench said was saved is on the ledger once: each row of the outbox at its place in
// the tree and nowhere else, nothing else of the station's key, each pack changed as often as the
// bench was told so, no alert, no refusal, no sequence number used twice.
//
// node tests/system/kill_station_driver.mjs   with BUILD, KILLS, SEED (printed for each round).
// Exit status 0: nothing was lost or doubled.
import fs from 'node:fs';
import path from 'node:path';
import { ask, ask_json, document, end, folder, gtin, init, ledger, Lost, must, must_run, random, scan_of, start, stop } from './appliance.mjs';
import { Bench } from './bench.mjs';

const kills = Number(process.env.KILLS ?? 40);
const auditEvery = 20;
const firstSeed = Number(process.env.SEED ?? Date.now() % 1e9);
const lot = 'BENCH1';
const perFile = 12;
const dock = new Bench('dock'); // at a TCP port
const desk = new Bench('desk'); // reads files
const benches = [dock, desk];
const wait = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

// ---- what the benches said ----

// scan -> {bench, acts: what was said to be saved, in order; doubt: asked for when it was killed}
const packs = new Map();
let fresh = []; // scans that nobody took yet
const total = { saved: 0, doubts: 0, kept: 0, stations: 0, appliances: 0 };

function pack_of(bench, scan) {
	if (!packs.has(scan))
		packs.set(scan, { bench, scan, acts: [], doubt: null });
	return packs.get(scan);
}

function is_supplied(pack) {
	return pack.acts.at(-1) === 'supply';
}

// A verdict settles what was in doubt, and must fit what the bench said itself.
function settle(pack, event) {
	const isRed = event.verdict === 'already_supplied';
	must(isRed || ['active', 'stale'].includes(event.verdict), `${pack.scan}: ${event.verdict}, ${event.sentence}`);
	if (pack.doubt) {
		// an undoing that still waits leaves it red
		const isDone = pack.doubt === 'supply' ? isRed : !isRed;
		if (pack.doubt === 'undo' && isRed && event.waiting)
			return;
		if (isDone) {
			pack.acts.push(pack.doubt);
			total.kept++;
		}
		pack.doubt = null;
	}
	if (is_supplied(pack))
		must(isRed, `${pack.scan} was said to be supplied at ${pack.bench.name}, and it shows ${event.verdict}`);
	else
		must(!isRed || event.waiting, `${pack.scan} was not supplied at ${pack.bench.name}, and it shows ${event.verdict}`);
}

function hear(bench, event) {
	if (event.event === 'verdict') {
		bench.hand = pack_of(bench, event.scan);
		settle(bench.hand, event);
		// the file's next line asks for it
		if (bench === desk && !is_supplied(bench.hand))
			bench.hand.doubt = 'supply';
	} else if (event.event === 'saved') {
		bench.hand.acts.push(event.act);
		bench.hand.doubt = null;
		total.saved++;
	}
	must(event.event !== 'refused' && event.event !== 'fault', `${bench.name}: ${event.event}: ${event.sentence}`);
	must(!event.alert, `${bench.name}: alert ${event.alert}: ${event.sentence}`);
	bench.waiting = event.waiting;
	bench.heard?.(event);
}

let broken = null;

function start_bench(bench, file) {
	bench.heard = null;
	bench.over = false;
	const started = bench.start((event) => {
		try {
			hear(bench, event);
		} catch (error) {
			broken ??= error;
			bench.heard?.(null);
		}
	}, file);
	bench.ended.then(() => {
		bench.over = true;
		bench.heard?.(null);
	});
	return started;
}

// The next event of one of these kinds; null when the station died.
function await_event(bench, ...kinds) {
	return new Promise((resolve) => {
		if (bench.over) {
			resolve(null);
			return;
		}
		bench.heard = (event) => {
			if (event && !kinds.includes(event.event))
				return;
			bench.heard = null;
			resolve(event);
		};
	});
}

// ---- the people ----

async function scan_at(bench, scan) {
	const came = await_event(bench, 'verdict');
	bench.send(scan);
	return came;
}

async function act_at(bench, pack, act) {
	pack.doubt = act;
	const came = await_event(bench, 'saved', 'note');
	bench.send(`ASSAY:${act.toUpperCase()}`);
	const event = await came;
	if (event?.event === 'note')
		throw new Lost(`${bench.name} did not save ${act} of ${pack.scan}: ${event.sentence}`);
	return event;
}

// Scans and acts until the station dies or is told to rest.
async function work_at_dock(next) {
	const own = [];
	while (!dock.over && !dock.rests && !broken) {
		const isAgain = own.length && !next(4);
		const pack = isAgain ? own[next(own.length)] : pack_of(dock, fresh.pop());
		must(pack.scan, 'the packs are used up');
		if (!isAgain)
			own.push(pack);
		const event = await scan_at(dock, pack.scan);
		if (!event)
			return;
		if (event.verdict !== 'already_supplied') {
			if (!await act_at(dock, pack, 'supply'))
				return;
			// the same pack again while its supply is under way
			if (!next(3) && !await scan_at(dock, pack.scan))
				return;
		} else if (is_supplied(pack) && !next(2)) {
			if (!await act_at(dock, pack, 'undo'))
				return;
		}
	}
}

// A file of packs that nobody took yet; after a kill the same file is read again from its beginning.
let file = null;

function new_file() {
	const scans = fresh.splice(-perFile);
	file = path.join(folder, 'scans');
	fs.writeFileSync(file, scans.map((scan) => `${scan}\nASSAY:SUPPLY\n`).join(''));
}

async function work_at_desk() {
	while (!desk.rests && !broken) {
		if (!file)
			new_file();
		start_bench(desk, file);
		const status = await desk.ended;
		if (status < 0)
			return;
		// 1: the appliance is away and something waits
		must(status === 0 || status === 1, `desk ended with ${status}: ${desk.said}`);
		file = null;
	}
}

function begin(next) {
	dock.rests = desk.rests = false;
	const works = [work_at_dock(next), work_at_desk()];
	for (const work of works)
		work.catch((error) => { broken ??= error; });
	return Promise.allSettled(works);
}

// ---- killing ----

async function kill_bench(bench) {
	bench.rests = true;
	if (bench.child && !bench.over) {
		total.stations++;
		await bench.stop('SIGKILL');
	}
}

async function kill_appliance() {
	total.appliances++;
	await stop('SIGKILL');
}

// Each leaves the appliance running; the benches may be dead.
const plays = {
	async bench(next) {
		const work = begin(next);
		await wait(20 + next(600));
		const which = next(3);
		if (which)
			await kill_bench(dock);
		if (which !== 1)
			await kill_bench(desk);
		await rest(work);
	},
	async both(next) {
		const work = begin(next);
		await wait(20 + next(600));
		const all = [() => kill_bench(dock), () => kill_bench(desk), kill_appliance];
		if (next(2))
			all.reverse();
		await Promise.all(all.map((one) => one()));
		await rest(work);
		await start();
	},
	async appliance(next) {
		const work = begin(next);
		await wait(20 + next(500));
		await kill_appliance();
		await wait(next(400));
		await start();
		await rest(work);
	},
	// and once more while what was saved alone is sent
	async away(next) {
		const first = begin(next);
		await wait(20 + next(100));
		await kill_appliance();
		await wait(2050 + next(300));
		await Promise.all(benches.map(kill_bench));
		await rest(first);
		await start();
		await start_bench(dock);
		await wait(next(120));
		await kill_bench(dock);
	},
};
const order = ['bench', 'both', 'bench', 'away', 'bench', 'both', 'bench', 'appliance'];

async function rest(work) {
	dock.rests = desk.rests = true;
	await work;
	if (broken)
		throw broken;
}

// ---- looking ----

// Both stations send what they have; the last file is read to its end.
async function finish() {
	if (dock.over || !dock.child)
		await start_bench(dock);
	start_bench(desk, file ?? '/dev/null');
	const status = await desk.ended;
	must(status === 0, `desk ends with ${status} with the appliance there: ${desk.said}`);
	file = null;
	for (;;) {
		const came = await_event(dock, 'status', 'recorded');
		dock.send('ASSAY:STATUS');
		const event = await came;
		must(event, `dock ended: ${dock.said}`);
		if (!event.waiting)
			break;
	}
	for (const pack of packs.values())
		if (pack.doubt)
			await scan_at(pack.bench === dock ? dock : desk, pack.scan);
	if (broken)
		throw broken;
}

const places = new Map(); // entry -> position, of all that is in the tree
let known = 0; // so many

async function read_tree() {
	const { body } = await ask('maker', 'GET', '/checkpoint');
	const size = Number(body.toString().split('\n')[1]);
	for (let tile = Math.floor(known / 256); tile * 256 < size; tile++) {
		const width = Math.min(256, size - tile * 256);
		const name = String(tile).padStart(6, '0');
		const where = `/tile/entries/${tile > 999 ? `x${name.slice(0, 3)}/` : ''}${name.slice(3)}${width < 256 ? `.p/${width}` : ''}`;
		const answer = await ask('maker', 'GET', where);
		must(answer.status === 200, `${where}: ${answer.status}`);
		for (let i = 0; i < width; i++) {
			const position = tile * 256 + i;
			const entry = answer.body.subarray(i * 34 + 2, i * 34 + 34).toString('hex');
			if (position < known)
				continue;
			must(!places.has(entry), `entry ${entry} is at ${places.get(entry)} and at ${position}`);
			places.set(entry, position);
		}
	}
	const before = known;
	known = size;
	return before;
}

const words = { 0: 'supply', 6: 'undo' };

async function look_at_ledger() {
	const before = await read_tree();
	const own = new Set();
	for (const bench of benches) {
		bench.acts ??= new Map();
		for (const row of bench.rows(bench.seen ?? 1)) {
			must(row.state === 1, `${bench.name}: row ${row.id} is in state ${row.state}`);
			must(!row.alert, `${bench.name}: row ${row.id} raised alert ${row.alert}`);
			must(places.get(row.entry) === row.position,
				`${bench.name}: row ${row.id} says ${row.position}, the tree has it at ${places.get(row.entry)}`);
			must(words[row.act], `act ${row.act}`);
			own.add(row.entry);
			bench.acts.set(row.scan, [...bench.acts.get(row.scan) ?? [], words[row.act]]);
			bench.seen = row.id + 1;
		}
	}
	for (const pack of packs.values()) {
		const there = (pack.bench.acts.get(pack.scan) ?? []).join(' ');
		must(there === pack.acts.join(' '), `${pack.scan}: ${pack.bench.name} said "${pack.acts.join(' ')}", its outbox has "${there}"`);
	}
	for (const [entry, position] of places) {
		if (position < before || own.has(entry))
			continue;
		const { body } = await ask('maker', 'GET', `/statement/${position}`);
		for (const bench of benches)
			must(!body.includes(bench.kid()), `position ${position} is of ${bench.name}, whose outbox does not have it`);
	}
}

async function look_at_packs(list) {
	for (const pack of list) {
		const query = `/api/v1/check?scan_hex=${Buffer.from(pack.scan).toString('hex')}`;
		const { verdict } = await ask_json('pharmacist', 'GET', query);
		must(verdict === (is_supplied(pack) ? 'already_supplied' : 'active'), `${pack.scan} is ${verdict} after "${pack.acts.join(' ')}"`);
	}
	const supplied = [...packs.values()].filter(is_supplied).length;
	const stock = await ask_json('pharmacist', 'GET', '/api/v1/stock');
	const said = stock.reduce((sum, line) => sum + line.supplied, 0);
	must(said === supplied, `stock says ${said} supplied, the benches ${supplied}`);
}

async function look_at_rest() {
	await stop('SIGKILL');
	const audited = JSON.parse(await must_run('audit', '--json', ledger));
	must(audited.clean, `the audit is not clean: ${audited.why}`);
	await start();
	return audited.size;
}

// ---- the rounds ----

async function prepare() {
	const serials = Array.from({ length: kills * 150 + 600 }, (_, i) => `B${String(i).padStart(6, '0')}`);
	await init();
	await start();
	for (let i = 0; i < serials.length; i += 10000)
		await ask_json('maker', 'POST', '/api/v1/capture', document(lot, serials.slice(i, i + 10000)));
	for (const step of ['close', 'release'])
		await ask_json('maker', 'POST', `/api/v1/lots/${step}`, { gtin, lot });
	fresh = serials.map((serial) => scan_of(lot, serial));
	for (const bench of benches)
		await bench.enrol('pharmacy', 'warehouse');
	await start_bench(dock);
	await read_tree();
}

async function play(number, seed) {
	const next = random(seed);
	const name = order[(number - 1) % order.length];
	const before = { ...total };
	const doubtsBefore = [...packs.values()].filter((pack) => pack.doubt).length;
	if (dock.over)
		await start_bench(dock);
	await plays[name](next);
	const doubts = [...packs.values()].filter((pack) => pack.doubt).length - doubtsBefore;
	total.doubts += doubts;
	await finish();
	await look_at_ledger();
	const all = [...packs.values()];
	await look_at_packs(number === kills ? all : all.slice(-10));
	console.log(`# round ${number} seed=${seed} ${name} saved=${total.saved - before.saved} in_doubt=${doubts} of_these_kept=${total.kept - before.kept} entries=${known}`);
	if (number % auditEvery === 0 || number === kills)
		console.log(`# audit clean, ${await look_at_rest()} leaves`);
}

let status = 0;
let seed = firstSeed;
try {
	await prepare();
	for (let number = 1; number <= kills; number++) {
		seed = firstSeed + number - 1;
		await play(number, seed);
	}
	must(total.saved > kills, 'almost nothing was saved: the benches did not work');
	console.log(`# ${kills} rounds, stations killed ${total.stations} times, the appliance ${total.appliances} times, ${total.saved} saved, none lost or doubled`);
} catch (error) {
	status = 1;
	console.log(`# seed=${seed}: ${error instanceof Lost ? error.message : error.stack}`);
}
for (const bench of benches)
	bench.child?.kill('SIGKILL');
end(status);
