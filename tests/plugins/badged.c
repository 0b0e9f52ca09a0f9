/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A plugin with a page, a script, and a number beside its link, which is the last that was put to it. */
#include <neighborbid/neighborbid.h>

#define BADGED_TYPE_PLUGIN (badged_plugin_get_type ())
G_DECLARE_FINAL_TYPE (BadgedPlugin, badged_plugin, BADGED, PLUGIN, NbPlugin)

struct _BadgedPlugin
{
  NbPlugin parent_instance;

  int count;
};

G_DEFINE_FINAL_TYPE (BadgedPlugin, badged_plugin, NB_TYPE_PLUGIN)

static void
on_page (NbRequest *request, gpointer user_data)
{
  nb_request_respond_page (request, 200, "badged.mustache", json_object_new ());
}

static void
on_put (NbRequest *request, gpointer user_data)
{
  BadgedPlugin *self = user_data;

  g_atomic_int_set (&self->count, (int)nb_request_get_param_id (request, "n"));
  nb_request_respond_empty (request, 204);
}

static gboolean
count_things (NbTransaction *transaction, gint64 person, gint64 *count, gpointer user_data, GError **error)
{
  static const NbSql sql = { "SELECT COUNT (*) FROM people WHERE id = ##person::gint64", NULL, "x" };
  g_autoptr (NbRows) rows = nb_transaction_query (transaction, &sql, NB_PARAMS (NB_INT (person)), error);

  if (rows == NULL)
    return FALSE;
  *count = nb_rows_get_int (rows, 0, 0) * g_atomic_int_get (&((BadgedPlugin *)user_data)->count);
  return TRUE;
}

static gboolean
badged_plugin_start (NbPlugin *plugin, NbContext *context, GError **error)
{
  return nb_context_add_route (context, "GET", "/badged", NB_ROUTE_PAGE | NB_ROUTE_SIGNED_IN, on_page, plugin, error)
         && nb_context_add_route (context, "PUT", "/badged/{n:id}", NB_ROUTE_DEFAULT, on_put, plugin, error)
         && nb_context_add_link (context, "/badged", "Search", TRUE, error)
         && nb_context_add_badge (context, "/badged", count_things, plugin, error)
         && nb_context_add_script (context, "js/badged.js", error);
}

static void
badged_plugin_class_init (BadgedPluginClass *klass)
{
  NB_PLUGIN_CLASS (klass)->start = badged_plugin_start;
}

static void
badged_plugin_init (BadgedPlugin *self)
{
}

NB_PLUGIN_DEFINE (badged_plugin_get_type)
