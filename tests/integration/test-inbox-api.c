/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The inbox over the API: whose messages, in which order, what was read, and what people choose to hear. */
#include "tests/integration/inbox-stage.h"

#include <string.h>

#include "tests/support/nb-test-server.h"

static void
assert_unread (InboxStage *stage, const LivePerson *person, gint64 unread)
{
  g_autoptr (JsonObject) list = live_expect (&stage->live, person, "GET", "/api/v1/notifications", NULL, NULL, 200);

  g_assert_cmpint (live_get_int (list, "unread"), ==, unread);
}

static void
assert_refused (InboxStage *stage, const LivePerson *person, const char *method, const char *target, const char *body,
                guint status, const char *field)
{
  g_autoptr (JsonObject) problem = live_expect (&stage->live, person, method, target, NULL, body, status);

  if (field != NULL)
    g_assert_cmpstr (json_object_get_string_member (problem, "field"), ==, field);
}

/* Follows the cursors. Returns: (transfer full): the ids in order, with a space between them */
static char *
collect (InboxStage *stage, const LivePerson *person, const char *query)
{
  g_autoptr (GString) ids = g_string_new (NULL);
  g_autofree char *cursor = NULL;

  do
    {
      g_autofree char *target = g_strdup_printf ("/api/v1/notifications?%s%s%s", query,
                                                 cursor != NULL ? "&cursor=" : "", cursor != NULL ? cursor : "");
      g_autoptr (JsonObject) list = live_expect (&stage->live, person, "GET", target, NULL, NULL, 200);
      JsonArray *items = json_object_get_array_member (list, "items");

      for (guint i = 0; i < json_array_get_length (items); i++)
        g_string_append_printf (ids, "%s%s", ids->len > 0 ? " " : "",
                                json_object_get_string_member (json_array_get_object_element (items, i), "id"));
      g_free (cursor);
      cursor = g_strdup (json_object_get_null_member (list, "next_cursor")
                             ? NULL
                             : json_object_get_string_member (list, "next_cursor"));
    }
  while (cursor != NULL);
  return g_string_free (g_steal_pointer (&ids), FALSE);
}

static void
assert_ids (InboxStage *stage, const LivePerson *person, const char *query, const char *ids)
{
  g_autofree char *found = collect (stage, person, query);

  g_assert_cmpstr (found, ==, ids);
}

static void
test_lists (InboxStage *stage)
{
  assert_ids (stage, stage->one, "limit=2", "");
  inbox_stage_add (stage, 101, stage->one, "outbid", TRUE);
  inbox_stage_add (stage, 102, stage->two, "won", TRUE);
  inbox_stage_add (stage, 103, stage->one, "sold", TRUE);
  inbox_stage_add (stage, 104, stage->one, "deposit", FALSE);
  inbox_stage_add (stage, 105, stage->one, "payout", TRUE);
  inbox_stage_add (stage, 106, stage->one, "paused", TRUE);
  assert_ids (stage, stage->one, "limit=1", "106 105 103 101");
  assert_ids (stage, stage->one, "limit=2", "106 105 103 101");
  assert_ids (stage, stage->one, "limit=100", "106 105 103 101");
  assert_ids (stage, stage->two, "", "102");
  assert_ids (stage, stage->one, "group=bids&limit=1", "101");
  assert_ids (stage, stage->one, "group=sales", "103");
  assert_ids (stage, stage->one, "group=deals", "105");
  assert_ids (stage, stage->one, "group=system", "106");
  assert_unread (stage, stage->one, 4);
  assert_refused (stage, stage->one, "GET", "/api/v1/notifications?group=others", NULL, 422, "group");
  assert_refused (stage, stage->one, "GET", "/api/v1/notifications?unread=1", NULL, 422, "unread");
  assert_refused (stage, stage->one, "GET", "/api/v1/notifications?limit=101", NULL, 422, "limit");
  assert_refused (stage, stage->one, "GET", "/api/v1/notifications?cursor=x", NULL, 422, "cursor");
  assert_refused (stage, NULL, "GET", "/api/v1/notifications", NULL, 401, NULL);
}

static void
test_reads_one (InboxStage *stage)
{
  g_autoptr (JsonObject) before = NULL;
  g_autoptr (JsonObject) first = NULL;
  g_autoptr (JsonObject) again = NULL;

  inbox_stage_add (stage, 201, stage->one, "outbid", TRUE);
  inbox_stage_add (stage, 202, stage->one, "won", TRUE);
  inbox_stage_add (stage, 203, stage->one, "won", FALSE);
  before = live_expect (&stage->live, stage->one, "GET", "/api/v1/notifications/201", NULL, NULL, 200);
  g_assert_true (json_object_get_null_member (before, "read_at"));
  g_assert_cmpstr (json_object_get_string_member (before, "kind"), ==, "outbid");
  g_assert_nonnull (strstr (json_object_get_string_member (before, "subject"), "Camping chair"));
  first = live_expect (&stage->live, stage->one, "POST", "/api/v1/notifications/201/read", NULL, NULL, 200);
  again = live_expect (&stage->live, stage->one, "POST", "/api/v1/notifications/201/read", NULL, "{}", 200);
  g_assert_cmpstr (json_object_get_string_member (first, "read_at"), ==,
                   json_object_get_string_member (again, "read_at"));
  assert_unread (stage, stage->one, 1);
  assert_ids (stage, stage->one, "unread=true", "202");
  assert_ids (stage, stage->one, "unread=false", "202 201");
  assert_refused (stage, stage->two, "GET", "/api/v1/notifications/202", NULL, 404, NULL);
  assert_refused (stage, stage->two, "POST", "/api/v1/notifications/202/read", NULL, 404, NULL);
  assert_refused (stage, stage->one, "GET", "/api/v1/notifications/203", NULL, 404, NULL);
  assert_refused (stage, stage->one, "POST", "/api/v1/notifications/203/read", NULL, 404, NULL);
  assert_refused (stage, stage->one, "GET", "/api/v1/notifications/999", NULL, 404, NULL);
  assert_refused (stage, stage->one, "POST", "/api/v1/notifications/202/read", "{\"read\":true}", 422, "read");
  assert_unread (stage, stage->one, 1);
}

static void
read_all (InboxStage *stage, const char *body, gint64 unread)
{
  g_autoptr (JsonObject) answer
      = live_expect (&stage->live, stage->one, "POST", "/api/v1/notifications/read", NULL, body, 200);

  g_assert_cmpint (live_get_int (answer, "unread"), ==, unread);
}

static void
test_reads_all (InboxStage *stage)
{
  inbox_stage_add (stage, 301, stage->one, "outbid", TRUE);
  inbox_stage_add (stage, 302, stage->two, "outbid", TRUE);
  inbox_stage_add (stage, 303, stage->one, "sold", TRUE);
  inbox_stage_add (stage, 304, stage->one, "won", TRUE);
  read_all (stage, "{\"up_to\":\"303\"}", 1);
  read_all (stage, "{\"up_to\":\"303\"}", 1);
  assert_ids (stage, stage->one, "unread=true", "304");
  read_all (stage, "{}", 0);
  read_all (stage, "{}", 0);
  assert_unread (stage, stage->two, 1);
}

/* A person's outbid message tells what their auction costs now, while it goes on. */
static void
test_current_price (InboxStage *stage)
{
  g_autofree char *auction = inbox_stage_list_auction (stage);
  g_autofree char *target = NULL;
  g_autofree char *id = NULL;
  g_autoptr (JsonObject) answer = NULL;

  inbox_stage_bid (stage, stage->one, auction, 10000);
  inbox_stage_bid (stage, stage->two, auction, 20000);
  id = inbox_stage_await (stage, stage->one, "outbid");
  target = g_strdup_printf ("/api/v1/notifications/%s", id);
  inbox_stage_bid (stage, stage->three, auction, 30000);
  answer = live_expect (&stage->live, stage->one, "GET", target, NULL, NULL, 200);
  g_assert_cmpint (live_get_int (answer, "current_price"), ==, 30000);
  g_assert_cmpstr (json_object_get_string_member (answer, "auction_id"), ==, auction);
}

/* Wishes. */

#define WISHES "/api/v1/notification-preferences"

static JsonObject *
put (InboxStage *stage, const char *body)
{
  return live_expect (&stage->live, stage->one, "PUT", WISHES, NULL, body, 200);
}

static gboolean
wants (JsonObject *wishes, const char *kind, const char *channel)
{
  JsonObject *kinds = json_object_get_object_member (wishes, "preferences");

  return json_object_get_boolean_member (json_object_get_object_member (kinds, kind), channel);
}

static void
test_wishes (InboxStage *stage)
{
  g_autoptr (JsonObject) before = live_expect (&stage->live, stage->one, "GET", WISHES, NULL, NULL, 200);
  g_autoptr (JsonObject) off = NULL;
  g_autoptr (JsonObject) quiet = NULL;
  g_autoptr (JsonObject) other = NULL;
  g_autoptr (JsonObject) loud = NULL;

  g_assert_cmpuint (json_object_get_size (json_object_get_object_member (before, "preferences")), ==, 15);
  g_assert_cmpstr (json_array_get_string_element (json_object_get_array_member (before, "channels"), 0), ==, "inbox");
  g_assert_true (wants (before, "outbid", "inbox"));
  g_assert_true (json_object_get_null_member (before, "quiet_hours"));
  off = put (stage, "{\"preferences\":{\"outbid\":{\"inbox\":false}}}");
  g_assert_false (wants (off, "outbid", "inbox"));
  g_assert_true (wants (off, "won", "inbox"));
  quiet = put (stage, "{\"quiet_hours\":{\"from\":\"22:00\",\"to\":\"07:05\"}}");
  g_assert_false (wants (quiet, "outbid", "inbox"));
  g_assert_cmpstr (json_object_get_string_member (json_object_get_object_member (quiet, "quiet_hours"), "to"), ==,
                   "07:05");
  other = live_expect (&stage->live, stage->two, "GET", WISHES, NULL, NULL, 200);
  g_assert_true (wants (other, "outbid", "inbox"));
  loud = put (stage, "{\"quiet_hours\":null,\"preferences\":{\"outbid\":{\"inbox\":true}}}");
  g_assert_true (json_object_get_null_member (loud, "quiet_hours"));
  g_assert_true (wants (loud, "outbid", "inbox"));
}

/* What GET answers goes back as it is, and changes nothing. */
static void
test_wishes_round_trip (InboxStage *stage)
{
  g_autoptr (JsonObject) set = put (stage, "{\"preferences\":{\"sold\":{\"inbox\":false}},"
                                           "\"quiet_hours\":{\"from\":\"00:00\",\"to\":\"23:59\"}}");
  g_autofree char *answer = live_ask (&stage->live, stage->one, "GET", WISHES, NULL, NULL);
  g_autoptr (JsonObject) back = put (stage, nb_test_body (answer));
  JsonObject *hours = json_object_get_object_member (back, "quiet_hours");

  g_assert_false (wants (set, "sold", "inbox"));
  g_assert_false (wants (back, "sold", "inbox"));
  g_assert_true (wants (back, "won", "inbox"));
  g_assert_cmpstr (json_object_get_string_member (hours, "from"), ==, "00:00");
  g_assert_cmpstr (json_object_get_string_member (hours, "to"), ==, "23:59");
}

static const struct
{
  const char *body;
  const char *field;
} bad_wishes[] = {
  { "{\"preferences\":{\"nosuch\":{\"inbox\":false}}}", "preferences.nosuch" },
  { "{\"preferences\":{\"outbid\":true}}", "preferences.outbid" },
  { "{\"preferences\":{\"outbid\":null}}", "preferences.outbid" },
  { "{\"preferences\":{\"outbid\":{\"pigeon\":true}}}", "preferences.outbid.pigeon" },
  { "{\"preferences\":{\"outbid\":{\"inbox\":\"no\"}}}", "preferences.outbid.inbox" },
  { "{\"preferences\":{\"outbid\":{\"inbox\":0}}}", "preferences.outbid.inbox" },
  { "{\"preferences\":{\"outbid\":{\"inbox\":null}}}", "preferences.outbid.inbox" },
  { "{\"preferences\":[]}", "preferences" },
  { "{\"quiet_hours\":{}}", "quiet_hours.from" },
  { "{\"quiet_hours\":{\"from\":\"22:00\"}}", "quiet_hours.to" },
  { "{\"quiet_hours\":{\"from\":\"24:00\",\"to\":\"07:00\"}}", "quiet_hours.from" },
  { "{\"quiet_hours\":{\"from\":\"22:60\",\"to\":\"07:00\"}}", "quiet_hours.from" },
  { "{\"quiet_hours\":{\"from\":\"2:00\",\"to\":\"07:00\"}}", "quiet_hours.from" },
  { "{\"quiet_hours\":{\"from\":\"22:00\",\"to\":\"07:00:00\"}}", "quiet_hours.to" },
  { "{\"quiet_hours\":{\"from\":\"22:00\",\"to\":\"22:00\"}}", "quiet_hours.to" },
  { "{\"quiet_hours\":{\"from\":1320,\"to\":\"07:00\"}}", "quiet_hours.from" },
  { "{\"quiet_hours\":{\"from\":\"22:00\",\"to\":\"07:00\",\"days\":\"all\"}}", "quiet_hours.days" },
  { "{\"quiet_hours\":\"22:00-07:00\"}", "quiet_hours" },
  { "{\"channels\":\"inbox\"}", "channels" },
};

static void
test_bad_wishes (InboxStage *stage)
{
  g_autofree char *rows = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (bad_wishes); i++)
    assert_refused (stage, stage->one, "PUT", WISHES, bad_wishes[i].body, 422, bad_wishes[i].field);
  assert_refused (stage, NULL, "PUT", WISHES, "{}", 401, NULL);
  rows = nb_test_database_run (stage->live.database, "SELECT count (*) FROM notify_preferences");
  g_assert_cmpstr (rows, ==, "0");
}

/* Who wants no message of a kind in the inbox gets none there. */
static void
test_unwanted (InboxStage *stage)
{
  g_autofree char *auction = inbox_stage_list_auction (stage);
  g_autoptr (JsonObject) off = put (stage, "{\"preferences\":{\"outbid\":{\"inbox\":false}}}");
  g_autofree char *later = NULL;

  inbox_stage_bid (stage, stage->one, auction, 10000);
  inbox_stage_bid (stage, stage->two, auction, 20000);
  inbox_stage_bid (stage, stage->three, auction, 30000);
  later = inbox_stage_await (stage, stage->two, "outbid");
  g_assert_false (wants (off, "outbid", "inbox"));
  assert_ids (stage, stage->one, "group=bids", "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  inbox_stage_add_test ("/inbox-api/lists", test_lists);
  inbox_stage_add_test ("/inbox-api/reads-one", test_reads_one);
  inbox_stage_add_test ("/inbox-api/reads-all", test_reads_all);
  inbox_stage_add_test ("/inbox-api/current-price", test_current_price);
  inbox_stage_add_test ("/inbox-api/wishes", test_wishes);
  inbox_stage_add_test ("/inbox-api/wishes-round-trip", test_wishes_round_trip);
  inbox_stage_add_test ("/inbox-api/bad-wishes", test_bad_wishes);
  inbox_stage_add_test ("/inbox-api/unwanted", test_unwanted);
  return g_test_run ();
}
