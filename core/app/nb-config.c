/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Merges what files, the environment and flags say into one configuration. */
#include "core/app/nb-config.h"

#include <gio/gio.h>
#include <string.h>

#define ENVIRONMENT_PREFIX "NEIGHBORBID__"
#define MAX_SECRET_FILE_BYTES 65536

struct _NbConfig
{
  gatomicrefcount ref_count;
  GHashTable *entries; /* "section\nkey" to NbConfigEntry */
};

static void
entry_free (gpointer data)
{
  nb_config_entry_free (data);
}

/* Takes @entry over anything weaker that was there. */
static void
put (NbConfig *self, NbConfigEntry *entry)
{
  g_hash_table_replace (self->entries, g_strdup_printf ("%s\n%s", entry->section, entry->key), entry);
}

static void
take_file (NbConfig *self, const char *path, GPtrArray *faults)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new ();

  nb_config_file_read (path, entries, faults);
  for (guint i = 0; i < entries->len; i++)
    put (self, entries->pdata[i]);
}

static int
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

static void
take_folder (NbConfig *self, const char *folder, GPtrArray *faults)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  while (dir && (name = g_dir_read_name (dir)))
    if (g_str_has_suffix (name, ".conf"))
      g_ptr_array_add (names, g_build_filename (folder, name, NULL));
  g_ptr_array_sort (names, compare_texts);
  for (guint i = 0; i < names->len; i++)
    take_file (self, names->pdata[i], faults);
}

static void
take_files (NbConfig *self, const NbConfigSources *sources, GPtrArray *faults)
{
  g_autofree char *folder = NULL;
  g_autofree char *more = NULL;

  if (!sources->file)
    return;
  folder = g_path_get_dirname (sources->file);
  more = g_build_filename (folder, "conf.d", NULL);
  if (!sources->file_may_be_missing || g_file_test (sources->file, G_FILE_TEST_EXISTS))
    take_file (self, sources->file, faults);
  take_folder (self, more, faults);
}

/* Takes one value that came without a file, after the checks that a file's lines get as well. */
static void
take_value (NbConfig *self, const char *section, const char *key, const char *value, const char *origin,
            GPtrArray *faults)
{
  const char *fault = nb_config_value_fault (value);

  if (fault)
    nb_config_faults_add (faults, origin, section, key, "%s", fault);
  else if (!nb_config_is_section (section) || !nb_config_is_key (key))
    nb_config_faults_add (faults, origin, NULL, NULL,
                          "names no section and key in lower-case letters, digits and dashes");
  else
    put (self, nb_config_entry_new (section, key, value, origin));
}

static void
take_assignment (NbConfig *self, const char *text, const char *origin, GPtrArray *faults)
{
  const char *equals = strchr (text, '=');
  g_autofree char *name = g_strndup (text, equals ? (gsize)(equals - text) : 0);
  char *dot = strrchr (name, '.');

  if (!dot)
    {
      nb_config_faults_add (faults, origin, NULL, NULL, "'%.80s' is not section.key=value", text);
      return;
    }
  *dot = '\0';
  take_value (self, name, dot + 1, equals + 1, origin, faults);
}

/* `PLUGIN_ACME_ONE` means the section "plugin acme-one", `INTERNAL_LISTEN` the key "internal-listen". */
static char *
name_from_environment (const char *name, gboolean is_section)
{
  char *result = g_strdelimit (g_ascii_strdown (name, -1), "_", '-');

  if (is_section && g_str_has_prefix (result, "plugin-"))
    result[strlen ("plugin")] = ' ';
  return result;
}

/* Returns: (transfer full) (nullable): what the file at @path holds, without the newline at its end */
static char *
read_secret (const char *path, const char *origin, GPtrArray *faults)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  gsize length = 0;

  if (!g_file_get_contents (path, &text, &length, &error))
    {
      nb_config_faults_add (faults, origin, NULL, NULL, "%s", error->message);
      return NULL;
    }
  if (length > MAX_SECRET_FILE_BYTES || memchr (text, '\0', length))
    {
      nb_config_faults_add (faults, origin, NULL, NULL, "%s holds no single value", path);
      return NULL;
    }
  return g_strdup (g_strchomp (text));
}

static void
take_variable (NbConfig *self, const char *name, const char *value, GPtrArray *faults)
{
  g_auto (GStrv) parts = g_strsplit (name, "__", 0);
  guint n_parts = g_strv_length (parts);
  gboolean is_file = n_parts == 4 && g_str_equal (parts[3], "FILE");
  g_autofree char *section = NULL;
  g_autofree char *key = NULL;
  g_autofree char *secret = NULL;

  if (n_parts != 3 && !is_file)
    {
      nb_config_faults_add (faults, name, NULL, NULL, "is not " ENVIRONMENT_PREFIX "SECTION__KEY or …__FILE");
      return;
    }
  section = name_from_environment (parts[1], TRUE);
  key = name_from_environment (parts[2], FALSE);
  if (is_file && !(secret = read_secret (value, name, faults)))
    return;
  take_value (self, section, key, is_file ? secret : value, name, faults);
}

static void
take_environment (NbConfig *self, const char *const *environment, GPtrArray *faults)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; environment && environment[i]; i++)
    {
      const char *equals = strchr (environment[i], '=');
      g_autofree char *name = equals ? g_strndup (environment[i], equals - environment[i]) : NULL;
      g_autofree char *plain = NULL;

      if (!name || !g_str_has_prefix (name, ENVIRONMENT_PREFIX))
        continue;
      plain = g_strdup (name);
      if (g_str_has_suffix (plain, "__FILE"))
        plain[strlen (plain) - strlen ("__FILE")] = '\0';
      if (!g_hash_table_add (seen, g_strdup (plain)))
        nb_config_faults_add (faults, name, NULL, NULL, "set twice: directly and as __FILE");
      else
        take_variable (self, name, equals + 1, faults);
    }
}

NbConfig *
nb_config_new (const NbConfigSources *sources, GPtrArray *faults)
{
  NbConfig *self = g_new0 (NbConfig, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->entries = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, entry_free);
  for (guint i = 0; sources->fallbacks && sources->fallbacks[i]; i++)
    take_assignment (self, sources->fallbacks[i], "--dev", faults);
  take_files (self, sources, faults);
  take_environment (self, sources->environment, faults);
  for (guint i = 0; sources->sets && sources->sets[i]; i++)
    take_assignment (self, sources->sets[i], "--set", faults);
  for (const NbConfigFlag *flag = sources->flags; flag && flag->option; flag++)
    take_value (self, flag->section, flag->key, flag->value, flag->option, faults);
  return self;
}

NbConfig *
nb_config_ref (NbConfig *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
nb_config_unref (NbConfig *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_hash_table_unref (self->entries);
  g_free (self);
}

const NbConfigEntry *
nb_config_find (NbConfig *self, const char *section, const char *key)
{
  g_autofree char *name = g_strdup_printf ("%s\n%s", section, key);

  return g_hash_table_lookup (self->entries, name);
}

static int
compare_keys (gconstpointer a, gconstpointer b)
{
  const NbConfigEntry *const *left = a;
  const NbConfigEntry *const *right = b;

  return strcmp ((*left)->key, (*right)->key);
}

GPtrArray *
nb_config_list_entries (NbConfig *self, const char *section)
{
  GPtrArray *list = g_ptr_array_new ();
  GHashTableIter iterator;
  gpointer value;

  g_hash_table_iter_init (&iterator, self->entries);
  while (g_hash_table_iter_next (&iterator, NULL, &value))
    if (g_str_equal (((NbConfigEntry *)value)->section, section) && *((NbConfigEntry *)value)->key)
      g_ptr_array_add (list, value);
  g_ptr_array_sort (list, compare_keys);
  return list;
}

GPtrArray *
nb_config_list_sections (NbConfig *self)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  GPtrArray *list = g_ptr_array_new ();
  GHashTableIter iterator;
  gpointer value;

  g_hash_table_iter_init (&iterator, self->entries);
  while (g_hash_table_iter_next (&iterator, NULL, &value))
    if (g_hash_table_add (seen, ((NbConfigEntry *)value)->section))
      g_ptr_array_add (list, ((NbConfigEntry *)value)->section);
  g_ptr_array_sort (list, compare_texts);
  return list;
}

char *
nb_config_mask_addresses (const char *value)
{
  g_autoptr (GRegex) user = g_regex_new ("(://[^:/?#@]*):.*@", 0, 0, NULL);
  g_autoptr (GRegex) query = g_regex_new ("([?&](?:password|sslpassword|passfile)=)[^&]*", G_REGEX_CASELESS, 0, NULL);
  g_autofree char *half = g_regex_replace (user, value, -1, 0, "\\1:***@", 0, NULL);

  return g_regex_replace (query, half, -1, 0, "\\1***", 0, NULL);
}
