// The page in a real browser, as TAP. Started by tests/system/page.t, which gives the address, the
// passwords, scans and a badge of a demo appliance by the environment.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { needed, openBrowser, openPage, signIn, scan, sizes } from './browser.mjs'

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const url = needed('PAGE_URL')
const scans = { green: needed('SCAN_GREEN'), supply: needed('SCAN_SUPPLY'), recalled: needed('SCAN_RECALLED'), expiry: needed('SCAN_EXPIRY') }
const badge = { picture: needed('BADGE_PICTURE'), text: readFileSync(needed('BADGE_TEXT'), 'utf8').trim() }
const name = needed('PERSON_NAME')

let number = 0
let failures = 0

function ok(passed, text, ...notes) {
	number++
	if (!passed) failures++
	console.log(`${passed ? 'ok' : 'not ok'} ${number} - ${text}`)
	if (!passed) for (const note of notes) console.log(`# ${String(note).replaceAll('\n', '\n# ')}`)
}
const is = (got, expected, text) => ok(got === expected, text, `expected: ${expected}`, `got: ${got}`)

const shown = (page, selector) => page.locator(selector).first().isVisible()
const colour = (page) => page.locator('.app-answer').getAttribute('data-colour')
const focused = (page) => page.evaluate(() => document.activeElement.id || document.activeElement.textContent.trim())
const answer = (page, want) => page.waitForSelector(`section:not([hidden]) .app-answer.app-${want}`)

// Axe runs in the page's own world by evaluate: the policy forbids script tags, as it should.
async function axe(page, text) {
	const found = await page.evaluate(async (source) => {
		if (!window.axe) (0, eval)(source)
		const { violations, passes } = await window.axe.run(document)
		if (passes.length < 10) return [`axe looked at ${passes.length} things only`]
		return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target).join(' | ')}`)
	}, axeSource).catch((error) => [String(error)])
	ok(found.length === 0, `${text}: axe finds nothing`, ...found)
}

// Nothing may be wider than the screen: a page that slides sideways loses its answer.
async function fits(page, text) {
	const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
	is(over, 0, `${text}: nothing is wider than the screen`)
}

async function looksRight(page, text) {
	await axe(page, text)
	await fits(page, text)
}

async function checkPacks(page, size) {
	is(await focused(page), 'scan', `${size}: the scan field has the focus from the start`)
	await looksRight(page, `${size}, empty`)

	await scan(page, scans.green)
	await answer(page, 'green')
	is(await page.locator('.app-answer__action').textContent(), 'OK to supply', `${size}: Ctrl+] is the separator; a good pack is green`)
	is(await focused(page), 'scan', `${size}: a green answer lets the next scan in`)
	is(await page.inputValue('#scan'), '', `${size}: into an empty field`)
	ok(!await page.getByRole('button', { name: 'Supply this pack' }).count(), `${size}: nobody supplies without an account`)
	await looksRight(page, `${size}, green`)

	await page.keyboard.type('(10)A1')
	await page.keyboard.press('Control+]')
	is(await page.locator('.app-gs').textContent(), 'GS', `${size}: the separator is shown by name`)
	await page.fill('#scan', '')

	await scan(page, scans.recalled, 'alt')
	await answer(page, 'red')
	is(await page.locator('.app-answer__title').textContent(), 'Recalled', `${size}: Alt and 029 is the separator; a recalled lot is red`)
	is(await focused(page), 'pack-answer', `${size}: the answer has the focus`)
	await looksRight(page, `${size}, red`)
	await scan(page, scans.green)
	is(await colour(page), 'red', `${size}: a red answer holds the next scan back`)
	ok(await shown(page, '#held'), `${size}: and says that the scan was not taken`)
	await page.getByRole('button', { name: 'I have read this' }).click()
	ok(!await shown(page, '#held'), `${size}: once it was read`)
	await scan(page, scans.green, 'alt')
	await answer(page, 'green')
	ok(true, `${size}: the next scan is taken`)

	await scan(page, 'nonsense')
	await page.waitForSelector('#pack-answer .nhsuk-error-summary')
	ok(await shown(page, '#pack-answer .nhsuk-error-summary'), `${size}: what is no code is told so, and is no verdict`)
	await page.fill('#scan', '')
	await scan(page, '(01)05098765432100(17)290100(10)B7')
	await answer(page, 'grey')
	is(await page.locator('.app-answer__action').textContent(), 'Nothing wrong found', `${size}: what nobody registers is grey`)
	is(await page.locator('#last-scans li').count(), 4, `${size}: the last scans are listed`)
}

async function supplyAndUndo(page) {
	await scan(page, scans.supply)
	await answer(page, 'green')
	await page.keyboard.press('Tab') // from the field: Check
	await page.keyboard.press('Tab')
	is(await focused(page), 'Supply this pack', 'by keyboard alone: the next stop is to supply')
	await page.keyboard.press('Enter')
	await page.waitForSelector('text=The supply is on the ledger.')
	is(await page.locator('.app-answer__action').textContent(), 'Supplied', 'Enter supplies')
	is(await focused(page), 'scan', 'and the field waits for the next pack')
	await scan(page, scans.supply)
	await answer(page, 'red')
	is(await page.locator('.app-answer__title').textContent(), 'Already supplied', 'the same pack again is red')
	ok(/own site/.test(await page.locator('.app-history').textContent()), 'the own site is told that it was itself')
	await page.click('text=Supply it all the same')
	await looksRight(page, 'red with all opened')
	await page.keyboard.press('Escape')
	await page.getByRole('button', { name: 'I have read this' }).focus()
	await page.keyboard.press('Enter')

	await scan(page, scans.green)
	await answer(page, 'green')
	await page.getByRole('button', { name: 'Supply this pack' }).click()
	await page.getByRole('button', { name: 'undo' }).click()
	await page.waitForSelector('text=Undone')
	await scan(page, scans.green)
	await answer(page, 'green')
	ok(true, 'a supply that was a mistake is undone: the pack is green again')

	await scan(page, scans.expiry)
	await answer(page, 'red')
	is(await page.locator('.app-answer__title').textContent(), 'Another expiry than registered', 'another expiry is red')
	await page.click('text=What this rests on')
	const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save the receipt' }).click()])
	ok(/^c2sp\.org\/tlog-proof@v1\n/.test(readFileSync(await download.path(), 'utf8')), 'its receipt is saved as a file')
	await page.getByRole('button', { name: 'I have read this' }).click()
	await page.waitForFunction(() => /open/.test(document.getElementById('alert-count').textContent) && !document.getElementById('alert-count').hidden)
	ok(true, 'the number of open alerts stays on screen')
}

async function quarantine(page) {
	await scan(page, scans.green)
	await answer(page, 'green')
	await page.click('text=Put in quarantine')
	await page.selectOption('#aside-reason', 'damaged')
	await page.getByRole('button', { name: 'Put this pack aside' }).click()
	await page.waitForSelector('text=Keep it apart.')
	is(await focused(page), 'scan', 'a pack is put in quarantine, and the field waits for the next')
	await scan(page, scans.green)
	await answer(page, 'amber')
	is(await page.locator('.app-answer__title').textContent(), 'In your quarantine', 'scanned again it is amber')
	ok(/by pharmacist, .*: damaged/.test(await page.locator('.app-history').textContent()), 'with who put it there, when and why')
	ok(!await page.getByRole('button', { name: 'Supply this pack' }).count(), 'and is supplied with a reason only')
	await looksRight(page, 'quarantine')
	await page.getByRole('button', { name: 'Take it out of quarantine' }).click()
	await page.waitForSelector('.app-answer__action:text-is("Out of quarantine")')
	await scan(page, scans.green)
	await answer(page, 'green')
	ok(true, 'taken out it is green again')
}

async function lists(page, size) {
	for (const [view, text] of [['stock', 'A1'], ['recalls', 'in quarantine; you supplied 0.'], ['alerts', 'Already supplied']]) {
		await page.click(`[data-view=${view}]`)
		await page.waitForFunction(([id, part]) => document.getElementById(id).textContent.includes(part), [`${view}-list`, text])
		ok(true, `${size}: ${view} shows "${text}"`)
		await looksRight(page, `${size}, ${view}`)
	}
	if (size !== 'wide') return
	await page.click('[data-view=recalls]')
	await page.getByRole('button', { name: 'Put batch R1 in quarantine' }).click()
	await page.waitForSelector('text=You hold 1, 1 of them in quarantine')
	ok(true, 'a recalled batch is put in quarantine from its notice')
	await page.getByRole('button', { name: 'Record', exact: true }).click()
	await page.waitForSelector('.app-told button')
	const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save the record' }).click()])
	const record = JSON.parse(readFileSync(await download.path(), 'utf8'))
	is(record.packs.quarantined, 1, 'what was done about a recall is recorded, and saved for an inspector')
}

async function checkPerson(page, size) {
	await page.click('[data-view=person]')
	await page.waitForSelector('#role option', { state: 'attached' })
	await page.selectOption('#role', 'pharmacist')
	await page.selectOption('#site-class', 'hospital_pharmacy')
	await looksRight(page, `${size}, a person`)

	await page.setInputFiles('#picture', badge.picture)
	await page.check('#photo-seen')
	await page.getByRole('button', { name: 'Check' }).click()
	await answer(page, 'green')
	is(await page.locator('.app-answer__action:visible').textContent(), 'Cleared', `${size}: a picture of the badge is read: cleared`)
	is(await page.locator('.app-answer__title:visible').textContent(), name, `${size}: and says who that is`)
	ok(!await page.isChecked('#photo-seen'), `${size}: the next person's face is to be compared anew`)
	await looksRight(page, `${size}, cleared`)

	await page.focus('#badge')
	await page.keyboard.insertText(badge.text)
	await page.keyboard.press('Enter')
	await answer(page, 'amber')
	is(await page.locator('.app-answer__action:visible').textContent(), 'Check photo ID', `${size}: scanned, without comparing the face: amber`)
	await looksRight(page, `${size}, check photo ID`)

	await page.selectOption('#role', 'nurse')
	await page.focus('#badge')
	await page.keyboard.insertText(badge.text)
	await page.keyboard.press('Enter')
	await answer(page, 'red')
	is(await page.locator('.app-answer__action:visible').textContent(), 'Not cleared', `${size}: for other work: not cleared`)
	ok(await page.locator('.app-reasons li').first().getAttribute('class') === 'app-not-met', `${size}: with what is missing first`)
	await looksRight(page, `${size}, not cleared`)

	await page.setInputFiles('#picture', { name: 'no.png', mimeType: 'image/png', buffer: Buffer.from('no picture') })
	await page.getByRole('button', { name: 'Check' }).click()
	await page.waitForSelector('#person-answer .nhsuk-error-summary')
	ok(true, `${size}: a file that is no picture is told so`)
}

async function session(page, size) {
	await page.evaluate(() => { location.hash = '#stock' })
	await page.waitForSelector('#view-sign-in:not([hidden])')
	ok(true, `${size}: what needs an account leads to signing in`)
	await page.fill('#user', 'pharmacist')
	await page.fill('#password', 'a wrong password')
	await page.keyboard.press('Enter')
	await page.waitForSelector('#sign-in-error:not([hidden])')
	is(await page.inputValue('#password'), '', `${size}: a wrong password is told, and taken away`)
	await looksRight(page, `${size}, signing in`)
	await page.fill('#user', 'pharmacist')
	await page.fill('#password', needed('PASSWORD_PHARMACIST'))
	await page.keyboard.press('Enter')
	await page.waitForSelector('#view-stock:not([hidden])')
	ok(true, `${size}: signing in leads back to what was asked for`)
	await page.reload()
	ok(await shown(page, '#party'), `${size}: the session outlives loading the page again`)
	await page.click('[data-view=pack]')
	await page.waitForFunction(() => document.activeElement.id === 'scan') // the view changes after the click
}

// The session ends in the middle of work: as if twelve hours had passed.
async function sessionEnds(page, context, size) {
	await scan(page, scans.green)
	await answer(page, 'green')
	await context.clearCookies()
	await page.getByRole('button', { name: 'Supply this pack' }).click()
	await page.waitForSelector('text=Your sign-in has ended')
	ok(!await shown(page, 'text=The supply is on the ledger.'), `${size}: a session that has ended is told, and nothing is said to be done`)
	ok(!await shown(page, '#party'), `${size}: and nobody is shown as signed in`)
	await looksRight(page, `${size}, the session has ended`)
	await page.evaluate(() => { location.hash = '#sign-in' })
	await page.waitForSelector('#view-sign-in:not([hidden])')
	ok(await shown(page, '#sign-in-error'), `${size}: the sign-in says why it is asked for`)
}

// Five wrong passwords for one name: what is said, and that another name may still sign in.
async function lockedOut(page, size) {
	for (let i = 0; i < 6; i++) {
		await page.fill('#user', `locked-${size}`)
		await page.fill('#password', 'a wrong password')
		const [response] = await Promise.all([page.waitForResponse((one) => one.url().endsWith('/sign-in')), page.keyboard.press('Enter')])
		is(response.status(), i < 5 ? 403 : 429, `${size}: wrong password number ${i + 1}`)
	}
	await page.waitForFunction(() => /half a minute/.test(document.getElementById('sign-in-error-text').textContent))
	ok(true, `${size}: who is locked out is told for how long`)
	await looksRight(page, `${size}, locked out`)
}

async function signOutAndCheck(page, size) {
	await page.click('#sign-in-link')
	await page.waitForFunction(() => document.getElementById('party').hidden)
	is(await page.locator('.app-answer').count(), 0, `${size}: signing out leaves no answer on screen`)
	is(await page.evaluate(() => sessionStorage.length), 0, `${size}: and nothing in the browser's session`)
	const status = await page.evaluate(() => fetch('/api/v1/alerts').then((answer) => answer.status))
	is(status, 401, `${size}: the session is over at the appliance too`)
}

async function through(browser, size) {
	const { context, page, seen } = await openPage(browser, url, sizes[size], { acceptDownloads: true })
	await checkPacks(page, size)
	await session(page, size)
	if (size === 'wide') {
		await supplyAndUndo(page)
		await quarantine(page)
	}
	await lists(page, size)
	await signOutAndCheck(page, size)
	await signIn(page, 'pharmacist', needed('PASSWORD_PHARMACIST'))
	await sessionEnds(page, context, size)
	await lockedOut(page, size)
	await signIn(page, 'hospital', needed('PASSWORD_HOSPITAL'))
	await checkPerson(page, size)
	await signOutAndCheck(page, size)
	ok(seen.elsewhere.length === 0, `${size}: nothing was asked of another server`, ...seen.elsewhere)
	const wrong = seen.console.filter((line) => !/status of (400|401|403|404|422|429)/.test(line)) // answers that the page shows
	ok(wrong.length === 0, `${size}: the console has no violation of the policy and no error`, ...wrong)
	await context.close()
}

const browser = await openBrowser()
try {
	for (const size of Object.keys(sizes)) await through(browser, size)
} catch (error) {
	ok(false, 'the page can be used to the end', error.stack)
} finally {
	await browser.close()
}
console.log(`1..${number}`)
process.exit(failures ? 1 : 0)
