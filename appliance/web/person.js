// Check a person: is this person cleared for this work, here, today? The answer informs somebody
// who decides; each rule is listed with why it is met or not.
import { get, post, postFile, currentSession } from '/api.js'
import { element, panel, problem, evidence, sound, rows } from '/answer.js'

const titles = { cleared: 'Cleared', not_cleared: 'Not cleared', cannot_tell: 'Cannot tell' }
const marks = { met: 'app-met', not_met: 'app-not-met', unsure: 'app-unsure' }

const form = document.getElementById('person-form')
const badge = document.getElementById('badge')
const picture = document.getElementById('picture')
const answer = document.getElementById('person-answer')
const role = document.getElementById('role')
const siteClass = document.getElementById('site-class')

function show(result) {
	answer.replaceChildren(panel({
		colour: result.colour,
		title: titles[result.clearance] || result.clearance,
		action: result.clearance === 'cleared' && result.colour === 'amber' ? 'Record valid: check photo ID' : undefined,
		sentence: result.sentence,
		body: [
			element('ul', { class: 'app-reasons' }, result.reasons.map((reason) =>
				element('li', { class: marks[reason.result] || 'app-unsure' }, reason.sentence))),
			rows([['Clear until', result.until], ['Policy', result.policy_hash && element('code', {}, result.policy_hash)]]),
			evidence(result.evidence)
		]
	}))
	sound(result.colour)
	answer.focus()
}

function options(select, list) {
	select.replaceChildren(...list.map(({ word, text }) => element('option', { value: word }, text)))
}

form.addEventListener('submit', async (event) => {
	event.preventDefault()
	const asked = {
		role: role.value,
		site_class: siteClass.value,
		photo_seen: document.getElementById('photo-seen').checked
	}
	answer.replaceChildren(element('p', { class: 'nhsuk-body-l' }, 'Checking ...'))
	try {
		if (picture.files.length) {
			show(await postFile(`/api/v1/clearance/picture?${new URLSearchParams(asked)}`, picture.files[0]))
		} else if (badge.value) {
			show(await post('/api/v1/clearance', { badge: badge.value, ...asked }))
		} else {
			answer.replaceChildren()
			badge.focus()
		}
	} catch (error) {
		answer.replaceChildren(problem(error))
	}
	badge.value = ''
	picture.value = ''
})

export async function enter() {
	const session = currentSession()
	document.getElementById('person-sign-in').hidden = Boolean(session)
	form.hidden = !session
	if (!session) return answer.replaceChildren()
	try {
		const known = await get('/api/v1/clearance/options')
		options(role, known.roles)
		options(siteClass, known.site_classes)
	} catch (error) {
		answer.replaceChildren(problem(error))
	}
	badge.focus()
}
