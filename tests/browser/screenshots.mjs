// The README's pictures, from a real session: docs/page.png (a pharmacy's bench) and
// docs/page-narrow.png (a ward's telephone). Started by tests/browser/screenshots.
import { needed, openBrowser, openPage, signIn, scan, sizes } from './browser.mjs'

const url = needed('PAGE_URL')
const folder = needed('PICTURES')

async function bench(browser) {
	const { context, page } = await openPage(browser, url, { ...sizes.wide, height: 950 })
	await signIn(page, 'pharmacist', needed('PASSWORD_PHARMACIST'))
	for (const [code, colour] of [[needed('SCAN_GREEN'), 'green'], [needed('SCAN_SUPPLY'), 'green'], ['(01)05098765432100(17)290100(10)B7', 'grey'], [needed('SCAN_RECALLED'), 'red']]) {
		await scan(page, code)
		await page.waitForSelector(`.app-answer.app-${colour}`)
	}
	await page.waitForFunction(() => !document.getElementById('alert-count').hidden)
	await page.screenshot({ path: `${folder}/page.png` })
	await context.close()
}

async function ward(browser) {
	const { context, page } = await openPage(browser, url, sizes.narrow)
	await signIn(page, 'hospital', needed('PASSWORD_HOSPITAL'))
	await page.click('[data-view=person]')
	await page.waitForSelector('#role option', { state: 'attached' })
	await page.setInputFiles('#picture', needed('BADGE_PICTURE'))
	await page.check('#photo-seen')
	await page.getByRole('button', { name: 'Check' }).click()
	await page.waitForSelector('.app-answer.app-green')
	await page.evaluate(() => window.scrollTo(0, document.querySelector('#person-answer').offsetTop - 16))
	await page.screenshot({ path: `${folder}/page-narrow.png` })
	await context.close()
}

const browser = await openBrowser()
try {
	await bench(browser)
	await ward(browser)
} finally {
	await browser.close()
}
