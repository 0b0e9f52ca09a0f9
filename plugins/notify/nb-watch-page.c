/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The two forms, the page `/watched`, and the panels that lead to them. */
#include "nb-watch-page.h"

#include "nb-watch-call.h"

#include <glib/gi18n.h>
#include <string.h>

#define LIST "/watched"

static const struct
{
  const char *status;
  const char *label;
  const char *tone;
} labels[] = {
  { "scheduled", N_ ("Not started yet"), "warn" },
  { "open", N_ ("Running"), "good" },
  { "paused", N_ ("Paused"), "warn" },
  { "sold", N_ ("Sold"), "good" },
  { "unsold", N_ ("Not sold"), "warn" },
  { "cancelled", N_ ("Cancelled"), "bad" },
};

/* The forms. */

static void
go_back (NbWatchCall *call)
{
  g_autofree char *path = g_strdup_printf ("/auctions/%" G_GINT64_FORMAT, call->auction);

  nb_request_redirect (call->request, call->to_list ? LIST : path);
}

static void
added (NbWatchCall *call, const GError *error)
{
  if (error != NULL)
    {
      nb_request_respond_error (call->request, error);
      return;
    }
  nb_request_flash (call->request,
                    nb_request_gettext (call->request, N_ ("You watch this auction: you hear when it ends "
                                                           "soon, is paused or is cancelled.")));
  go_back (call);
}

static void
removed (NbWatchCall *call, const GError *error)
{
  if (error != NULL)
    {
      nb_request_respond_error (call->request, error);
      return;
    }
  nb_request_flash (call->request, nb_request_gettext (call->request, N_ ("You don't watch this auction any more.")));
  go_back (call);
}

/* Returns: (nullable): NULL when it was answered with an error */
static NbWatchCall *
read_form (NbRequest *request, NbWatchCallFunc done)
{
  static const NbField fields[] = { { "list", NB_FIELD_BOOL, FALSE } };
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) body = nb_request_read_body (request, fields, G_N_ELEMENTS (fields), &error);
  NbWatchCall *call;

  if (body == NULL)
    {
      nb_request_respond_error (request, error);
      return NULL;
    }
  call = nb_watch_call_new (request, TRUE, done);
  call->to_list = json_object_get_boolean_member_with_default (body, "list", FALSE);
  return call;
}

static void
on_watch (NbRequest *request, gpointer user_data)
{
  const NbNotify *parts = user_data;
  NbWatchCall *call = read_form (request, added);

  if (call != NULL)
    nb_watch_call_add (call, parts->store);
}

static void
on_unwatch (NbRequest *request, gpointer user_data)
{
  const NbNotify *parts = user_data;
  NbWatchCall *call = read_form (request, removed);

  if (call != NULL)
    nb_watch_call_remove (call, parts->store);
}

/* The list. */

static JsonObject *
make_item (NbRequest *request, const NbWatched *watched)
{
  JsonObject *item = json_object_new ();
  g_autofree char *id = g_strdup_printf ("%" G_GINT64_FORMAT, watched->auction);

  json_object_set_string_member (item, "id", id);
  json_object_set_string_member (item, "title", watched->title);
  json_object_set_boolean_member (item, "has_price", watched->price > 0);
  json_object_set_int_member (item, "price", watched->price);
  json_object_set_int_member (item, "ends_at", watched->ends_at);
  json_object_set_boolean_member (item, "is_over", watched->is_over);
  for (guint i = 0; i < G_N_ELEMENTS (labels); i++)
    if (strcmp (labels[i].status, watched->status) == 0)
      {
        json_object_set_string_member (item, "label", nb_request_gettext (request, labels[i].label));
        json_object_set_string_member (item, "tone", labels[i].tone);
      }
  return item;
}

static void
listed (NbWatchCall *call, const GError *error)
{
  JsonObject *model;
  JsonArray *items;

  if (error != NULL)
    {
      nb_request_respond_error (call->request, error);
      return;
    }
  model = json_object_new ();
  items = json_array_new ();
  for (guint i = 0; i < call->list->len; i++)
    json_array_add_object_element (items, make_item (call->request, g_ptr_array_index (call->list, i)));
  json_object_set_boolean_member (model, "has_items", call->list->len > 0);
  json_object_set_boolean_member (model, "is_full", call->list->len == NB_WATCHES_LISTED);
  json_object_set_array_member (model, "items", items);
  nb_request_respond_page (call->request, 200, "watched.mustache", model);
}

static void
on_list (NbRequest *request, gpointer user_data)
{
  const NbNotify *parts = user_data;

  nb_watch_call_list (nb_watch_call_new (request, FALSE, listed), parts->store);
}

/* What else there is to show is on the page itself. */
static JsonObject *
make_panel (NbRequest *request, gpointer user_data)
{
  JsonObject *model = nb_request_get_person (request) != 0 ? json_object_new () : NULL;

  if (model != NULL)
    json_object_set_string_member (model, "list", LIST);
  return model;
}

gboolean
nb_watch_page_add_routes (NbNotify *parts, GError **error)
{
  const NbRouteFlags flags = NB_ROUTE_SIGNED_IN | NB_ROUTE_PAGE;
  NbContext *context = parts->context;

  return nb_context_add_route (context, "GET", LIST, flags, on_list, parts, error)
         && nb_context_add_route (context, "POST", "/auctions/{id:id}/watch", flags, on_watch, parts, error)
         && nb_context_add_route (context, "POST", "/auctions/{id:id}/unwatch", flags, on_unwatch, parts, error)
         && nb_context_add_panel (context, "auction", "watch-panel.mustache", make_panel, parts, error)
         && nb_context_add_panel (context, "me", "watched-panel.mustache", make_panel, parts, error);
}
