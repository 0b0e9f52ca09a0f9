/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The error domain whose codes are the stable codes of the API, with the facts that an answer carries. */
#pragma once

#include <neighborbid/nb-money.h>

G_BEGIN_DECLS

#define NB_ERROR (nb_error_quark ())

/**
 * NbErrorCode:
 *
 * Every code that a caller of the API can get. Each has a stable name and an HTTP status.
 *
 * Since: 1.0
 */
typedef enum
{
  NB_ERROR_INTERNAL, /* 500; the inside is logged, never told */
  NB_ERROR_MALFORMED_JSON,
  NB_ERROR_MALFORMED_REQUEST,
  NB_ERROR_NOT_SIGNED_IN,
  NB_ERROR_BAD_CREDENTIALS,
  NB_ERROR_CSRF_FAILED,
  NB_ERROR_SELLER_CANNOT_BID,
  NB_ERROR_REGION_NOT_ALLOWED,
  NB_ERROR_BLOCKED,
  NB_ERROR_NOT_YOURS,
  NB_ERROR_ADMIN_ONLY,
  NB_ERROR_ORIGIN_NOT_ALLOWED,
  NB_ERROR_NOT_FOUND,
  NB_ERROR_METHOD_NOT_ALLOWED,
  NB_ERROR_TOO_LARGE,
  NB_ERROR_UNSUPPORTED_MEDIA_TYPE,
  NB_ERROR_BID_TOO_LOW,
  NB_ERROR_INSUFFICIENT_FUNDS,
  NB_ERROR_AUCTION_NOT_STARTED,
  NB_ERROR_AUCTION_ENDED,
  NB_ERROR_AUCTION_PAUSED,
  NB_ERROR_BUY_NOW_GONE,
  NB_ERROR_NAME_TAKEN,
  NB_ERROR_HAS_BIDS,
  NB_ERROR_STATE_CONFLICT,
  NB_ERROR_VALIDATION_FAILED,
  NB_ERROR_NOT_A_MULTIPLE_OF_STEP,
  NB_ERROR_IDEMPOTENCY_KEY_REUSED,
  NB_ERROR_RATE_LIMITED,
  NB_ERROR_BUSY,
  NB_ERROR_SHUTTING_DOWN,
  NB_ERROR_FEATURE_DISABLED,
  NB_N_ERRORS /*< skip >*/
} NbErrorCode;

/**
 * NbTranslateFunc:
 * @msgid: an English message, with placeholders such as `{max}`
 * @user_data: the caller's
 *
 * Returns: (transfer none): the message in the reader's language, or @msgid
 * Since: 1.0
 */
typedef const char *(*NbTranslateFunc) (const char *msgid, gpointer user_data);

NB_PUBLIC GQuark nb_error_quark (void);

/**
 * nb_error_new:
 * @code: what went wrong
 * @msgid: an English message, lower case, no full stop, with `{name}` placeholders; a string literal, marked for
 *   translation by the caller with N_()
 * @...: pairs of placeholder name and text, ended by %NULL
 *
 * Returns: (transfer full): an error that can be told in any language by nb_error_localize()
 * Since: 1.0
 */
NB_PUBLIC GError *nb_error_new (NbErrorCode code, const char *msgid, ...) G_GNUC_NULL_TERMINATED;

/**
 * nb_set_error:
 * @error: (out) (optional): where to put it
 * @code: as in nb_error_new()
 * @msgid: as in nb_error_new()
 * @...: as in nb_error_new()
 *
 * Since: 1.0
 */
NB_PUBLIC void nb_set_error (GError **error, NbErrorCode code, const char *msgid, ...) G_GNUC_NULL_TERMINATED;

/**
 * nb_error_localize:
 * @error: any error
 * @translate: (nullable): gives the message in the reader's language
 * @user_data: for @translate
 *
 * Returns: (transfer full): what a person may read. An error outside %NB_ERROR gives a general sentence, for the inside
 *   is nobody's business
 * Since: 1.0
 */
NB_PUBLIC char *nb_error_localize (const GError *error, NbTranslateFunc translate, gpointer user_data);

/** nb_error_code_name: Returns: (transfer none): the stable name, such as `bid_too_low` */
NB_PUBLIC const char *nb_error_code_name (NbErrorCode code);
/** nb_error_code_status: Returns: the HTTP status that goes with @code */
NB_PUBLIC guint nb_error_code_status (NbErrorCode code);
/** nb_error_code_from_name: Returns: whether @name is a stable name; @code is set if so */
NB_PUBLIC gboolean nb_error_code_from_name (const char *name, NbErrorCode *code);
/** nb_error_get_code: Returns: the code; %NB_ERROR_INTERNAL for an error of another domain */
NB_PUBLIC NbErrorCode nb_error_get_code (const GError *error);

/** nb_error_set_field: names the field of the request that was wrong. @error must be of %NB_ERROR; so for all below */
NB_PUBLIC void nb_error_set_field (GError *error, const char *field);
/** nb_error_set_prices: @min_next and @current_price in minor units; 0 leaves one out */
NB_PUBLIC void nb_error_set_prices (GError *error, NbMoney min_next, NbMoney current_price);
/** nb_error_set_retry_after: when trying again may help, in milliseconds from now */
NB_PUBLIC void nb_error_set_retry_after (GError *error, guint milliseconds);
/** nb_error_get_field: Returns: (transfer none) (nullable): the field that was wrong */
NB_PUBLIC const char *nb_error_get_field (const GError *error);
/** nb_error_get_min_next: Returns: the next minimum, or 0 */
NB_PUBLIC NbMoney nb_error_get_min_next (const GError *error);
/** nb_error_get_current_price: Returns: the current price, or 0 */
NB_PUBLIC NbMoney nb_error_get_current_price (const GError *error);
/** nb_error_get_retry_after: Returns: milliseconds, or 0 */
NB_PUBLIC guint nb_error_get_retry_after (const GError *error);

G_END_DECLS
