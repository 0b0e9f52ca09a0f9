/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Events become messages: to whom, of what, once, and only what is still true. */
#include "plugins/notify/nb-herald.h"
#include "plugins/notify/nb-kinds.h"
#include "tests/unit/notify/herald-stage.h"

#define assert_count(stage, sql, expected) g_assert_cmpint (notify_fixture_count ((stage)->fixture, sql), ==, expected)

static void
test_standing (NotifyFixture *fixture)
{
  g_auto (HeraldStage) stage = { 0 };

  herald_stage_open (&stage, fixture, 4);
  herald_stage_add_auction (&stage, 50, "open", 3, 12000);
  herald_stage_bid (&stage, 50, 1, 2, "2");
  herald_stage_outbid (&stage, 50, 2, "2");
  herald_stage_consume (&stage);
  assert_count (&stage,
                "SELECT count(*) FROM notify_messages WHERE kind = 'outbid' AND person_id = 2 AND price = 12000"
                " AND auction_id = 50 AND title = 'Chair' AND is_shown = 1",
                1);
  assert_count (&stage, "SELECT count(*) FROM notify_standings WHERE person_id = 2 AND is_leading = 0 AND seq = 2", 1);
  /* Again below the maximum of who leads: nothing new. */
  herald_stage_bid (&stage, 50, 3, 3, "2");
  herald_stage_outbid (&stage, 50, 3, "2");
  herald_stage_consume (&stage);
  assert_count (&stage, "SELECT count(*) FROM notify_messages", 1);
  /* By what others did. */
  g_free (nb_test_database_run (fixture->database, "UPDATE auctions SET leader_id = 2"));
  herald_stage_bid (&stage, 50, 4, 2, "4");
  herald_stage_outbid (&stage, 50, 4, "4,3");
  herald_stage_consume (&stage);
  assert_count (&stage, "SELECT count(*) FROM notify_messages WHERE kind = 'leading_again' AND person_id = 2", 1);
  assert_count (&stage, "SELECT count(*) FROM notify_messages", 4);
  assert_count (&stage, "SELECT count(*) FROM notify_messages WHERE person_id = 1", 0);
}

/* The row is ahead of the events. */
static void
test_no_phantom (NotifyFixture *fixture)
{
  g_auto (HeraldStage) stage = { 0 };

  herald_stage_open (&stage, fixture, 4);
  herald_stage_add_auction (&stage, 50, "open", 2, 12000);
  herald_stage_add_auction (&stage, 51, "sold", 3, 12000);
  herald_stage_add_auction (&stage, 52, "cancelled", 3, 12000);
  for (gint64 auction = 50; auction <= 53; auction++)
    {
      herald_stage_bid (&stage, auction, 1, 2, "2");
      herald_stage_bid (&stage, auction, 2, 3, "3");
      herald_stage_outbid (&stage, auction, 2, "2");
    }
  herald_stage_consume (&stage);
  assert_count (&stage, "SELECT count(*) FROM notify_messages", 0);
  /* What was not told is not known: they lead, and were never told otherwise. */
  herald_stage_bid (&stage, 50, 3, 2, "4");
  herald_stage_consume (&stage);
  assert_count (&stage, "SELECT count(*) FROM notify_messages", 0);
  assert_count (&stage, "SELECT is_leading FROM notify_standings WHERE auction_id = 50 AND person_id = 2", 1);
}

static void
test_closed (NotifyFixture *fixture)
{
  g_auto (HeraldStage) stage = { 0 };

  herald_stage_open (&stage, fixture, 6);
  herald_stage_add_auction (&stage, 50, "sold", 3, 12000);
  herald_stage_add_bids (&stage, 50, 2, 4);
  herald_stage_watch (&stage, 50, 5);
  herald_stage_run (&stage, "UPDATE auctions SET winner_id = 3, winning_price = 12000, close_reason = 'ended'");
  herald_stage_run (&stage, "INSERT INTO winners VALUES (50, 3, 1, 12000)");
  herald_stage_run (&stage, "INSERT INTO notify_standings VALUES (50, 2, 0, 2), (50, 3, 1, 2)");
  herald_stage_event (&stage, "auction-closed", 50,
                      "{'seq': <int64 9>, 'status': <'sold'>, 'winner': <int64 3>, 'price': <int64 12000>}");
  herald_stage_consume (&stage);
  herald_stage_run_until_idle (&stage);
  assert_count (&stage, "SELECT person_id FROM notify_messages WHERE kind = 'won' AND price = 12000", 3);
  assert_count (&stage,
                "SELECT count(*) FROM notify_messages WHERE kind = 'lost' AND price = 12000"
                " AND person_id IN (2, 4)",
                2);
  assert_count (&stage, "SELECT person_id FROM notify_messages WHERE kind = 'sold' AND price = 12000", 1);
  assert_count (&stage, "SELECT count(*) FROM notify_messages", 4);
  assert_count (&stage, "SELECT count(*) FROM notify_fanouts", 0);
  assert_count (&stage, "SELECT count(*) FROM notify_standings", 0);
}

static void
test_unsold (NotifyFixture *fixture)
{
  g_auto (HeraldStage) stage = { 0 };

  herald_stage_open (&stage, fixture, 3);
  herald_stage_add_auction (&stage, 50, "unsold", 2, 9000);
  herald_stage_add_bids (&stage, 50, 2, 2);
  herald_stage_run (&stage, "UPDATE auctions SET close_reason = 'reserve_not_met'");
  herald_stage_add_auction (&stage, 51, "unsold", 0, 0);
  herald_stage_run (&stage, "UPDATE auctions SET close_reason = 'candle' WHERE id = 51");
  herald_stage_event (&stage, "auction-closed", 50,
                      "{'seq': <int64 9>, 'status': <'unsold'>, 'winner': <int64 0>, 'price': <int64 0>}");
  herald_stage_event (&stage, "auction-closed", 51,
                      "{'seq': <int64 9>, 'status': <'unsold'>, 'winner': <int64 0>, 'price': <int64 0>}");
  herald_stage_consume (&stage);
  herald_stage_run_until_idle (&stage);
  assert_count (&stage,
                "SELECT count(*) FROM notify_messages WHERE kind = 'unsold' AND person_id = 1 AND auction_id = 50"
                " AND detail = 'reserve_not_met'",
                1);
  assert_count (&stage,
                "SELECT count(*) FROM notify_messages WHERE kind = 'unsold' AND auction_id = 51 AND detail = ''", 1);
  assert_count (&stage,
                "SELECT count(*) FROM notify_messages WHERE kind = 'lost' AND person_id = 2 AND price = 0"
                " AND detail = 'reserve_not_met'",
                1);
  assert_count (&stage, "SELECT count(*) FROM notify_messages", 3);
}

static void
test_changes (NotifyFixture *fixture)
{
  g_auto (HeraldStage) stage = { 0 };

  herald_stage_open (&stage, fixture, 5);
  herald_stage_add_auction (&stage, 50, "paused", 2, 9000);
  herald_stage_add_bids (&stage, 50, 2, 2);
  herald_stage_watch (&stage, 50, 2);
  herald_stage_watch (&stage, 50, 3);
  herald_stage_event (&stage, "auction-paused", 50, "{'reason': <'type-fault: secret of the inside'>}");
  herald_stage_consume (&stage);
  herald_stage_run_until_idle (&stage);
  assert_count (&stage, "SELECT count(*) FROM notify_messages WHERE kind = 'paused' AND detail = 'type-fault'", 3);
  assert_count (&stage, "SELECT count(*) FROM notify_messages", 3);
  /* It goes on, is cancelled, and only then are the events taken. */
  herald_stage_run (&stage, "UPDATE auctions SET status = 'cancelled', seq = 9");
  herald_stage_run (&stage, "INSERT INTO bids VALUES (900, 50, 9, 4, 'cancel', 0, 0, -1, '', 0)");
  herald_stage_event (&stage, "auction-resumed", 50, "{}");
  herald_stage_event (&stage, "auction-cancelled", 50, "{'reason': <'It is broken'>}");
  herald_stage_consume (&stage);
  herald_stage_run_until_idle (&stage);
  assert_count (&stage, "SELECT count(*) FROM notify_messages WHERE kind = 'cancelled' AND detail = 'It is broken'", 3);
  assert_count (&stage, "SELECT count(*) FROM notify_messages", 6);
}

/* A plugin that was switched off and on and off again before anyone looked is one message. */
static void
test_repeated_pause (NotifyFixture *fixture)
{
  g_auto (HeraldStage) stage = { 0 };

  herald_stage_open (&stage, fixture, 3);
  herald_stage_add_auction (&stage, 50, "paused", 2, 9000);
  herald_stage_add_auction (&stage, 51, "paused", 2, 9000);
  herald_stage_add_bids (&stage, 50, 2, 2);
  herald_stage_event (&stage, "auction-paused", 50, "{'reason': <'It is wet'>}");
  herald_stage_event (&stage, "auction-paused", 51, "{'reason': <'It is dry'>}");
  herald_stage_event (&stage, "auction-resumed", 50, "{}");
  herald_stage_event (&stage, "auction-paused", 50, "{'reason': <'It is broken'>}");
  herald_stage_consume (&stage);
  herald_stage_run_until_idle (&stage);
  assert_count (&stage, "SELECT count(*) FROM notify_messages WHERE auction_id = 50 AND detail = 'It is broken'", 2);
  assert_count (&stage, "SELECT count(*) FROM notify_messages WHERE auction_id = 51 AND detail = 'It is dry'", 1);
  assert_count (&stage, "SELECT count(*) FROM notify_messages", 3);
}

/* Who cancels knows. */
static void
test_own_cancel (NotifyFixture *fixture)
{
  g_auto (HeraldStage) stage = { 0 };

  herald_stage_open (&stage, fixture, 3);
  herald_stage_add_auction (&stage, 50, "cancelled", 0, 0);
  herald_stage_watch (&stage, 50, 2);
  herald_stage_run (&stage, "UPDATE auctions SET seq = 9");
  herald_stage_run (&stage, "INSERT INTO bids VALUES (900, 50, 9, 1, 'cancel', 0, 0, -1, '', 0)");
  herald_stage_event (&stage, "auction-cancelled", 50, "{'reason': <''>}");
  herald_stage_consume (&stage);
  herald_stage_run_until_idle (&stage);
  assert_count (&stage, "SELECT person_id FROM notify_messages", 2);
  assert_count (&stage, "SELECT count(*) FROM notify_messages", 1);
}

static void
test_wallet (NotifyFixture *fixture)
{
  static const char *const moves[] = { "deposit", "withdraw", "payout", "refund", "adjust", "hold", "fee" };
  g_auto (HeraldStage) stage = { 0 };

  herald_stage_open (&stage, fixture, 2);
  herald_stage_add_auction (&stage, 50, "sold", 2, 9000);
  for (guint i = 0; i < G_N_ELEMENTS (moves); i++)
    {
      g_autofree char *payload = g_strdup_printf ("{'person': <int64 2>, 'kind': <'%s'>, 'amount': <int64 %d>}",
                                                  moves[i], i == 4 ? -500 : 500);

      herald_stage_event (&stage, "wallet-moved", i == 2 ? 50 : 0, payload);
    }
  herald_stage_consume (&stage);
  assert_count (&stage, "SELECT count(*) FROM notify_messages WHERE person_id = 2", 5);
  assert_count (&stage,
                "SELECT count(*) FROM notify_messages WHERE kind IN ('deposit', 'withdrawal', 'payout', 'refund')"
                " AND price = 500",
                4);
  assert_count (&stage, "SELECT count(*) FROM notify_messages WHERE kind = 'adjustment' AND price = -500", 1);
  assert_count (&stage, "SELECT count(*) FROM notify_messages WHERE kind = 'payout' AND title = 'Chair'", 1);
}

/* What can't be understood stops nothing. */
static void
test_odd (NotifyFixture *fixture)
{
  static gboolean was_told;
  g_auto (HeraldStage) stage = { 0 };

  herald_stage_open (&stage, fixture, 2);
  herald_stage_add_auction (&stage, 50, "open", 1, 9000);
  herald_stage_event (&stage, "question-asked", 50, "{'who': <'someone'>}");
  g_ptr_array_add (stage.events, nb_event_new ("outbid", 2, 50, g_variant_new_parsed ("{'what': <'else'>}")));
  g_ptr_array_add (stage.events, nb_event_new ("outbid", 2, 50, g_variant_new_parsed ("{'what': <'else'>}")));
  herald_stage_event (&stage, "wallet-moved", 0, "{'person': <'two'>}");
  herald_stage_event (&stage, "wallet-moved", 0, "{'person': <int64 2>, 'kind': <'deposit'>, 'amount': <int64 500>}");
  /* Once in the life of a process. */
  if (!was_told)
    g_test_expect_message (NULL, G_LOG_LEVEL_WARNING, "events outbid of version 2*");
  was_told = TRUE;
  g_test_expect_message (NULL, G_LOG_LEVEL_WARNING, "event * is passed over: a wallet-moved*");
  herald_stage_consume (&stage);
  g_test_assert_expected_messages ();
  assert_count (&stage, "SELECT count(*) FROM notify_messages", 1);
}

static void
test_ending (NotifyFixture *fixture)
{
  g_auto (HeraldStage) stage = { 0 };

  herald_stage_open (&stage, fixture, 5);
  /* Each ends in an hour; the second had but an hour and a half, the third ends too late, the fourth was told, and no
   * event told who leads the fifth, which is sealed. */
  for (gint64 auction = 50; auction <= 54; auction++)
    {
      herald_stage_add_auction (&stage, auction, "open", 2, 9000);
      herald_stage_add_bids (&stage, auction, 2, 2);
      herald_stage_watch (&stage, auction, 3);
      herald_stage_watch (&stage, auction, 1);
    }
  herald_stage_run (&stage, "UPDATE auctions SET starts_at = ends_at - 5400000000 WHERE id = 51");
  herald_stage_run (&stage, "UPDATE auctions SET ends_at = ends_at + 7200000000 WHERE id = 52");
  herald_stage_run (&stage, "INSERT INTO notify_endings VALUES (53, 1, 1)");
  herald_stage_run (&stage, "INSERT INTO notify_standings VALUES (50, 2, 1, 1)");
  nb_herald_set_times (stage.herald, 2 * G_TIME_SPAN_HOUR, G_TIME_SPAN_DAY);
  nb_herald_wake (stage.herald);
  herald_stage_run_until_idle (&stage);
  assert_count (&stage,
                "SELECT count(*) FROM notify_messages WHERE kind = 'ending_soon' AND auction_id = 50"
                " AND person_id IN (2, 3) AND price = 9000",
                2);
  assert_count (&stage,
                "SELECT count(*) FROM notify_messages WHERE kind = 'ending_soon' AND auction_id = 54"
                " AND person_id IN (2, 3) AND price = 0",
                2);
  assert_count (&stage, "SELECT count(*) FROM notify_messages", 4);
  /* The end moves: they know. */
  herald_stage_run (&stage, "UPDATE auctions SET ends_at = ends_at + 60000000 WHERE id = 50");
  nb_herald_wake (stage.herald);
  herald_stage_run_until_idle (&stage);
  assert_count (&stage, "SELECT count(*) FROM notify_messages", 4);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  notify_fixture_add_test ("/notify/herald/a-changed-standing-is-told-once", 120, test_standing);
  notify_fixture_add_test ("/notify/herald/what-is-not-true-any-more-is-not-told", 120, test_no_phantom);
  notify_fixture_add_test ("/notify/herald/an-end-with-a-winner", 120, test_closed);
  notify_fixture_add_test ("/notify/herald/an-end-without-a-sale", 120, test_unsold);
  notify_fixture_add_test ("/notify/herald/pauses-and-cancellations", 120, test_changes);
  notify_fixture_add_test ("/notify/herald/who-cancels-is-not-told", 120, test_own_cancel);
  notify_fixture_add_test ("/notify/herald/money-that-moved", 120, test_wallet);
  notify_fixture_add_test ("/notify/herald/what-is-unknown-or-broken-is-passed-over", 120, test_odd);
  notify_fixture_add_test ("/notify/herald/of-several-pauses-the-last-is-told", 120, test_repeated_pause);
  notify_fixture_add_test ("/notify/herald/a-near-end-is-told-once", 120, test_ending);
  return g_test_run ();
}
