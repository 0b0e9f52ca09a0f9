/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The Lua script that keeps and publishes a state when it is newer. */
#pragma once

#include "nb-redis-link.h"
#include "nb-redis.h"

G_BEGIN_DECLS

/* A state on its way, with all its words; may be sent a second time. */
typedef struct _NbRedisPost NbRedisPost;

NbRedisPost *nb_redis_post_new (const NbRedisState *state, const char *key, const char *channel, const char *payload);
NbRedisPost *nb_redis_post_ref (NbRedisPost *self);
void nb_redis_post_unref (gpointer post);
/* @is_whole: with the script itself instead of its digest, for a Redis that doesn't know it.
 * @command: valid as long as @self */
void nb_redis_post_get_command (NbRedisPost *self, gboolean is_whole, NbRedisCommand *command);
/* Makes the script known beforehand. */
void nb_redis_script_get_load_command (NbRedisCommand *command);
G_END_DECLS
