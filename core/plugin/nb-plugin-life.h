/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Starting and stopping one plugin, with everything undone that a failure left. */
#pragma once

#include "core/plugin/nb-plugin-record.h"

G_BEGIN_DECLS

/* What plugins run in. */
typedef struct
{
  NbRegistry *registry;
  NbStore *store;       /* (nullable) */
  gboolean may_migrate; /* apply migrations, or refuse a plugin that lacks some */
} NbPluginSurroundings;

/* Brings the database's schema of @record up to date, or looks whether it is. */
gboolean nb_plugin_life_migrate (NbPluginRecord *record, const NbPluginSurroundings *around, GError **error);
/* Makes the plugin's object and gives it `next_settings`. */
gboolean nb_plugin_life_prepare (NbPluginRecord *record, const NbPluginSurroundings *around, GError **error);
/* Calls `start` of a plugin that was prepared; on failure nothing of it is left. */
gboolean nb_plugin_life_start (NbPluginRecord *record, const NbPluginSurroundings *around, GError **error);
gboolean nb_plugin_life_ready (NbPluginRecord *record, GError **error);
/* Calls `stop` of a plugin that started, and undoes what it registered. */
void nb_plugin_life_stop (NbPluginRecord *record);
/* Drops a plugin that was only prepared. */
void nb_plugin_life_discard (NbPluginRecord *record);
/* Gives a running plugin its `next_settings`; when it refuses, the old ones stay in force. */
gboolean nb_plugin_life_configure (NbPluginRecord *record, GError **error);
/* Gives a plugin that took new settings the old ones, which are in `next_settings`, back. */
void nb_plugin_life_restore (NbPluginRecord *record);

G_END_DECLS
