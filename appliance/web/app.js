// The page: two questions, three lists, a sign-in, and how the ledger is.
import { get, currentSession, signIn, signOut } from '/api.js'
import { alertCount } from '/answer.js'
import { count, upper } from '/words.js'
import { enter as enterPack, leave as forgetScans } from '/pack.js'
import { enter as enterPerson, leave as forgetPerson } from '/person.js'
import { enterStock, enterRecalls, enterAlerts } from '/lists.js'

const views = {
	pack: enterPack,
	person: enterPerson,
	stock: enterStock,
	recalls: enterRecalls,
	alerts: enterAlerts,
	'sign-in': () => document.getElementById('user').focus()
}
const needSession = ['stock', 'alerts']
let before = 'pack' // where a sign-in leads back to

function route() {
	const wanted = location.hash.slice(1)
	if (wanted === 'main') return
	let name = views[wanted] ? wanted : 'pack'
	if (needSession.includes(name) && !currentSession()) {
		before = name
		name = 'sign-in'
	} else if (name !== 'sign-in') before = name
	for (const view of Object.keys(views)) document.getElementById(`view-${view}`).hidden = view !== name
	for (const link of document.querySelectorAll('[data-view]')) {
		if (link.dataset.view === name) link.setAttribute('aria-current', 'page')
		else link.removeAttribute('aria-current')
	}
	views[name]()
	document.querySelector(`#view-${name} h1[tabindex]`)?.focus()
}

function go(name) {
	if (location.hash === `#${name}`) route()
	else location.hash = `#${name}`
}

function showSignInProblem(text) {
	const problem = document.getElementById('sign-in-error')
	document.getElementById('sign-in-error-text').textContent = text
	problem.hidden = false
	problem.focus()
}

function showSession(event) {
	const session = currentSession()
	const party = document.getElementById('party')
	party.hidden = !session
	party.textContent = session ? `${session.user}, ${session.party}` : ''
	document.getElementById('sign-in-link').textContent = session ? 'Sign out' : 'Sign in'
	for (const item of document.querySelectorAll('[data-signed-in]')) item.hidden = !session
	if (!session) {
		forgetScans()
		forgetPerson()
		if (needSession.includes(location.hash.slice(1))) route()
		if (event?.detail?.hasEnded) showSignInProblem('Your sign-in has ended: sign in again.')
	}
	alertCount(session)
}

document.getElementById('sign-in-link').addEventListener('click', async (event) => {
	if (!currentSession()) return
	event.preventDefault()
	try {
		await signOut()
	} catch {
		// the session is forgotten here in any case, and ends there by itself
	}
	go('pack')
})

document.getElementById('sign-in-form').addEventListener('submit', async (event) => {
	event.preventDefault()
	const problem = document.getElementById('sign-in-error')
	problem.hidden = true
	try {
		await signIn(document.getElementById('user').value, document.getElementById('password').value)
		go(before)
	} catch (error) {
		showSignInProblem(`${upper(error.message)}.`)
	}
	document.getElementById('password').value = ''
})

async function showHealth() {
	const line = document.getElementById('health')
	try {
		const health = await get('/healthz')
		const seconds = Math.round(health.cosigned_ms_ago / 1000)
		line.textContent = `Ledger of ${count(health.size, 'entry', 'entries')}, ${health.final_size} final, last cosigned ${seconds} s ago`
		line.classList.remove('app-footer__down')
	} catch (error) {
		line.textContent = error.message
		line.classList.add('app-footer__down')
	}
}

document.addEventListener('session', showSession)
document.addEventListener('alert', () => alertCount(currentSession()))
window.addEventListener('hashchange', route)
showSession()
route()
showHealth()
setInterval(showHealth, 15000)
