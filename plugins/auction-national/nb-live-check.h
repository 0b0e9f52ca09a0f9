/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A check of `neighborbid doctor`: Redis says nothing that the database doesn't know. */
#pragma once

#include <neighborbid/neighborbid.h>

G_BEGIN_DECLS

typedef struct _NbLiveCheck NbLiveCheck;

/* @url: of a Redis, which need not be there; @password: (nullable) */
NbLiveCheck *nb_live_check_new (const char *url, const char *password, const char *prefix);
void nb_live_check_free (NbLiveCheck *self);
/* @self outlives the plugin's start. */
gboolean nb_live_check_register (NbLiveCheck *self, NbContext *context, GError **error);

G_END_DECLS
