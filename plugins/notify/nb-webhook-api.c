/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Shows a webhook with all but its secret, which only the answer that made it tells. */
#include "nb-webhook-api.h"

#include "nb-webhook-call.h"
#include "nb-webhook-url.h"

#include <glib/gi18n.h>

#define DEFAULT_LIMIT 20
#define MAX_LIMIT 100

static const NbField new_fields[] = {
  { "url", NB_FIELD_TEXT, TRUE, 1, NB_WEBHOOK_URL_MAX },
  { "kinds", NB_FIELD_LIST },
};

static const NbField change_fields[] = {
  { "url", NB_FIELD_TEXT, FALSE, 1, NB_WEBHOOK_URL_MAX },
  { "kinds", NB_FIELD_LIST },
  { "is_enabled", NB_FIELD_BOOL },
};

static void
set_id (JsonObject *object, const char *name, gint64 id)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, id);

  json_object_set_string_member (object, name, text);
}

static void
set_time (JsonObject *object, const char *name, gint64 at)
{
  g_autofree char *text = at != 0 ? nb_time_to_json (at) : NULL;

  if (text != NULL)
    json_object_set_string_member (object, name, text);
  else
    json_object_set_null_member (object, name);
}

static JsonArray *
make_kinds (const NbWebhook *hook)
{
  g_auto (GStrv) kinds = g_strsplit (hook->kinds, ",", -1);
  JsonArray *array = json_array_new ();

  for (gsize i = 0; kinds[i] != NULL; i++)
    json_array_add_string_element (array, kinds[i]);
  return array;
}

static JsonObject *
make_webhook (const NbWebhook *hook)
{
  JsonObject *object = json_object_new ();

  set_id (object, "id", hook->id);
  json_object_set_string_member (object, "url", hook->url);
  json_object_set_array_member (object, "kinds", make_kinds (hook));
  json_object_set_boolean_member (object, "is_enabled", hook->is_enabled);
  set_time (object, "created_at", hook->created_at);
  set_time (object, "delivered_at", hook->delivered_at);
  set_time (object, "failed_at", hook->failed_at);
  if (hook->failure[0] != '\0')
    json_object_set_string_member (object, "failure", hook->failure);
  else
    json_object_set_null_member (object, "failure");
  return object;
}

/* Answers. */

/* Returns: whether @call was answered with @error. */
static gboolean
respond_error (NbWebhookCall *call, const GError *error)
{
  if (error != NULL)
    nb_request_respond_error (call->request, error);
  return error != NULL;
}

static void
answer_list (NbWebhookCall *taken, const GError *error)
{
  g_autoptr (NbWebhookCall) call = taken;
  JsonObject *answer;
  JsonArray *items;

  if (respond_error (call, error))
    return;
  answer = json_object_new ();
  items = json_array_new ();
  /* One more than asked for was read, to know whether there are more. */
  for (guint i = 0; i < MIN (call->hooks->len, call->limit - 1); i++)
    json_array_add_object_element (items, make_webhook (g_ptr_array_index (call->hooks, i)));
  json_object_set_array_member (answer, "items", items);
  if (call->hooks->len == call->limit)
    set_id (answer, "next_cursor", ((NbWebhook *)g_ptr_array_index (call->hooks, call->limit - 2))->id);
  else
    json_object_set_null_member (answer, "next_cursor");
  nb_request_respond_json (call->request, 200, answer);
}

static void
answer_webhook (NbWebhookCall *taken, const GError *error)
{
  g_autoptr (NbWebhookCall) call = taken;

  if (!respond_error (call, error))
    nb_request_respond_json (call->request, 200, make_webhook (call->hook));
}

static void
respond_with_secret (NbWebhookCall *call, guint status)
{
  JsonObject *answer = make_webhook (call->hook);

  json_object_set_string_member (answer, "secret", call->hook->secret);
  nb_request_respond_json (call->request, status, answer);
}

static void
answer_new (NbWebhookCall *taken, const GError *error)
{
  g_autoptr (NbWebhookCall) call = taken;

  if (!respond_error (call, error))
    respond_with_secret (call, 201);
}

static void
answer_secret (NbWebhookCall *taken, const GError *error)
{
  g_autoptr (NbWebhookCall) call = taken;

  if (!respond_error (call, error))
    respond_with_secret (call, 200);
}

static void
answer_deleted (NbWebhookCall *taken, const GError *error)
{
  g_autoptr (NbWebhookCall) call = taken;

  if (!respond_error (call, error))
    nb_request_respond_empty (call->request, 204);
}

static void
answer_test (NbWebhookCall *taken, const GError *error)
{
  g_autoptr (NbWebhookCall) call = taken;
  JsonObject *answer;

  if (respond_error (call, error))
    return;
  answer = json_object_new ();
  json_object_set_string_member (answer, "outcome", nb_hook_outcome_name (call->answer.outcome));
  if (call->answer.outcome == NB_HOOK_ANSWERED)
    json_object_set_int_member (answer, "status", call->answer.status);
  else
    json_object_set_null_member (answer, "status");
  json_object_set_boolean_member (answer, "is_delivered", nb_hook_answer_is_success (&call->answer));
  nb_request_respond_json (call->request, 200, answer);
}

/* Requests. */

static gboolean
refuse_query (const char *field, const char *msgid, GError **error)
{
  GError *fault = nb_error_new (NB_ERROR_VALIDATION_FAILED, msgid, NULL);

  nb_error_set_field (fault, field);
  g_propagate_error (error, fault);
  return FALSE;
}

static gboolean
read_query (NbWebhookCall *call, GError **error)
{
  const char *limit = nb_request_get_query (call->request, "limit");
  const char *cursor = nb_request_get_query (call->request, "cursor");
  guint64 number = DEFAULT_LIMIT;

  if (limit != NULL && !g_ascii_string_to_unsigned (limit, 10, 1, MAX_LIMIT, &number, NULL))
    return refuse_query ("limit", N_ ("limit must be a whole number from 1 to 100"), error);
  if (cursor != NULL && !nb_id_parse (cursor, &call->after))
    return refuse_query ("cursor", N_ ("cursor must be the next_cursor of an answer"), error);
  call->limit = (guint)number + 1;
  return TRUE;
}

static void
on_list (NbRequest *request, gpointer user_data)
{
  g_autoptr (NbWebhookCall) call = nb_webhook_call_new (user_data, request, answer_list);
  g_autoptr (GError) error = NULL;

  if (read_query (call, &error))
    nb_webhook_call_list (g_steal_pointer (&call));
  else
    nb_request_respond_error (request, error);
}

/* Returns: (transfer full) (nullable): NULL when it was answered with an error */
static NbWebhookCall *
read_call (NbRequest *request, NbWebhookDesk *desk, const NbField *fields, gsize n_fields, NbWebhookCallFunc done)
{
  g_autoptr (NbWebhookCall) call = nb_webhook_call_new (desk, request, done);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) body = nb_request_read_body (request, fields, n_fields, &error);

  if (body == NULL || !nb_webhook_call_take_body (call, body, &error))
    {
      nb_request_respond_error (request, error);
      return NULL;
    }
  call->sets_enabled = json_object_has_member (body, "is_enabled");
  call->is_enabled = call->sets_enabled && json_object_get_boolean_member (body, "is_enabled");
  return g_steal_pointer (&call);
}

static void
on_new (NbRequest *request, gpointer user_data)
{
  NbWebhookCall *call = read_call (request, user_data, new_fields, G_N_ELEMENTS (new_fields), answer_new);

  if (call != NULL)
    nb_webhook_call_add (call);
}

static void
on_change (NbRequest *request, gpointer user_data)
{
  NbWebhookCall *call = read_call (request, user_data, change_fields, G_N_ELEMENTS (change_fields), answer_webhook);

  if (call == NULL)
    return;
  call->id = nb_request_get_param_id (request, "id");
  nb_webhook_call_change (call);
}

static NbWebhookCall *
call_one (NbRequest *request, NbWebhookDesk *desk, NbWebhookCallFunc done)
{
  NbWebhookCall *call = nb_webhook_call_new (desk, request, done);

  call->id = nb_request_get_param_id (request, "id");
  return call;
}

static void
on_webhook (NbRequest *request, gpointer user_data)
{
  nb_webhook_call_load (call_one (request, user_data, answer_webhook));
}

static void
on_delete (NbRequest *request, gpointer user_data)
{
  nb_webhook_call_delete (call_one (request, user_data, answer_deleted));
}

static void
on_secret (NbRequest *request, gpointer user_data)
{
  nb_webhook_call_renew (call_one (request, user_data, answer_secret));
}

static void
on_test (NbRequest *request, gpointer user_data)
{
  nb_webhook_call_test (call_one (request, user_data, answer_test));
}

gboolean
nb_webhook_api_add_routes (NbContext *context, NbWebhookDesk *desk, GError **error)
{
  static const struct
  {
    const char *method;
    const char *pattern;
    NbHandler handler;
  } routes[] = {
    { "GET", "/api/v1/webhooks", on_list },
    { "POST", "/api/v1/webhooks", on_new },
    { "GET", "/api/v1/webhooks/{id:id}", on_webhook },
    { "PATCH", "/api/v1/webhooks/{id:id}", on_change },
    { "DELETE", "/api/v1/webhooks/{id:id}", on_delete },
    { "POST", "/api/v1/webhooks/{id:id}/secret", on_secret },
    { "POST", "/api/v1/webhooks/{id:id}/test", on_test },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (routes); i++)
    if (!nb_context_add_route (context, routes[i].method, routes[i].pattern, NB_ROUTE_SIGNED_IN, routes[i].handler,
                               desk, error))
      return FALSE;
  return TRUE;
}
