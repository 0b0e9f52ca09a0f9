/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Everyone in an auction is told, in portions: none lost and none doubled when the process dies, or when several are at
 * it. */
#include "plugins/notify/nb-crier.h"
#include "tests/unit/notify/herald-stage.h"

#define N_PEOPLE 1000

#define assert_count(stage, sql, expected) g_assert_cmpint (notify_fixture_count ((stage)->fixture, sql), ==, expected)

static void
close_auction (HeraldStage *stage, gint64 auction)
{
  g_autofree char *winner = g_strdup_printf ("INSERT INTO winners VALUES (%" G_GINT64_FORMAT ", 2, 1, 12000)", auction);

  herald_stage_add_auction (stage, auction, "sold", 2, 12000);
  herald_stage_add_bids (stage, auction, 2, N_PEOPLE);
  herald_stage_run (stage, "UPDATE auctions SET winner_id = 2, winning_price = 12000, close_reason = 'ended'");
  herald_stage_run (stage, winner);
  herald_stage_event (stage, "auction-closed", auction,
                      "{'seq': <int64 9>, 'status': <'sold'>, 'winner': <int64 2>, 'price': <int64 12000>}");
}

static void
check_all_told (HeraldStage *stage, gint64 n_auctions)
{
  assert_count (stage, "SELECT count(*) FROM notify_messages WHERE kind = 'lost'", (N_PEOPLE - 2) * n_auctions);
  assert_count (stage,
                "SELECT count(*) FROM (SELECT DISTINCT auction_id, person_id FROM notify_messages"
                " WHERE kind = 'lost') AS m",
                (N_PEOPLE - 2) * n_auctions);
  assert_count (stage, "SELECT count(*) FROM notify_messages WHERE kind = 'won'", n_auctions);
  assert_count (stage, "SELECT count(*) FROM notify_deliveries", N_PEOPLE * n_auctions);
  assert_count (stage, "SELECT count(*) FROM notify_fanouts", 0);
}

static void
test_dies (NotifyFixture *fixture)
{
  g_auto (HeraldStage) stage = { 0 };

  herald_stage_open (&stage, fixture, N_PEOPLE);
  close_auction (&stage, 50);
  herald_stage_consume (&stage);
  /* The winner, then a portion of the others; and so again after each death. */
  for (guint round = 0; round < 2; round++)
    {
      stage.stop_after = stage.n_written + 2 - round;
      while (stage.herald != NULL)
        g_main_context_iteration (fixture->loop.context, TRUE);
      assert_count (&stage, "SELECT count(*) FROM notify_messages WHERE kind = 'lost'",
                    (gint64)(round + 1) * NB_CRIER_PORTION);
      herald_stage_start (&stage);
      nb_herald_wake (stage.herald);
    }
  stage.stop_after = 0;
  herald_stage_run_until_idle (&stage);
  check_all_told (&stage, 1);
}

/* A pause that is over before everyone was told is told no further. */
static void
test_not_true_any_more (NotifyFixture *fixture)
{
  g_auto (HeraldStage) stage = { 0 };

  herald_stage_open (&stage, fixture, N_PEOPLE);
  herald_stage_add_auction (&stage, 50, "paused", 2, 9000);
  herald_stage_add_bids (&stage, 50, 2, N_PEOPLE);
  herald_stage_event (&stage, "auction-paused", 50, "{'reason': <'type-stopped'>}");
  herald_stage_consume (&stage);
  stage.stop_after = stage.n_written + 1;
  while (stage.herald != NULL)
    g_main_context_iteration (fixture->loop.context, TRUE);
  herald_stage_run (&stage, "UPDATE auctions SET status = 'open'");
  herald_stage_start (&stage);
  herald_stage_event (&stage, "auction-resumed", 50, "{}");
  herald_stage_consume (&stage);
  herald_stage_run_until_idle (&stage);
  assert_count (&stage, "SELECT count(*) FROM notify_messages WHERE kind = 'paused' AND person_id <> 1",
                NB_CRIER_PORTION);
  assert_count (&stage, "SELECT count(*) FROM notify_messages WHERE kind = 'resumed'", N_PEOPLE);
  assert_count (&stage, "SELECT count(*) FROM notify_fanouts", 0);
}

static gboolean
are_idle (gpointer user_data)
{
  HeraldStage *stages = user_data;

  return nb_herald_is_idle (stages[0].herald) && nb_herald_is_idle (stages[1].herald);
}

/* Two processes at once. */
static void
test_side_by_side (NotifyFixture *fixture)
{
  HeraldStage stages[2] = { 0 };
  NotifyFixture other = *fixture;
  NbStoreOptions options = { 0 };

  if (!g_str_has_prefix (nb_test_database_get_url (fixture->database), "postgresql"))
    {
      g_test_skip ("SQLite takes one process");
      return;
    }
  herald_stage_open (&stages[0], fixture, N_PEOPLE);
  other.store = nb_test_store_new_full (fixture->database, &options);
  stages[1].fixture = &other;
  stages[1].events = g_ptr_array_new ();
  herald_stage_start (&stages[1]);
  for (gint64 auction = 50; auction < 54; auction++)
    close_auction (&stages[0], auction);
  herald_stage_consume (&stages[0]);
  nb_herald_wake (stages[1].herald);
  nb_test_loop_run_until (&fixture->loop, are_idle, stages);
  /* What one passed over because the other was at it. */
  nb_herald_wake (stages[0].herald);
  nb_test_loop_run_until (&fixture->loop, are_idle, stages);
  check_all_told (&stages[0], 4);
  herald_stage_close (&stages[1]);
  herald_stage_close (&stages[0]);
  nb_store_stop (other.store);
  nb_test_loop_drain (&fixture->loop);
  g_assert_finalize_object (other.store);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  notify_fixture_add_test ("/notify/crier/none-lost-and-none-doubled-when-it-dies", 240, test_dies);
  notify_fixture_add_test ("/notify/crier/what-is-not-true-any-more-is-told-no-further", 240, test_not_true_any_more);
  notify_fixture_add_test ("/notify/crier/several-share-the-work", 240, test_side_by_side);
  return g_test_run ();
}
