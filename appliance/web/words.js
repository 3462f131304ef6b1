// How the ledger's words are said on screen. A word that is not listed is shown as it is.
const titles = {
	active: 'Code known and not used before',
	lot_active: 'Batch known; this pack has no number of its own',
	not_registered: 'Product not on the ledger',
	not_covered: 'Pack not registered by its maker',
	caution: 'There is a notice about this medicine',
	unknown_lot: 'Unknown batch',
	two_lots: 'Number registered in two batches',
	short_dated: 'Expires soon',
	opened_elsewhere: 'Opened at another site',
	maker_data: "The maker's data may be wrong",
	scanner_fault: 'The scanner changed the code',
	stale: 'This answer is old',
	quarantined: 'In your quarantine',
	unknown_serial: 'Unknown serial number',
	lot_mismatch: 'Number belongs to another batch',
	expiry_mismatch: 'Another expiry than registered',
	already_supplied: 'Already supplied',
	destroyed: 'Recorded as destroyed',
	exported: 'Recorded as exported',
	sampled: 'Drawn as a sample',
	repackaged: 'Used up in repackaging',
	stolen: 'Reported stolen',
	locked: 'Locked while it is looked into',
	withdrawn: 'Withdrawn by its maker',
	not_released: 'Not released by its maker',
	recalled: 'Recalled',
	expired: 'Expired',
	wrong_market: 'Not meant for this market'
}

export const title = (word) => titles[word] || word.replaceAll('_', ' ')

const months = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December']

// "2028-04-03" is 3 April 2028; day 00 is the whole month, as printed on packs.
export function day(text) {
	const [year, month, number] = (text || '').split('-').map(Number)
	if (!months[month - 1]) return text
	return `${number ? `${number} ` : ''}${months[month - 1]} ${year}`
}

// A moment of the ledger, in the time of who looks.
export function moment(text) {
	const date = new Date(text)
	if (!text || Number.isNaN(date.getTime())) return text
	const two = (number) => String(number).padStart(2, '0')
	return `${date.getDate()} ${months[date.getMonth()]} ${date.getFullYear()}, ${two(date.getHours())}:${two(date.getMinutes())}`
}

export const upper = (text) => text[0].toUpperCase() + text.slice(1)
export const count = (number, one, many = `${one}s`) => `${number} ${number === 1 ? one : many}`
