/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `neighborbid auction show` and `auction replay`: one auction as it is stored, and as its bids make it. */
#include <glib/gi18n.h>
#include <neighborbid/nb-wallet.h>

#include "core/app/nb-cli-commands.h"
#include "core/app/nb-cli-host.h"
#include "core/domain/nb-auction-private.h"
#include "core/engine/nb-replay.h"

/* What both commands are about. */
typedef struct
{
  NbHost *host;
  gint64 id;
  JsonObject *object; /* show: what is told */
  GPtrArray *faults;  /* replay: (element-type utf8) */
} Subject;

/* Returns: (transfer full) (nullable): NULL with the exit code set */
static NbHost *
open_subject (NbInvocation *invocation, Subject *subject)
{
  if (!nb_invocation_parse (invocation, NULL, 1, 1))
    return NULL;
  if (!nb_id_parse (invocation->arguments[0], &subject->id))
    {
      invocation->exit = nb_invocation_refuse (invocation, "'%s' is no auction's id", invocation->arguments[0]);
      return NULL;
    }
  subject->host = nb_invocation_open_host (invocation, NB_STAGE_READ);
  return subject->host;
}

static void
add_id (JsonObject *object, const char *name, gint64 id)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, id);

  if (id)
    json_object_set_string_member (object, name, text);
  else
    json_object_set_null_member (object, name);
}

static void
add_time (JsonObject *object, const char *name, gint64 at)
{
  g_autofree char *text = at ? nb_time_to_json (at) : NULL;

  if (text)
    json_object_set_string_member (object, name, text);
  else
    json_object_set_null_member (object, name);
}

/* Columns as they are stored: an operator sees what is hidden from visitors. */
static gboolean
read_auction (NbTransaction *transaction, Subject *self, GError **error)
{
  static const NbSql sql
      = { "SELECT type, title, status, seller_id, seq, price, leader_id, bid_count, starts_at, ends_at, "
          "original_ends_at, closed_at, close_reason, winner_id, winning_price, terms, state, pause_reason "
          "FROM auctions WHERE id = ##id::gint64",
          NULL, "sssxxxxxxxxxsxxsss" };
  g_autoptr (NbRows) rows = nb_transaction_query (transaction, &sql, NB_PARAMS (NB_INT (self->id)), error);

  if (!rows)
    return FALSE;
  if (nb_rows_get_n (rows) == 0)
    {
      nb_set_error (error, NB_ERROR_NOT_FOUND, N_ ("there is no such auction"), NULL);
      return FALSE;
    }
  add_id (self->object, "id", self->id);
  json_object_set_string_member (self->object, "type", nb_rows_get_text (rows, 0, 0));
  json_object_set_string_member (self->object, "title", nb_rows_get_text (rows, 0, 1));
  json_object_set_string_member (self->object, "status", nb_rows_get_text (rows, 0, 2));
  add_id (self->object, "seller", nb_rows_get_int (rows, 0, 3));
  json_object_set_int_member (self->object, "seq", nb_rows_get_int (rows, 0, 4));
  json_object_set_int_member (self->object, "price", nb_rows_get_int (rows, 0, 5));
  add_id (self->object, "leader", nb_rows_get_int (rows, 0, 6));
  json_object_set_int_member (self->object, "bid_count", nb_rows_get_int (rows, 0, 7));
  add_time (self->object, "starts_at", nb_rows_get_int (rows, 0, 8));
  add_time (self->object, "ends_at", nb_rows_get_int (rows, 0, 9));
  add_time (self->object, "original_ends_at", nb_rows_get_int (rows, 0, 10));
  add_time (self->object, "closed_at", nb_rows_get_int (rows, 0, 11));
  json_object_set_string_member (self->object, "close_reason", nb_rows_get_text (rows, 0, 12));
  add_id (self->object, "winner", nb_rows_get_int (rows, 0, 13));
  json_object_set_int_member (self->object, "winning_price", nb_rows_get_int (rows, 0, 14));
  json_object_set_string_member (self->object, "terms", nb_rows_get_text (rows, 0, 15));
  json_object_set_string_member (self->object, "state", nb_rows_get_text (rows, 0, 16));
  json_object_set_string_member (self->object, "pause_reason", nb_rows_get_text (rows, 0, 17));
  return TRUE;
}

static gboolean
read_bids (NbTransaction *transaction, Subject *self, GError **error)
{
  static const NbSql sql = { "SELECT seq, person_id, kind, amount, shown_amount, at FROM bids "
                             "WHERE auction_id = ##id::gint64 ORDER BY seq DESC LIMIT 50",
                             NULL, "xxsxxx" };
  g_autoptr (NbRows) rows = nb_transaction_query (transaction, &sql, NB_PARAMS (NB_INT (self->id)), error);
  JsonArray *bids;

  if (!rows)
    return FALSE;
  bids = json_array_new ();
  for (gsize i = 0; i < nb_rows_get_n (rows); i++)
    {
      JsonObject *bid = json_object_new ();

      json_object_set_int_member (bid, "seq", nb_rows_get_int (rows, i, 0));
      add_id (bid, "person", nb_rows_get_int (rows, i, 1));
      json_object_set_string_member (bid, "kind", nb_rows_get_text (rows, i, 2));
      json_object_set_int_member (bid, "amount", nb_rows_get_int (rows, i, 3));
      json_object_set_int_member (bid, "shown_amount", nb_rows_get_int (rows, i, 4));
      add_time (bid, "at", nb_rows_get_int (rows, i, 5));
      json_array_add_object_element (bids, bid);
    }
  json_object_set_array_member (self->object, "last_bids", bids);
  return TRUE;
}

static gboolean
add_holds_of (NbTransaction *transaction, NbWallet *wallet, gint64 auction, gint64 person, JsonArray *holds,
              GError **error)
{
  g_autoptr (GArray) list = nb_wallet_list_holds (wallet, transaction, person, error);

  for (guint i = 0; list && i < list->len; i++)
    {
      const NbHold *hold = &g_array_index (list, NbHold, i);
      JsonObject *item;

      if (hold->auction != auction)
        continue;
      item = json_object_new ();
      add_id (item, "person", hold->person);
      json_object_set_int_member (item, "amount", hold->amount);
      json_array_add_object_element (holds, item);
    }
  return list != NULL;
}

/* Of those who bid last, which is who can have a hold. Without a wallet there are none to tell of. */
static gboolean
read_holds (NbTransaction *transaction, Subject *self, GError **error)
{
  static const NbSql sql
      = { "SELECT person_id, MAX (seq) AS last FROM bids WHERE auction_id = ##id::gint64 "
          "AND kind IN ('amount', 'max', 'buy_now') GROUP BY person_id ORDER BY last DESC LIMIT 1000",
          NULL, "xx" };
  NbWallet *wallet = nb_registry_find_service (self->host->registry, NB_TYPE_WALLET);
  g_autoptr (NbRows) bidders = NULL;
  g_autoptr (JsonArray) holds = json_array_new ();

  if (!wallet)
    return TRUE;
  bidders = nb_transaction_query (transaction, &sql, NB_PARAMS (NB_INT (self->id)), error);
  if (!bidders)
    return FALSE;
  for (gsize i = 0; i < nb_rows_get_n (bidders); i++)
    if (!add_holds_of (transaction, wallet, self->id, nb_rows_get_int (bidders, i, 0), holds, error))
      return FALSE;
  json_object_set_array_member (self->object, "holds", g_steal_pointer (&holds));
  return TRUE;
}

static gboolean
read_subject (NbTransaction *transaction, gpointer user_data, GError **error)
{
  Subject *self = user_data;

  g_clear_pointer (&self->object, json_object_unref);
  self->object = json_object_new ();
  return read_auction (transaction, self, error) && read_holds (transaction, self, error)
         && read_bids (transaction, self, error);
}

static void
print_member (JsonObject *object, const char *name, JsonNode *node, gpointer user_data)
{
  g_autofree char *text = json_to_string (node, FALSE);

  if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
    g_print ("%-18s %s\n", name, json_node_get_string (node));
  else if (!JSON_NODE_HOLDS_ARRAY (node))
    g_print ("%-18s %s\n", name, JSON_NODE_HOLDS_NULL (node) ? "-" : text);
}

static void
print_bid (JsonArray *array, guint index, JsonNode *node, gpointer user_data)
{
  JsonObject *bid = json_node_get_object (node);

  if (index == 0)
    g_print ("\n%8s  %-20s %-8s %14s  %s\n", "SEQ", "PERSON", "KIND", "AMOUNT", "AT");
  g_print ("%8" G_GINT64_FORMAT "  %-20s %-8s %14" G_GINT64_FORMAT "  %s\n", json_object_get_int_member (bid, "seq"),
           json_object_get_string_member_with_default (bid, "person", "-"), json_object_get_string_member (bid, "kind"),
           json_object_get_int_member (bid, "amount"), json_object_get_string_member_with_default (bid, "at", "-"));
}

static void
print_hold (JsonArray *array, guint index, JsonNode *node, gpointer user_data)
{
  JsonObject *hold = json_node_get_object (node);

  if (index == 0)
    g_print ("\n%-20s %14s\n", "HOLD OF PERSON", "AMOUNT");
  g_print ("%-20s %14" G_GINT64_FORMAT "\n", json_object_get_string_member (hold, "person"),
           json_object_get_int_member (hold, "amount"));
}

static void
print_subject (NbInvocation *invocation, JsonObject *object)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);

  if (invocation->as_json)
    {
      json_node_set_object (node, object);
      nb_print_json (node);
      return;
    }
  json_object_foreach_member (object, print_member, NULL);
  if (json_object_has_member (object, "holds"))
    json_array_foreach_element (json_object_get_array_member (object, "holds"), print_hold, NULL);
  json_array_foreach_element (json_object_get_array_member (object, "last_bids"), print_bid, NULL);
}

NbExit
nb_cli_auction_show (NbInvocation *invocation)
{
  Subject self = { 0 };
  g_autoptr (NbHost) host = open_subject (invocation, &self);
  g_autoptr (GError) error = NULL;

  if (!host)
    return invocation->exit;
  if (nb_store_read (host->store, read_subject, &self, &error))
    print_subject (invocation, self.object);
  else
    nb_invocation_fail (invocation, error);
  g_clear_pointer (&self.object, json_object_unref);
  return error ? invocation->exit : NB_EXIT_FINE;
}

static gboolean
replay (NbTransaction *transaction, gpointer user_data, GError **error)
{
  Subject *self = user_data;
  NbWallet *wallet = nb_registry_find_service (self->host->registry, NB_TYPE_WALLET);

  g_ptr_array_set_size (self->faults, 0);
  return nb_replay_auction (transaction, self->host->registry, wallet, self->id, self->faults, error);
}

static void
print_replay (NbInvocation *invocation, Subject *self)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonArray *differences = json_array_new ();
  JsonObject *object = json_object_new ();

  for (guint i = 0; i < self->faults->len; i++)
    json_array_add_string_element (differences, self->faults->pdata[i]);
  json_object_set_boolean_member (object, "equal", self->faults->len == 0);
  json_object_set_array_member (object, "differences", differences);
  json_node_take_object (node, object);
  if (invocation->as_json)
    nb_print_json (node);
  else if (self->faults->len == 0)
    g_print ("What is stored is what the bids make.\n");
  for (guint i = 0; i < self->faults->len && !invocation->as_json; i++)
    g_print ("%s\n", (const char *)self->faults->pdata[i]);
}

NbExit
nb_cli_auction_replay (NbInvocation *invocation)
{
  g_autoptr (GPtrArray) faults = g_ptr_array_new_with_free_func (g_free);
  Subject self = { .faults = faults };
  g_autoptr (NbHost) host = open_subject (invocation, &self);
  g_autoptr (GError) error = NULL;

  if (!host)
    return invocation->exit;
  if (!nb_store_read (host->store, replay, &self, &error))
    {
      nb_invocation_fail (invocation, error);
      return invocation->exit;
    }
  print_replay (invocation, &self);
  return faults->len == 0 ? NB_EXIT_FINE : NB_EXIT_CHECK_FAILED;
}
