/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Connections that are waited for, in one set of descriptors: as many as like to may be slow or idle, and nobody polls
 * them one by one. */
#include "core/web/nb-peer-watch.h"

#include <glib-unix.h>
#include <sys/epoll.h>
#include <unistd.h>

#define EVENTS_A_TURN 64

struct _NbPeerWatch
{
  int fd;
  GSource *source;
  void (*readable) (gpointer data);
};

static gboolean
on_events (int fd, GIOCondition condition, gpointer user_data)
{
  NbPeerWatch *self = user_data;
  struct epoll_event events[EVENTS_A_TURN];
  const int n = epoll_wait (fd, events, EVENTS_A_TURN, 0);

  for (int i = 0; i < n; i++)
    self->readable (events[i].data.ptr);
  return G_SOURCE_CONTINUE;
}

NbPeerWatch *
nb_peer_watch_new (void (*readable) (gpointer data))
{
  const int fd = epoll_create1 (EPOLL_CLOEXEC);
  NbPeerWatch *self;

  if (fd < 0)
    return NULL;
  self = g_new0 (NbPeerWatch, 1);
  self->fd = fd;
  self->readable = readable;
  self->source = g_unix_fd_source_new (fd, G_IO_IN);
  g_source_set_callback (self->source, G_SOURCE_FUNC (on_events), self, NULL);
  g_source_attach (self->source, g_main_context_get_thread_default ());
  return self;
}

void
nb_peer_watch_free (NbPeerWatch *self)
{
  g_source_destroy (self->source);
  g_source_unref (self->source);
  close (self->fd);
  g_free (self);
}

gboolean
nb_peer_watch_add (NbPeerWatch *self, int fd, gpointer data)
{
  struct epoll_event event = { .events = EPOLLIN, .data.ptr = data };

  return epoll_ctl (self->fd, EPOLL_CTL_ADD, fd, &event) == 0;
}

void
nb_peer_watch_remove (NbPeerWatch *self, int fd)
{
  epoll_ctl (self->fd, EPOLL_CTL_DEL, fd, NULL);
}
