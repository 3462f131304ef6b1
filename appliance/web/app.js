// The page: two questions, a sign-in, and how the ledger is.
import { get, currentSession, signIn, signOut } from '/api.js'
import { enter as enterPack } from '/pack.js'
import { enter as enterPerson } from '/person.js'

const views = { pack: enterPack, person: enterPerson, 'sign-in': () => document.getElementById('user').focus() }

function route() {
	const wanted = location.hash.slice(1)
	const name = views[wanted] ? wanted : 'pack'
	for (const view of Object.keys(views)) document.getElementById(`view-${view}`).hidden = view !== name
	for (const link of document.querySelectorAll('[data-view]')) {
		if (link.dataset.view === name) link.setAttribute('aria-current', 'page')
		else link.removeAttribute('aria-current')
	}
	views[name]()
}

function showSession() {
	const session = currentSession()
	const party = document.getElementById('party')
	const link = document.getElementById('sign-in-link')
	party.hidden = !session
	party.textContent = session ? `${session.user}, ${session.party}` : ''
	link.textContent = session ? 'Sign out' : 'Sign in'
}

document.getElementById('sign-in-link').addEventListener('click', async (event) => {
	if (!currentSession()) return
	event.preventDefault()
	await signOut()
	location.hash = '#pack'
})

document.getElementById('sign-in-form').addEventListener('submit', async (event) => {
	event.preventDefault()
	const problem = document.getElementById('sign-in-error')
	problem.hidden = true
	try {
		await signIn(document.getElementById('user').value, document.getElementById('password').value)
		location.hash = '#pack'
	} catch (error) {
		document.getElementById('sign-in-error-text').textContent = error.message
		problem.hidden = false
		problem.focus()
	}
	document.getElementById('password').value = ''
})

async function showHealth() {
	const line = document.getElementById('health')
	try {
		const health = await get('/healthz')
		const seconds = Math.round(health.cosigned_ms_ago / 1000)
		line.textContent = `Ledger of ${health.size} entries, ${health.final_size} final; last cosigned ${seconds} s ago.`
	} catch (error) {
		line.textContent = error.message
	}
}

document.addEventListener('session', showSession)
window.addEventListener('hashchange', route)
showSession()
route()
showHealth()
setInterval(showHealth, 15000)
