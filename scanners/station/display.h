/* What the bench sees: text for a terminal, or one JSON object a line for programs.
 *
 * A verdict is told three ways, so that nobody depends on colour: a sign, a word, and the colour
 * (only on a terminal, and not when NO_COLOR is set). The sentence says why, the line under it
 * what to do now. */
#ifndef SCANNERS_STATION_DISPLAY_H
#define SCANNERS_STATION_DISPLAY_H

#include "scanners/station/station.h"

#include <stdio.h>

struct display {
	FILE *to;
	bool is_json;
	bool has_colour;
};

/* has_colour follows from the stream and the environment. */
void display_init(struct display *display, FILE *to, bool is_json);

/* For the station's options; lives as long as the display. */
struct station_screen display_screen(struct display *display);

/* Text of one thing shown, into buf: what the screen prints. For tests too. */
void display_text(const struct display *display, const struct shown *shown, struct buf *buf);
void display_json(const struct shown *shown, struct buf *buf);

#endif
