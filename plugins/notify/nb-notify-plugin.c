/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The plugin: its settings, and what it brings to the host. */
#include "nb-notify.h"

#define NB_TYPE_NOTIFY_PLUGIN (nb_notify_plugin_get_type ())
G_DECLARE_FINAL_TYPE (NbNotifyPlugin, nb_notify_plugin, NB, NOTIFY_PLUGIN, NbPlugin)

struct _NbNotifyPlugin
{
  NbPlugin parent_instance;

  NbNotify parts;
};

G_DEFINE_FINAL_TYPE (NbNotifyPlugin, nb_notify_plugin, NB_TYPE_PLUGIN)
NB_PLUGIN_DEFINE (nb_notify_plugin_get_type)

static const NbSetting settings[] = {
  {
      .name = "retention",
      .kind = NB_SETTING_DURATION,
      .fallback = "90d",
      .minimum = 24 * 60 * 60,
      .maximum = G_GINT64_CONSTANT (3650) * 24 * 60 * 60,
      .help = "how long messages stay in the inbox",
  },
  {
      .name = "ending-soon",
      .kind = NB_SETTING_DURATION,
      .fallback = "10m",
      .minimum = 0,
      .maximum = 24 * 60 * 60,
      .help = "how long before the end bidders and watchers are told; 0: they are not",
  },
  { NULL },
};

static gboolean
configure (NbPlugin *plugin, NbSettings *values, GError **error)
{
  NbNotifyPlugin *self = NB_NOTIFY_PLUGIN (plugin);

  self->parts.retention = nb_settings_get_int (values, "retention") * G_USEC_PER_SEC;
  self->parts.ending_soon = nb_settings_get_int (values, "ending-soon") * G_USEC_PER_SEC;
  return TRUE;
}

static gboolean
start (NbPlugin *plugin, NbContext *context, GError **error)
{
  NbNotify *parts = &NB_NOTIFY_PLUGIN (plugin)->parts;

  parts->context = context;
  parts->store = nb_context_get_store (context);
  return TRUE;
}

static void
nb_notify_plugin_class_init (NbNotifyPluginClass *klass)
{
  NbPluginClass *plugin_class = NB_PLUGIN_CLASS (klass);

  plugin_class->settings = settings;
  plugin_class->configure = configure;
  plugin_class->start = start;
}

static void
nb_notify_plugin_init (NbNotifyPlugin *self)
{
}
