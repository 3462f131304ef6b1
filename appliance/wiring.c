#include "appliance/wiring.h"

#include "appliance/making.h"
#include "appliance/rules/rules_app.h"
#include "appliance/view/capture.h"
#include "appliance/view/moving.h"
#include "appliance/view/requests.h"
#include "appliance/view/settling.h"
#include "ledger/proof/policy.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#define PATH_SIZE 4096

static enum err sign(void *self, const uint8_t kid[KID_SIZE], struct span bytes,
	uint8_t signature[SIGN_SIZE], struct fault *fault)
{
	return keyholder_sign(self, kid, bytes, signature, fault);
}

static enum err checkpoint(void *self, struct span origin, uint64_t size,
	const uint8_t root[HASH_SIZE], int64_t time_ms, struct buf *note, struct fault *fault)
{
	return keyholder_checkpoint(self, origin, size, root, time_ms, note, fault);
}

enum err appliance_node_options(
	struct appliance *appliance, struct node_options *options, struct fault *fault)
{
	struct keyholder_key key;
	enum err err = keyholder_find(
		appliance->keyholder, appliance->config.member, KEY_APPLIANCE, &key, fault);
	if (err == ERR_NOT_FOUND)
		return fault_set(fault, err, 0, 0, "no appliance key of %s under keys/ in %s",
			appliance->config.member, appliance->folder);
	if (err)
		return err;
	rules_app(&appliance->app, &directory_members);
	*options = (struct node_options){
		.folder = appliance->folder,
		.env = &appliance->env,
		.app = &appliance->app,
		.signer = {appliance->keyholder, sign, checkpoint},
		.member = appliance->config.member,
	};
	memcpy(options->kid, key.kid, sizeof options->kid);
	return OK;
}

static enum err read_policy(struct appliance *appliance, struct fault *fault)
{
	char path[PATH_SIZE];
	uint8_t chunk[4096];
	ssize_t got;
	buf_init(&appliance->policy, TRUST_POLICY_SIZE_MAX);
	(void)snprintf(path, sizeof path, "%s/policy", appliance->folder);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return fault_set(fault, ERR_NOT_FOUND, 0, 0, "cannot read %s", path);
	while ((got = read(fd, chunk, sizeof chunk)) > 0)
		buf_put(&appliance->policy, span_of(chunk, (size_t)got));
	close(fd);
	(void)buf_text(&appliance->policy);
	return got < 0 || appliance->policy.err
		       ? fault_set(fault, ERR_IO, 0, 0, "cannot read %s", path)
		       : OK;
}

/* Storage failed in a way that leaves open what is on the disk: nothing more is acknowledged, those
 * who wait are told why, the process ends, and the next start finds out what is there. */
static void on_broken(void *self, const struct fault *fault)
{
	struct appliance *appliance = self;
	(void)fprintf(stderr, "assay: the ledger cannot go on: %s; start again when it is mended\n",
		fault->text);
	atomic_store(&appliance->is_broken, true);
	(void)kill(getpid(), SIGTERM);
}

static enum err open_ledger(struct appliance *appliance, struct fault *fault)
{
	struct service_options options = {
		.channels = appliance->channels, .on_broken = on_broken, .self = appliance};
	enum err err = appliance_node_options(appliance, &options.node, fault);
	return err ? err : service_open(&appliance->service, &options, fault);
}

enum err appliance_open(struct appliance *appliance, const char *folder, struct fault *fault)
{
	*appliance = (struct appliance){.folder = folder};
	env_machine(&appliance->env);
	enum err err = config_load(folder, &appliance->config, fault);
	if (!err)
		making_tidy(folder);
	if (!err)
		err = keyholder_start(&appliance->keyholder, folder,
			appliance->config.second_floor[0] ? appliance->config.second_floor : NULL,
			fault);
	if (!err)
		err = channels_open(&appliance->channels, fault);
	if (!err)
		err = open_ledger(appliance, fault);
	if (!err)
		err = view_open(&appliance->view, folder, &appliance->env, fault);
	if (!err)
		err = attachments_open(&appliance->attachments, folder, &appliance->env, fault);
	if (!err)
		err = users_open(&appliance->users, folder, &appliance->env, fault);
	if (!err)
		err = staff_open(&appliance->staff, folder, &appliance->env, fault);
	struct desk_options options = {folder, &appliance->env, appliance->service,
		appliance->keyholder, appliance->config.short_dated_days};
	if (!err)
		err = desk_open(&appliance->desk, &options, fault);
	if (!err)
		err = settling_recover(appliance->desk, appliance->view, fault);
	struct moving_place place = {appliance->desk, appliance->view, appliance->attachments};
	if (!err)
		err = moving_recover(&place, fault);
	if (!err)
		err = capture_recover(appliance->desk, appliance->view, fault);
	if (!err)
		err = requests_recover(appliance->desk, appliance->view, fault);
	if (!err)
		err = read_policy(appliance, fault);
	return err;
}

void appliance_close(struct appliance *appliance)
{
	buf_close(&appliance->policy);
	desk_free(appliance->desk);
	staff_free(appliance->staff);
	users_free(appliance->users);
	attachments_free(appliance->attachments);
	view_free(appliance->view);
	if (appliance->service)
		service_free(appliance->service);
	if (appliance->channels)
		channels_free(appliance->channels);
	keyholder_stop(appliance->keyholder);
	*appliance = (struct appliance){0};
}
