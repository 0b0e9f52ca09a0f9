/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads `NNN-name.sql` files and picks the lines that are for one database. */
#include "core/store/nb-migration-files.h"

#include "core/store/nb-store-private.h"

#include <string.h>

#define NUMBER_DIGITS 3

static void
free_file (gpointer data)
{
  NbMigrationFile *self = data;

  g_free (self->name);
  g_free (self->checksum);
  g_free (self->script);
  g_free (self);
}

/* Returns: which database a directive names: 's', 'p', 'b' for both, 0 when @line is none */
static char
read_directive (const char *line)
{
  g_autofree char *text = g_strstrip (g_strdup (line));

  if (strcmp (text, "-- @sqlite") == 0)
    return 's';
  if (strcmp (text, "-- @postgresql") == 0)
    return 'p';
  return strcmp (text, "-- @both") == 0 ? 'b' : 0;
}

static gboolean
pick_lines (const char *path, const char *text, gboolean is_sqlite, char **script, GError **error)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autoptr (GString) picked = g_string_new (NULL);
  char wanted = is_sqlite ? 's' : 'p';
  char current = 'b';

  for (guint i = 0; lines[i] != NULL; i++)
    {
      char directive = read_directive (lines[i]);

      if (directive != 0)
        current = directive;
      else if (g_str_has_prefix (lines[i], "-- @"))
        {
          g_set_error (error, NB_STORE_ERROR, NB_STORE_ERROR_MIGRATION,
                       "%s:%u: unknown directive “%s”: expected @sqlite, @postgresql or @both", path, i + 1, lines[i]);
          return FALSE;
        }
      /* Lines of the other database stay as empty ones, so that line numbers in errors are the file's. */
      if (directive == 0 && (current == 'b' || current == wanted))
        g_string_append (picked, lines[i]);
      g_string_append_c (picked, '\n');
    }
  g_string_replace (picked, "@id@", is_sqlite ? "INTEGER" : "BIGINT", 0);
  *script = g_strdup (picked->str);
  return TRUE;
}

static gboolean
is_well_named (const char *name)
{
  gsize digits = strspn (name, "0123456789");
  const char *rest = name + digits;
  gsize words
      = digits == NUMBER_DIGITS && *rest == '-' ? strspn (rest + 1, "abcdefghijklmnopqrstuvwxyz0123456789-") : 0;

  return words > 0 && strcmp (rest + 1 + words, ".sql") == 0;
}

static NbMigrationFile *
read_file (const char *dir, const char *name, gboolean is_sqlite, GError **error)
{
  g_autofree char *path = g_build_filename (dir, name, NULL);
  g_autofree char *text = NULL;
  g_autofree char *script = NULL;
  NbMigrationFile *self;
  gsize length = 0;

  if (!g_file_get_contents (path, &text, &length, error))
    return NULL;
  if (!g_utf8_validate (text, (gssize)length, NULL))
    {
      g_set_error (error, NB_STORE_ERROR, NB_STORE_ERROR_MIGRATION, "%s is not UTF-8 text", path);
      return NULL;
    }
  if (!pick_lines (path, text, is_sqlite, &script, error))
    return NULL;
  self = g_new0 (NbMigrationFile, 1);
  self->number = (int)g_ascii_strtoll (name, NULL, 10);
  self->name = g_strndup (name, strlen (name) - strlen (".sql"));
  self->checksum = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *)text, length);
  self->script = g_steal_pointer (&script);
  return self;
}

static int
by_number (gconstpointer a, gconstpointer b)
{
  return (*(NbMigrationFile *const *)a)->number - (*(NbMigrationFile *const *)b)->number;
}

static gboolean
check_numbers (const char *dir, GPtrArray *files, GError **error)
{
  for (guint i = 1; i < files->len; i++)
    {
      const NbMigrationFile *before = g_ptr_array_index (files, i - 1);
      const NbMigrationFile *file = g_ptr_array_index (files, i);

      if (before->number != file->number)
        continue;
      g_set_error (error, NB_STORE_ERROR, NB_STORE_ERROR_MIGRATION, "%s: %s and %s have the same number", dir,
                   before->name, file->name);
      return FALSE;
    }
  return TRUE;
}

GPtrArray *
nb_migration_files_read (const char *dir, gboolean is_sqlite, GError **error)
{
  g_autoptr (GDir) listing = g_dir_open (dir, 0, error);
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (free_file);
  const char *name;

  if (listing == NULL)
    return NULL;
  while ((name = g_dir_read_name (listing)) != NULL)
    {
      NbMigrationFile *file;

      if (!g_str_has_suffix (name, ".sql"))
        continue;
      if (!is_well_named (name))
        {
          g_set_error (error, NB_STORE_ERROR, NB_STORE_ERROR_MIGRATION,
                       "%s/%s: a migration is named NNN-name.sql, with a to z, 0 to 9 and -", dir, name);
          return NULL;
        }
      file = read_file (dir, name, is_sqlite, error);
      if (file == NULL)
        return NULL;
      g_ptr_array_add (files, file);
    }
  g_ptr_array_sort (files, by_number);
  return check_numbers (dir, files, error) ? g_steal_pointer (&files) : NULL;
}
