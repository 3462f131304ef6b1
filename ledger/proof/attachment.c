#include "ledger/proof/attachment.h"

#include <assert.h>

#define MAGIC       "ASYA"
#define VERSION     1
#define FIXED       8 /* bytes before the nonce: what the seal binds */
#define COMMIT_WORD "assay/att/1"

enum {
	AT_VERSION = 4,
	AT_BOXES = 5,
	AT_CLASS = 6,
	AT_ZERO = 7,
};

/* The least of 4, 16 and 64 boxes that has room. */
static size_t boxes_for(size_t recipients)
{
	if (recipients <= 4)
		return 4;
	return recipients <= 16 ? 16 : ATTACHMENT_BOXES_MAX;
}

static size_t file_size(size_t boxes, unsigned size_class)
{
	return ATTACHMENT_HEADER + boxes * ATTACHMENT_BOX + ((size_t)1 << size_class) + AEAD_EXTRA;
}

enum err attachment_parse(struct span file, struct attachment *attachment, struct fault *fault)
{
	struct attachment out;
	if (file.size < ATTACHMENT_HEADER || memcmp(file.at, MAGIC, AT_VERSION) != 0)
		return fault_set(fault, ERR_FORMAT, 0, 0, "not a sealed file: it begins otherwise");
	if (file.at[AT_VERSION] != VERSION)
		return fault_set(fault, ERR_VERSION, AT_VERSION, 1,
			"sealed file of version %d; this program knows version %d",
			file.at[AT_VERSION], VERSION);
	out.box_count = file.at[AT_BOXES];
	if (out.box_count != boxes_for(out.box_count))
		return fault_set(fault, ERR_FORMAT, AT_BOXES, 1,
			"a sealed file has 4, 16 or 64 boxes, not %zu", out.box_count);
	out.size_class = file.at[AT_CLASS];
	if (out.size_class < ATTACHMENT_CLASS_MIN || out.size_class > ATTACHMENT_CLASS_MAX)
		return fault_set(fault, ERR_FORMAT, AT_CLASS, 1, "size class %u is not in %d..%d",
			out.size_class, ATTACHMENT_CLASS_MIN, ATTACHMENT_CLASS_MAX);
	if (file.at[AT_ZERO] != 0)
		return fault_set(fault, ERR_FORMAT, AT_ZERO, 1, "the eighth byte is not 0");
	size_t size = file_size(out.box_count, out.size_class);
	if (file.size != size)
		return fault_set(fault, ERR_FORMAT, file.size < size ? file.size : size, 0,
			"the sealed file has %zu bytes, its header says %zu", file.size, size);
	size_t sealed_at = ATTACHMENT_HEADER + out.box_count * ATTACHMENT_BOX;
	out.header = span_cut(file, 0, FIXED);
	out.nonce = span_cut(file, FIXED, ATTACHMENT_HEADER);
	out.boxes = span_cut(file, ATTACHMENT_HEADER, sealed_at);
	out.sealed = span_cut(file, sealed_at, size);
	*attachment = out;
	return OK;
}

#define WITH_SIZE (FIXED + KID_SIZE + 8)

/* The associated data of the seal. */
static void put_with(
	uint8_t out[WITH_SIZE], const uint8_t *header, const struct attachment_author *author)
{
	struct buf with;
	buf_over(&with, out, WITH_SIZE);
	buf_put(&with, span_of(header, FIXED));
	buf_put(&with, span_of(author->kid, KID_SIZE));
	buf_put_be(&with, author->sequence, 8);
	assert(!with.err && with.size == WITH_SIZE);
}

static void commit(const uint8_t content_key[AEAD_KEY], uint8_t out[HASH_SIZE])
{
	struct sha256 hash;
	sha256_init(&hash);
	sha256_put(&hash, span_text(COMMIT_WORD));
	sha256_put(&hash, span_of(content_key, AEAD_KEY));
	sha256_end(&hash, out);
}

static bool media_is_valid(struct span media)
{
	if (!media.size || media.size > ATTACHMENT_MEDIA_MAX)
		return false;
	for (size_t i = 0; i < media.size; i++)
		if (media.at[i] < ' ' || media.at[i] > '~')
			return false;
	return true;
}

/* Heads and media type of the body: what stands before its bytes. */
static void put_body_head(struct buf *buf, struct span media, size_t bytes_size)
{
	cbor_put_array(buf, 2);
	cbor_put_text(buf, media);
	/* A byte string's head is that of the number with major type 2. */
	size_t at = buf->size;
	cbor_put_uint(buf, bytes_size);
	if (!buf->err)
		buf->at[at] = (uint8_t)(buf->at[at] | CBOR_BYTES << 5);
}

/* What is sealed for whom, and in which shape. */
struct seal {
	const uint8_t (*recipients)[BOX_PUBLIC];
	size_t count;
	const struct attachment_author *author;
	struct span head; /* of the body: what stands before its bytes */
	struct span bytes;
	size_t boxes;
	unsigned size_class;
};

static enum err put_boxes(const struct seal *seal, const uint8_t content_key[AEAD_KEY], uint8_t *to,
	struct fault *fault)
{
	for (size_t i = 0; i < seal->boxes; i++) {
		uint8_t nobody[BOX_PUBLIC], secret[BOX_SECRET], key[AEAD_KEY];
		const uint8_t *public = nobody;
		if (i < seal->count) {
			public = seal->recipients[i];
			memcpy(key, content_key, AEAD_KEY);
		} else {
			box_keys(nobody, secret);
			random_fill(key, sizeof key);
		}
		enum err err = box_put(public, span_of(key, sizeof key), to + i * ATTACHMENT_BOX);
		secret_wipe(secret, sizeof secret);
		secret_wipe(key, sizeof key);
		if (err)
			return fault_set(fault, ERR_KEY, i, 1,
				"recipient %zu has no usable X25519 key", i + 1);
	}
	return OK;
}

static unsigned class_for(size_t size)
{
	unsigned size_class = ATTACHMENT_CLASS_MIN;
	while (size_class <= ATTACHMENT_CLASS_MAX && size > (size_t)1 << size_class)
		size_class++;
	return size_class;
}

/* Writes the whole file. */
static enum err fill(const struct seal *seal, const uint8_t content_key[AEAD_KEY], uint8_t *to,
	struct fault *fault)
{
	uint8_t with[WITH_SIZE];
	memcpy(to, MAGIC, AT_VERSION);
	to[AT_VERSION] = VERSION;
	to[AT_BOXES] = (uint8_t)seal->boxes;
	to[AT_CLASS] = (uint8_t)seal->size_class;
	to[AT_ZERO] = 0;
	random_fill(to + FIXED, AEAD_NONCE);
	enum err err = put_boxes(seal, content_key, to + ATTACHMENT_HEADER, fault);
	if (err)
		return err;
	/* The padded body is sealed where it stands. */
	uint8_t *body = to + ATTACHMENT_HEADER + seal->boxes * ATTACHMENT_BOX;
	size_t padded = (size_t)1 << seal->size_class;
	size_t used = seal->head.size + seal->bytes.size;
	memcpy(body, seal->head.at, seal->head.size);
	if (seal->bytes.size)
		memcpy(body + seal->head.size, seal->bytes.at, seal->bytes.size);
	memset(body + used, 0, padded - used);
	put_with(with, to, seal->author);
	aead_seal(content_key, to + FIXED, span_of(body, padded), span_of(with, sizeof with), body);
	return OK;
}

enum err attachment_seal(const uint8_t (*recipients)[BOX_PUBLIC], size_t count,
	const struct attachment_author *author, struct span media, struct span bytes,
	struct buf *buf, uint8_t content_key[AEAD_KEY], struct attachment_record *record,
	struct fault *fault)
{
	uint8_t room[ATTACHMENT_MEDIA_MAX + 16], key[AEAD_KEY];
	struct buf head;
	if (!count || count > ATTACHMENT_BOXES_MAX)
		return fault_set(fault, ERR_LIMIT, 0, 0,
			"a sealed file has 1 to %d recipients, not %zu", ATTACHMENT_BOXES_MAX,
			count);
	if (!media_is_valid(media))
		return fault_set(fault, ERR_FORMAT, 0, 0,
			"a media type has 1 to %d printable ASCII characters",
			ATTACHMENT_MEDIA_MAX);
	buf_over(&head, room, sizeof room);
	put_body_head(&head, media, bytes.size);
	assert(!head.err);
	struct seal seal = {recipients, count, author, buf_span(&head), bytes, boxes_for(count),
		ATTACHMENT_CLASS_MAX + 1};
	if (bytes.size <= (size_t)1 << ATTACHMENT_CLASS_MAX)
		seal.size_class = class_for(head.size + bytes.size);
	if (seal.size_class > ATTACHMENT_CLASS_MAX)
		return fault_set(fault, ERR_LIMIT, 0, 0,
			"a sealed file holds at most 64 MiB, heads included, not %zu bytes",
			bytes.size);
	size_t size = file_size(seal.boxes, seal.size_class);
	uint8_t *to = buf_reserve(buf, size);
	if (!to)
		return fault_set(
			fault, buf->err, 0, 0, "no room for a sealed file of %zu bytes", size);
	random_fill(key, sizeof key);
	enum err err = fill(&seal, key, to, fault);
	if (!err) {
		buf->size += size;
		hash_sha256(span_of(to, size), record->hash);
		record->size_class = (uint8_t)seal.size_class;
		commit(key, record->commitment);
		memcpy(content_key, key, sizeof key);
	}
	secret_wipe(key, sizeof key);
	return err;
}

enum err attachment_record(struct span file, const uint8_t content_key[AEAD_KEY],
	struct attachment_record *record, struct fault *fault)
{
	struct attachment attachment = {.box_count = 0};
	enum err err = attachment_parse(file, &attachment, fault);
	if (err)
		return err;
	hash_sha256(file, record->hash);
	record->size_class = (uint8_t)attachment.size_class;
	commit(content_key, record->commitment);
	return OK;
}

enum err attachment_open_boxes(struct span file, const struct unwrapper *unwrapper,
	uint8_t content_key[AEAD_KEY], size_t *box, struct fault *fault)
{
	struct attachment attachment = {.box_count = 0};
	enum err err = attachment_parse(file, &attachment, fault);
	if (err)
		return err;
	for (size_t i = 0; i < attachment.box_count; i++) {
		uint8_t key[AEAD_KEY];
		err = unwrapper->unwrap(unwrapper->self,
			span_cut(attachment.boxes, i * ATTACHMENT_BOX, (i + 1) * ATTACHMENT_BOX),
			key);
		if (err == ERR_SIGNATURE)
			continue;
		if (err)
			return fault_set(fault, err, i, 1, "box %zu of the sealed file: %s", i + 1,
				err_text(err));
		memcpy(content_key, key, sizeof key);
		secret_wipe(key, sizeof key);
		if (box)
			*box = i;
		return OK;
	}
	return fault_set(fault, ERR_NOT_FOUND, 0, 0,
		"none of the sealed file's boxes opens with our keys: it is not for us");
}

/* [media type, bytes], then zeros, in the smallest class that holds it. */
static enum err read_body(struct span plain, unsigned size_class,
	struct attachment_content *content, struct fault *fault)
{
	struct cbor cbor;
	struct attachment_content out = {{0}, {0}};
	cbor_init(&cbor, plain);
	if (cbor_array(&cbor, 2) != 2)
		cbor_fail(&cbor, ERR_FORMAT, "a sealed body is [media type, bytes]");
	out.media = cbor_text(&cbor);
	out.bytes = cbor_bytes(&cbor);
	if (!cbor.fault.err && !media_is_valid(out.media))
		cbor_fail(&cbor, ERR_FORMAT, "the media type is not one");
	if (!cbor.fault.err && class_for(cbor.at) != size_class)
		cbor_fail(&cbor, ERR_FORMAT, "the body stands in a larger class than it needs");
	for (size_t i = cbor.at; i < plain.size && !cbor.fault.err; i++) {
		if (plain.at[i] != 0) {
			cbor.at = i;
			cbor_fail(&cbor, ERR_FORMAT, "the padding is not zeros");
		}
	}
	if (cbor.fault.err) {
		if (fault)
			*fault = cbor.fault;
		return cbor.fault.err;
	}
	*content = out;
	return OK;
}

enum err attachment_open(struct span file, const struct attachment_record *record,
	const struct attachment_author *author, const uint8_t content_key[AEAD_KEY],
	struct buf *buf, struct attachment_content *content, struct fault *fault)
{
	struct attachment attachment = {.box_count = 0};
	struct attachment_record found;
	uint8_t with[WITH_SIZE];
	enum err err = attachment_parse(file, &attachment, fault);
	if (!err)
		err = attachment_record(file, content_key, &found, fault);
	if (err)
		return err;
	if (memcmp(found.hash, record->hash, HASH_SIZE) != 0 ||
		found.size_class != record->size_class)
		return fault_set(fault, ERR_CORRUPT, 0, 0,
			"the sealed file is not the one that the statement names");
	if (!secret_equal(found.commitment, record->commitment, HASH_SIZE))
		return fault_set(fault, ERR_KEY, 0, 0,
			"the content key is not the one committed to; report that by statement");
	size_t size = attachment.sealed.size - AEAD_EXTRA;
	size_t before = buf->size;
	uint8_t *to = buf_reserve(buf, size);
	if (!to)
		return fault_set(fault, buf->err, 0, 0, "no room for a body of %zu bytes", size);
	put_with(with, attachment.header.at, author);
	err = aead_open(content_key, attachment.nonce.at, attachment.sealed,
		span_of(with, sizeof with), to);
	if (err)
		return fault_set(fault, err, 0, 0,
			"the seal does not fit the file, its author or the sequence number");
	err = read_body(span_of(to, size), attachment.size_class, content, fault);
	if (err)
		secret_wipe(to, size);
	else
		buf->size = before + size;
	return err;
}
