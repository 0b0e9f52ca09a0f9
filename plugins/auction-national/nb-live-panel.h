/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The part of an auction's page that makes it a live room. */
#pragma once

#include <neighborbid/neighborbid.h>

G_BEGIN_DECLS

/* Shows the room at the top of the bid box of every auction that has one. @live outlives the plugin's start. */
gboolean nb_live_panel_register (NbContext *context, NbLive *live, GError **error);

G_END_DECLS
