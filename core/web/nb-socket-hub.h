/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All WebSockets of the process: one set of descriptors, one source, one clock. */
#pragma once

#include "core/account/nb-accounts.h"
#include "core/web/nb-router.h"
#include "core/web/nb-server-peers.h"
#include "core/web/nb-site.h"

G_BEGIN_DECLS

typedef struct _NbSocketHub NbSocketHub;

/* What the hub asks of its server. */
typedef struct
{
  /* A route's @owner is needed by one socket more, by one less. */
  void (*hold) (const char *owner, gpointer user_data);
  void (*release) (const char *owner, gpointer user_data);
  /* The last socket has gone. */
  void (*emptied) (gpointer user_data);
} NbSocketHubEvents;

/* Works on the main context that is the thread's default. @events is kept by the caller. */
NbSocketHub *nb_socket_hub_new (NbPeers *peers, NbServer *server, const NbSocketHubEvents *events, gpointer user_data,
                                GError **error);
/* Cuts what is there; `closed` of each is called. */
void nb_socket_hub_free (NbSocketHub *self);

typedef struct
{
  int fd;                 /* (transfer full): the connection behind the handshake */
  GBytes *bytes;          /* what the peer sent already */
  NbTarget *target;       /* the route */
  NbRequest *request;     /* for `opened` */
  NbSession *session;     /* (nullable) */
  NbPeerAddress *address; /* (transfer full) (nullable): what it counts for */
} NbSocketBirth;

/* Makes a socket of it, and tells its owner. */
void nb_socket_hub_adopt (NbSocketHub *self, const NbSocketBirth *birth);
/* The same, but closes it with @code: its owner never learns of it. */
void nb_socket_hub_turn_away (NbSocketHub *self, const NbSocketBirth *birth, guint code, const char *reason);
/* What all, or all of @owner (nullable), say from now on is thrown away; they are still sent what is due to them. */
void nb_socket_hub_deafen (NbSocketHub *self, const char *owner);
/* Closes all, or all of @owner (nullable), with @code. */
void nb_socket_hub_close (NbSocketHub *self, const char *owner, guint code, const char *reason);
/* Cuts what is left of them. */
void nb_socket_hub_abort (NbSocketHub *self);
/* The session has ended: its sockets are closed. */
void nb_socket_hub_end_session (NbSocketHub *self, gint64 session);
/* Returns: (transfer full) (element-type gint64): the sessions behind the sockets */
GArray *nb_socket_hub_list_sessions (NbSocketHub *self);
/* Sockets that are not gone. */
guint nb_socket_hub_get_size (NbSocketHub *self);

G_END_DECLS
