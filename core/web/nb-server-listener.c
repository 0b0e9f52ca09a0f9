/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Listening sockets: bound from an address or given, accepted from without ever going deaf. */
#include "core/web/nb-server-listener.h"

#include <errno.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG 4096
#define ACCEPTS_A_TURN 64
/* After a failed accept (no descriptor left) the next try. */
#define PAUSE_MS 50
/* Enough for a page; more would let slow readers hold megabytes in the kernel. */
#define SEND_BUFFER (128 * 1024)

struct _NbListener
{
  GSocket *socket;
  NbAcceptFunc accepted;
  gpointer user_data;
  GSource *source;
};

static void watch (NbListener *self, guint pause_ms);

static GSocketAddress *
parse_inet (const char *text, GError **error)
{
  const char *colon = strrchr (text, ':');
  g_autofree char *host = colon != NULL ? g_strndup (text, colon - text) : NULL;
  guint64 port;
  const gsize length = host != NULL ? strlen (host) : 0;
  const char *address = host;
  GSocketAddress *result;

  if (host == NULL || !g_ascii_string_to_unsigned (colon + 1, 10, 0, 65535, &port, NULL))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   "'%s' must be host:port (port 0 to 65535) or unix:/path", text);
      return NULL;
    }
  if (length >= 2 && host[0] == '[' && host[length - 1] == ']')
    {
      host[length - 1] = '\0';
      address = host + 1;
    }
  else if (strcmp (host, "localhost") == 0)
    address = "127.0.0.1";
  result = g_inet_socket_address_new_from_string (address, port);
  if (result == NULL)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                 "'%s' must begin with an IP address, such as 127.0.0.1, 0.0.0.0 or [::]", text);
  return result;
}

static GSocketAddress *
parse_address (const char *text, GError **error)
{
  const char *path;

  if (!g_str_has_prefix (text, "unix:"))
    return parse_inet (text, error);
  path = text + strlen ("unix:");
  if (path[0] == '/' && strlen (path) < 108)
    return g_unix_socket_address_new (path);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
               "'%s' must be unix: and an absolute path of at most 107 bytes", text);
  return NULL;
}

gboolean
nb_listener_check (const char *text, GError **error)
{
  g_autoptr (GSocketAddress) address = parse_address (text, error);

  return address != NULL;
}

/* A file left by a process that died would refuse every later start; one that is listened on must not be taken away. */
static void
remove_stale_file (GSocketAddress *address)
{
  const char *path = g_unix_socket_address_get_path (G_UNIX_SOCKET_ADDRESS (address));
  g_autoptr (GSocket) probe = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, 0, NULL);
  g_autoptr (GError) error = NULL;
  GStatBuf info;

  if (probe == NULL || g_lstat (path, &info) != 0 || !S_ISSOCK (info.st_mode))
    return;
  if (!g_socket_connect (probe, address, NULL, &error)
      && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED))
    g_unlink (path);
}

GSocket *
nb_listener_bind (const char *text, GError **error)
{
  g_autoptr (GSocketAddress) address = parse_address (text, error);
  g_autoptr (GSocket) socket = NULL;

  if (address == NULL)
    return NULL;
  socket = g_socket_new (g_socket_address_get_family (address), G_SOCKET_TYPE_STREAM, 0, error);
  if (socket == NULL)
    return NULL;
  if (G_IS_UNIX_SOCKET_ADDRESS (address))
    remove_stale_file (address);
  g_socket_set_listen_backlog (socket, BACKLOG);
  if (!g_socket_bind (socket, address, TRUE, error) || !g_socket_listen (socket, error))
    {
      g_prefix_error (error, "can't listen on %s: ", text);
      return NULL;
    }
  return g_steal_pointer (&socket);
}

static void
tune (int fd, int family)
{
  const int on = 1;
  const int size = SEND_BUFFER;

  if (family != AF_UNIX)
    setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  setsockopt (fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
}

static char *
describe_peer (const struct sockaddr_storage *peer, socklen_t length)
{
  g_autoptr (GSocketAddress) address = NULL;
  GInetAddress *inet;

  if (peer->ss_family != AF_INET && peer->ss_family != AF_INET6)
    return g_strdup ("unix");
  address = g_socket_address_new_from_native ((gpointer)peer, length);
  inet = g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address));
  return g_inet_address_to_string (inet);
}

/* Returns: FALSE when nothing waits, or no descriptor is left; errno tells */
static gboolean
accept_one (NbListener *self)
{
  struct sockaddr_storage peer = { 0 };
  socklen_t length = sizeof peer;
  const int fd
      = accept4 (g_socket_get_fd (self->socket), (struct sockaddr *)&peer, &length, SOCK_CLOEXEC | SOCK_NONBLOCK);
  g_autoptr (GSocket) socket = NULL;
  g_autofree char *address = NULL;

  if (fd < 0)
    return errno == ECONNABORTED || errno == EINTR;
  tune (fd, peer.ss_family);
  socket = g_socket_new_from_fd (fd, NULL);
  if (socket == NULL)
    {
      close (fd);
      return TRUE;
    }
  g_socket_set_blocking (socket, FALSE);
  address = describe_peer (&peer, length);
  self->accepted (self, socket, address, self->user_data);
  return TRUE;
}

static gboolean
on_readable (GSocket *socket, GIOCondition condition, gpointer user_data)
{
  NbListener *self = user_data;

  for (int i = 0; i < ACCEPTS_A_TURN; i++)
    if (!accept_one (self))
      {
        if (errno == EAGAIN)
          return G_SOURCE_CONTINUE;
        g_info ("can't accept a connection: %s; trying again", g_strerror (errno));
        watch (self, PAUSE_MS);
        return G_SOURCE_REMOVE;
      }
  return G_SOURCE_CONTINUE;
}

static gboolean
on_pause_over (gpointer user_data)
{
  watch (user_data, 0);
  return G_SOURCE_REMOVE;
}

static void
watch (NbListener *self, guint pause_ms)
{
  if (self->source != NULL)
    g_source_destroy (self->source);
  g_clear_pointer (&self->source, g_source_unref);
  if (pause_ms > 0)
    {
      self->source = g_timeout_source_new (pause_ms);
      g_source_set_callback (self->source, on_pause_over, self, NULL);
    }
  else
    {
      self->source = g_socket_create_source (self->socket, G_IO_IN, NULL);
      g_source_set_callback (self->source, G_SOURCE_FUNC (on_readable), self, NULL);
    }
  g_source_attach (self->source, g_main_context_get_thread_default ());
}

NbListener *
nb_listener_new (GSocket *socket, NbAcceptFunc accepted, gpointer user_data)
{
  NbListener *self = g_new0 (NbListener, 1);

  self->socket = g_object_ref (socket);
  self->accepted = accepted;
  self->user_data = user_data;
  g_socket_set_blocking (socket, FALSE);
  watch (self, 0);
  return self;
}

void
nb_listener_free (NbListener *self, gboolean remove_file)
{
  g_autofree char *address = nb_listener_get_address (self);

  g_source_destroy (self->source);
  g_source_unref (self->source);
  g_socket_close (self->socket, NULL);
  if (remove_file && g_str_has_prefix (address, "unix:"))
    g_unlink (address + strlen ("unix:"));
  g_object_unref (self->socket);
  g_free (self);
}

char *
nb_listener_describe (GSocket *socket)
{
  g_autoptr (GSocketAddress) address = g_socket_get_local_address (socket, NULL);

  if (address == NULL)
    return g_strdup ("");
  if (G_IS_UNIX_SOCKET_ADDRESS (address))
    return g_strconcat ("unix:", g_unix_socket_address_get_path (G_UNIX_SOCKET_ADDRESS (address)), NULL);
  return g_socket_connectable_to_string (G_SOCKET_CONNECTABLE (address));
}

char *
nb_listener_get_address (NbListener *self)
{
  return nb_listener_describe (self->socket);
}
