/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A strict reader of the key file format: GKeyFile lets duplicates and trailing comments pass, so each line is checked
 * here. */
#include "core/app/nb-config-file.h"

#include <gio/gio.h>
#include <string.h>

#include "core/plugin/nb-wording.h"

#define MAX_FILE_BYTES (1024 * 1024)
#define MAX_LINE_BYTES 4096
#define MAX_NAME_BYTES 80

/* Where the reader is in a file. */
typedef struct
{
  const char *name;
  guint line;
  char *section;        /* NULL before the first */
  gboolean is_skipping; /* below a section line that was wrong */
  GHashTable *seen;     /* "section" or "section\nkey" to the line it stood on */
  GPtrArray *entries;
  GPtrArray *faults;
} Reader;

NbConfigEntry *
nb_config_entry_new (const char *section, const char *key, const char *value, const char *origin)
{
  NbConfigEntry *entry = g_new0 (NbConfigEntry, 1);

  entry->section = g_strdup (section);
  entry->key = g_strdup (key);
  entry->value = g_strdup (value);
  entry->origin = g_strdup (origin);
  return entry;
}

void
nb_config_entry_free (NbConfigEntry *entry)
{
  g_free (entry->section);
  g_free (entry->key);
  g_free (entry->value);
  g_free (entry->origin);
  g_free (entry);
}

gboolean
nb_config_is_key (const char *name)
{
  gsize length = strlen (name);

  return length > 0 && length <= MAX_NAME_BYTES && strspn (name, "abcdefghijklmnopqrstuvwxyz0123456789-") == length;
}

gboolean
nb_config_is_section (const char *name)
{
  gsize length = strlen (name);

  return length > 0 && length <= MAX_NAME_BYTES && name[0] != ' ' && name[length - 1] != ' '
         && strspn (name, "abcdefghijklmnopqrstuvwxyz0123456789- ") == length;
}

const char *
nb_config_value_fault (const char *value)
{
  if (!g_utf8_validate (value, -1, NULL))
    return "the value is not valid UTF-8";
  for (const char *c = value; *c; c++)
    if (g_ascii_iscntrl (*c))
      return "the value holds a control character";
  return NULL;
}

G_GNUC_PRINTF (3, 4)
static void
add_fault (Reader *reader, const char *key, const char *format, ...)
{
  g_autofree char *origin = g_strdup_printf ("%s:%u", reader->name, reader->line);
  g_autofree char *message = NULL;
  va_list arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  nb_config_faults_add (reader->faults, origin, reader->section, key, "%s", message);
}

/* Remembers @name; adds a fault and returns FALSE when it stood in this file before. */
static gboolean
is_first (Reader *reader, const char *name, const char *key)
{
  guint before = GPOINTER_TO_UINT (g_hash_table_lookup (reader->seen, name));

  if (before == 0)
    {
      g_hash_table_insert (reader->seen, g_strdup (name), GUINT_TO_POINTER (reader->line));
      return TRUE;
    }
  add_fault (reader, key, key ? "set twice: line %u sets it already" : "opened twice: line %u opens it already",
             before);
  return FALSE;
}

static void
read_section (Reader *reader, char *line)
{
  g_autofree char *origin = g_strdup_printf ("%s:%u", reader->name, reader->line);
  char *end = strchr (line, ']');

  g_clear_pointer (&reader->section, g_free);
  reader->is_skipping = TRUE;
  if (!end)
    {
      add_fault (reader, NULL, "a section line must end with ']'");
      return;
    }
  if (end[1] != '\0')
    {
      add_fault (reader, NULL, "nothing may follow ']'; a comment must have a line of its own");
      return;
    }
  *end = '\0';
  if (!nb_config_is_section (line + 1))
    {
      g_autofree char *quoted = nb_wording_quote (line + 1);
      add_fault (reader, NULL, "%s can't name a section: lower-case letters, digits, dashes and spaces can", quoted);
      return;
    }
  reader->section = g_strdup (line + 1);
  reader->is_skipping = FALSE;
  if (is_first (reader, reader->section, NULL))
    g_ptr_array_add (reader->entries, nb_config_entry_new (reader->section, "", "", origin));
}

/* A comment after a value would become a part of it. */
static gboolean
has_trailing_comment (const char *value)
{
  for (const char *c = value; (c = strchr (c, '#')); c++)
    if (c > value && g_ascii_isspace (c[-1]))
      return TRUE;
  return FALSE;
}

static void
read_pair (Reader *reader, char *line)
{
  char *equals = strchr (line, '=');
  g_autofree char *key = g_strndup (line, equals - line);
  g_autofree char *value = g_strdup (equals + 1);
  g_autofree char *full_name = NULL;
  g_autofree char *origin = g_strdup_printf ("%s:%u", reader->name, reader->line);
  const char *fault;

  g_strstrip (key);
  g_strstrip (value);
  if (!nb_config_is_key (key))
    {
      g_autofree char *quoted = nb_wording_quote (key);
      add_fault (reader, NULL, "%s can't name a key: lower-case letters, digits and dashes can", quoted);
      return;
    }
  if (!reader->section)
    {
      add_fault (reader, key, "stands before the first [section]");
      return;
    }
  fault = has_trailing_comment (value) ? "a comment must have a line of its own" : nb_config_value_fault (value);
  if (fault)
    {
      add_fault (reader, key, "%s", fault);
      return;
    }
  full_name = g_strdup_printf ("%s\n%s", reader->section, key);
  if (is_first (reader, full_name, key))
    g_ptr_array_add (reader->entries, nb_config_entry_new (reader->section, key, value, origin));
}

static void
read_line (Reader *reader, const char *start, gsize length)
{
  g_autofree char *line = NULL;

  if (length > MAX_LINE_BYTES)
    {
      add_fault (reader, NULL, "the line is longer than %d bytes", MAX_LINE_BYTES);
      return;
    }
  if (memchr (start, '\0', length))
    {
      add_fault (reader, NULL, "the line holds a NUL byte");
      return;
    }
  line = g_strstrip (g_strndup (start, length));
  if (*line == '\0' || *line == '#')
    return;
  if (*line == '[')
    read_section (reader, line);
  else if (reader->is_skipping)
    return;
  else if (strchr (line, '='))
    read_pair (reader, line);
  else
    {
      g_autofree char *quoted = nb_wording_quote (line);
      add_fault (reader, NULL, "%s is neither [section] nor key=value", quoted);
    }
}

void
nb_config_file_parse (const char *name, const char *text, gsize length, GPtrArray *entries, GPtrArray *faults)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Reader reader = { .name = name, .seen = seen, .entries = entries, .faults = faults };
  const char *end = text + length;

  for (const char *start = text; start < end;)
    {
      const char *newline = memchr (start, '\n', end - start);
      const char *stop = newline ? newline : end;

      reader.line++;
      read_line (&reader, start, stop - start);
      start = stop + 1;
    }
  g_free (reader.section);
}

void
nb_config_file_read (const char *path, GPtrArray *entries, GPtrArray *faults)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInputStream) stream = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = g_malloc (MAX_FILE_BYTES + 1);
  gsize length = 0;

  stream = g_file_read (file, NULL, &error);
  if (!stream || !g_input_stream_read_all (G_INPUT_STREAM (stream), text, MAX_FILE_BYTES + 1, &length, NULL, &error))
    nb_config_faults_add (faults, path, NULL, NULL, "can't be read: %s", error->message);
  else if (length > MAX_FILE_BYTES)
    nb_config_faults_add (faults, path, NULL, NULL, "is larger than %d bytes", MAX_FILE_BYTES);
  else
    nb_config_file_parse (path, text, length, entries, faults);
}
