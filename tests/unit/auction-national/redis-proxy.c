/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Forwards bytes on a thread of its own, and forgets to when it is told. */
#include "tests/unit/auction-national/redis-fixture.h"

#include <gio/gunixsocketaddress.h>
#include <poll.h>
#include <unistd.h>

#define MAX_PAIRS 64

typedef struct
{
  GSocket *ends[2];
  gboolean is_dead; /* bytes were swallowed: nothing that follows would make sense */
} Pair;

struct _TestProxy
{
  char *place;
  char *server; /* the server's socket */
  GSocket *listener;
  GThread *thread;
  Pair pairs[MAX_PAIRS];
  int n_pairs;       /* of the thread alone */
  int n_taken;       /* atomic */
  int is_swallowing; /* atomic */
  int swallowings;   /* atomic: how often it began */
  int seen_swallowings;
  int is_over; /* atomic */
};

static GSocketAddress *
make_address (TestRedis *redis, gboolean is_network)
{
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autofree char *path = g_build_filename (redis->folder, "proxy.sock", NULL);

  return is_network ? g_inet_socket_address_new (loopback, 0) : g_unix_socket_address_new (path);
}

static GSocket *
make_socket (GSocketAddress *address)
{
  g_autoptr (GError) error = NULL;
  GSocket *socket
      = g_socket_new (g_socket_address_get_family (address), G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, &error);

  g_assert_no_error (error);
  return socket;
}

static GSocket *
listen_at (GSocketAddress *address)
{
  GSocket *socket = make_socket (address);
  g_autoptr (GError) error = NULL;

  g_socket_bind (socket, address, TRUE, &error);
  g_assert_no_error (error);
  g_socket_listen (socket, &error);
  g_assert_no_error (error);
  return socket;
}

static GSocket *
reach (const char *path)
{
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  g_autoptr (GSocket) socket = make_socket (address);

  return g_socket_connect (socket, address, NULL, NULL) ? g_steal_pointer (&socket) : NULL;
}

static void
take (TestProxy *self)
{
  g_autoptr (GSocket) client = g_socket_accept (self->listener, NULL, NULL);
  g_autoptr (GSocket) server = reach (self->server);

  if (client == NULL)
    return;
  g_atomic_int_inc (&self->n_taken);
  if (server == NULL || self->n_pairs == MAX_PAIRS)
    return;
  self->pairs[self->n_pairs++] = (Pair){
    .ends = { g_steal_pointer (&client), g_steal_pointer (&server) },
    .is_dead = g_atomic_int_get (&self->is_swallowing),
  };
}

static void
pair_clear (Pair *pair)
{
  g_clear_object (&pair->ends[0]);
  g_clear_object (&pair->ends[1]);
}

/* Returns: whether the pair is still open */
static gboolean
forward (Pair *pair, int from)
{
  char bytes[16384];
  gssize n = g_socket_receive (pair->ends[from], bytes, sizeof bytes, NULL, NULL);
  gssize sent = 0;

  if (n <= 0)
    return FALSE;
  while (!pair->is_dead && sent < n)
    {
      gssize part = g_socket_send (pair->ends[1 - from], bytes + sent, (gsize)(n - sent), NULL, NULL);

      if (part < 0)
        return FALSE;
      sent += part;
    }
  return TRUE;
}

static void
serve (TestProxy *self, const struct pollfd *watched)
{
  int n = self->n_pairs;

  for (int i = n - 1; i >= 0; i--)
    for (int from = 0; from < 2; from++)
      if (watched[1 + 2 * i + from].revents != 0 && !forward (&self->pairs[i], from))
        {
          pair_clear (&self->pairs[i]);
          self->pairs[i] = self->pairs[--self->n_pairs];
          break;
        }
}

static void
note_swallowing (TestProxy *self)
{
  int swallowings = g_atomic_int_get (&self->swallowings);

  if (swallowings == self->seen_swallowings)
    return;
  self->seen_swallowings = swallowings;
  for (int i = 0; i < self->n_pairs; i++)
    self->pairs[i].is_dead = TRUE;
}

static gpointer
run (gpointer user_data)
{
  TestProxy *self = user_data;

  while (!g_atomic_int_get (&self->is_over))
    {
      struct pollfd watched[1 + 2 * MAX_PAIRS] = { { g_socket_get_fd (self->listener), POLLIN, 0 } };
      nfds_t n = 1 + 2 * (nfds_t)self->n_pairs;

      for (int i = 0; i < 2 * self->n_pairs; i++)
        watched[1 + i] = (struct pollfd){ g_socket_get_fd (self->pairs[i / 2].ends[i % 2]), POLLIN, 0 };
      if (poll (watched, n, 10) <= 0)
        continue;
      note_swallowing (self);
      serve (self, watched);
      if (watched[0].revents != 0)
        take (self);
    }
  return NULL;
}

static char *
describe_place (GSocket *listener)
{
  g_autoptr (GSocketAddress) address = g_socket_get_local_address (listener, NULL);

  if (G_IS_UNIX_SOCKET_ADDRESS (address))
    return g_strdup_printf ("unix:%s", g_unix_socket_address_get_path (G_UNIX_SOCKET_ADDRESS (address)));
  return g_strdup_printf ("localhost:%u", g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address)));
}

TestProxy *
test_proxy_new (TestRedis *redis, gboolean is_network)
{
  TestProxy *self = g_new0 (TestProxy, 1);
  g_autoptr (GSocketAddress) address = make_address (redis, is_network);

  self->listener = listen_at (address);
  self->place = describe_place (self->listener);
  self->server = g_strdup (redis->socket);
  self->thread = g_thread_new ("proxy", run, self);
  return self;
}

void
test_proxy_free (TestProxy *self)
{
  g_atomic_int_set (&self->is_over, TRUE);
  g_thread_join (self->thread);
  for (int i = 0; i < self->n_pairs; i++)
    pair_clear (&self->pairs[i]);
  g_object_unref (self->listener);
  g_free (self->place);
  g_free (self->server);
  g_free (self);
}

const char *
test_proxy_get_place (TestProxy *self)
{
  return self->place;
}

void
test_proxy_set_swallowing (TestProxy *self, gboolean is_swallowing)
{
  g_atomic_int_set (&self->is_swallowing, is_swallowing);
  if (is_swallowing)
    g_atomic_int_inc (&self->swallowings);
}

guint
test_proxy_get_n_taken (TestProxy *self)
{
  return (guint)g_atomic_int_get (&self->n_taken);
}
