/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Takes over a changed configuration while serving, whole or not at all. */
#include "core/app/nb-serve.h"

typedef struct
{
  NbServe *serve;
  NbHostSettings *settings; /* the new ones */
} Reload;

static void
reload_free (Reload *reload)
{
  g_clear_pointer (&reload->settings, nb_host_settings_free);
  g_free (reload);
}

static void
log_faults (GPtrArray *faults)
{
  for (guint i = 0; i < faults->len; i++)
    {
      g_autofree char *line = nb_config_fault_print (faults->pdata[i]);
      g_warning ("%s", line);
    }
  g_warning ("the configuration was not taken over; the one before stays");
}

/* Names the keys whose change waits for the next start. */
static void
tell_restart_keys (const char *section, NbSettings *before, NbSettings *after)
{
  g_autoptr (GPtrArray) keys = nb_settings_list_changes (before, after, TRUE);

  for (guint i = 0; i < keys->len; i++)
    g_message ("[%s] %s has changed; it is taken at the next start", section, (const char *)keys->pdata[i]);
}

static void
apply (NbServe *self, NbHostSettings *settings)
{
  NbHostSettings *before = self->host->settings;
  NbEngineOptions engine = nb_host_settings_get_engine_options (settings);
  NbCatalogueOptions catalogue = nb_host_settings_get_catalogue_options (settings);
  NbLimits limits = nb_serve_get_limits (settings);

  tell_restart_keys ("server", before->server, settings->server);
  tell_restart_keys ("database", before->database, settings->database);
  tell_restart_keys ("auctions", before->auctions, settings->auctions);
  nb_serve_apply_log (settings);
  nb_server_set_limits (self->server, &limits);
  nb_server_set_allowed_origins (self->server, nb_settings_get_text (settings->server, "allowed-origins"));
  nb_bid_engine_set_options (self->host->engine, &engine);
  nb_catalogue_set_options (self->host->catalogue, &catalogue);
}

static void
on_plugins_reloaded (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Reload *reload = user_data;
  NbServe *self = reload->serve;
  g_autoptr (GError) error = NULL;

  self->is_reloading = FALSE;
  if (nb_plugin_host_reload_finish (NB_PLUGIN_HOST (source), result, &error))
    {
      apply (self, reload->settings);
      nb_host_settings_free (self->host->settings);
      self->host->settings = g_steal_pointer (&reload->settings);
      g_message ("the configuration was taken over");
    }
  else
    g_warning ("the configuration was not taken over; the one before stays: %s", error->message);
  reload_free (reload);
}

/* Returns: (transfer full) (nullable): the new settings, when nothing in them is wrong */
static NbHostSettings *
read_settings (NbServe *self, GPtrArray *faults)
{
  g_autoptr (NbConfig) config = nb_config_new (&self->sources, faults);
  g_autoptr (NbHostSettings) settings = nb_host_settings_new (config, faults);

  return faults->len == 0 ? g_steal_pointer (&settings) : NULL;
}

void
nb_serve_reload (NbServe *self)
{
  g_autoptr (GPtrArray) faults = nb_config_faults_new ();
  g_autoptr (GPtrArray) section_faults = g_ptr_array_new_with_free_func (nb_setting_fault_free);
  g_autoptr (GPtrArray) ids = nb_plugin_host_list_ids (self->host->plugins);
  g_autoptr (NbHostSettings) settings = read_settings (self, faults);
  g_autoptr (GHashTable) modes = settings ? nb_host_settings_get_plugin_modes (settings, ids, faults) : NULL;
  g_autoptr (GHashTable) sections = settings ? nb_host_settings_get_plugin_sections (settings) : NULL;
  Reload *reload;

  if (self->is_reloading || self->n_stops > 0)
    {
      g_warning ("a reload or a stop is under way already; this one is ignored");
      return;
    }
  if (faults->len > 0)
    {
      log_faults (faults);
      return;
    }
  reload = g_new0 (Reload, 1);
  reload->serve = self;
  reload->settings = g_steal_pointer (&settings);
  self->is_reloading = TRUE;
  nb_plugin_host_reload_async (self->host->plugins, modes, sections, section_faults, on_plugins_reloaded, reload);
  /* on_plugins_reloaded() runs later, so that the settings are still here. */
  nb_host_settings_take_faults (reload->settings, section_faults, faults);
  if (faults->len > 0)
    log_faults (faults);
}
