/* couponposoffer: paperless coupons, AI (8112): format 0 or 1, funder (a company prefix), offer
 * code, serial number. */
#include "gs1/syntax/coupon.h"

enum err lint_couponposoffer(struct span data, struct fault *fault)
{
	struct coupon coupon;
	enum err err = coupon_begin(&coupon, data, fault);
	if (!err)
		err = coupon_digit(&coupon, "format code", "01", NULL);
	if (!err)
		err = coupon_variable(&coupon, "funder", "0123456", 6);
	if (!err)
		err = coupon_field(&coupon, "offer code", COUPON_OFFER_SIZE);
	if (!err)
		err = coupon_variable(&coupon, "serial number", "0123456789", 6);
	return err ? err : coupon_end(&coupon);
}
