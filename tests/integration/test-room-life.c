/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rooms come and go with their plugin, live auctions of another type get them by one switch, and stops are told. */
#include <signal.h>
#include <string.h>

#include "tests/integration/room-stage.h"
#include "tests/support/nb-test-server.h"

/* Whether @site has a redis-server among its children. */
static gboolean
has_redis (NbTestSite *site)
{
  g_autofree char *path = g_strdup_printf ("/proc/%s/task/%s/children", g_subprocess_get_identifier (site->process),
                                           g_subprocess_get_identifier (site->process));
  g_autofree char *text = NULL;
  g_auto (GStrv) children = NULL;
  gboolean is_found = FALSE;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  children = g_strsplit (g_strstrip (text), " ", -1);
  for (guint i = 0; children[i] != NULL && !is_found; i++)
    {
      g_autofree char *comm = g_strdup_printf ("/proc/%s/comm", children[i]);
      g_autofree char *name = NULL;

      is_found = g_file_get_contents (comm, &name, NULL, NULL) && g_str_has_prefix (name, "redis-server");
    }
  return is_found;
}

static void
assert_route (RoomStage *self, guint expected)
{
  g_autofree char *path = g_strconcat ("/ws/auctions/", self->auction, NULL);
  guint status;
  g_autoptr (NbTestSocket) socket = nb_test_socket_try (self->site.port, path, NULL, &status);

  g_assert_cmpuint (status, ==, expected);
}

static char *
get_status (RoomStage *self)
{
  g_autoptr (JsonObject) auction = room_get_auction (self, self->auction);

  return g_strdup (json_object_get_string_member (auction, "status"));
}

static void
await_status (RoomStage *self, const char *expected)
{
  const gint64 deadline = g_get_monotonic_time () + 60 * G_USEC_PER_SEC;
  g_autofree char *status = get_status (self);

  while (!g_str_equal (status, expected))
    {
      if (g_get_monotonic_time () > deadline)
        g_error ("the auction is %s, not %s", status, expected);
      g_usleep (20000);
      g_free (status);
      status = get_status (self);
    }
}

static void
test_disabled (RoomStage *self, gconstpointer data)
{
  static const char *const sets[] = { "plugins.auction-national=disabled", NULL };
  g_autofree char *socket = NULL;
  g_autofree char *local = NULL;
  g_autofree char *target = NULL;
  g_autofree char *ready = NULL;
  g_autoptr (JsonObject) bid = NULL;

  live_site_set_up_with (&self->site, NB_TEST_SQLITE, sets);
  self->seller = live_join (&self->site, "seller", "1168010100");
  self->minji = room_join (self, "minji");
  self->auction = room_list (self, "local", 3600);
  assert_route (self, 404);
  g_assert_false (has_redis (self->site.site));
  socket = g_build_filename (strchr (self->site.data_dir, '=') + 1, "plugins", "auction-national", NULL);
  g_assert_false (g_file_test (socket, G_FILE_TEST_EXISTS));
  ready = room_ask_operations (self->site.site, "/readyz?verbose");
  g_assert_null (strstr (ready, "redis"));
  target = g_strdup_printf ("/api/v1/auctions/%s/bids", self->auction);
  bid = live_expect (&self->site, self->minji, "POST", target, NULL, "{\"amount\":12000}", 201);
}

/* A plugin that is switched off while people watch says so, pauses its auctions, and leaves nothing behind. */
static void
test_switched_off_and_on (RoomStage *self, gconstpointer data)
{
  g_autoptr (NbTestSocket) watcher = room_enter (self->site.port, self->auction, NULL);
  g_autoptr (NbTestSocket) bidder = room_enter (self->site.port, self->auction, self->minji);
  g_autoptr (JsonObject) result = room_bid_well (bidder, "a", 12000);
  g_autoptr (NbTestSocket) again = NULL;
  g_autoptr (JsonObject) next = NULL;

  g_assert_true (has_redis (self->site.site));
  live_site_reload (&self->site, self->site.site, "[plugins]\nauction-national=disabled\n");
  nb_test_socket_assert_closed (watcher, 4410);
  nb_test_socket_assert_closed (bidder, 4410);
  await_status (self, "paused");
  assert_route (self, 404);
  g_assert_false (has_redis (self->site.site));
  live_site_reload (&self->site, self->site.site, "");
  await_status (self, "open");
  again = room_enter (self->site.port, self->auction, self->jisoo);
  next = room_bid_well (again, "b", 13000);
  g_assert_true (has_redis (self->site.site));
  live_assert_wallet (&self->site, self->minji, ROOM_BALANCE, 0);
}

static void
test_settings_at_reload (RoomStage *self, gconstpointer data)
{
  g_autoptr (NbTestSocket) before = room_enter (self->site.port, self->auction, NULL);
  gint64 heartbeat = 0;

  live_site_reload (&self->site, self->site.site,
                    "[plugin auction-national]\nheartbeat=9s\nredis-prefix=other\nroom-interval=0ms\n");
  while (heartbeat != 9)
    {
      g_autoptr (NbTestSocket) socket = room_watch (self->site.port, self->auction, NULL);
      g_autoptr (JsonObject) hello = nb_test_socket_next (socket);

      heartbeat = live_get_int (hello, "heartbeat_s");
    }
  {
    g_autoptr (NbTestSocket) bidder = room_enter (self->site.port, self->auction, self->minji);
    g_autoptr (JsonObject) result = room_bid_well (bidder, "a", 12000);
    g_autoptr (JsonObject) state = room_await_seq (before, live_get_int (result, "seq"));
  }
  while (room_get_metric (self->site.site, "redis_up") != 1)
    g_usleep (20000);
}

static void
test_local_rooms (RoomStage *self, gconstpointer data)
{
  g_autofree char *local = room_list (self, "local", 3600);
  g_autoptr (NbTestSocket) off = room_watch (self->site.port, local, NULL);
  g_autoptr (NbTestSocket) on = NULL;
  g_autoptr (NbTestSocket) bidder = NULL;
  g_autoptr (JsonObject) result = NULL;
  g_autoptr (JsonObject) state = NULL;

  nb_test_socket_assert_closed (off, 4410);
  live_site_reload (&self->site, self->site.site, "[plugin auction-local]\nlive=on\n");
  while (on == NULL)
    {
      g_autoptr (NbTestSocket) socket = room_watch (self->site.port, local, NULL);
      g_autofree char *first = nb_test_socket_receive (socket);

      if (first != NULL)
        on = g_steal_pointer (&socket);
    }
  bidder = room_enter (self->site.port, local, self->minji);
  result = room_bid_well (bidder, "a", 12000);
  state = room_await_seq (on, live_get_int (result, "seq"));
  g_assert_cmpint (live_get_int (state, "price"), ==, 12000);
  live_site_reload (&self->site, self->site.site, "");
  nb_test_socket_assert_closed (on, 4410);
  nb_test_socket_assert_closed (bidder, 4410);
}

/* A stop asks everyone to come back. */
static void
test_stop (RoomStage *self, gconstpointer data)
{
  g_autoptr (NbTestSocket) watcher = room_enter (self->site.port, self->auction, NULL);
  g_autoptr (NbTestSocket) bidder = room_enter (self->site.port, self->auction, self->minji);
  g_autoptr (JsonObject) result = room_bid_well (bidder, "a", 12000);

  g_assert_cmpint (nb_test_site_stop (self->site.site, SIGTERM), ==, 0);
  nb_test_socket_assert_closed (watcher, 1001);
  nb_test_socket_assert_closed (bidder, 1001);
  live_assert_doctor_is_content (&self->site);
}

static guint
count_accepted (NbTestSocket *socket)
{
  guint n = 0;

  for (;;)
    {
      g_autoptr (JsonObject) message = nb_test_socket_next (socket);

      if (message == NULL)
        return n;
      n += g_str_equal (json_object_get_string_member (message, "type"), "bid_result")
           && json_object_get_boolean_member (message, "ok");
    }
}

static gint64
count_stored (RoomStage *self)
{
  const char *const more[] = { self->auction, "--json", "--set", self->site.data_dir, "--set", self->site.url, NULL };
  g_autoptr (NbTestRun) run = nb_test_program_run_words ("auction show", more);
  g_autoptr (JsonNode) node = json_from_string (run->out, NULL);

  g_assert_nonnull (node);
  return live_get_int (json_node_get_object (node), "bid_count");
}

/* Who has bid when the stop comes is told what became of it: as many results as bids that stand. */
static void
test_stop_answers (RoomStage *self, gconstpointer data)
{
  g_autoptr (NbTestSocket) minji = room_enter (self->site.port, self->auction, self->minji);
  g_autoptr (NbTestSocket) jisoo = room_enter (self->site.port, self->auction, self->jisoo);
  g_autoptr (JsonObject) first = room_bid_well (minji, "first", 11000);
  guint n_accepted = 1;

  for (guint i = 0; i < 40; i++)
    {
      g_autofree char *id = g_strdup_printf ("b%u", i);

      room_send_bid (i % 2 ? minji : jisoo, id, 12000 + 1000 * (gint64)i);
    }
  g_assert_cmpint (nb_test_site_stop (self->site.site, SIGTERM), ==, 0);
  n_accepted += count_accepted (minji) + count_accepted (jisoo);
  g_assert_cmpuint (minji->close_code, ==, 1001);
  g_assert_cmpuint (jisoo->close_code, ==, 1001);
  g_assert_cmpint (count_stored (self), ==, n_accepted);
  live_assert_doctor_is_content (&self->site);
}

/* Commands of the command line know the type and leave Redis alone. */
static void
test_commands (RoomStage *self, gconstpointer data)
{
  const char *const more[] = { self->auction, "--set", self->site.data_dir, "--set", self->site.url, NULL };
  g_autofree char *lock = NULL;

  g_assert_cmpint (nb_test_site_stop (self->site.site, SIGTERM), ==, 0);
  lock = g_build_filename (strchr (self->site.data_dir, '=') + 1, "plugins", "auction-national", "redis.sock", NULL);
  g_assert_false (g_file_test (lock, G_FILE_TEST_EXISTS));
  {
    g_autoptr (NbTestRun) run = nb_test_program_run_words ("auction show", more);

    g_assert_cmpint (run->code, ==, 0);
    g_assert_nonnull (strstr (run->out, "national"));
  }
  g_assert_false (g_file_test (lock, G_FILE_TEST_EXISTS));
}

/* Without the program the plugin fails with a sentence that helps, and the rest of the site serves. */
static void
test_no_program (RoomStage *self, gconstpointer data)
{
  const char *path = g_getenv ("PATH");
  g_autofree char *before = g_strdup (path);
  g_autofree char *ready = NULL;

  g_setenv ("PATH", nb_test_database_get_folder (self->site.database), TRUE);
  {
    g_autoptr (NbTestSite) another = live_site_start_another (&self->site, NULL);

    g_setenv ("PATH", before, TRUE);
    ready = room_ask_operations (another, "/readyz?verbose");
    g_assert_nonnull (strstr (ready, "redis-server"));
    g_assert_nonnull (strstr (ready, "\"failed\""));
  }
}

static void
set_up_nothing (RoomStage *self, gconstpointer data)
{
}

static void
add (const char *name, void (*set_up) (RoomStage *, gconstpointer), void (*test) (RoomStage *, gconstpointer))
{
  g_autofree char *path = g_strconcat ("/room/life/", name, NULL);

  g_test_add (path, RoomStage, GINT_TO_POINTER (NB_TEST_SQLITE), set_up, test, room_stage_tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("disabled-leaves-nothing", set_up_nothing, test_disabled);
  add ("switched-off-and-on", room_stage_set_up, test_switched_off_and_on);
  add ("settings-at-reload", room_stage_set_up, test_settings_at_reload);
  add ("local-auctions-by-one-switch", room_stage_set_up, test_local_rooms);
  add ("stop-asks-to-come-back", room_stage_set_up, test_stop);
  add ("stop-answers-who-has-bid", room_stage_set_up, test_stop_answers);
  add ("commands-start-no-redis", room_stage_set_up, test_commands);
  add ("missing-program-is-told", room_stage_set_up, test_no_program);
  return g_test_run ();
}
