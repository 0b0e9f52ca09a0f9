/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A connection to Redis as a source of a GLib main loop. */
#pragma once

#include <gio/gio.h>
#include <hiredis/hiredis.h>

G_BEGIN_DECLS

/* A redisContext that never blocks. hiredis writes commands and reads replies; its own asynchronous layer isn't used, for
 * that of 0.14 aborts the program on replies it doesn't expect, among them the answers to PING after a last UNSUBSCRIBE,
 * and keeps a callback for ever for each PING while it is subscribed. */

/* @reply is freed afterwards. May destroy the source: then no more is told. */
typedef void (*NbRedisReplyFunc) (const redisReply *reply, gpointer user_data);
/* The connection has ended, for @reason; nothing follows. */
typedef void (*NbRedisEndFunc) (const char *reason, gpointer user_data);

/* Takes a connection that is made already. Destroying the source ends all calls, its last reference closes. */
GSource *nb_redis_source_new (GSocketConnection *connection, NbRedisReplyFunc on_reply, NbRedisEndFunc on_end,
                              gpointer user_data);
/* Puts a command behind those that wait; they are written together when the loop comes by.
 * @lengths: of each of @words, which may hold any bytes */
void nb_redis_source_send (GSource *source, int n_words, const char **words, const gsize *lengths);
/* Returns: how many bytes wait to be written */
gsize nb_redis_source_get_waiting (GSource *source);

G_END_DECLS
