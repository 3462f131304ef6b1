#include "gs1/syntax/coupon.h"

#define ABSENT 9

static enum err missing(const struct coupon *coupon, const char *name)
{
	return fault_set(coupon->fault, ERR_FORMAT, 0, coupon->data.size,
		"the coupon ends before its %s", name);
}

enum err coupon_begin(struct coupon *coupon, struct span data, struct fault *fault)
{
	*coupon = (struct coupon){.data = data, .fault = fault};
	return lint_digits(data, fault);
}

enum err coupon_digit(struct coupon *coupon, const char *name, const char *allowed, size_t *value)
{
	if (coupon->at == coupon->data.size)
		return missing(coupon, name);
	char digit = (char)coupon->data.at[coupon->at];
	if (!strchr(allowed, digit))
		return fault_set(coupon->fault, ERR_FORMAT, coupon->at, 1,
			"the coupon's %s is %c; it can only be one of %s", name, digit, allowed);
	if (value)
		*value = (size_t)(digit - '0');
	coupon->at++;
	return OK;
}

enum err coupon_field(struct coupon *coupon, const char *name, size_t size)
{
	size_t left = coupon->data.size - coupon->at;
	if (left == 0)
		return missing(coupon, name);
	if (left < size)
		return fault_set(coupon->fault, ERR_FORMAT, coupon->at, left,
			"the coupon's %s has %zu digits instead of %zu", name, left, size);
	coupon->at += size;
	return OK;
}

enum err coupon_variable(struct coupon *coupon, const char *name, const char *allowed, size_t plus)
{
	size_t size = 0;
	enum err err = coupon_digit(coupon, name, allowed, &size);
	if (err || (size == ABSENT && !strchr(allowed, '7')))
		return err;
	return coupon_field(coupon, name, size + plus);
}

enum err coupon_end(const struct coupon *coupon)
{
	size_t left = coupon->data.size - coupon->at;
	if (left == 0)
		return OK;
	return fault_set(coupon->fault, ERR_FORMAT, coupon->at, left,
		"the coupon holds digits behind its last field, or a field out of order");
}
