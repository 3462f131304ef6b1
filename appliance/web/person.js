// Check a person: is this person cleared for this work, here, today? The answer informs somebody
// who decides; each rule is listed with why it is met or not.
import { get, post, postFile, currentSession } from '/api.js'
import { element, panel, problem, evidence, sound, facts, turnTo } from '/answer.js'
import { moment, upper } from '/words.js'

const titles = { cleared: 'Cleared', not_cleared: 'Not cleared', cannot_tell: 'Cannot tell' }
const marks = { met: ['app-met', 'Met: '], not_met: ['app-not-met', 'Not met: '], unsure: ['app-unsure', 'Not known: '] }
const PICTURE_MAX = 900000 // bytes; the appliance takes a MiB
const PICTURE_SIDES = [1600, 1200, 900, 700] // tried until one is small enough

const form = document.getElementById('person-form')
const badge = document.getElementById('badge')
const picture = document.getElementById('picture')
const photoSeen = document.getElementById('photo-seen')
const answer = document.getElementById('person-answer')
const role = document.getElementById('role')
const siteClass = document.getElementById('site-class')

const order = ['not_met', 'unsure', 'met']
const worstFirst = (reasons) => reasons.slice().sort((a, b) => order.indexOf(a.result) - order.indexOf(b.result))

function show(result) {
	const photo = result.clearance === 'cleared' && result.colour === 'amber'
	answer.replaceChildren(panel({
		colour: result.colour,
		action: photo ? 'Check photo ID' : titles[result.clearance] || result.clearance,
		title: result.name,
		sentence: result.sentence,
		body: [
			element('ul', { class: 'app-reasons' }, worstFirst(result.reasons).map((reason) => {
				const [mark, word] = marks[reason.result] || marks.unsure
				return element('li', { class: mark },
					element('span', { class: 'nhsuk-u-visually-hidden' }, word), upper(reason.sentence))
			})),
			facts([
				['Clear until', moment(result.until)],
				['By the policy of', result.employer && `${result.employer}, version ${result.policy_version}`]
			]),
			evidence({ ...result.evidence })
		]
	}))
	sound(result.colour)
	turnTo(answer)
}

// A choice made once at a bench or ward is offered again.
function options(select, list) {
	const chosen = select.value || localStorage.getItem(`assay-${select.id}`)
	select.replaceChildren(...list.map(({ word, text }) =>
		element('option', { value: word, selected: word === chosen }, upper(text))))
}

for (const select of [role, siteClass]) {
	select.addEventListener('change', () => localStorage.setItem(`assay-${select.id}`, select.value))
}

const toBlob = (canvas) => new Promise((resolve) => canvas.toBlob(resolve, 'image/png'))

// The appliance reads PNG; a camera's picture is made one here, in grey and no larger than needed.
async function asPng(file) {
	if (file.type === 'image/png' && file.size < PICTURE_MAX) return file
	let image
	try {
		image = await createImageBitmap(file)
	} catch {
		throw new Error('This file is not a picture that the browser can read.')
	}
	const canvas = document.createElement('canvas')
	let png = null
	for (const side of PICTURE_SIDES) {
		const scale = Math.min(1, side / Math.max(image.width, image.height))
		canvas.width = Math.round(image.width * scale)
		canvas.height = Math.round(image.height * scale)
		const context = canvas.getContext('2d')
		context.filter = 'grayscale(1)'
		context.drawImage(image, 0, 0, canvas.width, canvas.height)
		png = await toBlob(canvas)
		if (png && png.size < PICTURE_MAX) return png
	}
	throw new Error('The picture is too large even when it is made smaller: take it closer, with less around the badge.')
}

async function check() {
	const asked = { role: role.value, site_class: siteClass.value, photo_seen: photoSeen.checked }
	if (badge.value) return await post('/api/v1/clearance', { badge: badge.value, ...asked })
	const png = await asPng(picture.files[0])
	return await postFile(`/api/v1/clearance/picture?${new URLSearchParams(asked)}`, png)
}

form.addEventListener('submit', async (event) => {
	event.preventDefault()
	if (!badge.value && !picture.files.length) return badge.focus()
	answer.replaceChildren(element('p', { class: 'nhsuk-body-l' }, 'Checking ...'))
	try {
		show(await check())
	} catch (error) {
		answer.replaceChildren(problem(error))
		turnTo(answer)
	}
	badge.value = ''
	picture.value = ''
	photoSeen.checked = false // each person anew
})

export function leave() {
	answer.replaceChildren()
	form.reset()
	document.getElementById('person-pair').hidden = true
	document.getElementById('person-sign-in').hidden = false
}

export async function enter() {
	const session = currentSession()
	document.getElementById('person-sign-in').hidden = Boolean(session)
	document.getElementById('person-pair').hidden = !session
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
