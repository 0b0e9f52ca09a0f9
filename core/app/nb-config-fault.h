/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One thing that is wrong in the configuration: where, what, why. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  char *origin; /* such as `/etc/neighborbid/neighborbid.conf:12`, `--set`, or an environment variable */
  char *section; /* may be empty */
  char *key; /* may be empty */
  char *message;
} NbConfigFault;

/* Returns: (transfer full) (element-type NbConfigFault): an empty list that owns its faults */
GPtrArray *nb_config_faults_new (void);
/* Adds one; @section and @key may be NULL. */
void nb_config_faults_add (GPtrArray *faults, const char *origin, const char *section, const char *key,
                           const char *format, ...) G_GNUC_PRINTF (5, 6);
/* Returns: (transfer full): a line such as `site.conf:3: [server] lisen: unknown key, did you mean 'listen'?` */
char *nb_config_fault_print (const NbConfigFault *fault);

G_END_DECLS
