// Check a pack: one field that a scanner types into, one answer. A red or amber answer holds the
// next scan back until somebody says it was read.
import { get, post, currentSession, hasRole } from '/api.js'
import { element, button, facts, details, panel, problem, evidence, sign, sound, turnTo } from '/answer.js'
import { title, day, moment, count } from '/words.js'

const GS = '\x1d'
const LAST_MAX = 8
const actions = { supply: 'OK to supply', check: 'Check first', do_not_supply: 'Do not supply' }
const reasons = [
	['', 'Choose a reason'],
	['clinical', 'Urgent clinical need'],
	['inspected', 'Pack inspected by hand and found in order'],
	['maker', 'Maker confirmed the pack'],
	['authority', 'Authority allowed it'],
	['own_record', 'Own records explain the answer']
]

const asides = [
	['', 'Choose a reason'],
	['suspect', 'It may be falsified'],
	['damaged', 'Damaged'],
	['temperature', 'Stored too warm or too cold'],
	['recall', 'Recall or notice'],
	['returned', 'Came back'],
	['expiry', 'Expired, or soon'],
	['documents', 'Papers are missing'],
	['inspection', 'Waits to be looked at']
]
const ownBusiness = ['quarantined', 'short_dated'] // no scanner is the cause of these
const asideText = (word) => (asides.find(([one]) => one === word)?.[1] || word).toLowerCase()

const field = document.getElementById('scan')
const echo = document.getElementById('scan-echo')
const answer = document.getElementById('pack-answer')
const held = document.getElementById('held')
const list = document.getElementById('last-scans')
let asked = 0 // answers to earlier questions are not shown any more
let altDigits = ''

// ---- the field ----

function insert(text) {
	field.setRangeText(text, field.selectionStart, field.selectionEnd, 'end')
	field.dispatchEvent(new Event('input'))
}

// Scanners that type send the separator (GS) as Ctrl+], as F8, or as Alt with 029 on the number pad.
field.addEventListener('keydown', (event) => {
	const digit = /^(?:Numpad|Digit)(\d)$/.exec(event.code)
	if (event.altKey && digit) {
		altDigits += digit[1]
		event.preventDefault()
		return
	}
	const separator = (event.ctrlKey && (event.key === ']' || event.code === 'BracketRight')) || event.key === 'F8'
	if (!separator) return
	event.preventDefault()
	insert(GS)
})

field.addEventListener('keyup', (event) => {
	if (event.key !== 'Alt') return
	if (Number(altDigits) === 29) insert(GS)
	altDigits = ''
})

// The separator has no sign of its own: below the field it is shown as one.
field.addEventListener('input', () => {
	const parts = field.value.split(GS)
	if (parts.length === 1) return echo.replaceChildren()
	echo.replaceChildren(...parts.flatMap((part, i) =>
		i ? [element('span', { class: 'app-gs' }, 'GS'), part] : [part]))
})

function clear() {
	field.value = ''
	echo.replaceChildren()
	held.hidden = true
	field.disabled = false
	field.focus()
}

function hold() {
	field.value = ''
	echo.replaceChildren()
	field.disabled = true
	turnTo(answer)
}

// A scan that comes while an answer waits to be read is lost, and that must be noticed.
document.addEventListener('keydown', (event) => {
	if (!field.disabled || event.key.length !== 1 || event.ctrlKey || event.altKey || event.metaKey) return
	if (event.key === ' ' || /^(BUTTON|SELECT|SUMMARY|INPUT)$/.test(event.target.tagName)) return
	if (!held.hidden) return
	held.textContent = 'That scan was not taken: say first that you have read the answer, then scan it again.'
	held.hidden = false
	sound('red')
})

function hex(text) {
	return [...new TextEncoder().encode(text)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

// ---- what was scanned last, on this page only ----

function remember(colour, action, product) {
	const now = new Date()
	const time = `${String(now.getHours()).padStart(2, '0')}:${String(now.getMinutes()).padStart(2, '0')}`
	document.getElementById('last').hidden = false
	list.prepend(element('li', { class: `app-${colour}` }, sign(colour),
		element('div', {}, element('strong', {}, action), element('br'),
			`${time}, batch ${product.lot || 'not read'}`)))
	while (list.children.length > LAST_MAX) list.lastChild.remove()
}

export function leave() {
	asked++
	list.replaceChildren()
	document.getElementById('last').hidden = true
	answer.replaceChildren()
	field.disabled = false
	field.value = ''
	echo.replaceChildren()
	held.hidden = true
}

// ---- supply and undo ----

async function supply(scan, reason) {
	try {
		const done = await post('/api/v1/packs/supply', { scan, ...(reason && { reason }) })
		const colour = done.alert ? 'amber' : 'green'
		answer.replaceChildren(panel({
			colour,
			action: done.alert ? 'Supplied, with an alert' : 'Supplied',
			title: done.alert ? title(done.alert) : undefined,
			sentence: done.alert ? 'The supply is on the ledger, and so is the alert.' : 'The supply is on the ledger.',
			body: [
				facts([['Batch', done.verdict.product.lot], ['Expiry', day(done.verdict.product.expiry)]]),
				element('div', { class: 'app-buttons' }, button('That was a mistake: undo', () => undo(scan), true)),
				evidence(done.evidence)
			]
		}))
		remember(colour, 'Supplied', done.verdict.product)
		sound(colour)
		if (done.alert) document.dispatchEvent(new CustomEvent('alert'))
	} catch (error) {
		answer.replaceChildren(problem(error, 'Not supplied'))
	}
	clear()
}

async function undo(scan) {
	try {
		const done = await post('/api/v1/packs/void', { scan })
		answer.replaceChildren(panel({
			colour: 'grey',
			action: 'Undone',
			sentence: 'The supply is marked as a mistake; the pack may be supplied again.',
			body: [evidence(done.evidence)]
		}))
		remember('grey', 'Supply undone', done.verdict.product)
	} catch (error) {
		answer.replaceChildren(problem(error, 'Not undone'))
	}
	clear()
}

const choose = (id, rows) => element('select', { class: 'nhsuk-select', id },
	rows.map(([word, text]) => element('option', { value: word }, text)))

function override(scan) {
	const choice = choose('override-reason', reasons)
	return details('Supply it all the same, on your own judgement',
		element('p', {}, 'This is never prevented. It is recorded with your reason.'),
		element('label', { class: 'nhsuk-label app-label', for: 'override-reason' }, 'Reason'),
		element('div', { class: 'app-row' }, choice,
			button('Supply with this reason', () => choice.value ? supply(scan, choice.value) : choice.focus(), true)))
}

// ---- quarantine: this organisation's own, kept off the ledger ----

function asideDone(action, sentence, entry) {
	answer.replaceChildren(panel({
		colour: 'grey',
		action,
		sentence,
		body: [facts([['Product code', entry.gtin], ['Batch', entry.lot], ['Pack', entry.serial || 'all packs of the batch'], ['Reason', asideText(entry.reason)]])]
	}))
	remember('grey', action, entry)
}

async function putAside(scan, reason, whole) {
	try {
		const { quarantined } = await post('/api/v1/quarantine', { scan, reason, whole_lot: whole })
		asideDone('In quarantine', 'Keep it apart. Whoever here scans it is told so; nobody else is.', quarantined)
	} catch (error) {
		answer.replaceChildren(problem(error, 'Not put in quarantine'))
	}
	clear()
}

async function takeOut(scan, whole) {
	try {
		const { released } = await post('/api/v1/quarantine/release', { scan, whole_lot: whole })
		asideDone('Out of quarantine', 'Scan it again to see what may be done with it.', released)
	} catch (error) {
		answer.replaceChildren(problem(error, 'Not taken out of quarantine'))
	}
	clear()
}

function aside(scan, product) {
	const choice = choose('aside-reason', asides)
	const put = (whole) => () => choice.value ? putAside(scan, choice.value, whole) : choice.focus()
	return details('Put in quarantine',
		element('label', { class: 'nhsuk-label app-label', for: 'aside-reason' }, 'Reason'),
		element('div', { class: 'app-row' }, choice,
			product.serial_read && button('Put this pack aside', put(false), true),
			product.lot && button('Put the whole batch aside', put(true), true)))
}

// ---- the answer ----

function history(verdict) {
	const { change, alert, recall, remaining, pending } = verdict.evidence
	const { quarantine, short_dated: dated } = verdict
	const lines = []
	if (quarantine) {
		lines.push(`${quarantine.whole_lot ? 'The whole batch was' : 'This pack was'} put in quarantine here by ${quarantine.by}, ${moment(quarantine.since)}: ${asideText(quarantine.reason)}.`)
	}
	if (dated) lines.push(`${count(dated.days_left, 'day')} left until it expires; you asked to be told of fewer than ${dated.warn_days}.`)
	if (change) {
		lines.push(change.own
			? `Last changed at your own site, ${moment(change.time)} (position ${change.position}).`
			: `Last changed at another organisation on ${day(change.day)}.`)
	}
	if (remaining) lines.push(`${remaining} left in the opened pack.`)
	if (recall) lines.push(`Recall of class ${recall.class === 5 ? '"led by the company"' : recall.class}${recall.transcribed ? ', transcribed from a public notice' : ''}.`)
	if (alert) lines.push(`Alert number ${alert}.`)
	if (pending) lines.push('The latest good news about this pack is not final yet: ask again in a moment.')
	if (verdict.case_of) lines.push(`This is the code of a case of ${count(verdict.case_of.count, 'pack')}: scan the packs inside.`)
	if (verdict.recorded) lines.push('This check is recorded on the ledger.')
	return lines.length ? element('ul', { class: 'app-history' }, lines.map((line) => element('li', {}, line))) : null
}

function show(verdict, scan) {
	const { product, colour } = verdict
	const stops = colour === 'red' || colour === 'amber'
	const grey = colour === 'grey'
	const handles = hasRole('pharmacist') && product.lot && product.serial_read && !verdict.diagnosis
	const keeps = hasRole('pharmacist', 'warehouse', 'maker') && (product.lot || product.serial_read) && !verdict.diagnosis
	const { quarantine } = verdict
	const needsReason = verdict.action === 'do_not_supply' || quarantine
	const action = grey ? 'Nothing wrong found' : actions[verdict.action]
	answer.replaceChildren(panel({
		colour,
		action,
		title: title(verdict.verdict),
		// Grey: the title says it already.
		sentence: verdict.diagnosis ? `The scanner changed this code: ${verdict.diagnosis.sentence}.`
			: grey ? undefined : verdict.sentence,
		body: [
			stops && !ownBusiness.includes(verdict.verdict) && element('p', { class: 'app-first' }, 'First compare with the text printed on the pack: most false alerts come from a scanner that is set up wrongly.'),
			grey && element('p', { class: 'app-first' }, 'Look at the carton, its seal and its printed expiry as you always do.'),
			facts([
				['Product code', product.gtin],
				['Batch', product.lot || 'not on this code'],
				['Expiry', product.expiry ? day(product.expiry) : 'not on this code'],
				['Serial number', product.serial_read ? 'read' : 'none on this code'],
				['Also found', verdict.also.map(title).join(', ')],
				['Code in European systems', stops ? verdict.nmvs_code : undefined]
			]),
			history(verdict),
			element('div', { class: 'app-buttons' },
				handles && !needsReason && button('Supply this pack', () => supply(scan)),
				keeps && quarantine && button(`Take ${quarantine.whole_lot ? 'the whole batch' : 'it'} out of quarantine`, () => takeOut(scan, quarantine.whole_lot), true),
				stops && button('I have read this: next pack', clear, true)),
			handles && needsReason && override(scan),
			keeps && !quarantine && aside(scan, product),
			evidence(verdict.evidence)
		]
	}))
	remember(colour, action, product)
	sound(colour)
	if (verdict.recorded) document.dispatchEvent(new CustomEvent('alert'))
	if (stops) hold()
	else clear()
}

document.getElementById('pack-form').addEventListener('submit', async (event) => {
	event.preventDefault()
	const scan = field.value
	if (!scan || field.disabled) return field.focus()
	const question = ++asked
	answer.replaceChildren(element('p', { class: 'nhsuk-body-l' }, 'Checking ...'))
	try {
		const verdict = currentSession()
			? await post('/api/v1/check', { scan })
			: await get(`/api/v1/check?scan_hex=${hex(scan)}`)
		if (question === asked) show(verdict, scan)
	} catch (error) {
		if (question !== asked) return
		answer.replaceChildren(problem(error))
		field.select()
	}
})

export function enter() {
	if (!field.disabled) field.focus()
}
