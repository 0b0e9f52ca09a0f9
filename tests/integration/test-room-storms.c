/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One process under a storm of bids: joins without a gap, readers that never read, and a Redis that goes. */
#include <signal.h>
#include <string.h>
#include <sys/socket.h>

#include "tests/integration/room-storm.h"
#include "tests/support/nb-test-server.h"

/* The process of the private Redis that @site started. */
static GPid
find_redis (NbTestSite *site)
{
  g_autofree char *path = g_strdup_printf ("/proc/%s/task/%s/children", g_subprocess_get_identifier (site->process),
                                           g_subprocess_get_identifier (site->process));
  g_autofree char *text = NULL;
  g_auto (GStrv) children = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  children = g_strsplit (g_strstrip (text), " ", -1);
  for (guint i = 0; children[i] != NULL; i++)
    {
      g_autofree char *comm = g_strdup_printf ("/proc/%s/comm", children[i]);
      g_autofree char *name = NULL;

      if (g_file_get_contents (comm, &name, NULL, NULL) && g_str_has_prefix (name, "redis-server"))
        return (GPid)g_ascii_strtoll (children[i], NULL, 10);
    }
  return 0;
}

static void
test_joins (RoomStage *self, gconstpointer data)
{
  g_autoptr (RoomStorm) storm = room_storm_new (self);

  room_storm_add_bidders (storm, self->site.port, 8);
  for (guint i = 0; i < 200; i += 10)
    {
      room_storm_accept (storm, 10);
      room_storm_add_watchers (storm, self->site.port, 10);
    }
  room_storm_accept (storm, 50);
  room_storm_calm (storm);
  room_storm_agree (storm);
  g_assert_cmpuint (storm->watchers->len, ==, 200);
}

/* A room that is served in portions, which people leave meanwhile. */
static void
test_portions (RoomStage *self, gconstpointer data)
{
  g_autoptr (RoomStorm) storm = room_storm_new (self);

  room_storm_add_bidders (storm, self->site.port, 4);
  room_storm_add_watchers (storm, self->site.port, 700);
  room_storm_accept (storm, 20);
  for (guint i = 0; i < 10; i++)
    {
      g_ptr_array_remove_range (storm->watchers, (guint)g_test_rand_int_range (0, (gint32)storm->watchers->len - 10),
                                10);
      room_storm_accept (storm, 5);
    }
  room_storm_calm (storm);
  room_storm_agree (storm);
  g_assert_cmpuint (storm->watchers->len, ==, 600);
}

static void
set_up_slow (RoomStage *self, gconstpointer data)
{
  static const char *const sets[] = { "plugin auction-national.room-interval=3s", NULL };

  room_stage_set_up_with (self, (NbTestDatabaseKind)GPOINTER_TO_INT (data), sets);
}

/* Many states within an interval are told as one, the newest; the first of all goes at once. */
static void
test_merging (RoomStage *self, gconstpointer data)
{
  g_autoptr (NbTestSocket) watcher = room_enter (self->site.port, self->auction, NULL);
  g_autoptr (NbTestSocket) bidder = room_enter (self->site.port, self->auction, self->minji);
  guint n_states = 0;
  gint64 seq = 0, last = -1;

  for (gint64 i = 0; i < 100; i++)
    {
      g_autofree char *id = g_strdup_printf ("m-%d", (int)i);
      g_autoptr (JsonObject) result = room_bid_well (bidder, id, 10000 + 1000 * i);

      seq = live_get_int (result, "seq");
    }
  for (; last < seq; n_states++)
    {
      g_autoptr (JsonObject) state = nb_test_socket_await (watcher, "state");

      g_assert_cmpint (live_get_int (state, "seq"), >, last);
      last = live_get_int (state, "seq");
    }
  g_assert_cmpuint (n_states, <, 50);
}

/* Whether somebody new is told a count of as many as there are. */
static void
test_counts (RoomStage *self, gconstpointer data)
{
  g_autoptr (RoomStorm) storm = room_storm_new (self);
  g_autoptr (NbTestSocket) socket = room_enter (self->site.port, self->auction, NULL);
  gint64 count = 0;

  room_storm_add_watchers (storm, self->site.port, 40);
  while (count != 41)
    {
      g_autoptr (JsonObject) watchers = nb_test_socket_await (socket, "watchers");

      count = live_get_int (watchers, "count");
    }
}

static void
set_up_impatient (RoomStage *self, gconstpointer data)
{
  static const char *const sets[]
      = { "plugin auction-national.slow-timeout=1s", "plugin auction-national.room-interval=0ms", NULL };

  room_stage_set_up_with (self, (NbTestDatabaseKind)GPOINTER_TO_INT (data), sets);
}

static gboolean
are_cut (gpointer user_data)
{
  RoomStage *self = user_data;

  return room_get_metric (self->site.site, "ws_slow_closed_total") >= 5;
}

static void
test_slow_peers (RoomStage *self, gconstpointer data)
{
  g_autoptr (RoomStorm) storm = room_storm_new (self);
  g_autoptr (GPtrArray) slow = g_ptr_array_new ();

  for (guint i = 0; i < 5; i++)
    {
      NbTestSocket *socket = room_watch (self->site.port, self->auction, NULL);
      const int small = 4096;

      setsockopt (socket->fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
      g_ptr_array_add (slow, socket);
    }
  room_storm_add_bidders (storm, self->site.port, 8);
  room_storm_add_watchers (storm, self->site.port, 10);
  room_storm_until (storm, are_cut, self);
  room_storm_calm (storm);
  room_storm_agree (storm);
  g_assert_cmpuint (storm->watchers->len, ==, 10);
  for (guint i = 0; i < slow->len; i++)
    nb_test_socket_free (slow->pdata[i]);
}

static gboolean
is_down (gpointer user_data)
{
  return room_get_metric (((RoomStage *)user_data)->site.site, "redis_up") == 0;
}

static gboolean
is_up (gpointer user_data)
{
  return room_get_metric (((RoomStage *)user_data)->site.site, "redis_up") == 1;
}

/* A process that has no other beside it misses nothing when Redis goes, and starts it again. */
static void
test_private_redis_dies (RoomStage *self, gconstpointer data)
{
  g_autoptr (RoomStorm) storm = room_storm_new (self);
  GPid redis = find_redis (self->site.site);

  g_assert_cmpint (redis, !=, 0);
  room_storm_add_bidders (storm, self->site.port, 4);
  room_storm_add_watchers (storm, self->site.port, 4);
  room_storm_accept (storm, 20);
  kill (redis, SIGSTOP);
  room_storm_accept (storm, 200);
  room_storm_until (storm, is_down, self);
  {
    g_autofree char *ready = room_ask_operations (self->site.site, "/readyz?verbose");

    g_assert_cmpuint (nb_test_status (ready), ==, 200);
    g_assert_nonnull (strstr (ready, "\"degraded\""));
  }
  kill (redis, SIGKILL);
  room_storm_accept (storm, 50);
  room_storm_until (storm, is_up, self);
  g_assert_cmpint (find_redis (self->site.site), !=, redis);
  room_storm_accept (storm, 50);
  room_storm_calm (storm);
  room_storm_agree (storm);
  g_assert_cmpuint (storm->watchers->len, ==, 4);
  g_assert_cmpint (nb_test_site_stop (self->site.site, SIGTERM), ==, 0);
  live_assert_doctor_is_content (&self->site);
}

static void
add (const char *name, NbTestDatabaseKind kind, void (*set_up) (RoomStage *, gconstpointer),
     void (*test) (RoomStage *, gconstpointer))
{
  g_autofree char *path = g_strdup_printf ("/room/storms/%s/%s", nb_test_database_kind_name (kind), name);

  g_test_add (path, RoomStage, GINT_TO_POINTER (kind), set_up, test, room_stage_tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("joins-without-a-gap", NB_TEST_SQLITE, room_stage_set_up, test_joins);
  add ("joins-without-a-gap", NB_TEST_POSTGRESQL, room_stage_set_up, test_joins);
  add ("portions", NB_TEST_SQLITE, room_stage_set_up, test_portions);
  add ("states-are-merged", NB_TEST_SQLITE, set_up_slow, test_merging);
  add ("counts", NB_TEST_SQLITE, room_stage_set_up, test_counts);
  add ("slow-peers-are-cut", NB_TEST_SQLITE, set_up_impatient, test_slow_peers);
  add ("private-redis-dies", NB_TEST_SQLITE, room_stage_set_up, test_private_redis_dies);
  return g_test_run ();
}
