/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bidders who bid on as soon as they are answered, and watchers who hold a room to what it says. */
#include "tests/integration/room-storm.h"

#include <poll.h>
#include <string.h>

#define PATIENCE (60 * G_USEC_PER_SEC)
/* What the storm waits for is asked of the server, which has bids to do. */
#define ASK_PAUSE (G_USEC_PER_SEC / 5)

typedef struct
{
  NbTestSocket *socket;
  char *id; /* (nullable): of the bid whose answer is awaited */
} Bidder;

typedef struct
{
  NbTestSocket *socket;
  gint64 seq; /* -1 before its hello */
  gint64 price;
  char *leader; /* (nullable) */
} Watcher;

static void
bidder_free (gpointer data)
{
  Bidder *self = data;

  nb_test_socket_free (self->socket);
  g_free (self->id);
  g_free (self);
}

static void
watcher_free (gpointer data)
{
  Watcher *self = data;

  nb_test_socket_free (self->socket);
  g_free (self->leader);
  g_free (self);
}

RoomStorm *
room_storm_new (RoomStage *stage)
{
  RoomStorm *self = g_new0 (RoomStorm, 1);

  self->stage = stage;
  self->min_next = 10000;
  self->bidders = g_ptr_array_new_with_free_func (bidder_free);
  self->watchers = g_ptr_array_new_with_free_func (watcher_free);
  return self;
}

void
room_storm_free (RoomStorm *self)
{
  g_ptr_array_unref (self->bidders);
  g_ptr_array_unref (self->watchers);
  g_free (self);
}

void
room_storm_add_bidders (RoomStorm *self, guint16 port, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      Bidder *bidder = g_new0 (Bidder, 1);

      bidder->socket = room_enter (port, self->stage->auction, i % 2 ? self->stage->jisoo : self->stage->minji);
      g_ptr_array_add (self->bidders, bidder);
    }
}

void
room_storm_add_watchers (RoomStorm *self, guint16 port, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      Watcher *watcher = g_new0 (Watcher, 1);

      watcher->socket = room_watch (port, self->stage->auction, i % 4 ? NULL : self->stage->jisoo);
      watcher->seq = -1;
      g_ptr_array_add (self->watchers, watcher);
    }
}

static JsonObject *
read_message (const char *text)
{
  g_autoptr (JsonNode) node = json_from_string (text, NULL);

  g_assert_true (node != NULL && JSON_NODE_HOLDS_OBJECT (node));
  return json_node_dup_object (node);
}

static gboolean
has_type (JsonObject *message, const char *type)
{
  return g_str_equal (json_object_get_string_member (message, "type"), type);
}

static void
take_answer (RoomStorm *self, Bidder *bidder, JsonObject *message)
{
  const gboolean is_ok = json_object_get_boolean_member (message, "ok");
  JsonObject *told = json_object_get_object_member (message, is_ok ? "result" : "error");

  g_assert_cmpstr (json_object_get_string_member (message, "id"), ==, bidder->id);
  g_clear_pointer (&bidder->id, g_free);
  self->n_answered++;
  self->n_accepted += is_ok ? 1 : 0;
  if (!is_ok && !g_str_equal (room_get_refusal (message), "bid_too_low")
      && !g_str_equal (room_get_refusal (message), "busy"))
    g_error ("a bid was refused with %s", room_get_refusal (message));
  self->min_next = MAX (self->min_next, json_object_get_int_member_with_default (told, "min_next", 0));
}

static void
turn_bidder (RoomStorm *self, Bidder *bidder, gboolean may_bid)
{
  char *text;

  while ((text = nb_test_socket_poll (bidder->socket)) != NULL)
    {
      g_autoptr (JsonObject) message = read_message (text);

      if (has_type (message, "bid_result"))
        take_answer (self, bidder, message);
      g_free (text);
    }
  if (!may_bid || bidder->id != NULL || bidder->socket->is_over)
    return;
  bidder->id = g_strdup_printf ("storm-%u", self->n_sent++);
  room_send_bid (bidder->socket, bidder->id, self->min_next);
}

static void
take_state (RoomStorm *self, Watcher *watcher, JsonObject *state, gint64 seq)
{
  JsonObject *leader
      = json_object_get_null_member (state, "leader") ? NULL : json_object_get_object_member (state, "leader");
  const gint64 price = json_object_get_null_member (state, "price") ? 0 : live_get_int (state, "price");

  g_assert_cmpint (seq, >, watcher->seq);
  g_assert_cmpint (price, >=, watcher->price);
  watcher->seq = seq;
  watcher->price = price;
  g_free (watcher->leader);
  watcher->leader = leader != NULL ? g_strdup (json_object_get_string_member (leader, "id")) : NULL;
}

static void
turn_watcher (RoomStorm *self, Watcher *watcher)
{
  char *text;

  while ((text = nb_test_socket_poll (watcher->socket)) != NULL)
    {
      g_autoptr (JsonObject) message = read_message (text);

      if (has_type (message, "hello"))
        {
          g_assert_cmpint (watcher->seq, ==, -1);
          take_state (self, watcher, json_object_get_object_member (message, "auction"), live_get_int (message, "seq"));
        }
      else if (has_type (message, "state"))
        {
          g_assert_cmpint (watcher->seq, >=, 0);
          take_state (self, watcher, message, live_get_int (message, "seq"));
        }
      g_free (text);
    }
}

/* Sleeps until something is there to be read, or a little. */
static void
wait_a_little (RoomStorm *self)
{
  g_autoptr (GArray) pollers = g_array_new (FALSE, FALSE, sizeof (struct pollfd));

  for (guint i = 0; i < self->bidders->len; i++)
    {
      struct pollfd poller = { .fd = ((Bidder *)self->bidders->pdata[i])->socket->fd, .events = POLLIN };

      g_array_append_val (pollers, poller);
    }
  poll ((struct pollfd *)pollers->data, pollers->len, 10);
}

static void
turn (RoomStorm *self, gboolean may_bid)
{
  wait_a_little (self);
  for (guint i = 0; i < self->bidders->len; i++)
    turn_bidder (self, self->bidders->pdata[i], may_bid);
  for (guint i = 0; i < self->watchers->len; i++)
    turn_watcher (self, self->watchers->pdata[i]);
  for (guint i = self->bidders->len; i > 0; i--)
    if (((Bidder *)self->bidders->pdata[i - 1])->socket->is_over)
      g_ptr_array_remove_index (self->bidders, i - 1);
  for (guint i = self->watchers->len; i > 0; i--)
    {
      const NbTestSocket *socket = ((Watcher *)self->watchers->pdata[i - 1])->socket;

      if (!socket->is_over)
        continue;
      self->n_closed++;
      self->last_close_code = socket->close_code;
      g_ptr_array_remove_index (self->watchers, i - 1);
    }
}

void
room_storm_turn (RoomStorm *self)
{
  turn (self, TRUE);
}

void
room_storm_accept (RoomStorm *self, guint n_more)
{
  const gint64 deadline = g_get_monotonic_time () + PATIENCE;
  const guint target = self->n_accepted + n_more;

  while (self->n_accepted < target)
    {
      if (g_get_monotonic_time () > deadline)
        g_error ("only %u bids were accepted of %u", self->n_accepted, target);
      turn (self, TRUE);
    }
}

void
room_storm_until (RoomStorm *self, gboolean (*condition) (gpointer user_data), gpointer user_data)
{
  const gint64 deadline = g_get_monotonic_time () + PATIENCE;

  while (!condition (user_data))
    {
      const gint64 ask_again_at = g_get_monotonic_time () + ASK_PAUSE;

      if (ask_again_at > deadline)
        g_error ("what the storm waited for didn't come");
      while (g_get_monotonic_time () < ask_again_at)
        turn (self, TRUE);
    }
}

static guint
count_awaited (RoomStorm *self)
{
  guint n = 0;

  for (guint i = 0; i < self->bidders->len; i++)
    n += ((Bidder *)self->bidders->pdata[i])->id != NULL;
  return n;
}

void
room_storm_calm (RoomStorm *self)
{
  const gint64 deadline = g_get_monotonic_time () + PATIENCE;

  while (count_awaited (self) > 0)
    {
      if (g_get_monotonic_time () > deadline)
        g_error ("%u bids have no answer", count_awaited (self));
      turn (self, FALSE);
    }
}

static gboolean
shows (const Watcher *watcher, gint64 seq, gint64 price, const char *leader)
{
  return watcher->seq == seq && watcher->price == price && g_strcmp0 (watcher->leader, leader) == 0;
}

gint64
room_storm_agree (RoomStorm *self)
{
  const gint64 begin = g_get_monotonic_time ();
  g_autoptr (JsonObject) auction = room_get_auction (self->stage, self->stage->auction);
  const char *leader = json_object_get_string_member (json_object_get_object_member (auction, "leader"), "id");
  const gint64 seq = live_get_int (auction, "seq");
  const gint64 price = live_get_int (auction, "price");
  guint n;

  do
    {
      n = 0;
      turn (self, FALSE);
      for (guint i = 0; i < self->watchers->len; i++)
        n += shows (self->watchers->pdata[i], seq, price, leader) ? 1 : 0;
      if (g_get_monotonic_time () > begin + PATIENCE)
        g_error ("%u of %u watchers show the database's state", n, self->watchers->len);
    }
  while (n < self->watchers->len);
  return g_get_monotonic_time () - begin;
}
