/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All WebSockets of the process: one set of descriptors, one source, one clock. */
#include "core/web/nb-socket-private.h"

#include "core/web/nb-ws-frame.h"
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define EVENTS_A_TURN 256
#define TICK_TIME (NB_SOCKET_TICK_MS * G_TIME_SPAN_MILLISECOND)

typedef struct
{
  GSource source;
  NbSocketHub *hub;
} HubSource;

guint32
nb_socket_hub_get_tick (NbSocketHub *self)
{
  return (guint32)((g_get_monotonic_time () - self->began) / TICK_TIME) + 1;
}

void
nb_socket_hub_mark (NbSocketHub *self, NbSocket *socket)
{
  if (socket->is_dirty || socket->is_blocked)
    return;
  socket->is_dirty = TRUE;
  g_ptr_array_add (self->dirty, socket);
}

void
nb_socket_hub_end (NbSocketHub *self, NbSocket *socket)
{
  if (!socket->is_open || socket->is_ending)
    return;
  socket->is_ending = TRUE;
  g_ptr_array_add (self->ending, socket);
}

void
nb_socket_hub_watch (NbSocketHub *self, NbSocket *socket, gboolean for_output)
{
  struct epoll_event event = { .events = for_output ? EPOLLIN | EPOLLOUT : EPOLLIN, .data.ptr = socket };

  if (epoll_ctl (self->epoll_fd, EPOLL_CTL_MOD, socket->fd, &event) != 0)
    g_warning ("a socket can't be watched: %s", g_strerror (errno));
}

static void
bury_if_over (NbSocketHub *self, NbSocket *socket)
{
  if (socket->fd < 0 && !socket->is_open)
    g_ptr_array_add (self->graves, socket);
}

void
nb_socket_hub_forget (NbSocketHub *self, NbSocket *socket)
{
  nb_socket_wheel_remove (&self->wheel, &socket->timer);
  nb_peers_forget_socket (self->peers, g_steal_pointer (&socket->address));
  nb_socket_count_closed (&self->count, socket->close_code);
  self->n_sockets--;
  self->has_emptied |= self->n_sockets == 0;
  nb_socket_hub_end (self, socket);
  bury_if_over (self, socket);
}

static void
flush (NbSocketHub *self)
{
  for (guint i = 0; i < self->dirty->len; i++)
    {
      NbSocket *socket = g_ptr_array_index (self->dirty, i);

      socket->is_dirty = FALSE;
      if (socket->fd >= 0 && !socket->is_blocked)
        nb_socket_write (socket);
    }
  g_ptr_array_set_size (self->dirty, 0);
}

static void
empty_graves (NbSocketHub *self)
{
  for (guint i = 0; i < self->graves->len; i++)
    {
      NbSocket *socket = g_ptr_array_index (self->graves, i);

      nb_ws_parser_clear (&socket->parser);
      nb_ws_queue_clear (&socket->queue);
      g_free (socket);
    }
  g_ptr_array_set_size (self->graves, 0);
}

static void
tell_closed (NbSocket *socket)
{
  const NbRoute *route = &socket->target->route;

  route->socket->closed (socket, route->user_data);
  socket->data = NULL;
}

/* Its owner may be gone after this. */
static void
let_go (NbSocketHub *self, NbSocket *socket)
{
  g_autoptr (NbTarget) target = g_steal_pointer (&socket->target);

  socket->is_open = FALSE;
  if (socket->person != NULL)
    nb_socket_people_remove (self->people, g_steal_pointer (&socket->person), &socket->person_link);
  bury_if_over (self, socket);
  self->events->release (target->route.owner, self->user_data);
}

/* What `closed` sends to others leaves before an owner is let go, and so do the close frames. */
static void
end_sockets (NbSocketHub *self)
{
  while (self->ending->len > 0)
    {
      g_autoptr (GPtrArray) batch = g_steal_pointer (&self->ending);

      self->ending = g_ptr_array_new ();
      for (guint i = 0; i < batch->len; i++)
        tell_closed (g_ptr_array_index (batch, i));
      flush (self);
      for (guint i = 0; i < batch->len; i++)
        let_go (self, g_ptr_array_index (batch, i));
    }
}

static gboolean
hub_prepare (GSource *source, int *timeout)
{
  NbSocketHub *self = ((HubSource *)source)->hub;

  flush (self);
  empty_graves (self);
  *timeout = -1;
  return self->ending->len > 0 || self->has_emptied;
}

/* Returns: whether that was all for now */
static gboolean
take_events (NbSocketHub *self)
{
  struct epoll_event events[EVENTS_A_TURN];
  const int n = epoll_wait (self->epoll_fd, events, EVENTS_A_TURN, 0);

  for (int i = 0; i < n; i++)
    {
      NbSocket *socket = events[i].data.ptr;

      if (socket->fd >= 0 && (events[i].events & EPOLLOUT) != 0)
        nb_socket_write (socket);
      if (socket->fd >= 0 && (events[i].events & ~EPOLLOUT) != 0)
        nb_socket_read (socket);
    }
  return n < EVENTS_A_TURN;
}

static void
turn_wheel (NbSocketHub *self)
{
  const guint32 now = nb_socket_hub_get_tick (self);
  GQueue due = G_QUEUE_INIT;
  GList *link;

  if (now == self->wheel.last)
    return;
  nb_socket_wheel_turn (&self->wheel, now, &due);
  /* Each goes back before it is looked at: there is no socket outside of the wheel. */
  while ((link = g_queue_pop_head_link (&due)) != NULL)
    {
      NbSocket *socket = link->data;

      nb_socket_wheel_add (&self->wheel, &socket->timer, now + 1);
      nb_socket_on_time (socket, now);
    }
}

void
nb_socket_hub_plan (NbSocketHub *self)
{
  const gint64 next = self->n_sockets > 0 ? self->began + self->wheel.last * TICK_TIME : -1;

  if (g_source_get_ready_time (self->source) != next)
    g_source_set_ready_time (self->source, next);
}

/* What has come is taken before anyone is judged for his silence. */
static gboolean
hub_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  NbSocketHub *self = ((HubSource *)source)->hub;
  gboolean has_emptied;

  if (take_events (self))
    turn_wheel (self);
  end_sockets (self);
  nb_socket_hub_plan (self);
  nb_socket_count_settle (&self->count, self->n_sockets);
  has_emptied = self->has_emptied && self->n_sockets == 0;
  self->has_emptied = FALSE;
  if (has_emptied)
    self->events->emptied (self->user_data);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs source_funcs = { .prepare = hub_prepare, .dispatch = hub_dispatch };

NbSocketHub *
nb_socket_hub_new (NbPeers *peers, NbServer *server, const NbSocketHubEvents *events, gpointer user_data,
                   GError **error)
{
  const int fd = epoll_create1 (EPOLL_CLOEXEC);
  NbSocketHub *self;

  if (fd < 0)
    {
      const int code = errno;

      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code), "no set of sockets: %s", g_strerror (code));
      return NULL;
    }
  self = g_new0 (NbSocketHub, 1);
  self->peers = peers;
  self->server = server;
  self->events = events;
  self->user_data = user_data;
  self->epoll_fd = fd;
  self->began = g_get_monotonic_time ();
  self->people = nb_socket_people_new ();
  self->ping = nb_ws_frame_new (NB_WS_PING, NULL, 0);
  self->dirty = g_ptr_array_new ();
  self->ending = g_ptr_array_new ();
  self->graves = g_ptr_array_new ();
  nb_socket_count_init (&self->count);
  self->source = g_source_new (&source_funcs, sizeof (HubSource));
  ((HubSource *)self->source)->hub = self;
  g_source_set_static_name (self->source, "sockets");
  g_source_add_unix_fd (self->source, fd, G_IO_IN);
  g_source_attach (self->source, g_main_context_get_thread_default ());
  return self;
}

/* Returns: (transfer full): those of @owner, or all; closing one moves it in the wheel */
static GPtrArray *
list_sockets (NbSocketHub *self, const char *owner)
{
  GPtrArray *list = g_ptr_array_new ();

  for (guint i = 0; i < NB_SOCKET_WHEEL_SLOTS; i++)
    for (GList *l = self->wheel.slots[i].head; l != NULL; l = l->next)
      {
        NbSocket *socket = l->data;

        if (owner == NULL || (socket->target != NULL && strcmp (socket->target->route.owner, owner) == 0))
          g_ptr_array_add (list, socket);
      }
  return list;
}

void
nb_socket_hub_deafen (NbSocketHub *self, const char *owner)
{
  g_autoptr (GPtrArray) list = list_sockets (self, owner);

  for (guint i = 0; i < list->len; i++)
    ((NbSocket *)g_ptr_array_index (list, i))->is_deaf = TRUE;
}

void
nb_socket_hub_close (NbSocketHub *self, const char *owner, guint code, const char *reason)
{
  g_autoptr (GPtrArray) list = list_sockets (self, owner);

  for (guint i = 0; i < list->len; i++)
    nb_socket_shut (g_ptr_array_index (list, i), code, reason);
}

void
nb_socket_hub_abort (NbSocketHub *self)
{
  g_autoptr (GPtrArray) list = list_sockets (self, NULL);

  for (guint i = 0; i < list->len; i++)
    nb_socket_lose (g_ptr_array_index (list, i));
}

void
nb_socket_hub_end_session (NbSocketHub *self, gint64 session)
{
  NbSocketPerson *person = nb_socket_people_find (self->people, session);

  for (GList *l = person != NULL ? person->sockets.head : NULL; l != NULL; l = l->next)
    nb_socket_shut (l->data, NB_SOCKET_SESSION_ENDED, "session ended");
}

GArray *
nb_socket_hub_list_sessions (NbSocketHub *self)
{
  return nb_socket_people_list (self->people);
}

void
nb_socket_hub_free (NbSocketHub *self)
{
  nb_socket_hub_abort (self);
  end_sockets (self);
  empty_graves (self);
  nb_socket_count_settle (&self->count, 0);
  g_source_destroy (self->source);
  g_source_unref (self->source);
  close (self->epoll_fd);
  nb_socket_people_free (self->people);
  nb_socket_count_clear (&self->count);
  g_bytes_unref (self->ping);
  g_ptr_array_unref (self->dirty);
  g_ptr_array_unref (self->ending);
  g_ptr_array_unref (self->graves);
  g_free (self);
}

guint
nb_socket_hub_get_size (NbSocketHub *self)
{
  return self->n_sockets;
}
