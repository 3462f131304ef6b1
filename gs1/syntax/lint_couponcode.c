/* couponcode: coupons of North America, AI (8110): company prefix, offer code, value saved and what
 * is to be bought; behind it optional fields, each led by its number and in ascending order:
 * 1 and 2 further purchases, 3 expiry, 4 start, 5 serial number, 6 retailer, 9 how it is applied.
 * */
#include "gs1/syntax/coupon.h"

#define PREFIX_PLUS  6 /* a company prefix has 6 digits more than its indicator says */
#define FAMILY_SIZE  3
#define DATE_SIZE    6
#define PREFIXES     "0123456"
#define REQUIREMENTS "012349"

/* What is to be bought: value, its unit, family of products. */
static enum err check_purchase(struct coupon *coupon, const char *names[3])
{
	enum err err = coupon_variable(coupon, names[0], "12345", 0);
	if (!err)
		err = coupon_digit(coupon, names[1], REQUIREMENTS, NULL);
	return err ? err : coupon_field(coupon, names[2], FAMILY_SIZE);
}

static enum err check_first(struct coupon *coupon)
{
	const char *names[] = {"purchase requirement", "purchase requirement code", "family code"};
	enum err err = coupon_variable(coupon, "company prefix", PREFIXES, PREFIX_PLUS);
	if (!err)
		err = coupon_field(coupon, "offer code", COUPON_OFFER_SIZE);
	if (!err)
		err = coupon_variable(coupon, "save value", "12345", 0);
	return err ? err : check_purchase(coupon, names);
}

static enum err check_second(struct coupon *coupon)
{
	const char *names[] = {"second purchase requirement", "second purchase requirement code",
		"second family code"};
	enum err err = coupon_digit(coupon, "additional purchase rules code", "0123", NULL);
	if (!err)
		err = check_purchase(coupon, names);
	return err ? err
		   : coupon_variable(coupon, "second company prefix", PREFIXES "9", PREFIX_PLUS);
}

static enum err check_third(struct coupon *coupon)
{
	const char *names[] = {"third purchase requirement", "third purchase requirement code",
		"third family code"};
	enum err err = check_purchase(coupon, names);
	return err ? err
		   : coupon_variable(coupon, "third company prefix", PREFIXES "9", PREFIX_PLUS);
}

static enum err check_day(struct coupon *coupon, const char *name)
{
	size_t at = coupon->at;
	enum err err = coupon_field(coupon, name, DATE_SIZE);
	if (err || !lint_date(span_cut(coupon->data, at, at + DATE_SIZE), 2, false, NULL))
		return err;
	return fault_set(
		coupon->fault, ERR_FORMAT, at, DATE_SIZE, "the coupon's %s is not a day", name);
}

/* The start stands behind the expiry, if that is there at all: number and digits of both. */
static enum err check_start(struct coupon *coupon, bool has_expiry)
{
	enum err err = check_day(coupon, "start date");
	const uint8_t *start = coupon->data.at + coupon->at - DATE_SIZE;
	if (err || !has_expiry || memcmp(start - 1 - DATE_SIZE, start, DATE_SIZE) >= 0)
		return err;
	return fault_set(coupon->fault, ERR_FORMAT, coupon->at - 2 * (DATE_SIZE + 1),
		2 * (DATE_SIZE + 1), "the coupon ends before it starts");
}

static enum err check_application(struct coupon *coupon)
{
	enum err err = coupon_digit(coupon, "save value code", "01256", NULL);
	if (!err)
		err = coupon_digit(coupon, "item that the save value applies to", "012", NULL);
	if (!err)
		err = coupon_digit(coupon, "store coupon flag", "0123456789", NULL);
	return err ? err : coupon_digit(coupon, "do not multiply flag", "01", NULL);
}

static enum err check_optional(struct coupon *coupon, size_t field, size_t before)
{
	switch (field) {
	case 1: return check_second(coupon);
	case 2: return check_third(coupon);
	case 3: return check_day(coupon, "expiration date");
	case 4: return check_start(coupon, before == 3);
	case 5: return coupon_variable(coupon, "serial number", "0123456789", 6);
	case 6: return coupon_variable(coupon, "retailer", "1234567", 6);
	default: return check_application(coupon);
	}
}

enum err lint_couponcode(struct span data, struct fault *fault)
{
	struct coupon coupon;
	enum err err = coupon_begin(&coupon, data, fault);
	if (!err)
		err = check_first(&coupon);
	for (size_t before = 0; !err && coupon.at < data.size;) {
		size_t field = (size_t)(data.at[coupon.at] - '0');
		if (field <= before || field == 7 || field == 8)
			return coupon_end(&coupon);
		coupon.at++;
		err = check_optional(&coupon, field, before);
		before = field;
	}
	return err;
}
