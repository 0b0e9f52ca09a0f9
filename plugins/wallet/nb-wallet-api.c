/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads wallets and ledgers as JSON, and takes deposits and withdrawals. */
#include "nb-wallet-api.h"

#include "nb-wallet-statement.h"

#include <glib/gi18n.h>

/* A request that waits for its answer. */
typedef struct
{
  NbTeller *teller;
  NbRequest *request;
  NbWalletStatement *statement; /* for reading */
  NbMoney amount;               /* for moving */
  const char *kind;
} Call;

static Call *
call_new (NbTeller *teller, NbRequest *request)
{
  Call *self = g_new0 (Call, 1);

  self->teller = g_object_ref (teller);
  self->request = g_object_ref (request);
  return self;
}

static void
call_free (Call *self)
{
  g_clear_object (&self->teller);
  g_clear_object (&self->request);
  g_clear_pointer (&self->statement, nb_wallet_statement_free);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Call, call_free)

static void
set_id (JsonObject *object, const char *name, gint64 id)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, id);

  json_object_set_string_member (object, name, text);
}

static void
set_time (JsonObject *object, const char *name, gint64 at)
{
  g_autofree char *text = nb_time_to_json (at);

  json_object_set_string_member (object, name, text);
}

static void
set_balance (JsonObject *object, const NbBalance *balance)
{
  json_object_set_int_member (object, "available", balance->available);
  json_object_set_int_member (object, "locked", balance->locked);
}

static JsonObject *
entry_new (gint64 id, const char *kind, NbMoney amount, const NbBalance *after, gint64 at)
{
  JsonObject *entry = json_object_new ();

  set_id (entry, "id", id);
  json_object_set_string_member (entry, "kind", kind);
  json_object_set_int_member (entry, "amount", amount);
  json_object_set_int_member (entry, "available_after", after->available);
  json_object_set_int_member (entry, "locked_after", after->locked);
  set_time (entry, "created_at", at);
  return entry;
}

/* Moving money. */

static void
moved_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Call) call = user_data;
  g_autoptr (GError) error = NULL;
  JsonObject *answer;
  NbEntry entry;

  if (!nb_teller_finish (call->teller, result, &entry, &error))
    {
      nb_request_respond_error (call->request, error);
      return;
    }
  answer = json_object_new ();
  json_object_set_object_member (answer, "entry",
                                 entry_new (entry.id, call->kind, call->amount, &entry.after, entry.at));
  set_balance (answer, &entry.after);
  if (entry.is_replay)
    nb_request_set_header (call->request, "Idempotent-Replayed", "true");
  nb_request_respond_json (call->request, 201, answer);
}

/* Returns: (nullable): the call with its amount, or NULL when it was answered with an error. */
static Call *
read_amount (NbTeller *teller, NbRequest *request, NbMoney most)
{
  const NbField fields[] = { { "amount", NB_FIELD_MONEY, TRUE, 1, most } };
  g_autoptr (JsonObject) body = NULL;
  g_autoptr (GError) error = NULL;
  Call *call;

  body = nb_request_read_body (request, fields, G_N_ELEMENTS (fields), &error);
  if (body == NULL)
    {
      nb_request_respond_error (request, error);
      return NULL;
    }
  call = call_new (teller, request);
  call->amount = json_object_get_int_member (body, "amount");
  return call;
}

static void
on_deposit (NbRequest *request, gpointer user_data)
{
  NbTeller *teller = NB_TELLER (user_data);
  Call *call = read_amount (teller, request, nb_teller_get_options (teller)->deposit_max);

  if (call == NULL)
    return;
  call->kind = "deposit";
  nb_teller_deposit_async (teller, nb_request_get_person (request), call->amount,
                           nb_request_get_idempotency_key (request), moved_cb, call);
}

static void
on_withdrawal (NbRequest *request, gpointer user_data)
{
  NbTeller *teller = NB_TELLER (user_data);
  Call *call = read_amount (teller, request, nb_teller_get_options (teller)->withdraw_max);

  if (call == NULL)
    return;
  call->kind = "withdraw";
  nb_teller_withdraw_async (teller, nb_request_get_person (request), call->amount,
                            nb_request_get_idempotency_key (request), moved_cb, call);
}

/* Reading. */

static JsonObject *
make_wallet (const NbWalletStatement *statement)
{
  JsonObject *wallet = json_object_new ();
  JsonArray *holds = json_array_new ();

  set_balance (wallet, &statement->balance);
  for (guint i = 0; i < statement->holds->len; i++)
    {
      const NbStatementHold *hold = &g_array_index (statement->holds, NbStatementHold, i);
      JsonObject *item = json_object_new ();

      set_id (item, "auction_id", hold->auction);
      json_object_set_int_member (item, "amount", hold->amount);
      set_time (item, "created_at", hold->since);
      json_array_add_object_element (holds, item);
    }
  json_object_set_array_member (wallet, "holds", holds);
  if (statement->has_more_holds)
    json_object_set_boolean_member (wallet, "has_more_holds", TRUE);
  return wallet;
}

static JsonObject *
make_entries (const NbWalletStatement *statement)
{
  JsonObject *list = json_object_new ();
  JsonArray *items = json_array_new ();

  for (guint i = 0; i < statement->lines->len; i++)
    {
      const NbStatementLine *line = &g_array_index (statement->lines, NbStatementLine, i);
      JsonObject *item = entry_new (line->id, line->kind, line->amount, &line->after, line->at);

      json_object_set_string_member (item, "from", line->from);
      json_object_set_string_member (item, "to", line->to);
      if (line->auction != 0)
        set_id (item, "auction_id", line->auction);
      json_array_add_object_element (items, item);
    }
  json_object_set_array_member (list, "items", items);
  if (statement->has_more)
    set_id (list, "next_cursor", g_array_index (statement->lines, NbStatementLine, statement->lines->len - 1).id);
  else
    json_object_set_null_member (list, "next_cursor");
  return list;
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Call) call = user_data;
  g_autoptr (GError) error = NULL;

  if (!nb_store_read_finish (NB_STORE (source), result, &error))
    nb_request_respond_error (call->request, error);
  else if (call->statement->limit > 0)
    nb_request_respond_json (call->request, 200, make_entries (call->statement));
  else
    nb_request_respond_json (call->request, 200, make_wallet (call->statement));
}

static void
read_statement (Call *call)
{
  nb_store_read_async (nb_teller_get_store (call->teller), nb_wallet_statement_read, call->statement, NULL, NULL,
                       read_cb, call);
}

static void
on_wallet (NbRequest *request, gpointer user_data)
{
  Call *call = call_new (NB_TELLER (user_data), request);

  call->statement = nb_wallet_statement_new (nb_teller_get_wallet (call->teller), nb_request_get_person (request));
  call->statement->hold_limit = 1000;
  read_statement (call);
}

static void
on_entries (NbRequest *request, gpointer user_data)
{
  g_autoptr (Call) call = call_new (NB_TELLER (user_data), request);
  g_autoptr (GError) error = NULL;

  call->statement = nb_wallet_statement_new (nb_teller_get_wallet (call->teller), nb_request_get_person (request));
  if (!nb_wallet_statement_take_query (call->statement, request, &error))
    {
      nb_request_respond_error (request, error);
      return;
    }
  read_statement (g_steal_pointer (&call));
}

gboolean
nb_wallet_api_add_routes (NbContext *context, NbTeller *teller, GError **error)
{
  const NbRouteFlags moving = NB_ROUTE_SIGNED_IN | NB_ROUTE_NEEDS_KEY;

  return nb_context_add_route (context, "GET", "/api/v1/wallet", NB_ROUTE_SIGNED_IN, on_wallet, teller, error)
         && nb_context_add_route (context, "GET", "/api/v1/wallet/entries", NB_ROUTE_SIGNED_IN, on_entries, teller,
                                  error)
         && nb_context_add_route (context, "POST", "/api/v1/wallet/deposits", moving, on_deposit, teller, error)
         && nb_context_add_route (context, "POST", "/api/v1/wallet/withdrawals", moving, on_withdrawal, teller, error);
}
