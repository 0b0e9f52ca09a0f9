/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads unix:/path and redis://[user:password@]host[:port][/database]. */
#include "nb-redis-address.h"

#include <gio/gunixsocketaddress.h>
#include <string.h>
#include <sys/un.h>

#define DEFAULT_PORT 6379
#define MAX_DATABASE 65535
#define MAX_PATH_BYTES (sizeof (((struct sockaddr_un *)NULL)->sun_path) - 1)

static gboolean
refuse (GError **error, const char *message)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, message);
  return FALSE;
}

gboolean
nb_redis_address_check_path (const char *path, GError **error)
{
  if (strlen (path) <= MAX_PATH_BYTES)
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FILENAME_TOO_LONG,
               "the path of Redis' socket has %" G_GSIZE_FORMAT " bytes, and a Unix socket takes %" G_GSIZE_FORMAT
               ": use a shorter folder (%s)",
               strlen (path), MAX_PATH_BYTES, path);
  return FALSE;
}

static gboolean
read_unix (NbRedisAddress *self, const char *path, GError **error)
{
  if (path[0] != '/')
    return refuse (error,
                   "a Redis URL with unix: needs the whole path of the socket, such as unix:/run/redis/redis.sock");
  if (!nb_redis_address_check_path (path, error))
    return FALSE;
  self->target = G_SOCKET_CONNECTABLE (g_unix_socket_address_new (path));
  self->label = g_strdup_printf ("unix:%s", path);
  return TRUE;
}

static gboolean
read_database (NbRedisAddress *self, const char *path, GError **error)
{
  guint64 number = 0;

  if (path[0] == '\0' || g_str_equal (path, "/"))
    return TRUE;
  if (!g_ascii_string_to_unsigned (path + 1, 10, 0, MAX_DATABASE, &number, NULL))
    return refuse (error, "what follows the host of a Redis URL must be the number of a database, from 0 to 65535");
  self->database = (guint)number;
  return TRUE;
}

static gboolean
read_secret (NbRedisAddress *self, const char *user, const char *password, GError **error)
{
  if (user != NULL && user[0] != '\0')
    self->user = g_strdup (user);
  if (password != NULL && password[0] != '\0')
    self->password = g_strdup (password);
  if (user != NULL && self->password == NULL)
    return refuse (error, "a Redis URL with a user needs a password too: user:password@host, or :password@host");
  return TRUE;
}

static gboolean
read_host (NbRedisAddress *self, const char *host, int port, GError **error)
{
  gboolean is_v6 = host != NULL && strchr (host, ':') != NULL;

  if (host == NULL || host[0] == '\0')
    return refuse (error, "a Redis URL needs a host: redis://host[:port]");
  if (port == 0)
    return refuse (error, "the port of a Redis URL must be from 1 to 65535");
  if (port < 0)
    port = DEFAULT_PORT;
  self->target = g_network_address_new (host, (guint16)port);
  self->label = g_strdup_printf (is_v6 ? "redis://[%s]:%d/%u" : "redis://%s:%d/%u", host, port, self->database);
  return TRUE;
}

/* GUri's own errors quote pieces of the URL, where a password may be. */
static gboolean
read_network (NbRedisAddress *self, const char *url, GError **error)
{
  g_autofree char *user = NULL;
  g_autofree char *password = NULL;
  g_autofree char *host = NULL;
  g_autofree char *path = NULL;
  g_autofree char *query = NULL;
  g_autofree char *fragment = NULL;
  int port = -1;

  if (!g_uri_split_with_user (url, G_URI_FLAGS_HAS_PASSWORD, NULL, &user, &password, NULL, &host, &port, &path, &query,
                              &fragment, NULL))
    return refuse (error,
                   "the Redis URL can't be read: it must be redis://[user:password@]host[:port][/database], with "
                   "%-codes for special characters in the password");
  if (query != NULL || fragment != NULL)
    return refuse (error,
                   "a Redis URL takes nothing after the database, and a ? or # in a password must be %3F or %23");
  return read_secret (self, user, password, error) && read_database (self, path, error)
         && read_host (self, host, port, error);
}

static gboolean
read_url (NbRedisAddress *self, const char *url, GError **error)
{
  if (g_str_has_prefix (url, "unix:"))
    return read_unix (self, url + strlen ("unix:"), error);
  if (g_str_has_prefix (url, "redis://"))
    return read_network (self, url, error);
  if (g_str_has_prefix (url, "rediss://"))
    return refuse (error,
                   "Redis over TLS (rediss://) isn't spoken: let a tunnel listen on this machine, and name that");
  return refuse (error, "a Redis URL must begin with unix: or redis://");
}

NbRedisAddress *
nb_redis_address_new (const char *url, const char *password, GError **error)
{
  g_autoptr (NbRedisAddress) self = g_new0 (NbRedisAddress, 1);

  if (!read_url (self, url, error))
    return NULL;
  if (self->password == NULL && password != NULL && password[0] != '\0')
    self->password = g_strdup (password);
  return g_steal_pointer (&self);
}

void
nb_redis_address_free (NbRedisAddress *self)
{
  g_clear_object (&self->target);
  g_free (self->user);
  g_free (self->password);
  g_free (self->label);
  g_free (self);
}
