// The answer panel, for packs and for people: what to do, why, what it rests on. Everything that
// came from outside goes in as text, never as markup.
import { get, getText } from '/api.js'
import { moment } from '/words.js'

const HEAD_PX = 240 // of an answer, that must be in sight
const LONG = 13 // characters that do not fit into half of a narrow screen
const signs = { green: '✓', amber: '!', red: '✕', grey: 'i' }

export function element(tag, attributes = {}, ...children) {
	const node = document.createElement(tag)
	for (const [name, value] of Object.entries(attributes)) {
		if (name === 'class') node.className = value
		else if (name.startsWith('on')) node.addEventListener(name.slice(2), value)
		else if (value !== undefined && value !== false) node.setAttribute(name, value === true ? '' : value)
	}
	for (const child of children.flat()) {
		if (child !== undefined && child !== null && child !== false) node.append(child)
	}
	return node
}

export function button(text, onclick, secondary = false) {
	return element('button', {
		class: `nhsuk-button app-button${secondary ? ' nhsuk-button--secondary' : ''}`, type: 'button', onclick
	}, text)
}

export function facts(pairs) {
	return element('dl', { class: 'app-facts' }, pairs
		.filter(([, value]) => value !== undefined && value !== null && value !== '')
		.map(([name, value]) => element('div', { class: `${value.textContent ?? value}`.length > LONG ? 'app-facts__long' : undefined },
			element('dt', {}, name), element('dd', {}, value))))
}

export function details(summary, ...content) {
	return element('details', { class: 'nhsuk-details' },
		element('summary', { class: 'nhsuk-details__summary' },
			element('span', { class: 'nhsuk-details__summary-text' }, summary)),
		element('div', { class: 'nhsuk-details__text' }, ...content))
}

export function sign(colour) {
	return element('span', { class: 'app-sign', 'aria-hidden': 'true' }, signs[colour] || signs.grey)
}

// action: the large words; title: why, in short.
export function panel({ colour, action, title, sentence, body = [] }) {
	const known = signs[colour] ? colour : 'grey'
	return element('div', { class: `app-answer app-${known}`, 'data-colour': known },
		element('div', { class: 'app-answer__head' }, sign(known),
			element('div', {},
				element('h2', { class: 'app-answer__action' }, action),
				title && element('p', { class: 'app-answer__title' }, title))),
		element('div', { class: 'app-answer__body' },
			sentence && element('p', { class: 'app-answer__sentence' }, sentence), ...body))
}

export function problem(error, what = 'That could not be checked') {
	return element('div', { class: 'nhsuk-error-summary', role: 'alert' },
		element('h2', { class: 'nhsuk-error-summary__title' }, what),
		element('p', {}, error.message))
}

export function save(name, text, type = 'text/plain') {
	const link = element('a', { href: URL.createObjectURL(new Blob([text], { type })), download: name })
	link.click()
	URL.revokeObjectURL(link.href)
}

// Focus for who cannot see it; scrolled only as far as needed for who can.
export function turnTo(answer) {
	answer.focus({ preventScroll: true })
	const { top } = answer.getBoundingClientRect()
	if (top < 0 || top > window.innerHeight - HEAD_PX) answer.scrollIntoView({ block: 'start' })
}

// What the answer rests on; a receipt is saved to be checked elsewhere by `assay verify`.
export function evidence(of) {
	if (!of) return null
	const position = of.position ?? of.rests_on
	const told = element('span', { role: 'status' })
	const saveReceipt = async () => {
		try {
			const text = of.receipt || await getText(`/api/v1/receipt?position=${position}`)
			save(`position-${position}.receipt`, text)
			told.textContent = ' Saved.'
		} catch (error) {
			told.textContent = ` ${error.message}`
		}
	}
	return details('What this rests on', facts([
		['Recorded at position', of.position === undefined ? undefined : String(of.position)],
		['Rests on position', of.rests_on === undefined ? undefined : String(of.rests_on)],
		['Ledger looked at', of.applied === undefined ? undefined : `${of.applied} entries, ${of.final} final`],
		['Ledger time', moment(of.ledger_time)],
		['Last cosigned', of.age_ms === undefined ? undefined : `${Math.round(of.age_ms / 1000)} s before`],
		['Entry', of.entry && element('code', {}, of.entry)]
	]), position !== undefined && element('p', { class: 'app-receipt' },
		button('Save the receipt', saveReceipt, true), told))
}

export async function alertCount(session) {
	const place = document.getElementById('alert-count')
	let open = 0
	if (session) {
		try {
			open = (await get('/api/v1/alerts')).filter((alert) => alert.open).length
		} catch {
			// shown when the list itself is asked for
		}
	}
	place.hidden = !open
	place.textContent = `${open} open`
}

// Short tones, low for stop: a person who looks at the pack still notices. Needs no sound file.
export function sound(colour) {
	const tones = { green: [880], amber: [440, 440], red: [220, 220, 220], grey: [660] }[colour]
	const Audio = window.AudioContext
	if (!tones || !Audio) return
	const audio = new Audio()
	tones.forEach((hertz, i) => {
		const tone = audio.createOscillator()
		const gain = audio.createGain()
		tone.frequency.value = hertz
		gain.gain.value = 0.05
		tone.connect(gain).connect(audio.destination)
		tone.start(audio.currentTime + i * 0.18)
		tone.stop(audio.currentTime + i * 0.18 + 0.12)
	})
	setTimeout(() => audio.close(), 1500)
}
