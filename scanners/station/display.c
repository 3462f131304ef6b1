#include "scanners/station/display.h"

#include "ledger/base/civil.h"
#include "ledger/base/utf8.h"

#include <stdlib.h>
#include <unistd.h>

#define TEXT_MAX    ((size_t)256 << 10)
#define SCAN_SHOWN  60
#define REPLACEMENT "\xef\xbf\xbd"

/* In the order of enum bench_colour. */
static const struct {
	const char *word;
	const char *sign;
	const char *ansi;
	const char *action;
	const char *to_do;
} colours[] = {
	[BENCH_GREEN] = {"green", "OK", "\033[1;37;42m", "supply", "May be supplied."},
	[BENCH_GREY] = {"grey", "--", "\033[1;30;47m", "check",
		"Look at the carton; the ledger does not cover it."},
	[BENCH_AMBER] = {"amber", "??", "\033[1;30;43m", "check",
		"Check before you go on; supplying needs a reason."},
	[BENCH_RED] = {"red", "XX", "\033[1;37;41m", "do_not_supply",
		"Do not supply. Set the pack aside and tell the responsible pharmacist."},
};

#define ANSI_END "\033[0m"

static const struct {
	const char *word;
	const char *text;
} acts[] = {
#define X(name, code, text) [name] = {code, text},
	BENCH_ACT_LIST(X)
#undef X
};

void display_init(struct display *display, FILE *to, bool is_json)
{
	const char *none = getenv("NO_COLOR");
	*display = (struct display){.to = to, .is_json = is_json};
	display->has_colour = !is_json && isatty(fileno(to)) && !(none && *none);
}

/* Neither a control character nor one that turns the direction of text. */
static bool is_plain(uint32_t point)
{
	return point >= ' ' && !(point >= 0x7f && point < 0xa0) &&
	       !(point >= 0x2028 && point <= 0x202e) && !(point >= 0x2066 && point <= 0x2069);
}

/* Scans and sentences come from outside: no control characters reach the terminal. */
static void put_plain(struct buf *buf, struct span text, size_t most)
{
	while (text.size && most) {
		uint32_t point;
		size_t size = utf8_next(text, &point);
		if (size && point == 0x1d)
			buf_put_text(buf, "|");
		else if (size && is_plain(point))
			buf_put(buf, span_cut(text, 0, size));
		else
			buf_put_text(buf, REPLACEMENT);
		text = span_cut(text, size ? size : 1, text.size);
		most--;
	}
	if (text.size)
		buf_put_text(buf, "...");
}

static const char *to_do(const struct bench_verdict *verdict)
{
	if (!verdict->is_pack)
		return "Scan the code on a pack.";
	if (verdict->colour == BENCH_AMBER && verdict->is_uncertain)
		return "Check as you would without the ledger, then scan SUPPLY or set it aside.";
	return colours[verdict->colour].to_do;
}

static void text_verdict(const struct display *display, const struct shown *shown, struct buf *buf)
{
	const struct bench_verdict *verdict = shown->verdict;
	const char *on = display->has_colour ? colours[verdict->colour].ansi : "";
	const char *off = display->has_colour ? ANSI_END : "";
	buf_printf(buf, "\n%s [%s] %-5s %s %s%s\n", on, colours[verdict->colour].sign,
		colours[verdict->colour].word, verdict->word, off,
		shown->is_local ? "  (this station's own judgement)" : "");
	if (verdict->product[0]) {
		buf_put_text(buf, "   ");
		put_plain(buf, span_text(verdict->product), sizeof verdict->product);
		buf_put_text(buf, "\n");
	} else {
		buf_put_text(buf, "   ");
		put_plain(buf, shown->scan, SCAN_SHOWN);
		buf_put_text(buf, "\n");
	}
	buf_put_text(buf, "   ");
	put_plain(buf, span_text(verdict->sentence), sizeof verdict->sentence);
	buf_printf(buf, "\n   %s\n", to_do(verdict));
}

static void put_counts(const struct shown *shown, struct buf *buf)
{
	if (shown->counts.waiting)
		buf_printf(buf, "   %llu to be sent%s\n", (unsigned long long)shown->counts.waiting,
			shown->is_away ? " when the appliance is back" : "");
	if (shown->counts.refused)
		buf_printf(buf, "   %llu refused: look at them with `assay station --refused`\n",
			(unsigned long long)shown->counts.refused);
}

static void put_line(struct buf *buf, const char *before, struct span text)
{
	buf_put_text(buf, before);
	put_plain(buf, text, BENCH_SENTENCE_SIZE);
	buf_put_text(buf, "\n");
}

static void text_recorded(const struct shown *shown, struct buf *buf)
{
	char time[CIVIL_TIME_SIZE];
	civil_print_time(shown->time_ms, time);
	buf_printf(buf, "   %s: recorded at position %llu, %s\n", acts[shown->act].text,
		(unsigned long long)shown->position, time);
	if (shown->alert)
		put_line(buf, "   [!!] recorded with an alert: ", shown->sentence);
}

void display_text(const struct display *display, const struct shown *shown, struct buf *buf)
{
	switch (shown->type) {
	case SHOWN_VERDICT: text_verdict(display, shown, buf); break;
	case SHOWN_SAVED:
		buf_printf(buf, "   %s: saved\n", acts[shown->act].text);
		put_counts(shown, buf);
		break;
	case SHOWN_RECORDED: text_recorded(shown, buf); break;
	case SHOWN_REFUSED:
		buf_printf(buf, "   [XX] %s: the ledger refuses it (%.*s)\n", acts[shown->act].text,
			(int)shown->word.size, (const char *)shown->word.at);
		put_line(buf, "   ", shown->sentence);
		put_counts(shown, buf);
		break;
	case SHOWN_RECEIVED: put_line(buf, "   [OK] ", shown->sentence); break;
	case SHOWN_NOTE: put_line(buf, "   -> ", shown->sentence); break;
	case SHOWN_FAULT: put_line(buf, "   [!!] ", shown->sentence); break;
	case SHOWN_AWAY:
		buf_put_text(buf, "   [!!] appliance away: this station goes on alone\n");
		put_counts(shown, buf);
		break;
	case SHOWN_BACK:
		buf_put_text(buf, "   appliance reached\n");
		put_counts(shown, buf);
		break;
	case SHOWN_MODE: buf_printf(buf, "   mode: %s\n", station_mode_word(shown->mode)); break;
	case SHOWN_STATUS:
		buf_printf(buf, "   mode %s, appliance %s; %llu recorded\n",
			station_mode_word(shown->mode), shown->is_away ? "away" : "reached",
			(unsigned long long)shown->counts.recorded);
		put_counts(shown, buf);
		break;
	}
}

/* ---- JSON ---- */

static void json_text(struct buf *buf, struct span text)
{
	buf_put_u8(buf, '"');
	while (text.size) {
		uint32_t point;
		size_t size = utf8_next(text, &point);
		if (!size)
			buf_put_text(buf, REPLACEMENT);
		else if (point == '"' || point == '\\')
			buf_printf(buf, "\\%c", (char)point);
		else if (point < ' ' || point == 0x7f)
			buf_printf(buf, "\\u%04x", (unsigned)point);
		else
			buf_put(buf, span_cut(text, 0, size));
		text = span_cut(text, size ? size : 1, text.size);
	}
	buf_put_u8(buf, '"');
}

static void json_member(struct buf *buf, const char *name, struct span text)
{
	buf_printf(buf, ",\"%s\":", name);
	json_text(buf, text);
}

static const char *event_word(enum shown_type type)
{
	switch (type) {
	case SHOWN_VERDICT: return "verdict";
	case SHOWN_SAVED: return "saved";
	case SHOWN_RECORDED: return "recorded";
	case SHOWN_REFUSED: return "refused";
	case SHOWN_RECEIVED: return "received";
	case SHOWN_NOTE: return "note";
	case SHOWN_FAULT: return "fault";
	case SHOWN_AWAY: return "away";
	case SHOWN_BACK: return "back";
	case SHOWN_MODE: return "mode";
	case SHOWN_STATUS: return "status";
	}
	return "";
}

static void json_act(struct buf *buf, enum bench_act act)
{
	char word[16] = "";
	for (size_t i = 0; acts[act].word[i] && i + 1 < sizeof word; i++)
		word[i] = (char)(acts[act].word[i] | 0x20);
	json_member(buf, "act", span_text(word));
}

static void json_verdict(const struct shown *shown, struct buf *buf)
{
	const struct bench_verdict *verdict = shown->verdict;
	json_member(buf, "verdict", span_text(verdict->word));
	json_member(buf, "colour", span_text(colours[verdict->colour].word));
	json_member(buf, "action", span_text(colours[verdict->colour].action));
	json_member(buf, "sentence", span_text(verdict->sentence));
	json_member(buf, "product", span_text(verdict->product));
	json_member(buf, "scan", shown->scan);
	buf_printf(buf, ",\"local\":%s", shown->is_local ? "true" : "false");
}

static void json_recorded(const struct shown *shown, struct buf *buf)
{
	char time[CIVIL_TIME_SIZE];
	civil_print_time(shown->time_ms, time);
	json_act(buf, shown->act);
	buf_printf(buf, ",\"position\":%llu", (unsigned long long)shown->position);
	json_member(buf, "ledger_time", span_text(time));
	if (shown->alert) {
		buf_printf(buf, ",\"alert\":%u", shown->alert);
		json_member(buf, "sentence", shown->sentence);
	}
	json_member(buf, "receipt", shown->receipt);
}

void display_json(const struct shown *shown, struct buf *buf)
{
	buf_printf(buf, "{\"event\":\"%s\"", event_word(shown->type));
	switch (shown->type) {
	case SHOWN_VERDICT: json_verdict(shown, buf); break;
	case SHOWN_SAVED: json_act(buf, shown->act); break;
	case SHOWN_RECORDED: json_recorded(shown, buf); break;
	case SHOWN_REFUSED:
		json_act(buf, shown->act);
		json_member(buf, "code", shown->word);
		json_member(buf, "sentence", shown->sentence);
		break;
	case SHOWN_RECEIVED:
	case SHOWN_NOTE:
	case SHOWN_FAULT: json_member(buf, "sentence", shown->sentence); break;
	case SHOWN_MODE:
	case SHOWN_STATUS:
		json_member(buf, "mode", span_text(station_mode_word(shown->mode)));
		break;
	case SHOWN_AWAY:
	case SHOWN_BACK: break;
	}
	buf_printf(buf, ",\"away\":%s,\"waiting\":%llu,\"recorded\":%llu,\"refused\":%llu}\n",
		shown->is_away ? "true" : "false", (unsigned long long)shown->counts.waiting,
		(unsigned long long)shown->counts.recorded,
		(unsigned long long)shown->counts.refused);
}

static void show(void *self, const struct shown *shown)
{
	struct display *display = self;
	struct buf buf;
	buf_init(&buf, TEXT_MAX);
	if (display->is_json)
		display_json(shown, &buf);
	else
		display_text(display, shown, &buf);
	(void)fwrite(buf.at, 1, buf.size, display->to);
	(void)fflush(display->to);
	buf_close(&buf);
}

struct station_screen display_screen(struct display *display)
{
	return (struct station_screen){.self = display, .show = show};
}
