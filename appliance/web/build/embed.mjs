// Writes the page's files as C arrays, so that the program needs no other file and no Node.js at
// run time:  node embed.mjs OUT.c
// From nhsuk-frontend come the compiled style sheet and script. Its only outside reference, the
// Frutiger font on the NHS's server (which others may not use), is cut out: pages fall back to Arial.
import { readFileSync, writeFileSync, readdirSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const web = dirname(dirname(fileURLToPath(import.meta.url)))
const nhsuk = join(web, 'node_modules/nhsuk-frontend/dist/nhsuk')
const types = {
	html: 'text/html; charset=utf-8',
	css: 'text/css; charset=utf-8',
	js: 'text/javascript; charset=utf-8',
	svg: 'image/svg+xml'
}

const files = readdirSync(web)
	.filter((name) => /\.(html|css|js|svg)$/.test(name))
	.map((name) => [name, readFileSync(join(web, name))])

const css = readFileSync(join(nhsuk, 'nhsuk-frontend.min.css'), 'utf8')
	.replace(/@font-face\{[^}]*\}/g, '')
	.replace(/\/\*# sourceMappingURL=.*?\*\//g, '')
const js = readFileSync(join(nhsuk, 'nhsuk-frontend.min.js'), 'utf8')
	.replace(/\/\/# sourceMappingURL=.*$/gm, '')
if (/url\(['"]?(https?:)?\/\//.test(css)) throw new Error('the style sheet still refers to another server')
files.push(['nhsuk-frontend.css', Buffer.from(css)], ['nhsuk-frontend.js', Buffer.from(js)])

let out = '/* Made by appliance/web/build/embed.mjs from the files of appliance/web. */\n'
out += '#include "appliance/http/page.h"\n'
function array(name, bytes) {
	out += `static const unsigned char ${name}[] = {`
	for (let at = 0; at < bytes.length; at += 32) out += '\n' + bytes.subarray(at, at + 32).join(',') + ','
	out += '\n};\n'
}
const packed = files.map(([, bytes]) => {
	const small = gzipSync(bytes, { level: 9 })
	return small.length < bytes.length ? small : null
})
files.forEach(([, bytes], i) => {
	array(`file_${i}`, bytes)
	if (packed[i]) array(`packed_${i}`, packed[i])
})
out += 'const struct page_file page_files[] = {\n'
files.forEach(([name, bytes], i) => {
	const type = types[name.split('.').pop()]
	const small = packed[i] ? `packed_${i}, ${packed[i].length}` : '0, 0'
	const tag = createHash('sha256').update(bytes).digest('hex').slice(0, 32)
	out += `\t{"/${name === 'index.html' ? '' : name}", "${type}", file_${i}, ${bytes.length}, ${small}, "\\"${tag}\\""},\n`
})
out += `};\nconst unsigned page_file_count = ${files.length};\n`
writeFileSync(process.argv[2], out)
