/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A plugin that starts, and fails when all have started. */
#include <neighborbid/neighborbid.h>

G_DECLARE_FINAL_TYPE (UnreadyPlugin, unready_plugin, UNREADY, PLUGIN, NbPlugin)

struct _UnreadyPlugin
{
  NbPlugin parent_instance;
};

G_DEFINE_FINAL_TYPE (UnreadyPlugin, unready_plugin, NB_TYPE_PLUGIN)

static gboolean
unready_plugin_start (NbPlugin *plugin, NbContext *context, GError **error)
{
  return nb_context_add_link (context, "/unready", "Unready", FALSE, error);
}

static gboolean
unready_plugin_ready (NbPlugin *plugin, NbContext *context, GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "nobody is there");
  return FALSE;
}

static void
unready_plugin_class_init (UnreadyPluginClass *klass)
{
  NB_PLUGIN_CLASS (klass)->start = unready_plugin_start;
  NB_PLUGIN_CLASS (klass)->ready = unready_plugin_ready;
}

static void
unready_plugin_init (UnreadyPlugin *self)
{
}

NB_PLUGIN_DEFINE (unready_plugin_get_type)
