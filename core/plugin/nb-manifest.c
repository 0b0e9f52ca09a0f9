/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads manifests, with every fault that they have. */
#include "core/plugin/nb-manifest.h"

#include "core/plugin/nb-key-lines.h"
#include "core/plugin/nb-wording.h"

#include <string.h>

#define SECTION "Plugin"
#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define DIGITS "0123456789"
#define ID_MAX 64
#define NAME_MAX_BYTES 200
#define LIST_MAX 32

typedef struct
{
  NbManifest *manifest;
  const char *path;
  GPtrArray *faults;
  guint last_line;
} Reading;

typedef gboolean (*TakeFunc) (NbManifest *manifest, const char *value);

static gboolean
consists_of (const char *text, gsize max, const char *allowed)
{
  gsize length = strnlen (text, max + 1);

  return length > 0 && length <= max && strspn (text, allowed) == length;
}

gboolean
nb_plugin_id_is_valid (const char *id)
{
  return g_ascii_islower (id[0]) && consists_of (id, ID_MAX, LOWER DIGITS "-") && strcmp (id, "core") != 0
         && strcmp (id, "path") != 0;
}

static gboolean
take_id (NbManifest *manifest, const char *value)
{
  if (!nb_plugin_id_is_valid (value))
    return FALSE;
  manifest->id = g_strdup (value);
  return TRUE;
}

static gboolean
take_module (NbManifest *manifest, const char *value)
{
  if (!g_ascii_isalnum (value[0]) || g_str_has_suffix (value, ".so")
      || !consists_of (value, ID_MAX, LOWER "ABCDEFGHIJKLMNOPQRSTUVWXYZ" DIGITS "-_."))
    return FALSE;
  manifest->module = g_strdup (value);
  return TRUE;
}

static gboolean
take_name_in (NbManifest *manifest, const char *language, const char *value)
{
  if (value[0] == '\0' || strlen (value) > NAME_MAX_BYTES)
    return FALSE;
  g_hash_table_insert (manifest->names, g_strdup (language), g_strdup (value));
  return TRUE;
}

static gboolean
take_name (NbManifest *manifest, const char *value)
{
  return take_name_in (manifest, "en", value);
}

/* Numbers with points between them; @parts gets up to @max of them. */
static gboolean
parse_numbers (const char *text, guint min, guint max, guint *parts)
{
  g_auto (GStrv) split = g_strsplit (text, ".", (int)max + 1);
  guint n = g_strv_length (split);

  if (n < min || n > max)
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      guint64 number;
      if (!consists_of (split[i], 5, DIGITS)
          || !g_ascii_string_to_unsigned (split[i], 10, 0, G_MAXUINT16, &number, NULL))
        return FALSE;
      parts[i] = (guint)number;
    }
  return TRUE;
}

static gboolean
take_version (NbManifest *manifest, const char *value)
{
  guint parts[3];

  if (!parse_numbers (value, 2, 3, parts))
    return FALSE;
  manifest->version = g_strdup (value);
  return TRUE;
}

static gboolean
take_api (NbManifest *manifest, const char *value)
{
  guint parts[2];

  if (!parse_numbers (value, 2, 2, parts))
    return FALSE;
  manifest->api_major = parts[0];
  manifest->api_minor = parts[1];
  return TRUE;
}

/* A plugin's id, or what one provides: `wallet`, `auction-type:dutch`. */
static gboolean
offer_is_valid (const char *offer)
{
  const char *colon = strchr (offer, ':');
  g_autofree char *kind = colon != NULL ? g_strndup (offer, colon - offer) : g_strdup (offer);

  return g_ascii_islower (kind[0]) && consists_of (kind, ID_MAX, LOWER DIGITS "-")
         && (colon == NULL || consists_of (colon + 1, ID_MAX, LOWER DIGITS "-"));
}

static gboolean
take_list (const char *value, char ***list)
{
  g_auto (GStrv) offers = g_strsplit (value, ";", LIST_MAX + 2);
  guint n = g_strv_length (offers);

  /* One `;` after the last is how key files write lists. */
  if (n > 1 && offers[n - 1][0] == '\0')
    g_clear_pointer (&offers[--n], g_free);
  for (guint i = 0; i < n; i++)
    {
      g_strstrip (offers[i]);
      if (!offer_is_valid (offers[i]))
        return FALSE;
      for (guint j = 0; j < i; j++)
        if (strcmp (offers[i], offers[j]) == 0)
          return FALSE;
    }
  if (n == 0 || n > LIST_MAX)
    return FALSE;
  g_strfreev (*list);
  *list = g_steal_pointer (&offers);
  return TRUE;
}

static gboolean
take_provides (NbManifest *manifest, const char *value)
{
  return take_list (value, &manifest->provides);
}

static gboolean
take_requires (NbManifest *manifest, const char *value)
{
  return take_list (value, &manifest->requires);
}

static gboolean
take_wants (NbManifest *manifest, const char *value)
{
  return take_list (value, &manifest->wants);
}

static const struct
{
  const char *name;
  TakeFunc take;
  gboolean is_required;
  const char *expected;
} keys[] = {
  { "Id", take_id, TRUE, "1 to 64 of a-z, 0-9 and '-', a letter first, not 'core' or 'path'" },
  { "Module", take_module, TRUE, "a file name of 1 to 64 letters, digits, '-', '_' and '.', without '.so'" },
  { "Name", take_name, TRUE, "a name of 1 to 200 bytes" },
  { "Version", take_version, TRUE, "numbers such as 1.0.0" },
  { "Api", take_api, TRUE, "two numbers such as 1.0" },
  { "Provides", take_provides, FALSE, "1 to 32 different names such as live;auction-type:dutch" },
  { "Requires", take_requires, FALSE, "1 to 32 different plugin ids or things provided, such as wallet;live" },
  { "Wants", take_wants, FALSE, "1 to 32 different plugin ids or things provided, such as wallet;live" },
};

static void
add_fault (Reading *reading, guint line, const char *key, const char *sentence)
{
  g_ptr_array_add (reading->faults, g_strdup_printf ("%s:%u: %s: %s", reading->path, line, key, sentence));
}

/* The language of `Name[ko]`, or NULL. */
static char *
parse_language (const char *key)
{
  gsize length = strlen (key);

  if (!g_str_has_prefix (key, "Name[") || key[length - 1] != ']')
    return NULL;
  g_autofree char *language = g_strndup (key + 5, length - 6);
  gsize lower = strspn (language, LOWER);
  gboolean is_valid = (lower == 2 || lower == 3)
                      && (language[lower] == '\0'
                          || (language[lower] == '_' && g_ascii_isupper (language[lower + 1])
                              && g_ascii_isupper (language[lower + 2]) && language[lower + 3] == '\0'));
  return is_valid && strcmp (language, "en") != 0 ? g_steal_pointer (&language) : NULL;
}

static void
take_unknown (Reading *reading, const NbKeyLine *line)
{
  const char *names[G_N_ELEMENTS (keys) + 1] = { NULL };

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    names[i] = keys[i].name;
  g_autofree char *hint = nb_wording_did_you_mean (line->key, names);
  g_autofree char *sentence
      = g_strdup_printf ("unknown key, expected Id, Module, Name, Name[ko], Version, Api, Provides, "
                         "Requires or Wants%s",
                         hint);
  g_autofree char *shown = g_strndup (line->key, ID_MAX);
  add_fault (reading, line->line, shown, sentence);
}

static void
take_line (Reading *reading, const NbKeyLine *line)
{
  g_autofree char *language = parse_language (line->key);
  g_autofree char *quoted = nb_wording_quote (line->value);
  const char *expected = NULL;
  gboolean is_taken = FALSE;

  if (strcmp (line->section, SECTION) != 0)
    {
      g_autofree char *sentence
          = g_strdup_printf ("is in section [%.64s], expected all keys in [" SECTION "]", line->section);
      add_fault (reading, line->line, line->key, sentence);
      return;
    }
  if (language != NULL)
    {
      expected = "a name of 1 to 200 bytes";
      is_taken = take_name_in (reading->manifest, language, line->value);
    }
  for (guint i = 0; i < G_N_ELEMENTS (keys) && expected == NULL; i++)
    if (strcmp (keys[i].name, line->key) == 0)
      {
        expected = keys[i].expected;
        is_taken = keys[i].take (reading->manifest, line->value);
      }
  if (expected == NULL)
    take_unknown (reading, line);
  else if (!is_taken)
    {
      g_autofree char *sentence = g_strdup_printf ("found %s, expected %s", quoted, expected);
      add_fault (reading, line->line, line->key, sentence);
    }
}

static gboolean
has_key (GPtrArray *lines, const char *key)
{
  for (guint i = 0; i < lines->len; i++)
    if (strcmp (((NbKeyLine *)g_ptr_array_index (lines, i))->key, key) == 0)
      return TRUE;
  return FALSE;
}

static void
find_missing (Reading *reading, GPtrArray *lines)
{
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    if (keys[i].is_required && !has_key (lines, keys[i].name))
      {
        g_autofree char *sentence = g_strdup_printf ("is missing, expected %s", keys[i].expected);
        add_fault (reading, reading->last_line, keys[i].name, sentence);
      }
}

static NbManifest *
manifest_new (const char *path)
{
  NbManifest *self = g_new0 (NbManifest, 1);

  self->path = g_strdup (path);
  self->dir = g_path_get_dirname (path);
  self->names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->provides = g_new0 (char *, 1);
  self->requires = g_new0 (char *, 1);
  self->wants = g_new0 (char *, 1);
  return self;
}

/* @lines: (nullable) */
static NbManifest *
take_lines (const char *path, GPtrArray *lines, gboolean is_complete, guint faults_before, char **id, GPtrArray *faults)
{
  g_autoptr (NbManifest) manifest = manifest_new (path);
  Reading reading = { manifest, path, faults, 1 };

  for (guint i = 0; lines != NULL && i < lines->len; i++)
    {
      const NbKeyLine *line = g_ptr_array_index (lines, i);
      reading.last_line = line->line;
      take_line (&reading, line);
    }
  if (lines != NULL)
    find_missing (&reading, lines);
  if (lines != NULL && !is_complete)
    g_ptr_array_add (faults,
                     g_strdup_printf ("%s:%u: the last line has no end, expected a line feed; is the file torn?", path,
                                      reading.last_line));
  *id = g_strdup (manifest->id);
  return faults->len == faults_before ? g_steal_pointer (&manifest) : NULL;
}

NbManifest *
nb_manifest_parse (const char *path, const char *data, gsize length, char **id, GPtrArray *faults)
{
  guint before = faults->len;
  gboolean is_complete = FALSE;
  g_autoptr (GPtrArray) lines = nb_key_lines_parse (path, data, length, &is_complete, faults);

  return take_lines (path, lines, is_complete, before, id, faults);
}

NbManifest *
nb_manifest_load (const char *path, char **id, GPtrArray *faults)
{
  guint before = faults->len;
  gboolean is_complete = FALSE;
  g_autoptr (GPtrArray) lines = nb_key_lines_load (path, &is_complete, faults);

  return take_lines (path, lines, is_complete, before, id, faults);
}

void
nb_manifest_free (NbManifest *self)
{
  g_free (self->path);
  g_free (self->dir);
  g_free (self->id);
  g_free (self->module);
  g_hash_table_unref (self->names);
  g_free (self->version);
  g_strfreev (self->provides);
  g_strfreev (self->requires);
  g_strfreev (self->wants);
  g_free (self);
}

gboolean
nb_manifest_offers (const NbManifest *self, const char *name)
{
  return strcmp (self->id, name) == 0 || g_strv_contains ((const char *const *)self->provides, name);
}
