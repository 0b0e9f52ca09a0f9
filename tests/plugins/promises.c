/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A plugin that adds nothing, whatever its manifest says. */
#include <neighborbid/neighborbid.h>

G_DECLARE_FINAL_TYPE (PromisesPlugin, promises_plugin, PROMISES, PLUGIN, NbPlugin)

struct _PromisesPlugin
{
  NbPlugin parent_instance;
};

G_DEFINE_FINAL_TYPE (PromisesPlugin, promises_plugin, NB_TYPE_PLUGIN)

static void
promises_plugin_class_init (PromisesPluginClass *klass)
{
}

static void
promises_plugin_init (PromisesPlugin *self)
{
}

NB_PLUGIN_DEFINE (promises_plugin_get_type)
