/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The parts of the host, made and taken down in the right order; what each command needs of them. */
#pragma once

#include "core/account/nb-accounts.h"
#include "core/account/nb-regions.h"
#include "core/app/nb-host-settings.h"
#include "core/engine/nb-bid-engine.h"
#include "core/engine/nb-catalogue.h"
#include "core/plugin/nb-plugin-host.h"
#include "core/store/nb-store-private.h"

G_BEGIN_DECLS

#define NB_HOST_ERROR (nb_host_error_quark ())

typedef enum
{
  NB_HOST_ERROR_CONFIG, /* the configuration, or a plugin that it requires */
  NB_HOST_ERROR_DATABASE /* not reachable, or not of this version */
} NbHostErrorCode;

GQuark nb_host_error_quark (void);

typedef struct
{
  NbHostSettings *settings;
  NbRegistry *registry;
  NbPluginHost *plugins;
  NbStore *store; /* NULL while only plugins are looked over; so are all below */
  NbRegions *regions;
  NbAccounts *accounts;
  NbCatalogue *catalogue;
  NbBidEngine *engine;
  gboolean store_runs;
  gboolean plugins_run;
} NbHost;

/* @settings: (transfer full). @with_store: whether a store is made (but neither migrated nor started) */
NbHost *nb_host_new (NbHostSettings *settings, gboolean with_store, GError **error);
/* Stops and frees what there is, in reverse order. */
void nb_host_free (NbHost *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbHost, nb_host_free)

/* Finds, orders and opens the plugins and checks their sections. @more_dirs: (nullable): searched as well.
 * Returns: FALSE with @error or @faults, or both */
gboolean nb_host_load_plugins (NbHost *self, const char *const *more_dirs, GPtrArray *faults, GError **error);
/* Brings core's and the plugins' tables up to this version; with @may_write FALSE it is an error when they are not. */
gboolean nb_host_migrate (NbHost *self, gboolean may_write, GError **error);
/* Starts the store, reads regions (after importing the shipped ones into an empty table, where @may_write), and makes
 * accounts, catalogue and engine. */
gboolean nb_host_start_core (NbHost *self, gboolean may_write, GError **error);
/* Starts the plugins; what core registers itself must be there by now. */
gboolean nb_host_start_plugins (NbHost *self, GError **error);

/* (transfer full) (element-type NbMigration): core's and every found plugin's migrations; nothing is changed */
GPtrArray *nb_host_list_migrations (NbHost *self, GError **error);

/* What @settings say, in the words of the layers. */
NbEngineOptions nb_host_settings_get_engine_options (NbHostSettings *settings);
NbCatalogueOptions nb_host_settings_get_catalogue_options (NbHostSettings *settings);
NbAccountsOptions nb_host_accounts_options (void);
/* (transfer full) (element-type utf8 guint): what [plugins] says of @ids; what it says of others goes into @faults */
GHashTable *nb_host_settings_get_plugin_modes (NbHostSettings *settings, GPtrArray *ids, GPtrArray *faults);
/* (transfer full): id to the values of its section `plugin ID` */
GHashTable *nb_host_settings_get_plugin_sections (NbHostSettings *settings);
/* Adds the faults that the plugin host found, each with the place where its value was set. */
void nb_host_settings_take_faults (NbHostSettings *settings, GPtrArray *setting_faults, GPtrArray *faults);

G_END_DECLS
