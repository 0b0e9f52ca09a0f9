/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Listening sockets that this process was started with: from the service manager, or a worker's from its supervisor. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The name of the internal one; all others are where people come in. */
#define NB_INTERNAL_SOCKET_NAME "internal"
/* Where they begin, by the protocol of LISTEN_FDS. */
#define NB_GIVEN_SOCKETS_FIRST 3

typedef struct
{
  GPtrArray *sockets; /* (nullable) (element-type GSocket) */
  GSocket *internal;  /* (nullable) */
} NbGivenSockets;

/* Takes what LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES name, and takes these out of the environment. What is meant for
 * another process is left alone. */
gboolean nb_given_sockets_take (NbGivenSockets *self, GError **error);
void nb_given_sockets_clear (NbGivenSockets *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NbGivenSockets, nb_given_sockets_clear)

G_END_DECLS
