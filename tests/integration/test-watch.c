/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What people watch, over the API, and what real events tell to whom. */
#include "tests/integration/inbox-stage.h"

#include "tests/support/nb-test-server.h"
#include <neighborbid/neighborbid.h>

static void
call (InboxStage *stage, const LivePerson *person, const char *method, const char *auction, guint status)
{
  g_autofree char *target = g_strdup_printf ("/api/v1/auctions/%s/watch", auction);
  g_autofree char *answer = live_ask (&stage->live, person, method, target, NULL, NULL);

  g_assert_cmpuint (nb_test_status (answer), ==, status);
}

static void
assert_watching (InboxStage *stage, const LivePerson *person, const char *auction, gboolean is_watching)
{
  g_autofree char *target = g_strdup_printf ("/api/v1/auctions/%s/watch", auction);
  g_autoptr (JsonObject) answer = live_expect (&stage->live, person, "GET", target, NULL, NULL, 200);

  g_assert_cmpint (json_object_get_boolean_member (answer, "watching"), ==, is_watching);
}

static gint64
count_messages (InboxStage *stage, const LivePerson *person)
{
  g_autoptr (JsonObject) list = live_expect (&stage->live, person, "GET", "/api/v1/notifications", NULL, NULL, 200);

  return json_array_get_length (json_object_get_array_member (list, "items"));
}

static void
assert_about (InboxStage *stage, const LivePerson *person, const char *kind, gint64 price)
{
  g_autofree char *id = inbox_stage_await (stage, person, kind);
  g_autofree char *target = g_strdup_printf ("/api/v1/notifications/%s", id);
  g_autoptr (JsonObject) message = live_expect (&stage->live, person, "GET", target, NULL, NULL, 200);

  g_assert_cmpint (live_get_int (message, "price"), ==, price);
}

/* Returns: (transfer full): the id of a new auction of the third person's */
static char *
list_auction (InboxStage *stage)
{
  g_autofree char *ends_at = nb_time_to_json (g_get_real_time () + G_TIME_SPAN_DAY);
  g_autofree char *body = g_strdup_printf ("{\"type\":\"local\",\"title\":\"Camping chair\",\"description\":\"\","
                                           "\"ends_at\":\"%s\",\"terms\":{\"start_price\":1000}}",
                                           ends_at);
  g_autoptr (JsonObject) auction
      = live_expect (&stage->live, stage->three, "POST", "/api/v1/auctions", NULL, body, 201);

  return g_strdup (json_object_get_string_member (auction, "id"));
}

static void
test_watching (InboxStage *stage)
{
  g_autofree char *auction = list_auction (stage);

  assert_watching (stage, stage->one, auction, FALSE);
  call (stage, stage->one, "PUT", auction, 200);
  call (stage, stage->one, "PUT", auction, 200);
  assert_watching (stage, stage->one, auction, TRUE);
  assert_watching (stage, stage->two, auction, FALSE);
  call (stage, stage->one, "DELETE", auction, 204);
  call (stage, stage->one, "DELETE", auction, 204);
  assert_watching (stage, stage->one, auction, FALSE);
  call (stage, stage->three, "PUT", auction, 409);
  call (stage, stage->one, "PUT", "123", 404);
  call (stage, stage->one, "DELETE", "123", 404);
  call (stage, NULL, "PUT", auction, 401);
  call (stage, NULL, "GET", auction, 401);
}

/* Who watches hears of a cancellation; the seller, who did it, doesn't. */
static void
test_cancelled (InboxStage *stage)
{
  g_autofree char *auction = list_auction (stage);
  g_autofree char *target = g_strdup_printf ("/api/v1/auctions/%s/cancel", auction);
  g_autofree char *id = NULL;
  g_autofree char *answer = NULL;

  call (stage, stage->one, "PUT", auction, 200);
  answer = live_ask (&stage->live, stage->three, "POST", target, NULL, "{}");
  g_assert_cmpuint (nb_test_status (answer), ==, 200);
  id = inbox_stage_await (stage, stage->one, "cancelled");
  g_assert_cmpint (count_messages (stage, stage->three), ==, 0);
  g_assert_cmpint (count_messages (stage, stage->two), ==, 0);
  call (stage, stage->two, "PUT", auction, 409);
}

/* A sale, from the first bid to the end. */
static void
test_sold (InboxStage *stage)
{
  g_autofree char *auction = list_auction (stage);
  g_autofree char *sql = g_strdup_printf (
      "UPDATE auctions SET ends_at = 1, original_ends_at = 1, next_due_at = 1 WHERE id = %s", auction);

  inbox_stage_bid (stage, stage->one, auction, 1000);
  inbox_stage_bid (stage, stage->two, auction, 2000);
  assert_about (stage, stage->one, "outbid", 2000);
  g_free (nb_test_database_run (stage->live.database, sql));
  assert_about (stage, stage->two, "won", 2000);
  assert_about (stage, stage->one, "lost", 2000);
  assert_about (stage, stage->three, "sold", 2000);
  assert_about (stage, stage->three, "payout", 2000);
  /* Besides: what each charged their wallet with. */
  g_assert_cmpint (count_messages (stage, stage->one), ==, 3);
  g_assert_cmpint (count_messages (stage, stage->two), ==, 2);
  g_assert_cmpint (count_messages (stage, stage->three), ==, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  inbox_stage_add_test ("/watch/over-the-api", test_watching);
  inbox_stage_add_test ("/watch/a-cancelled-auction", test_cancelled);
  inbox_stage_add_test ("/watch/a-sale-from-the-first-bid-to-the-end", test_sold);
  return g_test_run ();
}
