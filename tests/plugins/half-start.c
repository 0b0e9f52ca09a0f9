/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A plugin whose start fails after it registered some things. */
#include <neighborbid/neighborbid.h>

G_DECLARE_FINAL_TYPE (HalfPlugin, half_plugin, HALF, PLUGIN, NbPlugin)

struct _HalfPlugin
{
  NbPlugin parent_instance;
};

G_DEFINE_FINAL_TYPE (HalfPlugin, half_plugin, NB_TYPE_PLUGIN)

static void
on_request (NbRequest *request, gpointer user_data)
{
}

static gboolean
on_timer (gpointer user_data)
{
  g_error ("a timer that was undone ran");
  return G_SOURCE_REMOVE;
}

static gboolean
half_plugin_start (NbPlugin *plugin, NbContext *context, GError **error)
{
  if (nb_context_add_route (context, "POST", "/half", NB_ROUTE_DEFAULT, on_request, plugin, error)
      && nb_context_add_timer (context, 1, on_timer, plugin, error)
      && nb_context_add_service (context, G_TYPE_OBJECT, G_OBJECT (plugin), error))
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED, "the far end refused");
  return FALSE;
}

static void
half_plugin_stop (NbPlugin *plugin)
{
  g_error ("stop was called after a start that failed");
}

static void
half_plugin_class_init (HalfPluginClass *klass)
{
  NB_PLUGIN_CLASS (klass)->start = half_plugin_start;
  NB_PLUGIN_CLASS (klass)->stop = half_plugin_stop;
}

static void
half_plugin_init (HalfPlugin *self)
{
}

NB_PLUGIN_DEFINE (half_plugin_get_type)
