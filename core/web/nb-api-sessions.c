/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lists one's own sessions, and ends one of them. */
#include "core/web/nb-api-sessions.h"

#include "core/web/nb-api-json.h"
#include "core/web/nb-request-private.h"

static void
list_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NbRequest) request = NB_REQUEST (user_data);
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) sessions = nb_accounts_list_sessions_finish (NB_ACCOUNTS (source), result, &error);
  JsonObject *page;
  JsonArray *items;

  if (sessions == NULL)
    {
      nb_request_respond_error (request, error);
      return;
    }
  page = json_object_new ();
  items = json_array_new ();
  for (guint i = 0; i < sessions->len; i++)
    {
      const NbOwnSession *session = &g_array_index (sessions, NbOwnSession, i);
      JsonObject *item = json_object_new ();

      nb_json_set_id (item, "id", session->id);
      nb_json_set_time (item, "created_at", session->created_at);
      nb_json_set_time (item, "seen_at", session->seen_at);
      json_object_set_boolean_member (item, "current", session->id == nb_request_get_session (request)->id);
      json_array_add_object_element (items, item);
    }
  json_object_set_array_member (page, "items", items);
  json_object_set_null_member (page, "next_cursor");
  nb_request_respond_json (request, 200, page);
}

static void
on_list (NbRequest *request, gpointer user_data)
{
  NbSite *site = user_data;

  nb_accounts_list_sessions_async (site->accounts, nb_request_get_person (request), list_cb, g_object_ref (request));
}

static void
end_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NbRequest) request = NB_REQUEST (user_data);
  g_autoptr (GError) error = NULL;

  if (!nb_accounts_end_session_finish (NB_ACCOUNTS (source), result, &error))
    {
      nb_request_respond_error (request, error);
      return;
    }
  if (nb_request_get_param_id (request, "id") == nb_request_get_session (request)->id)
    nb_request_end_session (request);
  nb_request_respond_empty (request, 204);
}

static void
on_end (NbRequest *request, gpointer user_data)
{
  NbSite *site = user_data;

  nb_accounts_end_session_async (site->accounts, nb_request_get_person (request),
                                 nb_request_get_param_id (request, "id"), end_cb, g_object_ref (request));
}

gboolean
nb_api_sessions_register (NbSite *site, GError **error)
{
  return nb_registry_add_route (site->registry, "core", "GET", "/api/v1/sessions", NB_ROUTE_SIGNED_IN, on_list, site,
                                error)
         && nb_registry_add_route (site->registry, "core", "DELETE", "/api/v1/sessions/{id:id}", NB_ROUTE_SIGNED_IN,
                                   on_end, site, error);
}
