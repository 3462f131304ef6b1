#include "appliance/http/tls.h"

#include "ledger/base/crypto.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define PEM_MAX     ((size_t)64 << 10)
#define DAY_SECONDS 86400
#define CA_DAYS     3650
#define SERVER_DAYS 397
#define RENEW_DAYS  30
#define PATH_SIZE   4096

static enum err tls_fault(struct fault *fault, const char *what, int code)
{
	return fault_set(fault, ERR_CORRUPT, 0, 0, "%s: %s", what, gnutls_strerror(code));
}

static enum err read_file(
	const char *folder, const char *name, struct buf *out, struct fault *fault)
{
	char path[PATH_SIZE];
	(void)snprintf(path, sizeof path, "%s/%s", folder, name);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return fault_set(fault, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, 0, 0,
			"cannot read %s: %s", path, strerror(errno));
	for (;;) {
		uint8_t *to = buf_reserve(out, 4096);
		ssize_t got = to ? read(fd, to, 4096) : -1;
		if (got <= 0) {
			close(fd);
			return got == 0 ? OK
					: fault_set(fault, ERR_IO, 0, 0, "cannot read %s", path);
		}
		out->size += (size_t)got;
	}
}

/* Written beside and renamed, so that there is never half a file. */
static enum err write_file(const char *folder, const char *name, mode_t mode,
	gnutls_datum_t content, struct fault *fault)
{
	char path[PATH_SIZE];
	char beside[PATH_SIZE + 8];
	(void)snprintf(path, sizeof path, "%s/%s", folder, name);
	(void)snprintf(beside, sizeof beside, "%s.new", path);
	int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
	bool written = fd >= 0 && write(fd, content.data, content.size) == (ssize_t)content.size &&
		       !fsync(fd);
	if (fd >= 0)
		close(fd);
	if (!written || rename(beside, path))
		return fault_set(fault, errno == EROFS || errno == EACCES ? ERR_READONLY : ERR_IO,
			0, 0, "cannot write %s: %s", path, strerror(errno));
	return OK;
}

static enum err export_key(
	const char *folder, const char *name, gnutls_x509_privkey_t key, struct fault *fault)
{
	gnutls_datum_t pem = {0};
	int code = gnutls_x509_privkey_export2(key, GNUTLS_X509_FMT_PEM, &pem);
	if (code < 0)
		return tls_fault(fault, name, code);
	enum err err = write_file(folder, name, 0600, pem, fault);
	secret_wipe(pem.data, pem.size);
	gnutls_free(pem.data);
	return err;
}

static enum err export_certificate(
	const char *folder, const char *name, gnutls_x509_crt_t crt, struct fault *fault)
{
	gnutls_datum_t pem = {0};
	int code = gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_PEM, &pem);
	if (code < 0)
		return tls_fault(fault, name, code);
	enum err err = write_file(folder, name, 0644, pem, fault);
	gnutls_free(pem.data);
	return err;
}

static int new_certificate(gnutls_x509_crt_t crt, gnutls_x509_privkey_t key, const char *name,
	int64_t now_ms, int days)
{
	uint8_t serial[16];
	random_fill(serial, sizeof serial);
	serial[0] &= 0x7f; /* positive, RFC 5280 section 4.1.2.2 */
	serial[0] |= 0x01;
	time_t now = (time_t)(now_ms / 1000);
	int code = gnutls_x509_crt_set_version(crt, 3);
	if (code >= 0)
		code = gnutls_x509_crt_set_serial(crt, serial, sizeof serial);
	if (code >= 0) /* an hour back: clocks of others differ */
		code = gnutls_x509_crt_set_activation_time(crt, now - 3600);
	if (code >= 0)
		code = gnutls_x509_crt_set_expiration_time(crt, now + (time_t)days * DAY_SECONDS);
	if (code >= 0)
		code = gnutls_x509_crt_set_dn_by_oid(
			crt, GNUTLS_OID_X520_COMMON_NAME, 0, name, (unsigned)strlen(name));
	if (code >= 0)
		code = gnutls_x509_crt_set_key(crt, key);
	uint8_t id[64];
	size_t id_size = sizeof id;
	if (code >= 0)
		code = gnutls_x509_crt_get_key_id(crt, GNUTLS_KEYID_USE_SHA256, id, &id_size);
	if (code >= 0)
		code = gnutls_x509_crt_set_subject_key_id(crt, id, id_size);
	return code;
}

static int new_key(gnutls_x509_privkey_t key)
{
	return gnutls_x509_privkey_generate(
		key, GNUTLS_PK_EC, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0);
}

static enum err make_authority(const char *folder, int64_t now_ms, struct fault *fault)
{
	gnutls_x509_privkey_t key = NULL;
	gnutls_x509_crt_t crt = NULL;
	int code = gnutls_x509_privkey_init(&key);
	if (code >= 0)
		code = gnutls_x509_crt_init(&crt);
	if (code >= 0)
		code = new_key(key);
	if (code >= 0)
		code = new_certificate(crt, key, "Assay local authority", now_ms, CA_DAYS);
	if (code >= 0)
		code = gnutls_x509_crt_set_basic_constraints(crt, 1, 0);
	if (code >= 0)
		code = gnutls_x509_crt_set_key_usage(
			crt, GNUTLS_KEY_KEY_CERT_SIGN | GNUTLS_KEY_CRL_SIGN);
	if (code >= 0)
		code = gnutls_x509_crt_sign2(crt, crt, key, GNUTLS_DIG_SHA256, 0);
	enum err err = code < 0 ? tls_fault(fault, "making the certificate authority", code)
				: export_key(folder, "ca.key", key, fault);
	if (!err)
		err = export_certificate(folder, "ca.pem", crt, fault);
	gnutls_x509_crt_deinit(crt);
	gnutls_x509_privkey_deinit(key);
	return err;
}

static enum err load_certificate(
	const char *folder, const char *name, gnutls_x509_crt_t *out, struct fault *fault)
{
	struct buf pem;
	buf_init(&pem, PEM_MAX);
	enum err err = read_file(folder, name, &pem, fault);
	int code = 0;
	if (!err) {
		gnutls_datum_t text = {pem.at, (unsigned)pem.size};
		code = gnutls_x509_crt_init(out);
		if (code >= 0)
			code = gnutls_x509_crt_import(*out, &text, GNUTLS_X509_FMT_PEM);
		if (code < 0)
			err = tls_fault(fault, name, code);
	}
	buf_close(&pem);
	return err;
}

static enum err load_key(
	const char *folder, const char *name, gnutls_x509_privkey_t *out, struct fault *fault)
{
	struct buf pem;
	buf_init(&pem, PEM_MAX);
	enum err err = read_file(folder, name, &pem, fault);
	int code = 0;
	if (!err) {
		gnutls_datum_t text = {pem.at, (unsigned)pem.size};
		code = gnutls_x509_privkey_init(out);
		if (code >= 0)
			code = gnutls_x509_privkey_import(*out, &text, GNUTLS_X509_FMT_PEM);
		if (code < 0)
			err = tls_fault(fault, name, code);
	}
	if (pem.size)
		secret_wipe(pem.at, pem.size);
	buf_close(&pem);
	return err;
}

static int put_name(gnutls_x509_crt_t crt, const char *name, bool first)
{
	uint8_t address[16];
	unsigned flags = first ? GNUTLS_FSAN_SET : GNUTLS_FSAN_APPEND;
	if (inet_pton(AF_INET, name, address) == 1)
		return gnutls_x509_crt_set_subject_alt_name(
			crt, GNUTLS_SAN_IPADDRESS, address, 4, flags);
	if (inet_pton(AF_INET6, name, address) == 1)
		return gnutls_x509_crt_set_subject_alt_name(
			crt, GNUTLS_SAN_IPADDRESS, address, 16, flags);
	return gnutls_x509_crt_set_subject_alt_name(
		crt, GNUTLS_SAN_DNSNAME, name, (unsigned)strlen(name), flags);
}

static int make_server_certificate(gnutls_x509_crt_t crt, gnutls_x509_privkey_t key,
	gnutls_x509_crt_t ca, gnutls_x509_privkey_t ca_key, const char *const *names,
	size_t name_count, int64_t now_ms)
{
	int code = new_key(key);
	if (code >= 0)
		code = new_certificate(crt, key, names[0], now_ms, SERVER_DAYS);
	for (size_t i = 0; code >= 0 && i < name_count; i++)
		code = put_name(crt, names[i], i == 0);
	if (code >= 0)
		code = gnutls_x509_crt_set_basic_constraints(crt, 0, -1);
	if (code >= 0)
		code = gnutls_x509_crt_set_key_usage(crt, GNUTLS_KEY_DIGITAL_SIGNATURE);
	if (code >= 0)
		code = gnutls_x509_crt_set_key_purpose_oid(crt, GNUTLS_KP_TLS_WWW_SERVER, 0);
	uint8_t id[64];
	size_t id_size = sizeof id;
	if (code >= 0)
		code = gnutls_x509_crt_get_subject_key_id(ca, id, &id_size, NULL);
	if (code >= 0)
		code = gnutls_x509_crt_set_authority_key_id(crt, id, id_size);
	if (code >= 0)
		code = gnutls_x509_crt_sign2(crt, ca, ca_key, GNUTLS_DIG_SHA256, 0);
	return code;
}

static enum err make_server(const char *folder, const char *const *names, size_t name_count,
	int64_t now_ms, struct fault *fault)
{
	gnutls_x509_crt_t ca = NULL;
	gnutls_x509_crt_t crt = NULL;
	gnutls_x509_privkey_t ca_key = NULL;
	gnutls_x509_privkey_t key = NULL;
	enum err err = load_certificate(folder, "ca.pem", &ca, fault);
	if (!err)
		err = load_key(folder, "ca.key", &ca_key, fault);
	if (!err) {
		int code = gnutls_x509_privkey_init(&key);
		if (code >= 0)
			code = gnutls_x509_crt_init(&crt);
		if (code >= 0)
			code = make_server_certificate(
				crt, key, ca, ca_key, names, name_count, now_ms);
		if (code < 0)
			err = tls_fault(fault, "making the server certificate", code);
	}
	if (!err)
		err = export_key(folder, "server.key", key, fault);
	if (!err)
		err = export_certificate(folder, "server.pem", crt, fault);
	gnutls_x509_crt_deinit(crt);
	gnutls_x509_crt_deinit(ca);
	gnutls_x509_privkey_deinit(key);
	gnutls_x509_privkey_deinit(ca_key);
	return err;
}

static bool file_is_there(const char *folder, const char *name)
{
	char path[PATH_SIZE];
	(void)snprintf(path, sizeof path, "%s/%s", folder, name);
	return access(path, F_OK) == 0;
}

/* There, readable, its key there, for all names, and good for RENEW_DAYS more. */
static enum err server_is_current(const char *folder, const char *const *names, size_t name_count,
	int64_t now_ms, bool *current, struct fault *fault)
{
	gnutls_x509_crt_t crt = NULL;
	*current = false;
	if (!file_is_there(folder, "server.pem") || !file_is_there(folder, "server.key"))
		return OK;
	enum err err = load_certificate(folder, "server.pem", &crt, fault);
	if (!err)
		*current = gnutls_x509_crt_get_expiration_time(crt) >
			   (time_t)(now_ms / 1000) + (time_t)RENEW_DAYS * DAY_SECONDS;
	for (size_t i = 0; *current && i < name_count; i++)
		*current = gnutls_x509_crt_check_hostname(crt, names[i]) != 0;
	gnutls_x509_crt_deinit(crt);
	return err;
}

enum err tls_prepare(const char *folder, const char *const *names, size_t name_count,
	int64_t now_ms, struct fault *fault)
{
	if (mkdir(folder, 0700) && errno != EEXIST)
		return fault_set(fault, errno == EROFS || errno == EACCES ? ERR_READONLY : ERR_IO,
			0, 0, "cannot make the folder %s: %s", folder, strerror(errno));
	bool current = false;
	enum err err = OK;
	if (!file_is_there(folder, "ca.pem"))
		err = make_authority(folder, now_ms, fault);
	if (!err)
		err = server_is_current(folder, names, name_count, now_ms, &current, fault);
	if (!err && !current)
		err = make_server(folder, names, name_count, now_ms, fault);
	return err;
}

enum err tls_load(
	const char *folder, struct buf *chain_pem, struct buf *key_pem, struct fault *fault)
{
	enum err err = read_file(folder, "server.pem", chain_pem, fault);
	if (!err)
		err = read_file(folder, "ca.pem", chain_pem, fault);
	if (!err)
		err = read_file(folder, "server.key", key_pem, fault);
	return err;
}

enum err tls_fingerprint(const char *folder, char out[96], struct fault *fault)
{
	gnutls_x509_crt_t crt = NULL;
	uint8_t hash[HASH_SIZE];
	size_t size = sizeof hash;
	enum err err = load_certificate(folder, "ca.pem", &crt, fault);
	if (!err && gnutls_x509_crt_get_fingerprint(crt, GNUTLS_DIG_SHA256, hash, &size) < 0)
		err = fault_set(fault, ERR_CORRUPT, 0, 0, "ca.pem has no fingerprint");
	if (!err)
		for (size_t i = 0; i < sizeof hash; i++) {
			static const char digits[] = "0123456789ABCDEF";
			out[3 * i] = digits[hash[i] >> 4];
			out[3 * i + 1] = digits[hash[i] & 15];
			out[3 * i + 2] = i + 1 < sizeof hash ? ':' : 0;
		}
	gnutls_x509_crt_deinit(crt);
	return err;
}
