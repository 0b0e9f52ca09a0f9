/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tells the page of an auction how many watch it; the rest of the room is in its template and its scripts. */
#include "nb-live-panel.h"

static JsonObject *
make_panel (NbRequest *request, gpointer user_data)
{
  NbLive *live = NB_LIVE (user_data);
  JsonObject *model = json_object_new ();

  json_object_set_int_member (model, "watchers",
                              nb_live_count_watchers (live, nb_request_get_param_id (request, "id")));
  return model;
}

gboolean
nb_live_panel_register (NbContext *context, NbLive *live, GError **error)
{
  return nb_context_add_panel (context, "bidding", "live-panel.mustache", make_panel, live, error);
}
