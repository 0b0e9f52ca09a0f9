/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Migrations: each once, in order, whole or not at all, and never past what the files know. */
#include "core/store/nb-store-private.h"
#include "tests/support/nb-test-database.h"
#include "tests/support/nb-test-loop.h"

#include <glib/gstdio.h>

#define FIRST                                                                                                          \
  "CREATE TABLE one (id @id@ PRIMARY KEY, a TEXT);\n-- @sqlite\nINSERT INTO one VALUES (1, 'lite');\n"                 \
  "-- @postgresql\nINSERT INTO one VALUES (1, 'pg');\n-- @both\nINSERT INTO one VALUES (2, '--');\n"
#define SECOND "CREATE TABLE two (id @id@ PRIMARY KEY);\nINSERT INTO two VALUES (1);\n"

typedef struct
{
  NbTestLoop loop;
  NbTestDatabase *database;
  NbStore *store;
  char *dir;
  gboolean is_sqlite;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  nb_test_loop_set_up (&self->loop, 240);
  self->is_sqlite = GPOINTER_TO_INT (data) == NB_TEST_SQLITE;
  self->database = nb_test_database_new ((NbTestDatabaseKind)GPOINTER_TO_INT (data));
  self->store = nb_store_new (nb_test_database_get_url (self->database), NULL, &error);
  g_assert_no_error (error);
  self->dir = g_build_filename (nb_test_database_get_folder (self->database), "migrations", NULL);
  g_assert_cmpint (g_mkdir (self->dir, 0700), ==, 0);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_assert_finalize_object (self->store);
  nb_test_database_free (self->database);
  nb_test_loop_tear_down (&self->loop);
  g_free (self->dir);
}

static void
write_file (Fixture *self, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (self->dir, name, NULL);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
}

static void
assert_migrates (Fixture *self, gboolean dry_run, const char *states)
{
  static const char letters[] = { [NB_MIGRATION_APPLIED] = 'a',
                                  [NB_MIGRATION_PENDING] = 'p',
                                  [NB_MIGRATION_CHANGED] = 'c',
                                  [NB_MIGRATION_UNKNOWN] = 'u' };
  g_autoptr (GPtrArray) report = NULL;
  g_autoptr (GString) found = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  nb_store_migrate (self->store, "test", self->dir, dry_run, &report, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < report->len; i++)
    g_string_append_c (found, letters[((NbMigration *)g_ptr_array_index (report, i))->state]);
  g_assert_cmpstr (found->str, ==, states);
}

static void
assert_refused (Fixture *self, const char *words)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (nb_store_migrate (self->store, "test", self->dir, FALSE, NULL, &error));
  g_assert_nonnull (error);
  if (strstr (error->message, words) == NULL)
    g_error ("“%s” does not say “%s”", error->message, words);
}

static void
assert_answer (Fixture *self, const char *sql, const char *expected)
{
  g_autofree char *answer = nb_test_database_run (self->database, sql);
  g_assert_cmpstr (answer, ==, expected);
}

static gboolean
has_table (Fixture *self, const char *name)
{
  g_autofree char *sql = g_strdup_printf (self->is_sqlite ? "SELECT count(*) FROM sqlite_master WHERE name = '%s'"
                                                          : "SELECT count(*) FROM pg_tables WHERE tablename = '%s'",
                                          name);
  g_autofree char *answer = nb_test_database_run (self->database, sql);

  return g_strcmp0 (answer, "1") == 0;
}

static void
test_order (Fixture *self, gconstpointer data)
{
  write_file (self, "002-second.sql", SECOND);
  write_file (self, "001-first.sql", FIRST);
  write_file (self, "README.md", "no migration");
  assert_migrates (self, TRUE, "pp");
  g_assert_false (has_table (self, "one"));
  g_assert_false (has_table (self, "schema_migrations"));
  assert_migrates (self, FALSE, "aa");
  assert_answer (self, "SELECT a FROM one WHERE id = 1", self->is_sqlite ? "lite" : "pg");
  assert_answer (self, "SELECT a FROM one WHERE id = 2", "--");
  assert_migrates (self, FALSE, "aa");
  write_file (self, "003-third.sql", "CREATE TABLE three (id @id@ PRIMARY KEY);\n");
  assert_migrates (self, TRUE, "aap");
  g_assert_false (has_table (self, "three"));
  assert_migrates (self, FALSE, "aaa");
  assert_answer (self, "SELECT count(*) FROM schema_migrations WHERE applied_at > 1700000000000000", "3");
}

static void
test_dry_run_makes_no_file (Fixture *self, gconstpointer data)
{
  g_autofree char *path = g_build_filename (nb_test_database_get_folder (self->database), "test.sqlite", NULL);

  write_file (self, "001-first.sql", FIRST);
  assert_migrates (self, TRUE, "p");
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

static void
test_changed (Fixture *self, gconstpointer data)
{
  write_file (self, "001-first.sql", FIRST);
  assert_migrates (self, FALSE, "a");
  write_file (self, "001-first.sql", FIRST "\n");
  write_file (self, "002-second.sql", SECOND);
  assert_refused (self, "001-first was changed");
  g_assert_false (has_table (self, "two"));
}

static void
test_newer (Fixture *self, gconstpointer data)
{
  g_autofree char *path = g_build_filename (self->dir, "002-second.sql", NULL);

  write_file (self, "001-first.sql", FIRST);
  write_file (self, "002-second.sql", SECOND);
  assert_migrates (self, FALSE, "aa");
  g_unlink (path);
  assert_refused (self, "newer than this program: it has migration 002-second");
}

static void
test_late_number (Fixture *self, gconstpointer data)
{
  write_file (self, "002-second.sql", SECOND);
  assert_migrates (self, FALSE, "a");
  write_file (self, "001-first.sql", FIRST);
  assert_refused (self, "001-first can't be applied after 002-second");
  g_assert_false (has_table (self, "one"));
}

static void
test_broken (Fixture *self, gconstpointer data)
{
  static const char *const scripts[] = {
    SECOND "CREATE TABLE three (id @id@ PRIMARY KEY;\n",
    SECOND "INSERT INTO two VALUES (1);\n",
    SECOND "COMMIT;\nSELECT nonsense;\n",
    SECOND "ROLLBACK;\n",
  };

  write_file (self, "001-first.sql", FIRST);
  for (gsize i = 0; i < G_N_ELEMENTS (scripts); i++)
    {
      write_file (self, "002-second.sql", scripts[i]);
      assert_refused (self, "test: migration 002-second: ");
      g_assert_true (has_table (self, "one"));
      g_assert_false (has_table (self, "two"));
      assert_migrates (self, TRUE, "ap");
    }
  write_file (self, "002-second.sql", SECOND);
  assert_migrates (self, FALSE, "aa");
}

static void
test_bad_files (Fixture *self, gconstpointer data)
{
  static const struct
  {
    const char *name;
    const char *text;
    const char *words;
  } bad[] = {
    { "1-first.sql", "", "NNN-name.sql" },        { "001.sql", "", "NNN-name.sql" },
    { "001-First.sql", "", "NNN-name.sql" },      { "001-first.sql", "\xff", "not UTF-8" },
    { "001-first.sql", "-- @mysql\n", "@mysql" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *path = g_build_filename (self->dir, bad[i].name, NULL);

      write_file (self, bad[i].name, bad[i].text);
      assert_refused (self, bad[i].words);
      g_unlink (path);
    }
  write_file (self, "001-first.sql", FIRST);
  write_file (self, "001-other.sql", FIRST);
  assert_refused (self, "same number");
}

static gpointer
migrate_in_thread (gpointer data)
{
  Fixture *self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (NbStore) store = nb_store_new (nb_test_database_get_url (self->database), NULL, &error);

  nb_store_migrate (store, "test", self->dir, FALSE, NULL, &error);
  g_assert_no_error (error);
  return NULL;
}

static void
test_two_at_once (Fixture *self, gconstpointer data)
{
  GThread *threads[4];

  write_file (self, "001-first.sql", FIRST);
  write_file (self, "002-second.sql", SECOND);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("migrate", migrate_in_thread, self);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  assert_migrates (self, TRUE, "aa");
  assert_answer (self, "SELECT count(*) FROM two", "1");
}

static void
test_urls (void)
{
  static const char *const wrong[] = { "",          "sqlite:", "sqlite::memory:",     "sqlite:/tmp/",
                                       "mysql://x", "/tmp/x",  "postgresql://h%zz/x", "postgresql:///x?nonsense=1" };

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (nb_store_new (wrong[i], NULL, &error));
      g_assert_error (error, NB_STORE_ERROR, NB_STORE_ERROR_STATEMENT);
    }
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
  g_test_add_func ("/store/url/wrong-ones-are-refused", test_urls);
  g_test_add ("/store/sqlite/migrations/dry-run-makes-no-file", Fixture, GINT_TO_POINTER (NB_TEST_SQLITE), set_up,
              test_dry_run_makes_no_file, tear_down);
  ADD ("migrations/in-order-and-once", test_order);
  ADD ("migrations/changed-is-refused", test_changed);
  ADD ("migrations/newer-is-refused", test_newer);
  ADD ("migrations/late-number-is-refused", test_late_number);
  ADD ("migrations/broken-leaves-nothing", test_broken);
  ADD ("migrations/bad-files-are-told", test_bad_files);
  ADD ("migrations/two-processes-at-once", test_two_at_once);
  return g_test_run ();
}
