/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Two processes on one PostgreSQL and one Redis: what happens in one is seen in the other, whatever dies between them.
 */
#include <signal.h>
#include <string.h>

#include "tests/integration/room-storm.h"
#include "tests/support/nb-test-server.h"
#include "tests/unit/auction-national/redis-fixture.h"

typedef struct
{
  RoomStage stage;
  TestRedis redis;
  TestProxy *proxy; /* (nullable): the other process's way to Redis */
  NbTestSite *other;
  guint16 other_port;
} Pair;

static void
start_other (Pair *self, const char *const *sets)
{
  g_clear_pointer (&self->other, nb_test_site_free);
  self->other = live_site_start_another (&self->stage.site, sets);
  self->other_port = live_site_get_port (self->other);
}

static void
await_redis (NbTestSite *site, double is_up)
{
  const gint64 deadline = g_get_monotonic_time () + 60 * G_USEC_PER_SEC;

  while (room_get_metric (site, "redis_up") != is_up)
    {
      if (g_get_monotonic_time () > deadline)
        g_error ("redis_up isn't %g", is_up);
      g_usleep (10000);
    }
}

static void
set_up (Pair *self, gconstpointer data)
{
  g_autofree char *url = NULL;

  test_redis_set_up (&self->redis);
  test_redis_start (&self->redis, NULL);
  url = g_strconcat ("plugin auction-national.redis-url=", self->redis.url, NULL);
  {
    const char *const sets[] = { url, NULL };

    room_stage_set_up_with (&self->stage, NB_TEST_POSTGRESQL, sets);
  }
  start_other (self, NULL);
  await_redis (self->stage.site.site, 1);
  await_redis (self->other, 1);
}

static void
set_up_auto (Pair *self, gconstpointer data)
{
  test_redis_set_up (&self->redis);
  room_stage_set_up_with (&self->stage, NB_TEST_POSTGRESQL, NULL);
  start_other (self, NULL);
  await_redis (self->stage.site.site, 1);
  await_redis (self->other, 1);
}

static void
tear_down (Pair *self, gconstpointer data)
{
  g_clear_pointer (&self->other, nb_test_site_free);
  room_stage_tear_down (&self->stage, data);
  g_clear_pointer (&self->proxy, test_proxy_free);
  test_redis_tear_down (&self->redis);
}

/* Bidders and watchers at both, and what both have seen so far. */
static RoomStorm *
begin_storm (Pair *self)
{
  RoomStorm *storm = room_storm_new (&self->stage);

  room_storm_add_bidders (storm, self->stage.site.port, 4);
  room_storm_add_bidders (storm, self->other_port, 4);
  room_storm_add_watchers (storm, self->stage.site.port, 5);
  room_storm_add_watchers (storm, self->other_port, 5);
  room_storm_accept (storm, 50);
  return storm;
}

/* Everything is said: all rooms show what stands, nobody was sent away, the ledger is right. */
static void
end_storm (Pair *self, RoomStorm *storm, guint n_watchers)
{
  room_storm_calm (storm);
  g_test_message ("%u bids answered, %u accepted; agreed after %.3f s", storm->n_answered, storm->n_accepted,
                  (double)room_storm_agree (storm) / G_USEC_PER_SEC);
  g_assert_cmpuint (storm->watchers->len, ==, n_watchers);
  live_assert_doctor_is_content (&self->stage.site);
}

static void
assert_seen (Pair *self)
{
  g_autoptr (NbTestSocket) here = room_enter (self->stage.site.port, self->stage.auction, self->stage.minji);
  g_autoptr (NbTestSocket) there = room_enter (self->other_port, self->stage.auction, NULL);
  g_autoptr (JsonObject) result = room_bid_well (here, "a", 12000);
  g_autoptr (JsonObject) state = room_await_seq (there, live_get_int (result, "seq"));
  gint64 count = 0;

  g_assert_cmpint (live_get_int (state, "price"), ==, 12000);
  while (count != 2)
    {
      g_autoptr (JsonObject) watchers = nb_test_socket_await (there, "watchers");

      count = live_get_int (watchers, "count");
    }
}

static void
test_seen (Pair *self, gconstpointer data)
{
  assert_seen (self);
  g_assert_cmpfloat (room_get_metric (self->stage.site.site, "live_states_published_total"), >, 0);
}

static void
test_killed (Pair *self, gconstpointer data)
{
  g_autoptr (RoomStorm) storm = begin_storm (self);

  nb_test_site_stop (self->other, SIGKILL);
  room_storm_accept (storm, 50);
  g_assert_cmpuint (storm->watchers->len, ==, 5);
  start_other (self, NULL);
  room_storm_add_watchers (storm, self->other_port, 5);
  room_storm_add_bidders (storm, self->other_port, 4);
  room_storm_accept (storm, 50);
  end_storm (self, storm, 10);
}

/* The one that ran the private Redis dies: the other one runs the next. */
static void
test_keeper_killed (Pair *self, gconstpointer data)
{
  g_autoptr (RoomStorm) storm = begin_storm (self);

  nb_test_site_stop (self->stage.site.site, SIGKILL);
  nb_test_site_free (self->stage.site.site);
  self->stage.site.site = g_steal_pointer (&self->other);
  self->stage.site.port = self->other_port;
  start_other (self, NULL);
  room_storm_add_watchers (storm, self->other_port, 5);
  room_storm_add_bidders (storm, self->other_port, 4);
  room_storm_accept (storm, 50);
  await_redis (self->stage.site.site, 1);
  await_redis (self->other, 1);
  room_storm_accept (storm, 50);
  end_storm (self, storm, 10);
}

static void
run (Pair *self, const char *words)
{
  g_autofree char *answer = test_redis_run (&self->redis, words);

  g_test_message ("%s: %s", words, answer);
}

static void
test_flushed (Pair *self, gconstpointer data)
{
  g_autoptr (RoomStorm) storm = begin_storm (self);

  for (guint i = 0; i < 10; i++)
    {
      run (self, "FLUSHALL");
      room_storm_accept (storm, 20);
    }
  run (self, "SCRIPT FLUSH");
  room_storm_accept (storm, 50);
  end_storm (self, storm, 10);
}

static gboolean
are_both_up (gpointer user_data)
{
  Pair *self = user_data;

  return room_get_metric (self->stage.site.site, "redis_up") == 1 && room_get_metric (self->other, "redis_up") == 1;
}

static gboolean
are_both_down (gpointer user_data)
{
  Pair *self = user_data;

  return room_get_metric (self->stage.site.site, "redis_up") == 0 && room_get_metric (self->other, "redis_up") == 0;
}

/* Gone and come back, in the middle of it: first the way without Redis must do, then the way with it. */
static void
test_redis_killed (Pair *self, gconstpointer data)
{
  g_autoptr (RoomStorm) storm = begin_storm (self);

  for (guint i = 0; i < 3; i++)
    {
      test_redis_kill (&self->redis);
      room_storm_accept (storm, 50);
      room_storm_until (storm, are_both_down, self);
      room_storm_calm (storm);
      g_test_message ("without Redis the rooms agree after %.3f s", (double)room_storm_agree (storm) / G_USEC_PER_SEC);
      test_redis_start (&self->redis, NULL);
      room_storm_accept (storm, 50);
      room_storm_until (storm, are_both_up, self);
      room_storm_accept (storm, 50);
    }
  end_storm (self, storm, 10);
}

static void
test_redis_stopped (Pair *self, gconstpointer data)
{
  g_autoptr (RoomStorm) storm = begin_storm (self);

  kill (self->redis.pid, SIGSTOP);
  room_storm_accept (storm, 50);
  room_storm_until (storm, are_both_down, self);
  room_storm_accept (storm, 50);
  room_storm_calm (storm);
  room_storm_agree (storm);
  kill (self->redis.pid, SIGCONT);
  room_storm_accept (storm, 50);
  room_storm_until (storm, are_both_up, self);
  room_storm_accept (storm, 50);
  end_storm (self, storm, 10);
}

/* Connections cut at random lose what was under way on them. */
static void
test_links_cut (Pair *self, gconstpointer data)
{
  static const char *const cuts[] = { "CLIENT KILL TYPE pubsub", "CLIENT KILL TYPE normal", "CLIENT KILL TYPE pubsub" };
  g_autoptr (RoomStorm) storm = begin_storm (self);

  for (guint i = 0; i < 30; i++)
    {
      run (self, cuts[g_test_rand_int_range (0, G_N_ELEMENTS (cuts))]);
      room_storm_accept (storm, (guint)g_test_rand_int_range (1, 20));
    }
  end_storm (self, storm, 10);
}

/* One process's link swallows everything for a while, and nobody closes it. */
static void
test_swallowing (Pair *self, gconstpointer data)
{
  g_autofree char *url = NULL;
  g_autoptr (RoomStorm) storm = NULL;

  self->proxy = test_proxy_new (&self->redis, FALSE);
  url = g_strconcat ("plugin auction-national.redis-url=", test_proxy_get_place (self->proxy), NULL);
  {
    const char *const sets[] = { url, NULL };

    start_other (self, sets);
  }
  await_redis (self->other, 1);
  storm = begin_storm (self);
  test_proxy_set_swallowing (self->proxy, TRUE);
  room_storm_accept (storm, 50);
  room_storm_calm (storm);
  room_storm_agree (storm);
  test_proxy_set_swallowing (self->proxy, FALSE);
  room_storm_accept (storm, 50);
  room_storm_until (storm, are_both_up, self);
  end_storm (self, storm, 10);
}

/* Runs one command that Redis may not refuse; its words may hold anything. */
static void
tell_redis (Pair *self, const char *const *words)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) argv = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) cli = NULL;

  g_strv_builder_add_many (builder, "redis-cli", "-e", "-s", self->redis.socket, NULL);
  g_strv_builder_addv (builder, (const char **)words);
  argv = g_strv_builder_end (builder);
  cli = g_subprocess_newv ((const char *const *)argv, G_SUBPROCESS_FLAGS_STDOUT_SILENCE, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_wait_check (cli, NULL, &error));
}

/* Publishes @payload as if another process had. */
static void
forge (Pair *self, const char *payload)
{
  g_autofree char *channel = g_strdup_printf ("nb:{%s}", self->stage.auction);
  const char *const words[] = { "PUBLISH", channel, payload, NULL };

  tell_redis (self, words);
}

static gboolean
are_sent_away (gpointer user_data)
{
  const RoomStorm *storm = user_data;

  return storm->n_closed == 2;
}

/* Whoever can write to Redis can say anything; nothing of it stands, and real states are seen after it. */
static void
test_lies (Pair *self, gconstpointer data)
{
  const char *id = self->stage.auction;
  g_autofree char *other = g_strdup_printf ("1 5 9 open 1 0 1 1\n{\"seq\":9}\n");
  g_autofree char *torn = g_strdup_printf ("1 %s 999999 open 999000 0 1 1\n{\"seq\":999999", id);
  g_autofree char *two = g_strdup_printf ("1 %s 999999 open 999000 0 1 1\n{\"seq\":3}\n", id);
  g_autofree char *odd = g_strdup_printf ("2 %s 999999 open 999000 0 1 1\n{\"seq\":999999}\n", id);
  g_autofree char *lie = g_strdup_printf ("1 %s 999999 open 999000 0 1 1\n"
                                          "{\"seq\":999999,\"price\":999000,\"leader\":null}\n",
                                          id);
  const char *const ignored[] = { "", "hello", other, torn, two, odd };
  g_autoptr (RoomStorm) storm = room_storm_new (&self->stage);

  room_storm_add_watchers (storm, self->other_port, 2);
  room_storm_add_bidders (storm, self->stage.site.port, 2);
  for (guint i = 0; i < G_N_ELEMENTS (ignored); i++)
    forge (self, ignored[i]);
  room_storm_accept (storm, 20);
  room_storm_calm (storm);
  room_storm_agree (storm);
  forge (self, lie);
  room_storm_until (storm, are_sent_away, storm);
  g_assert_cmpuint (storm->last_close_code, ==, 1001);
  room_storm_add_watchers (storm, self->other_port, 2);
  room_storm_add_bidders (storm, self->stage.site.port, 2);
  room_storm_accept (storm, 20);
  end_storm (self, storm, 2);
}

/* An end that never was: who was told it is sent away, and comes back to the auction as it is. */
static void
test_false_end (Pair *self, gconstpointer data)
{
  const char *id = self->stage.auction;
  g_autofree char *lie = g_strdup_printf ("1 %s 999999 sold 999000 1 1 1\n{\"seq\":999999,\"status\":\"sold\"}\n"
                                          "{\"seq\":999999,\"status\":\"sold\",\"winner\":null,\"price\":999000}",
                                          id);
  g_autoptr (NbTestSocket) watcher = room_enter (self->other_port, id, NULL);
  g_autoptr (NbTestSocket) bidder = room_enter (self->stage.site.port, id, self->stage.minji);
  g_autoptr (JsonObject) result = room_bid_well (bidder, "a", 12000);
  g_autoptr (JsonObject) real = room_await_seq (watcher, live_get_int (result, "seq"));
  g_autoptr (NbTestSocket) watching = NULL;
  g_autoptr (NbTestSocket) bidding = NULL;
  g_autoptr (JsonObject) next = NULL;
  g_autoptr (JsonObject) seen = NULL;

  forge (self, lie);
  nb_test_socket_assert_closed (watcher, 1001);
  nb_test_socket_assert_closed (bidder, 1001);
  watching = room_enter (self->other_port, id, NULL);
  bidding = room_enter (self->stage.site.port, id, self->stage.jisoo);
  next = room_bid_well (bidding, "b", 13000);
  seen = room_await_seq (watching, live_get_int (next, "seq"));
  g_assert_cmpint (live_get_int (seen, "price"), ==, 13000);
}

/* A Redis that outlived the database that it was told of: what it kept is found out once, and doesn't come back. */
static void
test_database_restored (Pair *self, gconstpointer data)
{
  const char *id = self->stage.auction;
  g_autofree char *key = g_strdup_printf ("nb:{%s}:state", id);
  g_autofree char *lie = g_strdup_printf ("1 %s 999999 open 999000 0 1 1\n"
                                          "{\"seq\":999999,\"price\":999000,\"leader\":null}\n",
                                          id);
  const char *const words[] = { "HSET", key, "seq", "999999", "payload", lie, NULL };
  g_autoptr (RoomStorm) storm = room_storm_new (&self->stage);

  tell_redis (self, words);
  room_storm_add_bidders (storm, self->stage.site.port, 2);
  room_storm_add_watchers (storm, self->other_port, 2);
  room_storm_until (storm, are_sent_away, storm);
  room_storm_add_watchers (storm, self->other_port, 2);
  room_storm_add_bidders (storm, self->stage.site.port, 2);
  room_storm_accept (storm, 20);
  end_storm (self, storm, 2);
}

/* The doctor sees in Redis what the database doesn't know, and nothing wrong in a Redis that isn't there. */
static void
test_doctor (Pair *self, gconstpointer data)
{
  g_autoptr (NbTestSocket) socket = room_enter (self->stage.site.port, self->stage.auction, self->stage.minji);
  g_autoptr (JsonObject) result = room_bid_well (socket, "a", 12000);
  g_autofree char *ahead = g_strdup_printf ("HSET nb:{%s}:state seq 999999 price 12000", self->stage.auction);
  g_autofree char *unknown = g_strdup ("HSET nb:{7}:state seq 1 price 1");
  g_autofree char *get = g_strdup_printf ("HGET nb:{%s}:state seq", self->stage.auction);
  g_autofree char *seq = g_strdup_printf ("%" G_GINT64_FORMAT, live_get_int (result, "seq"));
  g_autofree char *kept = test_redis_run (&self->redis, get);

  while (g_strcmp0 (kept, seq) != 0)
    {
      g_usleep (10000);
      g_free (kept);
      kept = test_redis_run (&self->redis, get);
    }
  live_assert_doctor_is_content (&self->stage.site);
  run (self, ahead);
  run (self, unknown);
  {
    g_autoptr (NbTestRun) told = live_ask_doctor (&self->stage.site);

    g_assert_cmpint (told->code, ==, 3);
    g_assert_nonnull (strstr (told->out, "seq 999999"));
    g_assert_nonnull (strstr (told->out, "auction 7"));
  }
  run (self, "FLUSHDB");
  live_assert_doctor_is_content (&self->stage.site);
  test_redis_kill (&self->redis);
  live_assert_doctor_is_content (&self->stage.site);
}

static void
add (const char *name, void (*begin) (Pair *, gconstpointer), void (*test) (Pair *, gconstpointer))
{
  g_autofree char *path = g_strconcat ("/room/processes/", name, NULL);

  g_test_add (path, Pair, NULL, begin, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("seen-in-the-other", set_up, test_seen);
  add ("seen-by-a-private-redis", set_up_auto, test_seen);
  add ("killed-and-back", set_up, test_killed);
  add ("keeper-of-redis-killed", set_up_auto, test_keeper_killed);
  add ("redis-flushed", set_up, test_flushed);
  add ("redis-killed-and-back", set_up, test_redis_killed);
  add ("redis-stands-still", set_up, test_redis_stopped);
  add ("links-are-cut", set_up, test_links_cut);
  add ("link-swallows", set_up, test_swallowing);
  add ("lies-do-not-stand", set_up, test_lies);
  add ("ends-that-never-were", set_up, test_false_end);
  add ("database-restored", set_up, test_database_restored);
  add ("doctor-looks-into-redis", set_up, test_doctor);
  return g_test_run ();
}
