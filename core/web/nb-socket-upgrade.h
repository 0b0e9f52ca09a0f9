/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From an HTTP request at a route for sockets to a socket of the hub; and the hub's place in the server. */
#pragma once

#include "core/web/nb-request-state.h"
#include "core/web/nb-socket-hub.h"

G_BEGIN_DECLS

/* Whether the request, on a route for sockets, may become one: before anyone looks who it is. Else it was answered. */
gboolean nb_socket_upgrade_check (NbRequest *request);
/* Answers the handshake; what follows is the hub's. */
void nb_socket_upgrade (NbRequest *request);

/* The server's hub, made when it is first needed. Returns: (nullable): NULL when the system refuses one */
NbSocketHub *nb_server_get_hub (NbServer *self);
void nb_server_close_hub (NbServer *self);

G_END_DECLS
