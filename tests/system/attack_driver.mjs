// Asks the appliance what nobody should: each member of each request as something else, huge,
// nested, not UTF-8; paths, queries and bodies made to break parsers; and looks whether every answer
// is an answer (4xx as JSON without control characters), nothing was stated by what was refused, and
// the appliance lives. TAP on standard output.
import { deflateSync } from 'node:zlib';
import { ask, ask_json, document, end, gtin, init, is_running, must, scan_of, start } from './appliance.mjs';

let number = 0;
let failures = 0;

async function test(name, body) {
	number++;
	const problems = [];
	try {
		await body(problems);
		must(is_running(), 'the appliance is gone');
	} catch (error) {
		problems.push(error.stack);
	}
	console.log(`${problems.length ? 'not ok' : 'ok'} ${number} - ${name}`);
	for (const problem of problems.slice(0, 20))
		console.log(`# ${String(problem).replaceAll('\n', '\n# ')}`);
	failures += problems.length > 0;
}

// What is wrong with an answer to something wrong; null: nothing.
function fault_of({ status, body }) {
	const text = body.toString('utf8');
	if (status >= 500 || status < 200)
		return `status ${status}: ${text.slice(0, 200)}`;
	if (text.includes('�') || !Buffer.from(text).equals(body))
		return 'the answer is not UTF-8';
	if (/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/.test(text))
		return 'the answer has raw control characters';
	let json;
	try {
		json = JSON.parse(text);
	} catch {
		return `the answer is not JSON: ${text.slice(0, 100)}`;
	}
	if (status >= 400) {
		if (typeof json.error !== 'string' || typeof json.code !== 'string')
			return 'an error without sentence or code';
		if (/[\x00-\x1f\x7f-\x9f]/.test(json.error))
			return 'a sentence with control characters';
	}
	return null;
}

async function size() {
	return (await ask_json('maker', 'GET', '/healthz')).size;
}

// ---- requests ----

const text = 'text';
const whole = 'whole number';
const yes = 'true or false';
const list = 'list';
const object = 'object';
const person = '00000000000000000000000000000000';
const requests = [
	['pharmacist', '/api/v1/sign-in', { user: [text, 'pharmacist'], password: [text, 'wrong wrong'] }],
	['pharmacist', '/api/v1/check', { scan: [text, scan_of('X9', 'A')] }],
	['pharmacist', '/api/v1/check', { scan_hex: [text, '00'] }],
	['pharmacist', '/api/v1/packs/supply', { scan: [text, scan_of('X9', 'A')], count: [whole, 1], reason: [text, 'clinical'] }],
	['pharmacist', '/api/v1/packs/open', { scan: [text, scan_of('X9', 'B')], remaining: [whole, 3] }],
	['pharmacist', '/api/v1/packs/void', { scan: [text, scan_of('X9', 'none')], undo: [whole, 3] }],
	['pharmacist', '/api/v1/packs/return', { scan: [text, scan_of('X9', 'none')], never_left_our_control: [yes, true] }],
	['pharmacist', '/api/v1/quarantine', { scan: [text, scan_of('X9', 'none')], reason: [text, 'mood'], whole_lot: [yes, true] }],
	['maker', '/api/v1/lots/open', { gtin: [text, gtin], lot: [text, 'O1'], expiry: [text, '2028-03-31'], packs: [text, 'none'] }],
	['maker', '/api/v1/lots/close', { gtin: [text, gtin], lot: [text, 'O1'] }],
	['maker', '/api/v1/lots/extend', { gtin: [text, gtin], lot: [text, 'O1'], expiry: [text, '2028-04-30'] }],
	['maker', '/api/v1/coverage', { gtin: [text, gtin], from: [text, '2026-01-01'] }],
	['warehouse', '/api/v1/receive', { scan: [text, ']C100350123450000000017'], count: [whole, 1] }],
	['warehouse', '/api/v1/ship', { scan: [text, ']C100350123450000000017'], to: [text, '5011111000006'] }],
	['authority', '/api/v1/recalls', { items: [list, [{ gtin, lots: ['NONE'] }]], class: [whole, 2], depth: [text, 'patient'] }],
	['pharmacist', '/api/v1/recalls', { items: [list, [{ gtin, lots: ['NONE'] }]], class: [whole, 2], transcribed: [yes, true], notice: [text, 'x'] }],
	['pharmacist', `/api/v1/recalls/${person}/answer`, { gtin: [text, gtin], lot: [text, 'NONE'], held: [whole, 1], quarantined: [whole, 0], returned: [whole, 0], supplied: [whole, 0], contacted: [whole, 0] }],
	['hospital', '/api/v1/people', { name: [text, 'Test Person'], photo_sha256: [text, person + person] }],
	['hospital', `/api/v1/people/${person}/checks`, { check: [object, {}], relying: [text, 'x'] }],
	['hospital', `/api/v1/people/${person}/import`, { credential: [object, {}], r: [text, person] }],
	['hospital', `/api/v1/people/${person}/badge`, { role: [text, 'pharmacist'], days: [whole, 1] }],
	['hospital', '/api/v1/clearance', { person: [text, person], role: [text, 'pharmacist'], site_class: [text, 'ward'], product_class: [text, 'controlled'], at: [text, '2026-01-01T00:00:00Z'], photo_seen: [yes, true] }],
	['hospital', '/api/v1/clearance', { badge: [text, 'ASY1:0'], role: [text, 'pharmacist'], site_class: [text, 'ward'] }],
	['register', '/api/v1/status', { commitment: [text, person + person], status: [text, 'valid'], reason: [text, 'x'] }],
];

const values = [
	[whole, -1], [whole, 0], [whole, 4294967296], [whole, 9007199254740991], ['number', 1.5], ['number', 1e300],
	[yes, true], [yes, false], [list, []], [list, [null]], [list, [[], {}, 'x', 1]], [object, {}], [object, { gtin: {} }],
	[text, ''], [text, ' '], [text, 'true'], [text, '-1'], [text, '99999999999999999999'],
	[text, '\u001b[2J\u001b]0;x\u0007'], [text, '\u009b31m'], [text, '\u202egnp'], [text, 'é€😀'],
	[text, "'; DROP TABLE pack; --"], [text, '../../../../etc/passwd'], [text, '%s%n%n%n'], [text, 'x'.repeat(5000)],
	[text, '0'.repeat(64)], [text, '0'.repeat(65)], [text, 'ASY1:' + '%'.repeat(600)], [text, ']d2' + '01'.repeat(2000)],
	[text, '<img src=x onerror=alert(1)>'], [text, '280230'], [text, '-99999'], [text, '1928-01-01'],
];

const raw = {
	'a lone surrogate': '"\\ud800"',
	'a NUL': '"a\\u0000b"',
	'a number past 64 bits': '99999999999999999999',
	'a list 3,000 deep': '['.repeat(3000) + ']'.repeat(3000),
	'a name twice': '1,"scan":1,"scan":2',
};

function plain(members) {
	return Object.fromEntries(Object.entries(members).map(([name, [, value]]) => [name, value]));
}

async function refused(problems, what, before, answer) {
	const fault = fault_of(answer);
	if (fault)
		problems.push(`${what}: ${fault}`);
	else if (answer.status < 400)
		problems.push(`${what}: taken with ${answer.status}`);
	const now = await size();
	if (now !== before.size)
		problems.push(`${what}: stated something`);
	before.size = now;
}

await init();
await start();
await ask_json('maker', 'POST', '/api/v1/capture', document('X9', ['A', 'B', 'C', 'D']));
for (const step of ['close', 'release'])
	await ask_json('maker', 'POST', `/api/v1/lots/${step}`, { gtin, lot: 'X9' });

await test('a member of another type is refused by name and nothing is stated', async (problems) => {
	const before = { size: await size() };
	for (const [user, path, members] of requests) {
		for (const [name, [type]] of Object.entries(members)) {
			for (const [other, value] of values) {
				if (other === type)
					continue;
				const answer = await ask(user, 'POST', path, { ...plain(members), [name]: value });
				const what = `${path} ${name}=${JSON.stringify(value).slice(0, 40)}`;
				if (answer.status === 429)
					continue;
				await refused(problems, what, before, answer);
				if (answer.status !== 400 || !answer.body.includes(name))
					problems.push(`${what}: ${answer.status} ${answer.body}`);
			}
		}
	}
});

await test('a misspelt member is refused and nothing is stated', async (problems) => {
	const before = { size: await size() };
	for (const [user, path, members] of requests)
		await refused(problems, path, before, await ask(user, 'POST', path, { ...plain(members), transcribd: true }));
});

await test('values of the right type and no sense are answered in order', async (problems) => {
	for (const [user, path, members] of requests) {
		for (const [name, [type]] of Object.entries(members)) {
			for (const [other, value] of values) {
				if (other !== type)
					continue;
				const fault = fault_of(await ask(user, 'POST', path, { ...plain(members), [name]: value }));
				if (fault)
					problems.push(`${path} ${name}=${JSON.stringify(value).slice(0, 40)}: ${fault}`);
			}
		}
	}
});

await test('what is no JSON, or JSON that breaks readers, is refused', async (problems) => {
	const before = { size: await size() };
	for (const [user, path, members] of requests) {
		const [name] = Object.keys(members);
		for (const [what, value] of Object.entries(raw))
			await refused(problems, `${path} ${what}`, before, await ask(user, 'POST', path, `{"${name}":${value}}`));
		const bytes = Buffer.concat([Buffer.from(`{"${name}":"a`), Buffer.from([0xff, 0xfe, 0xc0, 0x80]), Buffer.from('"}')]);
		await refused(problems, `${path} not UTF-8`, before, await ask(user, 'POST', path, bytes));
		for (const body of ['', 'null', '[]', '"x"', '{', '{"a":1}}', '\ufeff{}', '\x1b[2J'])
			await refused(problems, `${path} ${JSON.stringify(body)}`, before, await ask(user, 'POST', path, Buffer.from(body)));
	}
});

await test('a recall of some lots never becomes one of all', async (problems) => {
	const before = { size: await size() };
	for (const items of [[{ gtin, lots: 'X9' }], [{ gtin, lots: { 0: 'X9' } }], [{ gtin, lots: [7] }], [{ gtin, lot: 'X9' }],
		[{ gtin, Lots: ['X9'] }], [gtin], [{ lots: ['X9'] }], [[]], [{ gtin, lots: true }]])
		await refused(problems, JSON.stringify(items), before, await ask('authority', 'POST', '/api/v1/recalls', { items, class: 1 }));
});

await test('addresses that make no sense are answered in order', async (problems) => {
	const bad = ['%ff', '%c3%28', '%1b%5b2J', '%e2%80%ae', "'%3b--", '-1', '0x10', '18446744073709551615', '18446744073709551616',
		'9223372036854775807', '9223372036854775808', '1e3', '%20', 'a'.repeat(3000), '00'.repeat(32), 'zz'.repeat(32)];
	const paths = ['/', '/api/v1/', '/statement/', '/tile/0/', '/tile/', '/tile/entries/', '/tile/63/', '/api/v1/people/', '/api/v1/packs/',
		'/api/v1/check?scan=', '/api/v1/check?scan_hex=', '/api/v1/trace?scan=', '/api/v1/trace?scan_hex=', `/api/v1/trace?gtin=${gtin}&lot=`,
		'/api/v1/trace?lot=X9&gtin=', '/api/v1/stock?near_expiry_days=', '/api/v1/receipt?position=', '/api/v1/receipt?entry=',
		'/api/v1/receipt?form=cose&position='];
	for (const path of paths) {
		for (const value of bad) {
			const answer = await ask('hospital', 'GET', path + value).catch((error) => { throw new Error(`${path}${value}: ${error.message}`); });
			const fault = answer.status === 200 && !path.startsWith('/api') ? null : fault_of(answer);
			if (fault)
				problems.push(`${path}${value}: ${fault}`);
		}
	}
	for (const days of ['-5', 'soon', '1e3', '999999'])
		if ((await ask('hospital', 'GET', `/api/v1/stock?near_expiry_days=${days}`)).status !== 400)
			problems.push(`near_expiry_days=${days} is taken`);
});

function picture(width, height, data) {
	const table = Array.from({ length: 256 }, (_, n) => {
		for (let k = 0; k < 8; k++)
			n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
		return n >>> 0;
	});
	const chunk = (type, bytes) => {
		const body = Buffer.concat([Buffer.from(type), bytes]);
		const size = Buffer.alloc(4);
		const check = Buffer.alloc(4);
		size.writeUInt32BE(bytes.length);
		check.writeUInt32BE((body.reduce((crc, byte) => table[(crc ^ byte) & 255] ^ (crc >>> 8), 0xffffffff) ^ 0xffffffff) >>> 0);
		return Buffer.concat([size, body, check]);
	};
	const head = Buffer.alloc(13);
	head.writeUInt32BE(width, 0);
	head.writeUInt32BE(height, 4);
	head[8] = 8;
	return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', head), chunk('IDAT', deflateSync(data)), chunk('IEND', Buffer.alloc(0))]);
}

await test('pictures that are none, or far too large, are refused', async (problems) => {
	const before = { size: await size() };
	const where = '/api/v1/clearance/picture?role=pharmacist&site_class=hospital_pharmacy';
	const whole_one = picture(64, 64, Buffer.alloc(65 * 64));
	for (const [what, bytes] of [['nothing', Buffer.alloc(0)], ['text', Buffer.from('no picture')], ['a blank one', whole_one],
		['half', whole_one.subarray(0, whole_one.length / 2)], ['a broken chunk', Buffer.concat([whole_one.subarray(0, 40), Buffer.alloc(40, 0xff), whole_one.subarray(80)])],
		['20,000 x 20,000', picture(20000, 20000, Buffer.alloc(1 << 16))], ['2^31-1 wide', picture(0x7fffffff, 1, Buffer.alloc(100))],
		['no width', picture(0, 10, Buffer.alloc(10))], ['too few rows', picture(500, 500, Buffer.alloc(501))]])
		await refused(problems, what, before, await ask('hospital', 'POST', where, bytes));
});

await test('documents that are none, lie about their kind or grow are refused whole', async (problems) => {
	const before = { size: await size() };
	const whole_one = document('Y1', ['P', 'Q']);
	const event = whole_one.slice(whole_one.indexOf('<ObjectEvent>'), whole_one.indexOf('</EventList>'));
	const with_event = (other) => whole_one.replace(event, other);
	const entities = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>';
	const outside = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>';
	const declared = whole_one.replace('?>', '?>\n');
	const rows = {
		nothing: '',
		text: 'no XML',
		half: whole_one.slice(0, whole_one.length / 2),
		'no events': with_event(''),
		entities: declared.replace('?>', `?>${entities}`).replace('Y1<', '&c;<'),
		'a file of ours': declared.replace('?>', `?>${outside}`).replace('Y1<', '&f;<'),
		'another schema': whole_one.replace('epcis:xsd:2', 'epcis:xsd:9'),
		'another root': whole_one.replaceAll('epcis:EPCISDocument', 'epcis:Other'),
		'200,000 deep': '<a>'.repeat(200000),
		'a lot with ESC': whole_one.replace('>Y1<', '>Y&#27;[2J<'),
		'a lot with C1': whole_one.replace('>Y1<', '>Y&#155;1<'),
		'a lot too long': whole_one.replace('>Y1<', `>${'Y'.repeat(21)}<`),
		'a lot outside the alphabet': whole_one.replace('>Y1<', '>Y é<'),
		'an expiry in 1928': whole_one.replace('>2028-03-31<', '>1928-03-31<'),
		'an expiry on day 32': whole_one.replace('>2028-03-31<', '>2028-03-32<'),
		'a serial too long': whole_one.replace('/21/P<', `/21/${'P'.repeat(21)}<`),
		'a wrong check digit': whole_one.replace('/01/05012345678900/21/P', '/01/05012345678901/21/P'),
		"another maker's product": whole_one.replaceAll('05012345678900', '05098765432109'),
		'not UTF-8': Buffer.concat([Buffer.from(whole_one.slice(0, 400)), Buffer.from([0xff, 0xc0]), Buffer.from(whole_one.slice(400))]),
	};
	for (const [what, body] of Object.entries(rows))
		await refused(problems, what, before, await ask('maker', 'POST', '/api/v1/capture', body));
	const utf16 = Buffer.from(`\ufeff${whole_one.replace('UTF-8', 'UTF-16')}`, 'utf16le');
	const fault = fault_of(await ask('maker', 'POST', '/api/v1/capture', utf16));
	if (fault)
		problems.push(`UTF-16: ${fault}`);
});

await test('after all that a pack is supplied as ever', async (problems) => {
	const done = await ask_json('pharmacist', 'POST', '/api/v1/packs/supply', { scan: scan_of('X9', 'D') });
	if (done.alert || !done.evidence.final)
		problems.push(JSON.stringify(done));
});

console.log(`1..${number}`);
end(failures ? 1 : 0);
