/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads one configuration file, line by line and strictly. */
#pragma once

#include "core/app/nb-config-fault.h"

G_BEGIN_DECLS

/* One value that somebody set, and where. With an empty key it is the section line itself. */
typedef struct
{
  char *section;
  char *key;
  char *value;
  char *origin;
} NbConfigEntry;

NbConfigEntry *nb_config_entry_new (const char *section, const char *key, const char *value, const char *origin);
void nb_config_entry_free (NbConfigEntry *entry);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbConfigEntry, nb_config_entry_free)

/* Whether @name may name a key: lower-case letters, digits and dashes; a section may hold spaces between words as well. */
gboolean nb_config_is_key (const char *name);
gboolean nb_config_is_section (const char *name);
/* Returns: (transfer none) (nullable): why @value can't stand in a configuration, whatever its key */
const char *nb_config_value_fault (const char *value);

/* Adds what @text says to @entries (element-type NbConfigEntry) and what is wrong with it to @faults. */
void nb_config_file_parse (const char *name, const char *text, gsize length, GPtrArray *entries, GPtrArray *faults);
/* As nb_config_file_parse() for the file at @path; one that can't be read is a fault. */
void nb_config_file_read (const char *path, GPtrArray *entries, GPtrArray *faults);

G_END_DECLS
