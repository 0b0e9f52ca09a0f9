/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Delivers one message to one webhook: looks the webhook up, sends, and keeps how it went. */
#include "nb-webhook.h"

#include "nb-reach.h"

#include <glib/gi18n.h>

#define STATUS_GONE 410
/* Deliveries that go on as before are kept in mind this often. */
#define NOTE_INTERVAL G_TIME_SPAN_MINUTE

struct _NbWebhookChannel
{
  GObject parent_instance;

  NbWebhookDesk *desk;
  char *url; /* (nullable): the site's own; NULL for those of people */
  char *secret;
};

/* One delivery. */
typedef struct
{
  NbWebhookChannel *channel;
  const NbNotice *notice;
  NbWebhook *hook; /* (nullable): as it was found; NULL for the site's own */
  NbDelivery result;
  guint retry_after;
  char *failure; /* empty: it went through */
  char *reason;  /* for operators */
  gboolean is_gone;
} Errand;

static void nb_webhook_channel_notifier_init (NbNotifierInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (NbWebhookChannel, nb_webhook_channel, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (NB_TYPE_NOTIFIER, nb_webhook_channel_notifier_init))

static void
errand_free (gpointer data)
{
  Errand *self = data;

  g_clear_pointer (&self->hook, nb_webhook_free);
  g_free (self->failure);
  g_free (self->reason);
  g_free (self);
}

/* Ends @task as its errand says. */
static void
end (GTask *task)
{
  const Errand *errand = g_task_get_task_data (task);

  if (errand->result == NB_DELIVERY_DONE || errand->result == NB_DELIVERY_LEFT_OUT)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_FAILED, "%s", errand->reason);
}

/* Keeping how it went. */

static gboolean
note (NbTransaction *transaction, gpointer user_data, GError **error)
{
  const Errand *errand = user_data;

  return nb_webhooks_note (transaction, errand->hook->id, errand->failure, errand->is_gone, error);
}

static void
noted_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;

  /* What became of the message counts, not what is shown of it. */
  if (!nb_store_transact_finish (NB_STORE (source), result, &error))
    g_warning ("how a webhook was delivered to could not be kept: %s", error->message);
  end (task);
}

static gboolean
is_worth_a_note (const Errand *errand, gint64 now)
{
  const NbWebhook *hook = errand->hook;

  if (hook == NULL)
    return FALSE;
  if (errand->is_gone || !g_str_equal (hook->failure, errand->failure))
    return TRUE;
  return now - (errand->failure[0] == '\0' ? hook->delivered_at : hook->failed_at) >= NOTE_INTERVAL;
}

/* Sending. */

static char *
make_reason (const Errand *errand, const NbHookAnswer *answer)
{
  g_autofree char *which = errand->hook != NULL ? g_strdup_printf ("webhook %" G_GINT64_FORMAT, errand->hook->id)
                                                : g_strdup ("the site's webhook");

  if (answer->outcome == NB_HOOK_ANSWERED)
    return g_strdup_printf ("%s answered %u%s", which, answer->status,
                            answer->status >= 300 && answer->status < 400 ? ", and redirects are not followed" : "");
  if (answer->outcome == NB_HOOK_REFUSED_ADDRESS)
    return g_strdup_printf ("%s leads to an address that is neither public nor in webhook-allow", which);
  return g_strdup_printf ("%s %s: %s", which,
                          answer->outcome == NB_HOOK_TIMED_OUT ? "did not answer in time" : "could not be reached",
                          answer->cause);
}

static NbDelivery
judge (const Errand *errand, const NbHookAnswer *answer)
{
  if (nb_hook_answer_is_success (answer))
    return NB_DELIVERY_DONE;
  if (errand->is_gone || answer->outcome == NB_HOOK_REFUSED_ADDRESS)
    return NB_DELIVERY_REFUSED;
  return NB_DELIVERY_AGAIN;
}

static void
on_answer (const NbHookAnswer *answer, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Errand *errand = g_task_get_task_data (task);
  NbStore *store = nb_webhook_desk_get_store (errand->channel->desk);

  /* An operator's own address may come back; a person's says that nobody listens there any more. */
  errand->is_gone = errand->hook != NULL && answer->outcome == NB_HOOK_ANSWERED && answer->status == STATUS_GONE;
  errand->result = judge (errand, answer);
  errand->retry_after = answer->retry_after;
  errand->failure = nb_hook_answer_dup_failure (answer);
  errand->reason = make_reason (errand, answer);
  if (!answer->is_aborted && is_worth_a_note (errand, nb_store_now (store)))
    nb_store_transact_async (store, note, errand, NULL, NULL, noted_cb, g_steal_pointer (&task));
  else
    end (task);
}

static void
copy_member (JsonObject *from, const char *name, JsonNode *node, gpointer to)
{
  json_object_set_member (to, name, json_node_copy (node));
}

static char *
make_body (const Errand *errand)
{
  const NbNotice *notice = errand->notice;
  JsonObject *data = json_object_new ();
  g_autofree char *person = g_strdup_printf ("%" G_GINT64_FORMAT, notice->person);
  g_autofree char *url = nb_webhook_desk_dup_url (errand->channel->desk, notice->path);

  json_object_foreach_member (notice->data, copy_member, data);
  json_object_set_string_member (data, "person_id", person);
  json_object_set_string_member (data, "language", notice->language);
  json_object_set_string_member (data, "subject", notice->subject);
  json_object_set_string_member (data, "text", notice->text);
  if (url != NULL)
    json_object_set_string_member (data, "url", url);
  return nb_webhook_body_new (notice->kind, notice->at, data);
}

/* Takes over @task. */
static void
send_out (GTask *task, const char *url, const char *secret)
{
  Errand *errand = g_task_get_task_data (task);
  g_autofree char *id = g_strdup_printf ("msg_%" G_GINT64_FORMAT, errand->notice->id);
  g_autofree char *body = make_body (errand);

  if (nb_webhook_desk_send (errand->channel->desk, url, secret, id, body, on_answer, task))
    return;
  errand->result = NB_DELIVERY_AGAIN;
  errand->reason = g_strdup ("the webhooks were stopped");
  end (task);
  g_object_unref (task);
}

/* Looking the webhook up. */

static gboolean
load (NbTransaction *transaction, gpointer user_data, GError **error)
{
  Errand *errand = user_data;

  g_clear_pointer (&errand->hook, nb_webhook_free);
  errand->hook = nb_webhooks_load (transaction, errand->notice->person, errand->notice->target, error);
  return errand->hook != NULL;
}

static void
loaded_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;
  Errand *errand = g_task_get_task_data (task);
  const gboolean is_there = nb_store_read_finish (NB_STORE (source), result, &error);

  if (!is_there && !g_error_matches (error, NB_ERROR, NB_ERROR_NOT_FOUND))
    {
      errand->result = NB_DELIVERY_AGAIN;
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  /* Whoever deleted it, switched it off or chose other kinds meanwhile wants nothing of it. */
  if (!is_there || !errand->hook->is_enabled || !nb_webhook_wants (errand->hook, errand->notice->kind))
    {
      errand->result = NB_DELIVERY_LEFT_OUT;
      end (task);
      return;
    }
  send_out (g_steal_pointer (&task), errand->hook->url, errand->hook->secret);
}

/* The channel. */

static const char *
get_name (NbNotifier *notifier)
{
  return NB_WEBHOOK_CHANNEL (notifier)->url != NULL ? "site-webhook" : "webhook";
}

static const char *
get_title (NbNotifier *notifier)
{
  return NB_WEBHOOK_CHANNEL (notifier)->url != NULL ? NULL : N_ ("Webhook");
}

static gboolean
find_targets (NbNotifier *notifier, NbTransaction *transaction, const NbRowset *people, GArray *targets, GError **error)
{
  if (NB_WEBHOOK_CHANNEL (notifier)->url != NULL)
    return nb_reach_everybody (transaction, people, targets, error);
  return nb_webhooks_find (transaction, people, targets, error);
}

static void
deliver_async (NbNotifier *notifier, const NbNotice *notice, GAsyncReadyCallback callback, gpointer user_data)
{
  NbWebhookChannel *self = NB_WEBHOOK_CHANNEL (notifier);
  GTask *task = g_task_new (self, NULL, callback, user_data);
  Errand *errand = g_new0 (Errand, 1);

  g_task_set_source_tag (task, deliver_async);
  errand->channel = self;
  errand->notice = notice;
  g_task_set_task_data (task, errand, errand_free);
  if (self->url != NULL)
    send_out (task, self->url, self->secret);
  else
    nb_store_read_async (nb_webhook_desk_get_store (self->desk), load, errand, NULL, NULL, loaded_cb, task);
}

static NbDelivery
deliver_finish (NbNotifier *notifier, GAsyncResult *result, guint *retry_after, GError **error)
{
  const Errand *errand = g_task_get_task_data (G_TASK (result));

  *retry_after = errand->retry_after;
  g_task_propagate_boolean (G_TASK (result), error);
  return errand->result;
}

static void
nb_webhook_channel_finalize (GObject *object)
{
  NbWebhookChannel *self = NB_WEBHOOK_CHANNEL (object);

  nb_webhook_desk_unref (self->desk);
  g_free (self->url);
  g_free (self->secret);
  G_OBJECT_CLASS (nb_webhook_channel_parent_class)->finalize (object);
}

static void
nb_webhook_channel_class_init (NbWebhookChannelClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = nb_webhook_channel_finalize;
}

static void
nb_webhook_channel_init (NbWebhookChannel *self)
{
}

static void
nb_webhook_channel_notifier_init (NbNotifierInterface *iface)
{
  iface->get_name = get_name;
  iface->get_title = get_title;
  iface->find_targets = find_targets;
  iface->deliver_async = deliver_async;
  iface->deliver_finish = deliver_finish;
}

NbNotifier *
nb_webhook_new (NbWebhookDesk *desk)
{
  NbWebhookChannel *self = g_object_new (NB_TYPE_WEBHOOK_CHANNEL, NULL);

  self->desk = nb_webhook_desk_ref (desk);
  return NB_NOTIFIER (self);
}

NbNotifier *
nb_webhook_new_for_site (NbWebhookDesk *desk, const char *url, const char *secret)
{
  NbWebhookChannel *self = g_object_new (NB_TYPE_WEBHOOK_CHANNEL, NULL);

  self->desk = nb_webhook_desk_ref (desk);
  self->url = g_strdup (url);
  self->secret = g_strdup (secret);
  return NB_NOTIFIER (self);
}
