/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Logs ids and kinds, never words: a log is read by more people than a message is meant for. */
#include "nb-log-channel.h"

#include "nb-reach.h"

struct _NbLogChannel
{
  GObject parent_instance;
};

static void nb_log_channel_notifier_init (NbNotifierInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (NbLogChannel, nb_log_channel, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (NB_TYPE_NOTIFIER, nb_log_channel_notifier_init))

static const char *
get_name (NbNotifier *notifier)
{
  return "log";
}

static const char *
get_title (NbNotifier *notifier)
{
  return NULL;
}

static gboolean
find_targets (NbNotifier *notifier, NbTransaction *transaction, const NbRowset *people, GArray *targets, GError **error)
{
  return nb_reach_everybody (transaction, people, targets, error);
}

static void
deliver_async (NbNotifier *notifier, const NbNotice *notice, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (notifier, NULL, callback, user_data);
  g_autofree char *id = g_strdup_printf ("%" G_GINT64_FORMAT, notice->id);
  g_autofree char *person = g_strdup_printf ("%" G_GINT64_FORMAT, notice->person);
  g_autofree char *auction = g_strdup_printf ("%" G_GINT64_FORMAT, notice->auction);
  const GLogField fields[] = {
    { "MESSAGE", "a message", -1 },  { "PRIORITY", "6", -1 },        { "NB_MESSAGE_ID", id, -1 },
    { "NB_KIND", notice->kind, -1 }, { "NB_PERSON_ID", person, -1 }, { "NB_AUCTION_ID", auction, -1 },
  };

  g_task_set_source_tag (task, deliver_async);
  g_log_structured_array (G_LOG_LEVEL_INFO, fields, G_N_ELEMENTS (fields));
  g_task_return_boolean (task, TRUE);
}

static NbDelivery
deliver_finish (NbNotifier *notifier, GAsyncResult *result, guint *retry_after, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error) ? NB_DELIVERY_DONE : NB_DELIVERY_AGAIN;
}

static void
nb_log_channel_class_init (NbLogChannelClass *klass)
{
}

static void
nb_log_channel_init (NbLogChannel *self)
{
}

static void
nb_log_channel_notifier_init (NbNotifierInterface *iface)
{
  iface->get_name = get_name;
  iface->get_title = get_title;
  iface->find_targets = find_targets;
  iface->deliver_async = deliver_async;
  iface->deliver_finish = deliver_finish;
}

NbNotifier *
nb_log_channel_new (void)
{
  return NB_NOTIFIER (g_object_new (NB_TYPE_LOG_CHANNEL, NULL));
}
