/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pages that are open hear of what is new over `/ws/me`, whichever process it came from, and of nothing else. */
#include "tests/integration/inbox-stage.h"

#include <signal.h>
#include <string.h>

#include "tests/support/nb-test-server.h"
#include "tests/support/nb-test-socket.h"

#define SOCKETS_MAX 10

static NbTestSocket *
open_at (guint16 port, const LivePerson *person)
{
  g_autofree char *headers = person != NULL ? g_strdup_printf ("Authorization: Bearer %s\r\n", person->token) : NULL;

  return nb_test_socket_open (port, "/ws/me", headers);
}

/* Returns: a socket that was greeted with @unread */
static NbTestSocket *
greet_at (guint16 port, const LivePerson *person, gint64 unread)
{
  NbTestSocket *socket = open_at (port, person);
  g_autoptr (JsonObject) hello = nb_test_socket_next (socket);

  g_assert_cmpstr (json_object_get_string_member (hello, "type"), ==, "hello");
  g_assert_cmpint (live_get_int (hello, "unread"), ==, unread);
  g_assert_cmpint (live_get_int (hello, "heartbeat_s"), ==, 25);
  g_assert_true (json_object_has_member (hello, "server_time"));
  return socket;
}

static NbTestSocket *
greet (InboxStage *stage, const LivePerson *person, gint64 unread)
{
  return greet_at (stage->live.port, person, unread);
}

static void
assert_told (NbTestSocket *socket, const char *id, gint64 unread)
{
  g_autoptr (JsonObject) told = nb_test_socket_next (socket);
  JsonObject *message;

  g_assert_nonnull (told);
  g_assert_cmpstr (json_object_get_string_member (told, "type"), ==, "notification");
  message = json_object_get_object_member (told, "notification");
  g_assert_cmpstr (json_object_get_string_member (message, "id"), ==, id);
  g_assert_true (json_object_has_member (message, "subject"));
  g_assert_true (json_object_has_member (message, "text"));
  g_assert_cmpint (live_get_int (told, "unread"), ==, unread);
}

static void
assert_number (NbTestSocket *socket, gint64 unread)
{
  g_autoptr (JsonObject) told = nb_test_socket_next (socket);

  g_assert_nonnull (told);
  g_assert_cmpstr (json_object_get_string_member (told, "type"), ==, "unread");
  g_assert_cmpint (live_get_int (told, "unread"), ==, unread);
}

static void
read_all (InboxStage *stage, const LivePerson *person)
{
  g_autoptr (JsonObject) answer
      = live_expect (&stage->live, person, "POST", "/api/v1/notifications/read", NULL, "{}", 200);

  g_assert_cmpint (live_get_int (answer, "unread"), ==, 0);
}

/* Every socket of the person hears of a message once, and of what was read; others hear nothing of it. */
static void
test_news (InboxStage *stage)
{
  g_autoptr (NbTestSocket) first = NULL;
  g_autoptr (NbTestSocket) second = NULL;
  g_autoptr (NbTestSocket) other = NULL;

  inbox_stage_add (stage, 101, stage->one, "won", TRUE);
  first = greet (stage, stage->one, 1);
  second = greet (stage, stage->one, 1);
  other = greet (stage, stage->two, 0);
  inbox_stage_add (stage, 102, stage->one, "outbid", TRUE);
  assert_told (first, "102", 2);
  assert_told (second, "102", 2);
  inbox_stage_add (stage, 103, stage->one, "outbid", FALSE);
  inbox_stage_add (stage, 104, stage->one, "sold", TRUE);
  assert_told (first, "104", 3);
  assert_told (second, "104", 3);
  read_all (stage, stage->one);
  assert_number (first, 0);
  assert_number (second, 0);
  inbox_stage_add (stage, 105, stage->two, "sold", TRUE);
  assert_told (other, "105", 1);
  inbox_stage_add (stage, 106, stage->one, "sold", TRUE);
  assert_told (first, "106", 1);
}

/* Ids of several processes don't come in their order: an earlier one that is seen later is told all the same. */
static void
test_any_order (InboxStage *stage)
{
  g_autoptr (NbTestSocket) socket = greet (stage, stage->one, 0);

  inbox_stage_add (stage, 202, stage->one, "won", TRUE);
  assert_told (socket, "202", 1);
  inbox_stage_add (stage, 201, stage->one, "won", TRUE);
  assert_told (socket, "201", 2);
}

/* What a bid in one process makes true is told by the socket of another. */
static void
test_two_processes (InboxStage *stage)
{
  g_autoptr (NbTestSite) another = live_site_start_another (&stage->live, NULL);
  g_autofree char *auction = inbox_stage_list_auction (stage);
  g_autoptr (NbTestSocket) there = NULL;
  g_autoptr (NbTestSocket) here = NULL;
  g_autoptr (JsonObject) told_there = NULL;
  g_autoptr (JsonObject) told_here = NULL;
  g_autofree char *paid = NULL;

  inbox_stage_bid (stage, stage->one, auction, 10000);
  paid = inbox_stage_await (stage, stage->one, "deposit");
  there = greet_at (live_site_get_port (another), stage->one, 1);
  here = greet (stage, stage->one, 1);
  inbox_stage_bid (stage, stage->two, auction, 20000);
  told_there = nb_test_socket_await (there, "notification");
  told_here = nb_test_socket_await (here, "notification");
  g_assert_cmpstr (json_object_get_string_member (json_object_get_object_member (told_there, "notification"), "kind"),
                   ==, "outbid");
  g_assert_cmpint (live_get_int (told_there, "unread"), ==, 2);
  g_assert_cmpstr (json_object_get_string_member (json_object_get_object_member (told_there, "notification"), "id"), ==,
                   json_object_get_string_member (json_object_get_object_member (told_here, "notification"), "id"));
  read_all (stage, stage->one);
  assert_number (here, 0);
  assert_number (there, 0);
}

/* Sessions. */

static void
test_signed_out (InboxStage *stage)
{
  g_autoptr (NbTestSocket) stranger = open_at (stage->live.port, NULL);
  g_autoptr (NbTestSocket) socket = greet (stage, stage->one, 0);
  g_autoptr (NbTestSocket) other = greet (stage, stage->two, 0);
  g_autofree char *answer = NULL;

  nb_test_socket_assert_closed (stranger, 4401);
  answer = live_ask (&stage->live, stage->one, "DELETE", "/api/v1/sessions/current", NULL, NULL);
  g_assert_cmpuint (nb_test_status (answer), ==, 204);
  nb_test_socket_assert_closed (socket, 4401);
  inbox_stage_add (stage, 301, stage->two, "won", TRUE);
  assert_told (other, "301", 1);
}

static void
test_too_many (InboxStage *stage)
{
  NbTestSocket *sockets[SOCKETS_MAX];
  g_autoptr (NbTestSocket) more = NULL;
  g_autoptr (NbTestSocket) other = NULL;

  for (guint i = 0; i < SOCKETS_MAX; i++)
    sockets[i] = greet (stage, stage->one, 0);
  more = open_at (stage->live.port, stage->one);
  nb_test_socket_assert_closed (more, 1013);
  other = greet (stage, stage->two, 0);
  inbox_stage_add (stage, 401, stage->one, "won", TRUE);
  for (guint i = 0; i < SOCKETS_MAX; i++)
    {
      assert_told (sockets[i], "401", 1);
      nb_test_socket_free (sockets[i]);
    }
}

/* A page that is open when the site stops is told to come back. */
static void
test_leaving (InboxStage *stage)
{
  g_autoptr (NbTestSocket) socket = greet (stage, stage->one, 0);

  g_assert_cmpint (nb_test_site_stop (stage->live.site, SIGTERM), ==, 0);
  nb_test_socket_assert_closed (socket, 1001);
}

/* Messages of the client. */

static void
assert_pong (NbTestSocket *socket, const char *ping, const char *t)
{
  g_autoptr (JsonObject) pong = NULL;
  g_autofree char *back = NULL;

  nb_test_socket_send (socket, ping);
  pong = nb_test_socket_next (socket);
  g_assert_cmpstr (json_object_get_string_member (pong, "type"), ==, "pong");
  back = json_to_string (json_object_get_member (pong, "t"), FALSE);
  g_assert_cmpstr (back, ==, t);
}

static void
test_pings (InboxStage *stage)
{
  g_autoptr (NbTestSocket) socket = greet (stage, stage->one, 0);

  assert_pong (socket, "{\"type\":\"ping\"}", "null");
  assert_pong (socket, "{\"type\":\"ping\",\"t\":12}", "12");
  assert_pong (socket, "{\"type\":\"ping\",\"t\":\"now\"}", "\"now\"");
}

static void
assert_fault (NbTestSocket *socket, const char *text, const char *code)
{
  g_autoptr (JsonObject) error = NULL;

  nb_test_socket_send (socket, text);
  error = nb_test_socket_next (socket);
  g_assert_nonnull (error);
  g_assert_cmpstr (json_object_get_string_member (error, "type"), ==, "error");
  g_assert_cmpstr (json_object_get_string_member (error, "code"), ==, code);
  g_assert_true (json_object_has_member (error, "detail"));
}

static void
test_faults (InboxStage *stage)
{
  static const char *const more[] = { "{\"type\":\"ping\",\"t\":true}", "{\"type\":\"ping\",\"t\":{}}",
                                      "{\"type\":\"ping\",\"u\":1}", "{}", "{\"type\":1}" };
  g_autoptr (NbTestSocket) socket = greet (stage, stage->one, 0);
  g_autoptr (NbTestSocket) another = greet (stage, stage->one, 0);

  assert_fault (socket, "x", "malformed_json");
  assert_fault (socket, "[]", "malformed_json");
  assert_pong (socket, "{\"type\":\"ping\"}", "null");
  assert_fault (socket, "{\"type\":\"bid\",\"id\":\"1\",\"amount\":1}", "validation_failed");
  assert_fault (socket, "{\"type\":\"resync\"}", "validation_failed");
  assert_fault (socket, "{\"type\":\"ping\",\"type\":\"ping\"}", "malformed_json");
  nb_test_socket_assert_closed (socket, 1008);
  for (gsize i = 0; i < G_N_ELEMENTS (more); i++)
    assert_fault (another, more[i], "validation_failed");
  nb_test_socket_assert_closed (another, 1008);
}

static void
test_flood (InboxStage *stage)
{
  const char *texts[1000];
  g_autoptr (NbTestSocket) socket = greet (stage, stage->one, 0);

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    texts[i] = "{\"type\":\"ping\"}";
  nb_test_socket_send_many (socket, texts, G_N_ELEMENTS (texts));
  nb_test_socket_assert_closed (socket, 1008);
}

/* Switched off: nothing of it is there, and the rest is whole. */

static void
assert_status (InboxStage *stage, const char *target, guint status)
{
  g_autofree char *answer = live_ask (&stage->live, stage->one, "GET", target, NULL, NULL);

  g_assert_cmpuint (nb_test_status (answer), ==, status);
}

static void
run_disabled (gconstpointer data)
{
  static const char *const sets[] = { "plugins.notify=disabled", NULL };
  InboxStage stage = { 0 };
  g_autofree char *headers = NULL;
  g_autofree char *home = NULL;
  g_autofree char *auction = NULL;
  guint status = 0;

  inbox_stage_set_up (&stage, (NbTestDatabaseKind)GPOINTER_TO_INT (data), sets);
  headers = g_strdup_printf ("Authorization: Bearer %s\r\n", stage.one->token);
  home = live_ask (&stage.live, stage.one, "GET", "/", NULL, NULL);
  g_assert_cmpuint (nb_test_status (home), ==, 200);
  g_assert_null (strstr (home, "/inbox"));
  g_assert_null (strstr (home, "inbox.js"));
  assert_status (&stage, "/inbox", 404);
  assert_status (&stage, "/inbox/settings", 404);
  assert_status (&stage, "/api/v1/notifications", 404);
  assert_status (&stage, "/api/v1/notification-preferences", 404);
  g_assert_null (nb_test_socket_try (stage.live.port, "/ws/me", headers, &status));
  g_assert_cmpuint (status, ==, 404);
  auction = inbox_stage_list_auction (&stage);
  inbox_stage_bid (&stage, stage.one, auction, 10000);
  inbox_stage_bid (&stage, stage.two, auction, 20000);
  live_assert_doctor_is_content (&stage.live);
  inbox_stage_tear_down (&stage);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  inbox_stage_add_test ("/inbox-live/news", test_news);
  inbox_stage_add_test ("/inbox-live/any-order", test_any_order);
  inbox_stage_add_test ("/inbox-live/two-processes", test_two_processes);
  inbox_stage_add_test ("/inbox-live/signed-out", test_signed_out);
  inbox_stage_add_test ("/inbox-live/too-many", test_too_many);
  inbox_stage_add_test ("/inbox-live/leaving", test_leaving);
  inbox_stage_add_test ("/inbox-live/pings", test_pings);
  inbox_stage_add_test ("/inbox-live/faults", test_faults);
  inbox_stage_add_test ("/inbox-live/flood", test_flood);
  for (int kind = NB_TEST_SQLITE; kind <= NB_TEST_POSTGRESQL; kind++)
    {
      g_autofree char *path = g_strdup_printf ("/inbox-live/disabled/%s", nb_test_database_kind_name (kind));

      g_test_add_data_func (path, GINT_TO_POINTER (kind), run_disabled);
    }
  return g_test_run ();
}
