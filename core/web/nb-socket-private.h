/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A socket and its hub as their own parts know them. */
#pragma once

#include "core/web/nb-socket-count.h"
#include "core/web/nb-socket-hub.h"
#include "core/web/nb-socket-people.h"
#include "core/web/nb-socket-wheel.h"
#include "core/web/nb-ws-parser.h"
#include "core/web/nb-ws-queue.h"

G_BEGIN_DECLS

/* What one socket may bring in one turn. */
#define NB_SOCKET_READ_SIZE 16384
/* So many times the bound of what is slow may be unsent. */
#define NB_SOCKET_QUEUE_FACTOR 8

struct _NbSocketHub
{
  NbPeers *peers;
  NbServer *server;
  const NbSocketHubEvents *events;
  gpointer user_data;

  int epoll_fd;
  GSource *source;
  gint64 began; /* monotonic; before it there are no ticks */
  NbSocketWheel wheel;
  NbSocketPeople *people;
  NbSocketCount count;
  GBytes *ping;
  guint n_sockets;      /* that are not gone */
  gboolean has_emptied; /* which was not told yet */
  GPtrArray *dirty;     /* to be written before the loop sleeps */
  GPtrArray *ending;    /* `closed` is to be called */
  GPtrArray *graves;    /* to be freed once nothing can point to them */
  guint8 buffer[NB_SOCKET_READ_SIZE];
};

/* Kept small: there is one for each of the people who watch. Times are in ticks. */
struct _NbSocket
{
  NbSocketTimer timer; /* its link's data is the socket */
  GList person_link;
  NbSocketHub *hub;
  NbTarget *target;       /* (nullable) until `closed` has returned */
  NbSocketPerson *person; /* (nullable) when signed out, and once `closed` has returned */
  NbPeerAddress *address; /* (nullable) */
  gpointer data;
  NbWsParser parser;
  NbWsQueue queue;
  int fd; /* -1 once it is gone */
  guint32 heard_at;
  guint32 ping_at;
  guint32 slow_since; /* 0: it is not */
  guint32 close_by;   /* when the peer's close frame is waited for no longer */
  guint32 slow_ticks;
  guint32 queue_max;
  guint16 heartbeat;
  guint16 close_code; /* what it was closed with; 0: not yet */
  guint is_english : 1;
  guint is_open : 1;         /* `opened` was called, and `closed` not yet */
  guint is_deaf : 1;         /* what it says is thrown away */
  guint is_closing : 1;      /* the close frame is in the queue: nothing is delivered or taken any more */
  guint has_peer_closed : 1; /* its close frame came: there is nothing more to wait for */
  guint is_cut : 1;          /* what it still sends is thrown away */
  guint is_shut : 1;         /* it was told the end of our side */
  guint is_ending : 1;       /* in the hub's list of the same name; so is_dirty */
  guint is_dirty : 1;
  guint is_blocked : 1; /* the kernel takes no more for now */
};

/* Of the hub, for the socket. */
guint32 nb_socket_hub_get_tick (NbSocketHub *self);
/* Has the next tick come, while there are sockets. */
void nb_socket_hub_plan (NbSocketHub *self);
/* The socket has something to write. */
void nb_socket_hub_mark (NbSocketHub *self, NbSocket *socket);
/* `closed` must be called, unless it was. */
void nb_socket_hub_end (NbSocketHub *self, NbSocket *socket);
/* Waits for the socket to take more, or no longer. */
void nb_socket_hub_watch (NbSocketHub *self, NbSocket *socket, gboolean for_output);
/* The descriptor is closed: nothing counts it any more. */
void nb_socket_hub_forget (NbSocketHub *self, NbSocket *socket);

/* Of the socket, for the hub. */
void nb_socket_write (NbSocket *self);
/* Takes what has come. */
void nb_socket_read (NbSocket *self);
/* Takes @length bytes that it unmasks in place. */
void nb_socket_feed (NbSocket *self, guint8 *data, gsize length);
/* Queues the close frame; @code: 0 for one without. */
void nb_socket_shut (NbSocket *self, guint code, const char *reason);
/* The same, but what waits to be sent is lost. */
void nb_socket_cut (NbSocket *self, guint code, const char *reason);
/* Closes the descriptor at once. */
void nb_socket_lose (NbSocket *self);
/* Something may be due. */
void nb_socket_on_time (NbSocket *self, guint32 now);
/* Moves it in the wheel to what is due first. */
void nb_socket_schedule (NbSocket *self);

G_END_DECLS
