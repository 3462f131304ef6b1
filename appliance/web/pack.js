// Check a pack: one field that a scanner types into, one answer. A red or amber answer holds the
// next scan back until somebody says it was read.
import { get, post, currentSession } from '/api.js'
import { element, rows, panel, problem, evidence, sound } from '/answer.js'

const GS = '\x1d'
const actions = {
	supply: 'May be supplied',
	check: 'Check first',
	do_not_supply: 'Do not supply'
}

const field = document.getElementById('scan')
const echo = document.getElementById('scan-echo')
const answer = document.getElementById('pack-answer')
let last = null

function insert(text) {
	field.setRangeText(text, field.selectionStart, field.selectionEnd, 'end')
	field.dispatchEvent(new Event('input'))
}

// Scanners that type send the separator (GS) as Ctrl+] or as a function key.
field.addEventListener('keydown', (event) => {
	const separator = (event.ctrlKey && (event.key === ']' || event.code === 'BracketRight')) ||
		event.key === 'F8' || event.key === 'F12'
	if (!separator) return
	event.preventDefault()
	insert(GS)
})

field.addEventListener('input', () => {
	const parts = field.value.split(GS)
	if (parts.length === 1) return echo.replaceChildren()
	echo.replaceChildren(...parts.flatMap((part, i) =>
		i ? [element('span', { class: 'app-gs' }, 'GS'), part] : [part]))
})

function clear() {
	field.value = ''
	echo.replaceChildren()
	field.disabled = false
	field.focus()
}

function hex(text) {
	return [...new TextEncoder().encode(text)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

async function supply(scan) {
	try {
		const done = await post('/api/v1/packs/supply', { scan })
		last = { scan, undo: done.undo }
		const refused = done.alert
		answer.replaceChildren(panel({
			colour: refused ? 'red' : 'green',
			title: refused ? 'Recorded with an alert' : 'Supplied',
			sentence: refused ? done.verdict.sentence : 'The supply is on the ledger.',
			body: [
				element('button', { class: 'nhsuk-button nhsuk-button--secondary', type: 'button', onclick: undo }, 'That was a mistake: undo'),
				evidence(done.evidence)
			]
		}))
		clear()
	} catch (error) {
		answer.replaceChildren(problem(error))
	}
}

async function undo() {
	try {
		const done = await post('/api/v1/packs/void', { scan: last.scan, undo: last.undo })
		answer.replaceChildren(panel({
			colour: 'grey', title: 'Undone', sentence: 'The supply is marked as a mistake; the pack may be supplied again.',
			body: [evidence(done.evidence)]
		}))
	} catch (error) {
		answer.replaceChildren(problem(error))
	}
	clear()
}

function show(verdict, scan) {
	const stops = verdict.colour === 'red' || verdict.colour === 'amber'
	const session = currentSession()
	const maySupply = session && verdict.action !== 'do_not_supply' && verdict.product.serial_read &&
		session.roles.includes('pharmacist')
	const product = verdict.product
	answer.replaceChildren(panel({
		colour: verdict.colour,
		title: verdict.title || verdict.verdict.replaceAll('_', ' '),
		action: actions[verdict.action],
		sentence: verdict.sentence,
		body: [
			stops && element('p', {}, 'First compare with the text printed on the pack. A scanner set up wrongly causes most false alerts.'),
			rows([
				['Product code', product.gtin],
				['Batch', product.lot],
				['Expiry', product.expiry],
				['Serial number', product.serial_read ? 'read' : 'none on this code'],
				['Also found', verdict.also.map((word) => word.replaceAll('_', ' ')).join(', ')],
				['Code in European systems', verdict.nmvs_code]
			]),
			maySupply && element('button', { class: 'nhsuk-button', type: 'button', onclick: () => supply(scan) }, 'Supply this pack'),
			stops && element('button', { class: 'nhsuk-button nhsuk-button--secondary', type: 'button', onclick: clear }, 'I have read this: next pack'),
			evidence({ ...verdict.evidence })
		].filter(Boolean)
	}))
	sound(verdict.colour)
	if (stops) {
		field.disabled = true
		answer.focus()
	} else clear()
}

document.getElementById('pack-form').addEventListener('submit', async (event) => {
	event.preventDefault()
	const scan = field.value
	if (!scan || field.disabled) return field.focus()
	answer.replaceChildren(element('p', { class: 'nhsuk-body-l' }, 'Checking ...'))
	try {
		show(currentSession() ? await post('/api/v1/check', { scan }) : await get(`/api/v1/check?scan_hex=${hex(scan)}`), scan)
	} catch (error) {
		answer.replaceChildren(problem(error))
		field.select()
	}
})

export function enter() {
	if (!field.disabled) field.focus()
}
