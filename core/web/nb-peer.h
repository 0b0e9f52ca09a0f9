/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One accepted connection as libsoup sees it: a stream that gives on only whole, checked requests, each within its
 * deadline and length, and that ends without libsoup's help when the peer goes or misbehaves. */
#pragma once

#include "core/web/nb-peer-watch.h"
#include "core/web/nb-request-head.h"
#include <libsoup/soup.h>

G_BEGIN_DECLS

#define NB_TYPE_PEER (nb_peer_get_type ())
G_DECLARE_FINAL_TYPE (NbPeer, nb_peer, NB, PEER, GIOStream)

typedef enum
{
  NB_PHASE_IDLE, /* between two requests */
  NB_PHASE_HEAD,
  NB_PHASE_BODY,
  NB_PHASE_ANSWER, /* a handler has it, or the answer is being written */
  NB_PHASE_LINGER, /* refused: what still comes is thrown away, so that the peer can read the refusal */
  NB_PHASE_CLOSED
} NbPhase;

/* Microseconds that a connection may stay in a phase; 0: for ever. */
typedef struct
{
  gint64 head;
  gint64 body;
  gint64 idle;
  gint64 answer; /* from when the answer was handed over until the peer has read it */
} NbDeadlines;

/* What the owner of connections is told. */
typedef struct
{
  /* The head was refused: returns (transfer full) the whole answer as bytes for the wire. */
  GBytes *(*refuse_head) (NbPeer *self, NbHeadState state, const char *why, gpointer user_data);
  /* The first head is whole, so that libsoup can have the connection. Not before nb_peer_begin(). */
  void (*asked) (NbPeer *self, gpointer user_data);
  /* The connection is gone; its last reference may be dropped now. */
  void (*closed) (NbPeer *self, gpointer user_data);
} NbPeerEvents;

/* @watch: (nullable): where it is waited for; else libsoup polls it. All stay valid for as long as the connection
 * lives. */
NbPeer *nb_peer_new (GSocket *socket, const char *address, const NbDeadlines *deadlines, NbPeerWatch *watch,
                     const NbPeerEvents *events, gpointer user_data);
/* The peer's address as text; `unix` for a Unix socket. */
const char *nb_peer_get_address (NbPeer *self);

/* Begins to wait for the first head; `asked` tells when it is whole, maybe at once. */
void nb_peer_begin (NbPeer *self);
/* For the watch: something has come. @peer: an NbPeer */
void nb_peer_on_readable (gpointer peer);
/* libsoup began to read @message from it. */
void nb_peer_set_message (NbPeer *self, SoupServerMessage *message);
/* The answer to the request was handed to libsoup: from now on the peer must read it within the deadline. */
void nb_peer_answer_given (NbPeer *self);
/* libsoup has written the whole answer: the next request may come. */
void nb_peer_request_finished (NbPeer *self);
/* Writes @answer as it is, reads no more of the request, and closes. Not from inside a handler of a whole request. */
void nb_peer_refuse (NbPeer *self, GBytes *answer);
/* Takes the connection from libsoup, which has just written an answer after which it is no HTTP any more, and ends
 * this.
 * @bytes: (out) (transfer full): what came behind the request. Returns: a descriptor of the connection, or -1 */
int nb_peer_detach (NbPeer *self, GBytes **bytes);
/* Closes an idle connection at once, another one after its answer. */
void nb_peer_drain (NbPeer *self);
/* Closes it whatever it does. */
void nb_peer_abort (NbPeer *self);
/* Ends it when @now (monotonic) is past the deadline of its phase. */
void nb_peer_check_deadline (NbPeer *self, gint64 now);

G_END_DECLS
