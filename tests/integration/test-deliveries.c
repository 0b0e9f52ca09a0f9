/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What administrators see of messages that didn't go through, and what they can do about them. */
#include <string.h>

#include "tests/integration/inbox-stage.h"
#include "tests/support/nb-test-server.h"

#define LIST "/api/v1/admin/deliveries"
#define PAGE "/admin/notifications"

/* Delivery @id of message @id to the first person, by a channel that doesn't run. */
static void
add_delivery (InboxStage *stage, gint64 id, gboolean is_dead)
{
  g_autofree char *sql = g_strdup_printf (
      "INSERT INTO notify_deliveries (id, message_id, person_id, channel, tries, next_at, is_dead, reason, created_at)"
      " VALUES (%" G_GINT64_FORMAT ", %" G_GINT64_FORMAT ", %s, 'pigeon', 12, %" G_GINT64_FORMAT ", %d,"
      " 'lost <b>above</b> the sea', %" G_GINT64_FORMAT ")",
      id, id, stage->one->id, g_get_real_time (), is_dead, g_get_real_time ());
  g_autofree char *line = g_strdup_printf ("INSERT INTO notify_lines (channel, target, person_id, next_at)"
                                           " VALUES ('pigeon', 0, %s, %" G_GINT64_FORMAT ")",
                                           stage->one->id, g_get_real_time ());

  inbox_stage_add (stage, id, stage->one, "outbid", TRUE);
  g_free (nb_test_database_run (stage->live.database, sql));
  if (!is_dead)
    g_free (nb_test_database_run (stage->live.database, line));
}

/* Deliveries 1 and 3 were given up, 2 waits. Returns: (transfer full): an administrator */
static LivePerson *
prepare (InboxStage *stage)
{
  g_autoptr (JsonObject) session = NULL;
  LivePerson *admin = g_new0 (LivePerson, 1);

  add_delivery (stage, 1, TRUE);
  add_delivery (stage, 2, FALSE);
  add_delivery (stage, 3, TRUE);
  g_free (nb_test_database_run (stage->live.database, "UPDATE people SET roles = 'admin' WHERE username = 'three'"));
  session = live_expect (&stage->live, NULL, "POST", "/api/v1/sessions", NULL,
                         "{\"username\":\"three\",\"password\":\"tangerine-orchard\"}", 200);
  admin->id = g_strdup (stage->three->id);
  admin->token = g_strdup (json_object_get_string_member (session, "token"));
  return admin;
}

static void
expect_status (InboxStage *stage, const LivePerson *person, const char *method, const char *target, const char *body,
               guint status)
{
  g_autofree char *answer = live_ask (&stage->live, person, method, target, NULL, body);

  g_assert_cmpuint (nb_test_status (answer), ==, status);
}

static void
assert_ids (InboxStage *stage, const LivePerson *admin, const char *query, const char *expected, const char *next)
{
  g_autofree char *target = g_strconcat (LIST, query, NULL);
  g_autoptr (JsonObject) list = live_expect (&stage->live, admin, "GET", target, NULL, NULL, 200);
  JsonArray *items = json_object_get_array_member (list, "items");
  g_autoptr (GString) ids = g_string_new (NULL);

  for (guint i = 0; i < json_array_get_length (items); i++)
    g_string_append_printf (ids, "%s%s", ids->len > 0 ? " " : "",
                            json_object_get_string_member (json_array_get_object_element (items, i), "id"));
  g_assert_cmpstr (ids->str, ==, expected);
  g_assert_cmpstr (json_object_get_string_member_with_default (list, "next_cursor", NULL), ==, next);
}

static void
test_lists (InboxStage *stage)
{
  g_autoptr (LivePerson) admin = prepare (stage);
  g_autoptr (JsonObject) list = NULL;
  JsonObject *item;

  assert_ids (stage, admin, "", "3 2 1", NULL);
  assert_ids (stage, admin, "?dead=true", "3 1", NULL);
  assert_ids (stage, admin, "?dead=false", "2", NULL);
  assert_ids (stage, admin, "?dead=true&limit=1", "3", "3");
  assert_ids (stage, admin, "?dead=true&limit=1&cursor=3", "1", NULL);
  list = live_expect (&stage->live, admin, "GET", LIST "?limit=1", NULL, NULL, 200);
  item = json_array_get_object_element (json_object_get_array_member (list, "items"), 0);
  g_assert_cmpstr (json_object_get_string_member (item, "channel"), ==, "pigeon");
  g_assert_cmpstr (json_object_get_string_member (item, "reason"), ==, "lost <b>above</b> the sea");
  g_assert_cmpint (json_object_get_int_member (item, "tries"), ==, 12);
  g_assert_true (json_object_get_boolean_member (item, "is_dead"));
  g_assert_true (json_object_get_null_member (item, "next_at"));
  g_assert_cmpstr (json_object_get_string_member (json_object_get_object_member (item, "message"), "kind"), ==,
                   "outbid");
  expect_status (stage, admin, "GET", LIST "?dead=yes", NULL, 422);
  expect_status (stage, admin, "GET", LIST "?limit=101", NULL, 422);
  expect_status (stage, admin, "GET", LIST "?cursor=x", NULL, 422);
}

static void
test_refuses_others (InboxStage *stage)
{
  g_autoptr (LivePerson) admin = prepare (stage);

  expect_status (stage, NULL, "GET", LIST, NULL, 401);
  expect_status (stage, stage->one, "GET", LIST, NULL, 403);
  expect_status (stage, stage->one, "POST", LIST "/1/retry", NULL, 403);
  expect_status (stage, stage->one, "DELETE", LIST "/1?reason=x", NULL, 403);
  expect_status (stage, stage->one, "GET", PAGE, NULL, 403);
  expect_status (stage, stage->one, "POST", PAGE "/retry", "{}", 403);
  expect_status (stage, NULL, "GET", PAGE, NULL, 303);
  assert_ids (stage, admin, "?dead=true", "3 1", NULL);
}

static void
assert_audit (InboxStage *stage, const LivePerson *admin, const char *action, const char *subject, const char *reason)
{
  g_autofree char *sql
      = g_strdup_printf ("SELECT count(*) FROM audit WHERE actor = 'person:%s' AND action = '%s' AND subject = '%s'"
                         " AND reason = '%s'",
                         admin->id, action, subject, reason);
  g_autofree char *n = nb_test_database_run (stage->live.database, sql);

  g_assert_cmpstr (n, ==, "1");
}

static void
test_changes (InboxStage *stage)
{
  g_autoptr (LivePerson) admin = prepare (stage);
  g_autofree char *tries = NULL;

  expect_status (stage, admin, "POST", LIST "/1/retry", NULL, 204);
  assert_ids (stage, admin, "?dead=false", "2 1", NULL);
  tries = nb_test_database_run (stage->live.database, "SELECT tries FROM notify_deliveries WHERE id = 1");
  g_assert_cmpstr (tries, ==, "0");
  assert_audit (stage, admin, "delivery-retry", "delivery:1", "");
  /* Only what was given up. */
  expect_status (stage, admin, "POST", LIST "/1/retry", NULL, 404);
  expect_status (stage, admin, "DELETE", LIST "/2?reason=x", NULL, 404);

  expect_status (stage, admin, "DELETE", LIST "/3", NULL, 422);
  expect_status (stage, admin, "DELETE", LIST "/3?reason=", NULL, 422);
  expect_status (stage, admin, "DELETE", LIST "/3?reason=wrong%20address", NULL, 204);
  assert_audit (stage, admin, "delivery-drop", "delivery:3", "wrong address");
  assert_ids (stage, admin, "", "2 1", NULL);
}

static void
test_page (InboxStage *stage)
{
  g_autoptr (LivePerson) admin = prepare (stage);
  g_autofree char *page = live_ask (&stage->live, admin, "GET", PAGE, NULL, NULL);

  g_assert_cmpuint (nb_test_status (page), ==, 200);
  g_assert_nonnull (strstr (page, "pigeon"));
  g_assert_nonnull (strstr (page, "lost &lt;b&gt;above"));
  g_assert_nonnull (strstr (page, PAGE "/3/drop"));
  g_assert_null (strstr (page, PAGE "/2/drop"));
  expect_status (stage, admin, "POST", PAGE "/3/drop", "{}", 422);
  expect_status (stage, admin, "POST", PAGE "/3/drop", "{\"reason\":\"old\"}", 303);
  assert_audit (stage, admin, "delivery-drop", "delivery:3", "old");
  expect_status (stage, admin, "POST", PAGE "/3/retry", "{}", 404);
  expect_status (stage, admin, "POST", PAGE "/retry", "{}", 303);
  assert_audit (stage, admin, "delivery-retry", "delivery:all", "");
  assert_ids (stage, admin, "?dead=false", "2 1", NULL);
  expect_status (stage, admin, "POST", PAGE "/drop", "{\"reason\":\"none\"}", 303);
  assert_ids (stage, admin, "", "2 1", NULL);
}

static void
test_doctor (InboxStage *stage)
{
  g_autoptr (LivePerson) admin = prepare (stage);
  g_autoptr (NbTestRun) run = NULL;

  /* One that nobody would find. */
  g_free (nb_test_database_run (stage->live.database, "DELETE FROM notify_lines"));
  run = live_ask_doctor (&stage->live);
  g_assert_nonnull (strstr (run->out, "pigeon: 2 messages were given up"));
  g_assert_nonnull (strstr (run->out, "delivery 2 by pigeon waits, but stands in no line"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  inbox_stage_add_test ("/deliveries/lists", test_lists);
  inbox_stage_add_test ("/deliveries/refuses-others", test_refuses_others);
  inbox_stage_add_test ("/deliveries/changes", test_changes);
  inbox_stage_add_test ("/deliveries/page", test_page);
  inbox_stage_add_test ("/deliveries/doctor", test_doctor);
  return g_test_run ();
}
