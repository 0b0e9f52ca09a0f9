/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Shows what waits in each channel and what was given up, and takes the forms to send it again or to drop it. */
#include "nb-delivery-page.h"

#include "nb-courier.h"
#include "nb-delivery-change.h"
#include "nb-delivery-list.h"

#include <glib/gi18n.h>

#define PAGE_ITEMS 50

typedef struct
{
  NbNotify *parts;
  NbRequest *request;
  NbDeliveryList *list; /* (nullable) */
  NbDeliveryChange change;
} Visit;

static Visit *
visit_new (NbNotify *parts, NbRequest *request)
{
  Visit *self = g_new0 (Visit, 1);

  self->parts = parts;
  self->request = g_object_ref (request);
  return self;
}

static void
visit_free (Visit *self)
{
  g_clear_object (&self->request);
  g_clear_pointer (&self->list, nb_delivery_list_free);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Visit, visit_free)

static const char *
translate (const char *msgid, gpointer request)
{
  return nb_request_gettext (NB_REQUEST (request), msgid);
}

/* Showing. */

static void
set_id (JsonObject *object, const char *name, gint64 id)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, id);

  json_object_set_string_member (object, name, text);
}

static JsonArray *
make_channels (const GPtrArray *census)
{
  JsonArray *channels = json_array_new ();

  for (guint i = 0; i < census->len; i++)
    {
      const NbDeliveryCensus *counted = g_ptr_array_index (census, i);
      JsonObject *channel = json_object_new ();

      json_object_set_string_member (channel, "name", counted->channel);
      json_object_set_int_member (channel, "waiting", counted->n_waiting);
      json_object_set_int_member (channel, "dead", counted->n_dead);
      if (counted->oldest_at != 0)
        json_object_set_int_member (channel, "oldest_at", counted->oldest_at);
      json_array_add_object_element (channels, channel);
    }
  return channels;
}

static JsonObject *
make_item (NbRequest *request, const NbDeliveryItem *item)
{
  JsonObject *object = json_object_new ();
  g_autofree char *subject = item->message != NULL ? nb_message_dup_subject (item->message, translate, request) : NULL;

  set_id (object, "id", item->id);
  json_object_set_string_member (object, "subject",
                                 subject != NULL ? subject : translate (N_ ("A message that was deleted"), request));
  json_object_set_string_member (object, "nickname", item->nickname);
  json_object_set_string_member (object, "channel", item->channel);
  json_object_set_int_member (object, "tries", item->tries);
  json_object_set_string_member (object, "reason", item->reason);
  json_object_set_int_member (object, "created_at", item->created_at);
  json_object_set_int_member (object, "given_up_at", item->next_at);
  return object;
}

static JsonObject *
make_model (const Visit *visit)
{
  const NbDeliveryList *list = visit->list;
  JsonObject *model = json_object_new ();
  JsonArray *items = json_array_new ();

  for (guint i = 0; i < list->items->len; i++)
    json_array_add_object_element (items, make_item (visit->request, g_ptr_array_index (list->items, i)));
  json_object_set_array_member (model, "channels", make_channels (list->census));
  json_object_set_boolean_member (model, "has_channels", list->census->len > 0);
  json_object_set_array_member (model, "dead", items);
  json_object_set_boolean_member (model, "has_dead", list->items->len > 0);
  json_object_set_int_member (model, "reason_max", NB_DELIVERY_REASON_MAX);
  if (list->has_more)
    {
      g_autofree char *older
          = g_strdup_printf (NB_DELIVERY_PAGE "?cursor=%" G_GINT64_FORMAT, nb_delivery_list_get_next (visit->list));

      json_object_set_string_member (model, "older", older);
    }
  return model;
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Visit) visit = user_data;
  g_autoptr (GError) error = NULL;

  if (nb_store_read_finish (NB_STORE (source), result, &error))
    nb_request_respond_page (visit->request, 200, "deliveries.mustache", make_model (visit));
  else
    nb_request_respond_error (visit->request, error);
}

static void
on_page (NbRequest *request, gpointer user_data)
{
  NbNotify *parts = user_data;
  g_autoptr (Visit) visit = visit_new (parts, request);
  g_autoptr (GError) error = NULL;
  NbDeliveryList *list;

  visit->list = list = nb_delivery_list_new (NB_DELIVERIES_DEAD, PAGE_ITEMS);
  list->with_census = TRUE;
  if (!nb_delivery_list_take_query (list, request, &error))
    {
      nb_request_respond_error (request, error);
      return;
    }
  /* The page shows what was given up, whatever is asked for. */
  list->which = NB_DELIVERIES_DEAD;
  nb_store_read_async (parts->store, nb_delivery_list_read, list, NULL, NULL, read_cb, g_steal_pointer (&visit));
}

/* Forms. */

static void
changed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Visit) visit = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) message = NULL;
  g_autofree char *count = NULL;
  gint64 n = nb_delivery_change_finish (NB_STORE (source), result, &error);

  if (n < 0)
    {
      nb_request_respond_error (visit->request, error);
      return;
    }
  if (visit->parts->courier != NULL)
    nb_courier_wake (visit->parts->courier);
  count = g_strdup_printf ("%" G_GINT64_FORMAT, n);
  message = g_string_new (nb_request_gettext (visit->request, visit->change == NB_DELIVERY_RETRY
                                                                  ? N_ ("Messages that are sent again: {count}.")
                                                                  : N_ ("Messages that were dropped: {count}.")));
  g_string_replace (message, "{count}", count, 0);
  nb_request_flash (visit->request, message->str);
  nb_request_redirect (visit->request, NB_DELIVERY_PAGE);
}

static void
begin_change (NbNotify *parts, NbRequest *request, NbDeliveryChange change, gint64 id, const char *reason)
{
  Visit *visit = visit_new (parts, request);

  visit->change = change;
  nb_delivery_change_async (parts->store, change, id, nb_request_get_person (request), reason, changed_cb, visit);
}

static void
on_form (NbNotify *parts, NbRequest *request, NbDeliveryChange change, gint64 id)
{
  static const NbField fields[] = { { "reason", NB_FIELD_TEXT, TRUE, 1, NB_DELIVERY_REASON_MAX } };
  guint n_fields = change == NB_DELIVERY_DROP ? G_N_ELEMENTS (fields) : 0;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) body = nb_request_read_body (request, fields, n_fields, &error);

  if (body == NULL)
    nb_request_respond_error (request, error);
  else
    begin_change (parts, request, change, id, n_fields > 0 ? json_object_get_string_member (body, "reason") : "");
}

static void
on_retry (NbRequest *request, gpointer user_data)
{
  on_form (user_data, request, NB_DELIVERY_RETRY, nb_request_get_param_id (request, "id"));
}

static void
on_drop (NbRequest *request, gpointer user_data)
{
  on_form (user_data, request, NB_DELIVERY_DROP, nb_request_get_param_id (request, "id"));
}

static void
on_retry_all (NbRequest *request, gpointer user_data)
{
  on_form (user_data, request, NB_DELIVERY_RETRY, 0);
}

static void
on_drop_all (NbRequest *request, gpointer user_data)
{
  on_form (user_data, request, NB_DELIVERY_DROP, 0);
}

gboolean
nb_delivery_page_register (NbNotify *parts, GError **error)
{
  static const struct
  {
    const char *method;
    const char *pattern;
    NbHandler handler;
  } routes[] = {
    { "GET", NB_DELIVERY_PAGE, on_page },
    { "POST", NB_DELIVERY_PAGE "/retry", on_retry_all },
    { "POST", NB_DELIVERY_PAGE "/drop", on_drop_all },
    { "POST", NB_DELIVERY_PAGE "/{id:id}/retry", on_retry },
    { "POST", NB_DELIVERY_PAGE "/{id:id}/drop", on_drop },
  };

  for (guint i = 0; i < G_N_ELEMENTS (routes); i++)
    if (!nb_context_add_route (parts->context, routes[i].method, routes[i].pattern,
                               NB_ROUTE_SIGNED_IN | NB_ROUTE_ADMIN | NB_ROUTE_PAGE, routes[i].handler, parts, error))
      return FALSE;
  return nb_context_add_link (parts->context, NB_DELIVERY_PAGE, N_ ("Deliveries"), TRUE, error);
}
