/* The files of the page, embedded at build time (appliance/web/build/embed.mjs). */
#ifndef APPLIANCE_HTTP_PAGE_H
#define APPLIANCE_HTTP_PAGE_H

#include <stddef.h>

struct page_file {
	const char *path; /* "/" or "/app.js" */
	const char *type; /* media type */
	const unsigned char *bytes;
	size_t size;
	const unsigned char *packed; /* the same by gzip, where that is smaller */
	size_t packed_size; /* 0: it is not */
	const char *tag; /* of HTTP: quoted, another one when the bytes are */
};

extern const struct page_file page_files[];
extern const unsigned page_file_count;

#endif
