/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Opens the host for a command, and turns what fails into words and exit codes. */
#include "core/app/nb-cli-host.h"

#include "core/app/nb-paths.h"
#include "core/plugin/nb-plugin-error.h"

extern char **environ;

void
nb_invocation_fail (NbInvocation *self, const GError *error)
{
  self->exit = nb_print_error (error);
  if (error->domain == NB_PLUGIN_ERROR || g_error_matches (error, NB_HOST_ERROR, NB_HOST_ERROR_CONFIG))
    self->exit = NB_EXIT_CONFIG;
}

void
nb_print_faults (GPtrArray *faults)
{
  for (guint i = 0; i < faults->len; i++)
    {
      g_autofree char *line = nb_config_fault_print (faults->pdata[i]);
      g_printerr ("%s\n", line);
    }
}

NbConfigSources
nb_invocation_get_sources (NbInvocation *self, const char *const *fallbacks)
{
  return (NbConfigSources){
    .fallbacks = fallbacks,
    .file = self->config_file ? self->config_file : nb_paths_get_config_file (),
    .file_may_be_missing = self->config_file == NULL,
    .environment = (const char *const *)environ,
    .sets = (const char *const *)self->sets,
    .flags = self->flags,
  };
}

NbHostSettings *
nb_invocation_load_settings (NbInvocation *self, const char *const *fallbacks)
{
  NbConfigSources sources = nb_invocation_get_sources (self, fallbacks);
  g_autoptr (GPtrArray) faults = nb_config_faults_new ();
  g_autoptr (NbConfig) config = nb_config_new (&sources, faults);
  g_autoptr (NbHostSettings) settings = nb_host_settings_new (config, faults);

  if (faults->len == 0)
    return g_steal_pointer (&settings);
  nb_print_faults (faults);
  self->exit = NB_EXIT_CONFIG;
  return NULL;
}

/* Takes the host as far as @stage. */
static gboolean
bring_up (NbHost *host, NbStage stage, GError **error)
{
  if (stage < NB_STAGE_READ)
    return TRUE;
  return nb_host_migrate (host, stage == NB_STAGE_WRITE, error)
         && nb_host_start_core (host, stage == NB_STAGE_WRITE, error) && nb_host_start_plugins (host, error);
}

NbHost *
nb_invocation_open_host_with (NbInvocation *self, NbHostSettings *settings, const char *const *plugin_dirs,
                              NbStage stage)
{
  g_autoptr (GPtrArray) faults = nb_config_faults_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (NbHost) host = nb_host_new (settings, stage > NB_STAGE_LOOK, &error);

  if (host && nb_host_load_plugins (host, plugin_dirs, faults, &error) && bring_up (host, stage, &error))
    return g_steal_pointer (&host);
  nb_print_faults (faults);
  self->exit = NB_EXIT_CONFIG;
  if (error)
    nb_invocation_fail (self, error);
  return NULL;
}

NbHost *
nb_invocation_open_host (NbInvocation *self, NbStage stage)
{
  NbHostSettings *settings = nb_invocation_load_settings (self, NULL);

  return settings ? nb_invocation_open_host_with (self, settings, NULL, stage) : NULL;
}
