// The answer panel, for packs and for people: word, sign, sentence, what to do, why, evidence.
// Everything that came from outside goes in as text, never as markup.
const signs = { green: '✓', amber: '!', red: '✕', grey: 'i' }

export function element(tag, attributes = {}, ...children) {
	const node = document.createElement(tag)
	for (const [name, value] of Object.entries(attributes)) {
		if (name === 'class') node.className = value
		else if (name.startsWith('on')) node.addEventListener(name.slice(2), value)
		else if (value !== undefined && value !== false) node.setAttribute(name, value === true ? '' : value)
	}
	for (const child of children.flat()) {
		if (child !== undefined && child !== null) node.append(child)
	}
	return node
}

export function rows(pairs) {
	return element('dl', { class: 'nhsuk-summary-list' }, pairs
		.filter(([, value]) => value !== undefined && value !== null && value !== '')
		.map(([name, value]) => element('div', { class: 'nhsuk-summary-list__row' },
			element('dt', { class: 'nhsuk-summary-list__key' }, name),
			element('dd', { class: 'nhsuk-summary-list__value' }, value))))
}

export function details(summary, ...content) {
	return element('details', { class: 'nhsuk-details' },
		element('summary', { class: 'nhsuk-details__summary' },
			element('span', { class: 'nhsuk-details__summary-text' }, summary)),
		element('div', { class: 'nhsuk-details__text' }, ...content))
}

export function panel({ colour, title, action, sentence, body = [] }) {
	const known = signs[colour] ? colour : 'grey'
	return element('div', { class: `app-answer app-${known}`, 'data-colour': known },
		element('h2', { class: 'app-answer__word' },
			element('span', { class: 'app-answer__sign', 'aria-hidden': 'true' }, signs[known]), title),
		action && element('p', { class: 'app-answer__action' }, action),
		sentence && element('p', {}, sentence),
		...body)
}

export function problem(error) {
	return element('div', { class: 'nhsuk-error-summary', role: 'alert' },
		element('h2', { class: 'nhsuk-error-summary__title' }, 'That could not be checked'),
		element('p', {}, error.message))
}

export function evidence(of) {
	if (!of) return null
	const age = of.age_ms === undefined ? undefined : `${Math.round(of.age_ms / 1000)} s`
	return details('Evidence', rows([
		['Ledger size looked at', of.applied === undefined ? undefined : String(of.applied)],
		['Of these final', of.final === undefined ? undefined : String(of.final)],
		['Ledger time', of.ledger_time],
		['Age of the last cosignature', age],
		['Position of this record', of.position === undefined ? undefined : String(of.position)],
		['Entry', of.entry && element('code', {}, of.entry)]
	]), of.receipt && element('pre', { class: 'app-echo' }, of.receipt))
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
