/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where the links in mails lead by which people stop mail, signed in or not. */
#pragma once

#include <neighborbid/neighborbid.h>

G_BEGIN_DECLS

/* @store: kept by the caller for as long as the routes are there */
gboolean nb_mail_page_add_routes (NbContext *context, NbStore *store, GError **error);

G_END_DECLS
