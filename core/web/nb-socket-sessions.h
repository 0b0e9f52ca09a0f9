/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Looks every two seconds whether the sessions behind the sockets still live, wherever they were ended. */
#pragma once

#include "core/account/nb-accounts.h"
#include "core/web/nb-socket-hub.h"

G_BEGIN_DECLS

typedef struct _NbSocketSessions NbSocketSessions;

NbSocketSessions *nb_socket_sessions_new (NbSocketHub *hub, NbAccounts *accounts);
void nb_socket_sessions_free (NbSocketSessions *self);

G_END_DECLS
