/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who takes the outbox's events and by which channels people are told: one consumer, whose end waits for its calls, and
 * channels with names of their own. */
#include "core/plugin/nb-context-private.h"
#include "core/plugin/nb-plugin-error.h"

typedef struct
{
  NbRegistry *registry;
  NbContext *shop;
  NbContext *post;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->registry = nb_registry_new ();
  fixture->shop = nb_context_new ("shop", fixture->registry, NULL);
  fixture->post = nb_context_new ("post", fixture->registry, NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  nb_context_close (fixture->shop);
  nb_context_close (fixture->post);
  nb_context_free (fixture->shop);
  nb_context_free (fixture->post);
  g_assert_finalize_object (fixture->registry);
}

static void
assert_refused (gboolean is_done, GError *error, NbPluginErrorCode code, const char *message)
{
  g_autoptr (GError) owned = error;

  g_assert_false (is_done);
  g_assert_error (owned, NB_PLUGIN_ERROR, (int)code);
  g_assert_cmpstr (owned->message, ==, message);
}

typedef struct
{
  GMutex mutex;
  GCond changed;
  gboolean has_begun;
  gboolean may_end;
  int has_ended; /* atomic */
  guint n_told;
} Taking;

static void
taking_init (Taking *self)
{
  *self = (Taking){ .may_end = TRUE };
  g_mutex_init (&self->mutex);
  g_cond_init (&self->changed);
}

static void
taking_clear (Taking *self)
{
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->changed);
}

static gboolean
take (NbTransaction *transaction, GPtrArray *events, gpointer user_data, GError **error)
{
  Taking *self = user_data;

  g_mutex_lock (&self->mutex);
  self->has_begun = TRUE;
  g_cond_broadcast (&self->changed);
  while (!self->may_end)
    g_cond_wait (&self->changed, &self->mutex);
  g_mutex_unlock (&self->mutex);
  g_atomic_int_set (&self->has_ended, TRUE);
  return TRUE;
}

static void
note_taken (gpointer user_data)
{
  ((Taking *)user_data)->n_told++;
}

static const NbConsumer consumer = { .consume = take, .consumed = note_taken };

static void
test_one_consumer (Fixture *fixture, gconstpointer data)
{
  GError *error = NULL;
  Taking taking;

  taking_init (&taking);
  g_assert_null (nb_registry_get_consumer (fixture->registry));
  g_assert_true (nb_context_set_consumer (fixture->shop, &consumer, &taking, &error));
  g_assert_cmpstr (nb_registry_get_consumer (fixture->registry)->owner, ==, "shop");
  gboolean is_set = nb_context_set_consumer (fixture->post, &consumer, &taking, &error);
  assert_refused (is_set, g_steal_pointer (&error), NB_PLUGIN_ERROR_CONFLICT,
                  "consumer of 'outbox' is already claimed by shop");
  nb_context_close (fixture->shop);
  g_assert_null (nb_registry_get_consumer (fixture->registry));
  g_assert_true (nb_context_set_consumer (fixture->post, &consumer, &taking, &error));
  is_set = nb_context_set_consumer (fixture->shop, &consumer, &taking, &error);
  assert_refused (is_set, g_steal_pointer (&error), NB_PLUGIN_ERROR_FAILED,
                  "shop has stopped and can't register anything");
  taking_clear (&taking);
}

static void
test_ended_is_not_called (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NbConsumerItem) item = NULL;
  g_autoptr (GError) error = NULL;
  Taking taking;

  taking_init (&taking);
  g_assert_true (nb_context_set_consumer (fixture->shop, &consumer, &taking, &error));
  item = nb_consumer_item_ref (nb_registry_get_consumer (fixture->registry));
  g_assert_true (nb_consumer_item_consume (item, NULL, NULL, &error));
  nb_consumer_item_tell (item);
  g_assert_cmpuint (taking.n_told, ==, 1);

  nb_context_end_calls (fixture->post);
  g_assert_true (nb_consumer_item_consume (item, NULL, NULL, &error));
  nb_context_end_calls (fixture->shop);
  taking.has_begun = FALSE;
  g_assert_false (nb_consumer_item_consume (item, NULL, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  nb_consumer_item_tell (item);
  g_assert_false (taking.has_begun);
  g_assert_cmpuint (taking.n_told, ==, 1);
  taking_clear (&taking);
}

static gpointer
consume_in_thread (gpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (nb_consumer_item_consume (data, NULL, NULL, &error));
  return NULL;
}

static gpointer
open_gate (gpointer data)
{
  Taking *taking = data;

  g_mutex_lock (&taking->mutex);
  taking->may_end = TRUE;
  g_cond_broadcast (&taking->changed);
  g_mutex_unlock (&taking->mutex);
  return NULL;
}

static void
test_end_waits_for_a_call (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NbConsumerItem) item = NULL;
  g_autoptr (GError) error = NULL;
  GThread *caller, *opener;
  Taking taking;

  taking_init (&taking);
  taking.may_end = FALSE;
  g_assert_true (nb_context_set_consumer (fixture->shop, &consumer, &taking, &error));
  item = nb_consumer_item_ref (nb_registry_get_consumer (fixture->registry));
  caller = g_thread_new ("caller", consume_in_thread, item);
  g_mutex_lock (&taking.mutex);
  while (!taking.has_begun)
    g_cond_wait (&taking.changed, &taking.mutex);
  g_mutex_unlock (&taking.mutex);
  opener = g_thread_new ("opener", open_gate, &taking);
  nb_context_close (fixture->shop);
  g_assert_true (g_atomic_int_get (&taking.has_ended));
  g_thread_join (opener);
  g_thread_join (caller);
  taking_clear (&taking);
}

#define TEST_TYPE_CHANNEL (test_channel_get_type ())
G_DECLARE_FINAL_TYPE (TestChannel, test_channel, TEST, CHANNEL, GObject)

struct _TestChannel
{
  GObject parent_instance;

  const char *name;
};

static const char *
test_channel_get_name (NbNotifier *notifier)
{
  return TEST_CHANNEL (notifier)->name;
}

static const char *
test_channel_get_title (NbNotifier *notifier)
{
  return NULL;
}

static gboolean
test_channel_find_targets (NbNotifier *notifier, NbTransaction *transaction, const NbRowset *people, GArray *targets,
                           GError **error)
{
  return TRUE;
}

static void
test_channel_deliver_async (NbNotifier *notifier, const NbNotice *notice, GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_assert_not_reached ();
}

static NbDelivery
test_channel_deliver_finish (NbNotifier *notifier, GAsyncResult *result, guint *retry_after, GError **error)
{
  g_assert_not_reached ();
}

static void
test_channel_notifier_init (NbNotifierInterface *iface)
{
  iface->get_name = test_channel_get_name;
  iface->get_title = test_channel_get_title;
  iface->find_targets = test_channel_find_targets;
  iface->deliver_async = test_channel_deliver_async;
  iface->deliver_finish = test_channel_deliver_finish;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (TestChannel, test_channel, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (NB_TYPE_NOTIFIER, test_channel_notifier_init))

static void
test_channel_init (TestChannel *self)
{
}

static void
test_channel_class_init (TestChannelClass *klass)
{
}

static gboolean
add_channel (NbContext *context, const char *name, GError **error)
{
  g_autoptr (TestChannel) channel = g_object_new (TEST_TYPE_CHANNEL, NULL);

  channel->name = name;
  return nb_context_add_notifier (context, NB_NOTIFIER (channel), error);
}

static void
assert_channels (Fixture *fixture, const char *expected)
{
  g_autoptr (GPtrArray) list = nb_context_list_notifiers (fixture->post);
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; i < list->len; i++)
    g_string_append_printf (names, "%s%s", i > 0 ? " " : "", nb_notifier_get_name (g_ptr_array_index (list, i)));
  g_assert_cmpstr (names->str, ==, expected);
}

static void
test_channels (Fixture *fixture, gconstpointer data)
{
  GError *error = NULL;

  assert_channels (fixture, "");
  g_assert_true (add_channel (fixture->post, "mail", &error));
  g_assert_true (add_channel (fixture->shop, "log", &error));
  g_assert_true (add_channel (fixture->shop, "web-hook", &error));
  assert_channels (fixture, "log mail web-hook");
  gboolean is_added = add_channel (fixture->shop, "mail", &error);
  assert_refused (is_added, g_steal_pointer (&error), NB_PLUGIN_ERROR_CONFLICT,
                  "channel 'mail' is already claimed by post");
  nb_context_close (fixture->shop);
  assert_channels (fixture, "mail");
}

static void
test_bad_channels (Fixture *fixture, gconstpointer data)
{
  static const char *const names[] = { "", "Mail", "a b", "abcdefghijklmnopqrstuvwxyz-1234567", NULL };
  GError *error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      gboolean is_added = add_channel (fixture->shop, names[i], &error);
      assert_refused (is_added, g_steal_pointer (&error), NB_PLUGIN_ERROR_INVALID,
                      "channel TestChannel: expected a name of 1 to 32 of a-z, 0-9 and '-'");
    }
  assert_channels (fixture, "");
}

static void
test_jobs (Fixture *fixture, gconstpointer data)
{
  g_assert_false (nb_context_does_jobs (fixture->shop));
  nb_registry_set_serving (fixture->registry);
  g_assert_false (nb_context_does_jobs (fixture->shop));
  nb_registry_set_jobs (fixture->registry);
  g_assert_true (nb_context_does_jobs (fixture->shop));
}

#define add_test(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_test ("/plugin/delivery/one-consumer", test_one_consumer);
  add_test ("/plugin/delivery/ended-is-not-called", test_ended_is_not_called);
  add_test ("/plugin/delivery/end-waits-for-a-call", test_end_waits_for_a_call);
  add_test ("/plugin/delivery/channels-by-name", test_channels);
  add_test ("/plugin/delivery/bad-channels-are-refused", test_bad_channels);
  add_test ("/plugin/delivery/jobs-role-is-told", test_jobs);
  return g_test_run ();
}
