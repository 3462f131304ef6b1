#include "appliance/view/rewrap.h"

#define YEARS_BACK 64 /* how far back from the newest year peppers are looked for */

static enum err rewrap_one(struct attachments *attachments, struct desk *desk,
	const struct desk_party *party, const uint8_t hash[HASH_SIZE], struct rewrapped *count,
	struct fault *fault)
{
	uint8_t content_key[AEAD_KEY];
	uint8_t box[ATTACHMENT_WRAP_SIZE];
	struct desk_party alone = *party;
	struct buf file;
	alone.former_count = 0;
	buf_init(&file, ATTACHMENT_SIZE_MAX);
	enum err err = attachments_get(attachments, hash, &file, fault);
	if (err == ERR_NOT_FOUND) { /* erased meanwhile */
		buf_close(&file);
		return OK;
	}
	count->files++;
	if (!err)
		err = attachments_content_key(
			attachments, desk, &alone, hash, buf_span(&file), content_key, fault);
	if (!err) {
		count->before++;
	} else if (err == ERR_NOT_FOUND) {
		err = attachments_content_key(
			attachments, desk, party, hash, buf_span(&file), content_key, fault);
		if (err == ERR_NOT_FOUND) {
			count->others++;
			err = OK;
		} else if (!err) {
			err = box_put(party->box_public, span_of(content_key, AEAD_KEY), box);
			if (!err)
				err = attachments_wrap(
					attachments, hash, party->box_kid, box, fault);
			count->done += !err;
		}
	}
	secret_wipe(content_key, sizeof content_key);
	buf_close(&file);
	return err;
}

static enum err count_peppers(
	struct desk *desk, const struct desk_party *party, size_t *missing, struct fault *fault)
{
	struct reader *reader = NULL;
	struct snapshot snapshot;
	uint16_t newest = 0;
	enum err err = desk_reader(desk, &reader, fault);
	if (!err)
		err = reader_begin(reader, &snapshot, fault);
	if (!err) {
		err = pepper_newest(snapshot.table, &newest, fault);
		for (uint16_t back = 0; !err && back < YEARS_BACK && back < newest; back++) {
			uint8_t commitment[HASH_SIZE];
			uint8_t box[BODY_PEPPER_BOX_SIZE];
			uint16_t year = (uint16_t)(newest - back);
			err = pepper_find(snapshot.table, year, commitment, fault);
			if (!err) {
				err = pepper_box_find(
					snapshot.table, year, party->box_kid, box, fault);
				*missing += err == ERR_NOT_FOUND;
			}
			err = err == ERR_NOT_FOUND ? OK : err;
		}
		reader_end(reader);
	}
	desk_reader_back(desk, reader);
	return err == ERR_NOT_FOUND ? OK : err;
}

enum err rewrap_all(struct attachments *attachments, struct desk *desk,
	const struct desk_party *party, struct rewrapped *rewrapped, struct fault *fault)
{
	uint8_t hash[HASH_SIZE] = {0};
	*rewrapped = (struct rewrapped){0};
	if (!party->has_box)
		return fault_set(fault, ERR_NOT_FOUND, 0, 0, "%s has no box key here", party->name);
	enum err err = OK;
	for (bool is_first = true; !err; is_first = false) {
		err = attachments_next(attachments, is_first, hash, fault);
		if (!err)
			err = rewrap_one(attachments, desk, party, hash, rewrapped, fault);
		else if (err == ERR_NOT_FOUND)
			return count_peppers(desk, party, &rewrapped->peppers_missing, fault);
	}
	return err;
}
