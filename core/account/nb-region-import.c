/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads regions from a file of tab-separated values, all or none, and says exactly what is wrong with it. */
#include <glib/gi18n.h>
#include <math.h>
#include <neighborbid/nb-error.h>
#include <string.h>

#include "core/account/nb-regions.h"

#define MAX_BYTES (32 * 1024 * 1024)
#define MAX_NAME_BYTES 120
#define CODE_LENGTH 10
#define CHUNK 1000

enum
{
  COLUMN_CODE,
  COLUMN_NAME,
  COLUMN_NAME_EN,
  COLUMN_LATITUDE,
  COLUMN_LONGITUDE,
  N_COLUMNS
};

static const char *const column_names[N_COLUMNS] = { "code", "name", "name_en", "latitude", "longitude" };

static const NbSql select_codes = { "SELECT code FROM regions", NULL, "s" };
static const NbSql upsert_regions
    = { "INSERT INTO regions (code, parent, level, name, name_en, latitude, longitude) "
        "SELECT json_extract (value, '$[0]'), json_extract (value, '$[1]'), json_extract (value, '$[2]'), "
        "json_extract (value, '$[3]'), json_extract (value, '$[4]'), json_extract (value, '$[5]'), "
        "json_extract (value, '$[6]') FROM json_each (##rows::string) WHERE 1 = 1 "
        "ON CONFLICT (code) DO UPDATE SET parent = excluded.parent, level = excluded.level, name = excluded.name, "
        "name_en = excluded.name_en, latitude = excluded.latitude, longitude = excluded.longitude",
        "INSERT INTO regions (code, parent, level, name, name_en, latitude, longitude) "
        "SELECT * FROM unnest (CAST (##c0::string AS text[]), CAST (##c1::string AS text[]), "
        "CAST (##c2::string AS bigint[]), CAST (##c3::string AS text[]), CAST (##c4::string AS text[]), "
        "CAST (##c5::string AS bigint[]), CAST (##c6::string AS bigint[])) "
        "ON CONFLICT (code) DO UPDATE SET parent = excluded.parent, level = excluded.level, name = excluded.name, "
        "name_en = excluded.name_en, latitude = excluded.latitude, longitude = excluded.longitude",
        NULL };

typedef struct
{
  char code[CODE_LENGTH + 1];
  char parent[CODE_LENGTH + 1];
  int level;
  guint line;
  const char *name; /* into the file's lines */
  const char *name_en;
  gint64 latitude;
  gint64 longitude;
} Row;

typedef struct
{
  const char *path;
  guint line;
  GHashTable *lines; /* of code: the line it stands on */
  GArray *rows;      /* of Row */
} Reader;

static gboolean
refuse (const Reader *reader, int column, const char *expected, const char *found, GError **error)
{
  g_autofree char *line = g_strdup_printf ("%u", reader->line);
  g_autofree char *number = g_strdup_printf ("%d", column + 1);

  nb_set_error (error, NB_ERROR_VALIDATION_FAILED,
                N_ ("{file}, line {line}, column {column} ({name}): expected {expected}, found '{found}'"), "file",
                reader->path, "line", line, "column", number, "name", column_names[column], "expected", expected,
                "found", found, NULL);
  return FALSE;
}

static gboolean
refuse_line (const Reader *reader, const char *expected, const char *found, GError **error)
{
  g_autofree char *line = g_strdup_printf ("%u", reader->line);

  nb_set_error (error, NB_ERROR_VALIDATION_FAILED, N_ ("{file}, line {line}: expected {expected}, found {found}"),
                "file", reader->path, "line", line, "expected", expected, "found", found, NULL);
  return FALSE;
}

/* 2 digits 시/도, 3 more 시/군/구, 3 more 읍/면/동; what is not used is zero. */
static gboolean
read_code (const Reader *reader, const char *text, Row *row, GError **error)
{
  static const char zeros[] = "0000000000";

  if (strlen (text) != CODE_LENGTH || strspn (text, "0123456789") != CODE_LENGTH || strncmp (text, "00", 2) == 0)
    return refuse (reader, COLUMN_CODE, "ten digits", text, error);
  if (!g_str_equal (text + 8, "00"))
    return refuse (reader, COLUMN_CODE, "the code of a 시/도, 시/군/구 or 읍/면/동, which ends in 00", text, error);
  memcpy (row->code, text, sizeof row->code);
  row->level = strcmp (text + 2, zeros + 2) == 0 ? 1 : strcmp (text + 5, zeros + 5) == 0 ? 2 : 3;
  if (row->level == 3 && strncmp (text + 2, zeros, 3) == 0)
    return refuse (reader, COLUMN_CODE, "a 시/군/구 in the digits 3 to 5", text, error);
  if (row->level == 1)
    return TRUE;
  memcpy (row->parent, zeros, sizeof row->parent);
  memcpy (row->parent, text, row->level == 2 ? 2 : 5);
  return TRUE;
}

static gboolean
read_degrees (const Reader *reader, int column, const char *text, double bound, gint64 *millionths, GError **error)
{
  char *end = NULL;
  double degrees = g_ascii_strtod (text, &end);

  if (text[0] == '\0' || strlen (text) > 24 || strspn (text, "-.0123456789") != strlen (text) || *end != '\0'
      || !(fabs (degrees) <= bound))
    return refuse (reader, column,
                   column == COLUMN_LATITUDE ? "degrees from -90 to 90 such as 37.57"
                                             : "degrees from -180 to 180 such as 126.98",
                   text, error);
  *millionths = llround (degrees * 1e6);
  return TRUE;
}

static gboolean
has_control (const char *text)
{
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    if (g_unichar_iscntrl (g_utf8_get_char (p)))
      return TRUE;
  return FALSE;
}

static gboolean
read_row (Reader *reader, char **cells, GError **error)
{
  Row row = { .line = reader->line, .name = cells[COLUMN_NAME], .name_en = cells[COLUMN_NAME_EN] };
  gpointer earlier;

  if (!read_code (reader, cells[COLUMN_CODE], &row, error))
    return FALSE;
  earlier = g_hash_table_lookup (reader->lines, row.code);
  if (earlier != NULL)
    {
      g_autofree char *expected
          = g_strdup_printf ("a code that stands nowhere else (it is on line %u)", GPOINTER_TO_UINT (earlier));

      return refuse (reader, COLUMN_CODE, expected, row.code, error);
    }
  if (row.name[0] == '\0' || strlen (row.name) > MAX_NAME_BYTES || has_control (row.name))
    return refuse (reader, COLUMN_NAME, "a name of up to 120 bytes", row.name, error);
  if (strlen (row.name_en) > MAX_NAME_BYTES || has_control (row.name_en))
    return refuse (reader, COLUMN_NAME_EN, "a name of up to 120 bytes, or nothing", row.name_en, error);
  if (!read_degrees (reader, COLUMN_LATITUDE, cells[COLUMN_LATITUDE], 90, &row.latitude, error)
      || !read_degrees (reader, COLUMN_LONGITUDE, cells[COLUMN_LONGITUDE], 180, &row.longitude, error))
    return FALSE;
  g_array_append_val (reader->rows, row);
  g_hash_table_insert (reader->lines, g_strdup (row.code), GUINT_TO_POINTER (reader->line));
  return TRUE;
}

static gboolean
check_header (const Reader *reader, char **cells, GError **error)
{
  for (int i = 0; i < N_COLUMNS; i++)
    if (g_strcmp0 (cells[i], column_names[i]) != 0)
      return refuse (reader, i, column_names[i], cells[i], error);
  return TRUE;
}

/* @cells_of_rows: keeps the cells that the rows point into */
static gboolean
read_line (Reader *reader, char *line, GPtrArray *cells_of_rows, GError **error)
{
  g_auto (GStrv) cells = NULL;
  guint n;

  if (g_str_has_suffix (line, "\r"))
    line[strlen (line) - 1] = '\0';
  if (line[0] == '\0' && reader->line > 1)
    return TRUE;
  cells = g_strsplit (line, "\t", N_COLUMNS + 1);
  n = g_strv_length (cells);
  if (n != N_COLUMNS)
    {
      g_autofree char *found = n > N_COLUMNS ? g_strdup ("more") : g_strdup_printf ("%u", n);

      return refuse_line (reader, "five columns with a tab between them", found, error);
    }
  if (reader->line == 1)
    return check_header (reader, cells, error);
  if (!read_row (reader, cells, error))
    return FALSE;
  g_ptr_array_add (cells_of_rows, g_steal_pointer (&cells));
  return TRUE;
}

/* Every region lies in one that the file or the database has. */
static gboolean
check_parents (Reader *reader, NbTransaction *transaction, GError **error)
{
  g_autoptr (NbRows) stored = nb_transaction_query (transaction, &select_codes, NB_NO_PARAMS, error);

  if (stored == NULL)
    return FALSE;
  for (gsize i = 0; i < nb_rows_get_n (stored); i++)
    {
      const char *code = nb_rows_get_text (stored, i, 0);

      if (!g_hash_table_contains (reader->lines, code))
        g_hash_table_insert (reader->lines, g_strdup (code), NULL);
    }
  for (guint i = 0; i < reader->rows->len; i++)
    {
      const Row *row = &g_array_index (reader->rows, Row, i);
      g_autofree char *expected = NULL;

      if (row->level == 1 || g_hash_table_contains (reader->lines, row->parent))
        continue;
      reader->line = row->line;
      expected = g_strdup_printf ("a code whose parent %s is known too", row->parent);
      return refuse (reader, COLUMN_CODE, expected, row->code, error);
    }
  return TRUE;
}

static gboolean
write_rows (const Reader *reader, NbTransaction *transaction, GError **error)
{
  for (guint from = 0; from < reader->rows->len; from += CHUNK)
    {
      g_autoptr (NbRowset) set = nb_rowset_new ("ssxssxx");
      guint end = MIN (from + CHUNK, reader->rows->len);

      for (guint i = from; i < end; i++)
        {
          const Row *row = &g_array_index (reader->rows, Row, i);

          nb_rowset_add (set, row->code, row->parent, (gint64)row->level, row->name, row->name_en, row->latitude,
                         row->longitude);
        }
      if (!nb_transaction_execute_exactly (transaction, end - from, &upsert_regions, NB_PARAMS (NB_ROWS (set)), error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
read_text (Reader *reader, const char *text, GPtrArray *cells_of_rows, GError **error)
{
  g_auto (GStrv) lines = NULL;

  if (g_str_has_prefix (text, "\xef\xbb\xbf"))
    text += 3;
  if (text[0] == '\0')
    {
      reader->line = 1;
      return refuse_line (reader, "a header with five columns", "nothing", error);
    }
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      reader->line = i + 1;
      if (!g_utf8_validate (lines[i], -1, NULL))
        return refuse_line (reader, "UTF-8 text", "other bytes", error);
      if (!read_line (reader, lines[i], cells_of_rows, error))
        return FALSE;
    }
  return TRUE;
}

static char *
load (const char *path, GError **error)
{
  g_autofree char *text = NULL;
  gsize length = 0;

  if (!g_file_get_contents (path, &text, &length, error))
    return NULL;
  if (length > MAX_BYTES || strlen (text) != length)
    {
      nb_set_error (error, NB_ERROR_VALIDATION_FAILED, N_ ("{file}: expected up to 32 MiB of text"), "file", path,
                    NULL);
      return NULL;
    }
  return g_steal_pointer (&text);
}

static void
strv_free (gpointer data)
{
  g_strfreev (data);
}

gint64
nb_regions_import (NbTransaction *transaction, const char *path, GError **error)
{
  g_autofree char *text = load (path, error);
  g_autoptr (GPtrArray) cells_of_rows = g_ptr_array_new_with_free_func (strv_free);
  g_autoptr (GHashTable) lines = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GArray) rows = g_array_new (FALSE, FALSE, sizeof (Row));
  Reader reader = { .path = path, .lines = lines, .rows = rows };

  if (text == NULL || !read_text (&reader, text, cells_of_rows, error) || !check_parents (&reader, transaction, error)
      || !write_rows (&reader, transaction, error))
    return -1;
  return rows->len;
}
