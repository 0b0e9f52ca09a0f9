/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A few threads that hash passwords, apart from the main loop and the store's threads; bounded, so that a flood gets
 * `busy`. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _NbPasswordPool NbPasswordPool;

NbPasswordPool *nb_password_pool_new (guint n_threads, guint queue_max);
/* Finishes what is queued. Blocking. */
void nb_password_pool_free (NbPasswordPool *self);

void nb_password_pool_hash_async (NbPasswordPool *self, const char *password, GAsyncReadyCallback callback,
                                  gpointer user_data);
char *nb_password_pool_hash_finish (GAsyncResult *result, GError **error);
/* @hash: (nullable). Takes as long for no hash as for one. */
void nb_password_pool_verify_async (NbPasswordPool *self, const char *password, const char *hash,
                                    GAsyncReadyCallback callback, gpointer user_data);
/* Returns: FALSE with @error set when it could not be found out, else @matches is set */
gboolean nb_password_pool_verify_finish (GAsyncResult *result, gboolean *matches, GError **error);

G_END_DECLS
