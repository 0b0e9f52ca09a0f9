/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a live room says and takes, message by message, from the real program on both databases. */
#include <string.h>

#include "tests/integration/room-stage.h"
#include "tests/support/nb-test-server.h"

static JsonObject *
get_object (JsonObject *object, const char *name)
{
  g_assert_true (json_object_has_member (object, name));
  return json_object_get_object_member (object, name);
}

static void
assert_text (JsonObject *object, const char *name, const char *expected)
{
  g_assert_true (json_object_has_member (object, name));
  g_assert_cmpstr (json_object_get_string_member (object, name), ==, expected);
}

/* Every message says what it is and when. */
static void
assert_stamped (JsonObject *message)
{
  const char *time = json_object_get_string_member (message, "server_time");

  g_assert_cmpuint (strlen (time), ==, strlen ("2026-11-21T04:38:21.123Z"));
  g_assert_true (g_str_has_suffix (time, "Z") && time[19] == '.');
}

static void
test_hello_signed_out (RoomStage *self, gconstpointer data)
{
  g_autoptr (NbTestSocket) socket = room_watch (self->site.port, self->auction, NULL);
  g_autoptr (JsonObject) hello = nb_test_socket_next (socket);
  g_autoptr (JsonObject) shown = room_get_auction (self, self->auction);
  JsonObject *auction = get_object (hello, "auction");

  assert_stamped (hello);
  assert_text (hello, "type", "hello");
  g_assert_true (json_object_get_null_member (hello, "you"));
  g_assert_cmpint (live_get_int (hello, "heartbeat_s"), ==, 25);
  g_assert_cmpint (live_get_int (hello, "seq"), ==, live_get_int (auction, "seq"));
  assert_text (auction, "id", self->auction);
  assert_text (auction, "type", "national");
  assert_text (auction, "status", "open");
  json_object_remove_member (shown, "server_time");
  g_assert_cmpuint (json_object_get_size (auction), ==, json_object_get_size (shown));
  g_assert_cmpint (live_get_int (auction, "min_next"), ==, 10000);
}

static void
test_hello_signed_in (RoomStage *self, gconstpointer data)
{
  g_autoptr (NbTestSocket) first = room_enter (self->site.port, self->auction, self->minji);
  g_autoptr (JsonObject) result = room_bid_well (first, "first", 12000);
  g_autoptr (NbTestSocket) socket = room_watch (self->site.port, self->auction, self->minji);
  g_autoptr (JsonObject) hello = nb_test_socket_next (socket);
  JsonObject *you = get_object (hello, "you");

  assert_text (you, "id", self->minji->id);
  assert_text (you, "nickname", "minji");
  g_assert_cmpint (live_get_int (you, "hold"), ==, 12000);
  g_assert_cmpint (live_get_int (hello, "seq"), >=, live_get_int (result, "seq"));
}

/* What is sent behind the handshake waits for the greeting, in order. */
static void
test_early_messages (RoomStage *self, gconstpointer data)
{
  static const char *const early[]
      = { "{\"type\":\"ping\",\"t\":1}", "{\"type\":\"bid\",\"id\":\"e\",\"amount\":10000}",
          "{\"type\":\"ping\",\"t\":2}" };
  g_autoptr (NbTestSocket) socket = room_watch (self->site.port, self->auction, self->minji);
  g_autoptr (JsonObject) hello = NULL;
  g_autoptr (JsonObject) pong = NULL;
  g_autoptr (JsonObject) second = NULL;
  g_autoptr (JsonObject) result = NULL;

  nb_test_socket_send_many (socket, early, G_N_ELEMENTS (early));
  hello = nb_test_socket_next (socket);
  assert_text (hello, "type", "hello");
  pong = nb_test_socket_await (socket, "pong");
  g_assert_cmpint (live_get_int (pong, "t"), ==, 1);
  second = nb_test_socket_await (socket, "pong");
  g_assert_cmpint (live_get_int (second, "t"), ==, 2);
  result = nb_test_socket_await (socket, "bid_result");
  assert_text (result, "id", "e");
  g_assert_true (json_object_get_boolean_member (result, "ok"));
}

static void
assert_state (JsonObject *state, const LivePerson *leader, gint64 price, gint64 bid_count)
{
  JsonObject *last = get_object (state, "last_bid");

  assert_stamped (state);
  g_assert_cmpint (live_get_int (state, "price"), ==, price);
  g_assert_cmpint (live_get_int (state, "min_next"), ==, price + 1000);
  g_assert_cmpint (live_get_int (state, "bid_count"), ==, bid_count);
  assert_text (state, "status", "open");
  assert_text (get_object (state, "leader"), "id", leader->id);
  g_assert_true (json_object_has_member (state, "ends_at"));
  g_assert_true (json_object_has_member (state, "reserve_met"));
  assert_text (get_object (last, "bidder"), "id", leader->id);
  g_assert_cmpint (live_get_int (last, "amount"), ==, price);
  g_assert_true (json_object_has_member (last, "seq") && json_object_has_member (last, "at"));
}

static void
test_bid_and_state (RoomStage *self, gconstpointer data)
{
  g_autoptr (NbTestSocket) watcher = room_enter (self->site.port, self->auction, NULL);
  g_autoptr (NbTestSocket) bidder = room_enter (self->site.port, self->auction, self->minji);
  g_autoptr (JsonObject) result = room_bid_well (bidder, "one", 12000);
  g_autoptr (JsonObject) state = room_await_seq (watcher, live_get_int (result, "seq"));
  g_autoptr (JsonObject) refused = NULL;
  JsonObject *error;

  assert_state (state, self->minji, 12000, 1);
  assert_text (result, "auction_id", self->auction);
  assert_text (result, "status", "leading");
  g_assert_cmpint (live_get_int (result, "hold"), ==, 12000);
  g_assert_cmpint (live_get_int (result, "amount"), ==, 12000);
  g_assert_true (json_object_has_member (result, "bid_id") && json_object_has_member (result, "ends_at"));
  refused = room_bid (bidder, "two", 12000);
  g_assert_cmpstr (room_get_refusal (refused), ==, "bid_too_low");
  error = get_object (refused, "error");
  g_assert_cmpint (live_get_int (error, "min_next"), ==, 13000);
  g_assert_cmpint (live_get_int (error, "current_price"), ==, 12000);
  g_assert_true (json_object_has_member (error, "detail"));
}

static void
test_max_bid (RoomStage *self, gconstpointer data)
{
  g_autoptr (NbTestSocket) minji = room_enter (self->site.port, self->auction, self->minji);
  g_autoptr (NbTestSocket) jisoo = room_enter (self->site.port, self->auction, self->jisoo);
  g_autoptr (JsonObject) first = NULL;
  g_autoptr (JsonObject) second = NULL;
  g_autoptr (JsonObject) state = NULL;

  nb_test_socket_send (minji, "{\"type\":\"bid\",\"id\":\"m\",\"max\":50000}");
  first = nb_test_socket_await (minji, "bid_result");
  g_assert_cmpint (live_get_int (get_object (first, "result"), "hold"), ==, 50000);
  second = room_bid_well (jisoo, "a", 20000);
  assert_text (second, "status", "outbid");
  state = room_await_seq (minji, live_get_int (second, "seq"));
  g_assert_cmpint (live_get_int (state, "price"), ==, 21000);
  assert_text (get_object (state, "leader"), "id", self->minji->id);
}

/* Bids that are refused before anyone looks at the auction, with the field at fault. */
static const struct
{
  const char *members;
  const char *code;
  const char *field; /* (nullable) */
} wrong_bids[] = {
  { "\"amount\":\"12000\"", "validation_failed", "amount" },
  { "\"amount\":1e4", "validation_failed", "amount" },
  { "\"amount\":12000.5", "validation_failed", "amount" },
  { "\"amount\":0", "validation_failed", "amount" },
  { "\"amount\":-1", "validation_failed", "amount" },
  { "\"amount\":9223372036854775808", "validation_failed", "amount" },
  { "\"amount\":9007199254740993", "validation_failed", "amount" },
  { "\"max\":[12000]", "validation_failed", "max" },
  { "\"amount\":12000,\"max\":13000", "validation_failed", "amount" },
  { "\"amount\":null", "validation_failed", "amount" },
  { "\"amount\":12000,\"quantity\":0", "validation_failed", "quantity" },
  { "\"amount\":12000,\"person\":\"1\"", "validation_failed", "person" },
  { "\"amount\":12500", "not_a_multiple_of_step", "amount" },
  { "\"amount\":999999000", "insufficient_funds", NULL },
};

static void
test_wrong_bids (RoomStage *self, gconstpointer data)
{
  g_autoptr (NbTestSocket) socket = room_enter (self->site.port, self->auction, self->minji);
  g_autoptr (NbTestSocket) seller = room_enter (self->site.port, self->auction, self->seller);
  g_autoptr (JsonObject) own = room_bid (seller, "mine", 12000);
  g_autoptr (JsonObject) auction = NULL;

  g_assert_cmpstr (room_get_refusal (own), ==, "seller_cannot_bid");
  for (guint i = 0; i < G_N_ELEMENTS (wrong_bids); i++)
    {
      g_autofree char *text = g_strdup_printf ("{\"type\":\"bid\",\"id\":\"w-%u\",%s}", i, wrong_bids[i].members);
      g_autofree char *id = g_strdup_printf ("w-%u", i);
      g_autoptr (JsonObject) result = NULL;

      g_test_message ("%s", text);
      nb_test_socket_send (socket, text);
      result = nb_test_socket_await (socket, "bid_result");
      assert_text (result, "id", id);
      g_assert_cmpstr (room_get_refusal (result), ==, wrong_bids[i].code);
      if (wrong_bids[i].field != NULL)
        assert_text (get_object (result, "error"), "field", wrong_bids[i].field);
    }
  auction = room_get_auction (self, self->auction);
  g_assert_cmpint (live_get_int (auction, "bid_count"), ==, 0);
}

static void
test_signed_out_bid (RoomStage *self, gconstpointer data)
{
  g_autoptr (NbTestSocket) socket = room_enter (self->site.port, self->auction, NULL);
  g_autoptr (JsonObject) result = room_bid (socket, "x", 12000);

  g_assert_cmpstr (room_get_refusal (result), ==, "not_signed_in");
}

/* What is no message, one to a connection's end. */
static const struct
{
  const char *text;
  const char *code;
  const char *field; /* (nullable) */
} faults[] = {
  { "", "malformed_json", NULL },
  { "hello", "malformed_json", NULL },
  { "[]", "malformed_json", NULL },
  { "{\"type\":\"ping\"", "malformed_json", NULL },
  { "{\"type\":\"ping\",\"type\":\"ping\"}", "malformed_json", NULL },
  { "{}", "validation_failed", "type" },
  { "{\"type\":\"dance\"}", "validation_failed", "type" },
  { "{\"type\":7}", "validation_failed", "type" },
  { "{\"type\":\"ping\",\"seq\":1}", "validation_failed", "seq" },
  { "{\"type\":\"ping\",\"t\":{}}", "validation_failed", "t" },
  { "{\"type\":\"resync\",\"seq\":1}", "validation_failed", "seq" },
  { "{\"type\":\"bid\",\"amount\":12000}", "validation_failed", "id" },
  { "{\"type\":\"bid\",\"id\":\"\",\"amount\":12000}", "validation_failed", "id" },
  { "{\"type\":\"bid\",\"id\":7,\"amount\":12000}", "validation_failed", "id" },
  { "{\"type\":\"bid\",\"id\":\"a\\nb\",\"amount\":12000}", "validation_failed", "id" },
  { "{\"type\":\"bid\",\"id\":\"0123456789012345678901234567890123456789012345678901234567890123-\",\"amount\":12000}",
    "validation_failed", "id" },
};

static void
test_faults (RoomStage *self, gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      g_autoptr (NbTestSocket) socket = room_enter (self->site.port, self->auction, self->minji);
      g_autoptr (JsonObject) error = NULL;
      g_autoptr (JsonObject) pong = NULL;

      g_test_message ("%s", faults[i].text);
      nb_test_socket_send (socket, faults[i].text);
      error = nb_test_socket_await (socket, "error");
      assert_stamped (error);
      assert_text (error, "code", faults[i].code);
      g_assert_true (json_object_has_member (error, "detail"));
      if (faults[i].field != NULL)
        assert_text (error, "field", faults[i].field);
      nb_test_socket_send (socket, "{\"type\":\"ping\"}");
      pong = nb_test_socket_await (socket, "pong");
      g_assert_true (json_object_get_null_member (pong, "t"));
    }
}

static void
test_fifth_fault (RoomStage *self, gconstpointer data)
{
  g_autoptr (NbTestSocket) socket = room_enter (self->site.port, self->auction, NULL);

  for (guint i = 0; i < 5; i++)
    {
      g_autoptr (JsonObject) error = NULL;

      nb_test_socket_send (socket, "?");
      error = nb_test_socket_await (socket, "error");
      assert_text (error, "code", "malformed_json");
    }
  nb_test_socket_assert_closed (socket, 1008);
}

static void
test_frames_that_close (RoomStage *self, gconstpointer data)
{
  g_autoptr (NbTestSocket) binary = room_enter (self->site.port, self->auction, NULL);
  g_autoptr (NbTestSocket) large = room_enter (self->site.port, self->auction, NULL);
  g_autoptr (NbTestSocket) garbled = room_enter (self->site.port, self->auction, NULL);
  g_autofree char *text = g_strnfill (4097, ' ');

  nb_test_socket_send_frame (binary, 2, "{}", 2);
  nb_test_socket_assert_closed (binary, 1003);
  nb_test_socket_send (large, text);
  nb_test_socket_assert_closed (large, 1009);
  nb_test_socket_send (garbled, "\xff");
  nb_test_socket_assert_closed (garbled, 1007);
}

static void
assert_pong (NbTestSocket *socket, const char *time, const char *expected)
{
  g_autofree char *text = g_strdup_printf ("{\"type\":\"ping\",\"t\":%s}", time);
  g_autofree char *answer = NULL;
  g_autofree char *member = g_strdup_printf (",\"t\":%s}", expected);

  nb_test_socket_send (socket, text);
  do
    {
      g_free (answer);
      answer = nb_test_socket_receive (socket);
      g_assert_nonnull (answer);
    }
  while (strstr (answer, "\"pong\"") == NULL);
  g_assert_true (g_str_has_suffix (answer, member));
}

static void
test_ping (RoomStage *self, gconstpointer data)
{
  g_autoptr (NbTestSocket) socket = room_enter (self->site.port, self->auction, NULL);

  assert_pong (socket, "1763700000000", "1763700000000");
  assert_pong (socket, "1234.5", "1234.5");
  assert_pong (socket, "\"a\\\"b\"", "\"a\\\"b\"");
  assert_pong (socket, "null", "null");
}

static void
test_resync (RoomStage *self, gconstpointer data)
{
  g_autoptr (NbTestSocket) bidder = room_enter (self->site.port, self->auction, self->minji);
  g_autoptr (JsonObject) result = room_bid_well (bidder, "a", 12000);
  g_autoptr (NbTestSocket) socket = room_enter (self->site.port, self->auction, NULL);
  g_autoptr (JsonObject) state = NULL;

  nb_test_socket_send (socket, "{\"type\":\"resync\"}");
  state = nb_test_socket_await (socket, "state");
  g_assert_cmpint (live_get_int (state, "seq"), ==, live_get_int (result, "seq"));
  assert_state (state, self->minji, 12000, 1);
}

static void
test_close_codes (RoomStage *self, gconstpointer data)
{
  g_autofree char *local = room_list (self, "local", 3600);
  g_autoptr (NbTestSocket) unknown = room_watch (self->site.port, "12345", NULL);
  g_autoptr (NbTestSocket) known = room_watch (self->site.port, "12345", self->minji);
  g_autoptr (NbTestSocket) silent = room_watch (self->site.port, local, self->minji);
  guint status;

  nb_test_socket_assert_closed (unknown, 4404);
  nb_test_socket_assert_closed (known, 4404);
  nb_test_socket_assert_closed (silent, 4410);
  g_assert_null (nb_test_socket_try (self->site.port, "/ws/auctions/chair", NULL, &status));
  g_assert_cmpuint (status, ==, 404);
}

static void
test_sign_out (RoomStage *self, gconstpointer data)
{
  g_autoptr (NbTestSocket) socket = room_enter (self->site.port, self->auction, self->minji);
  g_autoptr (NbTestSocket) other = room_enter (self->site.port, self->auction, self->jisoo);
  g_autofree char *answer = live_ask (&self->site, self->minji, "DELETE", "/api/v1/sessions/current", NULL, NULL);
  g_autoptr (JsonObject) result = NULL;

  g_assert_cmpuint (nb_test_status (answer), ==, 204);
  nb_test_socket_assert_closed (socket, 4401);
  result = room_bid_well (other, "still", 10000);
}

/* Everyone is told the end once, right after its state; who comes later is told it behind the greeting. */
static void
assert_end (NbTestSocket *socket, const LivePerson *winner, gint64 price)
{
  g_autoptr (JsonObject) ended = nb_test_socket_await (socket, "ended");

  assert_stamped (ended);
  assert_text (ended, "status", winner != NULL ? "sold" : "unsold");
  g_assert_true (json_object_has_member (ended, "seq"));
  if (winner == NULL)
    {
      g_assert_true (json_object_get_null_member (ended, "winner"));
      g_assert_true (json_object_get_null_member (ended, "price"));
      return;
    }
  assert_text (get_object (ended, "winner"), "id", winner->id);
  g_assert_cmpint (live_get_int (ended, "price"), ==, price);
}

static void
test_end (RoomStage *self, gconstpointer data)
{
  g_autofree char *short_one = room_list (self, "national", 8);
  g_autofree char *unwanted = room_list (self, "national", 4);
  g_autoptr (NbTestSocket) bidder = room_enter (self->site.port, short_one, self->minji);
  g_autoptr (NbTestSocket) watcher = room_enter (self->site.port, short_one, NULL);
  g_autoptr (NbTestSocket) bored = room_enter (self->site.port, unwanted, NULL);
  g_autoptr (NbTestSocket) late = NULL;
  g_autoptr (JsonObject) result = room_bid_well (bidder, "a", 15000);
  g_autoptr (JsonObject) refused = NULL;
  g_autofree char *next = NULL;

  assert_end (watcher, self->minji, 15000);
  assert_end (bidder, self->minji, 15000);
  assert_end (bored, NULL, 0);
  late = room_enter (self->site.port, short_one, self->jisoo);
  assert_end (late, self->minji, 15000);
  refused = room_bid (late, "late", 20000);
  g_assert_cmpstr (room_get_refusal (refused), ==, "auction_ended");
  nb_test_socket_send (late, "{\"type\":\"resync\"}");
  do
    {
      g_free (next);
      next = nb_test_socket_receive (late);
      g_assert_nonnull (next);
    }
  while (strstr (next, "\"type\":\"state\"") == NULL);
  g_assert_nonnull (strstr (next, "\"status\":\"sold\""));
  assert_end (late, self->minji, 15000);
  /* Exactly once: what follows the end is the answer to a question, and nothing else. */
  nb_test_socket_send (watcher, "{\"type\":\"ping\",\"t\":5}");
  g_free (next);
  for (next = nb_test_socket_receive (watcher); strstr (next, "\"pong\"") == NULL;
       next = nb_test_socket_receive (watcher))
    {
      g_assert_null (strstr (next, "\"ended\""));
      g_free (next);
    }
}

/* Waits for a count of @count. */
static void
await_count (NbTestSocket *socket, gint64 count)
{
  gint64 now;

  do
    {
      g_autoptr (JsonObject) watchers = nb_test_socket_await (socket, "watchers");

      assert_stamped (watchers);
      now = live_get_int (watchers, "count");
    }
  while (now != count);
}

static void
test_watchers (RoomStage *self, gconstpointer data)
{
  g_autoptr (NbTestSocket) first = room_enter (self->site.port, self->auction, NULL);

  await_count (first, 1);
  {
    g_autoptr (NbTestSocket) second = room_enter (self->site.port, self->auction, self->minji);

    await_count (first, 2);
    await_count (second, 2);
  }
  await_count (first, 1);
}

static void
set_up_limited (RoomStage *self, gconstpointer data)
{
  static const char *const sets[] = { "plugin auction-national.watchers-max=2", "plugin auction-national.heartbeat=7s",
                                      "plugin auction-national.room-interval=0ms", NULL };

  room_stage_set_up_with (self, (NbTestDatabaseKind)GPOINTER_TO_INT (data), sets);
}

static void
test_settings (RoomStage *self, gconstpointer data)
{
  g_autoptr (NbTestSocket) first = room_watch (self->site.port, self->auction, NULL);
  g_autoptr (NbTestSocket) second = room_enter (self->site.port, self->auction, self->minji);
  g_autoptr (NbTestSocket) third = room_watch (self->site.port, self->auction, NULL);
  g_autoptr (JsonObject) hello = nb_test_socket_next (first);

  g_assert_cmpint (live_get_int (hello, "heartbeat_s"), ==, 7);
  nb_test_socket_assert_closed (third, 1013);
  /* Without an interval no state is merged with another: each seq is told. */
  for (gint64 i = 0; i < 5; i++)
    {
      g_autofree char *id = g_strdup_printf ("b-%d", (int)i);
      g_autoptr (JsonObject) result = room_bid_well (second, id, 10000 + 1000 * i);
      g_autoptr (JsonObject) state = nb_test_socket_await (first, "state");

      g_assert_cmpint (live_get_int (state, "seq"), ==, live_get_int (result, "seq"));
    }
}

static void
test_command_flood (RoomStage *self, gconstpointer data)
{
  const char *pings[300];
  g_autoptr (NbTestSocket) socket = room_enter (self->site.port, self->auction, NULL);
  g_autoptr (JsonObject) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (pings); i++)
    pings[i] = "{\"type\":\"ping\"}";
  nb_test_socket_send_many (socket, pings, 60);
  error = nb_test_socket_await (socket, "error");
  assert_text (error, "code", "rate_limited");
  g_assert_cmpint (live_get_int (error, "retry_after_ms"), >, 0);
  for (guint i = 0; i < 20; i++)
    nb_test_socket_send_many (socket, pings, G_N_ELEMENTS (pings));
  nb_test_socket_assert_closed (socket, 1008);
}

static void
set_up_rated (RoomStage *self, gconstpointer data)
{
  static const char *const sets[] = { "limits.writes-per-second=20", NULL };

  room_stage_set_up_with (self, (NbTestDatabaseKind)GPOINTER_TO_INT (data), sets);
}

/* Bids over a socket count like those over HTTP, and each gets its result all the same. */
static void
test_bid_rate (RoomStage *self, gconstpointer data)
{
  g_autoptr (NbTestSocket) socket = room_enter (self->site.port, self->auction, self->minji);
  guint n_limited = 0;

  for (guint i = 0; i < 60; i++)
    {
      g_autofree char *id = g_strdup_printf ("r-%u", i);

      room_send_bid (socket, id, 10000);
    }
  for (guint i = 0; i < 60; i++)
    {
      g_autoptr (JsonObject) result = nb_test_socket_await (socket, "bid_result");

      if (g_strcmp0 (room_get_refusal (result), "rate_limited") != 0)
        continue;
      g_assert_cmpint (live_get_int (get_object (result, "error"), "retry_after_ms"), >, 0);
      n_limited++;
    }
  g_assert_cmpuint (n_limited, >, 0);
}

static void
add_full (const char *name, NbTestDatabaseKind kind, void (*set_up) (RoomStage *, gconstpointer),
          void (*test) (RoomStage *, gconstpointer))
{
  g_autofree char *path = g_strdup_printf ("/room/protocol/%s/%s", nb_test_database_kind_name (kind), name);

  g_test_add (path, RoomStage, GINT_TO_POINTER (kind), set_up, test, room_stage_tear_down);
}

static void
add (const char *name, void (*test) (RoomStage *, gconstpointer))
{
  add_full (name, NB_TEST_SQLITE, room_stage_set_up, test);
  add_full (name, NB_TEST_POSTGRESQL, room_stage_set_up, test);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("hello-comes-first", test_hello_signed_out);
  add ("hello-tells-who-you-are", test_hello_signed_in);
  add ("early-messages-wait", test_early_messages);
  add ("bid-is-seen-by-all", test_bid_and_state);
  add ("maximum-stands-above", test_max_bid);
  add ("wrong-bids-are-answered", test_wrong_bids);
  add ("end-is-told-once", test_end);
  add ("resync-reads-the-database", test_resync);
  add ("close-codes", test_close_codes);
  add_full ("signed-out-cannot-bid", NB_TEST_SQLITE, room_stage_set_up, test_signed_out_bid);
  add_full ("faults-are-told", NB_TEST_SQLITE, room_stage_set_up, test_faults);
  add_full ("fifth-fault-closes", NB_TEST_SQLITE, room_stage_set_up, test_fifth_fault);
  add_full ("frames-that-close", NB_TEST_SQLITE, room_stage_set_up, test_frames_that_close);
  add_full ("ping-echoes", NB_TEST_SQLITE, room_stage_set_up, test_ping);
  add_full ("sign-out-closes", NB_TEST_SQLITE, room_stage_set_up, test_sign_out);
  add_full ("watchers-are-counted", NB_TEST_SQLITE, room_stage_set_up, test_watchers);
  add_full ("settings-hold", NB_TEST_SQLITE, set_up_limited, test_settings);
  add_full ("command-flood-is-closed", NB_TEST_SQLITE, room_stage_set_up, test_command_flood);
  add_full ("bids-are-limited", NB_TEST_SQLITE, set_up_rated, test_bid_rate);
  return g_test_run ();
}
