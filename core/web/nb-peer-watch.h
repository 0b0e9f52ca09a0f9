/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Connections that are waited for, in one set of descriptors: as many as like to may be slow or idle, and nobody polls
 * them one by one. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _NbPeerWatch NbPeerWatch;

/* @readable: called with the data of a descriptor that can be read, again and again until it is removed or closed.
 * Returns: (nullable): NULL when the system refuses */
NbPeerWatch *nb_peer_watch_new (void (*readable) (gpointer data));
void nb_peer_watch_free (NbPeerWatch *self);
gboolean nb_peer_watch_add (NbPeerWatch *self, int fd, gpointer data);
void nb_peer_watch_remove (NbPeerWatch *self, int fd);

G_END_DECLS
