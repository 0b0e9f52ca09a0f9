/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A connection behind its handshake becomes a socket. */
#include "core/web/nb-socket-private.h"

#include "core/web/nb-request-private.h"
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

/* More would let slow readers hold megabytes in the kernel. */
#define SEND_BUFFER (64 * 1024)
#define MESSAGE_MAX 4096
#define QUEUE_MAX 65536
#define QUEUE_MOST (64 * 1024 * 1024)
#define HEARTBEAT_S 25
#define HEARTBEAT_MOST_S 3600
#define SLOW_TIMEOUT_MS 10000

static void
set_options (int fd)
{
  const int yes = 1;
  const int buffer = SEND_BUFFER;

  /* A Unix socket knows no TCP. */
  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  setsockopt (fd, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
}

static guint32
or_default (guint64 number, guint32 normal, guint32 most)
{
  return number == 0 ? normal : (guint32)MIN (number, most);
}

/* Those who came together are not pinged together for ever. */
static void
take_numbers (NbSocket *self, const NbSocketHandler *handler, guint32 now)
{
  self->queue_max = or_default (handler->queue_max, QUEUE_MAX, QUEUE_MOST);
  self->slow_ticks = or_default (handler->slow_timeout_ms, SLOW_TIMEOUT_MS, G_MAXINT32) / NB_SOCKET_TICK_MS + 1;
  self->heartbeat = or_default (handler->heartbeat_s, HEARTBEAT_S, HEARTBEAT_MOST_S) * 1000 / NB_SOCKET_TICK_MS;
  self->heard_at = now;
  self->ping_at = now + (guint32)g_random_int_range (self->heartbeat / 2, self->heartbeat + 1);
  nb_ws_parser_init (&self->parser, or_default (handler->message_max, MESSAGE_MAX, G_MAXINT32));
}

/* Returns: (nullable): NULL when the system refuses, and the connection is closed */
static NbSocket *
make_socket (NbSocketHub *self, const NbSocketBirth *birth)
{
  const guint32 now = nb_socket_hub_get_tick (self);
  NbSocket *socket = g_new0 (NbSocket, 1);
  struct epoll_event event = { .events = EPOLLIN, .data.ptr = socket };

  if (epoll_ctl (self->epoll_fd, EPOLL_CTL_ADD, birth->fd, &event) != 0)
    {
      g_warning ("a socket can't be watched: %s", g_strerror (errno));
      close (birth->fd);
      nb_peers_forget_socket (self->peers, birth->address);
      g_free (socket);
      return NULL;
    }
  set_options (birth->fd);
  socket->hub = self;
  socket->fd = birth->fd;
  socket->address = birth->address;
  socket->timer.link.data = socket;
  socket->person_link.data = socket;
  socket->is_english = strcmp (nb_request_get_language (birth->request), "en") == 0;
  take_numbers (socket, birth->target->route.socket, now);
  nb_socket_wheel_add (&self->wheel, &socket->timer, now + 1);
  self->n_sockets++;
  nb_socket_hub_plan (self);
  return socket;
}

static void
feed_early_bytes (NbSocket *socket, GBytes *bytes)
{
  gsize length;
  const guint8 *data = g_bytes_get_data (bytes, &length);
  g_autofree guint8 *copy = g_memdup2 (data, length);

  if (length > 0)
    nb_socket_feed (socket, copy, length);
}

void
nb_socket_hub_adopt (NbSocketHub *self, const NbSocketBirth *birth)
{
  const NbRoute *route = &birth->target->route;
  NbSocket *socket = make_socket (self, birth);

  if (socket == NULL)
    return;
  socket->target = nb_target_ref (birth->target);
  if (birth->session != NULL)
    socket->person = nb_socket_people_add (self->people, birth->session, &socket->person_link);
  socket->is_open = TRUE;
  self->events->hold (route->owner, self->user_data);
  route->socket->opened (socket, birth->request, route->user_data);
  feed_early_bytes (socket, birth->bytes);
}

void
nb_socket_hub_turn_away (NbSocketHub *self, const NbSocketBirth *birth, guint code, const char *reason)
{
  NbSocket *socket = make_socket (self, birth);

  if (socket != NULL)
    nb_socket_shut (socket, code, reason);
}
