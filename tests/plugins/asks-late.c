/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A plugin that keeps its context and asks for more after it stopped. */
#include <neighborbid/neighborbid.h>

G_DECLARE_FINAL_TYPE (AsksPlugin, asks_plugin, ASKS, PLUGIN, NbPlugin)

struct _AsksPlugin
{
  NbPlugin parent_instance;
};

G_DEFINE_FINAL_TYPE (AsksPlugin, asks_plugin, NB_TYPE_PLUGIN)

static NbContext *kept;

static gboolean
asks_plugin_start (NbPlugin *plugin, NbContext *context, GError **error)
{
  kept = context;
  return nb_context_add_link (context, "/asks", "Asks", FALSE, error);
}

/* The test holds the plugin and ends it after it stopped: what was still under way ends now. */
static void
asks_plugin_dispose (GObject *object)
{
  g_autoptr (GError) error = NULL;

  if (kept != NULL && !nb_context_add_link (kept, "/late", "Late", FALSE, &error))
    g_message ("refused: %s", error->message);
  kept = NULL;
  G_OBJECT_CLASS (asks_plugin_parent_class)->dispose (object);
}

static void
asks_plugin_class_init (AsksPluginClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = asks_plugin_dispose;
  NB_PLUGIN_CLASS (klass)->start = asks_plugin_start;
}

static void
asks_plugin_init (AsksPlugin *self)
{
}

NB_PLUGIN_DEFINE (asks_plugin_get_type)
