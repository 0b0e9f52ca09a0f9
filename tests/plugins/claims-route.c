/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A plugin that claims a route of another one, by another parameter name. */
#include <neighborbid/neighborbid.h>

G_DECLARE_FINAL_TYPE (ClaimsPlugin, claims_plugin, CLAIMS, PLUGIN, NbPlugin)

struct _ClaimsPlugin
{
  NbPlugin parent_instance;
};

G_DEFINE_FINAL_TYPE (ClaimsPlugin, claims_plugin, NB_TYPE_PLUGIN)

static void
on_request (NbRequest *request, gpointer user_data)
{
}

static gboolean
claims_plugin_start (NbPlugin *plugin, NbContext *context, GError **error)
{
  return nb_context_add_link (context, "/claims", "Claims", FALSE, error)
         && nb_context_add_route (context, "GET", "/good/{name}", NB_ROUTE_DEFAULT, on_request, plugin, error);
}

static void
claims_plugin_class_init (ClaimsPluginClass *klass)
{
  NB_PLUGIN_CLASS (klass)->start = claims_plugin_start;
}

static void
claims_plugin_init (ClaimsPlugin *self)
{
}

NB_PLUGIN_DEFINE (claims_plugin_get_type)
