/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The open connections: counted by address, watched for their deadlines, ended together. */
#pragma once

#include "core/web/nb-peer.h"
#include "core/web/nb-server-listener.h"
#include "core/web/nb-server-proxies.h"

G_BEGIN_DECLS

typedef struct _NbPeers NbPeers;
/* What stands for an address in limits, with the number of what counts for it. */
typedef struct _NbPeerAddress NbPeerAddress;

typedef struct
{
  guint per_address; /* 0: no limit */
  guint max;
} NbPeerLimits;

/* @emptied: called whenever the last connection has gone */
NbPeers *nb_peers_new (SoupServer *soup, NbProxies *proxies, const NbDeadlines *deadlines, const NbPeerLimits *limits,
                       void (*emptied) (gpointer user_data), gpointer user_data);
void nb_peers_free (NbPeers *self);
void nb_peers_set_limits (NbPeers *self, const NbPeerLimits *limits);
/* Takes a fresh connection in, or turns it away when there are too many. libsoup gets it with its first whole head. */
void nb_peers_add (NbPeers *self, GSocket *socket, const char *address, gboolean is_internal);
/* Returns: (transfer none) (nullable): the connection that @message came by, NULL once it is gone.
 * @is_internal: (out) (optional) */
NbPeer *nb_peers_find (SoupServerMessage *message, gboolean *is_internal);
/* Connections that libsoup has. */
guint nb_peers_get_size (NbPeers *self);

/* A socket that libsoup is rid of goes on counting: for the limit of all, and for that of the client's @address unless
 * that is a proxy's. @is_too_many: (out): it is one more than its address may have.
 * Returns: (transfer full) (nullable): NULL for a proxy's */
NbPeerAddress *nb_peers_count_socket (NbPeers *self, const char *address, gboolean *is_too_many);
/* It has gone. @address: (transfer full) (nullable) */
void nb_peers_forget_socket (NbPeers *self, NbPeerAddress *address);
const char *nb_peer_address_get_key (NbPeerAddress *self);

/* Idle ones end now, the others after their answer; new ones are not kept alive. */
void nb_peers_drain (NbPeers *self);
void nb_peers_abort (NbPeers *self);
/* Closes those that libsoup doesn't have, at once. */
void nb_peers_close_waiting (NbPeers *self);

G_END_DECLS
