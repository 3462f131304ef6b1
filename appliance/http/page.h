/* The files of the page, embedded at build time (appliance/web/build/embed.mjs). */
#ifndef APPLIANCE_HTTP_PAGE_H
#define APPLIANCE_HTTP_PAGE_H

#include <stddef.h>

struct page_file {
	const char *path; /* "/" or "/app.js" */
	const char *type; /* media type */
	const unsigned char *bytes;
	size_t size;
};

extern const struct page_file page_files[];
extern const unsigned page_file_count;

#endif
