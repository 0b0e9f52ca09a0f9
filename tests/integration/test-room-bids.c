/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One id is one bid: over a socket, over HTTP, by both ways at once, after a reconnect, and when the socket is gone. */
#include <string.h>

#include "tests/integration/room-stage.h"
#include "tests/support/nb-test-server.h"

static void
assert_bid_count (RoomStage *self, gint64 count)
{
  g_autoptr (JsonObject) auction = room_get_auction (self, self->auction);

  g_assert_cmpint (live_get_int (auction, "bid_count"), ==, count);
}

static const char *
get_bid (JsonObject *result)
{
  return json_object_get_string_member (result, "bid_id");
}

/* The same bid over HTTP, under the same key. Returns: the answer's bid result */
static JsonObject *
bid_over_http (RoomStage *self, const char *key, gint64 amount, gboolean is_replay)
{
  g_autofree char *target = g_strdup_printf ("/api/v1/auctions/%s/bids", self->auction);
  g_autofree char *body = g_strdup_printf ("{\"amount\":%" G_GINT64_FORMAT "}", amount);
  g_autofree char *answer = live_ask (&self->site, self->minji, "POST", target, key, body);
  g_autofree char *replayed = nb_test_header (answer, "Idempotent-Replayed");

  g_assert_cmpuint (nb_test_status (answer), ==, 201);
  g_assert_cmpstr (replayed, ==, is_replay ? "true" : NULL);
  return live_read_object (answer);
}

static void
test_twice (RoomStage *self, gconstpointer data)
{
  static const char *const texts[] = { "{\"type\":\"bid\",\"id\":\"same\",\"amount\":12000}",
                                       "{\"type\":\"bid\",\"id\":\"same\",\"amount\":12000}" };
  g_autoptr (NbTestSocket) socket = room_enter (self->site.port, self->auction, self->minji);
  g_autofree char *bid = NULL;

  nb_test_socket_send_many (socket, texts, G_N_ELEMENTS (texts));
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (JsonObject) answer = nb_test_socket_await (socket, "bid_result");

      g_assert_cmpstr (room_get_refusal (answer), ==, NULL);
      if (bid == NULL)
        bid = g_strdup (get_bid (json_object_get_object_member (answer, "result")));
      g_assert_cmpstr (get_bid (json_object_get_object_member (answer, "result")), ==, bid);
    }
  assert_bid_count (self, 1);
  live_assert_wallet (&self->site, self->minji, ROOM_BALANCE - 12000, 12000);
}

static void
test_socket_then_http (RoomStage *self, gconstpointer data)
{
  g_autoptr (NbTestSocket) socket = room_enter (self->site.port, self->auction, self->minji);
  g_autoptr (JsonObject) first = room_bid_well (socket, "key", 12000);
  g_autoptr (JsonObject) second = bid_over_http (self, "key", 12000, TRUE);

  g_assert_cmpstr (get_bid (first), ==, get_bid (second));
  g_assert_cmpint (live_get_int (first, "seq"), ==, live_get_int (second, "seq"));
  assert_bid_count (self, 1);
}

static void
test_http_then_socket (RoomStage *self, gconstpointer data)
{
  g_autoptr (NbTestSocket) socket = room_enter (self->site.port, self->auction, self->minji);
  g_autoptr (JsonObject) first = bid_over_http (self, "key", 12000, FALSE);
  g_autoptr (JsonObject) second = room_bid_well (socket, "key", 12000);
  g_autoptr (JsonObject) other = NULL;

  g_assert_cmpstr (get_bid (first), ==, get_bid (second));
  assert_bid_count (self, 1);
  other = room_bid (socket, "key", 13000);
  g_assert_cmpstr (room_get_refusal (other), ==, "idempotency_key_reused");
  assert_bid_count (self, 1);
}

static void
test_reconnect (RoomStage *self, gconstpointer data)
{
  g_autofree char *bid = NULL;

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (NbTestSocket) socket = room_enter (self->site.port, self->auction, self->minji);
      g_autoptr (JsonObject) result = room_bid_well (socket, "mine", 12000);

      if (bid == NULL)
        bid = g_strdup (get_bid (result));
      g_assert_cmpstr (get_bid (result), ==, bid);
    }
  assert_bid_count (self, 1);
}

/* Another person's id is another bid. */
static void
test_ids_are_ones_own (RoomStage *self, gconstpointer data)
{
  g_autoptr (NbTestSocket) minji = room_enter (self->site.port, self->auction, self->minji);
  g_autoptr (NbTestSocket) jisoo = room_enter (self->site.port, self->auction, self->jisoo);
  g_autoptr (JsonObject) first = room_bid_well (minji, "한글 id 😀", 12000);
  g_autoptr (JsonObject) second = room_bid_well (jisoo, "한글 id 😀", 13000);

  g_assert_cmpstr (get_bid (first), !=, get_bid (second));
  assert_bid_count (self, 2);
}

/* Whoever leaves before the answer has bid all the same. */
static void
test_gone_in_flight (RoomStage *self, gconstpointer data)
{
  for (gint64 i = 0; i < 20; i++)
    {
      g_autoptr (NbTestSocket) socket = room_enter (self->site.port, self->auction, i % 2 ? self->jisoo : self->minji);
      g_autofree char *id = g_strdup_printf ("gone-%d", (int)i);

      room_send_bid (socket, id, 10000 + 1000 * i);
    }
  for (gint64 count = 0; count < 20;)
    {
      g_autoptr (JsonObject) auction = room_get_auction (self, self->auction);

      count = live_get_int (auction, "bid_count");
      g_usleep (10000);
    }
  live_assert_wallet (&self->site, self->jisoo, ROOM_BALANCE - 29000, 29000);
  live_assert_wallet (&self->site, self->minji, ROOM_BALANCE, 0);
}

/* However many are sent at once, each gets one answer under its id. */
static void
test_one_answer_each (RoomStage *self, gconstpointer data)
{
  g_autoptr (NbTestSocket) socket = room_enter (self->site.port, self->auction, self->minji);
  g_autoptr (GHashTable) open = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);

  for (gint64 i = 0; i < 300; i++)
    {
      g_hash_table_add (open, g_strdup_printf ("n-%d", (int)i));
      g_ptr_array_add (texts, g_strdup_printf ("{\"type\":\"bid\",\"id\":\"n-%d\",\"max\":%" G_GINT64_FORMAT "}",
                                               (int)i, 10000 + 1000 * i));
    }
  nb_test_socket_send_many (socket, (const char *const *)texts->pdata, texts->len);
  while (g_hash_table_size (open) > 0)
    {
      g_autoptr (JsonObject) result = nb_test_socket_await (socket, "bid_result");
      const char *refusal = room_get_refusal (result);

      g_assert_true (refusal == NULL || g_str_equal (refusal, "busy") || g_str_equal (refusal, "bid_too_low"));
      g_assert_true (g_hash_table_remove (open, json_object_get_string_member (result, "id")));
    }
}

static void
add (const char *name, void (*test) (RoomStage *, gconstpointer))
{
  for (int kind = NB_TEST_SQLITE; kind <= NB_TEST_POSTGRESQL; kind++)
    {
      g_autofree char *path = g_strdup_printf ("/room/bids/%s/%s", nb_test_database_kind_name (kind), name);

      g_test_add (path, RoomStage, GINT_TO_POINTER (kind), room_stage_set_up, test, room_stage_tear_down);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("twice-at-once-is-one", test_twice);
  add ("socket-then-http-is-one", test_socket_then_http);
  add ("http-then-socket-is-one", test_http_then_socket);
  add ("reconnect-gets-the-same-answer", test_reconnect);
  add ("ids-are-ones-own", test_ids_are_ones_own);
  add ("gone-in-flight-counts", test_gone_in_flight);
  add ("one-answer-each", test_one_answer_each);
  return g_test_run ();
}
