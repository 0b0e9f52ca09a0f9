/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is in flight, and waiting for it to end. */
#pragma once

#include "core/web/nb-server-private.h"

G_BEGIN_DECLS

/* Ends a stop that waits for the last connection. */
void nb_server_check_stopped (NbServer *self);

G_END_DECLS
