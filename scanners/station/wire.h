/* Messages between a station and its appliance, over CURVE only. A message is two or three frames
 * (a ROUTER puts the peer's identity in front):
 *
 *	head      version u8 = 1, type u8, request u64; big endian, 10 bytes
 *	payload   by type, below
 *	payload   of STATE, PING and VERDICT only
 *
 *	station   1 CHECK    scan
 *	          2 STATE    statement; scan it is about, or empty: for the party's own view, it
 *	                     goes no further
 *	          3 PING     kid of the station's key; year u16 of the newest pepper it holds
 *	          5 RECORD   statement: as STATE, by a host that hands in many. Answered as soon
 *	                     as it is final, without a receipt, which can be asked for
 *	          4 RECEIVE  scan of a delivery or pack that came in
 *	appliance 65 VERDICT  JSON text; year u16 of the lot's pepper, 0 when not known
 *	          66 RECORDED {1 position, 2 ledger time, 3? alert code, 4? its sentence,
 *	                       5? receipt as tlog-proof text}
 *	          67 REFUSED  {1 code, 2 word, 3 sentence, 4? signed refusal}
 *	          68 BUSY     {1 wait ms}
 *	          69 PONG     {1 size, 2 ledger time, or the clock where that is later, 3 next
 *	                     sequence number of the key, 4? peppers that are newer [[year, 32
 *	                     bytes], years ascending, WIRE_PEPPERS_MAX at most]}
 *	          70 RECEIVED {1 sentence}
 *	          71 FAILED   {1 word, 2 sentence}: a CHECK, PING or RECEIVE that came to nothing
 *
 * Braces are deterministic CBOR maps; `?` may be left out. An answer repeats the request's number.
 * A decoder refuses anything else; whoever gets such a message drops it. */
#ifndef SCANNERS_STATION_WIRE_H
#define SCANNERS_STATION_WIRE_H

#include "ledger/base/buf.h"
#include "ledger/proof/statement.h"

#define WIRE_VERSION      1
#define WIRE_HEAD_SIZE    10
#define WIRE_FRAMES_MAX   3
#define WIRE_SCAN_MAX     4096
#define WIRE_JSON_MAX     ((size_t)64 << 10)
#define WIRE_RECEIPT_MAX  ((size_t)64 << 10)
#define WIRE_SENTENCE_MAX 400
#define WIRE_WORD_MAX     32
#define WIRE_SIGNED_MAX   1024
#define WIRE_FRAME_MAX    STATEMENT_SIZE_MAX /* the largest: a statement */
#define WIRE_WAIT_MAX_MS  3600000
#define WIRE_PEPPERS_MAX  4
#define WIRE_PEPPER_SIZE  32

enum wire_type {
	WIRE_CHECK = 1,
	WIRE_STATE = 2,
	WIRE_PING = 3,
	WIRE_RECEIVE = 4,
	WIRE_RECORD = 5,
	WIRE_VERDICT = 65,
	WIRE_RECORDED = 66,
	WIRE_REFUSED = 67,
	WIRE_BUSY = 68,
	WIRE_PONG = 69,
	WIRE_RECEIVED = 70,
	WIRE_FAILED = 71,
};

/* One message; fields that a type does not have are zero. Spans point into what was decoded. */
struct wire {
	enum wire_type type;
	uint64_t request;
	struct span scan; /* CHECK, RECEIVE: 1..; STATE: may be empty */
	struct span statement; /* STATE, RECORD */
	struct span kid; /* PING */
	struct span json; /* VERDICT */
	uint16_t year; /* VERDICT, PING */
	uint64_t position; /* RECORDED */
	int64_t time_ms; /* RECORDED, PONG: ledger time */
	uint16_t alert; /* RECORDED; 0: none, and then no sentence */
	struct span receipt; /* RECORDED; size 0: none yet */
	uint16_t code; /* REFUSED */
	struct span word; /* REFUSED, FAILED */
	struct span sentence; /* REFUSED, FAILED, RECEIVED, RECORDED */
	struct span refusal; /* REFUSED; size 0: none */
	uint32_t wait_ms; /* BUSY */
	uint64_t size; /* PONG */
	uint64_t sequence; /* PONG */
	size_t pepper_count; /* PONG */
	struct {
		uint16_t year;
		struct span pepper; /* WIRE_PEPPER_SIZE */
	} pepper[WIRE_PEPPERS_MAX]; /* secret */
};

/* What is sent: frames that point into the wire's own spans and the two buffers here. */
struct wire_frames {
	size_t count;
	struct span frame[WIRE_FRAMES_MAX];
	uint8_t head[WIRE_HEAD_SIZE];
	uint8_t year[2];
	struct buf payload; /* made by encoding; wire_frames_close frees it */
};

/* Errors: ERR_FORMAT, ERR_LIMIT for what decoding would refuse; ERR_MEMORY. Close it in any
 * case. */
MUST_CHECK enum err wire_encode(
	const struct wire *wire, struct wire_frames *frames, struct fault *fault);
void wire_frames_close(struct wire_frames *frames);

/* Errors: ERR_VERSION for another version or type; ERR_FORMAT, ERR_LIMIT, ERR_RANGE,
 * ERR_ENCODING. The fault's place is in the payload, or in the head. */
MUST_CHECK enum err wire_decode(
	const struct span *frames, size_t count, struct wire *wire, struct fault *fault);

/* "CHECK"; for logs. */
const char *wire_type_name(enum wire_type type);

#endif
