/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Puts the host together: store, plugins, regions, accounts, catalogue, engine. */
#include "core/app/nb-host.h"

#include <errno.h>
#include <glib/gstdio.h>

#include "core/app/nb-paths.h"

#define CORE "core"
#define SESSION_IDLE (G_GINT64_CONSTANT (14) * 24 * 60 * 60 * G_USEC_PER_SEC)
#define SESSION_ABSOLUTE (G_GINT64_CONSTANT (90) * 24 * 60 * 60 * G_USEC_PER_SEC)

G_DEFINE_QUARK (nb - host - error - quark, nb_host_error)

NbEngineOptions
nb_host_settings_get_engine_options (NbHostSettings *settings)
{
  return (NbEngineOptions){ .batch_max = 256,
                            .queue_max = 1024,
                            .fee_hundredths = (guint)nb_settings_get_int (settings->auctions, "fee-percent") };
}

NbCatalogueOptions
nb_host_settings_get_catalogue_options (NbHostSettings *settings)
{
  return (NbCatalogueOptions){
    .min_duration = nb_settings_get_int (settings->auctions, "min-duration") * G_USEC_PER_SEC,
    .max_duration = nb_settings_get_int (settings->auctions, "max-duration") * G_USEC_PER_SEC,
  };
}

NbAccountsOptions
nb_host_accounts_options (void)
{
  return (NbAccountsOptions){ .idle = SESSION_IDLE, .absolute = SESSION_ABSOLUTE };
}

static NbStore *
make_store (NbHostSettings *settings, GError **error)
{
  g_autofree char *url = nb_host_settings_get_database_url (settings);
  g_autofree char *dir = nb_host_settings_get_data_dir (settings);
  NbStoreOptions options = { 0 };

  if (g_mkdir_with_parents (dir, 0700) != 0)
    {
      g_set_error (error, NB_HOST_ERROR, NB_HOST_ERROR_DATABASE, "data folder %s: %s", dir, g_strerror (errno));
      return NULL;
    }
  return nb_store_new (url, &options, error);
}

NbHost *
nb_host_new (NbHostSettings *settings, gboolean with_store, GError **error)
{
  g_autoptr (NbHost) self = g_new0 (NbHost, 1);

  self->settings = settings;
  self->registry = nb_registry_new ();
  if (with_store && !(self->store = make_store (settings, error)))
    return NULL;
  if (with_store)
    {
      g_autofree char *dir = nb_host_settings_get_data_dir (settings);
      g_autofree char *root = g_build_filename (dir, "plugins", NULL);

      nb_registry_set_state_root (self->registry, root);
    }
  self->plugins = nb_plugin_host_new (self->registry, self->store);
  return g_steal_pointer (&self);
}

void
nb_host_free (NbHost *self)
{
  if (self->plugins_run)
    nb_plugin_host_stop (self->plugins);
  if (self->store_runs)
    nb_store_stop (self->store);
  g_clear_object (&self->engine);
  g_clear_object (&self->catalogue);
  g_clear_object (&self->accounts);
  g_clear_object (&self->regions);
  g_clear_object (&self->plugins);
  g_clear_object (&self->store);
  g_clear_object (&self->registry);
  g_clear_pointer (&self->settings, nb_host_settings_free);
  g_free (self);
}

static char *
core_migrations_dir (void)
{
  return g_build_filename (nb_paths_get_data_dir (), "sql", NULL);
}

GPtrArray *
nb_host_list_migrations (NbHost *self, GError **error)
{
  g_autofree char *core = core_migrations_dir ();
  g_autoptr (GPtrArray) plugins = nb_plugin_host_list (self->plugins);
  g_autoptr (GPtrArray) all = NULL;

  if (!nb_store_migrate (self->store, CORE, core, TRUE, &all, error))
    return NULL;
  for (guint i = 0; i < plugins->len; i++)
    {
      const NbPluginInfo *info = plugins->pdata[i];
      GPtrArray *report = NULL;

      /* Nobody applies those of a plugin that is switched off. */
      if (!info->migrations_dir || info->mode == NB_PLUGIN_DISABLED)
        continue;
      if (!nb_store_migrate (self->store, info->id, info->migrations_dir, TRUE, &report, error))
        return NULL;
      g_ptr_array_extend_and_steal (all, report);
    }
  return g_steal_pointer (&all);
}

gboolean
nb_host_migrate (NbHost *self, gboolean may_write, GError **error)
{
  g_autofree char *core = core_migrations_dir ();
  g_autoptr (GPtrArray) report = NULL;

  if (!nb_store_migrate (self->store, CORE, core, !may_write, &report, error))
    return FALSE;
  for (guint i = 0; !may_write && i < report->len; i++)
    if (((const NbMigration *)report->pdata[i])->state == NB_MIGRATION_PENDING)
      {
        g_set_error (error, NB_HOST_ERROR, NB_HOST_ERROR_DATABASE,
                     "the database lacks migrations; 'neighborbid db migrate' applies them");
        return FALSE;
      }
  return nb_plugin_host_migrate (self->plugins, may_write, error);
}

/* An empty table gets the regions that ship with the host. */
static gboolean
read_regions (NbTransaction *transaction, gpointer user_data, GError **error)
{
  return nb_regions_load (user_data, transaction, error);
}

static gboolean
import_regions (NbTransaction *transaction, gpointer user_data, GError **error)
{
  g_autofree char *path = g_build_filename (nb_paths_get_data_dir (), "regions", "kr.tsv", NULL);

  return nb_regions_import (transaction, path, error) >= 0 && nb_regions_load (user_data, transaction, error);
}

static gboolean
start_regions (NbHost *self, gboolean may_write, GError **error)
{
  g_autoptr (GPtrArray) tops = NULL;

  self->regions = nb_regions_new ();
  if (!nb_store_read (self->store, read_regions, self->regions, error))
    return FALSE;
  tops = nb_regions_list (self->regions, NULL);
  return tops->len > 0 || !may_write || nb_store_transact (self->store, import_regions, self->regions, error);
}

static void
on_committed (NbStore *store, GPtrArray *events, NbRegistry *registry)
{
  nb_registry_dispatch_events (registry, events);
}

gboolean
nb_host_start_core (NbHost *self, gboolean may_write, GError **error)
{
  NbEngineOptions engine = nb_host_settings_get_engine_options (self->settings);
  NbCatalogueOptions catalogue = nb_host_settings_get_catalogue_options (self->settings);
  NbAccountsOptions accounts = nb_host_accounts_options ();

  if (!nb_store_start (self->store, error))
    return FALSE;
  self->store_runs = TRUE;
  g_signal_connect_object (self->store, "committed", G_CALLBACK (on_committed), self->registry, 0);
  if (!start_regions (self, may_write, error))
    return FALSE;
  self->accounts = nb_accounts_new (self->store, &accounts);
  self->catalogue = nb_catalogue_new (self->store, self->registry, &catalogue);
  self->engine = nb_bid_engine_new (self->store, self->registry, &engine);
  return TRUE;
}

gboolean
nb_host_start_plugins (NbHost *self, GError **error)
{
  self->plugins_run = nb_plugin_host_start (self->plugins, error);
  return self->plugins_run;
}
