// What an organisation looks through: its stock, the recalls and what it has of them, its alerts.
import { get, post, currentSession, hasRole } from '/api.js'
import { element, button, facts, problem, save } from '/answer.js'
import { title, day, moment, count } from '/words.js'

const DAY_MS = 24 * 3600 * 1000
const SOON_DAYS = 90

// On narrow screens each line is a card and each cell has its column's name (data-label); the roles
// say that it is a table all the same.
function table(caption, heads, lines) {
	return element('div', { class: 'app-table', tabindex: '0', role: 'region', 'aria-label': caption },
		element('table', { class: 'nhsuk-table', role: 'table' },
			element('caption', { class: 'nhsuk-u-visually-hidden' }, caption),
			element('thead', { role: 'rowgroup' }, element('tr', { role: 'row' }, heads.map(([name, numeric]) =>
				element('th', { scope: 'col', role: 'columnheader', class: numeric ? 'app-number' : undefined }, name)))),
			element('tbody', { role: 'rowgroup' }, lines.map((cells) => element('tr', { role: 'row' }, cells.map((cell, i) =>
				element('td', { role: 'cell', 'data-label': heads[i][0], class: heads[i][1] ? 'app-number' : undefined }, cell)))))))
}

async function load(place, path, draw) {
	try {
		place.replaceChildren(...draw(await get(path)).flat().filter(Boolean))
	} catch (error) {
		place.replaceChildren(problem(error, 'That could not be shown'))
	}
}

const none = (text) => [element('p', { class: 'nhsuk-body-l' }, text)]
const tag = (text, colour) => element('strong', { class: `nhsuk-tag nhsuk-tag--${colour} app-tag` }, text)

// ---- stock ----

function expiry(text) {
	const [year, month, number] = text.split('-').map(Number)
	const end = Date.UTC(year, number ? month - 1 : month, number ? number + 1 : 1) // 00:00 of the next day
	const days = Math.floor((end - Date.now()) / DAY_MS)
	return element('span', {}, day(text), ' ',
		end <= Date.now() ? tag('expired', 'red') : days < SOON_DAYS ? tag(`${count(days, 'day')} left`, 'yellow') : null)
}

const stockDays = document.getElementById('stock-days')

export function enterStock() {
	const days = stockDays.value
	load(document.getElementById('stock-list'), `/api/v1/stock${days ? `?near_expiry_days=${days}` : ''}`, (lines) =>
		lines.length
			? [table('Stock by expiry', [['Product code'], ['Batch'], ['Expiry'], ['Held', true], ['In quarantine', true], ['Supplied', true], ['Shipped', true], ['Gone', true]],
				lines.map((line) => [line.gtin, line.lot, expiry(line.expiry), line.held, line.quarantined, line.supplied, line.shipped, line.gone].map((cell) => typeof cell === 'number' ? String(cell) : cell)))]
			: none(days ? 'Nothing of that in stock.' : 'Nothing in stock: goods come in by receiving a delivery or by scan.'))
}

stockDays.addEventListener('change', enterStock)

// ---- recalls ----

const depths = { patient: 'to the patient', pharmacy: 'to the pharmacy', wholesaler: 'to the wholesaler' }

// One answer a lot: what was found is said by who looked, the view's numbers are a proposal.
function answering(recall, item) {
	const id = (name) => `${recall.recall}-${item.lot}-${name}`
	const inputs = [
		['quarantined', 'Quarantined', recall.quarantined],
		['returned', 'Returned', 0],
		['supplied', 'Supplied before', recall.supplied]
	].map(([name, text, value]) => {
		const input = element('input', { class: 'nhsuk-input nhsuk-input--width-4', id: id(name), name, inputmode: 'numeric', value: String(value) })
		return [input, element('div', {}, element('label', { class: 'nhsuk-label app-label', for: id(name) }, text), input)]
	})
	const told = element('p', { role: 'status', class: 'app-told' })
	const send = async (event) => {
		event.preventDefault()
		try {
			const counts = Object.fromEntries(inputs.map(([input]) => [input.name, Number(input.value)]))
			const done = await post(`/api/v1/recalls/${recall.recall}/answer`, { gtin: item.gtin, lot: item.lot, held: recall.held, ...counts })
			told.replaceChildren(`Recorded at position ${done.evidence.position}. `,
				button('Save the record for an inspector', () => save(`recall-${item.lot}.json`, JSON.stringify(done.record, null, 2), 'application/json'), true))
		} catch (error) {
			told.replaceChildren(problem(error, 'Not recorded'))
		}
	}
	const putAside = async () => {
		try {
			await post('/api/v1/quarantine', { scan: `(01)${item.gtin}(10)${item.lot}`, whole_lot: true, reason: 'recall' })
			enterRecalls()
		} catch (error) {
			told.replaceChildren(problem(error, 'Not put in quarantine'))
		}
	}
	return element('form', { class: 'app-answering', novalidate: true, onsubmit: send },
		recall.quarantined < recall.held && hasRole('pharmacist', 'warehouse', 'maker') && element('div', { class: 'app-buttons' },
			button(`Put batch ${item.lot} in quarantine`, putAside, true)),
		element('fieldset', { class: 'nhsuk-fieldset' },
			element('legend', { class: 'nhsuk-fieldset__legend nhsuk-fieldset__legend--s' }, `What was done with batch ${item.lot}`),
			element('div', { class: 'app-row' }, inputs.map(([, node]) => node),
				element('button', { class: 'nhsuk-button nhsuk-button--secondary app-row__button', type: 'submit' }, 'Record'))),
		told)
}

function recallCard(recall) {
	const own = recall.held !== undefined
	const concerned = own && (recall.held > 0 || recall.supplied > 0)
	const mayAnswer = concerned && !recall.ended && hasRole('admin', 'pharmacist', 'warehouse')
	const reach = recall.reach // for those who are signed in
	return element('article', { class: `app-card ${recall.ended ? '' : concerned ? 'app-card--stop' : 'app-card--open'}` },
		element('h2', { class: 'nhsuk-heading-m' },
			recall.class === 5 ? 'Led by the company' : `Class ${recall.class}`, ` recall, ${depths[recall.depth] || recall.depth} `,
			recall.ended ? tag('ended', 'grey') : null, recall.overdue ? tag('answers overdue', 'red') : null,
			recall.transcribed ? tag('transcribed notice', 'blue') : null),
		own && element('p', { class: 'app-own' }, concerned
			? `You hold ${recall.held}, ${recall.quarantined} of them in quarantine; you supplied ${recall.supplied}.`
			: 'You hold none, and supplied none.'),
		facts([
			['Product and batch', recall.items.map((item) => `${item.gtin}, ${item.lot === 'all' ? 'all batches' : `batch ${item.lot}`}`).join('; ')],
			['By', recall.by],
			['Issued', moment(recall.issued)],
			['Answers due', recall.due && moment(recall.due)],
			['Notice', recall.notice],
			['Ended', recall.ended && moment(recall.ended)],
			['Reach', reach && `${count(reach.known, 'pack')} known, ${reach.answered} answered for, ${reach.unknown} unknown`]
		]),
		mayAnswer && recall.items.filter((item) => item.lot !== 'all').map((item) => answering(recall, item)))
}

export function enterRecalls() {
	load(document.getElementById('recalls-list'), '/api/v1/recalls', (recalls) => recalls.length
		? [!currentSession() && element('p', {}, 'Sign in to see what your organisation holds of these.'),
			recalls.slice().reverse().map(recallCard)]
		: none('There are no recalls.'))
}

// ---- alerts ----

export function enterAlerts() {
	load(document.getElementById('alerts-list'), '/api/v1/alerts', (alerts) => alerts.length
		? [table('Alerts, newest first', [['Number', true], ['What'], ['Product code'], ['Batch'], ['Times', true], ['Last'], ['Reported by'], ['State']],
			alerts.map((alert) => [String(alert.alert), title(alert.what), alert.gtin || '', alert.lot || '', String(alert.count),
				moment(alert.last), alert.by || '', alert.open ? tag('open', 'red') : element('span', {}, tag('closed', 'grey'), ` ${alert.cause.replaceAll('_', ' ')}`)]))]
		: none('There are no alerts.'))
}
