/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Idempotency keys: one piece of work for each key, whoever asks, however often, at whatever moment. */
#include "core/store/nb-store-private.h"
#include "tests/support/nb-test-database.h"
#include "tests/support/nb-test-loop.h"

#include <neighborbid/nb-error.h>

static const NbSql insert_work = {
  .sqlite = "INSERT INTO audit (id, at, actor, action, subject, reason) VALUES (##id::gint64, 0, 'x', 'x', 'x', 'x')",
};

typedef struct
{
  NbTestLoop loop;
  NbTestDatabase *database;
  NbStore *stores[2]; /* as two processes have them */
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  nb_test_loop_set_up (&self->loop, 240);
  self->database = nb_test_database_new ((NbTestDatabaseKind)GPOINTER_TO_INT (data));
  for (guint i = 0; i < 2; i++)
    self->stores[i] = nb_test_store_new (self->database);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  for (guint i = 0; i < 2; i++)
    nb_store_stop (self->stores[i]);
  nb_test_loop_drain (&self->loop);
  for (guint i = 0; i < 2; i++)
    g_assert_finalize_object (self->stores[i]);
  nb_test_database_free (self->database);
  nb_test_loop_tear_down (&self->loop);
}

typedef struct
{
  gint64 person;
  const char *key;
  const char *fingerprint;
  gboolean fails;
  gint *n_done; /* (nullable) atomic */
  char *stored;
} Request;

static gboolean
serve (NbTransaction *transaction, gpointer user_data, GError **error)
{
  Request *request = user_data;
  gint64 id = nb_id_new ();
  g_autofree char *answer = g_strdup_printf ("%" G_GINT64_FORMAT, id);

  g_clear_pointer (&request->stored, g_free);
  if (!nb_transaction_claim_key (transaction, request->person, request->key, request->fingerprint, &request->stored,
                                 error))
    return FALSE;
  if (request->stored != NULL)
    return TRUE;
  if (request->fails)
    {
      nb_set_error (error, NB_ERROR_INSUFFICIENT_FUNDS, "no", NULL);
      return FALSE;
    }
  return nb_transaction_execute_exactly (transaction, 1, &insert_work, NB_PARAMS (NB_INT (id)), error)
         && nb_transaction_store_answer (transaction, request->person, request->key, answer, error);
}

static void
assert_n_done (Fixture *self, const char *expected)
{
  g_autofree char *n = nb_test_database_run (self->database, "SELECT count(*) FROM audit");
  g_assert_cmpstr (n, ==, expected);
}

static void
test_same_key (Fixture *self, gconstpointer data)
{
  Request first = { .person = 1, .key = "k", .fingerprint = "deposit:1" };
  Request again = first;
  Request other_person = { .person = 2, .key = "k", .fingerprint = "deposit:2" };
  Request other_body = { .person = 1, .key = "k", .fingerprint = "deposit:9" };
  Request no_key = { .person = 1, .fingerprint = "deposit:1" };
  g_autoptr (GError) error = NULL;
  g_autofree char *kept = NULL;

  g_assert_true (nb_store_transact (self->stores[0], serve, &first, &error));
  g_assert_null (first.stored);
  g_assert_true (nb_store_transact (self->stores[1], serve, &again, &error));
  kept = nb_test_database_run (self->database, "SELECT id FROM audit");
  g_assert_cmpstr (again.stored, ==, kept);
  g_assert_true (nb_store_transact (self->stores[1], serve, &other_person, &error));
  g_assert_null (other_person.stored);
  g_assert_false (nb_store_transact (self->stores[0], serve, &other_body, &error));
  g_assert_error (error, NB_ERROR, NB_ERROR_IDEMPOTENCY_KEY_REUSED);
  g_clear_error (&error);
  for (guint i = 0; i < 2; i++)
    g_assert_true (nb_store_transact (self->stores[0], serve, &no_key, &error));
  assert_n_done (self, "4");
  g_free (again.stored);
}

static void
test_failed_use_frees_the_key (Fixture *self, gconstpointer data)
{
  Request request = { .person = 1, .key = "k", .fingerprint = "bid:1", .fails = TRUE };
  g_autoptr (GError) error = NULL;

  g_assert_false (nb_store_transact (self->stores[0], serve, &request, &error));
  g_assert_error (error, NB_ERROR, NB_ERROR_INSUFFICIENT_FUNDS);
  g_clear_error (&error);
  request.fails = FALSE;
  g_assert_true (nb_store_transact (self->stores[1], serve, &request, &error));
  g_assert_null (request.stored);
  assert_n_done (self, "1");
}

static void
count_answer (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Request *request = user_data;
  g_autoptr (GError) error = NULL;

  nb_store_transact_finish (NB_STORE (source), result, &error);
  g_assert_no_error (error);
  g_atomic_int_inc (request->n_done);
}

static void
test_race (Fixture *self, gconstpointer data)
{
  enum
  {
    ROUNDS = 40,
    EACH = 6
  };

  for (guint round = 1; round <= ROUNDS; round++)
    {
      g_autofree char *key = g_strdup_printf ("key-%u", round);
      g_autofree char *expected = g_strdup_printf ("%u", round);
      Request requests[EACH];
      gint n_done = 0;
      guint n_first = 0;

      for (guint i = 0; i < EACH; i++)
        {
          requests[i] = (Request){ .person = 1, .key = key, .fingerprint = "bid:1", .n_done = &n_done };
          nb_store_transact_async (self->stores[i % 2], serve, &requests[i], NULL, NULL, count_answer, &requests[i]);
        }
      while (n_done < EACH)
        g_main_context_iteration (self->loop.context, TRUE);
      for (guint i = 0; i < EACH; i++)
        {
          n_first += requests[i].stored == NULL;
          g_assert_true (requests[i].stored == NULL || requests[i].stored[0] != '\0');
          g_free (requests[i].stored);
        }
      g_assert_cmpuint (n_first, ==, 1);
      assert_n_done (self, expected);
    }
}

static gboolean
emit_one (NbTransaction *transaction, gpointer user_data, GError **error)
{
  nb_transaction_emit (transaction, nb_event_new ("test", 1, 0, g_variant_new ("a{sv}", NULL)));
  return TRUE;
}

static void
test_prune (Fixture *self, gconstpointer data)
{
  g_autoptr (GAsyncResult) nothing = NULL;
  g_autoptr (GAsyncResult) all = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *key = g_strdup_printf ("%u", i);
      Request request = { .person = 1, .key = key, .fingerprint = "x" };

      g_assert_true (nb_store_transact (self->stores[0], serve, &request, &error));
      g_assert_true (nb_store_transact (self->stores[0], emit_one, NULL, &error));
    }
  nb_store_prune_async (self->stores[0], G_TIME_SPAN_HOUR, G_TIME_SPAN_HOUR, NULL, nb_test_loop_keep_result, &nothing);
  nb_test_loop_run_until_result (&self->loop, &nothing);
  g_assert_cmpint (nb_store_prune_finish (self->stores[0], nothing, &error), ==, 0);
  g_usleep (5000);
  nb_store_prune_async (self->stores[0], 0, 0, NULL, nb_test_loop_keep_result, &all);
  nb_test_loop_run_until_result (&self->loop, &all);
  g_assert_cmpint (nb_store_prune_finish (self->stores[0], all, &error), ==, 6);
  g_assert_no_error (error);
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
  ADD ("same-key-same-answer", test_same_key);
  ADD ("failed-use-frees-the-key", test_failed_use_frees_the_key);
  ADD ("two-processes-race-on-a-key", test_race);
  ADD ("pruning-takes-what-is-old", test_prune);
  return g_test_run ();
}
