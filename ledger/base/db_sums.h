/* Sums over the pages of a database: a disk that gives back other bytes than it was given is
 * noticed by the read, before anything is made of them. An SQLite VFS laid over another one.
 *
 * The last 8 bytes of each page of the file (SQLite leaves them alone: byte 20 of its header says
 * 8) are a sum over the rest and the page's number, little endian. It guards against disks, cables
 * and memory, not against people: those an audit finds. A page in the WAL is under the running
 * checksum of SQLite's own (its file format, section 4.2), which SQLite looks at after a crash
 * only: here it is looked at by every read. */
#ifndef LEDGER_BASE_DB_SUMS_H
#define LEDGER_BASE_DB_SUMS_H

#include <stddef.h>
#include <stdint.h>

#define DB_SUMS_SIZE 8

/* File controls, for sqlite3_file_control. */
enum {
	DB_SUMS_WHERE = 0x41534d01, /* struct db_sums_where *: the last read that was refused */
	DB_SUMS_SCAN, /* reads every page of the file, also those that hold nothing; NULL */
};

struct db_sums_where {
	int64_t page; /* from 1; in the WAL: the frame; 0: none was refused */
	int is_wal;
};

/* The name of the VFS that lays sums over `vfs` (NULL: the machine's); NULL without memory. Made
 * once, stays. Any thread. */
const char *db_sums_vfs(const char *vfs);

uint64_t db_sums_page(const uint8_t *page, size_t size, uint64_t number);

#endif
