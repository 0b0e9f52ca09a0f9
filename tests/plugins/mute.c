/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A plugin whose start fails without an error. */
#include <neighborbid/neighborbid.h>

G_DECLARE_FINAL_TYPE (MutePlugin, mute_plugin, MUTE, PLUGIN, NbPlugin)

struct _MutePlugin
{
  NbPlugin parent_instance;
};

G_DEFINE_FINAL_TYPE (MutePlugin, mute_plugin, NB_TYPE_PLUGIN)

static gboolean
mute_plugin_start (NbPlugin *plugin, NbContext *context, GError **error)
{
  return FALSE;
}

static void
mute_plugin_class_init (MutePluginClass *klass)
{
  NB_PLUGIN_CLASS (klass)->start = mute_plugin_start;
}

static void
mute_plugin_init (MutePlugin *self)
{
}

NB_PLUGIN_DEFINE (mute_plugin_get_type)
