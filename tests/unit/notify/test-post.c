/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Messages and deliveries are written once, for those who want them, where they can be reached. */
#include "plugins/notify/nb-post.h"
#include "tests/unit/notify/notify-fixture.h"
#include "tests/unit/notify/stub-notifier.h"

typedef struct
{
  GPtrArray *notifiers;
  gint64 event;
  gint64 first;
  gint64 last;
  guint n_messages; /* of each person, of different events */
} Batch;

static gboolean
write_cb (NbTransaction *transaction, gpointer user_data, GError **error)
{
  const Batch *batch = user_data;
  g_autoptr (NbPost) post = nb_post_new (batch->notifiers);

  for (guint i = 0; i < batch->n_messages; i++)
    for (gint64 person = batch->first; person <= batch->last; person++)
      nb_post_add (post, batch->event + i, person, NB_KIND_OUTBID, 7, "Chair {price}", 12000, "");
  return nb_post_write (post, transaction, error);
}

static void
write_batch (NotifyFixture *fixture, Batch batch)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  nb_store_transact_async (fixture->store, write_cb, &batch, NULL, NULL, nb_test_loop_keep_result, &result);
  nb_test_loop_run_until_result (&fixture->loop, &result);
  nb_store_transact_finish (fixture->store, result, &error);
  g_assert_no_error (error);
}

static GPtrArray *
make_channels (void)
{
  GPtrArray *channels = g_ptr_array_new_with_free_func (g_object_unref);

  g_ptr_array_add (channels, stub_notifier_new ("mail", "Mail", 2, 0));
  g_ptr_array_add (channels, stub_notifier_new ("hook", "Hook", 3, 2));
  g_ptr_array_add (channels, stub_notifier_new ("log", NULL, 1, 0));
  return channels;
}

#define assert_count(fixture, sql, expected) g_assert_cmpint (notify_fixture_count (fixture, sql), ==, expected)

static void
test_reaches (NotifyFixture *fixture)
{
  g_autoptr (GPtrArray) channels = make_channels ();

  notify_fixture_add_people (fixture, 4);
  write_batch (fixture, (Batch){ channels, 100, 1, 4, 1 });
  assert_count (fixture, "SELECT count(*) FROM notify_messages WHERE is_shown = 1 AND read_at = 0 AND price = 12000",
                4);
  assert_count (fixture, "SELECT count(*) FROM notify_deliveries WHERE channel = 'mail' AND target = 0", 3);
  assert_count (fixture, "SELECT count(*) FROM notify_deliveries WHERE channel = 'hook' AND target IN (1, 2)", 4);
  assert_count (fixture, "SELECT count(*) FROM notify_deliveries WHERE channel = 'log'", 4);
  assert_count (fixture, "SELECT count(*) FROM notify_lines", 11);
  assert_count (fixture,
                "SELECT count(*) FROM notify_deliveries d JOIN notify_messages m ON m.id = d.message_id"
                " WHERE m.person_id = d.person_id AND d.is_dead = 0 AND d.next_at = d.created_at",
                11);
}

static void
test_once (NotifyFixture *fixture)
{
  g_autoptr (GPtrArray) channels = make_channels ();

  notify_fixture_add_people (fixture, 4);
  write_batch (fixture, (Batch){ channels, 100, 1, 3, 1 });
  write_batch (fixture, (Batch){ channels, 100, 1, 4, 1 });
  assert_count (fixture, "SELECT count(*) FROM notify_messages", 4);
  assert_count (fixture, "SELECT count(*) FROM notify_deliveries WHERE channel = 'mail'", 3);
  assert_count (fixture, "SELECT count(*) FROM notify_deliveries WHERE channel = 'log'", 4);
}

/* Nobody who isn't there stops the others' messages. */
static void
test_strangers (NotifyFixture *fixture)
{
  g_autoptr (GPtrArray) channels = make_channels ();

  notify_fixture_add_people (fixture, 2);
  write_batch (fixture, (Batch){ channels, 100, 1, 5, 1 });
  assert_count (fixture, "SELECT count(*) FROM notify_messages", 2);
  assert_count (fixture, "SELECT count(*) FROM notify_deliveries", 3);
  assert_count (fixture, "SELECT count(*) FROM notify_lines", 3);
}

static gboolean
refuse_cb (NbTransaction *transaction, gpointer user_data, GError **error)
{
  /* Twelve hours that began a minute ago. */
  guint minute = (guint)((nb_transaction_now (transaction) + 9 * G_TIME_SPAN_HOUR) / G_TIME_SPAN_MINUTE % 1440);

  return nb_preferences_set (transaction, 1, NB_KIND_OUTBID, NB_CHANNEL_INBOX, FALSE, error)
         && nb_preferences_set (transaction, 2, NB_KIND_OUTBID, NB_CHANNEL_INBOX, FALSE, error)
         && nb_preferences_set (transaction, 2, NB_KIND_OUTBID, "mail", FALSE, error)
         && nb_preferences_set (transaction, 3, NB_KIND_OUTBID, "mail", FALSE, error)
         && nb_preferences_set (transaction, 3, NB_KIND_OUTBID, "log", FALSE, error)
         && nb_preferences_set_quiet (transaction, 4, TRUE, (minute + 1439) % 1440, (minute + 720) % 1440, error);
}

static void
test_wishes (NotifyFixture *fixture)
{
  g_autoptr (GPtrArray) channels = make_channels ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  g_ptr_array_remove_index (channels, 1);
  notify_fixture_add_people (fixture, 4);
  nb_store_transact_async (fixture->store, refuse_cb, NULL, NULL, NULL, nb_test_loop_keep_result, &result);
  nb_test_loop_run_until_result (&fixture->loop, &result);
  nb_store_transact_finish (fixture->store, result, &error);
  g_assert_no_error (error);
  write_batch (fixture, (Batch){ channels, 100, 1, 4, 1 });
  assert_count (fixture, "SELECT count(*) FROM notify_messages", 4);
  assert_count (fixture, "SELECT count(*) FROM notify_messages WHERE is_shown = 0 AND person_id < 3", 2);
  assert_count (fixture, "SELECT count(*) FROM notify_deliveries WHERE channel = 'log' AND next_at = created_at", 4);
  assert_count (fixture, "SELECT person_id FROM notify_deliveries WHERE channel = 'mail' AND next_at > created_at", 4);
  assert_count (fixture, "SELECT count(*) FROM notify_deliveries WHERE channel = 'mail'", 1);
  g_ptr_array_set_size (channels, 1);
  write_batch (fixture, (Batch){ channels, 200, 1, 4, 1 });
  assert_count (fixture, "SELECT count(*) FROM notify_messages WHERE event_id = 200", 2);
}

static void
test_bound (NotifyFixture *fixture)
{
  g_autoptr (GPtrArray) channels = make_channels ();

  g_ptr_array_set_size (channels, 1);
  notify_fixture_add_people (fixture, 3);
  write_batch (fixture, (Batch){ channels, 1000, 2, 2, NB_POST_LINE_MAX - 1 });
  write_batch (fixture, (Batch){ channels, 5000, 2, 3, 3 });
  assert_count (fixture, "SELECT count(*) FROM notify_deliveries WHERE person_id = 2 AND is_dead = 0",
                NB_POST_LINE_MAX);
  assert_count (fixture, "SELECT count(*) FROM notify_deliveries WHERE person_id = 2 AND is_dead = 1 AND reason <> ''",
                2);
  assert_count (fixture, "SELECT count(*) FROM notify_deliveries WHERE person_id = 3 AND is_dead = 0", 3);
  assert_count (fixture, "SELECT count(*) FROM notify_messages WHERE person_id = 2", NB_POST_LINE_MAX + 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  notify_fixture_add_test ("/notify/post/each-place-gets-a-delivery", 120, test_reaches);
  notify_fixture_add_test ("/notify/post/the-same-event-is-written-once", 120, test_once);
  notify_fixture_add_test ("/notify/post/people-who-are-not-there-get-nothing", 120, test_strangers);
  notify_fixture_add_test ("/notify/post/wishes-and-quiet-hours-are-kept", 120, test_wishes);
  notify_fixture_add_test ("/notify/post/a-full-line-takes-no-more", 120, test_bound);
  return g_test_run ();
}
