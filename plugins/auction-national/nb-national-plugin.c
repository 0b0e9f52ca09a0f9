/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The plugin: its settings, the auction type, and the live rooms with their socket route. */
#include "nb-live-check.h"
#include "nb-live-panel.h"
#include "nb-live-rooms.h"
#include "nb-national-type.h"
#include "nb-redis.h"

#include <string.h>

#define TICK_SECONDS 1
#define MILLISECONDS 1000

#define NB_TYPE_NATIONAL_PLUGIN (nb_national_plugin_get_type ())
G_DECLARE_FINAL_TYPE (NbNationalPlugin, nb_national_plugin, NB, NATIONAL_PLUGIN, NbPlugin)

struct _NbNationalPlugin
{
  NbPlugin parent_instance;

  NbNationalType *type;
  NbSettings *settings;
  NbSocketHandler sockets;
  NbRooms *rooms; /* (nullable): while it runs */
  char *folder;   /* (nullable): for the private Redis, in a process that serves */
  NbLiveCheck *check;
};

G_DEFINE_FINAL_TYPE (NbNationalPlugin, nb_national_plugin, NB_TYPE_PLUGIN)
NB_PLUGIN_DEFINE (nb_national_plugin_get_type)

static const NbSetting settings[] = {
  {
      .name = "redis-url",
      .kind = NB_SETTING_TEXT,
      .fallback = "auto",
      .maximum = 1024,
      .help = "the Redis that carries states between processes: auto (a private one, started by the site), unix:/path "
              "or redis://host:port/database",
      .check = nb_room_bus_check_url,
  },
  {
      .name = "redis-password",
      .kind = NB_SETTING_SECRET,
      .fallback = "",
      .maximum = 1024,
      .help = "its password, for a Redis that asks for one",
  },
  {
      .name = "redis-prefix",
      .kind = NB_SETTING_TEXT,
      .fallback = "nb",
      .maximum = 64,
      .help = "what the names of its keys and channels begin with",
      .check = nb_redis_check_prefix,
  },
  {
      .name = "room-interval",
      .kind = NB_SETTING_MILLISECONDS,
      .fallback = "20ms",
      .minimum = 0,
      .maximum = 10000,
      .help = "the least time between two states of one live room, which merges what comes between; 0ms for none",
  },
  {
      .name = "slow-timeout",
      .kind = NB_SETTING_DURATION,
      .fallback = "10s",
      .minimum = 1,
      .maximum = 300,
      .help = "how long a watcher may lag behind before it is cut off",
  },
  {
      .name = "heartbeat",
      .kind = NB_SETTING_DURATION,
      .fallback = "25s",
      .minimum = 1,
      .maximum = 300,
      .help = "between two pings to a watcher; who is silent for two of them is cut off",
  },
  {
      .name = "watchers-max",
      .kind = NB_SETTING_INT,
      .fallback = "50000",
      .minimum = 1,
      .maximum = 1000000,
      .help = "how many sockets may watch live rooms in one process",
  },
  { NULL },
};

static void
apply (NbNationalPlugin *self)
{
  self->sockets.heartbeat_s = (guint)nb_settings_get_int (self->settings, "heartbeat");
  self->sockets.slow_timeout_ms = (guint)nb_settings_get_int (self->settings, "slow-timeout") * MILLISECONDS;
  if (self->rooms == NULL)
    return;
  self->rooms->heartbeat_s = self->sockets.heartbeat_s;
  self->rooms->interval = nb_settings_get_int (self->settings, "room-interval") * (G_USEC_PER_SEC / MILLISECONDS);
  self->rooms->watchers_max = (guint)nb_settings_get_int (self->settings, "watchers-max");
}

static gboolean
make_bus (NbNationalPlugin *self, NbSettings *values, GError **error)
{
  const char *password = nb_settings_get_text (values, "redis-password");
  NbRoomBusOptions options = {
    .url = nb_settings_get_text (values, "redis-url"),
    .password = *password != '\0' ? password : NULL,
    .prefix = nb_settings_get_text (values, "redis-prefix"),
    .folder = self->folder,
  };
  NbRoomBus *bus = nb_room_bus_new (&options, &nb_rooms_bus_events, self->rooms, error);

  if (bus != NULL)
    nb_rooms_set_bus (self->rooms, bus);
  return bus != NULL;
}

static gboolean
is_same_redis (NbSettings *a, NbSettings *b)
{
  static const char *const names[] = { "redis-url", "redis-password", "redis-prefix" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (strcmp (nb_settings_get_text (a, names[i]), nb_settings_get_text (b, names[i])) != 0)
      return FALSE;
  return TRUE;
}

static gboolean
configure (NbPlugin *plugin, NbSettings *values, GError **error)
{
  NbNationalPlugin *self = NB_NATIONAL_PLUGIN (plugin);
  const gboolean is_bus_due = self->folder != NULL && !is_same_redis (self->settings, values);

  if (is_bus_due && !make_bus (self, values, error))
    return FALSE;
  g_clear_pointer (&self->settings, nb_settings_unref);
  self->settings = nb_settings_ref (values);
  apply (self);
  return TRUE;
}

static void
on_opened (NbSocket *socket, NbRequest *request, gpointer user_data)
{
  nb_rooms_open (NB_NATIONAL_PLUGIN (user_data)->rooms, socket, nb_request_get_param_id (request, "id"));
}

static void
on_message (NbSocket *socket, const char *text, gsize length, gpointer user_data)
{
  nb_rooms_take_text (NB_NATIONAL_PLUGIN (user_data)->rooms, socket, text, length);
}

static void
on_closed (NbSocket *socket, gpointer user_data)
{
  nb_rooms_closed (NB_NATIONAL_PLUGIN (user_data)->rooms, socket);
}

static void
on_state (NbAuctionState *state, gpointer user_data)
{
  nb_rooms_take_commit (NB_NATIONAL_PLUGIN (user_data)->rooms, state);
}

static gboolean
on_tick (gpointer user_data)
{
  nb_rooms_tick (NB_NATIONAL_PLUGIN (user_data)->rooms);
  return G_SOURCE_CONTINUE;
}

static NbHealth
get_health (char **reason, gpointer user_data)
{
  const char *fault = nb_room_bus_get_fault (NB_NATIONAL_PLUGIN (user_data)->rooms->bus);

  if (fault == NULL)
    return NB_HEALTH_FINE;
  *reason = g_strdup (fault);
  return NB_HEALTH_DEGRADED;
}

/* For the doctor, who knows Redis from outside. */
static gboolean
add_check (NbNationalPlugin *self, NbContext *context, GError **error)
{
  const char *password = nb_settings_get_text (self->settings, "redis-password");
  const char *url = nb_settings_get_text (self->settings, "redis-url");
  g_autofree char *folder = nb_context_dup_state_dir (context, error);
  g_autofree char *private_url = folder != NULL ? g_strconcat ("unix:", folder, "/redis.sock", NULL) : NULL;

  if (folder == NULL)
    return FALSE;
  g_clear_pointer (&self->check, nb_live_check_free);
  self->check = nb_live_check_new (strcmp (url, "auto") == 0 ? private_url : url, *password != '\0' ? password : NULL,
                                   nb_settings_get_text (self->settings, "redis-prefix"));
  return nb_live_check_register (self->check, context, error);
}

/* What a process that serves does beyond knowing the type. */
static gboolean
start_rooms (NbNationalPlugin *self, NbContext *context, GError **error)
{
  self->folder = nb_context_dup_state_dir (context, error);
  return self->folder != NULL
         && nb_context_add_socket_route (context, NB_LIVE_ROOMS_PATTERN, &self->sockets, self, error)
         && nb_context_add_state_handler (context, on_state, self, error)
         && nb_context_add_timer (context, TICK_SECONDS, on_tick, self, error) && make_bus (self, self->settings, error)
         && nb_context_add_health (context, "redis", get_health, self, error);
}

static void
stop_rooms (NbNationalPlugin *self)
{
  nb_rooms_stop (self->rooms);
  g_clear_pointer (&self->rooms, nb_rooms_unref);
  g_clear_pointer (&self->folder, g_free);
}

static gboolean
start (NbPlugin *plugin, NbContext *context, GError **error)
{
  NbNationalPlugin *self = NB_NATIONAL_PLUGIN (plugin);
  g_autoptr (NbLiveRooms) live = NULL;

  self->rooms = nb_rooms_new (nb_context_find_service (context, NB_TYPE_MARKET));
  live = nb_live_rooms_new (self->rooms);
  apply (self);
  if (nb_context_add_auction_type (context, "national", NB_AUCTION_TYPE (self->type), error)
      && nb_context_add_service (context, NB_TYPE_LIVE, G_OBJECT (live), error)
      && nb_live_panel_register (context, NB_LIVE (live), error) && add_check (self, context, error)
      && (!nb_context_is_serving (context) || start_rooms (self, context, error)))
    return TRUE;
  stop_rooms (self);
  return FALSE;
}

static void
stop (NbPlugin *plugin)
{
  stop_rooms (NB_NATIONAL_PLUGIN (plugin));
}

static void
nb_national_plugin_finalize (GObject *object)
{
  NbNationalPlugin *self = NB_NATIONAL_PLUGIN (object);

  g_clear_object (&self->type);
  g_clear_pointer (&self->check, nb_live_check_free);
  g_clear_pointer (&self->settings, nb_settings_unref);
  G_OBJECT_CLASS (nb_national_plugin_parent_class)->finalize (object);
}

static void
nb_national_plugin_class_init (NbNationalPluginClass *klass)
{
  NbPluginClass *plugin_class = NB_PLUGIN_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = nb_national_plugin_finalize;
  plugin_class->settings = settings;
  plugin_class->configure = configure;
  plugin_class->start = start;
  plugin_class->stop = stop;
}

static void
nb_national_plugin_init (NbNationalPlugin *self)
{
  self->type = g_object_new (NB_TYPE_NATIONAL_TYPE, NULL);
  self->sockets = (NbSocketHandler){ .opened = on_opened, .message = on_message, .closed = on_closed };
}
