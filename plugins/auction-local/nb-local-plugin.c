/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The plugin: its settings, and the auction type that it brings. */
#include "nb-local-type.h"

#define NB_TYPE_LOCAL_PLUGIN (nb_local_plugin_get_type ())
G_DECLARE_FINAL_TYPE (NbLocalPlugin, nb_local_plugin, NB, LOCAL_PLUGIN, NbPlugin)

struct _NbLocalPlugin
{
  NbPlugin parent_instance;

  NbLocalType *type;
  NbContext *context; /* (nullable): while it runs */
};

G_DEFINE_FINAL_TYPE (NbLocalPlugin, nb_local_plugin, NB_TYPE_PLUGIN)
NB_PLUGIN_DEFINE (nb_local_plugin_get_type)

static const NbSetting settings[] = {
  {
      .name = "eligibility",
      .kind = NB_SETTING_CHOICE,
      .fallback = "region",
      .choices = "region|anyone",
      .help = "who may bid: region (people of the auction's 시/군/구 or within radius-km) or anyone",
  },
  {
      .name = "radius-km",
      .kind = NB_SETTING_INT,
      .fallback = "6",
      .minimum = 0,
      .maximum = NB_LOCAL_RADIUS_MAX_KM,
      .help
      = "how far a bidder's region may be from the auction's, in km between their centres, with eligibility=region",
  },
  {
      .name = "live",
      .kind = NB_SETTING_CHOICE,
      .fallback = "off",
      .choices = "on|off",
      .help = "whether neighbourhood auctions have live rooms too; on needs a plugin that provides them",
  },
  { NULL },
};

/* Without anyone who keeps rooms the auctions run all the same. */
static void
check_rooms (NbLocalPlugin *self)
{
  if (self->context != NULL && nb_context_is_serving (self->context) && nb_local_type_is_live (self->type)
      && nb_context_find_service (self->context, NB_TYPE_LIVE) == NULL)
    g_warning ("[plugin auction-local] live=on: no plugin that provides live rooms runs, so there are none");
}

static gboolean
configure (NbPlugin *plugin, NbSettings *values, GError **error)
{
  NbLocalPlugin *self = NB_LOCAL_PLUGIN (plugin);
  gboolean is_regional = g_str_equal (nb_settings_get_text (values, "eligibility"), "region");

  nb_local_type_set_radius (self->type, is_regional ? (int)nb_settings_get_int (values, "radius-km") : -1);
  nb_local_type_set_live (self->type, g_str_equal (nb_settings_get_text (values, "live"), "on"));
  check_rooms (self);
  return TRUE;
}

static gboolean
start (NbPlugin *plugin, NbContext *context, GError **error)
{
  return nb_context_add_auction_type (context, "local", NB_AUCTION_TYPE (NB_LOCAL_PLUGIN (plugin)->type), error);
}

static gboolean
ready (NbPlugin *plugin, NbContext *context, GError **error)
{
  NB_LOCAL_PLUGIN (plugin)->context = context;
  check_rooms (NB_LOCAL_PLUGIN (plugin));
  return TRUE;
}

static void
stop (NbPlugin *plugin)
{
  NB_LOCAL_PLUGIN (plugin)->context = NULL;
}

static void
nb_local_plugin_finalize (GObject *object)
{
  g_clear_object (&NB_LOCAL_PLUGIN (object)->type);
  G_OBJECT_CLASS (nb_local_plugin_parent_class)->finalize (object);
}

static void
nb_local_plugin_class_init (NbLocalPluginClass *klass)
{
  NbPluginClass *plugin_class = NB_PLUGIN_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = nb_local_plugin_finalize;
  plugin_class->settings = settings;
  plugin_class->configure = configure;
  plugin_class->start = start;
  plugin_class->ready = ready;
  plugin_class->stop = stop;
}

static void
nb_local_plugin_init (NbLocalPlugin *self)
{
  self->type = g_object_new (NB_TYPE_LOCAL_TYPE, NULL);
}
