/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Keeps and prints what is known of a plugin. */
#include "core/plugin/nb-plugin-record.h"

#include "core/plugin/nb-plugin-errors.h"
#include <neighborbid/nb-metrics.h>

#include <string.h>

static const char *const mode_names[] = { "optional", "required", "disabled" };
static const char *const state_names[] = { "discovered", "resolved", "loaded", "running", "failed", "disabled" };

gboolean
nb_plugin_mode_from_name (const char *name, NbPluginMode *mode)
{
  for (guint i = 0; i < G_N_ELEMENTS (mode_names); i++)
    if (strcmp (mode_names[i], name) == 0)
      {
        *mode = (NbPluginMode)i;
        return TRUE;
      }
  return FALSE;
}

const char *
nb_plugin_mode_name (NbPluginMode mode)
{
  return mode_names[mode];
}

const char *
nb_plugin_state_name (NbPluginState state)
{
  return state_names[state];
}

NbPluginRecord *
nb_plugin_record_new (const char *id, NbManifest *manifest, NbPluginMode unnamed)
{
  NbPluginRecord *self = g_new0 (NbPluginRecord, 1);

  self->id = g_strdup (id);
  self->manifest = manifest;
  self->unnamed = unnamed;
  self->now.mode = unnamed;
  return self;
}

void
nb_plugin_record_free (gpointer record)
{
  NbPluginRecord *self = record;

  g_clear_object (&self->plugin);
  g_clear_pointer (&self->settings, nb_settings_unref);
  g_clear_pointer (&self->next_settings, nb_settings_unref);
  g_clear_pointer (&self->manifest, nb_manifest_free);
  g_free (self->now.reason);
  g_free (self->next.reason);
  g_free (self->fault);
  g_free (self->id);
  g_free (self);
}

void
nb_plugin_verdict_set (NbPluginVerdict *self, NbPluginState state, char *reason, gboolean is_blocked)
{
  self->state = state;
  self->is_blocked = is_blocked;
  g_free (self->reason);
  self->reason = reason;
}

void
nb_plugin_verdict_copy (NbPluginVerdict *self, const NbPluginVerdict *other)
{
  self->mode = other->mode;
  nb_plugin_verdict_set (self, other->state, g_strdup (other->reason), other->is_blocked);
}

/* Of the samples of one plugin, the one of its state is 1. */
static void
measure_state (const NbPluginRecord *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (state_names); i++)
    {
      g_autofree char *labels = g_strdup_printf ("id=\"%s\",version=\"%s\",state=\"%s\"", self->id,
                                                 self->manifest->version, state_names[i]);
      nb_metric_set (nb_metrics_gauge ("plugin_info", "Plugins by id, version and state", labels),
                     self->now.state == i);
    }
  nb_plugin_errors_show (self->id);
}

void
nb_plugin_record_set_state (NbPluginRecord *self, NbPluginState state, char *reason, gboolean is_blocked)
{
  gboolean has_stopped = self->now.state == NB_PLUGIN_RUNNING && state == NB_PLUGIN_LOADED;

  nb_plugin_verdict_set (&self->now, state, reason, is_blocked);
  if (self->manifest != NULL && !self->is_double)
    measure_state (self);
  if (state != NB_PLUGIN_FAILED)
    {
      g_info ("plugin %s %s %s", self->id, has_stopped ? "has" : "is", has_stopped ? "stopped" : state_names[state]);
      return;
    }
  g_autofree char *failure = nb_plugin_record_print_failure (self, &self->now);
  if (self->manifest != NULL)
    nb_plugin_errors_count (self->id);
  g_warning ("plugin %s", failure);
}

char *
nb_plugin_record_print_failure (const NbPluginRecord *self, const NbPluginVerdict *verdict)
{
  if (verdict->is_blocked)
    return g_strdup_printf ("%s %s", self->id, verdict->reason);
  if (verdict->state == NB_PLUGIN_FAILED)
    return g_strdup_printf ("%s failed: %s", self->id, verdict->reason);
  return g_strdup_printf ("%s is %s", self->id, state_names[verdict->state]);
}

NbPluginRecord *
nb_plugin_records_find (GPtrArray *records, const char *id)
{
  for (guint i = 0; i < records->len; i++)
    {
      NbPluginRecord *record = g_ptr_array_index (records, i);
      if (strcmp (record->id, id) == 0)
        return record;
    }
  return NULL;
}

static void
tell_manifest (const NbManifest *manifest, NbPluginInfo *info)
{
  GHashTableIter iter;
  gpointer language, name;

  g_hash_table_iter_init (&iter, manifest->names);
  while (g_hash_table_iter_next (&iter, &language, &name))
    g_hash_table_insert (info->names, g_strdup (language), g_strdup (name));
  info->version = g_strdup (manifest->version);
  info->provides = g_strdupv (manifest->provides);
  info->requires = g_strdupv (manifest->requires);
  info->wants = g_strdupv (manifest->wants);
  info->dir = g_strdup (manifest->dir);
  info->migrations_dir = g_build_filename (manifest->dir, "migrations", NULL);
  if (!g_file_test (info->migrations_dir, G_FILE_TEST_IS_DIR))
    g_clear_pointer (&info->migrations_dir, g_free);
}

NbPluginInfo *
nb_plugin_record_to_info (const NbPluginRecord *self)
{
  NbPluginInfo *info = g_new0 (NbPluginInfo, 1);

  info->id = g_strdup (self->id);
  info->names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  info->mode = self->now.mode;
  info->state = self->now.state;
  info->reason = g_strdup (self->now.reason);
  if (self->manifest != NULL)
    tell_manifest (self->manifest, info);
  else
    {
      info->provides = g_new0 (char *, 1);
      info->requires = g_new0 (char *, 1);
      info->wants = g_new0 (char *, 1);
    }
  return info;
}

const char *
nb_plugin_info_get_name (const NbPluginInfo *info, const char *language)
{
  const char *name = g_hash_table_lookup (info->names, language);

  if (name == NULL)
    name = g_hash_table_lookup (info->names, "en");
  return name != NULL ? name : info->id;
}

void
nb_plugin_info_free (gpointer info)
{
  NbPluginInfo *self = info;

  g_hash_table_unref (self->names);
  g_strfreev (self->provides);
  g_strfreev (self->requires);
  g_strfreev (self->wants);
  g_free (self->id);
  g_free (self->version);
  g_free (self->reason);
  g_free (self->dir);
  g_free (self->migrations_dir);
  g_free (self);
}
