/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the host's own files share: its fields, and the steps that start and reload have in common. */
#pragma once

#include "core/plugin/nb-plugin-life.h"
#include "core/plugin/nb-plugin-record.h"

G_BEGIN_DECLS

typedef struct _NbPluginReload NbPluginReload;

struct _NbPluginHost
{
  GObject parent_instance;

  NbPluginSurroundings around;
  GPtrArray *records; /* NbPluginRecord, by id; those that only the config names at the end */
  GPtrArray *order;   /* those that shall run, in order of their needs */
  GPtrArray *running; /* those that run, in the order in which they started */
  NbQuiesceFunc quiesce;
  gpointer quiesce_data;
  NbPluginReload *reload; /* (nullable): the one under way */
};

/* Checks the sections of those in @order and keeps them as `next_settings`. */
gboolean nb_plugin_host_check_sections (NbPluginHost *self, GPtrArray *order, GHashTable *sections, GPtrArray *faults);
/* Makes the plan what is: modes, states and reasons of all that doesn't run. */
void nb_plugin_host_adopt_plan (NbPluginHost *self, GPtrArray *order);
/* Forgets plugins that a config named and nobody found, where no config names them any more. */
void nb_plugin_host_forget_missing (NbPluginHost *self);
/* Starts those in the order that are loaded, then calls their `ready`. What fails is listed so, what requires it stops.
 */
void nb_plugin_host_start_loaded (NbPluginHost *self);
/* Stops @record, which runs; it is then in @state. */
void nb_plugin_host_stop_one (NbPluginHost *self, NbPluginRecord *record, NbPluginState state);
/* Makes a reload under way end with an error instead of going on. */
void nb_plugin_reload_abandon (NbPluginReload *self);

G_END_DECLS
