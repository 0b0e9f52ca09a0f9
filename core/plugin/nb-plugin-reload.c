/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Takes over a new config while the host serves: all of it, or nothing. */
#include "core/plugin/nb-plugin-error.h"
#include "core/plugin/nb-plugin-host-private.h"
#include "core/plugin/nb-plugin-plan.h"

struct _NbPluginReload
{
  GTask *task;
  GPtrArray *order;   /* those that shall run */
  GPtrArray *leaving; /* those that run and shall not, the next to stop at the end */
  gboolean is_abandoned;
};

static void
reload_free (gpointer data)
{
  NbPluginReload *self = data;

  g_ptr_array_unref (self->order);
  g_ptr_array_unref (self->leaving);
  g_free (self);
}

void
nb_plugin_reload_abandon (NbPluginReload *self)
{
  self->is_abandoned = TRUE;
}

static void
tell_restart_keys (const NbPluginRecord *record)
{
  g_autoptr (GPtrArray) keys = nb_settings_list_changes (record->settings, record->next_settings, TRUE);

  for (guint i = 0; i < keys->len; i++)
    g_message ("[plugin %s] %s: the change is taken at the next start", record->id,
               (const char *)g_ptr_array_index (keys, i));
}

static gboolean
has_changes (const NbPluginRecord *record)
{
  g_autoptr (GPtrArray) keys = nb_settings_list_changes (record->settings, record->next_settings, FALSE);

  return keys->len > 0;
}

/* Gives running plugins changed settings, and makes the new ones ready to start. @touched gets those that agreed. */
static gboolean
offer_settings (NbPluginHost *self, GPtrArray *order, GPtrArray *touched, GError **error)
{
  for (guint i = 0; i < order->len; i++)
    {
      NbPluginRecord *record = g_ptr_array_index (order, i);
      gboolean is_running = record->now.state == NB_PLUGIN_RUNNING;
      if (is_running && !has_changes (record))
        continue;
      if (is_running)
        tell_restart_keys (record);
      if (is_running ? !nb_plugin_life_configure (record, error)
                     : !nb_plugin_life_prepare (record, &self->around, error))
        {
          g_prefix_error (error, "%s refuses its settings: ", record->id);
          return FALSE;
        }
      g_ptr_array_add (touched, record);
    }
  return TRUE;
}

static void
take_back (GPtrArray *touched)
{
  for (guint i = touched->len; i > 0; i--)
    {
      NbPluginRecord *record = g_ptr_array_index (touched, i - 1);
      if (record->now.state == NB_PLUGIN_RUNNING)
        nb_plugin_life_restore (record);
      else
        nb_plugin_life_discard (record);
    }
}

/* Everything that may say no, before anything that can't be taken back. */
static gboolean
agree (NbPluginHost *self, GPtrArray *order, GHashTable *sections, GPtrArray *faults, GError **error)
{
  g_autoptr (GPtrArray) touched = g_ptr_array_new ();
  guint before = faults->len;

  if (!nb_plugin_plan_check_required (self->records, TRUE, error))
    return FALSE;
  if (!nb_plugin_host_check_sections (self, order, sections, faults))
    {
      const NbSettingFault *first = g_ptr_array_index (faults, before);
      g_set_error_literal (error, NB_PLUGIN_ERROR, NB_PLUGIN_ERROR_SETTINGS, first->sentence);
      return FALSE;
    }
  if (offer_settings (self, order, touched, error))
    return TRUE;
  take_back (touched);
  return FALSE;
}

/* Those that run and shall not, in the order in which they started: the last one stops first. */
static GPtrArray *
list_leaving (NbPluginHost *self)
{
  GPtrArray *leaving = g_ptr_array_new ();

  for (guint i = 0; i < self->running->len; i++)
    {
      NbPluginRecord *record = g_ptr_array_index (self->running, i);
      if (record->next.state != NB_PLUGIN_LOADED)
        g_ptr_array_add (leaving, record);
    }
  return leaving;
}

static void
migrate_newcomers (NbPluginHost *self)
{
  for (guint i = 0; i < self->order->len; i++)
    {
      NbPluginRecord *record = g_ptr_array_index (self->order, i);
      g_autoptr (GError) error = NULL;
      if (record->now.state != NB_PLUGIN_LOADED || nb_plugin_life_migrate (record, &self->around, &error))
        continue;
      nb_plugin_life_discard (record);
      nb_plugin_record_set_state (record, NB_PLUGIN_FAILED, g_strdup (error->message), FALSE);
    }
}

static void
finish (NbPluginHost *self, NbPluginReload *reload)
{
  g_autoptr (GTask) task = reload->task;
  g_autoptr (GError) error = NULL;

  nb_plugin_host_adopt_plan (self, reload->order);
  self->reload = NULL;
  migrate_newcomers (self);
  nb_plugin_host_start_loaded (self);
  if (nb_plugin_plan_check_required (self->records, FALSE, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static void
give_up (NbPluginHost *self, NbPluginReload *reload)
{
  g_autoptr (GTask) task = reload->task;

  for (guint i = 0; i < reload->order->len; i++)
    {
      NbPluginRecord *record = g_ptr_array_index (reload->order, i);
      if (record->plugin != NULL && record->now.state != NB_PLUGIN_RUNNING)
        nb_plugin_life_discard (record);
    }
  self->reload = NULL;
  g_task_return_new_error (task, NB_PLUGIN_ERROR, NB_PLUGIN_ERROR_FAILED, "the host stopped during the reload");
}

static void stop_next (NbPluginHost *self, NbPluginReload *reload);

static void
on_quiet (gpointer done_data)
{
  NbPluginReload *reload = done_data;
  NbPluginHost *self = NB_PLUGIN_HOST (g_task_get_source_object (reload->task));

  if (!reload->is_abandoned)
    {
      NbPluginRecord *record = g_ptr_array_index (reload->leaving, reload->leaving->len - 1);
      g_ptr_array_set_size (reload->leaving, (int)reload->leaving->len - 1);
      nb_plugin_host_stop_one (self, record, NB_PLUGIN_LOADED);
    }
  stop_next (self, reload);
}

static void
stop_next (NbPluginHost *self, NbPluginReload *reload)
{
  if (reload->is_abandoned)
    give_up (self, reload);
  else if (reload->leaving->len == 0)
    finish (self, reload);
  else if (self->quiesce == NULL)
    on_quiet (reload);
  else
    {
      const NbPluginRecord *record = g_ptr_array_index (reload->leaving, reload->leaving->len - 1);
      self->quiesce (record->id, on_quiet, reload, self->quiesce_data);
    }
}

void
nb_plugin_host_reload_async (NbPluginHost *self, GHashTable *modes, GHashTable *sections, GPtrArray *faults,
                             GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);
  g_autoptr (GError) error = NULL;

  g_task_set_source_tag (task, nb_plugin_host_reload_async);
  if (self->reload != NULL)
    {
      g_task_return_new_error (task, NB_PLUGIN_ERROR, NB_PLUGIN_ERROR_BUSY, "a reload is running already");
      return;
    }
  g_autoptr (GPtrArray) order = nb_plugin_plan_make (self->records, modes);
  if (!agree (self, order, sections, faults, &error))
    {
      nb_plugin_host_forget_missing (self);
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  NbPluginReload *reload = g_new0 (NbPluginReload, 1);
  reload->order = g_steal_pointer (&order);
  reload->leaving = list_leaving (self);
  g_task_set_task_data (task, reload, reload_free);
  reload->task = g_steal_pointer (&task);
  self->reload = reload;
  stop_next (self, reload);
}

gboolean
nb_plugin_host_reload_finish (NbPluginHost *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}
