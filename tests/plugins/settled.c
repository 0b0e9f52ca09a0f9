/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A plugin with settings of every kind; it refuses a greeting that is a swear word. */
#include <neighborbid/neighborbid.h>

G_DECLARE_FINAL_TYPE (SettledPlugin, settled_plugin, SETTLED, PLUGIN, NbPlugin)

struct _SettledPlugin
{
  NbPlugin parent_instance;
};

G_DEFINE_FINAL_TYPE (SettledPlugin, settled_plugin, NB_TYPE_PLUGIN)

static const NbSetting settings[] = {
  { .name = "greeting", .kind = NB_SETTING_TEXT, .fallback = "hello", .maximum = 20, .help = "what to say" },
  { .name = "count", .kind = NB_SETTING_INT, .fallback = "3", .minimum = 1, .maximum = 9, .needs_restart = TRUE },
  { .name = "pause", .kind = NB_SETTING_DURATION, .fallback = "5m", .minimum = 1, .maximum = 3600 },
  { NULL },
};

static gboolean
settled_plugin_configure (NbPlugin *plugin, NbSettings *values, GError **error)
{
  const char *greeting = nb_settings_get_text (values, "greeting");

  if (g_str_equal (greeting, "damn"))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "greeting: '%s' isn't polite", greeting);
      return FALSE;
    }
  g_object_set_data_full (G_OBJECT (plugin), "greeting", g_strdup (greeting), g_free);
  return TRUE;
}

static gboolean
settled_plugin_start (NbPlugin *plugin, NbContext *context, GError **error)
{
  return nb_context_add_service (context, NB_TYPE_PLUGIN, G_OBJECT (plugin), error);
}

static void
settled_plugin_class_init (SettledPluginClass *klass)
{
  NB_PLUGIN_CLASS (klass)->settings = settings;
  NB_PLUGIN_CLASS (klass)->configure = settled_plugin_configure;
  NB_PLUGIN_CLASS (klass)->start = settled_plugin_start;
}

static void
settled_plugin_init (SettledPlugin *self)
{
}

NB_PLUGIN_DEFINE (settled_plugin_get_type)
