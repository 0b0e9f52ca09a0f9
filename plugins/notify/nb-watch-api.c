/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* GET, PUT and DELETE of whether one watches an auction. */
#include "nb-watch-api.h"

#include "nb-watch-call.h"

#define PATTERN "/api/v1/auctions/{id:id}/watch"

static void
answer (NbWatchCall *call, const GError *error)
{
  JsonObject *object;

  if (error != NULL)
    {
      nb_request_respond_error (call->request, error);
      return;
    }
  object = json_object_new ();
  json_object_set_boolean_member (object, "watching", call->is_watching);
  nb_request_respond_json (call->request, 200, object);
}

static void
answer_added (NbWatchCall *call, const GError *error)
{
  call->is_watching = TRUE;
  answer (call, error);
}

static void
answer_removed (NbWatchCall *call, const GError *error)
{
  if (error != NULL)
    nb_request_respond_error (call->request, error);
  else
    nb_request_respond_empty (call->request, 204);
}

static void
on_get (NbRequest *request, gpointer user_data)
{
  const NbNotify *parts = user_data;

  nb_watch_call_find (nb_watch_call_new (request, TRUE, answer), parts->store);
}

static void
on_put (NbRequest *request, gpointer user_data)
{
  const NbNotify *parts = user_data;

  nb_watch_call_add (nb_watch_call_new (request, TRUE, answer_added), parts->store);
}

static void
on_delete (NbRequest *request, gpointer user_data)
{
  const NbNotify *parts = user_data;

  nb_watch_call_remove (nb_watch_call_new (request, TRUE, answer_removed), parts->store);
}

gboolean
nb_watch_api_add_routes (NbNotify *parts, GError **error)
{
  return nb_context_add_route (parts->context, "GET", PATTERN, NB_ROUTE_SIGNED_IN, on_get, parts, error)
         && nb_context_add_route (parts->context, "PUT", PATTERN, NB_ROUTE_SIGNED_IN, on_put, parts, error)
         && nb_context_add_route (parts->context, "DELETE", PATTERN, NB_ROUTE_SIGNED_IN, on_delete, parts, error);
}
