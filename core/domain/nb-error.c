/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The stable codes, and errors that carry the facts of an answer and can be told in any language. */
#include "core/domain/nb-error-private.h"

#include <glib/gi18n.h>
#include <string.h>

static const struct
{
  const char *name;
  guint status;
} codes[NB_N_ERRORS] = {
  [NB_ERROR_INTERNAL] = { "internal_error", 500 },
  [NB_ERROR_MALFORMED_JSON] = { "malformed_json", 400 },
  [NB_ERROR_MALFORMED_REQUEST] = { "malformed_request", 400 },
  [NB_ERROR_NOT_SIGNED_IN] = { "not_signed_in", 401 },
  [NB_ERROR_BAD_CREDENTIALS] = { "bad_credentials", 401 },
  [NB_ERROR_CSRF_FAILED] = { "csrf_failed", 403 },
  [NB_ERROR_SELLER_CANNOT_BID] = { "seller_cannot_bid", 403 },
  [NB_ERROR_REGION_NOT_ALLOWED] = { "region_not_allowed", 403 },
  [NB_ERROR_BLOCKED] = { "blocked", 403 },
  [NB_ERROR_NOT_YOURS] = { "not_yours", 403 },
  [NB_ERROR_ADMIN_ONLY] = { "admin_only", 403 },
  [NB_ERROR_ORIGIN_NOT_ALLOWED] = { "origin_not_allowed", 403 },
  [NB_ERROR_NOT_FOUND] = { "not_found", 404 },
  [NB_ERROR_METHOD_NOT_ALLOWED] = { "method_not_allowed", 405 },
  [NB_ERROR_TOO_LARGE] = { "too_large", 413 },
  [NB_ERROR_UNSUPPORTED_MEDIA_TYPE] = { "unsupported_media_type", 415 },
  [NB_ERROR_BID_TOO_LOW] = { "bid_too_low", 409 },
  [NB_ERROR_INSUFFICIENT_FUNDS] = { "insufficient_funds", 409 },
  [NB_ERROR_AUCTION_NOT_STARTED] = { "auction_not_started", 409 },
  [NB_ERROR_AUCTION_ENDED] = { "auction_ended", 409 },
  [NB_ERROR_AUCTION_PAUSED] = { "auction_paused", 409 },
  [NB_ERROR_BUY_NOW_GONE] = { "buy_now_gone", 409 },
  [NB_ERROR_NAME_TAKEN] = { "name_taken", 409 },
  [NB_ERROR_HAS_BIDS] = { "has_bids", 409 },
  [NB_ERROR_STATE_CONFLICT] = { "state_conflict", 409 },
  [NB_ERROR_VALIDATION_FAILED] = { "validation_failed", 422 },
  [NB_ERROR_NOT_A_MULTIPLE_OF_STEP] = { "not_a_multiple_of_step", 422 },
  [NB_ERROR_IDEMPOTENCY_KEY_REUSED] = { "idempotency_key_reused", 422 },
  [NB_ERROR_RATE_LIMITED] = { "rate_limited", 429 },
  [NB_ERROR_BUSY] = { "busy", 503 },
  [NB_ERROR_SHUTTING_DOWN] = { "shutting_down", 503 },
  [NB_ERROR_FEATURE_DISABLED] = { "feature_disabled", 503 },
};

/* What an error of our domain carries beside its message. */
typedef struct
{
  const char *msgid; /* a literal */
  char **values;     /* (nullable): name, text, name, text, … */
  char *field;
  NbMoney min_next;
  NbMoney current_price;
  guint retry_after;
} NbErrorPrivate;

static void
nb_error_private_init (NbErrorPrivate *self)
{
  memset (self, 0, sizeof *self);
}

static void
nb_error_private_copy (const NbErrorPrivate *source, NbErrorPrivate *target)
{
  *target = *source;
  target->values = g_strdupv (source->values);
  target->field = g_strdup (source->field);
}

static void
nb_error_private_clear (NbErrorPrivate *self)
{
  g_strfreev (self->values);
  g_free (self->field);
}

G_DEFINE_EXTENDED_ERROR (NbError, nb_error)

static const char *
find_value (char **values, const char *name, gsize length)
{
  for (gsize i = 0; values != NULL && values[i] != NULL; i += 2)
    if (strlen (values[i]) == length && strncmp (values[i], name, length) == 0)
      return values[i + 1];
  return NULL;
}

static char *
expand (const char *message, char **values)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (const char *p = message; *p != '\0'; p++)
    {
      const char *end = *p == '{' ? strchr (p, '}') : NULL;
      const char *value = end != NULL ? find_value (values, p + 1, (gsize)(end - p - 1)) : NULL;

      if (value == NULL)
        {
          g_string_append_c (text, *p);
          continue;
        }
      g_string_append (text, value);
      p = end;
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static GError *
error_new_valist (NbErrorCode code, const char *msgid, va_list arguments)
{
  g_autoptr (GPtrArray) values = g_ptr_array_new ();
  g_autofree char *message = NULL;
  GError *error;
  NbErrorPrivate *own;

  for (const char *text = va_arg (arguments, const char *); text != NULL; text = va_arg (arguments, const char *))
    g_ptr_array_add (values, g_strdup (text));
  if (values->len % 2 != 0)
    {
      g_critical ("error “%s” has a placeholder without a text", msgid);
      g_ptr_array_add (values, g_strdup (""));
    }
  g_ptr_array_add (values, NULL);
  message = expand (msgid, (char **)values->pdata);
  error = g_error_new_literal (NB_ERROR, (int)code, message);
  own = nb_error_get_private (error);
  own->msgid = msgid;
  own->values = (char **)g_ptr_array_free (g_steal_pointer (&values), FALSE);
  return error;
}

GError *
nb_error_new (NbErrorCode code, const char *msgid, ...)
{
  va_list arguments;
  GError *error;

  va_start (arguments, msgid);
  error = error_new_valist (code, msgid, arguments);
  va_end (arguments);
  return error;
}

void
nb_set_error (GError **error, NbErrorCode code, const char *msgid, ...)
{
  va_list arguments;

  if (error == NULL)
    return;
  va_start (arguments, msgid);
  g_propagate_error (error, error_new_valist (code, msgid, arguments));
  va_end (arguments);
}

char *
nb_error_localize (const GError *error, NbTranslateFunc translate, gpointer user_data)
{
  const char *msgid = N_ ("something went wrong on our side; nothing was changed");
  char **values = NULL;

  if (error->domain == NB_ERROR && error->code != NB_ERROR_INTERNAL)
    {
      NbErrorPrivate *own = nb_error_get_private (error);

      if (own->msgid == NULL)
        return g_strdup (error->message);
      msgid = own->msgid;
      values = own->values;
    }
  return expand (translate != NULL ? translate (msgid, user_data) : msgid, values);
}

const char *
nb_error_code_name (NbErrorCode code)
{
  g_return_val_if_fail ((guint)code < NB_N_ERRORS, codes[NB_ERROR_INTERNAL].name);

  return codes[code].name;
}

guint
nb_error_code_status (NbErrorCode code)
{
  g_return_val_if_fail ((guint)code < NB_N_ERRORS, codes[NB_ERROR_INTERNAL].status);

  return codes[code].status;
}

gboolean
nb_error_code_from_name (const char *name, NbErrorCode *code)
{
  for (guint i = 0; i < NB_N_ERRORS; i++)
    if (strcmp (codes[i].name, name) == 0)
      {
        *code = (NbErrorCode)i;
        return TRUE;
      }
  return FALSE;
}

NbErrorCode
nb_error_get_code (const GError *error)
{
  if (error->domain != NB_ERROR || (guint)error->code >= NB_N_ERRORS)
    return NB_ERROR_INTERNAL;
  return (NbErrorCode)error->code;
}

void
nb_error_set_field (GError *error, const char *field)
{
  NbErrorPrivate *own;

  g_return_if_fail (error != NULL && error->domain == NB_ERROR);

  own = nb_error_get_private (error);
  g_free (own->field);
  own->field = g_strdup (field);
}

void
nb_error_set_prices (GError *error, NbMoney min_next, NbMoney current_price)
{
  NbErrorPrivate *own;

  g_return_if_fail (error != NULL && error->domain == NB_ERROR);

  own = nb_error_get_private (error);
  own->min_next = min_next;
  own->current_price = current_price;
}

void
nb_error_set_retry_after (GError *error, guint milliseconds)
{
  g_return_if_fail (error != NULL && error->domain == NB_ERROR);

  ((NbErrorPrivate *)nb_error_get_private (error))->retry_after = milliseconds;
}

static const NbErrorPrivate *
peek (const GError *error)
{
  static const NbErrorPrivate none = { 0 };

  return error->domain == NB_ERROR ? nb_error_get_private (error) : &none;
}

const char *
nb_error_get_field (const GError *error)
{
  return peek (error)->field;
}

NbMoney
nb_error_get_min_next (const GError *error)
{
  return peek (error)->min_next;
}

NbMoney
nb_error_get_current_price (const GError *error)
{
  return peek (error)->current_price;
}

guint
nb_error_get_retry_after (const GError *error)
{
  return peek (error)->retry_after;
}

char *
nb_error_to_text (const GError *error)
{
  const NbErrorPrivate *own = peek (error);
  const char *const none[] = { NULL };
  g_autoptr (GVariant) variant = g_variant_ref_sink (g_variant_new (
      "(sss^asmsxxu)", nb_error_code_name (nb_error_get_code (error)), error->message,
      own->msgid != NULL ? own->msgid : "", own->values != NULL ? (const char *const *)own->values : none, own->field,
      own->min_next, own->current_price, own->retry_after));

  return g_variant_print (variant, FALSE);
}

/* The msgids of stored errors are literals of this program or an older one: few, so they may live for ever. */
GError *
nb_error_from_text (const char *text)
{
  g_autoptr (GVariant) variant = g_variant_parse (G_VARIANT_TYPE ("(sssasmsxxu)"), text, NULL, NULL, NULL);
  const char *name, *message, *msgid, *field;
  NbErrorPrivate *own;
  NbErrorCode code;
  char **values;
  GError *error;

  if (variant == NULL)
    return NULL;
  g_variant_get (variant, "(&s&s&s^asm&sxxu)", &name, &message, &msgid, &values, &field, NULL, NULL, NULL);
  if (!nb_error_code_from_name (name, &code))
    {
      g_strfreev (values);
      return NULL;
    }
  error = g_error_new_literal (NB_ERROR, (int)code, message);
  own = nb_error_get_private (error);
  own->msgid = *msgid != '\0' ? g_intern_string (msgid) : NULL;
  own->values = values;
  own->field = g_strdup (field);
  g_variant_get_child (variant, 5, "x", &own->min_next);
  g_variant_get_child (variant, 6, "x", &own->current_price);
  g_variant_get_child (variant, 7, "u", &own->retry_after);
  return error;
}
