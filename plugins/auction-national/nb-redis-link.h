/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One connection to Redis that is made anew whenever it is lost. */
#pragma once

#include "nb-redis-address.h"

#include <hiredis/hiredis.h>

G_BEGIN_DECLS

/* Pings every second; a peer that says nothing at all for three is given up. */
typedef struct _NbRedisLink NbRedisLink;

/* Any of them may free the link. */
typedef struct
{
  void (*ready) (gpointer user_data); /* commands may be sent */
  /* It was ready and is no more, or an attempt failed; the next one comes by itself. */
  void (*lost) (const char *reason, gpointer user_data);
  /* (nullable): a message of a channel; for a link that subscribes */
  void (*message) (const redisReply *reply, gpointer user_data);
} NbRedisLinkEvents;

/* @reply: (nullable): NULL when the connection was lost before the answer
 * @user_data: as given to nb_redis_link_new() */
typedef void (*NbRedisAnswerFunc) (const redisReply *reply, gpointer data, gpointer user_data);

/* One command: its words, which may hold any bytes. */
#define NB_REDIS_COMMAND_WORDS 16
typedef struct
{
  int n_words;
  const char *words[NB_REDIS_COMMAND_WORDS];
  gsize lengths[NB_REDIS_COMMAND_WORDS];
} NbRedisCommand;

void nb_redis_command_add (NbRedisCommand *self, const char *word);

/* @address: outlives the link. @name: what `CLIENT LIST` shows */
NbRedisLink *nb_redis_link_new (NbRedisAddress *address, const char *name, const NbRedisLinkEvents *events,
                                gpointer user_data);
/* Nothing is told any more; the data of commands under way is freed. */
void nb_redis_link_free (NbRedisLink *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbRedisLink, nb_redis_link_free)

gboolean nb_redis_link_is_ready (NbRedisLink *self);
/* Only while it is ready. @func gets the answer, once, from the loop; @free_data: (nullable): frees @data afterwards */
void nb_redis_link_send (NbRedisLink *self, const NbRedisCommand *command, NbRedisAnswerFunc func, gpointer data,
                         GDestroyNotify free_data);
/* Whether so much waits, for writing or for answers, that what can be left out should be. */
gboolean nb_redis_link_is_choked (NbRedisLink *self, gsize more_bytes);
/* Gives up this connection, as if the peer had, and makes the next one. */
void nb_redis_link_drop (NbRedisLink *self, const char *reason);

G_END_DECLS
