/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Making settings from the raw text of a config section, and comparing two versions of them. */
#pragma once

#include <neighborbid/nb-settings.h>

G_BEGIN_DECLS

/* One fault of a section: the caller knows the file and line of @key and puts them in front of @sentence, which names
 * section and key, what was found and what was expected. */
typedef struct
{
  char *section;
  char *key;
  char *sentence;
} NbSettingFault;

/* @sentence: (transfer full) */
NbSettingFault *nb_setting_fault_new (const char *section, const char *key, char *sentence);
/* A GDestroyNotify. */
void nb_setting_fault_free (gpointer fault);

/* @section: how the section is called in a file, such as `auctions` or `plugin wallet`
 * @specs: (nullable): the declared keys; must live as long as the settings
 * @values: (nullable) (element-type utf8 utf8): key to text as written; what is not there takes its default
 * @faults: (element-type NbSettingFault): gets every fault found, not just the first
 *
 * Returns: (transfer full) (nullable): %NULL if and only if a fault was added */
NbSettings *nb_settings_new (const char *section, const NbSetting *specs, GHashTable *values, GPtrArray *faults);

/* Returns: (transfer none) (nullable): the declared keys */
const NbSetting *nb_settings_get_specs (NbSettings *self);
/* Returns: (transfer none): the value as it was written, or `***` for a secret that isn't empty */
const char *nb_settings_get_shown (NbSettings *self, const char *name);
/* Both must be of the same specs.
 * Returns: (transfer container) (element-type utf8): the keys whose values differ; with @restart_only those among them
 * that are taken only at the next start */
GPtrArray *nb_settings_list_changes (NbSettings *self, NbSettings *other, gboolean restart_only);

G_END_DECLS
