/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Transactions on both databases: what commits, what rolls back, what is handed out, and in which order. */
#include "core/store/nb-store-private.h"
#include "tests/support/nb-test-database.h"
#include "tests/support/nb-test-gate.h"
#include "tests/support/nb-test-loop.h"

#include <fcntl.h>
#include <neighborbid/nb-error.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Where SQLite's shared lock on a database lies (its file format, "Lock-Byte Page"). */
#define SHARED_LOCK_START 0x40000002
#define SHARED_LOCK_BYTES 510

/* What two readings of the database's clock may differ by on a machine that stands still between. */
#define CLOCK_DOUBT (5 * G_USEC_PER_SEC)

static const NbSql insert_region = {
  .sqlite = "INSERT INTO regions (code, parent, level, name, latitude, longitude) "
            "VALUES (##code::string, '', 1, ##name::string, ##number::gint64, 0)",
};
static const NbSql count_regions = { .sqlite = "SELECT count(*) FROM regions", .columns = "x" };
static const NbSql count_outbox = { .sqlite = "SELECT count(*) FROM outbox", .columns = "x" };
static const NbSql broken = { .sqlite = "UPDATE regions SET nonsense = 1" };

typedef struct
{
  NbTestLoop loop;
  NbTestDatabase *database;
  NbStore *store;
  NbTestGate gate;
  GString *order; /* what happened, a letter each */
  guint n_events;
} Fixture;

static void
on_committed (NbStore *store, GPtrArray *events, gpointer user_data)
{
  Fixture *self = user_data;

  for (guint i = 0; i < events->len; i++)
    {
      g_string_append_c (self->order, 'e');
      self->n_events++;
    }
}

static void
set_up (Fixture *self, gconstpointer data)
{
  nb_test_loop_set_up (&self->loop, 240);
  self->database = nb_test_database_new ((NbTestDatabaseKind)GPOINTER_TO_INT (data));
  self->store = nb_test_store_new (self->database);
  self->order = g_string_new (NULL);
  nb_test_gate_init (&self->gate);
  g_signal_connect (self->store, "committed", G_CALLBACK (on_committed), self);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  nb_store_stop (self->store);
  nb_test_loop_drain (&self->loop);
  g_assert_finalize_object (self->store);
  nb_test_database_free (self->database);
  nb_test_loop_tear_down (&self->loop);
  g_string_free (self->order, TRUE);
  nb_test_gate_clear (&self->gate);
}

static gint64 ask (NbStore *store, const NbSql *sql);

typedef struct
{
  const NbSql *sql;
  gint64 answer;
} Question;

static gboolean
read_number (NbTransaction *transaction, gpointer user_data, GError **error)
{
  Question *question = user_data;
  g_autoptr (NbRows) rows = nb_transaction_query (transaction, question->sql, NB_NO_PARAMS, error);

  if (rows == NULL)
    return FALSE;
  question->answer = nb_rows_get_int (rows, 0, 0);
  return TRUE;
}

static gint64
ask (NbStore *store, const NbSql *sql)
{
  Question question = { .sql = sql, .answer = -1 };
  g_autoptr (GError) error = NULL;

  nb_store_read (store, read_number, &question, &error);
  g_assert_no_error (error);
  return question.answer;
}

typedef struct
{
  const char *code;
  enum
  {
    END_WELL,
    END_REFUSED,
    END_BROKEN,
    END_BROKEN_BUT_TRUE
  } end;
  gint64 now;
} Insertion;

static gboolean
insert (NbTransaction *transaction, gpointer user_data, GError **error)
{
  Insertion *insertion = user_data;
  g_autoptr (GError) inner = NULL;

  if (!nb_transaction_execute_exactly (transaction, 1, &insert_region,
                                       NB_PARAMS (NB_TEXT (insertion->code), NB_TEXT ("somewhere"), NB_INT (1)), error))
    return FALSE;
  insertion->now = nb_transaction_now (transaction);
  nb_transaction_emit (transaction, nb_event_new ("test", 1, 7, g_variant_new ("a{sv}", NULL)));
  if (insertion->end == END_WELL)
    return TRUE;
  if (insertion->end == END_REFUSED)
    {
      nb_set_error (error, NB_ERROR_NOT_YOURS, "no", NULL);
      return FALSE;
    }
  if (insertion->end == END_BROKEN)
    return nb_transaction_execute (transaction, &broken, NB_NO_PARAMS, error) >= 0;
  g_assert_cmpint (nb_transaction_execute (transaction, &broken, NB_NO_PARAMS, &inner), ==, -1);
  return TRUE;
}

static void
keep_in_order (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *self = user_data;
  g_autoptr (GError) error = NULL;
  gboolean is_ok = nb_store_transact_finish (NB_STORE (source), result, &error);

  g_assert_true (is_ok == (error == NULL));
  g_string_append_c (self->order, is_ok ? 'c' : 'f');
}

static gboolean
has_answer (gpointer user_data)
{
  Fixture *self = user_data;
  return strpbrk (self->order->str, "cf") != NULL;
}

static void
test_commit (Fixture *self, gconstpointer data)
{
  Insertion insertion = { .code = "a" };
  gint64 began_at = nb_store_now (self->store);

  nb_store_transact_async (self->store, insert, &insertion, NULL, NULL, keep_in_order, self);
  nb_test_loop_run_until (&self->loop, has_answer, self);
  g_assert_cmpstr (self->order->str, ==, "ec");
  g_assert_cmpint (ask (self->store, &count_regions), ==, 1);
  g_assert_cmpint (ask (self->store, &count_outbox), ==, 1);
  g_assert_cmpint (insertion.now, >=, began_at - CLOCK_DOUBT);
  g_assert_cmpint (insertion.now, <=, nb_store_now (self->store) + CLOCK_DOUBT);
}

static void
test_rollback (Fixture *self, gconstpointer data)
{
  for (int end = END_REFUSED; end <= END_BROKEN_BUT_TRUE; end++)
    {
      Insertion insertion = { .code = "a", .end = end };

      g_string_truncate (self->order, 0);
      nb_store_transact_async (self->store, insert, &insertion, NULL, NULL, keep_in_order, self);
      nb_test_loop_run_until (&self->loop, has_answer, self);
      nb_test_loop_drain (&self->loop);
      g_assert_cmpstr (self->order->str, ==, "f");
      g_assert_cmpint (ask (self->store, &count_regions), ==, 0);
      g_assert_cmpint (ask (self->store, &count_outbox), ==, 0);
    }
}

static void
test_constraint_has_its_code (Fixture *self, gconstpointer data)
{
  Insertion insertion = { .code = "a" };
  g_autoptr (GError) error = NULL;

  g_assert_true (nb_store_transact (self->store, insert, &insertion, &error));
  g_assert_no_error (error);
  g_assert_false (nb_store_transact (self->store, insert, &insertion, &error));
  g_assert_error (error, NB_STORE_ERROR, NB_STORE_ERROR_CONSTRAINT);
}

static gboolean
write_in_read (NbTransaction *transaction, gpointer user_data, GError **error)
{
  return nb_transaction_execute (transaction, &insert_region, NB_PARAMS (NB_TEXT ("r"), NB_TEXT ("r"), NB_INT (0)),
                                 error)
         >= 0;
}

static void
test_read_refuses_writes (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (nb_store_read (self->store, write_in_read, NULL, &error));
  g_assert_error (error, NB_STORE_ERROR, NB_STORE_ERROR_REFUSED);
  g_assert_cmpint (ask (self->store, &count_regions), ==, 0);
}

static gboolean
return_true_with_nothing (NbTransaction *transaction, gpointer user_data, GError **error)
{
  return TRUE;
}

static void
count_answer (GObject *source, GAsyncResult *result, gpointer user_data)
{
  guint *counts = user_data;
  g_autoptr (GError) error = NULL;

  if (nb_store_transact_finish (NB_STORE (source), result, &error))
    counts[0]++;
  else if (g_error_matches (error, NB_ERROR, NB_ERROR_BUSY) && nb_error_get_retry_after (error) > 0)
    counts[1]++;
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    counts[2]++;
  else
    g_error ("neither done nor busy: %s", error->message);
}

static gboolean
has_30_answers (gpointer user_data)
{
  const guint *counts = user_data;
  return counts[0] + counts[1] + counts[2] == 30;
}

static void
test_full_queue (Fixture *self, gconstpointer data)
{
  static const NbStoreOptions options = { .queue_max = 5, .n_workers = 1 };
  NbStore *store = nb_test_store_new_full (self->database, &options);
  guint counts[3] = { 0 };

  nb_store_transact_async (store, nb_test_gate_pass, &self->gate, NULL, NULL, count_answer, counts);
  nb_test_gate_wait (&self->gate);
  for (guint i = 1; i < 30; i++)
    nb_store_transact_async (store, return_true_with_nothing, NULL, NULL, NULL, count_answer, counts);
  nb_test_gate_open (&self->gate);
  nb_test_loop_run_until (&self->loop, has_30_answers, counts);
  g_assert_cmpuint (counts[0], ==, 1 + 5);
  g_assert_cmpuint (counts[1], ==, 30 - 1 - 5);
  nb_store_stop (store);
  g_assert_finalize_object (store);
}

static void
test_cancel (Fixture *self, gconstpointer data)
{
  static const NbStoreOptions options = { .n_workers = 1 };
  NbStore *store = nb_test_store_new_full (self->database, &options);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  guint counts[3] = { 0 };

  /* The one that runs has the cancellable too, and is answered as it ends. */
  nb_store_transact_async (store, nb_test_gate_pass, &self->gate, NULL, cancellable, count_answer, counts);
  nb_test_gate_wait (&self->gate);
  for (guint i = 0; i < 29; i++)
    nb_store_transact_async (store, return_true_with_nothing, NULL, NULL, i % 2 ? cancellable : NULL, count_answer,
                             counts);
  g_cancellable_cancel (cancellable);
  nb_test_gate_open (&self->gate);
  nb_test_loop_run_until (&self->loop, has_30_answers, counts);
  g_assert_cmpuint (counts[0], ==, 16);
  g_assert_cmpuint (counts[2], ==, 14);
  nb_store_stop (store);
  g_assert_finalize_object (store);
}

static gpointer
open_when_refused (gpointer data)
{
  Fixture *self = data;
  g_autoptr (GError) error = NULL;

  while (nb_store_read (self->store, return_true_with_nothing, NULL, &error))
    g_thread_yield ();
  g_assert_error (error, NB_ERROR, NB_ERROR_SHUTTING_DOWN);
  nb_test_gate_open (&self->gate);
  return NULL;
}

static void
test_stop_finishes_and_refuses (Fixture *self, gconstpointer data)
{
  guint counts[3] = { 0 };
  g_autoptr (GError) error = NULL;
  GThread *thread;

  /* As many as there are threads stand still until the store stops, so the others wait. */
  for (guint i = 0; i < 30; i++)
    nb_store_transact_async (self->store, i < 4 ? nb_test_gate_pass : return_true_with_nothing, &self->gate, NULL, NULL,
                             count_answer, counts);
  thread = g_thread_new ("refused", open_when_refused, self);
  nb_store_stop (self->store);
  g_thread_join (thread);
  nb_test_loop_run_until (&self->loop, has_30_answers, counts);
  g_assert_cmpuint (counts[0], ==, 30);
  g_assert_false (nb_store_transact (self->store, return_true_with_nothing, NULL, &error));
  g_assert_error (error, NB_ERROR, NB_ERROR_SHUTTING_DOWN);
}

/* Jobs that wait together share a commit on SQLite; each must still stand or fall alone. */
static void
test_group_isolation (Fixture *self, gconstpointer data)
{
  g_autoptr (GArray) insertions = g_array_new (FALSE, TRUE, sizeof (Insertion));
  guint n_good = 0;

  g_array_set_size (insertions, 200);
  nb_store_transact_async (self->store, nb_test_gate_pass, &self->gate, NULL, NULL, keep_in_order, self);
  nb_test_gate_wait (&self->gate);
  for (guint i = 0; i < insertions->len; i++)
    {
      Insertion *insertion = &g_array_index (insertions, Insertion, i);

      insertion->end = i % 5 < 4 ? (int)(i % 5) : END_WELL;
      insertion->code = g_strdup_printf ("%u", i % 7 == 6 ? i - 6 : i);
      nb_store_transact_async (self->store, insert, insertion, NULL, NULL, keep_in_order, self);
    }
  nb_test_gate_open (&self->gate);
  while (self->order->len - self->n_events < insertions->len + 1)
    g_main_context_iteration (self->loop.context, TRUE);
  for (const char *at = self->order->str; *at != '\0'; at++)
    n_good += *at == 'c';
  g_assert_cmpuint (n_good, >, 40);
  g_assert_cmpint (ask (self->store, &count_regions), ==, n_good - 1);
  g_assert_cmpint (ask (self->store, &count_outbox), ==, n_good - 1);
  g_assert_cmpuint (self->n_events, ==, n_good - 1);
  for (guint i = 0; i < insertions->len; i++)
    g_free ((char *)g_array_index (insertions, Insertion, i).code);
}

/* The first reading may fall into a pause of the machine; a better one follows within a second. */
static void
test_clock (Fixture *self, gconstpointer data)
{
  gint64 before, now, after;

  do
    {
      g_autofree char *text = NULL;

      before = nb_store_now (self->store);
      text
          = nb_test_database_run (self->database, "SELECT (extract (epoch FROM clock_timestamp ()) * 1000000)::bigint");
      now = g_ascii_strtoll (text, NULL, 10);
      after = nb_store_now (self->store);
      g_usleep (10000);
    }
  while (now < before - 20000 || now > after + 20000);
}

/* As another process sees it, for one's own locks are never in one's way. */
static gboolean
is_locked (const char *path)
{
  struct flock lock
      = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = SHARED_LOCK_START, .l_len = SHARED_LOCK_BYTES };
  pid_t child = fork ();
  int status = -1;

  if (child == 0)
    {
      int file = open (path, O_RDWR | O_CLOEXEC);

      _exit (file >= 0 && fcntl (file, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK ? 0 : 1);
    }
  g_assert_cmpint (child, >, 0);
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  return WIFEXITED (status) && WEXITSTATUS (status) == 0;
}

/* Without that lock a process that closes the database takes it for unused and removes its log, and with it all that is
 * committed afterwards. */
static void
test_file_stays_locked (Fixture *self, gconstpointer data)
{
  const char *path = nb_test_database_get_url (self->database) + strlen ("sqlite:");
  g_autoptr (NbStore) second = nb_test_store_new (self->database);

  g_assert_cmpint (ask (self->store, &count_regions), ==, 0);
  g_assert_cmpint (ask (second, &count_regions), ==, 0);
  g_assert_true (is_locked (path));
  nb_store_stop (second);
  nb_test_loop_drain (&self->loop);
  g_assert_true (is_locked (path));
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
  ADD ("commit-emits-after-commit-and-before-callback", test_commit);
  ADD ("rollback-emits-nothing", test_rollback);
  ADD ("constraint-has-its-code", test_constraint_has_its_code);
  ADD ("read-refuses-writes", test_read_refuses_writes);
  ADD ("full-queue-answers-busy", test_full_queue);
  ADD ("cancel-takes-only-what-waits", test_cancel);
  ADD ("stop-finishes-and-refuses", test_stop_finishes_and_refuses);
  ADD ("jobs-that-commit-together-stand-alone", test_group_isolation);
  g_test_add ("/store/sqlite/file-stays-locked-while-it-is-open", Fixture, GINT_TO_POINTER (NB_TEST_SQLITE), set_up,
              test_file_stays_locked, tear_down);
  g_test_add ("/store/postgresql/clock-is-the-database's", Fixture, GINT_TO_POINTER (NB_TEST_POSTGRESQL), set_up,
              test_clock, tear_down);
  return g_test_run ();
}
