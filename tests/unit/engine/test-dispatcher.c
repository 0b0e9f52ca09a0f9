/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is committed is taken once, in order; what can't be taken stands in nobody's way. */
#include "tests/support/nb-test-gate.h"
#include "tests/unit/engine/dispatcher-fixture.h"

#include <neighborbid/nb-error.h>

static gboolean
emit_and_fail (NbTransaction *transaction, gpointer user_data, GError **error)
{
  if (dispatcher_fixture_emit_one (transaction, user_data, error))
    nb_set_error (error, NB_ERROR_INTERNAL, "a change of mind", NULL);
  return FALSE;
}

static void
test_all_in_order (DispatcherFixture *self)
{
  /* More than a portion, some before it starts, some while it runs. */
  dispatcher_fixture_emit (self->taker.store, "a", 1, 250);
  nb_dispatcher_start (self->taker.dispatcher);
  dispatcher_fixture_wait (self, "SELECT CASE WHEN count(*) > 0 THEN 1 ELSE 0 END FROM taken", 1);
  dispatcher_fixture_emit (self->taker.store, "b", 1, 50);
  dispatcher_fixture_assert_all_taken (self);
  g_assert_cmpint (dispatcher_fixture_count (self, "SELECT count(*) FROM taken AS a JOIN taken AS b "
                                                   "ON b.place = a.place + 1 WHERE b.id < a.id"),
                   ==, 0);
  nb_test_loop_drain (&self->loop);
  g_assert_cmpuint (self->taker.n_told, >=, 2);
  g_assert_cmpuint (self->taker.n_told, <=, (guint)g_atomic_int_get (&self->taker.n_calls));
}

/* Bids of a database that one alone writes to wait for no more than half as much the next time. */
static void
test_long_portions_get_smaller (DispatcherFixture *self)
{
  dispatcher_fixture_emit (self->taker.store, "a", 1, 400);
  self->taker.pause = G_USEC_PER_SEC / 10;
  nb_dispatcher_start (self->taker.dispatcher);
  dispatcher_fixture_assert_all_taken (self);
  g_assert_cmpuint (self->taker.sizes[0], ==, 200);
  g_assert_cmpuint (self->taker.sizes[1], ==, 100);
}

static void
test_rollback_tells_nothing (DispatcherFixture *self)
{
  nb_dispatcher_start (self->taker.dispatcher);
  for (guint i = 0; i < 5; i++)
    {
      g_autoptr (GError) error = NULL;
      g_assert_false (nb_store_transact (self->taker.store, emit_and_fail, (gpointer) "never", &error));
      dispatcher_fixture_emit (self->taker.store, "a", 0, 1);
    }
  dispatcher_fixture_assert_all_taken (self);
  g_assert_cmpint (dispatcher_fixture_count (self, "SELECT count(*) FROM taken"), ==, 5);
}

/* A commit of which this process hears nothing. */
static void
test_finds_what_others_committed (DispatcherFixture *self)
{
  Taker other;

  nb_dispatcher_start (self->taker.dispatcher);
  taker_init (&other, nb_test_database_get_url (self->database));
  dispatcher_fixture_emit (other.store, "a", 0, 3);
  dispatcher_fixture_assert_all_taken (self);
  g_assert_cmpint (g_atomic_int_get (&self->taker.n_calls), >, 0);
  taker_clear (&other, &self->loop);
}

static gboolean
has_taken (gpointer user_data)
{
  return g_atomic_int_get (&((Taker *)user_data)->n_calls) > 0;
}

/* Both get turns, and the events of one auction stay in order. */
static void
test_two_share_the_work (DispatcherFixture *self)
{
  Taker other;

  taker_init (&other, nb_test_database_get_url (self->database));
  nb_dispatcher_start (self->taker.dispatcher);
  nb_dispatcher_start (other.dispatcher);
  while (!has_taken (&self->taker) || !has_taken (&other))
    {
      for (gint64 auction = 1; auction <= 5; auction++)
        dispatcher_fixture_emit (auction % 2 == 0 ? self->taker.store : other.store, "a", auction, 3);
      g_main_context_iteration (self->loop.context, FALSE);
    }
  dispatcher_fixture_assert_all_taken (self);
  g_assert_cmpint (dispatcher_fixture_count (self,
                                             "SELECT count(*) FROM taken AS a JOIN taken AS b ON b.place > a.place "
                                             "AND a.auction_id = b.auction_id WHERE b.id < a.id"),
                   ==, 0);
  taker_clear (&other, &self->loop);
}

/* A machine whose clock goes behind gives lower ids to what became true later. */
static void
test_order_of_truth (DispatcherFixture *self)
{
  for (guint i = 9; i > 0; i--)
    {
      g_autofree char *sql = g_strdup_printf ("INSERT INTO outbox (id, kind, version, auction_id, payload, created_at) "
                                              "VALUES (%u, 'a', 1, 1, '{}', 0)",
                                              i);
      dispatcher_fixture_run (self, sql);
    }
  nb_dispatcher_start (self->taker.dispatcher);
  dispatcher_fixture_wait (self, "SELECT count(*) FROM taken", 9);
  g_assert_cmpint (dispatcher_fixture_count (self, "SELECT count(*) FROM taken AS a JOIN taken AS b "
                                                   "ON b.place = a.place + 1 WHERE b.id < a.id"),
                   ==, 8);
}

static void
test_poison_fails_alone (DispatcherFixture *self)
{
  self->taker.poison = "poison";
  dispatcher_fixture_emit (self->taker.store, "a", 1, 70);
  dispatcher_fixture_emit (self->taker.store, "poison", 1, 1);
  dispatcher_fixture_emit (self->taker.store, "a", 1, 70);
  dispatcher_fixture_emit (self->taker.store, "poison", 1, 1);
  dispatcher_fixture_emit (self->taker.store, "a", 1, 9);
  nb_dispatcher_start (self->taker.dispatcher);
  dispatcher_fixture_wait (self, "SELECT count(*) FROM taken", 149);
  dispatcher_fixture_wait (self,
                           "SELECT count(*) FROM outbox WHERE kind = 'poison' AND tries > 0 AND is_dead = 0 AND "
                           "reason = 'no stomach for poison' AND next_at > created_at",
                           2);
  g_assert_cmpint (dispatcher_fixture_count (self, "SELECT count(*) FROM outbox"), ==, 2);
}

static void
set_flag (gpointer flag)
{
  *(gboolean *)flag = TRUE;
}

/* All that is under way has ended, and what it has to tell was told. */
static void
wait_for_quiet (DispatcherFixture *self)
{
  gboolean is_quiet = FALSE;

  nb_dispatcher_stop (self->taker.dispatcher);
  nb_dispatcher_drain (self->taker.dispatcher, set_flag, &is_quiet);
  nb_test_loop_run_until_true (&self->loop, &is_quiet);
}

/* Lets time pass for the @n events that wait for their next try, until one more gives them up. */
static void
fail_but_once (DispatcherFixture *self, guint n)
{
  for (gint64 tries = 1; tries < 8; tries++)
    {
      g_autofree char *sql
          = g_strdup_printf ("SELECT count(*) FROM outbox WHERE is_dead = 0 AND tries >= %" G_GINT64_FORMAT, tries);
      g_autofree char *pass = g_strdup_printf ("UPDATE outbox SET next_at = 0 WHERE tries = %" G_GINT64_FORMAT, tries);
      /* On a slow machine the next try may have come by itself. */
      dispatcher_fixture_wait (self, sql, n);
      if (tries < 7)
        dispatcher_fixture_run (self, pass);
    }
  wait_for_quiet (self);
}

static void
fail_once_more (DispatcherFixture *self, guint n)
{
  dispatcher_fixture_run (self, "UPDATE outbox SET next_at = 0");
  nb_dispatcher_start (self->taker.dispatcher);
  dispatcher_fixture_wait (self, "SELECT count(*) FROM outbox WHERE is_dead = 1 AND tries = 8", n);
  wait_for_quiet (self);
}

static void
test_given_up_and_tried_again (DispatcherFixture *self)
{
  self->taker.poison = "poison";
  dispatcher_fixture_emit (self->taker.store, "poison", 1, 1);
  nb_dispatcher_start (self->taker.dispatcher);
  fail_but_once (self, 1);
  g_test_expect_message ("neighborbid", G_LOG_LEVEL_WARNING, "event * (poison) of the outbox was given up*no stomach*");
  fail_once_more (self, 1);
  /* It is let be, and what comes later is taken. */
  nb_dispatcher_start (self->taker.dispatcher);
  dispatcher_fixture_emit (self->taker.store, "a", 1, 3);
  dispatcher_fixture_wait (self, "SELECT count(*) FROM taken", 3);
  g_test_assert_expected_messages ();

  self->taker.poison = NULL;
  dispatcher_fixture_run (self, "UPDATE outbox SET is_dead = 0, tries = 0, next_at = 0");
  dispatcher_fixture_assert_all_taken (self);
}

/* What can't even be read. */
static void
test_spoiled_rows (DispatcherFixture *self)
{
  dispatcher_fixture_run (self, "INSERT INTO outbox (id, kind, version, auction_id, payload, created_at) VALUES "
                                "(1, 'a', 1, 0, '(', 0), (2, '', 1, 0, '{}', 0), (3, 'a', 0, 0, '{}', 0), "
                                "(4, 'a', 5000000000, 0, '{}', 0), (5, 'a', 1, 0, '{}', 0)");
  nb_dispatcher_start (self->taker.dispatcher);
  fail_but_once (self, 4);
  g_assert_cmpint (dispatcher_fixture_count (self, "SELECT id FROM taken"), ==, 5);
  g_test_expect_message ("neighborbid", G_LOG_LEVEL_WARNING, "event 1 *given up*");
  for (guint i = 2; i <= 4; i++)
    g_test_expect_message ("neighborbid", G_LOG_LEVEL_WARNING, "event ? *given up*its kind is*");
  fail_once_more (self, 4);
  g_test_assert_expected_messages ();
}

static void
test_trouble_counts_nothing (DispatcherFixture *self)
{
  g_atomic_int_set (&self->taker.n_busy, 3);
  dispatcher_fixture_emit (self->taker.store, "a", 1, 4);
  nb_dispatcher_start (self->taker.dispatcher);
  while (g_atomic_int_get (&self->taker.n_busy) > 0)
    {
      g_assert_cmpint (dispatcher_fixture_count (self, "SELECT count(*) FROM outbox WHERE tries = 0"), ==, 4);
      g_main_context_iteration (self->loop.context, FALSE);
    }
  dispatcher_fixture_assert_all_taken (self);
  g_assert_cmpint (g_atomic_int_get (&self->taker.n_calls), ==, 4);
}

static gboolean
has_begun (gpointer user_data)
{
  NbTestGate *gate = user_data;
  g_autoptr (GMutexLocker) G_GNUC_UNUSED locker = g_mutex_locker_new (&gate->mutex);

  return gate->has_arrived;
}

static void
test_quiesce_waits (DispatcherFixture *self)
{
  gboolean is_quiet = FALSE, is_foreign_quiet = FALSE;
  NbTestGate gate;

  nb_test_gate_init (&gate);
  self->taker.gate = &gate;
  dispatcher_fixture_emit (self->taker.store, "a", 1, 1);
  nb_dispatcher_start (self->taker.dispatcher);
  nb_test_loop_run_until (&self->loop, has_begun, &gate);
  nb_dispatcher_quiesce (self->taker.dispatcher, "shop", set_flag, &is_foreign_quiet);
  g_assert_true (is_foreign_quiet);
  nb_dispatcher_quiesce (self->taker.dispatcher, "post", set_flag, &is_quiet);
  nb_test_loop_drain (&self->loop);
  g_assert_false (is_quiet);
  nb_test_gate_open (&gate);
  nb_test_loop_run_until_true (&self->loop, &is_quiet);
  g_assert_cmpint (dispatcher_fixture_count (self, "SELECT count(*) FROM taken"), ==, 1);

  /* It gets nothing more, whatever comes; the next one does. */
  dispatcher_fixture_emit (self->taker.store, "a", 1, 1);
  nb_test_loop_drain (&self->loop);
  g_assert_cmpint (g_atomic_int_get (&self->taker.n_calls), ==, 1);
  nb_registry_remove_owner (self->taker.registry, "post");
  nb_test_gate_clear (&gate);
}

/* A plugin that ends at once, while a portion waits for a thread. */
static void
test_ended_consumer_takes_nothing (DispatcherFixture *self)
{
  dispatcher_fixture_emit (self->taker.store, "a", 1, 2);
  nb_dispatcher_start (self->taker.dispatcher);
  nb_registry_end_consumer (self->taker.registry, "post");
  for (guint i = 0; i < 3; i++)
    g_main_context_iteration (self->loop.context, TRUE);
  nb_registry_remove_owner (self->taker.registry, "post");
  nb_dispatcher_stop (self->taker.dispatcher);
  nb_store_stop (self->taker.store);
  nb_test_loop_drain (&self->loop);
  g_assert_cmpint (g_atomic_int_get (&self->taker.n_calls), ==, 0);
  g_assert_cmpuint (self->taker.n_told, ==, 0);
  g_assert_cmpint (dispatcher_fixture_count (self, "SELECT count(*) FROM outbox WHERE tries = 0"), ==, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  dispatcher_fixture_add_test ("/engine/dispatcher/all-in-order", test_all_in_order);
  dispatcher_fixture_add_test ("/engine/dispatcher/long-portions-get-smaller", test_long_portions_get_smaller);
  dispatcher_fixture_add_test ("/engine/dispatcher/rollback-tells-nothing", test_rollback_tells_nothing);
  dispatcher_fixture_add_test ("/engine/dispatcher/finds-what-others-committed", test_finds_what_others_committed);
  dispatcher_fixture_add_test_on ("/engine/dispatcher/two-share-the-work", NB_TEST_POSTGRESQL, test_two_share_the_work);
  dispatcher_fixture_add_test_on ("/engine/dispatcher/order-of-truth", NB_TEST_POSTGRESQL, test_order_of_truth);
  dispatcher_fixture_add_test ("/engine/dispatcher/poison-fails-alone", test_poison_fails_alone);
  dispatcher_fixture_add_test ("/engine/dispatcher/given-up-and-tried-again", test_given_up_and_tried_again);
  dispatcher_fixture_add_test ("/engine/dispatcher/spoiled-rows", test_spoiled_rows);
  dispatcher_fixture_add_test ("/engine/dispatcher/trouble-counts-nothing", test_trouble_counts_nothing);
  dispatcher_fixture_add_test ("/engine/dispatcher/quiesce-waits", test_quiesce_waits);
  dispatcher_fixture_add_test ("/engine/dispatcher/ended-takes-nothing", test_ended_consumer_takes_nothing);
  return g_test_run ();
}
