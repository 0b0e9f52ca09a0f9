/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Listening sockets: bound from an address or given, accepted from without ever going deaf. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _NbListener NbListener;

/* @socket: a fresh peer, non-blocking. @address: the peer's address as text; `unix` for a Unix socket */
typedef void (*NbAcceptFunc) (NbListener *listener, GSocket *socket, const char *address, gpointer user_data);

/* Binds @text: `host:port`, `[v6]:port` or `unix:/path`. Host is an address or `localhost`; port 0: the system chooses.
 * A socket file that nobody listens on any more is replaced. */
GSocket *nb_listener_bind (const char *text, GError **error);
/* Checks @text without binding it. */
gboolean nb_listener_check (const char *text, GError **error);

/* Accepts on @socket, which listens, from now on. */
NbListener *nb_listener_new (GSocket *socket, NbAcceptFunc accepted, gpointer user_data);
/* Stops accepting and closes the socket; a socket file is removed when @remove_file. */
void nb_listener_free (NbListener *self, gboolean remove_file);
/* Returns: (transfer full): the address as it is: `127.0.0.1:43211` or `unix:/path` */
char *nb_listener_get_address (NbListener *self);
/* The same of a socket that is bound. */
char *nb_listener_describe (GSocket *socket);

G_END_DECLS
