/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Deliveries go out in order, are tried again after pauses that grow, and are given up in the end. */
#include "plugins/notify/nb-delivery-desk.h"
#include "plugins/notify/nb-delivery-sweep.h"
#include "tests/unit/notify/courier-stage.h"

#include <string.h>

#define WAITING "SELECT count(*) FROM notify_deliveries WHERE is_dead = 0"
#define DEAD "SELECT count(*) FROM notify_deliveries WHERE is_dead = 1"
#define LINES "SELECT count(*) FROM notify_lines"
#define TRIES "SELECT max(tries) FROM notify_deliveries WHERE is_dead = 0 AND reason <> ''"

/* Everything was delivered, and nothing is left of it. */
static void
assert_empty (CourierStage *stage)
{
  courier_stage_await (stage, WAITING, 0);
  courier_stage_await (stage, LINES, 0);
}

static gint64
message_at (RecordNotifier *channel, guint index)
{
  return record_notifier_get (channel, index)->message;
}

static void
test_order (NotifyFixture *fixture)
{
  g_auto (CourierStage) stage = { 0 };
  RecordNotifier *channel;

  courier_stage_open (&stage, fixture, 2);
  channel = courier_stage_add_channel (&stage, "mail", "Mail");
  courier_stage_start (&stage);
  courier_stage_post (&stage, 1, 1, 3);
  courier_stage_await_tries (&stage, channel, 1);
  record_notifier_end (channel, 0, NB_DELIVERY_AGAIN, 0, "down");
  courier_stage_await (&stage, TRIES, 1);

  /* Another person's goes out meanwhile. */
  courier_stage_post (&stage, 2, 2, 1);
  courier_stage_await_tries (&stage, channel, 2);
  g_assert_cmpint (record_notifier_get (channel, 1)->person, ==, 2);
  record_notifier_end (channel, 1, NB_DELIVERY_DONE, 0, NULL);
  courier_stage_await (&stage, WAITING, 3);
  g_assert_cmpuint (record_notifier_get_n (channel), ==, 2);

  courier_stage_pass_time (&stage);
  courier_stage_await_tries (&stage, channel, 3);
  g_assert_cmpint (message_at (channel, 2), ==, message_at (channel, 0));
  record_notifier_end (channel, 2, NB_DELIVERY_DONE, 0, NULL);
  courier_stage_await_tries (&stage, channel, 4);
  record_notifier_end (channel, 3, NB_DELIVERY_DONE, 0, NULL);
  courier_stage_await_tries (&stage, channel, 5);
  g_assert_cmpint (message_at (channel, 2), <, message_at (channel, 3));
  g_assert_cmpint (message_at (channel, 3), <, message_at (channel, 4));
  g_assert_cmpstr (record_notifier_get (channel, 4)->subject, ==, "You were outbid: Chair");
  record_notifier_end (channel, 4, NB_DELIVERY_DONE, 0, NULL);
  assert_empty (&stage);
}

/* Fails the try @index of @channel. Returns: how long the delivery pauses, as the table has it, at least and at most */
static void
fail (CourierStage *stage, RecordNotifier *channel, guint index, guint retry_after, gint64 *least, gint64 *most)
{
  gint64 before = nb_store_now (stage->fixture->store);
  gint64 next_at;

  courier_stage_await_tries (stage, channel, index + 1);
  before = nb_store_now (stage->fixture->store);
  record_notifier_end (channel, index, NB_DELIVERY_AGAIN, retry_after, "down");
  courier_stage_await (stage, "SELECT count(*) FROM notify_lines WHERE is_taken = 0", 1);
  next_at = notify_fixture_count (stage->fixture, "SELECT next_at FROM notify_deliveries");
  g_assert_cmpint (notify_fixture_count (stage->fixture, "SELECT next_at FROM notify_lines"), ==, next_at);
  /* The one clock is measured again now and then. */
  *most = next_at - before + G_USEC_PER_SEC;
  *least = next_at - nb_store_now (stage->fixture->store) - G_USEC_PER_SEC;
}

static void
test_pauses (NotifyFixture *fixture)
{
  static const gint64 seconds[] = { 1000, 6000, 24000, 86400, 86400 };
  g_auto (CourierStage) stage = { 0 };
  RecordNotifier *channel;
  gint64 least;
  gint64 most;

  courier_stage_open (&stage, fixture, 1);
  channel = courier_stage_add_channel (&stage, "mail", "Mail");
  courier_stage_start (&stage);
  courier_stage_post (&stage, 1, 1, 1);
  for (guint i = 0; i < G_N_ELEMENTS (seconds); i++)
    {
      fail (&stage, channel, i, 0, &least, &most);
      g_assert_cmpint (most, >=, seconds[i] * G_USEC_PER_SEC);
      g_assert_cmpint (least, <=, seconds[i] * G_USEC_PER_SEC * 11 / 10);
      courier_stage_pass_time (&stage);
    }
  courier_stage_await_tries (&stage, channel, G_N_ELEMENTS (seconds) + 1);
  for (guint i = 1; i <= G_N_ELEMENTS (seconds); i++)
    g_assert_cmpint (message_at (channel, i), ==, message_at (channel, 0));
}

static void
test_retry_after (NotifyFixture *fixture)
{
  g_auto (CourierStage) stage = { 0 };
  RecordNotifier *channel;
  gint64 least;
  gint64 most;

  courier_stage_open (&stage, fixture, 1);
  channel = courier_stage_add_channel (&stage, "mail", "Mail");
  courier_stage_start (&stage);
  courier_stage_post (&stage, 1, 1, 1);
  fail (&stage, channel, 0, 5000, &least, &most);
  g_assert_cmpint (most, >=, G_GINT64_CONSTANT (5000) * G_USEC_PER_SEC);
  courier_stage_pass_time (&stage);
  /* Nobody makes a delivery wait for a year. */
  fail (&stage, channel, 1, 365 * 24 * 60 * 60, &least, &most);
  g_assert_cmpint (least, <=, G_TIME_SPAN_DAY);
}

typedef struct
{
  gint64 id;
  gint64 n;
  GPtrArray *queued;
} Asked;

static gboolean
list_dead (NbTransaction *transaction, gpointer user_data, GError **error)
{
  g_autoptr (NbDeliveryDesk) desk = nb_delivery_desk_new ();
  Asked *asked = user_data;

  g_clear_pointer (&asked->queued, g_ptr_array_unref);
  asked->queued = nb_deliveries_list (NB_DELIVERIES (desk), transaction, TRUE, 10, error);
  return asked->queued != NULL;
}

static gboolean
retry (NbTransaction *transaction, gpointer user_data, GError **error)
{
  g_autoptr (NbDeliveryDesk) desk = nb_delivery_desk_new ();
  Asked *asked = user_data;

  asked->n = nb_deliveries_retry (NB_DELIVERIES (desk), transaction, asked->id, error);
  return asked->n >= 0;
}

static gboolean
drop (NbTransaction *transaction, gpointer user_data, GError **error)
{
  g_autoptr (NbDeliveryDesk) desk = nb_delivery_desk_new ();
  Asked *asked = user_data;

  asked->n = nb_deliveries_drop (NB_DELIVERIES (desk), transaction, asked->id, error);
  return asked->n >= 0;
}

static void
test_given_up (NotifyFixture *fixture)
{
  g_auto (CourierStage) stage = { 0 };
  Asked asked = { 0 };
  RecordNotifier *channel;
  const NbQueued *queued;

  courier_stage_open (&stage, fixture, 1);
  channel = courier_stage_add_channel (&stage, "mail", "Mail");
  courier_stage_start (&stage);
  nb_courier_set_patience (stage.courier, COURIER_STAGE_RETRY_FIRST, 2);
  courier_stage_post (&stage, 1, 1, 2);
  courier_stage_await_tries (&stage, channel, 1);
  record_notifier_end (channel, 0, NB_DELIVERY_AGAIN, 0, "down");
  courier_stage_await (&stage, TRIES, 1);
  courier_stage_pass_time (&stage);
  courier_stage_await_tries (&stage, channel, 2);
  record_notifier_end (channel, 1, NB_DELIVERY_AGAIN, 0, "still down");

  /* The next one has its turn. */
  courier_stage_await_tries (&stage, channel, 3);
  g_assert_cmpint (message_at (channel, 2), >, message_at (channel, 0));
  courier_stage_await (&stage, DEAD, 1);
  courier_stage_transact (&stage, list_dead, &asked);
  g_assert_cmpuint (asked.queued->len, ==, 1);
  queued = g_ptr_array_index (asked.queued, 0);
  g_assert_cmpint (queued->message, ==, message_at (channel, 0));
  g_assert_cmpstr (queued->reason, ==, "still down");
  g_assert_cmpstr (queued->kind, ==, "outbid");
  g_assert_cmpstr (queued->channel, ==, "mail");
  g_assert_cmpint (queued->tries, ==, 2);
  g_assert_true (queued->is_dead);

  /* Sent again, it waits for the one that is on its way, and is tried as often as at first. */
  asked.id = queued->id;
  courier_stage_transact (&stage, retry, &asked);
  g_assert_cmpint (asked.n, ==, 1);
  courier_stage_transact (&stage, retry, &asked);
  g_assert_cmpint (asked.n, ==, 0);
  g_assert_cmpint (notify_fixture_count (fixture, "SELECT count(*) FROM notify_lines WHERE is_taken = 1"), ==, 1);
  record_notifier_end (channel, 2, NB_DELIVERY_DONE, 0, NULL);
  courier_stage_await_tries (&stage, channel, 4);
  g_assert_cmpint (message_at (channel, 3), ==, message_at (channel, 0));
  record_notifier_end (channel, 3, NB_DELIVERY_AGAIN, 0, "down once more");
  courier_stage_await (&stage, TRIES, 1);
  courier_stage_pass_time (&stage);
  courier_stage_await_tries (&stage, channel, 5);
  record_notifier_end (channel, 4, NB_DELIVERY_DONE, 0, NULL);
  assert_empty (&stage);
  g_assert_cmpint (notify_fixture_count (fixture, DEAD), ==, 0);
  g_clear_pointer (&asked.queued, g_ptr_array_unref);
}

static void
test_refused (NotifyFixture *fixture)
{
  g_auto (CourierStage) stage = { 0 };
  g_autofree char *reason = NULL;
  g_autoptr (GString) answer = g_string_new ("550 no\r\nsuch \xff user ");
  Asked asked = { 0 };
  RecordNotifier *channel;

  for (guint i = 0; i < 400; i++)
    g_string_append (answer, "가");
  courier_stage_open (&stage, fixture, 3);
  channel = courier_stage_add_channel (&stage, "mail", "Mail");
  courier_stage_start (&stage);
  courier_stage_post (&stage, 1, 3, 1);
  courier_stage_await_tries (&stage, channel, 3);
  for (guint i = 0; i < 3; i++)
    record_notifier_end (channel, i, NB_DELIVERY_REFUSED, 0, answer->str);
  courier_stage_await (&stage, DEAD, 3);
  courier_stage_await (&stage, LINES, 0);
  reason = nb_test_database_run (fixture->database, "SELECT max(reason) FROM notify_deliveries");
  g_assert_true (g_utf8_validate (reason, -1, NULL));
  g_assert_true (g_str_has_prefix (reason, "550 no  such \xef\xbf\xbd user 가"));
  g_assert_cmpuint (strlen (reason), <=, 500);
  g_assert_cmpuint (strlen (reason), >, 490);

  asked.id = 0;
  courier_stage_transact (&stage, retry, &asked);
  g_assert_cmpint (asked.n, ==, 3);
  courier_stage_await_tries (&stage, channel, 6);
  for (guint i = 3; i < 6; i++)
    record_notifier_end (channel, i, NB_DELIVERY_REFUSED, 0, "no");
  courier_stage_await (&stage, DEAD, 3);
  courier_stage_transact (&stage, drop, &asked);
  g_assert_cmpint (asked.n, ==, 3);
  g_assert_cmpint (notify_fixture_count (fixture, "SELECT count(*) FROM notify_deliveries"), ==, 0);
}

static void
test_all_at_once (NotifyFixture *fixture)
{
  g_auto (CourierStage) stage = { 0 };
  Asked asked = { 0 };

  courier_stage_open (&stage, fixture, 6);
  courier_stage_add_channel (&stage, "mail", "Mail");
  courier_stage_post (&stage, 1, 6, 200);
  g_free (nb_test_database_run (fixture->database, "UPDATE notify_deliveries SET is_dead = 1, tries = 12"));
  g_free (nb_test_database_run (fixture->database, "DELETE FROM notify_lines"));
  courier_stage_transact (&stage, retry, &asked);
  g_assert_cmpint (asked.n, ==, 1200);
  g_assert_cmpint (notify_fixture_count (fixture, WAITING " AND tries = 0"), ==, 1200);
  g_assert_cmpint (notify_fixture_count (fixture, LINES), ==, 6);
  /* What waits is not dropped. */
  courier_stage_transact (&stage, drop, &asked);
  g_assert_cmpint (asked.n, ==, 0);
  g_free (nb_test_database_run (fixture->database, "UPDATE notify_deliveries SET is_dead = 1 WHERE person_id > 2"));
  courier_stage_transact (&stage, drop, &asked);
  g_assert_cmpint (asked.n, ==, 800);
  g_assert_cmpint (notify_fixture_count (fixture, WAITING), ==, 400);
}

static gboolean
sweep (NbTransaction *transaction, gpointer user_data, GError **error)
{
  return nb_delivery_sweep (transaction, 7 * G_TIME_SPAN_DAY, user_data, error);
}

static void
test_left (NotifyFixture *fixture)
{
  g_auto (CourierStage) stage = { 0 };
  gint64 now = nb_store_now (fixture->store);
  g_autofree char *age = g_strdup_printf ("UPDATE notify_deliveries SET next_at = %" G_GINT64_FORMAT
                                          " WHERE id = (SELECT MIN (id) FROM notify_deliveries)",
                                          now - 8 * G_TIME_SPAN_DAY);
  g_autofree char *age_line = g_strdup_printf (
      "UPDATE notify_lines SET next_at = %" G_GINT64_FORMAT " WHERE person_id = 1", now - 8 * G_TIME_SPAN_DAY);
  gboolean has_more = TRUE;

  courier_stage_open (&stage, fixture, 2);
  courier_stage_add_channel (&stage, "mail", "Mail");
  courier_stage_post (&stage, 1, 1, 2);
  courier_stage_post (&stage, 2, 2, 1);
  g_free (nb_test_database_run (fixture->database, age));
  g_free (nb_test_database_run (fixture->database, age_line));
  courier_stage_transact (&stage, sweep, &has_more);
  g_assert_false (has_more);

  /* What is younger waits on. */
  g_assert_cmpint (notify_fixture_count (fixture, DEAD " AND person_id = 1"), ==, 1);
  g_assert_cmpint (notify_fixture_count (fixture, WAITING), ==, 2);
  g_assert_cmpint (notify_fixture_count (fixture, LINES " WHERE next_at > 1"), ==, 2);
  g_assert_cmpint (notify_fixture_count (fixture, "SELECT MAX (next_at) FROM notify_lines WHERE person_id = 1"), ==,
                   notify_fixture_count (fixture, "SELECT MAX (next_at) FROM notify_deliveries WHERE person_id = 1 "
                                                  "AND is_dead = 0"));
  courier_stage_transact (&stage, sweep, &has_more);
  g_assert_cmpint (notify_fixture_count (fixture, DEAD), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  notify_fixture_add_test ("/notify/courier/keeps-order-of-a-person", 120, test_order);
  notify_fixture_add_test ("/notify/courier/pauses-grow", 120, test_pauses);
  notify_fixture_add_test ("/notify/courier/waits-as-long-as-asked", 120, test_retry_after);
  notify_fixture_add_test ("/notify/courier/gives-up-and-sends-again", 120, test_given_up);
  notify_fixture_add_test ("/notify/courier/refused-is-given-up-at-once", 120, test_refused);
  notify_fixture_add_test ("/notify/courier/all-that-was-given-up", 120, test_all_at_once);
  notify_fixture_add_test ("/notify/courier/left-for-days-is-given-up", 120, test_left);
  return g_test_run ();
}
