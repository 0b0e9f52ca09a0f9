/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rooms speak of states and counts, Redis of keys and channels: this is between them, and runs the private Redis. */
#include "nb-room-bus.h"

#include "nb-redis-address.h"
#include "nb-redis-server.h"
#include "nb-redis.h"

#include <string.h>

/* Auctions whose newest state is kept while Redis is gone, so that it is told when it is back. */
#define MAX_UNSENT 10000

struct _NbRoomBus
{
  NbRedisServer *server; /* (nullable): of `auto` */
  NbRedis *redis;
  const NbRoomBusEvents *events;
  gpointer user_data;
  GHashTable *unsent; /* auction → NbAuctionState */
  gboolean is_known;  /* whether Redis serves: the first attempt is over */
  NbRedisCounts counted;
  NbMetric *up_gauge;
  NbMetric *published;
  NbMetric *dropped;
  NbMetric *received;
};

static void
unref_state (gpointer state)
{
  nb_auction_state_unref (state);
}

static void
on_message (NbRedis *redis, gint64 auction, const char *payload, gsize length, gpointer user_data)
{
  NbRoomBus *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (NbAuctionState) state = NULL;

  /* Most are what this process published itself. */
  if (nb_room_payload_peek_seq (payload) <= self->events->get_seq (auction, self->user_data))
    return;
  state = nb_room_payload_read (auction, payload, length, &error);
  if (state != NULL)
    self->events->state (state, self->user_data);
  else
    g_debug ("a message of auction %" G_GINT64_FORMAT " in Redis is ignored: %s", auction, error->message);
}

static void
on_up (NbRedis *redis, gpointer user_data)
{
  NbRoomBus *self = user_data;
  g_autoptr (GHashTable) unsent = g_steal_pointer (&self->unsent);
  GHashTableIter iter;
  gpointer state;

  g_info ("Redis serves the live rooms");
  self->is_known = TRUE;
  nb_metric_set (self->up_gauge, 1);
  self->unsent = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, unref_state);
  g_hash_table_iter_init (&iter, unsent);
  while (g_hash_table_iter_next (&iter, NULL, &state))
    nb_room_bus_publish (self, state);
  self->events->up (self->user_data);
}

static void
on_down (NbRedis *redis, const char *reason, gpointer user_data)
{
  NbRoomBus *self = user_data;

  self->is_known = TRUE;
  g_warning ("Redis is gone, rooms of other processes follow about once a second: %s", reason);
  nb_metric_set (self->up_gauge, 0);
  self->events->down (self->user_data);
}

static void
on_count (NbRedis *redis, gint64 auction, gint64 total, gpointer user_data)
{
  NbRoomBus *self = user_data;

  if (total >= 0)
    self->events->count (auction, (guint)MIN (total, G_MAXINT), self->user_data);
}

static const NbRedisEvents redis_events = { .message = on_message, .up = on_up, .down = on_down };

/* A password in the URL would be shown wherever the setting is. */
static gboolean
has_password (const char *url)
{
  const char *host = strstr (url, "://");
  const char *at = host != NULL ? strrchr (host, '@') : NULL;

  return at != NULL && memchr (host + 3, ':', at - host - 3) != NULL;
}

gboolean
nb_room_bus_check_url (const char *url, GError **error)
{
  g_autoptr (NbRedisAddress) address = NULL;

  if (strcmp (url, "auto") == 0)
    return TRUE;
  if (has_password (url))
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                         "found a password in it, which belongs into redis-password");
  else if (!g_str_has_prefix (url, "unix:/") && !g_str_has_prefix (url, "redis://"))
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                 "found '%s', expected auto, unix:/path or redis://host:port/database", url);
  else
    address = nb_redis_address_new (url, NULL, error);
  return address != NULL;
}

static void
find_metrics (NbRoomBus *self)
{
  self->up_gauge = nb_metrics_gauge ("redis_up", "Whether Redis serves the live rooms.", NULL);
  self->published
      = nb_metrics_counter ("live_states_published_total", "States that Redis took from this process.", NULL);
  self->dropped = nb_metrics_counter (
      "live_states_dropped_total", "States that Redis wasn't given, or lost: other processes read them later.", NULL);
  self->received = nb_metrics_counter ("live_states_received_total", "States that Redis gave to this process.", NULL);
  nb_metric_set (self->up_gauge, 0);
}

NbRoomBus *
nb_room_bus_new (const NbRoomBusOptions *options, const NbRoomBusEvents *events, gpointer user_data, GError **error)
{
  g_autoptr (NbRoomBus) self = g_new0 (NbRoomBus, 1);
  NbRedisOptions redis = { .url = options->url, .password = options->password, .prefix = options->prefix };

  self->events = events;
  self->user_data = user_data;
  self->unsent = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, unref_state);
  find_metrics (self);
  if (strcmp (options->url, "auto") == 0)
    {
      self->server = nb_redis_server_new (options->folder, error);
      if (self->server == NULL)
        return NULL;
      redis.url = nb_redis_server_get_url (self->server);
      redis.password = NULL;
    }
  self->redis = nb_redis_new (&redis, &redis_events, self, error);
  return self->redis != NULL ? g_steal_pointer (&self) : NULL;
}

void
nb_room_bus_free (NbRoomBus *self)
{
  if (self->redis != NULL)
    nb_room_bus_measure (self);
  nb_metric_set (self->up_gauge, 0);
  g_clear_pointer (&self->redis, nb_redis_free);
  g_clear_pointer (&self->server, nb_redis_server_free);
  g_hash_table_unref (self->unsent);
  g_free (self);
}

gboolean
nb_room_bus_is_up (NbRoomBus *self)
{
  return nb_redis_is_up (self->redis);
}

const char *
nb_room_bus_get_fault (NbRoomBus *self)
{
  const char *reason = nb_redis_get_reason (self->redis);

  if (!self->is_known || nb_redis_is_up (self->redis))
    return NULL;
  return reason != NULL ? reason : "it doesn't answer";
}

static void
keep_unsent (NbRoomBus *self, const NbAuctionState *state)
{
  NbAuctionState *kept;

  if (g_hash_table_size (self->unsent) >= MAX_UNSENT && !g_hash_table_contains (self->unsent, &state->auction))
    return;
  kept = nb_auction_state_new (state);
  g_hash_table_replace (self->unsent, &kept->auction, kept);
}

void
nb_room_bus_publish (NbRoomBus *self, const NbAuctionState *state)
{
  g_autofree char *payload = nb_room_payload_write (state);
  NbRedisState fields = {
    .auction = state->auction,
    .seq = state->seq,
    .price = state->price,
    .leader = state->leader,
    .bid_count = state->bid_count,
    .ends_at = state->ends_at,
    .status = nb_auction_status_name (state->status),
    .is_over = state->ended != NULL,
  };

  if (!nb_redis_publish (self->redis, &fields, payload))
    keep_unsent (self, state);
}

void
nb_room_bus_correct (NbRoomBus *self, const NbAuctionState *state)
{
  nb_redis_forget (self->redis, state->auction);
  nb_room_bus_publish (self, state);
}

void
nb_room_bus_subscribe (NbRoomBus *self, gint64 auction)
{
  nb_redis_subscribe (self->redis, auction);
}

void
nb_room_bus_unsubscribe (NbRoomBus *self, gint64 auction)
{
  nb_redis_unsubscribe (self->redis, auction);
}

void
nb_room_bus_report_count (NbRoomBus *self, gint64 auction, guint count)
{
  nb_redis_report_watchers (self->redis, auction, count);
}

void
nb_room_bus_ask_count (NbRoomBus *self, gint64 auction)
{
  nb_redis_ask_watchers (self->redis, auction, on_count, self);
}

void
nb_room_bus_measure (NbRoomBus *self)
{
  NbRedisCounts now;

  nb_redis_get_counts (self->redis, &now);
  nb_metric_add (self->published, (double)(now.published - self->counted.published));
  nb_metric_add (self->dropped, (double)(now.dropped + now.failed - self->counted.dropped - self->counted.failed));
  nb_metric_add (self->received, (double)(now.received - self->counted.received));
  self->counted = now;
}
