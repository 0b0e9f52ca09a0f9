/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What goes into a statement comes out the same, on both databases, and nothing piles up. */
#include "core/store/nb-store-private.h"
#include "tests/support/nb-test-database.h"
#include "tests/support/nb-test-loop.h"

#include <string.h>
#include <unistd.h>

/* Under the address sanitizer freed memory stays in quarantine, so that growth says nothing. */
#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#define GROWTH_MAX (1024 << 20)
#else
#define GROWTH_MAX (1 << 20)
#endif
#define LATE_LINKS 8

static const NbSql create = { .sqlite = "CREATE TABLE things (id BIGINT, number BIGINT, words TEXT)" };
static const NbSql insert_rows = {
  .sqlite = "INSERT INTO things (id, number, words) SELECT ##first::gint64 + (value ->> '$[0]'), value ->> '$[1]', "
            "value ->> '$[2]' FROM json_each (##rows::string)",
  .postgresql = "INSERT INTO things (id, number, words) SELECT ##first::gint64 + a, b, c FROM "
                "unnest (CAST (##c0::string AS bigint[]), CAST (##c1::string AS bigint[]), "
                "CAST (##c2::string AS text[])) AS t (a, b, c)",
};
static const NbSql insert_one = {
  .sqlite = "INSERT INTO things (id, number, words) VALUES (##id::gint64, NULLIF (##number::gint64, -1), "
            "##words::string)",
};
static const NbSql select_all = { .sqlite = "SELECT id, number, words FROM things ORDER BY id", .columns = "xxs" };
static const NbSql select_listed = {
  .sqlite = "SELECT id FROM things WHERE id IN (SELECT value ->> '$[0]' FROM json_each (##rows::string)) ORDER BY id",
  .postgresql = "SELECT id FROM things WHERE id = ANY (CAST (##c0::string AS bigint[])) ORDER BY id FOR UPDATE",
  .columns = "x",
};

static const char *const texts[] = {
  "",
  "plain",
  "it's",
  "say \"hi\"",
  "back\\slash",
  "ends in \\",
  "\\",
  "a,b",
  "{braces}",
  "[brackets]",
  "NULL",
  "null",
  " spaces ",
  "tab\tand\nline\r\n",
  "\x01\x1f\x7f",
  "한글 캠핑의자",
  "😀 \xf4\x8f\xbf\xbf",
  "## ##x::gint64 $1 ? :name @id %s",
  "'; DROP TABLE things; --",
};
static const gint64 numbers[]
    = { 0, 1, -1, G_MAXINT32, G_MININT32, 4294967296, G_MAXINT64, -G_MAXINT64, 9007199254740993 };

typedef struct
{
  NbTestLoop loop;
  NbTestDatabase *database;
  NbStore *store;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  static const NbStoreOptions options = { .n_workers = 1, .n_readers = 1 };

  nb_test_loop_set_up (&self->loop, 200);
  self->database = nb_test_database_new ((NbTestDatabaseKind)GPOINTER_TO_INT (data));
  self->store = nb_test_store_new_full (self->database, &options);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  nb_store_stop (self->store);
  nb_test_loop_drain (&self->loop);
  g_assert_finalize_object (self->store);
  nb_test_database_free (self->database);
  nb_test_loop_tear_down (&self->loop);
}

static void
run (Fixture *self, NbTransactFunc function, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  nb_store_transact (self->store, function, user_data, &error);
  g_assert_no_error (error);
}

static gboolean
make_table (NbTransaction *transaction, gpointer user_data, GError **error)
{
  return nb_transaction_execute (transaction, &create, NB_NO_PARAMS, error) >= 0;
}

static gboolean
send_texts_as_rows (NbTransaction *transaction, gpointer user_data, GError **error)
{
  g_autoptr (NbRowset) rows = nb_rowset_new ("xxs");

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    nb_rowset_add (rows, (gint64)i, numbers[i % G_N_ELEMENTS (numbers)], texts[i]);
  nb_rowset_add (rows, (gint64)1000, (gint64)5, NULL);
  g_assert_cmpuint (nb_rowset_get_n_rows (rows), ==, G_N_ELEMENTS (texts) + 1);
  return nb_transaction_execute_exactly (transaction, G_N_ELEMENTS (texts) + 1, &insert_rows,
                                         NB_PARAMS (NB_INT (0), NB_ROWS (rows)), error);
}

static gboolean
send_texts_one_by_one (NbTransaction *transaction, gpointer user_data, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    if (!nb_transaction_execute_exactly (
            transaction, 1, &insert_one,
            NB_PARAMS (NB_INT ((gint64)i), NB_INT (numbers[i % G_N_ELEMENTS (numbers)]), NB_TEXT (texts[i])), error))
      return FALSE;
  return TRUE;
}

static gboolean
check_texts (NbTransaction *transaction, gpointer user_data, GError **error)
{
  gboolean one_by_one = GPOINTER_TO_INT (user_data);
  g_autoptr (NbRows) rows = nb_transaction_query (transaction, &select_all, NB_NO_PARAMS, error);

  if (rows == NULL)
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      gint64 number = numbers[i % G_N_ELEMENTS (numbers)];

      g_assert_cmpint (nb_rows_get_int (rows, i, 0), ==, (gint64)i);
      if (one_by_one && number == -1)
        g_assert_true (nb_rows_is_null (rows, i, 1));
      else
        g_assert_cmpint (nb_rows_get_int (rows, i, 1), ==, number);
      g_assert_false (nb_rows_is_null (rows, i, 2));
      g_assert_cmpstr (nb_rows_get_text (rows, i, 2), ==, texts[i]);
    }
  if (one_by_one)
    return TRUE;
  g_assert_cmpuint (nb_rows_get_n (rows), ==, G_N_ELEMENTS (texts) + 1);
  g_assert_true (nb_rows_is_null (rows, G_N_ELEMENTS (texts), 2));
  g_assert_null (nb_rows_get_text (rows, G_N_ELEMENTS (texts), 2));
  return TRUE;
}

static void
test_rows (Fixture *self, gconstpointer data)
{
  run (self, make_table, NULL);
  run (self, send_texts_as_rows, NULL);
  run (self, check_texts, GINT_TO_POINTER (FALSE));
}

static void
test_scalars (Fixture *self, gconstpointer data)
{
  run (self, make_table, NULL);
  run (self, send_texts_one_by_one, NULL);
  run (self, check_texts, GINT_TO_POINTER (TRUE));
}

static gboolean
send_lists (NbTransaction *transaction, gpointer user_data, GError **error)
{
  g_autoptr (NbRowset) none = nb_rowset_new ("x");
  g_autoptr (NbRowset) some = nb_rowset_new ("x");
  g_autoptr (NbRows) empty = NULL;
  g_autoptr (NbRows) two = NULL;

  nb_rowset_add (some, (gint64)3);
  nb_rowset_add (some, (gint64)1);
  nb_rowset_add (some, (gint64)77777);
  empty = nb_transaction_query (transaction, &select_listed, NB_PARAMS (NB_ROWS (none)), error);
  two = nb_transaction_query (transaction, &select_listed, NB_PARAMS (NB_ROWS (some)), error);
  g_assert_true (empty != NULL && two != NULL);
  g_assert_cmpuint (nb_rows_get_n (empty), ==, 0);
  g_assert_cmpuint (nb_rows_get_n (two), ==, 2);
  g_assert_cmpint (nb_rows_get_int (two, 0, 0), ==, 1);
  g_assert_cmpint (nb_rows_get_int (two, 1, 0), ==, 3);
  return TRUE;
}

/* The same parameter twice, integers and texts mixed, beside literals that PostgreSQL would take for 32 bits. */
static gboolean
send_mixed (NbTransaction *transaction, gpointer user_data, GError **error)
{
  static const NbSql mixed
      = { .sqlite = "SELECT CASE WHEN ##a::string = ##b::string THEN 0 ELSE ##big::gint64 END, ##big::gint64 - 1, "
                    "##a::string || ##b::string || ##a::string FROM things WHERE id = ##id::gint64 OR "
                    "(##big::gint64 = 5 AND words = ##a::string) LIMIT ##limit::gint64",
          .columns = "xxs" };
  g_autoptr (NbRows) rows = nb_transaction_query (
      transaction, &mixed, NB_PARAMS (NB_TEXT ("a'"), NB_TEXT ("b"), NB_INT (G_MAXINT64), NB_INT (2), NB_INT (10)),
      error);

  if (rows == NULL)
    return FALSE;
  g_assert_cmpuint (nb_rows_get_n (rows), ==, 1);
  g_assert_cmpint (nb_rows_get_int (rows, 0, 0), ==, G_MAXINT64);
  g_assert_cmpint (nb_rows_get_int (rows, 0, 1), ==, G_MAXINT64 - 1);
  g_assert_cmpstr (nb_rows_get_text (rows, 0, 2), ==, "a'ba'");
  return TRUE;
}

static void
test_mixed (Fixture *self, gconstpointer data)
{
  run (self, make_table, NULL);
  run (self, send_texts_as_rows, NULL);
  run (self, send_mixed, NULL);
}

static void
test_lists (Fixture *self, gconstpointer data)
{
  run (self, make_table, NULL);
  run (self, send_texts_as_rows, NULL);
  run (self, send_lists, NULL);
}

static gboolean
send_broken_text (NbTransaction *transaction, gpointer user_data, GError **error)
{
  if (user_data == NULL)
    return nb_transaction_execute (transaction, &insert_one, NB_PARAMS (NB_INT (1), NB_INT (1), NB_TEXT ("\xc3\x28")),
                                   error)
           >= 0;

  g_autoptr (NbRowset) rows = nb_rowset_new ("xxs");
  nb_rowset_add (rows, (gint64)1, (gint64)1, "\xff");
  return nb_transaction_execute (transaction, &insert_rows, NB_PARAMS (NB_INT (1), NB_ROWS (rows)), error) >= 0;
}

static void
test_broken_text (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) one = NULL;
  g_autoptr (GError) many = NULL;

  run (self, make_table, NULL);
  g_assert_false (nb_store_transact (self->store, send_broken_text, NULL, &one));
  g_assert_error (one, NB_STORE_ERROR, NB_STORE_ERROR_STATEMENT);
  g_assert_false (nb_store_transact (self->store, send_broken_text, &many, &many));
  g_assert_error (many, NB_STORE_ERROR, NB_STORE_ERROR_STATEMENT);
}

typedef struct
{
  const NbSql *sql;
  NbParam params[3];
  gsize n_params;
  gboolean is_query;
} Misuse;

static gboolean
misuse (NbTransaction *transaction, gpointer user_data, GError **error)
{
  const Misuse *self = user_data;
  g_autoptr (NbRows) rows = NULL;

  if (!self->is_query)
    return nb_transaction_execute (transaction, self->sql, self->params, self->n_params, error) >= 0;
  rows = nb_transaction_query (transaction, self->sql, self->params, self->n_params, error);
  return rows != NULL;
}

static gboolean
is_not_fatal (const char *domain, GLogLevelFlags level, const char *message, gpointer user_data)
{
  return FALSE;
}

static GLogWriterOutput
count_criticals (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  if (level & G_LOG_LEVEL_CRITICAL)
    g_atomic_int_inc ((gint *)user_data);
  return G_LOG_WRITER_HANDLED;
}

static void
test_misuse (void)
{
  static const NbSql other_order = { .sqlite = "UPDATE things SET number = ##a::gint64 WHERE id = ##b::gint64",
                                     .postgresql = "UPDATE things SET id = ##b::gint64 WHERE number = ##a::gint64" };
  static const NbSql two_statements = { .sqlite = "DELETE FROM things; DELETE FROM things" };
  static const NbSql float_param = { .sqlite = "UPDATE things SET number = ##a::gdouble" };
  static const Misuse misuses[] = {
    { .sql = &insert_one, .n_params = 2 },
    { .sql = &insert_one,
      .params
      = { { .kind = NB_PARAM_INT }, { .kind = NB_PARAM_TEXT, .text = "x" }, { .kind = NB_PARAM_TEXT, .text = "x" } },
      .n_params = 3 },
    { .sql = &insert_one,
      .params = { { .kind = NB_PARAM_INT }, { .kind = NB_PARAM_INT }, { .kind = NB_PARAM_TEXT } },
      .n_params = 3 },
    { .sql = &insert_rows, .params = { { .kind = NB_PARAM_INT }, { .kind = NB_PARAM_INT } }, .n_params = 2 },
    { .sql = &select_all },
    { .sql = &insert_one, .is_query = TRUE },
    { .sql = &other_order, .params = { { .kind = NB_PARAM_INT }, { .kind = NB_PARAM_INT } }, .n_params = 2 },
    { .sql = &two_statements },
    { .sql = &float_param, .params = { { .kind = NB_PARAM_TEXT, .text = "1" } }, .n_params = 1 },
  };
  Fixture self;
  gint n_criticals = 0;

  set_up (&self, GINT_TO_POINTER (NB_TEST_SQLITE));
  run (&self, make_table, NULL);
  g_log_set_always_fatal (G_LOG_LEVEL_ERROR);
  g_test_log_set_fatal_handler (is_not_fatal, NULL);
  g_log_set_writer_func (count_criticals, &n_criticals, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (misuses); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (nb_store_transact (self.store, misuse, (gpointer)&misuses[i], &error));
      g_assert_error (error, NB_STORE_ERROR, NB_STORE_ERROR_STATEMENT);
      g_assert_cmpint (g_atomic_int_get (&n_criticals), ==, (gint)i + 1);
    }
  tear_down (&self, NULL);
}

static guint
count_descriptors (void)
{
  g_autoptr (GDir) listing = g_dir_open ("/proc/self/fd", 0, NULL);
  guint n = 0;

  while (g_dir_read_name (listing) != NULL)
    n++;
  return n;
}

static gint64
measure_memory (void)
{
  g_autofree char *text = NULL;

  g_assert_true (g_file_get_contents ("/proc/self/statm", &text, NULL, NULL));
  return g_ascii_strtoll (strchr (text, ' '), NULL, 10) * sysconf (_SC_PAGESIZE);
}

static gboolean
run_ten_statements (NbTransaction *transaction, gpointer user_data, GError **error)
{
  static const NbSql empty = { .sqlite = "DELETE FROM things" };

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (NbRows) rows = NULL;

      if (!send_texts_as_rows (transaction, NULL, error))
        return FALSE;
      rows = nb_transaction_query (transaction, &select_all, NB_NO_PARAMS, error);
      if (rows == NULL || !send_lists (transaction, NULL, error)
          || nb_transaction_execute (transaction, &empty, NB_NO_PARAMS, error) < 0)
        return FALSE;
    }
  return TRUE;
}

static gboolean
fail_a_statement (NbTransaction *transaction, gpointer user_data, GError **error)
{
  static const NbSql twice = { .sqlite = "INSERT INTO regions (code, parent, level, name, latitude, longitude) "
                                         "VALUES ('x', '', 77, 'x', 0, 0)" };

  return nb_transaction_execute (transaction, &twice, NB_NO_PARAMS, error) >= 0;
}

static gboolean
read_things (NbTransaction *transaction, gpointer user_data, GError **error)
{
  g_autoptr (NbRows) rows = nb_transaction_query (transaction, &select_all, NB_NO_PARAMS, error);

  return rows != NULL;
}

static void
test_growth (Fixture *self, gconstpointer data)
{
  gint64 memory = 0;
  guint descriptors = 0;
  g_autoptr (GError) no_error = NULL;

  run (self, make_table, NULL);
  /* The reader opens its link when it is first needed, or when it next looks at the clock. */
  nb_store_read (self->store, read_things, NULL, &no_error);
  g_assert_no_error (no_error);
  for (guint i = 0; i < 2200; i++)
    {
      g_autoptr (GError) error = NULL;

      if (i == 200)
        {
          memory = measure_memory ();
          descriptors = count_descriptors ();
        }
      run (self, run_ten_statements, NULL);
      if (i % 10 != 0)
        continue;
      g_assert_false (nb_store_transact (self->store, fail_a_statement, NULL, &error));
      g_assert_error (error, NB_STORE_ERROR, NB_STORE_ERROR_CONSTRAINT);
    }
  g_test_message ("20,000 statements: %+" G_GINT64_FORMAT " bytes", measure_memory () - memory);
  /* A leak would be one for each failed statement; the thread that keeps the clock links up a second after the start.
   */
  g_assert_cmpuint (count_descriptors (), <=, descriptors + LATE_LINKS);
  g_assert_cmpint (measure_memory () - memory, <, GROWTH_MAX);
}

#define ADD(name, function)                                                                                            \
  for (int kind = NB_TEST_SQLITE; kind <= NB_TEST_POSTGRESQL; kind++)                                                  \
    {                                                                                                                  \
      g_autofree char *path = g_strdup_printf ("/store/%s/" name, nb_test_database_kind_name (kind));                  \
      g_test_add (path, Fixture, GINT_TO_POINTER (kind), set_up, function, tear_down);                                 \
    }

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("rows-come-back-as-they-went", test_rows);
  ADD ("scalars-come-back-as-they-went", test_scalars);
  ADD ("lists-find-rows", test_lists);
  ADD ("parameters-keep-their-order-and-type", test_mixed);
  ADD ("broken-text-is-refused", test_broken_text);
  ADD ("nothing-grows", test_growth);
  g_test_add_func ("/store/misuse-is-told", test_misuse);
  return g_test_run ();
}
