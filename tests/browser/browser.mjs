// Debian's Chromium driven by playwright-core: what the page's tests and the pictures share.
import { chromium } from 'playwright-core'

const wide = { width: 1280, height: 900 }
const narrow = { width: 390, height: 844 }
export const sizes = { wide, narrow }

export function needed(name) {
	const value = process.env[name]
	if (!value) throw new Error(`${name} is not set: tests/system/page.t sets it`)
	return value
}

export async function openBrowser() {
	return await chromium.launch({
		executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
		args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
			'--disable-background-networking', '--disable-component-update', '--disable-sync']
	})
}

// A fresh browser session at the appliance. What it asked of other servers and what its console
// said is collected.
export async function openPage(browser, url, size, options = {}) {
	const context = await browser.newContext({ viewport: size, ignoreHTTPSErrors: true, ...options })
	const page = await context.newPage()
	const seen = { elsewhere: [], console: [] }
	page.on('request', (request) => {
		const to = request.url()
		if (!to.startsWith(`${url}/`) && !to.startsWith('data:') && !to.startsWith('blob:')) seen.elsewhere.push(to)
	})
	page.on('console', (message) => {
		if (message.type() === 'error' || message.type() === 'warning') seen.console.push(message.text())
	})
	page.on('pageerror', (error) => seen.console.push(String(error)))
	page.setDefaultTimeout(10000)
	await page.goto(`${url}/`)
	return { context, page, seen }
}

export async function signIn(page, user, password) {
	await page.evaluate(() => { location.hash = '#sign-in' })
	await page.fill('#user', user)
	await page.fill('#password', password)
	await page.press('#password', 'Enter')
	await page.waitForFunction(() => !document.getElementById('party').hidden)
}

// Types as a scanner does: the separator comes as Ctrl+], or as Alt and 029 on the number pad.
export async function scan(page, text, separator = 'control') {
	for (const part of text.split(/(\x1d)/)) {
		if (part !== '\x1d') await page.keyboard.type(part)
		else if (separator === 'control') await page.keyboard.press('Control+]')
		else {
			await page.keyboard.down('Alt')
			for (const digit of '029') await page.keyboard.press(`Numpad${digit}`)
			await page.keyboard.up('Alt')
		}
	}
	await page.keyboard.press('Enter')
}
