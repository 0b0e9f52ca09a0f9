/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The API's calls for watching an auction. */
#pragma once

#include "nb-notify.h"

G_BEGIN_DECLS

/* @parts: (transfer none): lives as long as the routes */
gboolean nb_watch_api_add_routes (NbNotify *parts, GError **error);

G_END_DECLS
