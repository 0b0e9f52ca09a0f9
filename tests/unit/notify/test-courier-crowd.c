/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Several couriers share the work; one that dies or stops loses nothing; what nobody wants any more isn't sent. */
#include "tests/unit/notify/courier-stage.h"

#include <neighborbid/nb-metrics.h>

#define ALL "SELECT count(*) FROM notify_deliveries"
#define LINES "SELECT count(*) FROM notify_lines"

/* Each message of @n people was tried once, those of one person in the order in which they were written. */
static void
assert_each_once (RecordNotifier *channel, guint n_people, guint n_messages)
{
  g_autofree gint64 *last = g_new0 (gint64, n_people + 1);
  g_autofree guint *counts = g_new0 (guint, n_people + 1);

  g_assert_cmpuint (record_notifier_get_n (channel), ==, n_people * n_messages);
  for (guint i = 0; i < record_notifier_get_n (channel); i++)
    {
      const RecordedTry *try = record_notifier_get (channel, i);

      g_assert_cmpint (try->message, >, last[try->person]);
      last[try->person] = try->message;
      counts[try->person]++;
    }
  for (guint i = 1; i <= n_people; i++)
    g_assert_cmpuint (counts[i], ==, n_messages);
}

static void
test_shared (NotifyFixture *fixture)
{
  g_auto (CourierStage) stage = { 0 };
  g_autoptr (GError) error = NULL;
  RecordNotifier *channel;
  NbCourier *other;
  NbStore *store;

  courier_stage_open (&stage, fixture, 100);
  channel = courier_stage_add_channel (&stage, "mail", "Mail");
  courier_stage_post (&stage, 1, 100, 5);
  store = nb_test_store_new_full (fixture->database, NULL);
  courier_stage_start (&stage);
  courier_stage_await_tries (&stage, channel, 32);

  /* Another process takes what the first has no room for. */
  other = courier_stage_new_courier (&stage, store);
  courier_stage_await_tries (&stage, channel, 64);
  g_assert_cmpint (notify_fixture_count (fixture, "SELECT count(*) FROM notify_lines WHERE is_taken = 1"), ==, 64);
  record_notifier_let_through (channel);
  courier_stage_await (&stage, ALL, 0);
  courier_stage_await (&stage, LINES, 0);
  assert_each_once (channel, 100, 5);

  nb_courier_stop (other);
  nb_store_stop (store);
  nb_test_loop_drain (&fixture->loop);
  g_assert_finalize_object (store);
}

static void
test_lease (NotifyFixture *fixture)
{
  g_auto (CourierStage) stage = { 0 };
  RecordNotifier *channel;

  courier_stage_open (&stage, fixture, 1);
  channel = courier_stage_add_channel (&stage, "mail", "Mail");
  courier_stage_start (&stage);
  courier_stage_post (&stage, 1, 1, 1);
  courier_stage_await_tries (&stage, channel, 1);
  g_assert_cmpint (notify_fixture_count (fixture, "SELECT tries FROM notify_deliveries"), ==, 1);

  /* Whoever took it is believed dead, and is not: what it says of it counts no more. */
  courier_stage_pass_time (&stage);
  courier_stage_await_tries (&stage, channel, 2);
  g_assert_cmpint (record_notifier_get (channel, 1)->message, ==, record_notifier_get (channel, 0)->message);
  record_notifier_end (channel, 0, NB_DELIVERY_DONE, 0, NULL);
  courier_stage_post (&stage, 1, 1, 1);
  courier_stage_await (&stage, ALL, 2);
  g_assert_cmpuint (record_notifier_get_n (channel), ==, 2);
  record_notifier_end (channel, 1, NB_DELIVERY_DONE, 0, NULL);
  courier_stage_await_tries (&stage, channel, 3);
  g_assert_cmpint (notify_fixture_count (fixture, ALL), ==, 1);
}

static gboolean
switch_off (NbTransaction *transaction, gpointer user_data, GError **error)
{
  return nb_preferences_set (transaction, 1, NB_KIND_OUTBID, "mail", FALSE, error);
}

typedef struct
{
  NbMetric *metric;
  double expected;
} Counted;

static gboolean
is_counted (gpointer user_data)
{
  const Counted *counted = user_data;

  return nb_metric_get (counted->metric) >= counted->expected;
}

static void
test_unwanted (NotifyFixture *fixture)
{
  g_auto (CourierStage) stage = { 0 };
  NbMetric *unwanted = nb_metrics_counter ("deliveries_total", "Tries to deliver a message, by how they ended.",
                                           "channel=\"mail\",result=\"left_out\"");
  Counted counted = { unwanted, nb_metric_get (unwanted) + 3 };
  RecordNotifier *mail;
  RecordNotifier *log;

  courier_stage_open (&stage, fixture, 1);
  mail = courier_stage_add_channel (&stage, "mail", "Mail");
  log = courier_stage_add_channel (&stage, "log", NULL);
  courier_stage_start (&stage);
  courier_stage_post (&stage, 1, 1, 3);
  courier_stage_await_tries (&stage, mail, 1);
  courier_stage_transact (&stage, switch_off, NULL);
  record_notifier_end (mail, 0, NB_DELIVERY_AGAIN, 0, "down");
  courier_stage_await (&stage, "SELECT count(*) FROM notify_deliveries WHERE reason = 'down'", 1);
  courier_stage_pass_time (&stage);
  courier_stage_await (&stage, "SELECT count(*) FROM notify_deliveries WHERE channel = 'mail'", 0);
  g_assert_cmpuint (record_notifier_get_n (mail), ==, 1);
  nb_test_loop_run_until (&fixture->loop, is_counted, &counted);
  g_assert_cmpfloat (nb_metric_get (unwanted), ==, counted.expected);

  /* What nobody chooses goes out all the same. */
  record_notifier_let_through (log);
  courier_stage_await (&stage, ALL, 0);
  courier_stage_await (&stage, LINES, 0);
}

static gboolean
begin_quiet (NbTransaction *transaction, gpointer user_data, GError **error)
{
  NotifyFixture *fixture = user_data;
  /* Korea is nine hours ahead. */
  guint minute = (guint)((nb_store_now (fixture->store) / (60 * G_USEC_PER_SEC) + 9 * 60) % (24 * 60));

  return nb_preferences_set_quiet (transaction, 1, TRUE, (minute + 24 * 60 - 120) % (24 * 60),
                                   (minute + 120) % (24 * 60), error);
}

static void
test_quiet (NotifyFixture *fixture)
{
  g_auto (CourierStage) stage = { 0 };
  RecordNotifier *mail;
  RecordNotifier *log;
  gint64 wait;

  courier_stage_open (&stage, fixture, 1);
  mail = courier_stage_add_channel (&stage, "mail", "Mail");
  log = courier_stage_add_channel (&stage, "log", NULL);
  courier_stage_post (&stage, 1, 1, 1);
  courier_stage_transact (&stage, begin_quiet, fixture);
  courier_stage_start (&stage);
  courier_stage_await_tries (&stage, log, 1);
  g_assert_cmpuint (record_notifier_get_n (mail), ==, 0);
  g_assert_cmpint (notify_fixture_count (fixture, "SELECT max(tries) FROM notify_deliveries WHERE channel = 'mail'"),
                   ==, 0);
  wait = notify_fixture_count (fixture, "SELECT max(next_at) FROM notify_lines WHERE channel = 'mail'")
         - nb_store_now (fixture->store);
  g_assert_cmpint (wait, >, 90 * 60 * (gint64)G_USEC_PER_SEC);
  g_assert_cmpint (wait, <=, 121 * 60 * (gint64)G_USEC_PER_SEC);
}

static void
test_slow (NotifyFixture *fixture)
{
  g_auto (CourierStage) stage = { 0 };
  RecordNotifier *slow;
  RecordNotifier *fast;

  courier_stage_open (&stage, fixture, 60);
  slow = courier_stage_add_channel (&stage, "slow", "Slow");
  fast = courier_stage_add_channel (&stage, "fast", "Fast");
  record_notifier_let_through (fast);
  courier_stage_start (&stage);
  courier_stage_post (&stage, 1, 60, 4);
  courier_stage_await (&stage, "SELECT count(*) FROM notify_deliveries WHERE channel = 'fast'", 0);
  assert_each_once (fast, 60, 4);
  g_assert_cmpuint (record_notifier_get_n (slow), ==, 32);
  g_assert_cmpint (notify_fixture_count (fixture, ALL), ==, 240);
}

static void
test_gone (NotifyFixture *fixture)
{
  g_auto (CourierStage) stage = { 0 };
  RecordNotifier *channel;

  courier_stage_open (&stage, fixture, 2);
  channel = courier_stage_add_channel (&stage, "mail", "Mail");
  courier_stage_post (&stage, 1, 2, 2);
  g_free (nb_test_database_run (fixture->database, "DELETE FROM notify_messages WHERE event_id = 1"));
  g_free (nb_test_database_run (fixture->database, "DELETE FROM notify_deliveries WHERE person_id = 2"));
  courier_stage_start (&stage);
  courier_stage_await_tries (&stage, channel, 1);
  g_assert_cmpint (notify_fixture_count (fixture, ALL), ==, 1);
  record_notifier_let_through (channel);
  courier_stage_await (&stage, ALL, 0);
  courier_stage_await (&stage, LINES, 0);
  g_assert_cmpuint (record_notifier_get_n (channel), ==, 1);
}

static gboolean
end_first (gpointer user_data)
{
  record_notifier_end (user_data, 0, NB_DELIVERY_DONE, 0, NULL);
  return G_SOURCE_REMOVE;
}

static void
test_stop (NotifyFixture *fixture)
{
  g_auto (CourierStage) stage = { 0 };
  g_autoptr (GSource) soon = g_idle_source_new ();
  RecordNotifier *channel;

  courier_stage_open (&stage, fixture, 2);
  channel = courier_stage_add_channel (&stage, "mail", "Mail");
  courier_stage_start (&stage);
  courier_stage_post (&stage, 1, 2, 2);
  courier_stage_await_tries (&stage, channel, 2);

  /* One ends while the courier stops and is written down, the other one ends too late: it is handed out again. */
  g_source_set_callback (soon, end_first, channel, NULL);
  g_source_attach (soon, fixture->loop.context);
  g_clear_pointer (&stage.courier, nb_courier_stop);
  g_assert_cmpint (notify_fixture_count (fixture, ALL), ==, 3);
  g_assert_cmpuint (record_notifier_get_n (channel), ==, 2);
  record_notifier_end (channel, 1, NB_DELIVERY_DONE, 0, NULL);
  nb_test_loop_drain (&fixture->loop);
  g_assert_cmpint (notify_fixture_count (fixture, ALL), ==, 3);

  courier_stage_start (&stage);
  courier_stage_await_tries (&stage, channel, 3);
  courier_stage_pass_time (&stage);
  courier_stage_await_tries (&stage, channel, 5);
  record_notifier_let_through (channel);
  courier_stage_await (&stage, LINES, 0);
}

static void
test_backlog (NotifyFixture *fixture)
{
  const guint n_people = 500;
  const guint n_messages = 20;
  g_auto (CourierStage) stage = { 0 };
  RecordNotifier *channel;
  gint64 began;

  courier_stage_open (&stage, fixture, n_people);
  channel = courier_stage_add_channel (&stage, "mail", "Mail");
  courier_stage_post (&stage, 1, n_people, n_messages);
  g_assert_cmpint (notify_fixture_count (fixture, ALL), ==, n_people * n_messages);
  record_notifier_let_through (channel);
  began = g_get_monotonic_time ();
  courier_stage_start (&stage);
  courier_stage_await_tries (&stage, channel, n_people * n_messages);
  g_test_message ("%u deliveries in %.2f s", n_people * n_messages,
                  (double)(g_get_monotonic_time () - began) / G_USEC_PER_SEC);
  courier_stage_await (&stage, ALL, 0);
  courier_stage_await (&stage, LINES, 0);
  assert_each_once (channel, n_people, n_messages);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  notify_fixture_add_test ("/notify/courier/two-share-the-work", 240, test_shared);
  notify_fixture_add_test ("/notify/courier/what-a-dead-one-had-goes-out-again", 240, test_lease);
  notify_fixture_add_test ("/notify/courier/switched-off-is-not-sent", 240, test_unwanted);
  notify_fixture_add_test ("/notify/courier/quiet-hours-that-began-are-kept", 240, test_quiet);
  notify_fixture_add_test ("/notify/courier/slow-channel-holds-up-no-other", 240, test_slow);
  notify_fixture_add_test ("/notify/courier/deleted-message-goes", 240, test_gone);
  notify_fixture_add_test ("/notify/courier/stops-in-the-middle", 240, test_stop);
  notify_fixture_add_test ("/notify/courier/ten-thousand-drain", 240, test_backlog);
  return g_test_run ();
}
