// Who sees what. Two tenants of one operator, the operator, another member, the maker, an authority
// and nobody ask every route there is for what one tenant did: what is its own must be in no
// answer to anybody else. Then everything that is published is searched for it. TAP on standard
// output.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { ask, ask_json, assay, document, end, folder, gtin, init, ledger, must, said, scan_of, start, stop } from './appliance.mjs';
import { Needles } from './needles.mjs';

let number = 0;
let failures = 0;

async function test(name, body) {
	const problems = [];
	number++;
	try {
		await body(problems);
	} catch (error) {
		problems.push(error.stack);
	}
	console.log(`${problems.length ? 'not ok' : 'ok'} ${number} - ${name}`);
	for (const problem of problems.slice(0, 20))
		console.log(`# ${String(problem).replaceAll('\n', '\n# ')}`);
	failures += problems.length > 0;
}

// ---- who there is ----

const all_roles = ['admin', 'pharmacist', 'warehouse', 'hr', 'viewer'];
const plan = {
	ledger: 'privacy.assay.example',
	zone: 'Europe/London',
	self: 'operator.example',
	members: [
		{ name: 'operator.example', roles: ['wholesaler', 'pharmacy', 'hospital', 'hr'] },
		{ name: 'maker.example', roles: ['manufacturer'], gtins: [gtin], operator: 'operator.example' },
		{ name: 'rival.example', roles: ['wholesaler', 'pharmacy', 'hospital', 'hr'], operator: 'operator.example' },
		{ name: 'authority.example', roles: ['authority'], operator: 'operator.example' },
	],
	tenants: [{ name: 'umbra-chemist' }, { name: 'lumen-chemist' }],
	places: [
		{ party: 'maker.example', name: 'Quellmark Works, hall 4', gln: '5012345000008' },
		{ party: 'operator.example', name: 'Opaline Wholesale, goods-in', gln: '5098765000002' },
		{ party: 'umbra-chemist', name: 'Umbra Chemist, back counter', gln: '5011111000006' },
		{ party: 'lumen-chemist', name: 'Lumen Chemist, front counter', gln: '5044444000009' },
		{ party: 'rival.example', name: 'Rivalto Depot, dock 9', gln: '5022222000007' },
	],
	users: [
		{ user: 'maker', party: 'maker.example', roles: ['maker', 'admin', 'viewer'] },
		{ user: 'operator', party: 'operator.example', roles: [...all_roles, 'maker', 'regulator'] },
		{ user: 'umbra', party: 'umbra-chemist', roles: [...all_roles, 'maker', 'regulator'] },
		{ user: 'lumen', party: 'lumen-chemist', roles: [...all_roles, 'maker', 'regulator'] },
		{ user: 'rival', party: 'rival.example', roles: [...all_roles, 'maker', 'regulator'] },
		{ user: 'authority', party: 'authority.example', roles: ['regulator', 'admin', 'viewer', 'hr'] },
	],
};
const accounts = ['umbra', 'lumen', 'operator', 'rival', 'maker', 'authority', null];

fs.writeFileSync(path.join(folder, 'plan.json'), JSON.stringify(plan));
const told = await init(path.join(folder, 'plan.json'));
await start();

// ---- what umbra does ----

const serials = Array.from({ length: 8 }, (_, i) => `ZQX7R4KV${i}WM29J`);
const sscc = '350123450000000016';
const person_name = 'Zephyra Quillfeather';
const reference = '2097531';
const photo = 'c0ffee'.padEnd(64, '5');
const today = new Date().toISOString().slice(0, 10);

function packing() {
	const children = serials.map((serial) => `<epc>https://id.gs1.org/01/${gtin}/21/${serial}</epc>`).join('');
	return document('LOT7', serials).replace('</EventList>', `<AggregationEvent><eventTime>2026-01-01T09:00:00Z</eventTime><eventTimeZoneOffset>+00:00</eventTimeZoneOffset><parentID>https://id.gs1.org/00/${sscc}</parentID><childEPCs>${children}</childEPCs><action>ADD</action><bizStep>packing</bizStep><disposition>in_progress</disposition><readPoint><id>https://id.gs1.org/414/5012345000008</id></readPoint></AggregationEvent></EventList>`);
}

await ask_json('maker', 'POST', '/api/v1/capture', packing());
await ask_json('maker', 'POST', '/api/v1/lots/close', { gtin, lot: 'LOT7' });
await ask_json('maker', 'POST', '/api/v1/lots/release', { gtin, lot: 'LOT7' });
await ask_json('maker', 'POST', '/api/v1/ship', { scan: `]C100${sscc}`, to: '5011111000006' });
await ask_json('umbra', 'POST', '/api/v1/receive', { scan: `]C100${sscc}` });
const scans = serials.map((serial) => scan_of('LOT7', serial));
const supplied = await ask_json('umbra', 'POST', '/api/v1/packs/supply', { scan: scans[0] });
await ask_json('umbra', 'POST', '/api/v1/packs/destroy', { scan: scans[1] });
await ask_json('umbra', 'POST', '/api/v1/quarantine', { scan: scans[3], reason: 'temperature' });
const mismatch = await ask_json('umbra', 'POST', '/api/v1/check', { scan: scan_of('LOT7', serials[2], '290331') });
must(mismatch.recorded, 'a wrong expiry is recorded');
const person = (await ask_json('umbra', 'POST', '/api/v1/people', { name: person_name, photo_sha256: photo })).person;
const check = await ask_json('umbra', 'POST', `/api/v1/people/${person}/checks`, { check: { checkedOn: today, checkType: 'registration', source: 'gphc', method: 'register_lookup', level: 2, reference } });
await ask_json('umbra', 'POST', '/api/v1/clearance/policy', fs.readFileSync('deploy/demo/clearance-policy.json', 'utf8').replace('hospital.example', 'operator.example'));
const badge = (await ask_json('umbra', 'POST', `/api/v1/people/${person}/badge`, { role: 'pharmacist', days: 1 })).badge;
await ask_json('umbra', 'POST', '/api/v1/clearance', { person, role: 'pharmacist', site_class: 'hospital_pharmacy' });
const recall = (await ask_json('authority', 'POST', '/api/v1/recalls', { items: [{ gtin, lots: ['LOT8', 'LOT7'] }], class: 3, depth: 'wholesaler' })).recall;
const list = new URL(check.credential.credentialStatus[0].statusListCredential).pathname.replace(/\/[a-z]+$/, '');

// ---- what is whose ----

const own = ['umbra'];
const secrets = [
	...serials.map((serial) => [serial, ['umbra', 'maker', 'authority']]),
	[sscc, ['umbra', 'maker', 'authority']],
	['5011111000006', ['umbra', 'maker', 'authority']],
	['Umbra Chemist, back counter', own],
	['umbra-chemist', ['umbra', 'operator']], // the operator sees to its tenants' accounts
	['Lumen Chemist, front counter', ['lumen']],
	['lumen-chemist', ['lumen', 'operator']],
	[person_name, own],
	['Quillfeather', own],
	[person, own],
	[photo, own],
	[check.r, own],
	[badge.slice(5, 100), own],
	[check.credential.credentialSubject.id, own],
	[`"${reference}"`, own],
	['expiry_mismatch"', [...own, 'maker', 'authority']], // its alert: of who raised it and who holds the product
];
const needles = new Needles(secrets.map(([text]) => text));
const known_to = new Map(secrets);

// ---- before others have anything to do with these packs ----

await test('an alert is seen by who raised it, who holds the product, and authorities', async (problems) => {
	for (const [account, sees] of [['umbra', true], ['maker', true], ['authority', true], ['lumen', false], ['operator', false], ['rival', false]]) {
		const alerts = await ask_json(account, 'GET', '/api/v1/alerts');
		if (alerts.some((alert) => alert.what === 'expiry_mismatch') !== sees)
			problems.push(`${account}: ${JSON.stringify(alerts)}`);
	}
});

await test('a second supply is seen by both who supplied, and not by the others', async (problems) => {
	await ask_json('lumen', 'POST', '/api/v1/packs/supply', { scan: scans[0] });
	for (const [account, sees] of [['umbra', true], ['lumen', true], ['maker', true], ['authority', true], ['operator', false], ['rival', false]]) {
		const alerts = await ask_json(account, 'GET', '/api/v1/alerts');
		if (alerts.some((alert) => alert.what === 'already_supplied') !== sees)
			problems.push(`${account}: ${JSON.stringify(alerts)}`);
	}
});

// ---- the routes: [path, body] asked by everybody; `own` is what umbra's answer must have ----

const id = (verb) => `/api/v1/people/${person}/${verb}`;
const form = encodeURIComponent;
const rows = {
	'GET /checkpoint': [{ path: '/checkpoint' }],
	'GET /tile/*': [{ path: '/tile/0/000.p/1' }, { path: '/tile/entries/000.p/1' }],
	'GET /.well-known/scitt-keys': [{ path: '/.well-known/scitt-keys' }],
	'GET /.well-known/scitt-keys/*': [{ path: `/.well-known/scitt-keys/${'0'.repeat(64)}`, others: [404] }],
	'GET /entries/*': [{ path: `/entries/${'0'.repeat(64)}`, others: [404] }],
	'GET /policy': [{ path: '/policy' }],
	'GET /healthz': [{ path: '/healthz' }],
	'GET /metrics': [{ path: '/metrics' }],
	'GET /status/*': [{ path: list }, { path: `${list}/revocation` }, { path: `${list}/suspension` }],
	'GET /statement/*': Array.from({ length: 60 }, (_, i) => ({ path: `/statement/${i}` })),
	'GET /api/v1/receipt': Array.from({ length: 60 }, (_, i) => ({ path: `/api/v1/receipt?position=${i}` })).concat(
		[{ path: `/api/v1/receipt?entry=${supplied.evidence.entry}` }, { path: `/api/v1/receipt?position=${supplied.evidence.position}&form=cose` }]),
	'GET /api/v1/check': scans.slice(0, 3).map((scan) => ({ path: `/api/v1/check?scan=${form(scan)}` })),
	'GET /api/v1/stock': [{ path: '/api/v1/stock', own: '"lot":"LOT7"', only: ['umbra', 'maker'] }, { path: '/api/v1/stock?near_expiry_days=9000' }],
	'GET /api/v1/quarantine': [{ path: '/api/v1/quarantine', own: 'temperature', only: ['umbra'] }],
	'POST /api/v1/quarantine': [{ path: '/api/v1/quarantine', body: { scan: scans[4], reason: 'damaged' }, quotes: true }],
	'POST /api/v1/quarantine/release': [{ path: '/api/v1/quarantine/release', body: { scan: scans[3] }, others: [403, 404], not_own: true }],
	'GET /api/v1/recalls': [{ path: '/api/v1/recalls', own: '"held":' }],
	'GET /api/v1/alerts': [{ path: '/api/v1/alerts', own: 'expiry_mismatch', only: ['umbra', 'maker', 'authority'] }],
	'GET /api/v1/trace': [{ path: `/api/v1/trace?scan=${form(scans[0])}`, own: '5011111000006' }, { path: `/api/v1/trace?gtin=${gtin}&lot=LOT7`, own: '"maker":' }],
	'GET /api/v1/people': [{ path: '/api/v1/people', own: person_name }],
	'GET /api/v1/people/*': [{ path: `/api/v1/people/${person}`, own: reference, others: [403, 404] }],
	'GET /api/v1/clearance/options': [{ path: '/api/v1/clearance/options', own: 'pharmacist' }],
	'GET /api/v1/accounts': [{ path: '/api/v1/accounts', own: 'umbra-chemist' }, { path: '/api/v1/accounts?party=umbra-chemist' }],
	'GET /api/v1/keys': [{ path: '/api/v1/keys', own: 'umbra-chemist' }, { path: '/api/v1/keys?party=umbra-chemist' }],
	'GET /api/v1/keys/in-use': [{ path: '/api/v1/keys/in-use', own: 'umbra-chemist' }],
	'GET /api/v1/peppers': [{ path: '/api/v1/peppers' }],
	'POST /api/v1/sign-in': [{ path: '/api/v1/sign-in', body: { user: 'umbra', password: 'not the password' } }, { path: '/api/v1/sign-in', body: { user: 'nobody', password: 'not the password' } }],
	'POST /api/v1/sign-out': [{ path: '/api/v1/sign-out' }],
	'POST /api/v1/check': [{ path: '/api/v1/check', body: { scan: scans[0] } }],
	'POST /api/v1/packs/*': ['void', 'return'].map((verb) => ({ path: `/api/v1/packs/${verb}`, body: { scan: scans[1], never_left_our_control: true }, others: [403, 404, 422], not_own: true }))
		.concat([{ path: '/api/v1/packs/supply', body: { scan: scans[0] } }]),
	'POST /api/v1/capture': [{ path: '/api/v1/capture', body: '<?xml version="1.0"?><nothing/>', others: [400, 403] }],
	'POST /api/v1/lots/*': [{ path: '/api/v1/lots/close', body: { gtin, lot: 'LOT7' } }],
	'POST /api/v1/coverage': [{ path: '/api/v1/coverage', body: { gtin, from: '2026-01-01' } }],
	'POST /api/v1/receive': [{ path: '/api/v1/receive', body: { scan: `]C100${sscc}` }, others: [403, 404, 409] }],
	'POST /api/v1/ship': [{ path: '/api/v1/ship', body: { scan: `]C100${sscc}`, to: '5044444000009' }, others: [403, 404, 409], not_own: true }],
	'POST /api/v1/recalls': [{ path: '/api/v1/recalls', body: { items: [{ gtin, lots: ['LOT9'] }] } }],
	'POST /api/v1/recalls/*': [{ path: `/api/v1/recalls/${recall}/answer`, body: { gtin, lot: 'LOT7', held: 1 } }],
	'DELETE /api/v1/recalls/*': [{ path: `/api/v1/recalls/${'0'.repeat(32)}`, others: [403, 404, 422] }],
	'POST /api/v1/alerts/*': [{ path: '/api/v1/alerts/4711/resolve', body: { cause: 'user' }, others: [403, 422] }],
	'GET /api/v1/followed': [{ path: '/api/v1/followed' }],
	'POST /api/v1/followed': [{ path: '/api/v1/followed', body: { member: 'nobody.example' }, others: [403, 404] }],
	'DELETE /api/v1/followed/*': [{ path: '/api/v1/followed/nobody.example' }],
	'POST /api/v1/statements': [{ path: '/api/v1/statements', body: Buffer.from([0xd2]), others: [400, 403, 422] }],
	'POST /entries': [{ path: '/entries', body: Buffer.from([0xd2]), others: [400, 403] }],
	'POST /api/v1/people': [{ path: '/api/v1/people', body: { name: 'Somebody Else' } }],
	'POST /api/v1/people/*': [
		{ path: id('badge'), body: { role: 'pharmacist' }, others: [403, 404] },
		{ path: id('checks'), body: { check: { checkedOn: today, checkType: 'identity', source: 'identity_document', method: 'original_seen' } }, others: [403, 404, 422] },
		{ path: id('import'), body: { credential: check.credential, r: check.r }, others: [400, 403, 404, 422], quotes: true },
	],
	'DELETE /api/v1/people/*': [{ path: `/api/v1/people/${person}`, others: [403, 404], not_own: true }],
	'POST /api/v1/clearance': [
		{ path: '/api/v1/clearance', body: { person, role: 'pharmacist', site_class: 'hospital_pharmacy' }, own: person_name, others: [403, 404] },
		{ path: '/api/v1/clearance', body: { badge, role: 'pharmacist', site_class: 'hospital_pharmacy' }, own: person_name, others: [403, 404, 422, 503] },
	],
	'POST /api/v1/clearance/picture': [{ path: '/api/v1/clearance/picture?role=pharmacist&site_class=hospital_pharmacy', body: Buffer.from('no picture'), others: [400, 403, 404] }],
	'POST /api/v1/clearance/policy': [{ path: '/api/v1/clearance/policy', body: '{"no": "policy"}', others: [400, 403] }],
	'POST /api/v1/status': [{ path: '/api/v1/status', body: { commitment: check.commitment, status: 'revoked', reason: 'issued_in_error' }, others: [403, 422], not_own: true }],
	'POST /api/v1/accounts': [{ path: '/api/v1/accounts', body: { user: 'intruder', party: 'umbra-chemist', roles: ['hr'], password: 'a long password' }, others: 403, but: 'operator', not_own: true }],
	'POST /api/v1/accounts/*': [{ path: '/api/v1/accounts/umbra', body: { disabled: true }, others: [403, 404], but: 'operator', not_own: true }],
	'POST /api/v1/keys/revoke': [{ path: '/api/v1/keys/revoke', body: { kid: '0'.repeat(64), reason: 'superseded', party: 'umbra-chemist' }, others: [400, 403, 404] }],
	'POST /api/v1/keys/rewrap': [{ path: '/api/v1/keys/rewrap', body: { party: 'umbra-chemist' }, others: 403, but: 'operator', not_own: true }],
	// The operator registers its tenants' places and makes their mandates: it is not asked here.
	'GET /api/v1/sites': [{ path: '/api/v1/sites', own: 'Umbra Chemist, back counter', but: 'operator' }, { path: '/api/v1/sites?party=umbra-chemist', but: 'operator' }],
	'POST /api/v1/sites': [{ path: '/api/v1/sites', body: { name: 'A third counter', ods: 'ZZ999', party: 'umbra-chemist' }, others: 403, but: 'operator', not_own: true }],
	'POST /api/v1/sites/*': [{ path: '/api/v1/sites/5011111000006', body: { until: '2030-01-01' }, others: [403, 404], but: 'operator', not_own: true }],
	'GET /api/v1/mandates': [{ path: '/api/v1/mandates', but: 'operator' }, { path: '/api/v1/mandates?party=umbra-chemist', but: 'operator' }],
	'POST /api/v1/mandates': [{ path: '/api/v1/mandates', body: { agent: 'rival.example', kinds: ['supply'], until: '2030-01-01', party: 'umbra-chemist' }, others: 403, but: 'operator', not_own: true }],
	'DELETE /api/v1/mandates/*': [{ path: `/api/v1/mandates/${'0'.repeat(32)}`, others: [403, 404, 422], but: 'operator' }],
	'GET /api/v1/tenants': [{ path: '/api/v1/tenants', own: 'umbra-chemist' }],
	'POST /api/v1/tenants': [{ path: '/api/v1/tenants', body: { tenant: '0'.repeat(32), root: '0'.repeat(64), signature: '0'.repeat(128) }, others: 403, but: 'operator', not_own: true }],
	'POST /api/v1/peppers': [{ path: '/api/v1/peppers', body: { year: 1 } }],
};

function routes_there_are() {
	const text = fs.readdirSync('appliance/http').filter((name) => /^api_.*\.c$/.test(name))
		.map((name) => fs.readFileSync(path.join('appliance/http', name), 'utf8')).join('').replaceAll('API_SIGN_IN', '"/api/v1/sign-in"');
	return [...text.matchAll(/\{"(GET|POST|PUT|DELETE|PATCH)", "([^"]+)"/g)].map((match) => `${match[1]} ${match[2]}`);
}

const status_fits = (wanted, status) => wanted === undefined || [wanted].flat().includes(status);

await test('every route has a row here', (problems) => {
	for (const route of routes_there_are())
		if (!rows[route])
			problems.push(`${route} is in no row: say what others may see of it`);
	for (const route of Object.keys(rows))
		if (!routes_there_are().includes(route))
			problems.push(`${route} is a row and no route`);
});

await test('what is searched for is found: everything is in the answers to its owner', async () => {
	const seen = Buffer.concat(await Promise.all(['/api/v1/people', `/api/v1/people/${person}`, '/api/v1/accounts', '/api/v1/alerts', `/api/v1/trace?scan=${form(scans[0])}`]
		.map(async (where) => (await ask('umbra', 'GET', where)).body)));
	const found = needles.find(seen);
	for (const text of [person_name, person, `"${reference}"`, 'umbra-chemist', 'expiry_mismatch"', '5011111000006'])
		must(found.has(text), `${text} is not in umbra's own answers`);
});

async function ask_row(problems, route, row, account) {
	const method = route.split(' ')[0];
	if (account === 'umbra' && row.not_own)
		return;
	const { status, body } = await ask(account, method, row.path, row.body);
	const what = `${account ?? 'nobody'}: ${method} ${row.path.slice(0, 70)} -> ${status}`;
	const sent = needles.find(Buffer.from(row.path + '\0' + decodeURIComponent(row.path) + '\0' + (Buffer.isBuffer(row.body) ? '' : JSON.stringify(row.body ?? ''))));
	for (const text of needles.find(body))
		if (!(account && known_to.get(text).includes(account)) && !sent.has(text))
			problems.push(`${what}: tells ${text}`);
	if (status >= 500 && status !== 503)
		problems.push(`${what}: ${body}`);
	if (account === 'umbra' && row.own && !body.toString().includes(row.own))
		problems.push(`${what}: does not tell its owner ${row.own}: ${body.toString().slice(0, 200)}`);
	if (row.only && !row.only.includes(account) && body.toString().includes(row.own))
		problems.push(`${what}: tells ${row.own}`);
	if (account && account !== 'umbra' && account !== row.but && !status_fits(row.others, status))
		problems.push(`${what}, wanted ${row.others}: ${body.toString().slice(0, 200)}`);
}

for (const [route, asked] of Object.entries(rows))
	await test(`${route}: each account gets what is its own`, async (problems) => {
		for (const row of asked)
			for (const account of [...accounts].reverse()) // the owner last: the others must find all in place
				if (account !== row.but)
					await ask_row(problems, route, row, account);
	});

await test('what anybody gets of a receipt holds no statement', async (problems) => {
	const public_receipt = (await ask(null, 'GET', `/api/v1/receipt?position=${supplied.evidence.position}`)).body.toString();
	const extra = Buffer.from(public_receipt.match(/^extra (.*)$/m)[1], 'base64');
	if (extra.toString('hex') !== supplied.evidence.entry)
		problems.push(`extra is ${extra.toString('hex')}`);
});

await test('who is asked about another organisation\'s change tells the day only', async (problems) => {
	for (const account of ['lumen', 'operator', 'rival', null]) {
		const { evidence } = await ask_json(account, 'GET', `/api/v1/check?scan=${form(scans[1])}`);
		if (!evidence.change || evidence.change.own || evidence.change.time || evidence.change.position !== undefined)
			problems.push(`${account}: ${JSON.stringify(evidence.change)}`);
	}
	const { evidence } = await ask_json('umbra', 'GET', `/api/v1/check?scan=${form(scans[1])}`);
	if (!evidence.change?.own || !evidence.change.time)
		problems.push(`umbra itself: ${JSON.stringify(evidence.change)}`);
});

await test('a tenant is not told whether another has an account of a name', async (problems) => {
	const [there, not_there] = await Promise.all(['umbra', 'no-such-account'].map((name) => ask('lumen', 'POST', `/api/v1/accounts/${name}`, { disabled: false })));
	if (there.status !== not_there.status || there.body.toString().replaceAll('umbra', '') !== not_there.body.toString().replaceAll('no-such-account', ''))
		problems.push(`${there.status} ${there.body} and ${not_there.status} ${not_there.body}`);
});

await test('a tenant that adds an account is not told which names others have', async (problems) => {
	const add = (user) => ask('lumen', 'POST', '/api/v1/accounts', { user, roles: ['viewer'], password: 'a long password' });
	for (const [there, not_there] of [['umbra', 'no-such-name'], ['umbra@umbra-chemist', 'no-such-name@umbra-chemist']]) {
		const [one, other] = await Promise.all([add(there), add(not_there)]);
		if (one.status !== 400 || other.status !== 400 || !one.body.equals(other.body))
			problems.push(`${there}: ${one.status} ${one.body} and ${other.status} ${other.body}`);
	}
	const own = await add('umbra@lumen-chemist');
	if (own.status !== 200)
		problems.push(`a name of its own: ${own.status} ${own.body}`);
});

// ---- what lies open ----

// Everything that is handed out, by curl as somebody else would get it.
function published(url, ca, token, size) {
	const get = (where, as) => execFileSync('curl', ['-s', '--max-time', '20', '--cacert', ca, ...(as ? ['-H', `Authorization: Bearer ${as}`] : []), url + where], { maxBuffer: 1 << 26 });
	const wheres = ['/', '/checkpoint', '/policy', '/healthz', '/metrics', '/api/v1/recalls', '/.well-known/scitt-keys'];
	for (let level = 0; size >> (8 * level); level++)
		for (let index = 0, left = Math.floor(size / 256 ** level); left > 0; index++, left -= 256) {
			const width = left >= 256 ? '' : `.p/${left}`;
			const name = index >= 1000 ? `x${String(Math.floor(index / 1000)).padStart(3, '0')}/${String(index % 1000).padStart(3, '0')}` : String(index).padStart(3, '0');
			wheres.push(`/tile/${level}/${name}${width}`);
			if (!level)
				wheres.push(`/tile/entries/${name}${width}`);
		}
	const got = wheres.map((where) => [where, get(where)]);
	for (let position = 0; position < size; position++)
		got.push([`/statement/${position}`, get(`/statement/${position}`, token)]);
	return got;
}

function search(problems, wanted, places) {
	for (const [where, bytes] of places)
		for (const text of wanted.find(bytes))
			problems.push(`${where} has ${text}`);
}

const files = (in_folder, names) => names.map((name) => path.join(in_folder, name)).filter((file) => fs.existsSync(file)).map((file) => [file, fs.readFileSync(file)]);

await test('nothing of that is in what is published, in the log or in the ledger\'s files', async (problems) => {
	const { size } = await ask_json(null, 'GET', '/healthz');
	const { url, ca } = said.at;
	const places = published(url, ca, fs.readFileSync(path.join(ledger, 'tokens', 'rival'), 'utf8').trim(), size);
	for (const where of [list, `${list}/revocation`, `${list}/suspension`])
		places.push([where, (await ask(null, 'GET', where)).body]);
	places.push(['standard output and error of assay run', Buffer.from(said.text)]);
	const never = new Needles(secrets.map(([text]) => text).concat(plan.places.flatMap((place) => [place.name, place.gln]),
		[...told.matchAll(/password (\S+)/g)].map((match) => match[1])));
	search(problems, never, places.concat(files(ledger, ['ledger.db', 'ledger.db-wal', 'state.db', 'state.db-wal', 'entries.db'])));
	must(places.length > size && places.every(([, bytes]) => bytes.length), 'there is something to search');
});
await stop('SIGTERM');

await test('nor is anything of the demo story', async (problems) => {
	const demo = path.join(folder, 'demo');
	execFileSync(assay, ['demo', '--once', '--folder', demo], { maxBuffer: 1 << 26, stdio: ['ignore', 'pipe', 'pipe'] });
	const run = path.join(demo, 'demo', fs.readdirSync(path.join(demo, 'demo'))[0]);
	const made = fs.readdirSync(run).filter((name) => /\.(xml|json)$/.test(name)).map((name) => fs.readFileSync(path.join(run, name), 'utf8')).join('\n');
	const every = (pattern) => [...new Set([...made.matchAll(pattern)].map((match) => match[1]))];
	const demo_serials = every(/\/21\/([A-Z0-9]{12,})/g);
	const demo_ssccs = every(/\/00\/(\d{18})/g);
	const demo_plan = JSON.parse(fs.readFileSync('deploy/demo/plan.json', 'utf8'));
	const wanted = new Needles([...demo_serials, ...demo_ssccs, ...every(/\/414\/(\d{13})/g), ...demo_plan.places.flatMap((place) => [place.name, place.gln]),
		'Test Person-One', '"2999999"', '"2999998"', 'pharmacy"}'].map(String));
	must(demo_serials.length >= 5000 && demo_ssccs.length > 1, `${demo_serials.length} serials, ${demo_ssccs.length} cases`);
	await start(demo);
	const { size } = await ask_json(null, 'GET', '/healthz');
	const places = published(said.at.url, said.at.ca, fs.readFileSync(path.join(demo, 'tokens', 'hospital'), 'utf8').trim(), size);
	places.push(['standard output and error of assay run', Buffer.from(said.text)]);
	search(problems, wanted, places.concat(files(demo, ['ledger.db', 'ledger.db-wal', 'state.db', 'state.db-wal', 'entries.db'])));
	must(wanted.find(fs.readFileSync(path.join(run, fs.readdirSync(run).find((name) => name.startsWith('1-'))))).size >= 5000, 'the search finds what is there');
	await stop('SIGTERM');
});

console.log(`1..${number}`);
end(failures ? 1 : 0);
