/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bids over a socket: each gets exactly one `bid_result`, after its commit or with what it was refused for. */
#include "nb-room-text.h"
#include "nb-rooms.h"
#include "nb-watcher.h"

#include <glib/gi18n.h>
#include <string.h>

#define ID_MAX_CHARACTERS 64
#define MAX_QUANTITY 1000000
/* Bids of one socket whose answers are awaited. */
#define MAX_BIDS 64
#define BUSY_RETRY_MS 200

typedef struct
{
  NbWatcher *watcher;
  char *id;
} Call;

static void
call_free (Call *self)
{
  nb_watcher_unref (self->watcher);
  g_free (self->id);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Call, call_free)

static GString *
begin_result (NbWatcher *self, const char *id, gboolean is_ok)
{
  GString *text = nb_room_text_begin ("bid_result", nb_market_now (self->room->rooms->market));

  nb_room_text_add_text (text, "id", id);
  g_string_append (text, is_ok ? ",\"ok\":true,\"result\":" : ",\"ok\":false,\"error\":{");
  return text;
}

static void
send_refusal (NbWatcher *self, const char *id, const GError *error)
{
  g_autofree char *detail = NULL;
  GString *text;

  if (self->socket == NULL)
    return;
  detail = nb_socket_tell_error (self->socket, error);
  text = begin_result (self, id, FALSE);
  nb_room_text_add_error (text, error, detail);
  g_string_append_c (text, '}');
  nb_watcher_send (self, nb_room_text_end (text));
}

/* The bid stands, or is refused, also when the bidder's socket is gone. */
static void
on_bid (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Call) call = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *answer = nb_market_bid_finish (NB_MARKET (source), result, &error);
  NbWatcher *watcher = call->watcher;
  GString *text;

  watcher->n_bids--;
  if (answer == NULL)
    {
      send_refusal (watcher, call->id, error);
      return;
    }
  if (watcher->socket == NULL)
    return;
  text = begin_result (watcher, call->id, TRUE);
  g_string_append (text, answer);
  nb_watcher_send (watcher, nb_room_text_end (text));
}

/* Returns: (transfer none) (nullable): the client's own id of the bid */
static const char *
get_id (JsonObject *message, GError **error)
{
  JsonNode *node = json_object_get_member (message, "id");
  const gboolean is_text
      = node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING;
  const char *id = is_text ? json_node_get_string (node) : "";
  gboolean is_valid = *id != '\0' && g_utf8_strlen (id, -1) <= ID_MAX_CHARACTERS;

  for (const char *p = id; is_valid && *p != '\0'; p = g_utf8_next_char (p))
    is_valid = !g_unichar_iscntrl (g_utf8_get_char (p));
  if (is_valid)
    return id;
  nb_set_error (error, NB_ERROR_VALIDATION_FAILED, N_ ("a bid needs an id: a text of 1 to 64 characters"), NULL);
  if (error != NULL)
    nb_error_set_field (*error, "id");
  return NULL;
}

static gboolean
take_integer (JsonNode *node, gint64 maximum, gint64 *value)
{
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_INT64)
    return FALSE;
  *value = json_node_get_int (node);
  return *value >= 1 && *value <= maximum;
}

/* What nearly every bid is; its id was looked at. FALSE for whatever needs more words. */
static gboolean
take_plain_bid (JsonObject *message, NbMarketBid *bid)
{
  guint n_amounts = 0;
  JsonObjectIter iter;
  const char *name;
  JsonNode *node;

  bid->kind = NB_BID_AMOUNT;
  bid->quantity = 1;
  json_object_iter_init (&iter, message);
  while (json_object_iter_next (&iter, &name, &node))
    {
      if (strcmp (name, "type") == 0 || strcmp (name, "id") == 0)
        continue;
      if (strcmp (name, "max") == 0)
        bid->kind = NB_BID_MAX;
      else if (strcmp (name, "amount") != 0)
        return FALSE;
      n_amounts++;
      if (!take_integer (node, NB_MONEY_MAX_OPERATION, &bid->amount))
        return FALSE;
    }
  return n_amounts == 1;
}

static gboolean
read_bid (JsonObject *message, NbMarketBid *bid, GError **error)
{
  static const NbField fields[] = {
    { "type", NB_FIELD_TEXT, TRUE, 0, 0 },
    { "id", NB_FIELD_TEXT, TRUE, 0, 0 },
    { "amount", NB_FIELD_MONEY, FALSE, 0, 0 },
    { "max", NB_FIELD_MONEY, FALSE, 0, 0 },
    { "quantity", NB_FIELD_INT, FALSE, 1, MAX_QUANTITY },
  };
  g_autoptr (JsonObject) checked = NULL;

  if (take_plain_bid (message, bid))
    return TRUE;
  checked = nb_json_check_fields (message, fields, G_N_ELEMENTS (fields), error);
  if (checked == NULL)
    return FALSE;
  if (json_object_has_member (checked, "amount") == json_object_has_member (checked, "max"))
    {
      nb_set_error (error, NB_ERROR_VALIDATION_FAILED, N_ ("a bid names either an amount or a maximum"), NULL);
      if (error != NULL)
        nb_error_set_field (*error, "amount");
      return FALSE;
    }
  bid->kind = json_object_has_member (checked, "max") ? NB_BID_MAX : NB_BID_AMOUNT;
  bid->amount = json_object_get_int_member (checked, bid->kind == NB_BID_MAX ? "max" : "amount");
  bid->quantity = json_object_get_int_member_with_default (checked, "quantity", 1);
  return TRUE;
}

static gboolean
check_may_bid (NbWatcher *self, GError **error)
{
  guint wait;

  if (nb_socket_get_person (self->socket) == 0)
    {
      if (!nb_watcher_take_command (self, error))
        return FALSE;
      nb_set_error (error, NB_ERROR_NOT_SIGNED_IN, N_ ("sign in to bid"), NULL);
      return FALSE;
    }
  if (self->n_bids >= MAX_BIDS)
    {
      nb_set_error (error, NB_ERROR_BUSY, N_ ("too many of your bids wait for their answers"), NULL);
      if (error != NULL)
        nb_error_set_retry_after (*error, BUSY_RETRY_MS);
      return FALSE;
    }
  wait = nb_socket_take_write (self->socket);
  if (wait == 0)
    return TRUE;
  g_propagate_error (error, nb_watcher_refuse_rate (self, wait));
  return FALSE;
}

gboolean
nb_watcher_bid (NbWatcher *self, JsonObject *message, GError **error)
{
  const char *id = get_id (message, error);
  NbMarketBid bid = { .auction = self->room->auction, .key = id };
  g_autoptr (GError) fault = NULL;
  Call *call;

  if (id == NULL)
    return FALSE;
  if (!check_may_bid (self, &fault) || !read_bid (message, &bid, &fault))
    {
      send_refusal (self, id, fault);
      return TRUE;
    }
  bid.person = nb_socket_get_person (self->socket);
  call = g_new0 (Call, 1);
  call->watcher = nb_watcher_ref (self);
  call->id = g_strdup (id);
  self->n_bids++;
  nb_market_bid_async (self->room->rooms->market, &bid, on_bid, call);
  return TRUE;
}
