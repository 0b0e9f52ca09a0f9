/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Each thing that can be done, as one transaction; the test with a request to the outside behind it. */
#include "nb-webhook-call.h"

#include "nb-webhook-signature.h"
#include "nb-webhook-url.h"

#include <glib/gi18n.h>

NbWebhookCall *
nb_webhook_call_new (NbWebhookDesk *desk, NbRequest *request, NbWebhookCallFunc done)
{
  NbWebhookCall *self = g_new0 (NbWebhookCall, 1);

  self->desk = nb_webhook_desk_ref (desk);
  self->request = g_object_ref (request);
  self->done = done;
  return self;
}

void
nb_webhook_call_free (NbWebhookCall *self)
{
  g_clear_pointer (&self->desk, nb_webhook_desk_unref);
  g_clear_object (&self->request);
  g_free (self->url);
  g_free (self->kinds);
  g_clear_pointer (&self->hook, nb_webhook_free);
  g_clear_pointer (&self->hooks, g_ptr_array_unref);
  g_free (self);
}

gboolean
nb_webhook_call_take_body (NbWebhookCall *self, JsonObject *body, GError **error)
{
  if (json_object_has_member (body, "url"))
    self->url = nb_webhook_url_read (json_object_get_string_member (body, "url"),
                                     nb_webhook_desk_get_allowed (self->desk), error);
  if (json_object_has_member (body, "url") && self->url == NULL)
    return FALSE;
  if (!json_object_has_member (body, "kinds"))
    return TRUE;
  self->kinds = nb_webhook_kinds_read (json_object_get_array_member (body, "kinds"), error);
  return self->kinds != NULL;
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NbWebhookCall *call = user_data;
  g_autoptr (GError) error = NULL;

  nb_store_read_finish (NB_STORE (source), result, &error);
  call->done (call, error);
}

static void
written_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NbWebhookCall *call = user_data;
  g_autoptr (GError) error = NULL;

  nb_store_transact_finish (NB_STORE (source), result, &error);
  call->done (call, error);
}

static void
read_with (NbWebhookCall *self, NbTransactFunc function)
{
  nb_store_read_async (nb_webhook_desk_get_store (self->desk), function, self, NULL, NULL, read_cb, self);
}

static void
write_with (NbWebhookCall *self, NbTransactFunc function)
{
  nb_store_transact_async (nb_webhook_desk_get_store (self->desk), function, self, NULL, NULL, written_cb, self);
}

/* On store threads. */

static gboolean
list (NbTransaction *transaction, gpointer user_data, GError **error)
{
  NbWebhookCall *call = user_data;

  g_clear_pointer (&call->hooks, g_ptr_array_unref);
  call->hooks = nb_webhooks_list (transaction, nb_request_get_person (call->request), call->after, call->limit, error);
  return call->hooks != NULL;
}

static gboolean
load (NbTransaction *transaction, gpointer user_data, GError **error)
{
  NbWebhookCall *call = user_data;

  g_clear_pointer (&call->hook, nb_webhook_free);
  call->hook = nb_webhooks_load (transaction, nb_request_get_person (call->request), call->id, error);
  return call->hook != NULL;
}

static gboolean
add (NbTransaction *transaction, gpointer user_data, GError **error)
{
  NbWebhookCall *call = user_data;
  NbWebhook *hook = g_new0 (NbWebhook, 1);

  g_clear_pointer (&call->hook, nb_webhook_free);
  call->hook = hook;
  hook->id = nb_id_new ();
  hook->person = nb_request_get_person (call->request);
  hook->url = g_strdup (call->url);
  hook->kinds = g_strdup (call->kinds != NULL ? call->kinds : "");
  hook->secret = nb_webhook_secret_new ();
  hook->is_enabled = TRUE;
  hook->created_at = nb_transaction_now (transaction);
  hook->failure = g_strdup ("");
  return nb_webhooks_add (transaction, hook, error);
}

static gboolean
lock (NbTransaction *transaction, NbWebhookCall *call, GError **error)
{
  g_clear_pointer (&call->hook, nb_webhook_free);
  call->hook = nb_webhooks_lock (transaction, nb_request_get_person (call->request), call->id, error);
  return call->hook != NULL;
}

/* What failed before says nothing of what it is now. */
static gboolean
update (NbTransaction *transaction, NbWebhook *hook, GError **error)
{
  hook->failed_at = 0;
  g_free (hook->failure);
  hook->failure = g_strdup ("");
  return nb_webhooks_update (transaction, hook, error);
}

static gboolean
change (NbTransaction *transaction, gpointer user_data, GError **error)
{
  NbWebhookCall *call = user_data;

  if (!lock (transaction, call, error))
    return FALSE;
  if (call->url != NULL)
    {
      g_free (call->hook->url);
      call->hook->url = g_strdup (call->url);
    }
  if (call->kinds != NULL)
    {
      g_free (call->hook->kinds);
      call->hook->kinds = g_strdup (call->kinds);
    }
  if (call->sets_enabled)
    call->hook->is_enabled = call->is_enabled;
  return update (transaction, call->hook, error);
}

static gboolean
renew (NbTransaction *transaction, gpointer user_data, GError **error)
{
  NbWebhookCall *call = user_data;

  if (!lock (transaction, call, error))
    return FALSE;
  g_free (call->hook->secret);
  call->hook->secret = nb_webhook_secret_new ();
  return update (transaction, call->hook, error);
}

static gboolean delete (NbTransaction *transaction, gpointer user_data, GError **error)
{
  const NbWebhookCall *call = user_data;

  return nb_webhooks_delete (transaction, nb_request_get_person (call->request), call->id, error);
}

/* For everybody. */

void
nb_webhook_call_list (NbWebhookCall *self)
{
  read_with (self, list);
}

void
nb_webhook_call_load (NbWebhookCall *self)
{
  read_with (self, load);
}

void
nb_webhook_call_add (NbWebhookCall *self)
{
  write_with (self, add);
}

void
nb_webhook_call_change (NbWebhookCall *self)
{
  write_with (self, change);
}

void
nb_webhook_call_renew (NbWebhookCall *self)
{
  write_with (self, renew);
}

void
nb_webhook_call_delete (NbWebhookCall *self)
{
  write_with (self, delete);
}

/* The test. */

static void
on_answer (const NbHookAnswer *answer, gpointer user_data)
{
  NbWebhookCall *call = user_data;

  nb_webhook_desk_end_test (call->desk);
  call->answer = *answer;
  call->done (call, NULL);
}

static char *
make_test_body (NbWebhookCall *call)
{
  JsonObject *data = json_object_new ();
  g_autofree char *id = g_strdup_printf ("%" G_GINT64_FORMAT, call->id);
  g_autofree char *url = nb_webhook_desk_dup_url (call->desk, "/inbox/webhooks");

  json_object_set_string_member (data, "webhook_id", id);
  json_object_set_string_member (
      data, "text", nb_request_gettext (call->request, N_ ("This is a test. Nothing happened on the site.")));
  if (url != NULL)
    json_object_set_string_member (data, "url", url);
  return nb_webhook_body_new ("test", nb_store_now (nb_webhook_desk_get_store (call->desk)), data);
}

static void
send_test (NbWebhookCall *call)
{
  g_autofree char *id = g_strdup_printf ("msg_%" G_GINT64_FORMAT, nb_id_new ());
  g_autofree char *body = make_test_body (call);
  g_autoptr (GError) error = NULL;

  if (nb_webhook_desk_take_test (call->desk, call->hook->person, &error)
      && !nb_webhook_desk_send (call->desk, call->hook->url, call->hook->secret, id, body, on_answer, call))
    {
      nb_webhook_desk_end_test (call->desk);
      nb_set_error (&error, NB_ERROR_SHUTTING_DOWN, N_ ("webhooks are being switched off"), NULL);
    }
  if (error != NULL)
    call->done (call, error);
}

static void
found_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NbWebhookCall *call = user_data;
  g_autoptr (GError) error = NULL;

  if (nb_store_read_finish (NB_STORE (source), result, &error))
    send_test (call);
  else
    call->done (call, error);
}

void
nb_webhook_call_test (NbWebhookCall *self)
{
  nb_store_read_async (nb_webhook_desk_get_store (self->desk), load, self, NULL, NULL, found_cb, self);
}
