/* Inside of `assay demo`: what its parts share. The story is told through the interfaces that
 * everybody has: programs started as a person would start them, HTTPS as an account, a scan sent to
 * a station. demo.c runs it; demo_process.c starts programs; demo_report.c says what came; one file
 * each for the goods, what is done with packs, the authority, people, the evidence. */
#ifndef APPLIANCE_CLI_DEMO_H
#define APPLIANCE_CLI_DEMO_H

#include "appliance/cli/client.h"
#include "appliance/cli/demo_goods.h"

#include <sys/types.h>

#define DEMO_PATH_SIZE      4096
#define DEMO_ACCOUNTS_MAX   8
#define DEMO_OUTPUT_MAX     ((size_t)1 << 20)
#define DEMO_BADGE_FILE     "badge.png"
#define DEMO_ACCOUNTS_FILE  "accounts"
#define DEMO_APPLIANCES_MAX 3

/* The demo's files, made from deploy/demo when the program is built. */
extern const char demo_plan_json[];
extern const char demo_policy_json[];

/* A program of ours that was started and keeps running. */
struct demo_process {
	pid_t pid; /* 0: none */
	int output; /* what it prints */
	int input; /* what it reads */
};

struct demo_account {
	char user[33];
	struct cli cli;
	struct client *client;
};

struct demo {
	struct cli *cli;
	struct env env;
	char folder[DEMO_PATH_SIZE]; /* the appliance's */
	char files[DEMO_PATH_SIZE]; /* of this run: EPCIS files, receipts, pictures */
	json_t *plan;
	struct {
		struct demo_process process;
		char folder[DEMO_PATH_SIZE];
	} appliances[DEMO_APPLIANCES_MAX];
	size_t appliance_count;
	struct demo_process station; /* the pharmacy's */
	int scanner; /* socket to it; 0: none */
	struct buf heard; /* what it printed and nobody looked at yet */
	struct demo_account accounts[DEMO_ACCOUNTS_MAX];
	size_t account_count;
	struct goods goods;
	uint64_t lot_at; /* position of its opening */
	uint64_t supplied_at; /* position of the first supply */
	char supply_receipt[32]; /* its file */
	const char *hr; /* account that keeps the records of people */
	char recall[33];
	char entry[65]; /* of the answer to it */
	char locum[33]; /* person in the hospital's vault */
	char registration[65]; /* commitment of the locum's registration */

	/* The report. */
	json_t *steps;
	json_t *step;
	unsigned number;
	unsigned failures;
	bool is_cut_off; /* its appliance has ended */
	bool step_failed;
	unsigned receipts; /* kept in this step */
};

struct demo_step {
	const char *who;
	const char *what; /* one sentence without its full stop */
	void (*play)(struct demo *demo);
};

/* Parts of the story, each ended by a step without `play`. */
extern const struct demo_step demo_goods_steps[];
extern const struct demo_step demo_pack_steps[];
extern const struct demo_step demo_authority_steps[];
extern const struct demo_step demo_people_steps[];
extern const struct demo_step demo_evidence_steps[];

MUST_CHECK enum err demo_alone(struct demo *demo); /* demo_alone.c */
/* A folder for the files of this run; the goods are chosen. */
MUST_CHECK enum err demo_files(struct demo *demo);

/* ---- demo_appliance.c ---- */

MUST_CHECK enum err demo_make_folder(const char *path, struct fault *fault);
const char *demo_path(const struct demo *demo, const char *name, char path[DEMO_PATH_SIZE]);
/* The ledger in demo->folder, made by `assay init` with these options when it is not there. */
MUST_CHECK enum err demo_ledger(struct demo *demo, const char *const *how);
/* Starts the appliance there; it runs until the demo ends. */
MUST_CHECK enum err demo_appliance(struct demo *demo);
void demo_tell_address(struct demo *demo, size_t index);

/* ---- demo_process.c ---- */

/* Runs `assay ARGS...` to its end, in a folder (NULL: here). output gets what it prints on standard
 * output; *status is its exit status. args ends with NULL and has no "assay" in front.
 * Errors: ERR_IO when it cannot be started or is killed. */
MUST_CHECK enum err demo_run(const char *const *args, const char *folder, struct buf *output,
	int *status, struct fault *fault);
/* Starts it; it ends when the demo does. */
MUST_CHECK enum err demo_start(
	const char *const *args, struct demo_process *process, struct fault *fault);
/* Waits until it prints a line that holds `sign`; the lines go into output.
 * Errors: ERR_TIMEOUT; ERR_IO: it ended. */
MUST_CHECK enum err demo_await(struct demo_process *process, const char *sign, int wait_ms,
	struct buf *output, struct fault *fault);
bool demo_runs(const struct demo_process *process);
/* Tells it to end and waits. */
void demo_stop(struct demo_process *process);
/* The port, or the next above it that nobody listens on; 0 if there is none. */
uint16_t demo_port(uint16_t wanted);

/* ---- demo_report.c ---- */

void demo_play(struct demo *demo, const struct demo_step *steps);
/* Beside the step: something that came. */
void demo_note(struct demo *demo, const char *name, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* What came, against what should have come. */
void demo_expect(struct demo *demo, const char *name, const char *wanted, const char *got);
void demo_expect_number(struct demo *demo, const char *name, int64_t wanted, int64_t got);
/* An error where there should be none; OK is nothing. True if it was OK. */
bool demo_ok(struct demo *demo, enum err err, const struct fault *fault);
/* Position, ledger time and receipt of an answer's "evidence"; the receipt is kept as a file. It
 * fails the step when the statement is not final. */
void demo_evidence(struct demo *demo, const json_t *answer);
/* Writes a file of this run and says so. */
void demo_keep(struct demo *demo, const char *name, struct span bytes);

/* ---- demo_packs.c ---- */

/* The code of one of the run's packs. */
void demo_scan_of(const struct demo *demo, size_t pack, char scan[GOODS_SCAN_SIZE]);
/* Checks a scan as an account, against what should come. recorded: it is a statement then. */
void demo_check(struct demo *demo, const char *user, const char *scan, const char *word,
	const char *colour, bool recorded);

void demo_note_scan(struct demo *demo, const char *scan);

/* ---- demo_station.c ---- */

/* Enrols a station of the pharmacy, once: its file in the folder. */
MUST_CHECK enum err demo_enrol(struct demo *demo, const char *name, char path[DEMO_PATH_SIZE]);
/* Starts the pharmacy's station. Close it in any case. */
MUST_CHECK enum err demo_bench_open(struct demo *demo);
void demo_bench_close(struct demo *demo);
/* Scans there, against what should be shown. */
void demo_bench_scan(struct demo *demo, const char *scan, const char *word, const char *colour);
/* Scans the code of an act ("ASSAY:SUPPLY"), about the pack scanned last, and waits until it is
 * recorded. False: the step has failed. */
bool demo_bench_act(struct demo *demo, const char *code, uint64_t *position);

/* ---- demo_forger.c ---- */

void demo_forge(struct demo *demo);

/* ---- demo_staff.c ---- */

void demo_publish_policy(struct demo *demo);
/* Adds a made-up person. False: the step has failed. */
bool demo_add_person(struct demo *demo, const char *user, const char *name, char id[33]);
/* All checks that the policy asks of a pharmacist or nurse, but for the registration. */
void demo_own_checks(struct demo *demo, const char *person, const char *role);
/* One check, as HR would type it: done so many days ago. */
json_t *demo_check_of(const struct demo *demo, const char *type, const char *source,
	const char *method, int32_t days);
/* Records a check (taken over) and gives the answer. relying may be NULL. */
bool demo_record(struct demo *demo, const char *user, const char *person, json_t *check,
	const char *relying, json_t **answer);
void demo_show_clearance(
	struct demo *demo, const json_t *answer, const char *said, const char *colour);
/* Asks for a clearance, against what should be answered. */
void demo_ask_clearance(struct demo *demo, const char *person, const char *role, const char *site,
	const char *said, const char *colour);

/* ---- demo_evidence.c ---- */

/* Runs `assay verify` on a receipt of this run, in a folder with nothing else but the policy.
 * entry: what it should be the receipt of, in hex; NULL: whatever it says. */
void demo_verify(struct demo *demo, const char *receipt, bool with_policy, const char *entry);

/* ---- demo_account.c ---- */

/* Asking as an account; NULL asks as nobody. *answer is released by the caller; false: the step
 * has failed, with the appliance's sentence. */
bool demo_get(struct demo *demo, const char *user, const char *path, json_t **answer);
bool demo_post(
	struct demo *demo, const char *user, const char *path, json_t *body, json_t **answer);
bool demo_post_bytes(struct demo *demo, const char *user, const char *path, const char *type,
	struct span body, json_t **answer);
/* The same, where an earlier run may have done it: that is no failure, and false. */
bool demo_post_unless_there(struct demo *demo, const char *user, const char *path, const char *type,
	struct span body, json_t **answer);
bool demo_fetch(struct demo *demo, const char *user, const char *path, struct buf *body);
/* The request that should be refused, with that word; the step fails if it is not. */
void demo_post_refused(struct demo *demo, const char *user, const char *path, const char *type,
	struct span body, const char *code);
void demo_accounts_close(struct demo *demo);
/* GLN of the first place of a party in the plan. */
const char *demo_gln(const struct demo *demo, const char *party);

#endif
