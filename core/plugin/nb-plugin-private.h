/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calling a plugin's hooks so that a hook that fails without a word is named. */
#pragma once

#include <neighborbid/nb-plugin.h>

G_BEGIN_DECLS

/* A hook that isn't set succeeds. @id names the plugin in the error of a hook that answered FALSE without one. */
gboolean nb_plugin_configure (NbPlugin *self, const char *id, NbSettings *settings, GError **error);
gboolean nb_plugin_start (NbPlugin *self, const char *id, NbContext *context, GError **error);
gboolean nb_plugin_ready (NbPlugin *self, const char *id, NbContext *context, GError **error);
void nb_plugin_stop (NbPlugin *self);

G_END_DECLS
