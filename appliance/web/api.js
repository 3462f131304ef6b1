// Talking to this appliance, and to nobody else. The session is a cookie that scripts cannot read;
// the token kept here only proves that a request comes from this page.
let session = null

export class ApiError extends Error {
	constructor(status, body) {
		super(body.error || `the appliance answered ${status}`)
		this.status = status
		this.code = body.code
	}
}

async function send(method, path, body, type) {
	const headers = {}
	if (body !== undefined) headers['Content-Type'] = type
	if (session) headers['X-Assay-Token'] = session.token
	try {
		return await fetch(path, { method, headers, body, cache: 'no-store' })
	} catch {
		throw new ApiError(0, { error: 'The appliance does not answer. Check the network cable or Wi-Fi, then try again.' })
	}
}

async function request(method, path, body, type = 'application/json') {
	const response = await send(method, path, body, type)
	let answer = {}
	try {
		answer = await response.json()
	} catch {
		// an answer without JSON is told by its status
	}
	if (response.status === 401 && session) {
		keepSession(null, true)
		throw new ApiError(401, { error: 'Your sign-in has ended and nothing was done: sign in again, then repeat it' })
	}
	if (!response.ok) throw new ApiError(response.status, answer)
	return answer
}

export const get = (path) => request('GET', path)
export const post = (path, value) => request('POST', path, JSON.stringify(value))
export const postFile = (path, file) => request('POST', path, file, file.type)

export async function getText(path) {
	const response = await send('GET', path)
	const text = await response.text()
	if (!response.ok) throw new ApiError(response.status, {})
	return text
}

// hasEnded: by itself, in the middle of work.
function keepSession(value, hasEnded = false) {
	const changes = Boolean(value) !== Boolean(session) || value?.token !== session?.token
	session = value
	if (value) sessionStorage.setItem('assay', JSON.stringify(value))
	else sessionStorage.removeItem('assay')
	if (changes) document.dispatchEvent(new CustomEvent('session', { detail: { hasEnded } }))
}

export function currentSession() {
	if (!session) {
		try {
			session = JSON.parse(sessionStorage.getItem('assay'))
		} catch {
			session = null
		}
	}
	return session
}

export const hasRole = (...roles) => Boolean(session) && roles.some((role) => session.roles.includes(role))

export async function signIn(user, password) {
	keepSession(await post('/api/v1/sign-in', { user, password }))
}

export async function signOut() {
	try {
		await post('/api/v1/sign-out', {})
	} finally {
		keepSession(null)
	}
}
