/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Two clients spend one balance at the same moment, over HTTP, again and again: one bid stands, one is refused. */
#include <signal.h>
#include <string.h>

#include <neighborbid/nb-request.h>

#include "tests/integration/live-site.h"
#include "tests/support/nb-test-server.h"

#define ROUNDS 100
#define PRICE 10000

/* Opens for two at once. */
typedef struct
{
  GMutex lock;
  GCond cond;
  guint n_waiting;
} Gate;

typedef struct
{
  LiveSite *site;
  const LivePerson *person;
  Gate *gate;
  char *target;
  char *answer;
} Runner;

static void
pass_gate (Gate *gate)
{
  g_mutex_lock (&gate->lock);
  gate->n_waiting++;
  g_cond_broadcast (&gate->cond);
  while (gate->n_waiting < 2)
    g_cond_wait (&gate->cond, &gate->lock);
  g_mutex_unlock (&gate->lock);
}

static gpointer
run (gpointer data)
{
  Runner *runner = data;

  pass_gate (runner->gate);
  runner->answer = live_ask (runner->site, runner->person, "POST", runner->target, NULL, "{\"amount\":10000}");
  return NULL;
}

/* Returns: the path of the bids of a new auction */
static char *
list_one (LiveSite *self, const LivePerson *seller)
{
  g_autofree char *ends_at = nb_time_to_json (g_get_real_time () + 3600 * (gint64)G_USEC_PER_SEC);
  g_autofree char *body = g_strdup_printf ("{\"type\":\"local\",\"title\":\"의자\",\"description\":\"-\","
                                           "\"ends_at\":\"%s\",\"terms\":{\"start_price\":10000}}",
                                           ends_at);
  g_autoptr (JsonObject) auction = live_expect (self, seller, "POST", "/api/v1/auctions", NULL, body, 201);

  return g_strdup_printf ("/api/v1/auctions/%s/bids", json_object_get_string_member (auction, "id"));
}

static void
race_once (LiveSite *self, const LivePerson *seller, const LivePerson *bidder)
{
  Gate gate = { 0 };
  Runner runners[2];
  GThread *threads[2];
  guint n_stand = 0;

  for (guint i = 0; i < 2; i++)
    runners[i] = (Runner){ .site = self, .person = bidder, .gate = &gate, .target = list_one (self, seller) };
  for (guint i = 0; i < 2; i++)
    threads[i] = g_thread_new ("runner", run, &runners[i]);
  for (guint i = 0; i < 2; i++)
    g_thread_join (threads[i]);
  for (guint i = 0; i < 2; i++)
    {
      if (nb_test_status (runners[i].answer) == 201)
        n_stand++;
      else
        {
          g_assert_cmpuint (nb_test_status (runners[i].answer), ==, 409);
          g_assert_nonnull (strstr (runners[i].answer, "\"insufficient_funds\""));
        }
      g_free (runners[i].answer);
      g_free (runners[i].target);
    }
  g_assert_cmpuint (n_stand, ==, 1);
}

static void
test_race (LiveSite *self, gconstpointer data)
{
  g_autoptr (LivePerson) seller = live_join (self, "seller", "1168010100");
  g_autoptr (LivePerson) bidder = live_join (self, "bidder", "1168010100");

  for (guint round = 1; round <= ROUNDS; round++)
    {
      g_autofree char *key = g_strdup_printf ("round-%u", round);
      g_autoptr (JsonObject) deposit
          = live_expect (self, bidder, "POST", "/api/v1/wallet/deposits", key, "{\"amount\":10000}", 201);

      g_assert_cmpint (live_get_int (deposit, "available"), ==, PRICE);
      race_once (self, seller, bidder);
      live_assert_wallet (self, bidder, 0, round * (gint64)PRICE);
    }
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
          = g_strdup_printf ("/race/%s/one-balance", nb_test_database_kind_name ((NbTestDatabaseKind)kind));

      g_test_add (path, LiveSite, GINT_TO_POINTER (kind), live_site_set_up, test_race, live_site_tear_down);
    }
  return g_test_run ();
}
