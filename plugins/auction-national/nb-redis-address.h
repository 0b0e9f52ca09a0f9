/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a Redis is, as its URL says. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct
{
  GSocketConnectable *target;
  char *user; /* (nullable) */
  char *password; /* (nullable) */
  guint database;
  char *label; /* the same without user and password, to be printed */
} NbRedisAddress;

/* @password: (nullable): for a URL that holds none. Returns: (nullable): NULL with @error set (G_IO_ERROR). No error
 * quotes the URL, for it may hold a password. */
NbRedisAddress *nb_redis_address_new (const char *url, const char *password, GError **error);
void nb_redis_address_free (NbRedisAddress *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbRedisAddress, nb_redis_address_free)

/* Whether a socket can have @path; the error says how long it may be. */
gboolean nb_redis_address_check_path (const char *path, GError **error);

G_END_DECLS
