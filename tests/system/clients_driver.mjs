// Clients that are slow, too many, or do not keep to HTTP: they end, and everybody else is served.
// TAP on standard output.
import { ask, ask_json, connect, end, init, is_running, must, start } from './appliance.mjs';

const CUT_OFF_MS = 75000; // 30 s for a request, 30 s more to rest before one, and the watch's second
const PER_ADDRESS = 256; // connections of one address
let number = 0;
let failures = 0;

async function test(name, body) {
	let problem = null;
	number++;
	try {
		await body();
		must(is_running(), 'the appliance is gone');
		must((await ask(null, 'GET', '/healthz')).status === 200, 'others are not served');
	} catch (error) {
		problem = error;
	}
	console.log(`${problem ? 'not ok' : 'ok'} ${number} - ${name}`);
	if (problem)
		console.log(`# ${String(problem.stack).replaceAll('\n', '\n# ')}`);
	failures += problem !== null;
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function until(is, what, ms = 10000) {
	for (const end_at = Date.now() + ms; !is(); await pause(20))
		must(Date.now() < end_at, `${what}: not within ${ms} ms`);
}

function statuses(said) {
	return [...said.matchAll(/HTTP\/1\.[01] (\d\d\d) /g)].map((match) => Number(match[1]));
}

// Says all of it at once on a connection; answers the statuses that come until it closes, or count.
async function say(text, count = 1) {
	const socket = connect();
	await socket.ready;
	socket.write(Buffer.from(text, 'latin1'));
	await Promise.race([socket.gone, until(() => statuses(socket.said).length >= count, 'an answer')]);
	socket.destroy();
	return statuses(socket.said);
}

const HOST = 'Host: localhost\r\n';

await init();
await start();

// These take as long as the appliance lets them: they begin here and are looked at in the end.
const slow = {};
for (const [name, open] of Object.entries({
	'who connects and says nothing': () => connect({ plain: true }),
	'who says nothing after the handshake': () => connect(),
	'who sends a header a second': () => drip(`GET /healthz HTTP/1.1\r\n${HOST}`, (i) => `X-Slow-${i}: 1\r\n`),
	'who sends a byte of the request line a second': () => drip('', () => 'G'),
	'who sends a byte of a body a second': () => drip(`POST /api/v1/sign-in HTTP/1.1\r\n${HOST}Content-Type: application/json\r\nContent-Length: 5000\r\n\r\n`, () => ' '),
	'who sends a chunk a second': () => drip(`POST /api/v1/sign-in HTTP/1.1\r\n${HOST}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`, () => '1\r\n \r\n'),
	'who asks once and then sends a header a second': () => drip(`GET /healthz HTTP/1.1\r\n${HOST}\r\nGET /healthz HTTP/1.1\r\n${HOST}`, (i) => `X-Slow-${i}: 1\r\n`),
}))
	slow[name] = open();

function drip(first, next) {
	const socket = connect();
	let i = 0;
	socket.ready.then(() => {
		socket.write(first);
		const timer = setInterval(() => socket.write(next(i++)), 1000);
		socket.gone.then(() => clearInterval(timer));
	});
	return socket;
}
const slow_since = Date.now();

await test('requests that come all at once are answered one after the other', async () => {
	const paths = ['/healthz', '/nothing', '/checkpoint', '/api/v1/alerts'];
	const wanted = [200, 404, 200, 401];
	const text = paths.map((path) => `GET ${path} HTTP/1.1\r\n${HOST}\r\n`).join('');
	const got = await say(text, 4);
	must(String(got) === String(wanted), `${got} for ${paths}`);
	const many = await say(`GET /healthz HTTP/1.1\r\n${HOST}\r\n`.repeat(300), 300);
	must(many.length === 300 && many.every((status) => status === 200), `${many.length} of 300`);
});

await test('a request behind one with a body is not taken for its end', async () => {
	const body = '{"user":"nobody","password":"no password of his"}';
	const got = await say(`POST /api/v1/sign-in HTTP/1.1\r\n${HOST}Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}GET /checkpoint HTTP/1.1\r\n${HOST}\r\n`, 2);
	must(String(got) === '403,200', String(got));
});

await test('headers without measure are refused', async () => {
	for (const header of [`X-Long: ${'a'.repeat(100000)}\r\n`, 'X: y\r\n'.repeat(20000), `Cookie: ${'a=b; '.repeat(20000)}\r\n`]) {
		const [status] = await say(`GET /healthz HTTP/1.1\r\n${HOST}${header}\r\n`);
		must(status === undefined || (status >= 400 && status < 500), `status ${status}`);
	}
	const [status] = await say(`GET /${'a'.repeat(100000)} HTTP/1.1\r\n${HOST}\r\n`);
	must(status === undefined || (status >= 400 && status < 500), `a long address: ${status}`);
});

await test('a length and chunks together are refused: who stands between might read it otherwise', async () => {
	const head = `POST /api/v1/sign-in HTTP/1.1\r\n${HOST}Content-Type: application/json\r\n`;
	for (const headers of ['Content-Length: 4\r\nTransfer-Encoding: chunked\r\n', 'Transfer-Encoding: chunked\r\nContent-Length: 4\r\n',
		'Content-Length: 4\r\nContent-Length: 40\r\n', 'Content-Length: -1\r\n', 'Content-Length: 4 4\r\n', 'Content-Length: 99999999999999999999999\r\n']) {
		const got = await say(`${head}${headers}\r\n0\r\n\r\nGET /checkpoint HTTP/1.1\r\n${HOST}\r\n`, 2).catch(() => []);
		must(!got.includes(200), `${JSON.stringify(headers)} lets a second request through: ${got}`);
		must(got.length === 0 || got[0] >= 400, `${JSON.stringify(headers)}: ${got}`);
	}
});

await test('what is not HTTP is refused', async () => {
	for (const text of ['\0\0\0\0\r\n\r\n', 'GET\r\n\r\n', `GET /healthz HTTP/9.9\r\n${HOST}\r\n`, 'GET /healthz HTTP/1.1\r\n\r\n',
		`GET /healthz HTTP/1.1\r\n${HOST}X\0Y: z\r\n\r\n`, `CONNECT evil.example:443 HTTP/1.1\r\n${HOST}\r\n`, `TRACE / HTTP/1.1\r\n${HOST}\r\n`,
		`${'A'.repeat(9000)} / HTTP/1.1\r\n${HOST}\r\n`, `GET https://evil.example/healthz HTTP/1.1\r\nHost: evil.example\r\n\r\n`]) {
		const [status] = await Promise.race([say(text), pause(3000).then(() => [])]);
		must(status === undefined || (status >= 400 && status < 600 && status !== 500), `${JSON.stringify(text.slice(0, 60))}: ${status}`);
	}
});

await test('one address has so many connections and no more, and keeps others from nothing', async () => {
	const sockets = Array.from({ length: PER_ADDRESS + 100 }, () => connect({ plain: true, from: '127.0.0.3' }));
	await Promise.all(sockets.map((socket) => socket.ready));
	await until(() => sockets.filter((socket) => socket.is_gone).length >= 100, 'those above the number are closed');
	must(sockets.filter((socket) => !socket.is_gone).length <= PER_ADDRESS, 'there are more than the number');
	const other = connect({ from: '127.0.0.4' });
	await other.ready;
	other.write(`GET /healthz HTTP/1.1\r\n${HOST}\r\n`);
	await until(() => statuses(other.said)[0] === 200, 'another address is answered');
	other.destroy();
	sockets.forEach((socket) => socket.destroy());
	await Promise.all(sockets.map((socket) => socket.gone));
	let again;
	await until(() => {
		if (again && !again.is_gone)
			return statuses(again.said)[0] === 200;
		again = connect({ from: '127.0.0.3' });
		again.write(`GET /healthz HTTP/1.1\r\n${HOST}\r\n`);
		return false;
	}, 'it is answered again when they are closed');
	again.destroy();
});

for (const [name, socket] of Object.entries(slow))
	await test(`${name} is cut off`, async () => {
		await until(() => socket.is_gone, name, Math.max(1000, CUT_OFF_MS - (Date.now() - slow_since)));
		if (name.includes('asks once'))
			must(statuses(socket.said)[0] === 200, 'the first request was answered');
	});

await test('and the record is whole', async () => {
	must((await ask_json(null, 'GET', '/healthz')).status === 'ok');
});

console.log(`1..${number}`);
end(failures ? 1 : 0);
