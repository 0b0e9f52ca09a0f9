/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The host's own sections of the configuration, checked, and the modes of the plugins. */
#pragma once

#include <neighborbid/nb-settings.h>

#include "core/app/nb-config.h"
#include "core/app/nb-roles.h"

G_BEGIN_DECLS

#define NB_WORKERS_MAX 64

/* Immutable once made. */
typedef struct
{
  NbConfig *config;
  NbSettings *server;
  NbSettings *database;
  NbSettings *auctions;
  NbSettings *limits;
  NbRoles roles;
  char **plugin_dirs; /* beside the built-in one */
} NbHostSettings;

/* One section that the host declares itself. */
typedef struct
{
  const char *name;
  const NbSetting *keys;
} NbHostSection;

/* Ended by one without a name. */
extern const NbHostSection nb_host_sections[];

/* Returns: (transfer full) (nullable): %NULL if and only if a fault of the host's own sections was added */
NbHostSettings *nb_host_settings_new (NbConfig *config, GPtrArray *faults);
void nb_host_settings_free (NbHostSettings *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbHostSettings, nb_host_settings_free)

/* Returns: (transfer full) (nullable): the checked values of @section; faults get the place where the value was set */
NbSettings *nb_config_read_section (NbConfig *config, const char *section, const NbSetting *keys, GPtrArray *faults);
/* Returns: (transfer full) (element-type utf8 utf8): what was set in @section, key to text */
GHashTable *nb_config_get_section (NbConfig *config, const char *section);

/* Adds a fault for each address of [server] that can't be one. */
void nb_host_settings_check_addresses (NbHostSettings *self, GPtrArray *faults);

/* (transfer full): the internal address of worker @number, which counts from 1: the first has the one that is
 * configured, each further one the next port (0 stays 0) or `.NUMBER` behind the path of a Unix socket. May be empty.
 */
char *nb_host_settings_get_internal_listen (NbHostSettings *self, guint number);

/* (transfer full): the folder for data; it may not be there yet */
char *nb_host_settings_get_data_dir (NbHostSettings *self);
/* (transfer full): the database's url, with `sqlite:auto` resolved */
char *nb_host_settings_get_database_url (NbHostSettings *self);

G_END_DECLS
