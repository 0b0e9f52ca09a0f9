/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writes that are sent together, on both databases: they stand or fall with their transaction, as if each were alone.
 */
#include "core/store/nb-store-private.h"
#include "core/store/nb-transaction.h"
#include "tests/support/nb-test-database.h"
#include "tests/support/nb-test-loop.h"

#include <string.h>

#define MUCH (1 << 20)
#define N_MUCH 24

static const NbSql insert_regions = {
  .sqlite = "INSERT INTO regions (code, parent, level, name, latitude, longitude) SELECT json_extract (value, '$[0]'), "
            "'', 1, ##name::string || ##name::string, json_extract (value, '$[1]'), ##number::gint64 "
            "FROM json_each (##rows::string)",
  .postgresql = "INSERT INTO regions (code, parent, level, name, latitude, longitude) SELECT v.code, '', 1, "
                "##name::string || ##name::string, v.latitude, ##number::gint64 "
                "FROM unnest (CAST (##c0::string AS text[]), CAST (##c1::string AS bigint[])) AS v (code, latitude)",
};
static const NbSql rename_region = { .sqlite = "UPDATE regions SET name = ##name::string WHERE code = ##code::string" };
static const NbSql claim_region = { .sqlite = "INSERT INTO regions (code, parent, level, name, latitude, longitude) "
                                              "VALUES (##code::string, '', 1, '', 0, 0) ON CONFLICT DO NOTHING" };
static const NbSql broken = { .sqlite = "UPDATE regions SET nonsense = ##name::string" };
static const NbSql count_regions
    = { .sqlite = "SELECT count(*), max (name), sum (latitude) + sum (longitude) FROM regions",
        .postgresql = "SELECT count(*), max (name), "
                      "CAST (sum (latitude) + sum (longitude) AS bigint) FROM regions",
        .columns = "xsx" };

typedef struct
{
  NbTestLoop loop;
  NbTestDatabase *database;
  NbStore *store;
} Fixture;

typedef struct
{
  Fixture *fixture;
  enum
  {
    SEES_ITSELF,
    TOO_MANY_ROWS,
    NO_SUCH_COLUMN,
    TAKEN,
    GIVES_UP,
    LOSES_LINK
  } what;
  guint n_runs;
} Work;

static void
set_up (Fixture *self, gconstpointer data)
{
  nb_test_loop_set_up (&self->loop, 240);
  self->database = nb_test_database_new ((NbTestDatabaseKind)GPOINTER_TO_INT (data));
  self->store = nb_test_store_new (self->database);
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

static gboolean
add_regions (NbTransaction *transaction, const char *first, const char *second, GError **error)
{
  g_autoptr (NbRowset) rows = nb_rowset_new ("sx");

  nb_rowset_add (rows, first, (gint64)1);
  nb_rowset_add (rows, second, (gint64)2);
  return nb_transaction_expect (transaction, 2, &insert_regions,
                                NB_PARAMS (NB_TEXT ("ab\"c,'"), NB_INT (-40), NB_ROWS (rows)), error);
}

static gboolean
rename_to (NbTransaction *transaction, const char *code, const char *name, gint64 expected, GError **error)
{
  return nb_transaction_expect (transaction, expected, &rename_region, NB_PARAMS (NB_TEXT (name), NB_TEXT (code)),
                                error);
}

static gboolean
claim (NbTransaction *transaction, const char *code, GError **error)
{
  const NbExpectation expectation = { 1, TRUE };

  return nb_transaction_expect_full (transaction, &expectation, &claim_region, NB_PARAMS (NB_TEXT (code)), error);
}

/* What was kept is there for the next question. */
static gboolean
sees_itself (NbTransaction *transaction, GError **error)
{
  g_autoptr (NbRows) rows = nb_transaction_query (transaction, &count_regions, NB_NO_PARAMS, error);

  g_assert_no_error (*error);
  g_assert_cmpint (nb_rows_get_int (rows, 0, 0), ==, 2);
  g_assert_cmpstr (nb_rows_get_text (rows, 0, 1), ==, "ab\"c,'ab\"c,'");
  g_assert_cmpint (nb_rows_get_int (rows, 0, 2), ==, 3 - 80);
  return rename_to (transaction, "1", "zz", 1, error) && rename_to (transaction, "2", "yy", 1, error)
         && rename_to (transaction, "1", "zzz", 1, error);
}

static gboolean
work (NbTransaction *transaction, gpointer user_data, GError **error)
{
  Work *self = user_data;

  if (!add_regions (transaction, "1", "2", error))
    return FALSE;
  self->n_runs++;
  switch (self->what)
    {
    case SEES_ITSELF:
      return sees_itself (transaction, error);
    case TOO_MANY_ROWS:
      return rename_to (transaction, "1", "x", 2, error) && rename_to (transaction, "2", "y", 1, error);
    case NO_SUCH_COLUMN:
      return rename_to (transaction, "1", "x", 1, error)
             && nb_transaction_expect (transaction, 2, &broken, NB_PARAMS (NB_TEXT ("x")), error)
             && rename_to (transaction, "2", "y", 1, error);
    case TAKEN:
      /* Where it would be in the way again, it is left out the second time. */
      return self->n_runs > 1 || (claim (transaction, "1", error) && rename_to (transaction, "2", "y", 1, error));
    case LOSES_LINK:
      return self->n_runs > 1 || nb_test_database_kill_backends (self->fixture->database) > 0;
    case GIVES_UP:
    default:
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "enough");
      return FALSE;
    }
}

static gint64
count (Fixture *self)
{
  g_autofree char *cell = nb_test_database_run (self->database, "SELECT count(*) FROM regions");

  return g_ascii_strtoll (cell, NULL, 10);
}

static void
run (Fixture *self, Work *job, GError **error)
{
  job->fixture = self;
  nb_store_transact (self->store, work, job, error);
}

/* The connection that a transaction failed on goes on as if nothing had been. */
static void
assert_usable (Fixture *self)
{
  Work again = { .what = SEES_ITSELF };
  g_autoptr (GError) error = NULL;
  g_autofree char *names = NULL;

  g_assert_cmpint (count (self), ==, 0);
  run (self, &again, &error);
  g_assert_no_error (error);
  g_assert_cmpint (count (self), ==, 2);
  names = nb_test_database_run (self->database, "SELECT max (name) || min (name) FROM regions");
  g_assert_cmpstr (names, ==, "zzzyy");
}

static void
test_together (Fixture *self, gconstpointer data)
{
  assert_usable (self);
}

static void
test_wrong_number (Fixture *self, gconstpointer data)
{
  Work job = { .what = TOO_MANY_ROWS };
  g_autoptr (GError) error = NULL;

  run (self, &job, &error);
  g_assert_error (error, NB_STORE_ERROR, NB_STORE_ERROR_ROWS);
  g_assert_nonnull (strstr (error->message, "touched 1 rows, not 2"));
  g_assert_cmpuint (job.n_runs, ==, 1);
  assert_usable (self);
}

static void
test_broken (Fixture *self, gconstpointer data)
{
  Work job = { .what = NO_SUCH_COLUMN };
  g_autoptr (GError) error = NULL;

  run (self, &job, &error);
  g_assert_error (error, NB_STORE_ERROR, NB_STORE_ERROR_STATEMENT);
  assert_usable (self);
}

static void
test_constraint (Fixture *self, gconstpointer data)
{
  Work first = { .what = SEES_ITSELF }, second = { .what = LOSES_LINK, .n_runs = 1 };
  g_autoptr (GError) error = NULL;

  run (self, &first, &error);
  g_assert_no_error (error);
  run (self, &second, &error);
  g_assert_error (error, NB_STORE_ERROR, NB_STORE_ERROR_CONSTRAINT);
  g_assert_cmpint (count (self), ==, 2);
}

static void
test_conflict (Fixture *self, gconstpointer data)
{
  Work job = { .what = TAKEN };
  g_autoptr (GError) error = NULL;

  run (self, &job, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (job.n_runs, ==, 2);
  g_assert_cmpint (count (self), ==, 2);
}

static void
test_given_up (Fixture *self, gconstpointer data)
{
  Work job = { .what = GIVES_UP };
  g_autoptr (GError) error = NULL;

  run (self, &job, &error);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  assert_usable (self);
}

static void
test_lost_link (Fixture *self, gconstpointer data)
{
  Work job = { .what = LOSES_LINK };
  g_autoptr (GError) error = NULL;

  run (self, &job, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (job.n_runs, ==, 2);
  g_assert_cmpint (count (self), ==, 2);
}

typedef struct
{
  NbStore *store;
  const char *codes[2];
  gint *n_there; /* atomic: how many of both have the lock on their first row */
  guint n_runs;
} Crossing;

/* Both have one row, and ask for the other one's. */
static gboolean
cross (NbTransaction *transaction, gpointer user_data, GError **error)
{
  Crossing *self = user_data;
  g_autoptr (NbRows) rows = NULL;

  if (!rename_to (transaction, self->codes[0], self->codes[0], 1, error))
    return FALSE;
  rows = nb_transaction_query (transaction, &count_regions, NB_NO_PARAMS, error);
  if (rows == NULL)
    return FALSE;
  if (self->n_runs++ == 0)
    g_atomic_int_inc (self->n_there);
  while (g_atomic_int_get (self->n_there) < 2)
    g_usleep (1000);
  return rename_to (transaction, self->codes[1], self->codes[0], 1, error);
}

static gpointer
run_crossing (gpointer data)
{
  Crossing *self = data;
  g_autoptr (GError) error = NULL;

  nb_store_transact (self->store, cross, self, &error);
  g_assert_no_error (error);
  return NULL;
}

/* What the database says of a write in the middle tells that it may be tried again. */
static void
test_deadlock (Fixture *self, gconstpointer data)
{
  Work first = { .what = SEES_ITSELF };
  gint n_there = 0;
  Crossing one = { self->store, { "1", "2" }, &n_there, 0 };
  Crossing other = { nb_test_store_new_full (self->database, NULL), { "2", "1" }, &n_there, 0 };
  g_autofree char *names = NULL;
  g_autoptr (GError) error = NULL;
  GThread *thread;

  run (self, &first, &error);
  g_assert_no_error (error);
  thread = g_thread_new ("crossing", run_crossing, &other);
  run_crossing (&one);
  g_thread_join (thread);
  g_assert_cmpuint (one.n_runs + other.n_runs, >=, 3);
  names = nb_test_database_run (self->database, "SELECT max (name) || min (name) FROM regions");
  g_assert_true (g_str_equal (names, "11") || g_str_equal (names, "22"));
  nb_store_stop (other.store);
  nb_test_loop_drain (&self->loop);
  g_assert_finalize_object (other.store);
}

/* More than fits in any buffer between the two, and after it an answer that counts. */
static gboolean
write_much (NbTransaction *transaction, gpointer user_data, GError **error)
{
  g_autofree char *name = g_strnfill (MUCH, '\\');

  if (!add_regions (transaction, "1", "2", error))
    return FALSE;
  for (guint i = 0; i < N_MUCH; i++)
    if (!rename_to (transaction, "1", name, 1, error))
      return FALSE;
  return rename_to (transaction, "3", name, GPOINTER_TO_INT (user_data), error);
}

static void
test_much (Fixture *self, gconstpointer data)
{
  g_autofree char *length = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (nb_store_transact (self->store, write_much, GINT_TO_POINTER (1), &error));
  g_assert_error (error, NB_STORE_ERROR, NB_STORE_ERROR_ROWS);
  g_clear_error (&error);
  g_assert_cmpint (count (self), ==, 0);
  nb_store_transact (self->store, write_much, GINT_TO_POINTER (0), &error);
  g_assert_no_error (error);
  length = nb_test_database_run (self->database, "SELECT max (length (name)) FROM regions");
  g_assert_cmpint (g_ascii_strtoll (length, NULL, 10), ==, MUCH);
}

static void
test_in_read (Fixture *self, gconstpointer data)
{
  Work job = { .what = SEES_ITSELF, .fixture = self };
  g_autoptr (GError) error = NULL;

  g_assert_false (nb_store_read (self->store, work, &job, &error));
  g_assert_error (error, NB_STORE_ERROR, NB_STORE_ERROR_REFUSED);
  g_assert_cmpint (count (self), ==, 0);
}

static void
add_test (const char *name, void (*function) (Fixture *self, gconstpointer data))
{
  for (int kind = NB_TEST_SQLITE; kind <= NB_TEST_POSTGRESQL; kind++)
    {
      g_autofree char *path
          = g_strdup_printf ("/store/deferred/%s/%s", nb_test_database_kind_name ((NbTestDatabaseKind)kind), name);

      g_test_add (path, Fixture, GINT_TO_POINTER (kind), set_up, function, tear_down);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_test ("together", test_together);
  add_test ("wrong-number", test_wrong_number);
  add_test ("broken", test_broken);
  add_test ("constraint", test_constraint);
  add_test ("conflict", test_conflict);
  add_test ("given-up", test_given_up);
  add_test ("in-read", test_in_read);
  add_test ("much", test_much);
  g_test_add ("/store/deferred/postgresql/deadlock", Fixture, GINT_TO_POINTER (NB_TEST_POSTGRESQL), set_up,
              test_deadlock, tear_down);
  g_test_add ("/store/deferred/postgresql/lost-link", Fixture, GINT_TO_POINTER (NB_TEST_POSTGRESQL), set_up,
              test_lost_link, tear_down);
  return g_test_run ();
}
