/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The auctions that this process listens to: asked for, confirmed, and what Redis kept of them fetched. */
#pragma once

#include "nb-redis-link.h"

G_BEGIN_DECLS

typedef struct _NbRedisChannels NbRedisChannels;

/* Either may free everything. */
typedef struct
{
  void (*message) (gint64 auction, const char *payload, gsize length, gpointer user_data);
  void (*settled) (gpointer user_data); /* the last subscription that was open has been confirmed */
} NbRedisChannelsEvents;

/* @listener subscribes, @publisher fetches what was kept. These and @prefix outlive it; free the links first. */
NbRedisChannels *nb_redis_channels_new (NbRedisLink *listener, NbRedisLink *publisher, const char *prefix,
                                        const NbRedisChannelsEvents *events, gpointer user_data);
void nb_redis_channels_free (NbRedisChannels *self);

void nb_redis_channels_add (NbRedisChannels *self, gint64 auction);
void nb_redis_channels_remove (NbRedisChannels *self, gint64 auction);
/* Returns: whether every one is confirmed */
gboolean nb_redis_channels_is_settled (NbRedisChannels *self);

/* What the links told their owner. */
void nb_redis_channels_on_listener_ready (NbRedisChannels *self);
void nb_redis_channels_on_listener_lost (NbRedisChannels *self);
void nb_redis_channels_on_publisher_ready (NbRedisChannels *self);
void nb_redis_channels_on_message (NbRedisChannels *self, const redisReply *reply);

/* The names of an auction's channel, and of the hash with its state. */
char *nb_redis_channels_get_channel (const char *prefix, gint64 auction);
char *nb_redis_channels_get_key (const char *prefix, gint64 auction);

G_END_DECLS
