/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The life of a session: found, remembered for a moment, seen, ended. */
#include "core/account/nb-accounts.h"
#include "tests/support/nb-test-database.h"
#include "tests/support/nb-test-loop.h"

#define IDLE (G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC)
#define ABSOLUTE (G_GINT64_CONSTANT (86400) * G_USEC_PER_SEC)

static const NbAccountsOptions options = { .idle = IDLE, .absolute = ABSOLUTE };

typedef struct
{
  NbTestLoop loop;
  NbTestDatabase *database;
  NbStore *store;
  NbAccounts *accounts;
  char *token;
  gint64 person;
  guint n_ended;
  gint64 remembered_at; /* monotonic */
  gint64 ended;
} Fixture;

static gboolean
make_person (NbTransaction *transaction, gpointer user_data, GError **error)
{
  Fixture *self = user_data;
  const NbSignUp what = { .username = "minji", .nickname = "민지" };

  self->person = nb_accounts_create (transaction, &what, "", NULL, error);
  if (self->person == 0)
    return FALSE;
  g_clear_pointer (&self->token, g_free);
  self->token = nb_accounts_create_session (transaction, self->person, &options, error);
  return self->token != NULL;
}

static void
on_session_ended (NbAccounts *accounts, gint64 session, gpointer user_data)
{
  Fixture *self = user_data;

  self->n_ended++;
  self->ended = session;
}

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  nb_test_loop_set_up (&self->loop, 240);
  self->database = nb_test_database_new ((NbTestDatabaseKind)GPOINTER_TO_INT (data));
  self->store = nb_test_store_new (self->database);
  self->accounts = nb_accounts_new (self->store, &options);
  g_signal_connect (self->accounts, "session-ended", G_CALLBACK (on_session_ended), self);
  g_assert_true (nb_store_transact (self->store, make_person, self, &error));
  g_assert_no_error (error);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  nb_test_loop_drain (&self->loop);
  nb_store_stop (self->store);
  nb_test_loop_drain (&self->loop);
  g_assert_finalize_object (self->accounts);
  g_assert_finalize_object (self->store);
  nb_test_database_free (self->database);
  nb_test_loop_tear_down (&self->loop);
  g_free (self->token);
}

static NbSession *
find (Fixture *self, const char *token)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  NbSession *session;

  nb_accounts_find_session_async (self->accounts, token, nb_test_loop_keep_result, &result);
  nb_test_loop_run_until_result (&self->loop, &result);
  session = nb_accounts_find_session_finish (self->accounts, result, &error);
  if (session == NULL)
    g_assert_error (error, NB_ERROR, NB_ERROR_NOT_SIGNED_IN);
  return session;
}

static void
run (Fixture *self, const char *sql)
{
  g_free (nb_test_database_run (self->database, sql));
}

static gint64
ask (Fixture *self, const char *sql)
{
  g_autofree char *cell = nb_test_database_run (self->database, sql);

  return g_ascii_strtoll (cell, NULL, 10);
}

static gboolean
is_forgotten (gpointer user_data)
{
  Fixture *self = user_data;
  gint64 now = g_get_monotonic_time ();
  g_autoptr (NbSession) session = nb_accounts_peek_session (self->accounts, self->token);

  if (session != NULL)
    self->remembered_at = now;
  return session == NULL;
}

static gboolean
wake (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

/* Runs until the memory of sessions is too old to be believed. */
static void
wait_until_forgotten (Fixture *self)
{
  g_autoptr (GSource) source = g_timeout_source_new (20);

  g_source_set_callback (source, wake, NULL, NULL);
  g_source_attach (source, self->loop.context);
  nb_test_loop_run_until (&self->loop, is_forgotten, self);
  g_source_destroy (source);
}

static void
test_found_and_remembered (Fixture *self, gconstpointer data)
{
  g_autoptr (NbSession) session = NULL;
  g_autoptr (NbSession) again = NULL;
  g_autofree char *wrong = g_strdup (self->token);

  g_assert_null (nb_accounts_peek_session (self->accounts, self->token));
  session = find (self, self->token);
  g_assert_cmpint (session->account->id, ==, self->person);
  g_assert_cmpstr (session->account->nickname, ==, "민지");
  g_assert_null (session->token);
  again = nb_accounts_peek_session (self->accounts, self->token);
  g_assert_true (again == session);
  wrong[0] = wrong[0] == 'a' ? 'b' : 'a';
  g_assert_null (find (self, wrong));
  g_assert_null (find (self, "short"));
  g_assert_null (find (self, ""));
}

/* What another process changes is known here after at most two seconds. */
static void
test_memory_is_short (Fixture *self, gconstpointer data)
{
  g_autoptr (NbSession) session = find (self, self->token);
  gint64 id = session->id;
  gint64 found_at = g_get_monotonic_time ();

  run (self, "DELETE FROM sessions");
  wait_until_forgotten (self);
  g_assert_cmpint (self->remembered_at, <=, found_at + 2 * G_USEC_PER_SEC);
  g_assert_cmpuint (self->n_ended, ==, 0);
  g_assert_null (find (self, self->token));
  g_assert_cmpuint (self->n_ended, ==, 1);
  g_assert_cmpint (self->ended, ==, id);
  g_assert_null (find (self, self->token));
  g_assert_cmpuint (self->n_ended, ==, 1);
}

static void
test_sign_out (Fixture *self, gconstpointer data)
{
  g_autoptr (NbSession) session = find (self, self->token);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  nb_accounts_sign_out_async (self->accounts, session, nb_test_loop_keep_result, &result);
  nb_test_loop_run_until_result (&self->loop, &result);
  g_assert_true (nb_accounts_sign_out_finish (self->accounts, result, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (self->n_ended, ==, 1);
  g_assert_cmpint (self->ended, ==, session->id);
  g_assert_null (nb_accounts_peek_session (self->accounts, self->token));
  g_assert_null (find (self, self->token));
  g_assert_cmpuint (self->n_ended, ==, 1);
  g_assert_cmpint (ask (self, "SELECT count(*) FROM sessions"), ==, 0);
}

/* Time goes by the store's clock: the session's times are moved instead of waiting. */
static void
test_idle_end (Fixture *self, gconstpointer data)
{
  g_autofree char *almost
      = g_strdup_printf ("UPDATE sessions SET seen_at = seen_at - %" G_GINT64_FORMAT, IDLE - 30 * G_USEC_PER_SEC);
  g_autoptr (NbSession) session = NULL;

  run (self, almost);
  session = find (self, self->token);
  g_assert_nonnull (session);
  nb_test_loop_drain (&self->loop);
  wait_until_forgotten (self);
  g_assert_cmpint (nb_store_now (self->store) - ask (self, "SELECT seen_at FROM sessions"), <, 30 * G_USEC_PER_SEC);
  run (self, "UPDATE sessions SET seen_at = seen_at - 3600000000");
  g_assert_null (find (self, self->token));
  g_assert_cmpuint (self->n_ended, ==, 1);
}

static void
test_absolute_end (Fixture *self, gconstpointer data)
{
  run (self, "UPDATE sessions SET expires_at = seen_at");
  g_assert_null (find (self, self->token));
  g_assert_cmpuint (self->n_ended, ==, 1);
  g_assert_cmpint (self->ended, ==, ask (self, "SELECT id FROM sessions"));
}

static void
test_seen_once_a_minute (Fixture *self, gconstpointer data)
{
  gint64 first = ask (self, "SELECT seen_at FROM sessions");
  g_autoptr (NbSession) session = find (self, self->token);
  g_autoptr (NbSession) later = NULL;

  g_assert_nonnull (session);
  wait_until_forgotten (self);
  later = find (self, self->token);
  g_assert_nonnull (later);
  nb_test_loop_drain (&self->loop);
  g_assert_cmpint (ask (self, "SELECT seen_at FROM sessions"), ==, first);
}

static gboolean
suspend (NbTransaction *transaction, gpointer user_data, GError **error)
{
  return nb_accounts_set_suspended (transaction, "minji", TRUE, error);
}

static gboolean
sign_in_again (NbTransaction *transaction, gpointer user_data, GError **error)
{
  Fixture *self = user_data;
  g_autofree char *token = nb_accounts_create_session (transaction, self->person, &options, error);

  return token != NULL;
}

static void
test_suspended (Fixture *self, gconstpointer data)
{
  g_autoptr (NbSession) session = find (self, self->token);
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (session);
  g_assert_true (nb_store_transact (self->store, suspend, NULL, &error));
  g_assert_cmpint (ask (self, "SELECT count(*) FROM sessions"), ==, 0);
  wait_until_forgotten (self);
  g_assert_null (find (self, self->token));
  g_assert_cmpuint (self->n_ended, ==, 1);
  g_assert_false (nb_store_transact (self->store, sign_in_again, self, &error));
  g_assert_error (error, NB_ERROR, NB_ERROR_BLOCKED);
}

static gboolean
sign_in_often (NbTransaction *transaction, gpointer user_data, GError **error)
{
  for (int i = 0; i < 60; i++)
    if (!sign_in_again (transaction, user_data, error))
      return FALSE;
  return TRUE;
}

static void
test_sessions_are_bounded (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (nb_store_transact (self->store, sign_in_often, self, &error));
  g_assert_no_error (error);
  g_assert_cmpint (ask (self, "SELECT count(*) FROM sessions"), ==, 50);
  g_assert_null (find (self, self->token));
}

static gboolean
set_region (Fixture *self, const char *region, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  nb_accounts_set_region_async (self->accounts, self->person, region, nb_test_loop_keep_result, &result);
  nb_test_loop_run_until_result (&self->loop, &result);
  return nb_accounts_set_region_finish (self->accounts, result, error);
}

static void
test_set_region (Fixture *self, gconstpointer data)
{
  g_autoptr (NbSession) before = find (self, self->token);
  g_autoptr (NbSession) after = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (before->account->region, ==, "");
  run (self, "INSERT INTO regions (code, parent, level, name, latitude, longitude) "
             "VALUES ('1168010100', '1168000000', 3, '역삼동', 1, 1)");
  g_assert_true (set_region (self, "1168010100", &error));
  g_assert_no_error (error);
  g_assert_null (nb_accounts_peek_session (self->accounts, self->token));
  after = find (self, self->token);
  g_assert_cmpstr (after->account->region, ==, "1168010100");
  g_assert_false (set_region (self, "1168010199", &error));
  g_assert_error (error, NB_ERROR, NB_ERROR_VALIDATION_FAILED);
  g_assert_cmpstr (nb_error_get_field (error), ==, "region");
}

static void
add (const char *name, void (*test) (Fixture *, gconstpointer))
{
  for (int kind = NB_TEST_SQLITE; kind <= NB_TEST_POSTGRESQL; kind++)
    {
      g_autofree char *path
          = g_strdup_printf ("/account/sessions/%s/%s", nb_test_database_kind_name ((NbTestDatabaseKind)kind), name);

      g_test_add (path, Fixture, GINT_TO_POINTER (kind), set_up, test, tear_down);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("found-and-remembered", test_found_and_remembered);
  add ("memory-is-two-seconds-at-most", test_memory_is_short);
  add ("signed-out-at-once", test_sign_out);
  add ("idle-end", test_idle_end);
  add ("absolute-end", test_absolute_end);
  add ("seen-is-written-once-a-minute", test_seen_once_a_minute);
  add ("suspended", test_suspended);
  add ("sessions-of-one-person-are-bounded", test_sessions_are_bounded);
  add ("set-region-is-seen-at-once", test_set_region);
  return g_test_run ();
}
