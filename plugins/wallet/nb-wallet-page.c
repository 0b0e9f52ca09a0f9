/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Shows the wallet, takes its two forms, and gives the ledger as a file. */
#include "nb-wallet-page.h"

#include "nb-wallet-model.h"

#include <glib/gi18n.h>

#define HOLDS_SHOWN 100
#define FILE_ROWS 10000
/* Digits and commas of the largest amount, and some more to be told about. */
#define AMOUNT_CHARACTERS 40

/* Someone who waits for a page. */
typedef struct
{
  NbTeller *teller;
  NbRequest *request;
  NbWalletStatement *statement;
  gboolean is_file;
  gboolean is_withdrawal;
  char *typed; /* (nullable): the amount as it was sent */
  NbMoney amount;
  char *reason; /* (nullable): why the form was refused */
  guint status;
  gboolean can_repeat; /* whether the same request may still go through */
} Visit;

static Visit *
visit_new (NbTeller *teller, NbRequest *request)
{
  Visit *self = g_new0 (Visit, 1);

  self->teller = g_object_ref (teller);
  self->request = g_object_ref (request);
  self->statement = nb_wallet_statement_new (nb_teller_get_wallet (teller), nb_request_get_person (request));
  self->status = 200;
  return self;
}

static void
visit_free (Visit *self)
{
  g_clear_object (&self->teller);
  g_clear_object (&self->request);
  g_clear_pointer (&self->statement, nb_wallet_statement_free);
  g_free (self->typed);
  g_free (self->reason);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Visit, visit_free)

/* Showing. */

static void
respond_page (Visit *visit)
{
  NbWalletFault fault = {
    .is_withdrawal = visit->is_withdrawal,
    .amount = visit->typed,
    .key = visit->can_repeat ? nb_request_get_idempotency_key (visit->request) : NULL,
    .reason = visit->reason,
  };

  nb_request_respond_page (
      visit->request, visit->status, "wallet.mustache",
      nb_wallet_model_new (visit->teller, visit->request, visit->statement, visit->reason != NULL ? &fault : NULL));
}

/* Words of the program and numbers only, so no cell can be taken for a formula. */
static void
respond_file (Visit *visit)
{
  GString *out = g_string_new ("created_at,kind,from,to,amount,available_after,locked_after,auction_id,id\r\n");
  g_autoptr (GBytes) bytes = NULL;

  for (guint i = 0; i < visit->statement->lines->len; i++)
    {
      const NbStatementLine *line = &g_array_index (visit->statement->lines, NbStatementLine, i);
      g_autofree char *at = nb_time_to_json (line->at);

      g_string_append_printf (out,
                              "%s,%s,%s,%s,%" G_GINT64_FORMAT ",%" G_GINT64_FORMAT ",%" G_GINT64_FORMAT
                              ",%" G_GINT64_FORMAT ",%" G_GINT64_FORMAT "\r\n",
                              at, line->kind, line->from, line->to, line->amount, line->after.available,
                              line->after.locked, line->auction, line->id);
    }
  bytes = g_string_free_to_bytes (out);
  nb_request_set_header (visit->request, "Content-Disposition", "attachment; filename=\"wallet.csv\"");
  nb_request_respond_bytes (visit->request, 200, "text/csv; charset=utf-8", bytes);
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Visit) visit = user_data;
  g_autoptr (GError) error = NULL;

  if (!nb_store_read_finish (NB_STORE (source), result, &error))
    nb_request_respond_error (visit->request, error);
  else if (visit->is_file)
    respond_file (visit);
  else
    respond_page (visit);
}

static void
show (Visit *visit)
{
  NbStore *store = nb_teller_get_store (visit->teller);

  visit->statement->hold_limit = visit->is_file ? 0 : HOLDS_SHOWN;
  if (visit->is_file)
    visit->statement->limit = FILE_ROWS;
  nb_store_read_async (store, nb_wallet_statement_read, visit->statement, NULL, NULL, read_cb, visit);
}

static void
take_query_and_show (NbRequest *request, NbTeller *teller, gboolean is_file)
{
  g_autoptr (Visit) visit = visit_new (teller, request);
  g_autoptr (GError) error = NULL;

  visit->is_file = is_file;
  if (!nb_wallet_statement_take_query (visit->statement, request, &error))
    {
      nb_request_respond_error (request, error);
      return;
    }
  show (g_steal_pointer (&visit));
}

static void
on_page (NbRequest *request, gpointer user_data)
{
  take_query_and_show (request, NB_TELLER (user_data), FALSE);
}

static void
on_file (NbRequest *request, gpointer user_data)
{
  take_query_and_show (request, NB_TELLER (user_data), TRUE);
}

/* The two forms. */

static const char *
translate (const char *msgid, gpointer request)
{
  return nb_request_gettext (NB_REQUEST (request), msgid);
}

static const char *
outcome_of (const GError *error, gboolean is_ours)
{
  if (!is_ours)
    return N_ ("No money moved.");
  /* A commit may have lost its answer. */
  if (nb_error_get_code (error) == NB_ERROR_INTERNAL)
    return N_ ("It may be booked or not. Send it again as it is: one request never counts twice.");
  return N_ ("Nothing was booked. Send it again as it is: one request never counts twice.");
}

/* Says what was wrong and whether money moved. */
static char *
tell (NbRequest *request, const GError *error, gboolean is_ours)
{
  g_autofree char *reason = nb_error_localize (error, translate, request);
  g_autofree char *first = g_utf8_substring (reason, 0, MIN (g_utf8_strlen (reason, -1), 1));
  g_autofree char *upper = g_utf8_strup (first, -1);
  const char *outcome = outcome_of (error, is_ours);

  return g_strdup_printf ("%s%s. %s", upper, g_utf8_offset_to_pointer (reason, g_utf8_strlen (first, -1)),
                          nb_request_gettext (request, outcome));
}

static void
show_fault (Visit *visit, const GError *error)
{
  visit->status = nb_error_code_status (nb_error_get_code (error));
  visit->can_repeat = visit->status >= 500;
  visit->reason = tell (visit->request, error, visit->can_repeat);
  visit->statement->limit = 20;
  if (visit->can_repeat && nb_teller_get_store (visit->teller) == NULL)
    {
      nb_request_respond_error (visit->request, error);
      visit_free (visit);
      return;
    }
  show (visit);
}

static void
moved_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Visit) visit = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *money = NULL;
  GString *message;
  NbEntry entry;

  if (!nb_teller_finish (visit->teller, result, &entry, &error))
    {
      show_fault (g_steal_pointer (&visit), error);
      return;
    }
  money = nb_money_format (visit->amount);
  message = g_string_new (nb_request_gettext (visit->request, visit->is_withdrawal ? N_ ("{amount} was withdrawn.")
                                                                                   : N_ ("{amount} was charged.")));
  g_string_replace (message, "{amount}", money, 0);
  nb_request_flash (visit->request, message->str);
  g_string_free (message, TRUE);
  nb_request_redirect (visit->request, "/wallet");
}

static gboolean
read_form (Visit *visit, GError **error)
{
  static const NbField fields[] = { { "amount", NB_FIELD_TEXT, TRUE, 1, AMOUNT_CHARACTERS } };
  g_autoptr (JsonObject) body = nb_request_read_body (visit->request, fields, G_N_ELEMENTS (fields), error);

  if (body == NULL)
    return FALSE;
  visit->typed = g_strdup (json_object_get_string_member (body, "amount"));
  return nb_money_parse (visit->typed, &visit->amount, error);
}

static void
on_form (NbRequest *request, NbTeller *teller, gboolean is_withdrawal)
{
  g_autoptr (Visit) visit = visit_new (teller, request);
  g_autoptr (GError) error = NULL;
  const char *key = nb_request_get_idempotency_key (request);
  gint64 person = nb_request_get_person (request);
  NbMoney amount;

  visit->is_withdrawal = is_withdrawal;
  if (!read_form (visit, &error))
    {
      show_fault (g_steal_pointer (&visit), error);
      return;
    }
  amount = visit->amount;
  if (is_withdrawal)
    nb_teller_withdraw_async (teller, person, amount, key, moved_cb, g_steal_pointer (&visit));
  else
    nb_teller_deposit_async (teller, person, amount, key, moved_cb, g_steal_pointer (&visit));
}

static void
on_deposit (NbRequest *request, gpointer user_data)
{
  on_form (request, NB_TELLER (user_data), FALSE);
}

static void
on_withdrawal (NbRequest *request, gpointer user_data)
{
  on_form (request, NB_TELLER (user_data), TRUE);
}

gboolean
nb_wallet_page_add_routes (NbContext *context, NbTeller *teller, GError **error)
{
  const NbRouteFlags reading = NB_ROUTE_PAGE | NB_ROUTE_SIGNED_IN;
  const NbRouteFlags moving = NB_ROUTE_PAGE | NB_ROUTE_SIGNED_IN | NB_ROUTE_NEEDS_KEY;

  return nb_context_add_route (context, "GET", "/wallet", reading, on_page, teller, error)
         && nb_context_add_route (context, "GET", "/wallet/entries.csv", reading, on_file, teller, error)
         && nb_context_add_route (context, "POST", "/wallet/deposits", moving, on_deposit, teller, error)
         && nb_context_add_route (context, "POST", "/wallet/withdrawals", moving, on_withdrawal, teller, error)
         && nb_context_add_link (context, "/wallet", N_ ("Wallet"), TRUE, error);
}
