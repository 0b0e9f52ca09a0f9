/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Statements are parsed once for each thread of a store: libgda leaks some kilobytes each time that it parses. */
#include "core/store/nb-statement.h"

#include "core/store/nb-rowset.h"
#include "core/store/nb-store-private.h"

#include <string.h>

typedef enum
{
  SLOT_INT,
  SLOT_TEXT,
  SLOT_ROWS_JSON,
  SLOT_ROWS_COLUMN
} SlotKind;

typedef struct
{
  char *name;
  SlotKind kind;
  guint column;
  GdaHolder *holder; /* owned by the set */
  gint64 integer;    /* what it is bound to: this, or */
  char *text;        /* (nullable): this */
} Slot;

static void
clear_slot (gpointer data)
{
  g_free (((Slot *)data)->name);
  g_free (((Slot *)data)->text);
}

/* Skips a quoted text or a comment. Returns: where @at goes on, or @at when neither begins there */
static const char *
skip_quoted (const char *at)
{
  const char *end = NULL;

  if (*at == '\'' || *at == '"')
    end = strchr (at + 1, *at);
  else if (at[0] == '-' && at[1] == '-')
    end = strchr (at, '\n');
  else
    return at;
  return end != NULL ? end + 1 : at + strlen (at);
}

static gsize
measure_name (const char *text)
{
  gsize length = 0;

  while (g_ascii_isalnum (text[length]) || text[length] == '_')
    length++;
  return length;
}

/* A set of rows goes by the name `rows` to SQLite, and by `c0`, `c1`, … to PostgreSQL. */
static SlotKind
kind_of (const char *name, const char *type, gsize type_length, gboolean is_sqlite, guint *column)
{
  if (is_sqlite && strcmp (name, "rows") == 0)
    return SLOT_ROWS_JSON;
  if (!is_sqlite && name[0] == 'c' && name[1] != '\0' && strspn (name + 1, "0123456789") == strlen (name + 1))
    {
      *column = (guint)g_ascii_strtoull (name + 1, NULL, 10);
      return SLOT_ROWS_COLUMN;
    }
  return type_length == 6 && strncmp (type, "gint64", 6) == 0 ? SLOT_INT : SLOT_TEXT;
}

/* Returns: the number of the slot of that name, or -1 */
static int
find_slot (const GArray *slots, const char *name, gsize length)
{
  for (guint i = 0; i < slots->len; i++)
    {
      const Slot *slot = &g_array_index (slots, Slot, i);
      if (strlen (slot->name) == length && strncmp (slot->name, name, length) == 0)
        return (int)i;
    }
  return -1;
}

/* @types: (nullable): gets PostgreSQL's type of each appearance of a parameter, for libgda numbers each anew
 * Returns: (transfer full): the parameters of @text in the order of their first appearance */
static GArray *
scan_slots (const char *text, gboolean is_sqlite, GArray *types)
{
  static const Oid int8 = 20;
  static const Oid unknown = 0;
  GArray *slots = g_array_new (FALSE, TRUE, sizeof (Slot));

  g_array_set_clear_func (slots, clear_slot);
  for (const char *at = text; *at != '\0';)
    {
      const char *next = skip_quoted (at);
      gsize length = next == at && at[0] == '#' && at[1] == '#' ? measure_name (at + 2) : 0;

      if (length > 0)
        {
          const char *type = at + 2 + length + strspn (at + 2 + length, ":");
          Slot slot = { .name = g_strndup (at + 2, length) };

          slot.kind = kind_of (slot.name, type, measure_name (type), is_sqlite, &slot.column);
          if (types != NULL)
            g_array_append_vals (types, slot.kind == SLOT_INT ? &int8 : &unknown, 1);
          if (find_slot (slots, at + 2, length) >= 0)
            g_free (slot.name);
          else
            g_array_append_val (slots, slot);
        }
      at = next != at ? next : at + 1 + length;
    }
  return slots;
}

/* Returns: (transfer full): the names of the scalars in order, to compare the two dialects */
static char *
list_scalars (const GArray *slots, guint *n_scalars, gboolean *has_rows)
{
  GString *names = g_string_new (NULL);

  *n_scalars = 0;
  *has_rows = FALSE;
  for (guint i = 0; i < slots->len; i++)
    {
      const Slot *slot = &g_array_index (slots, Slot, i);

      if (slot->kind == SLOT_ROWS_JSON || slot->kind == SLOT_ROWS_COLUMN)
        {
          *has_rows = TRUE;
          continue;
        }
      *n_scalars += 1;
      g_string_append_printf (names, "%s%s:%c", *n_scalars > 1 ? ", " : "", slot->name,
                              slot->kind == SLOT_INT ? 'x' : 's');
    }
  return g_string_free (names, FALSE);
}

static gboolean
fail_programmer (const NbSql *sql, const char *what, GError **error)
{
  g_critical ("statement «%s»: %s", sql->sqlite, what);
  g_set_error (error, NB_STORE_ERROR, NB_STORE_ERROR_STATEMENT, "statement «%s»: %s", sql->sqlite, what);
  return FALSE;
}

/* Both dialects must ask for the same scalars in the same order, for they are bound by position. */
static gboolean
check_dialects (NbStatement *self, GError **error)
{
  guint n = 0;
  gboolean has_rows = FALSE;
  g_autoptr (GArray) lite = scan_slots (self->sql->sqlite, TRUE, NULL);
  g_autofree char *lite_names = list_scalars (lite, &n, &has_rows);
  g_autoptr (GArray) pg = scan_slots (self->sql->postgresql != NULL ? self->sql->postgresql : self->sql->sqlite,
                                      self->sql->postgresql == NULL, NULL);
  g_autofree char *pg_names = list_scalars (pg, &n, &has_rows);
  g_autofree char *what = NULL;

  self->n_scalars = n;
  self->has_rows = has_rows;
  if (strcmp (lite_names, pg_names) == 0)
    return TRUE;
  what = g_strdup_printf ("parameters differ: (%s) for SQLite, (%s) for PostgreSQL", lite_names, pg_names);
  return fail_programmer (self->sql, what, error);
}

static gboolean
find_holders (NbStatement *self, GError **error)
{
  for (guint i = 0; i < self->slots->len; i++)
    {
      Slot *slot = &g_array_index (self->slots, Slot, i);

      slot->holder = self->set != NULL ? gda_set_get_holder (self->set, slot->name) : NULL;
      if (slot->holder == NULL)
        {
          g_autofree char *what = g_strdup_printf ("libgda does not know parameter “%s”", slot->name);
          return fail_programmer (self->sql, what, error);
        }
      if (gda_holder_get_g_type (slot->holder) != (slot->kind == SLOT_INT ? G_TYPE_INT64 : G_TYPE_STRING))
        {
          g_autofree char *what
              = g_strdup_printf ("parameter “%s” must be of gint64 or string (rows: string)", slot->name);
          return fail_programmer (self->sql, what, error);
        }
    }
  if (self->set != NULL && g_slist_length (self->set->holders) != self->slots->len)
    return fail_programmer (self->sql, "libgda found other parameters than it has", error);
  return TRUE;
}

static gboolean
find_types (NbStatement *self, GError **error)
{
  const char *columns = self->sql->columns;
  gsize n = columns != NULL ? strlen (columns) : 0;

  if (columns == NULL)
    return TRUE;
  if (n == 0 || strspn (columns, "xs") != n)
    return fail_programmer (self->sql, "columns must be letters x and s", error);

  self->types = g_new (GType, n + 1);
  for (gsize i = 0; i < n; i++)
    self->types[i] = columns[i] == 'x' ? G_TYPE_INT64 : G_TYPE_STRING;
  self->types[n] = G_TYPE_NONE;
  return TRUE;
}

static NbStatement *
parse (NbConnection *connection, const NbSql *sql, GError **error)
{
  gboolean is_sqlite = connection->backend->is_sqlite;
  const char *text = is_sqlite || sql->postgresql == NULL ? sql->sqlite : sql->postgresql;
  NbStatement *self = g_new0 (NbStatement, 1);
  const char *rest = NULL;
  g_autoptr (GError) inner = NULL;

  self->sql = sql;
  self->param_types = g_array_new (FALSE, FALSE, sizeof (Oid));
  self->slots = scan_slots (text, is_sqlite || sql->postgresql == NULL, self->param_types);
  if (!check_dialects (self, error) || !find_types (self, error))
    {
      nb_statement_free (self);
      return NULL;
    }
  self->statement = gda_sql_parser_parse_string (connection->parser, text, &rest, &inner);
  if (self->statement != NULL && rest != NULL && rest[strspn (rest, " \t\n;")] != '\0')
    g_clear_object (&self->statement);
  if (self->statement == NULL || !gda_statement_get_parameters (self->statement, &self->set, &inner))
    {
      fail_programmer (sql, inner != NULL ? inner->message : "is more than one statement", error);
      nb_statement_free (self);
      return NULL;
    }
  if (!find_holders (self, error))
    {
      nb_statement_free (self);
      return NULL;
    }
  return self;
}

void
nb_statement_drop_native (NbStatement *self)
{
  if (self->native != NULL)
    self->free_native (g_steal_pointer (&self->native));
}

void
nb_statement_free (NbStatement *self)
{
  nb_statement_drop_native (self);
  g_clear_object (&self->statement);
  g_clear_object (&self->set);
  g_clear_pointer (&self->slots, g_array_unref);
  g_clear_pointer (&self->param_types, g_array_unref);
  g_free (self->types);
  g_free (self);
}

NbStatement *
nb_statement_find (NbConnection *connection, const NbSql *sql, GError **error)
{
  NbStatement *self = g_hash_table_lookup (connection->statements, sql);

  if (self != NULL)
    return self;
  self = parse (connection, sql, error);
  if (self != NULL)
    g_hash_table_insert (connection->statements, (gpointer)sql, self);
  return self;
}

static gboolean
bind_text (Slot *slot, char *text, GError **error)
{
  /* PostgreSQL refuses what isn't UTF-8; SQLite would keep it for ever. */
  if (!g_utf8_validate (text, -1, NULL))
    {
      g_free (text);
      g_set_error (error, NB_STORE_ERROR, NB_STORE_ERROR_STATEMENT, "parameter “%s” is not UTF-8", slot->name);
      return FALSE;
    }
  g_free (slot->text);
  slot->text = text;
  return TRUE;
}

static gboolean
bind_scalar (NbStatement *self, Slot *slot, const NbParam *param, GError **error)
{
  g_autofree char *what = NULL;

  if (slot->kind == SLOT_INT && param->kind == NB_PARAM_INT)
    {
      slot->integer = param->integer;
      return TRUE;
    }
  if (slot->kind == SLOT_TEXT && param->kind == NB_PARAM_TEXT && param->text != NULL)
    return bind_text (slot, g_strdup (param->text), error);

  what = g_strdup_printf ("parameter “%s” wants %s", slot->name,
                          slot->kind == SLOT_INT ? "NB_INT" : "NB_TEXT, not NULL");
  return fail_programmer (self->sql, what, error);
}

static gboolean
bind_rows (NbStatement *self, Slot *slot, const NbRowset *rows, GError **error)
{
  if (slot->kind == SLOT_ROWS_JSON)
    return bind_text (slot, nb_rowset_to_json (rows), error);
  if (slot->column >= nb_rowset_get_n_columns (rows))
    return fail_programmer (self->sql, "asks for more columns than its rowset has", error);
  return bind_text (slot, nb_rowset_to_array (rows, slot->column), error);
}

static const NbRowset *
find_rowset (const NbParam *params, gsize n_params, guint *n_rowsets)
{
  const NbRowset *rows = NULL;

  *n_rowsets = 0;
  for (gsize i = 0; i < n_params; i++)
    if (params[i].kind == NB_PARAM_ROWS)
      {
        rows = params[i].rows;
        *n_rowsets += 1;
      }
  return rows;
}

gboolean
nb_statement_bind (NbStatement *self, const NbParam *params, gsize n_params, GError **error)
{
  guint n_rowsets = 0;
  const NbRowset *rows = find_rowset (params, n_params, &n_rowsets);
  gsize next = 0;

  if (n_params != self->n_scalars + (self->has_rows ? 1 : 0) || n_rowsets != (self->has_rows ? 1 : 0)
      || (self->has_rows && rows == NULL))
    {
      g_autofree char *what
          = g_strdup_printf ("wants %u scalars and %s, got %" G_GSIZE_FORMAT " parameters with %u sets of rows",
                             self->n_scalars, self->has_rows ? "a set of rows" : "no rows", n_params, n_rowsets);
      return fail_programmer (self->sql, what, error);
    }

  for (guint i = 0; i < self->slots->len; i++)
    {
      Slot *slot = &g_array_index (self->slots, Slot, i);
      gboolean is_bound;

      if (slot->kind == SLOT_ROWS_JSON || slot->kind == SLOT_ROWS_COLUMN)
        is_bound = bind_rows (self, slot, rows, error);
      else
        {
          while (params[next].kind == NB_PARAM_ROWS)
            next++;
          is_bound = bind_scalar (self, slot, &params[next++], error);
        }
      if (!is_bound)
        return FALSE;
    }
  return TRUE;
}

/* @places: (nullable): numbers each appearance anew, and notes which parameter it is */
static char *
number_params (const NbStatement *self, const char *text, GArray *places)
{
  GString *numbered = g_string_new (NULL);

  while (*text != '\0')
    {
      const char *next = skip_quoted (text);
      gsize length = next == text && text[0] == '#' && text[1] == '#' ? measure_name (text + 2) : 0;
      guint place;

      if (length == 0)
        {
          next = next != text ? next : text + 1;
          g_string_append_len (numbered, text, next - text);
          text = next;
          continue;
        }
      place = (guint)find_slot (self->slots, text + 2, length);
      if (places != NULL)
        g_array_append_val (places, place);
      g_string_append_printf (numbered, "%c%u", places != NULL ? '$' : '?', places != NULL ? places->len : place + 1);
      text += 2 + length;
      text += strspn (text, ":");
      text += measure_name (text);
    }
  return g_string_free (numbered, FALSE);
}

char *
nb_statement_number_params (const NbStatement *self, const char *text)
{
  return number_params (self, text, NULL);
}

char *
nb_statement_number_each (const NbStatement *self, const char *text, GArray *places)
{
  return number_params (self, text, places);
}

gboolean
nb_statement_fill_set (NbStatement *self, GError **error)
{
  for (guint i = 0; i < self->slots->len; i++)
    {
      Slot *slot = &g_array_index (self->slots, Slot, i);
      GValue *value = gda_value_new (slot->kind == SLOT_INT ? G_TYPE_INT64 : G_TYPE_STRING);

      if (slot->kind == SLOT_INT)
        g_value_set_int64 (value, slot->integer);
      else
        g_value_take_string (value, g_steal_pointer (&slot->text));
      if (!gda_holder_take_value (slot->holder, value, error))
        return FALSE;
    }
  return TRUE;
}

const char *
nb_statement_get_text (const NbStatement *self, guint i)
{
  return g_array_index (self->slots, Slot, i).text;
}

gint64
nb_statement_get_int (const NbStatement *self, guint i)
{
  return g_array_index (self->slots, Slot, i).integer;
}
