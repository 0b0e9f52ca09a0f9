/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How a command gets the configuration and as much of the host as it needs. */
#pragma once

#include "core/app/nb-cli.h"
#include "core/app/nb-host.h"

G_BEGIN_DECLS

typedef enum
{
  NB_STAGE_LOOK, /* plugins are loaded and their sections checked; there is no store */
  NB_STAGE_SCHEMA, /* the same with a store that is not started */
  NB_STAGE_READ, /* everything runs on a database that is up to date already */
  NB_STAGE_WRITE /* everything runs; migrations were applied */
} NbStage;

/* Where the configuration comes from in this call. @fallbacks: (nullable): as in NbConfigSources */
NbConfigSources nb_invocation_get_sources (NbInvocation *self, const char *const *fallbacks);
/* Prints each fault on a line of its own. Returns: (nullable): NULL with the exit code set */
NbHostSettings *nb_invocation_load_settings (NbInvocation *self, const char *const *fallbacks);
/* Says what went wrong. Returns: (nullable): NULL with the exit code set */
NbHost *nb_invocation_open_host (NbInvocation *self, NbStage stage);
/* The steps of it, for a command that has settings and folders of its own. @settings: (transfer full) */
NbHost *nb_invocation_open_host_with (NbInvocation *self, NbHostSettings *settings, const char *const *plugin_dirs,
                                      NbStage stage);
/* Says what went wrong and sets the exit code that fits. */
void nb_invocation_fail (NbInvocation *self, const GError *error);
/* Prints @faults on standard error. */
void nb_print_faults (GPtrArray *faults);

G_END_DECLS
