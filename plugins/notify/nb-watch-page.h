/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Watching on pages: the button of an auction, the list of what one watches. */
#pragma once

#include "nb-notify.h"

G_BEGIN_DECLS

/* @parts: (transfer none): lives as long as the routes */
gboolean nb_watch_page_add_routes (NbNotify *parts, GError **error);

G_END_DECLS
