/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One plugin's way from its class to running, and back. */
#include "core/plugin/nb-plugin-life.h"

#include "core/plugin/nb-context-private.h"
#include "core/plugin/nb-plugin-error.h"
#include "core/plugin/nb-plugin-private.h"
#include "core/store/nb-store-private.h"

#include <string.h>

#define TYPE_PREFIX "auction-type:"

/* What was changed or comes from a newer version is refused by the store itself. */
static gboolean
check_migrations (NbPluginRecord *record, NbStore *store, const char *dir, GError **error)
{
  g_autoptr (GPtrArray) report = NULL;

  if (!nb_store_migrate (store, record->id, dir, TRUE, &report, error))
    return FALSE;
  for (guint i = 0; i < report->len; i++)
    {
      const NbMigration *migration = g_ptr_array_index (report, i);
      if (migration->state == NB_MIGRATION_APPLIED)
        continue;
      g_set_error (error, NB_PLUGIN_ERROR, NB_PLUGIN_ERROR_FAILED,
                   "its database migration %s is pending; 'neighborbid db migrate' applies what is pending",
                   migration->name);
      return FALSE;
    }
  return TRUE;
}

gboolean
nb_plugin_life_migrate (NbPluginRecord *record, const NbPluginSurroundings *around, GError **error)
{
  g_autofree char *dir = g_build_filename (record->manifest->dir, "migrations", NULL);

  if (around->store == NULL || !g_file_test (dir, G_FILE_TEST_IS_DIR))
    return TRUE;
  if (around->may_migrate)
    return nb_store_migrate (around->store, record->id, dir, FALSE, NULL, error);
  return check_migrations (record, around->store, dir, error);
}

gboolean
nb_plugin_life_prepare (NbPluginRecord *record, const NbPluginSurroundings *around, GError **error)
{
  record->plugin = g_object_new (record->type, NULL);
  record->context = nb_context_new (record->id, around->registry, around->store);
  /* What a plugin still has under way when it stops holds the plugin, and may ask the context, which then refuses. */
  g_object_set_data_full (G_OBJECT (record->plugin), "nb-context", record->context, nb_context_free);
  if (nb_plugin_configure (record->plugin, record->id, record->next_settings, error))
    {
      g_clear_pointer (&record->settings, nb_settings_unref);
      record->settings = g_steal_pointer (&record->next_settings);
      return TRUE;
    }
  nb_plugin_life_discard (record);
  return FALSE;
}

void
nb_plugin_life_discard (NbPluginRecord *record)
{
  nb_context_close (record->context);
  record->context = NULL;
  g_clear_object (&record->plugin);
}

/* A manifest that promises a type which `start` didn't bring would leave others waiting for it. */
static gboolean
check_provided_types (NbPluginRecord *record, NbRegistry *registry, GError **error)
{
  for (guint i = 0; record->manifest->provides[i] != NULL; i++)
    {
      const char *offer = record->manifest->provides[i];
      const char *name = g_str_has_prefix (offer, TYPE_PREFIX) ? offer + strlen (TYPE_PREFIX) : NULL;
      g_autofree char *owner = name != NULL ? nb_registry_dup_auction_type_owner (registry, name) : NULL;
      if (name == NULL || g_strcmp0 (owner, record->id) == 0)
        continue;
      g_set_error (error, NB_PLUGIN_ERROR, NB_PLUGIN_ERROR_FAILED,
                   "its manifest provides '%s', but 'start' added no auction type '%s', a bug of %s", offer, name,
                   record->id);
      return FALSE;
    }
  return TRUE;
}

gboolean
nb_plugin_life_start (NbPluginRecord *record, const NbPluginSurroundings *around, GError **error)
{
  nb_registry_set_data_dir (around->registry, record->id, record->manifest->dir);
  if (!nb_plugin_start (record->plugin, record->id, record->context, error))
    {
      nb_plugin_life_discard (record);
      return FALSE;
    }
  if (check_provided_types (record, around->registry, error))
    return TRUE;
  nb_plugin_life_stop (record);
  return FALSE;
}

gboolean
nb_plugin_life_ready (NbPluginRecord *record, GError **error)
{
  return nb_plugin_ready (record->plugin, record->id, record->context, error);
}

void
nb_plugin_life_stop (NbPluginRecord *record)
{
  /* It takes events and counts on store threads, which must not meet what `stop` leaves behind. */
  nb_context_end_calls (record->context);
  nb_plugin_stop (record->plugin);
  nb_plugin_life_discard (record);
}

static void
swap_settings (NbPluginRecord *record)
{
  NbSettings *settings = record->settings;

  record->settings = record->next_settings;
  record->next_settings = settings;
}

gboolean
nb_plugin_life_configure (NbPluginRecord *record, GError **error)
{
  if (!nb_plugin_configure (record->plugin, record->id, record->next_settings, error))
    return FALSE;
  swap_settings (record);
  return TRUE;
}

void
nb_plugin_life_restore (NbPluginRecord *record)
{
  g_autoptr (GError) error = NULL;

  if (!nb_plugin_configure (record->plugin, record->id, record->next_settings, &error))
    g_warning ("plugin %s refuses the settings that it had before: %s", record->id, error->message);
  swap_settings (record);
}
