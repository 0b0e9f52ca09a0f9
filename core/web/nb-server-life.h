/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is in flight, and waiting for it to end. */
#pragma once

#include "core/web/nb-server-private.h"

G_BEGIN_DECLS

/* A socket needs the code of @owner from now on, no longer: then what waits for its requests to end waits for it too.
 */
void nb_server_hold (NbServer *self, const char *owner);
void nb_server_release (NbServer *self, const char *owner);
/* Ends a stop that waits for the last connection. */
void nb_server_check_stopped (NbServer *self);

G_END_DECLS
