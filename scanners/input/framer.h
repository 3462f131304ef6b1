/* From the bytes of a scanner to whole scans. CR, LF, CR LF and ETX end a scan; an STX before its
 * first byte is dropped; an empty scan is none. A scanner without a suffix is framed by silence:
 * the caller sees the silence and calls framer_end.
 *
 * Inside a scan all bytes from 0x20 on but DEL may stand, and of the control characters the three
 * that codes carry: GS (between GS1 elements), RS and EOT (ISO/IEC 15434). Any other is reported,
 * and the scan with it is not given out: a line or a wedge that damages one byte damages others.
 * After a scan that is too long or damaged, reading goes on behind its end. */
#ifndef SCANNERS_INPUT_FRAMER_H
#define SCANNERS_INPUT_FRAMER_H

#include "ledger/base/err.h"
#include "ledger/base/span.h"

#define FRAMER_SIZE_MAX 4096 /* bytes of a scan; the largest symbols carry 3,116 and 4,296 */

enum framed {
	FRAMED_NONE, /* all input is taken, and no scan is complete */
	FRAMED_SCAN,
	FRAMED_FAULT, /* the scan just ended cannot be given out: the fault says why */
	FRAMED_DOUBLE, /* the same scan again within the time of the filter */
};

struct framer {
	size_t size;
	bool is_lost; /* the scan under way is faulty: only its end is looked for */
	struct fault why; /* is_lost */
	/* The filter of double scans, from trigger switches that bounce and hands that wait. */
	int64_t double_ms; /* 0: off */
	bool has_last;
	int64_t last_ms;
	size_t last_size;
	uint8_t bytes[FRAMER_SIZE_MAX];
	uint8_t last[FRAMER_SIZE_MAX];
};

void framer_init(struct framer *framer, int64_t double_ms);

/* Takes bytes from the front of *input up to the end of one scan, or all of them.
 * scan:  points into the framer until the next call.
 * fault: ERR_LIMIT or ERR_FORMAT; at is the offset in the scan. Set for FRAMED_FAULT. */
enum framed framer_next(struct framer *framer, struct span *input, int64_t now_ms,
	struct span *scan, struct fault *fault);

/* What has come so far is a whole scan: after a silence, or when a connection or file ends. */
enum framed framer_end(
	struct framer *framer, int64_t now_ms, struct span *scan, struct fault *fault);

/* The source is gone: forgets the scan under way and says how many bytes it had. */
size_t framer_drop(struct framer *framer);

/* Whether a scan is under way. */
static inline bool framer_is_open(const struct framer *framer)
{
	return framer->size > 0 || framer->is_lost;
}

#endif
