// Finds many texts in bytes at once, however they are written: as they are, in UTF-16, as digits in
// hexadecimal, as base64 (also in the middle of something larger). Texts of 8 bytes and more.
const WINDOW = 8;

function writings(text) {
	const bytes = Buffer.from(text, 'utf8');
	const wide = Buffer.from(text, 'utf16le');
	const hex = bytes.toString('hex');
	const list = [bytes, wide, Buffer.from(wide).swap16(), Buffer.from(hex), Buffer.from(hex.toUpperCase())];
	// Wherever it begins: in base64 three bytes are four signs; those shared with neighbours go.
	for (let before = 0; before < 3; before++) {
		const plain = Buffer.concat([Buffer.alloc(before), bytes]);
		const inner = plain.toString('base64').slice(Math.ceil((before * 4) / 3), Math.floor((plain.length * 4) / 3));
		list.push(Buffer.from(inner), Buffer.from(inner.replaceAll('+', '-').replaceAll('/', '_')));
	}
	return list;
}

export class Needles {
	#by_start = new Map();

	constructor(texts) {
		for (const text of texts) {
			if (Buffer.byteLength(text) < WINDOW)
				throw new Error(`"${text}" is too short to be looked for`);
			for (const bytes of writings(text))
				this.#add(text, bytes);
		}
	}

	#add(text, bytes) {
		if (bytes.length < WINDOW)
			return;
		const start = bytes.toString('latin1', 0, WINDOW);
		this.#by_start.set(start, [...(this.#by_start.get(start) ?? []), { text, bytes }]);
	}

	// The texts that are somewhere in the bytes.
	find(bytes) {
		const found = new Set();
		const hay = bytes.toString('latin1');
		for (let at = 0; at + WINDOW <= hay.length; at++)
			for (const needle of this.#by_start.get(hay.slice(at, at + WINDOW)) ?? [])
				if (bytes.subarray(at, at + needle.bytes.length).equals(needle.bytes))
					found.add(needle.text);
		return found;
	}
}
