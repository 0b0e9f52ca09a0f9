/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The reading half of a peer, as a pollable stream. */
#pragma once

#include "core/web/nb-peer.h"

G_BEGIN_DECLS

#define NB_TYPE_PEER_INPUT (nb_peer_input_get_type ())
G_DECLARE_FINAL_TYPE (NbPeerInput, nb_peer_input, NB, PEER_INPUT, GInputStream)

GInputStream *nb_peer_input_new (NbPeer *peer);
/* The connection is gone: from now on the stream is at its end. */
void nb_peer_input_detach (GInputStream *stream);

/* What the stream asks of its connection. */
gssize nb_peer_read (NbPeer *self, void *target, gsize size);
gboolean nb_peer_has_bytes (NbPeer *self);
GSource *nb_peer_create_wait (NbPeer *self);

G_END_DECLS
