/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Watching is bounded and refused where it makes no sense; what is old is deleted, and nothing else. */
#include "plugins/notify/nb-watches.h"

#include "plugins/notify/nb-old-messages.h"
#include "tests/unit/notify/herald-stage.h"

#define assert_count(stage, sql, expected) g_assert_cmpint (notify_fixture_count ((stage)->fixture, sql), ==, expected)

typedef struct
{
  gint64 person;
  gint64 auction;
  gboolean removes;
  guint n_listed;
} Wish;

static gboolean
change_cb (NbTransaction *transaction, gpointer user_data, GError **error)
{
  Wish *wish = user_data;
  g_autoptr (GPtrArray) list = NULL;

  if (!(wish->removes ? nb_watches_remove (transaction, wish->person, wish->auction, error)
                      : nb_watches_add (transaction, wish->person, wish->auction, error)))
    return FALSE;
  list = nb_watches_list (transaction, wish->person, error);
  wish->n_listed = list != NULL ? list->len : 0;
  return list != NULL;
}

/* Returns: the error's code, or -1 */
static int
change (HeraldStage *stage, Wish *wish)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  nb_store_transact_async (stage->fixture->store, change_cb, wish, NULL, NULL, nb_test_loop_keep_result, &result);
  nb_test_loop_run_until_result (&stage->fixture->loop, &result);
  return nb_store_transact_finish (stage->fixture->store, result, &error) ? -1 : (int)nb_error_get_code (error);
}

static int
watch (HeraldStage *stage, gint64 person, gint64 auction)
{
  Wish wish = { person, auction, FALSE, 0 };

  return change (stage, &wish);
}

static void
test_rules (NotifyFixture *fixture)
{
  g_auto (HeraldStage) stage = { 0 };
  Wish wish = { 2, 50, TRUE, 0 };

  herald_stage_open (&stage, fixture, 3);
  herald_stage_add_auction (&stage, 50, "open", 0, 0);
  herald_stage_add_auction (&stage, 51, "sold", 3, 9000);
  herald_stage_run (&stage, "UPDATE auctions SET closed_at = 1 WHERE id = 51");
  g_assert_cmpint (watch (&stage, 2, 50), ==, -1);
  g_assert_cmpint (watch (&stage, 2, 50), ==, -1);
  g_assert_cmpint (watch (&stage, 3, 50), ==, -1);
  g_assert_cmpint (watch (&stage, 1, 50), ==, NB_ERROR_STATE_CONFLICT);
  g_assert_cmpint (watch (&stage, 2, 51), ==, NB_ERROR_AUCTION_ENDED);
  g_assert_cmpint (watch (&stage, 2, 52), ==, NB_ERROR_NOT_FOUND);
  assert_count (&stage, "SELECT count(*) FROM notify_watches", 2);
  g_assert_cmpint (change (&stage, &wish), ==, -1);
  g_assert_cmpint (change (&stage, &wish), ==, -1);
  g_assert_cmpuint (wish.n_listed, ==, 0);
  assert_count (&stage, "SELECT person_id FROM notify_watches", 3);
  wish.auction = 52;
  g_assert_cmpint (change (&stage, &wish), ==, NB_ERROR_NOT_FOUND);
}

static void
test_bound (NotifyFixture *fixture)
{
  g_auto (HeraldStage) stage = { 0 };
  Wish wish = { 2, 1000, FALSE, 0 };
  g_autoptr (GString) auctions = g_string_new (
      "INSERT INTO auctions (id, type, seller_id, title, description, status, terms, starts_at, ends_at,"
      " original_ends_at, next_due_at, created_at) VALUES ");
  g_autoptr (GString) watches = g_string_new ("INSERT INTO notify_watches VALUES ");

  herald_stage_open (&stage, fixture, 2);
  herald_stage_add_auction (&stage, 1000, "open", 0, 0);
  for (gint64 i = 1; i <= NB_WATCHES_MAX; i++)
    {
      g_string_append_printf (auctions, "%s(%d, 'local', 1, 'Chair', '', 'open', '', 0, 0, 0, 0, 0)", i > 1 ? ", " : "",
                              (int)(1000 + i));
      if (i < NB_WATCHES_MAX)
        g_string_append_printf (watches, "%s(2, %d, 0)", i > 1 ? ", " : "", (int)(1000 + i));
    }
  herald_stage_run (&stage, auctions->str);
  herald_stage_run (&stage, watches->str);
  g_assert_cmpint (change (&stage, &wish), ==, -1);
  g_assert_cmpuint (wish.n_listed, ==, NB_WATCHES_LISTED);
  g_assert_cmpint (watch (&stage, 2, 1000 + NB_WATCHES_MAX), ==, NB_ERROR_STATE_CONFLICT);
  /* Again what is watched already. */
  g_assert_cmpint (watch (&stage, 2, 1000), ==, -1);
  assert_count (&stage, "SELECT count(*) FROM notify_watches", NB_WATCHES_MAX);
}

static gboolean
delete_cb (NbTransaction *transaction, gpointer user_data, GError **error)
{
  return nb_old_messages_delete (transaction, G_TIME_SPAN_DAY, user_data, error);
}

static void
delete_old (HeraldStage *stage)
{
  gboolean has_more = TRUE;

  while (has_more)
    {
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (GError) error = NULL;

      has_more = FALSE;
      nb_store_transact_async (stage->fixture->store, delete_cb, &has_more, NULL, NULL, nb_test_loop_keep_result,
                               &result);
      nb_test_loop_run_until_result (&stage->fixture->loop, &result);
      nb_store_transact_finish (stage->fixture->store, result, &error);
      g_assert_no_error (error);
    }
}

static void
add_messages (HeraldStage *stage, gint64 first, gint64 last, gint64 age)
{
  gint64 at = g_get_real_time () - age;
  g_autoptr (GString) messages = g_string_new ("INSERT INTO notify_messages (id, event_id, person_id, kind, is_shown,"
                                               " created_at, changed_at) VALUES ");
  g_autoptr (GString) deliveries = g_string_new (
      "INSERT INTO notify_deliveries (id, message_id, person_id, channel, next_at, created_at) VALUES ");

  for (gint64 id = first; id <= last; id++)
    {
      g_string_append_printf (messages, "%s(%d, %d, 2, 'won', 1, %" G_GINT64_FORMAT ", %" G_GINT64_FORMAT ")",
                              id > first ? ", " : "", (int)id, (int)id, at, at);
      g_string_append_printf (deliveries, "%s(%d, %d, 2, 'mail', 0, 0)", id > first ? ", " : "", (int)id, (int)id);
    }
  herald_stage_run (stage, messages->str);
  herald_stage_run (stage, deliveries->str);
}

static void
test_retention (NotifyFixture *fixture)
{
  g_auto (HeraldStage) stage = { 0 };
  gint64 now = g_get_real_time ();
  g_autofree char *endings = g_strdup_printf ("INSERT INTO notify_endings VALUES (50, 1, 1), (51, 1, 1), (52, 1,"
                                              " %" G_GINT64_FORMAT ")",
                                              now);

  herald_stage_open (&stage, fixture, 3);
  add_messages (&stage, 1, 600, 2 * G_TIME_SPAN_DAY);
  add_messages (&stage, 601, 610, G_TIME_SPAN_HOUR);
  /* The first is long over, the second goes on, the third is over since just now. */
  for (gint64 auction = 50; auction <= 52; auction++)
    {
      herald_stage_add_auction (&stage, auction, auction == 51 ? "paused" : "sold", 0, 0);
      herald_stage_watch (&stage, auction, 2);
    }
  herald_stage_run (&stage, "UPDATE auctions SET closed_at = 1 WHERE id <> 51");
  herald_stage_run (&stage, "INSERT INTO notify_standings VALUES (50, 2, 1, 1), (51, 2, 1, 1)");
  herald_stage_run (&stage, endings);
  delete_old (&stage);
  assert_count (&stage, "SELECT count(*) FROM notify_messages WHERE id > 600", 10);
  assert_count (&stage, "SELECT count(*) FROM notify_messages", 10);
  assert_count (&stage, "SELECT count(*) FROM notify_deliveries", 10);
  assert_count (&stage, "SELECT count(*) FROM notify_watches WHERE auction_id IN (51, 52)", 2);
  assert_count (&stage, "SELECT count(*) FROM notify_watches", 2);
  assert_count (&stage, "SELECT auction_id FROM notify_standings", 51);
  assert_count (&stage, "SELECT count(*) FROM notify_endings", 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  notify_fixture_add_test ("/notify/watches/what-can-be-watched", 120, test_rules);
  notify_fixture_add_test ("/notify/watches/not-more-than-500", 120, test_bound);
  notify_fixture_add_test ("/notify/watches/what-is-old-is-deleted", 120, test_retention);
  return g_test_run ();
}
