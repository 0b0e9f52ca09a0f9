/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A chair is sold to a neighbour: the real program, over HTTP, from signing up to the last won, on both databases. */
#include <json-glib/json-glib.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include <neighborbid/nb-request.h>

#include "tests/integration/live-site.h"
#include "tests/support/nb-test-server.h"

/* From the listing to the last bid a dozen requests must fit in. */
#define AUCTION_SECONDS 15

/* The same deposit twice by one key is one deposit. */
static void
deposit (LiveSite *self, const LivePerson *person, gint64 amount)
{
  g_autofree char *body = g_strdup_printf ("{\"amount\":%" G_GINT64_FORMAT "}", amount);
  g_autoptr (JsonObject) first = live_expect (self, person, "POST", "/api/v1/wallet/deposits", "first", body, 201);
  g_autofree char *again = live_ask (self, person, "POST", "/api/v1/wallet/deposits", "first", body);
  g_autofree char *replayed = nb_test_header (again, "Idempotent-Replayed");

  g_assert_cmpint (live_get_int (first, "available"), ==, amount);
  g_assert_cmpuint (nb_test_status (again), ==, 201);
  g_assert_cmpstr (replayed, ==, "true");
  live_assert_wallet (self, person, amount, 0);
}

/* Returns: the path of a new auction from 10,000 in steps of 1,000 */
static char *
list_chair (LiveSite *self, const LivePerson *seller)
{
  g_autofree char *ends_at = nb_time_to_json (g_get_real_time () + AUCTION_SECONDS * (gint64)G_USEC_PER_SEC);
  g_autofree char *body
      = g_strdup_printf ("{\"type\":\"local\",\"title\":\"캠핑의자\",\"description\":\"두 번 썼어요\","
                         "\"ends_at\":\"%s\",\"terms\":{\"start_price\":10000,\"step\":1000}}",
                         ends_at);
  g_autoptr (JsonObject) auction = live_expect (self, seller, "POST", "/api/v1/auctions", NULL, body, 201);

  g_assert_cmpstr (json_object_get_string_member (auction, "status"), ==, "open");
  g_assert_cmpint (live_get_int (auction, "min_next"), ==, 10000);
  g_assert_true (json_object_get_null_member (auction, "price"));
  g_assert_cmpstr (json_object_get_string_member (auction, "region"), ==, "1168010100");
  return g_strconcat ("/api/v1/auctions/", json_object_get_string_member (auction, "id"), NULL);
}

static void
assert_bid (LiveSite *self, const LivePerson *person, const char *auction, const char *body, const char *status,
            gint64 price, gint64 hold)
{
  g_autofree char *target = g_strconcat (auction, "/bids", NULL);
  g_autoptr (JsonObject) bid = live_expect (self, person, "POST", target, NULL, body, 201);

  g_assert_cmpstr (json_object_get_string_member (bid, "status"), ==, status);
  g_assert_cmpint (live_get_int (bid, "price"), ==, price);
  g_assert_cmpint (live_get_int (bid, "min_next"), ==, price + 1000);
  g_assert_cmpint (live_get_int (bid, "hold"), ==, hold);
}

static void
assert_refused (LiveSite *self, const LivePerson *person, const char *auction, const char *body, guint status,
                const char *code, gint64 min_next)
{
  g_autofree char *target = g_strconcat (auction, "/bids", NULL);
  g_autofree char *answer = live_ask (self, person, "POST", target, NULL, body);
  g_autoptr (JsonObject) problem = NULL;

  nb_test_assert_problem (answer, status, code);
  problem = live_read_object (answer);
  if (min_next != 0)
    g_assert_cmpint (live_get_int (problem, "min_next"), ==, min_next);
}

/* The auction closes by itself; nobody asks it to. Returns: it */
static JsonObject *
wait_until_sold (LiveSite *self, const char *auction)
{
  gint64 deadline = g_get_monotonic_time () + (AUCTION_SECONDS + 90) * (gint64)G_USEC_PER_SEC;

  while (g_get_monotonic_time () < deadline)
    {
      g_autoptr (JsonObject) now = live_expect (self, NULL, "GET", auction, NULL, NULL, 200);

      if (g_str_equal (json_object_get_string_member (now, "status"), "sold"))
        return g_steal_pointer (&now);
      g_usleep (100000);
    }
  g_error ("%s is not sold", auction);
}

static void
bid_and_be_refused (LiveSite *self, const LivePerson *seller, const LivePerson *minji, const LivePerson *jisoo,
                    const LivePerson *far, const char *auction)
{
  assert_bid (self, minji, auction, "{\"amount\":10000}", "leading", 10000, 10000);
  assert_refused (self, jisoo, auction, "{\"amount\":10000}", 409, "bid_too_low", 11000);
  assert_refused (self, jisoo, auction, "{\"amount\":11500}", 422, "not_a_multiple_of_step", 0);
  assert_bid (self, jisoo, auction, "{\"max\":20000}", "leading", 11000, 20000);
  live_assert_wallet (self, minji, 100000, 0);
  assert_bid (self, minji, auction, "{\"amount\":15000}", "outbid", 16000, 0);
  assert_bid (self, minji, auction, "{\"max\":60000}", "leading", 21000, 60000);
  live_assert_wallet (self, minji, 40000, 60000);
  live_assert_wallet (self, jisoo, 50000, 0);
  assert_refused (self, jisoo, auction, "{\"amount\":51000}", 409, "insufficient_funds", 0);
  assert_refused (self, jisoo, auction, "{\"amount\":1000000000001}", 422, "validation_failed", 0);
  assert_refused (self, seller, auction, "{\"amount\":30000}", 403, "seller_cannot_bid", 0);
  assert_refused (self, far, auction, "{\"amount\":30000}", 403, "region_not_allowed", 0);
  assert_refused (self, NULL, auction, "{\"amount\":30000}", 401, "not_signed_in", 0);
  assert_refused (self, jisoo, "/api/v1/auctions/12345", "{\"amount\":30000}", 404, "not_found", 0);
}

static void
test_journey (LiveSite *self, gconstpointer data)
{
  g_autoptr (LivePerson) seller = live_join (self, "seller", "1168010100");
  g_autoptr (LivePerson) minji = live_join (self, "minji", "1168010600");
  g_autoptr (LivePerson) jisoo = live_join (self, "jisoo", "1120011500");
  g_autoptr (LivePerson) far = live_join (self, "suwon", "4111710500");
  g_autofree char *auction = NULL;
  g_autoptr (JsonObject) sold = NULL;
  JsonObject *winner;

  deposit (self, minji, 100000);
  deposit (self, jisoo, 50000);
  auction = list_chair (self, seller);
  bid_and_be_refused (self, seller, minji, jisoo, far, auction);
  sold = wait_until_sold (self, auction);
  winner = json_object_get_object_member (sold, "winner");
  g_assert_cmpstr (json_object_get_string_member (winner, "id"), ==, minji->id);
  g_assert_cmpint (live_get_int (sold, "price"), ==, 21000);
  assert_refused (self, jisoo, auction, "{\"amount\":30000}", 409, "auction_ended", 0);
  live_assert_wallet (self, minji, 79000, 0);
  live_assert_wallet (self, jisoo, 50000, 0);
  live_assert_wallet (self, seller, 21000, 0);
  g_assert_cmpint (nb_test_site_stop (self->site, SIGTERM), ==, 0);
  live_assert_doctor_is_content (self);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (int kind = NB_TEST_SQLITE; kind <= NB_TEST_POSTGRESQL; kind++)
    {
      g_autofree char *path
          = g_strdup_printf ("/journey/%s/local", nb_test_database_kind_name ((NbTestDatabaseKind)kind));

      g_test_add (path, LiveSite, GINT_TO_POINTER (kind), live_site_set_up, test_journey, live_site_tear_down);
    }
  return g_test_run ();
}
