/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The checked values of one section. */
#include "core/plugin/nb-settings-private.h"

#include "core/plugin/nb-setting-value.h"
#include "core/plugin/nb-wording.h"

#include <string.h>

typedef struct
{
  char *text;
  gint64 number;
} Value;

struct _NbSettings
{
  gatomicrefcount ref_count;
  const NbSetting *specs;
  Value *values; /* one for each of the specs */
  guint n_values;
};

G_DEFINE_BOXED_TYPE (NbSettings, nb_settings, nb_settings_ref, nb_settings_unref)

NbSettingFault *
nb_setting_fault_new (const char *section, const char *key, char *sentence)
{
  NbSettingFault *fault = g_new0 (NbSettingFault, 1);

  fault->section = g_strdup (section);
  fault->key = g_strdup (key);
  fault->sentence = sentence;
  return fault;
}

void
nb_setting_fault_free (gpointer fault)
{
  NbSettingFault *self = fault;

  g_free (self->section);
  g_free (self->key);
  g_free (self->sentence);
  g_free (self);
}

static guint
count_specs (const NbSetting *specs)
{
  guint n = 0;

  while (specs != NULL && specs[n].name != NULL)
    n++;
  return n;
}

static NbSettings *
settings_new_empty (const NbSetting *specs)
{
  NbSettings *self = g_new0 (NbSettings, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->specs = specs;
  self->n_values = count_specs (specs);
  self->values = g_new0 (Value, self->n_values);
  return self;
}

NbSettings *
nb_settings_ref (NbSettings *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
nb_settings_unref (NbSettings *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  for (guint i = 0; i < self->n_values; i++)
    g_free (self->values[i].text);
  g_free (self->values);
  g_free (self);
}

static char *
find_own_fault (const char *section, const NbSetting *spec, const char *text)
{
  g_autoptr (GError) error = NULL;

  if (spec->check == NULL || spec->check (text, &error))
    return NULL;
  return g_strdup_printf ("[%s] %s: %s", section, spec->name, error->message);
}

/* What is wrong with @text, or %NULL. The text of a secret is not repeated. */
static char *
find_fault (const char *section, const NbSetting *spec, const char *text, gint64 *number)
{
  g_autofree char *expected = nb_setting_value_expected (spec);
  g_autofree char *quoted = nb_wording_quote (text != NULL ? text : "");
  g_auto (GStrv) choices = spec->kind == NB_SETTING_CHOICE ? g_strsplit (spec->choices, "|", -1) : g_new0 (char *, 1);
  g_autofree char *hint = nb_wording_did_you_mean (text != NULL ? text : "", (const char *const *)choices);

  if (text == NULL)
    return g_strdup_printf ("[%s] %s: isn't set, expected %s", section, spec->name, expected);
  if (nb_setting_value_parse (spec, text, number))
    return find_own_fault (section, spec, text);
  return g_strdup_printf ("[%s] %s: found %s, expected %s%s", section, spec->name,
                          spec->kind == NB_SETTING_SECRET ? "a secret that isn't shown" : quoted, expected, hint);
}

static gboolean
is_declared (const NbSetting *specs, const char *name)
{
  for (; specs != NULL && specs->name != NULL; specs++)
    if (strcmp (specs->name, name) == 0)
      return TRUE;
  return FALSE;
}

static int
compare_keys (gconstpointer a, gconstpointer b)
{
  return strcmp (a, b);
}

static void
find_unknown_keys (const char *section, const NbSetting *specs, GHashTable *values, GPtrArray *faults)
{
  g_autoptr (GList) keys = g_list_sort (g_hash_table_get_keys (values), compare_keys);
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  for (const NbSetting *spec = specs; spec != NULL && spec->name != NULL; spec++)
    g_ptr_array_add (names, (gpointer)spec->name);
  g_ptr_array_add (names, NULL);
  for (GList *l = keys; l != NULL; l = l->next)
    {
      g_autofree char *quoted = nb_wording_quote (l->data);
      g_autofree char *hint = nb_wording_did_you_mean (l->data, (const char *const *)names->pdata);
      if (!is_declared (specs, l->data))
        g_ptr_array_add (
            faults,
            nb_setting_fault_new (section, l->data, g_strdup_printf ("[%s] %s: unknown key%s", section, quoted, hint)));
    }
}

NbSettings *
nb_settings_new (const char *section, const NbSetting *specs, GHashTable *values, GPtrArray *faults)
{
  g_autoptr (NbSettings) self = settings_new_empty (specs);
  guint before = faults->len;

  for (guint i = 0; i < self->n_values; i++)
    {
      const NbSetting *spec = &specs[i];
      const char *written = values != NULL ? g_hash_table_lookup (values, spec->name) : NULL;
      const char *text = written != NULL ? written : spec->fallback;
      char *sentence = find_fault (section, spec, text, &self->values[i].number);
      if (sentence != NULL)
        g_ptr_array_add (faults, nb_setting_fault_new (section, spec->name, sentence));
      self->values[i].text = g_strdup (text);
    }
  if (values != NULL)
    find_unknown_keys (section, specs, values, faults);
  return faults->len == before ? g_steal_pointer (&self) : NULL;
}

const NbSetting *
nb_settings_get_specs (NbSettings *self)
{
  return self->specs;
}

/* Where @name is, or -1. */
static int
find_index (NbSettings *self, const char *name)
{
  for (guint i = 0; i < self->n_values; i++)
    if (strcmp (self->specs[i].name, name) == 0)
      return (int)i;
  return -1;
}

const char *
nb_settings_get_text (NbSettings *self, const char *name)
{
  int i = find_index (self, name);

  g_return_val_if_fail (i >= 0, "");
  g_return_val_if_fail (self->specs[i].kind == NB_SETTING_TEXT || self->specs[i].kind == NB_SETTING_CHOICE
                            || self->specs[i].kind == NB_SETTING_SECRET,
                        "");
  return self->values[i].text;
}

gint64
nb_settings_get_int (NbSettings *self, const char *name)
{
  int i = find_index (self, name);

  g_return_val_if_fail (i >= 0, 0);
  g_return_val_if_fail (self->specs[i].kind == NB_SETTING_INT || self->specs[i].kind == NB_SETTING_DURATION
                            || self->specs[i].kind == NB_SETTING_PERCENT
                            || self->specs[i].kind == NB_SETTING_MILLISECONDS,
                        0);
  return self->values[i].number;
}

gboolean
nb_settings_get_bool (NbSettings *self, const char *name)
{
  int i = find_index (self, name);

  g_return_val_if_fail (i >= 0, FALSE);
  g_return_val_if_fail (self->specs[i].kind == NB_SETTING_BOOL, FALSE);
  return self->values[i].number != 0;
}

const char *
nb_settings_get_shown (NbSettings *self, const char *name)
{
  int i = find_index (self, name);

  g_return_val_if_fail (i >= 0, "");
  if (self->specs[i].kind == NB_SETTING_SECRET && self->values[i].text[0] != '\0')
    return "***";
  return self->values[i].text;
}

GPtrArray *
nb_settings_list_changes (NbSettings *self, NbSettings *other, gboolean restart_only)
{
  GPtrArray *names = g_ptr_array_new ();

  g_return_val_if_fail (self->specs == other->specs, names);
  for (guint i = 0; i < self->n_values; i++)
    {
      const NbSetting *spec = &self->specs[i];
      if (strcmp (self->values[i].text, other->values[i].text) != 0 && (spec->needs_restart || !restart_only))
        g_ptr_array_add (names, (gpointer)spec->name);
    }
  return names;
}
