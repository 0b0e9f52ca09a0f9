/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lists deliveries, has one that was given up sent again, and drops one. */
#include "nb-delivery-api.h"

#include "nb-courier.h"
#include "nb-delivery-change.h"
#include "nb-delivery-list.h"

#include <glib/gi18n.h>

#define DEFAULT_LIMIT 50

typedef struct
{
  NbNotify *parts;
  NbRequest *request;
  NbDeliveryList *list; /* (nullable) */
} Call;

static Call *
call_new (NbNotify *parts, NbRequest *request)
{
  Call *self = g_new0 (Call, 1);

  self->parts = parts;
  self->request = g_object_ref (request);
  return self;
}

static void
call_free (Call *self)
{
  g_clear_object (&self->request);
  g_clear_pointer (&self->list, nb_delivery_list_free);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Call, call_free)

static void
set_id (JsonObject *object, const char *name, gint64 id)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, id);

  json_object_set_string_member (object, name, text);
}

static void
set_time (JsonObject *object, const char *name, gboolean is_set, gint64 at)
{
  g_autofree char *text = nb_time_to_json (at);

  if (is_set)
    json_object_set_string_member (object, name, text);
  else
    json_object_set_null_member (object, name);
}

static JsonObject *
make_item (const NbDeliveryItem *item)
{
  JsonObject *object = json_object_new ();
  JsonObject *person = json_object_new ();

  set_id (object, "id", item->id);
  set_id (person, "id", item->person);
  json_object_set_string_member (person, "nickname", item->nickname);
  json_object_set_object_member (object, "person", person);
  json_object_set_string_member (object, "channel", item->channel);
  if (item->message != NULL)
    json_object_set_object_member (object, "message", nb_message_to_json (item->message, NULL, NULL));
  else
    json_object_set_null_member (object, "message");
  json_object_set_int_member (object, "tries", item->tries);
  json_object_set_boolean_member (object, "is_dead", item->is_dead);
  json_object_set_string_member (object, "reason", item->reason);
  set_time (object, "created_at", TRUE, item->created_at);
  set_time (object, "next_at", !item->is_dead, item->next_at);
  set_time (object, "given_up_at", item->is_dead, item->next_at);
  return object;
}

static void
listed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Call) call = user_data;
  g_autoptr (GError) error = NULL;
  JsonObject *answer;
  JsonArray *items;

  if (!nb_store_read_finish (NB_STORE (source), result, &error))
    {
      nb_request_respond_error (call->request, error);
      return;
    }
  answer = json_object_new ();
  items = json_array_new ();
  for (guint i = 0; i < call->list->items->len; i++)
    json_array_add_object_element (items, make_item (g_ptr_array_index (call->list->items, i)));
  json_object_set_array_member (answer, "items", items);
  if (call->list->has_more)
    set_id (answer, "next_cursor", nb_delivery_list_get_next (call->list));
  else
    json_object_set_null_member (answer, "next_cursor");
  nb_request_respond_json (call->request, 200, answer);
}

static void
on_list (NbRequest *request, gpointer user_data)
{
  NbNotify *parts = user_data;
  g_autoptr (Call) call = call_new (parts, request);
  g_autoptr (GError) error = NULL;
  NbDeliveryList *list;

  call->list = list = nb_delivery_list_new (NB_DELIVERIES_ALL, DEFAULT_LIMIT);
  if (nb_delivery_list_take_query (list, request, &error))
    nb_store_read_async (parts->store, nb_delivery_list_read, list, NULL, NULL, listed_cb, g_steal_pointer (&call));
  else
    nb_request_respond_error (request, error);
}

static void
changed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Call) call = user_data;
  g_autoptr (GError) error = NULL;

  if (nb_delivery_change_finish (NB_STORE (source), result, &error) < 0)
    {
      nb_request_respond_error (call->request, error);
      return;
    }
  if (call->parts->courier != NULL)
    nb_courier_wake (call->parts->courier);
  nb_request_respond_empty (call->request, 204);
}

static void
change (NbNotify *parts, NbRequest *request, NbDeliveryChange what, const char *reason)
{
  nb_delivery_change_async (parts->store, what, nb_request_get_param_id (request, "id"),
                            nb_request_get_person (request), reason, changed_cb, call_new (parts, request));
}

static void
on_retry (NbRequest *request, gpointer user_data)
{
  change (user_data, request, NB_DELIVERY_RETRY, "");
}

/* DELETE carries no body, so the reason is in the query. */
static void
on_drop (NbRequest *request, gpointer user_data)
{
  static const NbField fields[] = { { "reason", NB_FIELD_TEXT, TRUE, 1, NB_DELIVERY_REASON_MAX } };
  const char *reason = nb_request_get_query (request, "reason");
  g_autoptr (JsonObject) given = json_object_new ();
  g_autoptr (JsonObject) checked = NULL;
  g_autoptr (GError) error = NULL;

  if (reason != NULL)
    json_object_set_string_member (given, "reason", reason);
  checked = nb_json_check_fields (given, fields, G_N_ELEMENTS (fields), &error);
  if (checked != NULL)
    change (user_data, request, NB_DELIVERY_DROP, json_object_get_string_member (checked, "reason"));
  else
    nb_request_respond_error (request, error);
}

gboolean
nb_delivery_api_register (NbNotify *parts, GError **error)
{
  NbContext *context = parts->context;
  NbRouteFlags flags = NB_ROUTE_SIGNED_IN | NB_ROUTE_ADMIN;

  return nb_context_add_route (context, "GET", "/api/v1/admin/deliveries", flags, on_list, parts, error)
         && nb_context_add_route (context, "POST", "/api/v1/admin/deliveries/{id:id}/retry", flags, on_retry, parts,
                                  error)
         && nb_context_add_route (context, "DELETE", "/api/v1/admin/deliveries/{id:id}", flags, on_drop, parts, error);
}
