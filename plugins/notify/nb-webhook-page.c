/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lists webhooks and takes the forms beside them. A new secret is on the answer to its form alone, never on a page that
 * can be asked for again. */
#include "nb-webhook-page.h"

#include "nb-webhook-model.h"
#include "nb-webhook-url.h"

#include <glib/gi18n.h>

static const NbField new_fields[] = {
  { "url", NB_FIELD_TEXT, TRUE, 1, NB_WEBHOOK_URL_MAX },
  { "kinds", NB_FIELD_LIST },
};

static const NbField switch_fields[] = {
  { "is_enabled", NB_FIELD_BOOL, TRUE },
};

/* A page that waits for the list of webhooks. */
typedef struct
{
  guint status;
  JsonObject *body;   /* (nullable): of a form that is shown again */
  GError *fault;      /* (nullable): why */
  NbWebhook *renewed; /* (nullable): whose secret is shown */
} Visit;

static void
visit_free (Visit *self)
{
  g_clear_pointer (&self->body, json_object_unref);
  g_clear_error (&self->fault);
  g_clear_pointer (&self->renewed, nb_webhook_free);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Visit, visit_free)

static Visit *
visit_new (guint status)
{
  Visit *self = g_new0 (Visit, 1);

  self->status = status;
  return self;
}

/* Showing. */

static void
listed (NbWebhookCall *taken, const GError *error)
{
  g_autoptr (NbWebhookCall) call = taken;
  g_autoptr (Visit) visit = call->user_data;
  NbWebhookModelExtra extra = { .fault = visit->fault };

  if (error != NULL)
    {
      nb_request_respond_error (call->request, error);
      return;
    }
  if (visit->body != NULL && json_object_has_member (visit->body, "url"))
    extra.url = json_object_get_string_member (visit->body, "url");
  if (visit->body != NULL && json_object_has_member (visit->body, "kinds"))
    extra.kinds = json_object_get_array_member (visit->body, "kinds");
  if (visit->renewed != NULL)
    {
      extra.secret = visit->renewed->secret;
      extra.secret_url = visit->renewed->url;
    }
  nb_request_respond_page (call->request, visit->status, "webhooks.mustache",
                           nb_webhook_model_new (call->request, call->hooks, &extra));
}

/* Takes over @visit. */
static void
show (NbWebhookDesk *desk, NbRequest *request, Visit *visit)
{
  NbWebhookCall *call = nb_webhook_call_new (desk, request, listed);

  call->limit = NB_WEBHOOKS_PER_PERSON;
  call->user_data = visit;
  nb_webhook_call_list (call);
}

/* @body: (nullable) (transfer full); @fault: (transfer full) */
static void
show_fault (NbWebhookDesk *desk, NbRequest *request, JsonObject *body, GError *fault)
{
  Visit *visit = visit_new (nb_error_code_status (nb_error_get_code (fault)));

  visit->body = body;
  visit->fault = fault;
  show (desk, request, visit);
}

static void
on_page (NbRequest *request, gpointer user_data)
{
  show (user_data, request, visit_new (200));
}

/* Forms. */

static void
show_secret (NbWebhookCall *call, guint status)
{
  Visit *visit = visit_new (status);

  visit->renewed = g_steal_pointer (&call->hook);
  show (call->desk, call->request, visit);
}

static void
added (NbWebhookCall *taken, const GError *error)
{
  g_autoptr (NbWebhookCall) call = taken;
  JsonObject *body = g_steal_pointer (&call->user_data);

  if (error != NULL)
    {
      show_fault (call->desk, call->request, body, g_error_copy (error));
      return;
    }
  json_object_unref (body);
  show_secret (call, 201);
}

static void
renewed (NbWebhookCall *taken, const GError *error)
{
  g_autoptr (NbWebhookCall) call = taken;

  if (error != NULL)
    nb_request_respond_error (call->request, error);
  else
    show_secret (call, 200);
}

/* Says what was done, on the page that follows. */
static void
go_back (NbWebhookCall *call, const char *message)
{
  nb_request_flash (call->request, message);
  nb_request_redirect (call->request, NB_WEBHOOK_PAGE);
}

static void
switched (NbWebhookCall *taken, const GError *error)
{
  g_autoptr (NbWebhookCall) call = taken;

  if (error != NULL)
    nb_request_respond_error (call->request, error);
  else
    go_back (call, nb_request_gettext (call->request, call->is_enabled ? N_ ("The webhook is switched on.")
                                                                       : N_ ("The webhook is switched off.")));
}

static void
deleted (NbWebhookCall *taken, const GError *error)
{
  g_autoptr (NbWebhookCall) call = taken;

  if (error != NULL)
    nb_request_respond_error (call->request, error);
  else
    go_back (call, nb_request_gettext (call->request, N_ ("The webhook is deleted.")));
}

static void
tested (NbWebhookCall *taken, const GError *error)
{
  g_autoptr (NbWebhookCall) call = taken;
  g_autofree char *message = NULL;

  if (error != NULL)
    {
      nb_request_respond_error (call->request, error);
      return;
    }
  message = nb_webhook_model_dup_test (call->request, &call->answer);
  go_back (call, message);
}

static void
on_new (NbRequest *request, gpointer user_data)
{
  g_autoptr (NbWebhookCall) call = nb_webhook_call_new (user_data, request, added);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) body = nb_request_read_body (request, new_fields, G_N_ELEMENTS (new_fields), &error);

  if (body == NULL || !nb_webhook_call_take_body (call, body, &error))
    {
      show_fault (user_data, request, g_steal_pointer (&body), g_steal_pointer (&error));
      return;
    }
  call->user_data = g_steal_pointer (&body);
  nb_webhook_call_add (g_steal_pointer (&call));
}

static NbWebhookCall *
call_one (NbRequest *request, NbWebhookDesk *desk, NbWebhookCallFunc done)
{
  NbWebhookCall *call = nb_webhook_call_new (desk, request, done);

  call->id = nb_request_get_param_id (request, "id");
  return call;
}

static void
on_switch (NbRequest *request, gpointer user_data)
{
  g_autoptr (NbWebhookCall) call = call_one (request, user_data, switched);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) body = nb_request_read_body (request, switch_fields, G_N_ELEMENTS (switch_fields), &error);

  if (body == NULL)
    {
      nb_request_respond_error (request, error);
      return;
    }
  call->sets_enabled = TRUE;
  call->is_enabled = json_object_get_boolean_member (body, "is_enabled");
  nb_webhook_call_change (g_steal_pointer (&call));
}

static void
on_secret (NbRequest *request, gpointer user_data)
{
  nb_webhook_call_renew (call_one (request, user_data, renewed));
}

static void
on_test (NbRequest *request, gpointer user_data)
{
  nb_webhook_call_test (call_one (request, user_data, tested));
}

static void
on_delete (NbRequest *request, gpointer user_data)
{
  nb_webhook_call_delete (call_one (request, user_data, deleted));
}

gboolean
nb_webhook_page_add_routes (NbContext *context, NbWebhookDesk *desk, GError **error)
{
  static const struct
  {
    const char *method;
    const char *pattern;
    NbHandler handler;
  } routes[] = {
    { "GET", NB_WEBHOOK_PAGE, on_page },
    { "POST", NB_WEBHOOK_PAGE, on_new },
    { "POST", NB_WEBHOOK_PAGE "/{id:id}/switch", on_switch },
    { "POST", NB_WEBHOOK_PAGE "/{id:id}/secret", on_secret },
    { "POST", NB_WEBHOOK_PAGE "/{id:id}/test", on_test },
    { "POST", NB_WEBHOOK_PAGE "/{id:id}/delete", on_delete },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (routes); i++)
    if (!nb_context_add_route (context, routes[i].method, routes[i].pattern, NB_ROUTE_SIGNED_IN | NB_ROUTE_PAGE,
                               routes[i].handler, desk, error))
      return FALSE;
  return TRUE;
}
