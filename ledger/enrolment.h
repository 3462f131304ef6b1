/* A station's enrolment: all it needs to take part, in one file of mode 0600 that is carried to
 * it once. Deterministic CBOR: a map with
 *
 *	1 "assay-enrolment/1"   2 origin       3 issuer (member's name)   4 party (shown name)
 *	5? tenant 16            6 site 16      7 until ms                 8 label
 *	9 Ed25519 seed          10 CURVE public                           11 CURVE secret
 *	12 appliance address    13 appliance's CURVE public
 *	14 peppers [[year, 32 bytes], years ascending]
 *	15 SHA-256 of the map's encoding with this value all zero
 */
#ifndef LEDGER_ENROLMENT_H
#define LEDGER_ENROLMENT_H

#include "ledger/members/bodies.h"

#define ENROLMENT_SIZE_MAX    4096
#define ENROLMENT_PEPPERS_MAX 32
#define ENROLMENT_LABEL_MAX   32
#define ENROLMENT_ADDRESS_MAX 255

/* Holds secrets: keep it in secret_new memory, wipe it after use. */
struct enrolment {
	char origin[ORIGIN_SIZE_MAX + 1];
	char issuer[MEMBER_NAME_MAX + 1];
	char party[MEMBER_NAME_MAX + 1];
	bool has_tenant;
	uint8_t tenant[UNIT_ID_SIZE];
	uint8_t site[UNIT_ID_SIZE];
	int64_t until_ms;
	char label[ENROLMENT_LABEL_MAX + 1];
	uint8_t seed[SIGN_SEED]; /* of the station's key: sign_keys makes the rest */
	uint8_t curve_public[BOX_PUBLIC];
	uint8_t curve_secret[BOX_SECRET];
	char address[ENROLMENT_ADDRESS_MAX + 1]; /* "tcp://10.0.0.5:7433" */
	uint8_t appliance_curve[BOX_PUBLIC];
	size_t pepper_count;
	struct {
		uint16_t year;
		uint8_t pepper[PEPPER_SIZE];
	} pepper[ENROLMENT_PEPPERS_MAX];
};

/* Errors: ERR_VERSION, ERR_CORRUPT (changed or cut), ERR_FORMAT and so on with the place. */
MUST_CHECK enum err enrolment_decode(
	struct span bytes, struct enrolment *enrolment, struct fault *fault);
void enrolment_encode(const struct enrolment *enrolment, struct buf *buf);

/* As key files: made once, mode 0600, synced; refused when others may read it.
 * Errors: ERR_EXISTS; ERR_NOT_FOUND, ERR_DENIED, ERR_IO with the path; those of decoding. */
MUST_CHECK enum err enrolment_save(
	const struct enrolment *enrolment, const char *path, struct fault *fault);
MUST_CHECK enum err enrolment_load(
	struct enrolment *enrolment, const char *path, struct fault *fault);

#endif
