#include "appliance/http/account_json.h"

#include <string.h>

json_t *account_roles_json(unsigned duties)
{
	json_t *list = json_array();
	for (unsigned bit = 1; bit <= DUTY_VIEWER; bit <<= 1)
		if (duties & bit)
			(void)json_array_append_new(list, json_string(duty_word((enum duty)bit)));
	return list;
}

json_t *account_json(const struct account *account)
{
	return json_pack("{s:s, s:s, s:o, s:b, s:b}", "user", account->user, "party",
		account->party, "roles", account_roles_json(account->duties), "disabled",
		account->is_disabled, "password", account->has_password);
}

enum err account_roles_read(const json_t *list, unsigned *duties, struct fault *fault)
{
	unsigned read = 0;
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *word = json_string_value(json_array_get(list, i));
		unsigned duty = word ? duty_parse(span_text(word)) : 0;
		if (!duty)
			return fault_set(fault, ERR_FORMAT, i, 0,
				"there is no role \"%.40s\"; known are admin, pharmacist, "
				"warehouse, maker, hr, regulator and viewer",
				word ? word : "");
		read |= duty;
	}
	if (!read)
		return fault_set(fault, ERR_FORMAT, 0, 0, "an account has at least one role");
	*duties = read;
	return OK;
}

enum err account_list(struct users *users, const char *party, json_t **list, struct fault *fault)
{
	struct account account = {0};
	json_t *out = json_array();
	enum err err;
	while (!(err = users_next(users, account.user, &account, fault)))
		if (!party || !strcmp(party, account.party))
			(void)json_array_append_new(out, account_json(&account));
	if (err != ERR_NOT_FOUND) {
		json_decref(out);
		return err;
	}
	*list = out;
	return OK;
}
