/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Leads plugins from discovery to running. */
#include "core/plugin/nb-plugin-host-private.h"

#include "core/plugin/nb-plugin-discovery.h"
#include "core/plugin/nb-plugin-error.h"
#include "core/plugin/nb-plugin-plan.h"
#include "core/plugin/nb-wording.h"

#include <string.h>

#define SECTION_PREFIX "plugin "

G_DEFINE_FINAL_TYPE (NbPluginHost, nb_plugin_host, G_TYPE_OBJECT)

static void
nb_plugin_host_finalize (GObject *object)
{
  NbPluginHost *self = NB_PLUGIN_HOST (object);

  nb_plugin_host_stop (self);
  g_ptr_array_unref (self->running);
  g_ptr_array_unref (self->order);
  g_ptr_array_unref (self->records);
  g_clear_object (&self->around.store);
  g_clear_object (&self->around.registry);
  G_OBJECT_CLASS (nb_plugin_host_parent_class)->finalize (object);
}

static void
nb_plugin_host_class_init (NbPluginHostClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = nb_plugin_host_finalize;
}

static void
nb_plugin_host_init (NbPluginHost *self)
{
  self->records = g_ptr_array_new_with_free_func (nb_plugin_record_free);
  self->order = g_ptr_array_new ();
  self->running = g_ptr_array_new ();
}

NbPluginHost *
nb_plugin_host_new (NbRegistry *registry, NbStore *store)
{
  NbPluginHost *self = g_object_new (NB_TYPE_PLUGIN_HOST, NULL);

  self->around.registry = g_object_ref (registry);
  g_set_object (&self->around.store, store);
  return self;
}

gboolean
nb_plugin_host_add_folder (NbPluginHost *self, const char *folder, NbPluginMode unnamed, GError **error)
{
  return nb_plugin_discovery_scan (self->records, folder, unnamed, error);
}

GPtrArray *
nb_plugin_host_list_ids (NbPluginHost *self)
{
  GPtrArray *ids = g_ptr_array_new ();

  for (guint i = 0; i < self->records->len; i++)
    {
      NbPluginRecord *record = g_ptr_array_index (self->records, i);
      if (!record->is_double)
        g_ptr_array_add (ids, record->id);
    }
  return ids;
}

void
nb_plugin_host_forget_missing (NbPluginHost *self)
{
  for (guint i = self->records->len; i > 0; i--)
    {
      const NbPluginRecord *record = g_ptr_array_index (self->records, i - 1);
      if (record->is_missing && record->now.state != NB_PLUGIN_FAILED)
        g_ptr_array_remove_index (self->records, i - 1);
    }
}

void
nb_plugin_host_adopt_plan (NbPluginHost *self, GPtrArray *order)
{
  for (guint i = 0; i < self->records->len; i++)
    {
      NbPluginRecord *record = g_ptr_array_index (self->records, i);
      record->now.mode = record->next.mode;
      if (record->plugin == NULL || record->now.state != NB_PLUGIN_RUNNING)
        nb_plugin_record_set_state (record, record->next.state, g_strdup (record->next.reason),
                                    record->next.is_blocked);
    }
  g_ptr_array_unref (self->order);
  self->order = g_ptr_array_ref (order);
  nb_plugin_host_forget_missing (self);
}

gboolean
nb_plugin_host_load (NbPluginHost *self, GHashTable *modes, GError **error)
{
  g_autoptr (GPtrArray) order = nb_plugin_plan_make (self->records, modes);

  nb_plugin_host_adopt_plan (self, order);
  return nb_plugin_plan_check_required (self->records, FALSE, error);
}

static const NbSetting *
specs_of (const NbPluginRecord *record)
{
  g_autoptr (GTypeClass) klass = g_type_class_ref (record->type);

  return ((NbPluginClass *)klass)->settings;
}

const NbSetting *
nb_plugin_host_get_specs (NbPluginHost *self, const char *id)
{
  const NbPluginRecord *record = nb_plugin_records_find (self->records, id);

  return record != NULL && record->type != G_TYPE_INVALID ? specs_of (record) : NULL;
}

static int
compare_ids (gconstpointer a, gconstpointer b)
{
  return strcmp (a, b);
}

static void
find_unknown_sections (NbPluginHost *self, GHashTable *sections, GPtrArray *faults)
{
  g_autoptr (GList) ids = g_list_sort (g_hash_table_get_keys (sections), compare_ids);
  g_autoptr (GPtrArray) known = nb_plugin_host_list_ids (self);

  g_ptr_array_add (known, NULL);
  for (GList *l = ids; l != NULL; l = l->next)
    {
      if (nb_plugin_records_find (self->records, l->data) != NULL)
        continue;
      g_autofree char *section = g_strconcat (SECTION_PREFIX, l->data, NULL);
      g_autofree char *hint = nb_wording_did_you_mean (l->data, (const char *const *)known->pdata);
      g_ptr_array_add (
          faults,
          nb_setting_fault_new (section, NULL, g_strdup_printf ("[%s]: no such plugin is installed%s", section, hint)));
    }
}

gboolean
nb_plugin_host_check_sections (NbPluginHost *self, GPtrArray *order, GHashTable *sections, GPtrArray *faults)
{
  guint before = faults->len;

  for (guint i = 0; i < order->len; i++)
    {
      NbPluginRecord *record = g_ptr_array_index (order, i);
      g_autofree char *section = g_strconcat (SECTION_PREFIX, record->id, NULL);
      GHashTable *values = sections != NULL ? g_hash_table_lookup (sections, record->id) : NULL;
      g_clear_pointer (&record->next_settings, nb_settings_unref);
      record->next_settings = nb_settings_new (section, specs_of (record), values, faults);
    }
  if (sections != NULL)
    find_unknown_sections (self, sections, faults);
  return faults->len == before;
}

gboolean
nb_plugin_host_configure (NbPluginHost *self, GHashTable *sections, GPtrArray *faults)
{
  return nb_plugin_host_check_sections (self, self->order, sections, faults);
}

gboolean
nb_plugin_host_migrate (NbPluginHost *self, gboolean may_write, GError **error)
{
  self->around.may_migrate = may_write;
  for (guint i = 0; i < self->order->len; i++)
    {
      NbPluginRecord *record = g_ptr_array_index (self->order, i);
      g_autoptr (GError) inner = NULL;
      if (!nb_plugin_life_migrate (record, &self->around, &inner))
        nb_plugin_record_set_state (record, NB_PLUGIN_FAILED, g_strdup (inner->message), FALSE);
    }
  return nb_plugin_plan_check_required (self->records, FALSE, error);
}

static void
start_one (NbPluginHost *self, NbPluginRecord *record)
{
  g_autoptr (GError) error = NULL;
  char *blocker = nb_plugin_plan_find_blocker (self->records, record, FALSE);

  if (blocker != NULL)
    {
      if (record->plugin != NULL)
        nb_plugin_life_discard (record);
      nb_plugin_record_set_state (record, NB_PLUGIN_FAILED, blocker, TRUE);
    }
  else if ((record->plugin == NULL && !nb_plugin_life_prepare (record, &self->around, &error))
           || !nb_plugin_life_start (record, &self->around, &error))
    nb_plugin_record_set_state (record, NB_PLUGIN_FAILED, g_strdup (error->message), FALSE);
  else
    {
      nb_plugin_record_set_state (record, NB_PLUGIN_RUNNING, NULL, FALSE);
      g_ptr_array_add (self->running, record);
    }
}

void
nb_plugin_host_stop_one (NbPluginHost *self, NbPluginRecord *record, NbPluginState state)
{
  g_ptr_array_remove (self->running, record);
  nb_plugin_life_stop (record);
  nb_plugin_record_set_state (record, state, NULL, FALSE);
}

/* A plugin that fails after others built on it takes them along, the last one first. */
static void
fail_running (NbPluginHost *self, NbPluginRecord *record, const char *reason)
{
  g_autoptr (GPtrArray) failed = g_ptr_array_new ();

  nb_plugin_record_set_state (record, NB_PLUGIN_FAILED, g_strdup (reason), FALSE);
  g_ptr_array_add (failed, record);
  for (guint i = 0; i < self->running->len; i++)
    {
      NbPluginRecord *other = g_ptr_array_index (self->running, i);
      char *blocker = nb_plugin_plan_find_blocker (self->records, other, FALSE);
      if (blocker == NULL)
        continue;
      nb_plugin_record_set_state (other, NB_PLUGIN_FAILED, blocker, TRUE);
      g_ptr_array_add (failed, other);
    }
  for (guint i = failed->len; i > 0; i--)
    {
      NbPluginRecord *other = g_ptr_array_index (failed, i - 1);
      g_ptr_array_remove (self->running, other);
      nb_plugin_life_stop (other);
    }
}

static void
call_ready (NbPluginHost *self, GPtrArray *started)
{
  for (guint i = 0; i < started->len; i++)
    {
      NbPluginRecord *record = g_ptr_array_index (started, i);
      g_autoptr (GError) error = NULL;
      if (record->now.state == NB_PLUGIN_RUNNING && !nb_plugin_life_ready (record, &error))
        fail_running (self, record, error->message);
    }
}

void
nb_plugin_host_start_loaded (NbPluginHost *self)
{
  g_autoptr (GPtrArray) started = g_ptr_array_new ();

  nb_registry_freeze (self->around.registry);
  for (guint i = 0; i < self->order->len; i++)
    {
      NbPluginRecord *record = g_ptr_array_index (self->order, i);
      if (record->now.state != NB_PLUGIN_LOADED)
        continue;
      start_one (self, record);
      g_ptr_array_add (started, record);
    }
  call_ready (self, started);
  nb_registry_thaw (self->around.registry);
}

gboolean
nb_plugin_host_start (NbPluginHost *self, GError **error)
{
  nb_plugin_host_start_loaded (self);
  if (nb_plugin_plan_check_required (self->records, FALSE, error))
    return TRUE;
  nb_plugin_host_stop (self);
  return FALSE;
}

void
nb_plugin_host_stop (NbPluginHost *self)
{
  if (self->reload != NULL)
    nb_plugin_reload_abandon (self->reload);
  while (self->running->len > 0)
    nb_plugin_host_stop_one (self, g_ptr_array_index (self->running, self->running->len - 1), NB_PLUGIN_LOADED);
}

void
nb_plugin_host_set_quiesce (NbPluginHost *self, NbQuiesceFunc function, gpointer user_data)
{
  self->quiesce = function;
  self->quiesce_data = user_data;
}

GPtrArray *
nb_plugin_host_list (NbPluginHost *self)
{
  GPtrArray *list = g_ptr_array_new_with_free_func (nb_plugin_info_free);

  for (guint i = 0; i < self->records->len; i++)
    g_ptr_array_add (list, nb_plugin_record_to_info (g_ptr_array_index (self->records, i)));
  return list;
}

gboolean
nb_plugin_host_has_failed (NbPluginHost *self)
{
  for (guint i = 0; i < self->records->len; i++)
    if (((const NbPluginRecord *)g_ptr_array_index (self->records, i))->now.state == NB_PLUGIN_FAILED)
      return TRUE;
  return FALSE;
}

gboolean
nb_plugin_host_is_ready (NbPluginHost *self)
{
  for (guint i = 0; i < self->records->len; i++)
    {
      const NbPluginRecord *record = g_ptr_array_index (self->records, i);
      if (record->now.mode == NB_PLUGIN_REQUIRED && record->now.state != NB_PLUGIN_RUNNING)
        return FALSE;
    }
  return TRUE;
}
