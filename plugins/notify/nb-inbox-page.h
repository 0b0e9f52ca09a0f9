/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The inbox as a page. */
#pragma once

#include "nb-notify.h"

G_BEGIN_DECLS

/* The page, the marks of what was read, the link in the navigation with its number, and its script. */
gboolean nb_inbox_page_add_routes (NbNotify *parts, GError **error);

G_END_DECLS
