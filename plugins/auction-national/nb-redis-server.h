/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The private Redis of a site whose operator named none: started, supervised and ended by one of its processes. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The processes of a site share one folder. Whoever holds the lock of FOLDER/redis.lock runs a redis-server there, which
 * listens on FOLDER/redis.sock alone, stores nothing and takes at most 64 MiB for data; the others only connect. When
 * the holder dies, however it does, its redis-server dies with it, and within half a second another process takes the
 * lock and starts the next one. A redis-server that ends by itself is started again, after pauses from a tenth of a
 * second to five. */
typedef struct _NbRedisServer NbRedisServer;

/* Must be called on the thread that lives as long as the process (the main one): the kernel ends redis-server with the
 * thread that started it. Works on the thread-default main context, and doesn't wait until Redis answers.
 * @folder: made, for its user alone, where it was not there yet
 * Returns: (nullable): NULL with @error set (G_IO_ERROR, or G_FILE_ERROR): no program redis-server, a path too long for a
 *   socket, a folder that can't be written */
NbRedisServer *nb_redis_server_new (const char *folder, GError **error);
/* Ends the redis-server that this process runs, and waits for its end (it has nothing to write: milliseconds). */
void nb_redis_server_free (NbRedisServer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbRedisServer, nb_redis_server_free)

/* Returns: (transfer none): what to give to nb_redis_new() */
const char *nb_redis_server_get_url (NbRedisServer *self);
/* Returns: the id of the redis-server that this process runs; 0 when another runs it, or while it is being started again */
GPid nb_redis_server_get_pid (NbRedisServer *self);

G_END_DECLS
