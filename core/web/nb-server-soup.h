/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where libsoup meets the rest of the server. */
#pragma once

#include "core/web/nb-server-private.h"

G_BEGIN_DECLS

/* Makes the SoupServer and the table of connections in front of it. */
void nb_server_open_soup (NbServer *self);
/* Cuts all connections. */
void nb_server_close_soup (NbServer *self);
void nb_server_close_listeners (NbServer *self);

G_END_DECLS
