/* Files that nobody else may read: keys, enrolments. Made once, mode 0600, synced with their
 * folder before the call returns, never overwritten. */
#ifndef LEDGER_PRIVATE_FILE_H
#define LEDGER_PRIVATE_FILE_H

#include "ledger/base/buf.h"

/* Makes a folder of mode 0700 unless it is there. Errors: ERR_IO, ERR_DENIED with the path. */
MUST_CHECK enum err private_folder_make(const char *path, struct fault *fault);

/* A crash leaves either no file or the whole one.
 * Errors: ERR_EXISTS: the file is left alone; ERR_NOT_FOUND (folder), ERR_DENIED, ERR_FULL,
 * ERR_READONLY, ERR_IO with the path. */
MUST_CHECK enum err private_file_make(const char *path, struct span bytes, struct fault *fault);

/* Appends the whole file. Its content is wiped from the reader's own memory; the caller wipes buf.
 * Errors: ERR_NOT_FOUND; ERR_DENIED when others may read or write it, it is another user's or no
 * ordinary file; ERR_LIMIT over size_max bytes; ERR_IO, with the path. */
MUST_CHECK enum err private_file_read(
	const char *path, size_t size_max, struct buf *buf, struct fault *fault);

/* All of it, also when a signal interrupts; false: see errno. */
bool private_file_write_at(int file, struct span bytes, size_t at);
bool private_file_read_at(int file, uint8_t *out, size_t size, size_t at);
bool private_file_sync(int file);

/* The error for an errno, with a sentence "<what> <path>: <reason>". */
enum err private_file_fault(int number, const char *what, const char *path, struct fault *fault);

#endif
