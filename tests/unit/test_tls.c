/* The appliance's own authority and certificate: made, kept, renewed, judged by GnuTLS. */
#include "appliance/http/tls.h"

#include "tests/tap.h"

#include <ftw.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <sys/stat.h>
#include <unistd.h>

#define DAY_MS    86400000LL
#define NOW_MS    1795000000000LL
#define PEM_MAX   65536
#define NAMES     4
#define FILE_PATH 160

struct place {
	char folder[64];
	char tls[80];
};

static const char *const names[NAMES] = {"assay.example", "localhost", "127.0.0.1", "::1"};

static bool place_open(struct place *place)
{
	(void)snprintf(place->folder, sizeof place->folder, P_tmpdir "/assay-tls-XXXXXX");
	if (!mkdtemp(place->folder))
		return false;
	(void)snprintf(place->tls, sizeof place->tls, "%s/tls", place->folder);
	return true;
}

static int remove_one(const char *path, const struct stat *stat, int flag, struct FTW *walk)
{
	(void)stat;
	(void)flag;
	(void)walk;
	return remove(path);
}

static void place_close(struct place *place)
{
	(void)nftw(place->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static size_t file_read(const struct place *place, const char *name, char text[PEM_MAX])
{
	char path[FILE_PATH];
	(void)snprintf(path, sizeof path, "%s/%s", place->tls, name);
	FILE *in = fopen(path, "rb");
	size_t size = in ? fread(text, 1, PEM_MAX - 1, in) : 0;
	if (in)
		(void)fclose(in);
	text[size] = 0;
	return size;
}

static bool file_write(const struct place *place, const char *name, const char *text)
{
	char path[FILE_PATH];
	(void)snprintf(path, sizeof path, "%s/%s", place->tls, name);
	FILE *out = fopen(path, "wb");
	return out && fputs(text, out) >= 0 && !fclose(out);
}

/* What a browser that trusts ca.pem alone says of the chain at a moment, as GnuTLS status bits. */
static unsigned verify_at(const struct place *place, const char *name, int64_t now_ms)
{
	char pem[PEM_MAX];
	gnutls_x509_trust_list_t trust;
	gnutls_x509_crt_t ca[1];
	gnutls_x509_crt_t chain[2];
	unsigned count = 2;
	unsigned status = ~0U;
	struct buf chain_pem;
	struct buf key_pem;
	struct fault fault;
	buf_init(&chain_pem, PEM_MAX);
	buf_init(&key_pem, PEM_MAX);
	gnutls_datum_t text = {(unsigned char *)pem, (unsigned)file_read(place, "ca.pem", pem)};
	if (tls_load(place->tls, &chain_pem, &key_pem, &fault) ||
		gnutls_x509_crt_init(&ca[0]) < 0 ||
		gnutls_x509_crt_import(ca[0], &text, GNUTLS_X509_FMT_PEM) < 0)
		return status;
	gnutls_datum_t both = {chain_pem.at, (unsigned)chain_pem.size};
	if (gnutls_x509_crt_list_import(chain, &count, &both, GNUTLS_X509_FMT_PEM, 0) < 0)
		return status;
	gnutls_typed_vdata_st data[] = {
		{GNUTLS_DT_DNS_HOSTNAME, (void *)(uintptr_t)name, 0},
		{GNUTLS_DT_KEY_PURPOSE_OID, (void *)(uintptr_t)GNUTLS_KP_TLS_WWW_SERVER, 0},
	};
	/* The moment of trust is GnuTLS's own clock, so it is compared apart. */
	if (gnutls_x509_trust_list_init(&trust, 0) >= 0 &&
		gnutls_x509_trust_list_add_cas(trust, ca, 1, 0) == 1)
		(void)gnutls_x509_trust_list_verify_crt2(trust, chain, count, data, 2,
			GNUTLS_VERIFY_DISABLE_TIME_CHECKS, &status, NULL);
	if (gnutls_x509_crt_get_expiration_time(chain[0]) < (time_t)(now_ms / 1000) ||
		gnutls_x509_crt_get_activation_time(chain[0]) > (time_t)(now_ms / 1000))
		status |= GNUTLS_CERT_EXPIRED;
	gnutls_x509_trust_list_deinit(trust, 1);
	for (unsigned i = 0; i < count; i++)
		gnutls_x509_crt_deinit(chain[i]);
	buf_close(&chain_pem);
	buf_close(&key_pem);
	return status;
}

TEST(a_chain_that_a_browser_trusts_by_the_authority_alone)
{
	static const struct {
		const char *name;
		int64_t after_ms;
		bool trusted;
	} rows[] = {
		{"assay.example", 0, true},
		{"localhost", 396 * DAY_MS, true},
		{"localhost", 398 * DAY_MS, false},
		{"localhost", -2 * DAY_MS, false},
		{"another.example", 0, false},
		{"sub.assay.example", 0, false},
	};
	struct place place;
	struct fault fault = {0};
	NEED(place_open(&place));
	CHECK(tls_prepare(place.tls, names, NAMES, NOW_MS, &fault) == OK);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		unsigned status = verify_at(&place, rows[i].name, NOW_MS + rows[i].after_ms);
		CHECK_ROW((status == 0) == rows[i].trusted, "%s after %lld days: status %x",
			rows[i].name, (long long)(rows[i].after_ms / DAY_MS), status);
	}
	place_close(&place);
}

TEST(private_keys_are_for_the_owner_only)
{
	static const struct {
		const char *name;
		mode_t mode;
	} rows[] = {{"ca.key", 0600}, {"server.key", 0600}, {"ca.pem", 0644}, {"server.pem", 0644}};
	struct place place;
	struct fault fault = {0};
	mode_t before = umask(022);
	NEED(place_open(&place));
	CHECK(tls_prepare(place.tls, names, NAMES, NOW_MS, &fault) == OK);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char path[FILE_PATH];
		struct stat stat_;
		(void)snprintf(path, sizeof path, "%s/%s", place.tls, rows[i].name);
		NEED(!stat(path, &stat_));
		CHECK_ROW((stat_.st_mode & 0777) == rows[i].mode, "%s has mode %o", rows[i].name,
			(unsigned)stat_.st_mode & 0777);
	}
	(void)umask(before);
	place_close(&place);
}

TEST(the_certificate_is_renewed_when_old_or_misnamed_and_the_authority_stays)
{
	static const char *const others[] = {"ward.example", "localhost"};
	static const struct {
		const char *what;
		int64_t after_ms;
		const char *const *names;
		size_t count;
		bool renewed;
	} rows[] = {
		{"the same day", 0, names, NAMES, false},
		{"31 days before its end", (397 - 31) * DAY_MS, names, NAMES, false},
		{"29 days before its end", (397 - 29) * DAY_MS, names, NAMES, true},
		{"long after its end", 1000 * DAY_MS, names, NAMES, true},
		{"with fewer names", 0, names, 2, false},
		{"with another name", 0, others, 2, true},
	};
	struct place place;
	struct fault fault = {0};
	char ca[PEM_MAX];
	char server[PEM_MAX];
	char again[PEM_MAX];
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		NEED(place_open(&place));
		CHECK(tls_prepare(place.tls, names, NAMES, NOW_MS, &fault) == OK);
		NEED(file_read(&place, "ca.pem", ca) && file_read(&place, "server.pem", server));
		int64_t now_ms = NOW_MS + rows[i].after_ms;
		CHECK_ROW(
			tls_prepare(place.tls, rows[i].names, rows[i].count, now_ms, &fault) == OK,
			"%s: %s", rows[i].what, fault.text);
		NEED(file_read(&place, "server.pem", again));
		CHECK_ROW((strcmp(server, again) != 0) == rows[i].renewed, "%s", rows[i].what);
		NEED(file_read(&place, "ca.pem", again));
		CHECK_ROW(!strcmp(ca, again), "%s: another authority", rows[i].what);
		CHECK_ROW(verify_at(&place, rows[i].names[0], now_ms) == 0, "%s", rows[i].what);
		place_close(&place);
	}
}

TEST(damaged_files_are_named_and_left_alone)
{
	static const struct {
		const char *name;
		const char *content;
		int64_t after_ms;
		enum err err;
	} rows[] = {
		{"server.pem", "no certificate\n", 0, ERR_CORRUPT},
		{"server.pem", "", 0, ERR_CORRUPT},
		{"ca.pem", "no certificate\n", 1000 * DAY_MS, ERR_CORRUPT},
		{"ca.key", "no key\n", 1000 * DAY_MS, ERR_CORRUPT},
	};
	struct place place;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct fault fault = {0};
		char left[PEM_MAX];
		NEED(place_open(&place));
		CHECK(tls_prepare(place.tls, names, NAMES, NOW_MS, &fault) == OK);
		NEED(file_write(&place, rows[i].name, rows[i].content));
		CHECK_ROW(tls_prepare(place.tls, names, NAMES, NOW_MS + rows[i].after_ms, &fault) ==
				  rows[i].err,
			"%s \"%s\"", rows[i].name, rows[i].content);
		CHECK_ROW(strstr(fault.text, rows[i].name), "%s: %s", rows[i].name, fault.text);
		(void)file_read(&place, rows[i].name, left);
		CHECK_ROW(!strcmp(left, rows[i].content), "%s was written over", rows[i].name);
		place_close(&place);
	}
}

TEST(the_fingerprint_is_of_the_authority)
{
	struct place place;
	struct fault fault = {0};
	char shown[96] = "";
	char pem[PEM_MAX];
	char wanted[3 * 32] = "";
	unsigned char hash[32];
	size_t size = sizeof hash;
	gnutls_datum_t der;
	NEED(place_open(&place));
	CHECK(tls_fingerprint(place.tls, shown, &fault) == ERR_NOT_FOUND);
	CHECK(tls_prepare(place.tls, names, NAMES, NOW_MS, &fault) == OK);
	CHECK(tls_fingerprint(place.tls, shown, &fault) == OK);
	gnutls_datum_t text = {(unsigned char *)pem, (unsigned)file_read(&place, "ca.pem", pem)};
	NEED(gnutls_pem_base64_decode2("CERTIFICATE", &text, &der) >= 0);
	NEED(gnutls_fingerprint(GNUTLS_DIG_SHA256, &der, hash, &size) >= 0);
	for (size_t i = 0; i < size; i++)
		(void)snprintf(wanted + 3 * i, sizeof wanted - 3 * i,
			i + 1 < size ? "%02X:" : "%02X", (unsigned)hash[i]);
	CHECK_ROW(!strcmp(shown, wanted), "%s is not %s", shown, wanted);
	gnutls_free(der.data);
	place_close(&place);
}

TAP_MAIN(CASE(a_chain_that_a_browser_trusts_by_the_authority_alone),
	CASE(private_keys_are_for_the_owner_only),
	CASE(the_certificate_is_renewed_when_old_or_misnamed_and_the_authority_stays),
	CASE(damaged_files_are_named_and_left_alone), CASE(the_fingerprint_is_of_the_authority))
