/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The static files that the server has. */
#pragma once

#include "core/web/nb-server-private.h"

G_BEGIN_DECLS

/* Reads those of the host. */
gboolean nb_server_read_files (NbServer *self, GError **error);
/* Plugins came or went. */
void nb_server_forget_plugin_files (NbServer *self);

G_END_DECLS
