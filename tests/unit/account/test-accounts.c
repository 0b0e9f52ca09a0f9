/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Signing up and in on both databases, and the functions for the command line. */
#include <string.h>

#include "core/account/nb-accounts.h"
#include "core/account/nb-password-pool.h"
#include "tests/support/nb-test-database.h"
#include "tests/support/nb-test-loop.h"

#define PASSWORD "tangerine-orchard"

typedef struct
{
  NbTestLoop loop;
  NbTestDatabase *database;
  NbStore *store;
  NbAccounts *accounts;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  const NbAccountsOptions options
      = { .idle = G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC, .absolute = G_GINT64_CONSTANT (86400) * G_USEC_PER_SEC };

  nb_test_loop_set_up (&self->loop, 240);
  self->database = nb_test_database_new ((NbTestDatabaseKind)GPOINTER_TO_INT (data));
  self->store = nb_test_store_new (self->database);
  self->accounts = nb_accounts_new (self->store, &options);
  g_free (nb_test_database_run (self->database, "INSERT INTO regions (code, parent, level, name, latitude, longitude) "
                                                "VALUES ('1168010100', '1168000000', 3, '역삼동', 1, 1)"));
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_assert_finalize_object (self->accounts);
  nb_store_stop (self->store);
  nb_test_loop_drain (&self->loop);
  g_assert_finalize_object (self->store);
  nb_test_database_free (self->database);
  nb_test_loop_tear_down (&self->loop);
}

static NbAccount *
sign_up (Fixture *self, const NbSignUp *what, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  nb_accounts_sign_up_async (self->accounts, what, nb_test_loop_keep_result, &result);
  nb_test_loop_run_until_result (&self->loop, &result);
  return nb_accounts_sign_up_finish (self->accounts, result, error);
}

static NbSession *
sign_in (Fixture *self, const char *username, const char *password, const char *address, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  nb_accounts_sign_in_from_async (self->accounts, username, password, address, nb_test_loop_keep_result, &result);
  nb_test_loop_run_until_result (&self->loop, &result);
  return nb_accounts_sign_in_finish (self->accounts, result, error);
}

static void
assert_sign_up_fails (Fixture *self, const NbSignUp *what, NbErrorCode code, const char *field)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (sign_up (self, what, &error));
  g_assert_error (error, NB_ERROR, (int)code);
  g_assert_cmpstr (nb_error_get_field (error), ==, field);
}

static void
assert_sign_in_fails (Fixture *self, const char *username, const char *password, NbErrorCode code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (sign_in (self, username, password, NULL, &error));
  g_assert_error (error, NB_ERROR, (int)code);
}

static void
add_minji (Fixture *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NbAccount) account
      = sign_up (self, &(NbSignUp){ .username = "minji", .password = PASSWORD, .nickname = "n" }, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (account->username, ==, "minji");
}

static void
test_sign_up_and_in (Fixture *self, gconstpointer data)
{
  const NbSignUp what = { .username = "Minji",
                          .password = PASSWORD,
                          .nickname = "민지",
                          .region = "1168010100",
                          .email = "minji@example.kr",
                          .language = "ko" };
  g_autoptr (GError) error = NULL;
  g_autoptr (NbAccount) account = sign_up (self, &what, &error);
  g_autoptr (NbSession) session = NULL;
  g_autofree char *hash = NULL;
  g_autofree char *leak = NULL;
  g_autofree char *query = NULL;

  g_assert_no_error (error);
  g_assert_cmpstr (account->username, ==, "minji");
  g_assert_cmpstr (account->region, ==, "1168010100");
  g_assert_false (nb_account_has_role (account, "admin"));
  session = sign_in (self, "MINJI", PASSWORD, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (session->account->id, ==, account->id);
  g_assert_cmpuint (strlen (session->token), ==, 64);
  g_assert_cmpint (session->expires_at, >, nb_store_now (self->store));
  hash = nb_test_database_run (self->database, "SELECT password_hash FROM people WHERE username = 'minji'");
  g_assert_true (g_str_has_prefix (hash, "$argon2id$"));
  query = g_strdup_printf ("SELECT count(*) FROM sessions WHERE token_hash = '%s'", session->token);
  leak = nb_test_database_run (self->database, query);
  g_assert_cmpstr (leak, ==, "0");
}

/* The token must be in no column, table or file of the database. */
static void
test_token_is_nowhere (Fixture *self, gconstpointer data)
{
  add_minji (self);

  g_autoptr (NbSession) session = sign_in (self, "minji", PASSWORD, NULL, NULL);
  const char *folder = nb_test_database_get_folder (self->database);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  guint n_files = 0;

  for (const char *name = g_dir_read_name (dir); name != NULL; name = g_dir_read_name (dir))
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autofree char *bytes = NULL;
      gsize length = 0;

      if (!g_file_get_contents (path, &bytes, &length, NULL))
        continue;
      n_files++;
      g_assert_null (memmem (bytes, length, session->token, 64));
      g_assert_null (memmem (bytes, length, session->csrf_token, 64));
      g_assert_null (memmem (bytes, length, PASSWORD, strlen (PASSWORD)));
    }
  g_assert_cmpuint (n_files, >, 0);
}

static void
test_refusals (Fixture *self, gconstpointer data)
{
  add_minji (self);
  assert_sign_up_fails (self, &(NbSignUp){ .username = "MinJi", .password = PASSWORD, .nickname = "n" },
                        NB_ERROR_NAME_TAKEN, "username");
  assert_sign_up_fails (
      self, &(NbSignUp){ .username = "jisoo", .password = PASSWORD, .nickname = "n", .region = "9999999999" },
      NB_ERROR_VALIDATION_FAILED, "region");
  assert_sign_up_fails (self, &(NbSignUp){ .username = "jisoo", .password = "qwer1234", .nickname = "n" },
                        NB_ERROR_VALIDATION_FAILED, "password");
  assert_sign_in_fails (self, "minji", "tangerine-orchards", NB_ERROR_BAD_CREDENTIALS);
  assert_sign_in_fails (self, "nobody", PASSWORD, NB_ERROR_BAD_CREDENTIALS);
  assert_sign_in_fails (self, "x", PASSWORD, NB_ERROR_BAD_CREDENTIALS);
  assert_sign_in_fails (self, "minji", "", NB_ERROR_BAD_CREDENTIALS);
  assert_sign_in_fails (self, "minji", "\xff", NB_ERROR_BAD_CREDENTIALS);
}

static void
time_sign_in (Fixture *self, const char *username, gint64 *best)
{
  g_autoptr (GError) error = NULL;
  gint64 began = g_get_monotonic_time ();

  g_assert_null (sign_in (self, username, "wrong password", NULL, &error));
  *best = MIN (*best, g_get_monotonic_time () - began);
}

static gboolean
is_alike (gint64 time, gint64 other)
{
  return time > other / 2 && time < other * 2;
}

static void
test_unknown_takes_as_long (Fixture *self, gconstpointer data)
{
  add_minji (self);

  gint64 known = G_MAXINT64, unknown = G_MAXINT64, impossible = G_MAXINT64;

  /* The best times count, and a machine with much else to do may need more attempts to show them. */
  for (int i = 0; i < 5 || (i < 60 && !(is_alike (unknown, known) && is_alike (impossible, known))); i++)
    {
      time_sign_in (self, "minji", &known);
      time_sign_in (self, "nobody", &unknown);
      time_sign_in (self, "?", &impossible);
    }
  g_test_message ("known %" G_GINT64_FORMAT " µs, unknown %" G_GINT64_FORMAT " µs, impossible %" G_GINT64_FORMAT " µs",
                  known, unknown, impossible);
  g_assert_true (is_alike (unknown, known));
  g_assert_true (is_alike (impossible, known));
}

static void
test_guessing_waits (Fixture *self, gconstpointer data)
{
  add_minji (self);

  g_autoptr (NbSession) session = NULL;
  g_autoptr (GError) error = NULL;

  /* The wait is a second; whoever came later than that signs in, and has to guess anew. */
  while (error == NULL)
    {
      gint64 failed_at = 0;
      g_autoptr (NbSession) late = NULL;

      for (int i = 0; i < 5; i++)
        {
          failed_at = g_get_monotonic_time ();
          g_assert_null (sign_in (self, "minji", "wrong password", "192.0.2.1", NULL));
        }
      late = sign_in (self, "minji", PASSWORD, "192.0.2.1", &error);
      g_assert_true (late == NULL || g_get_monotonic_time () >= failed_at + G_USEC_PER_SEC);
    }
  g_assert_error (error, NB_ERROR, NB_ERROR_RATE_LIMITED);
  session = sign_in (self, "minji", PASSWORD, "192.0.2.2", NULL);
  g_assert_nonnull (session);
}

static gboolean
create_admin (NbTransaction *transaction, gpointer user_data, GError **error)
{
  const NbSignUp what = { .username = "Boss", .nickname = "관리자" };

  *(gint64 *)user_data = nb_accounts_create (transaction, &what, "", "admin, seller", error);
  return *(gint64 *)user_data != 0;
}

static gboolean
change_roles (NbTransaction *transaction, gpointer user_data, GError **error)
{
  return nb_accounts_set_roles (transaction, "boss", user_data, error);
}

static gboolean
change_roles_of_nobody (NbTransaction *transaction, gpointer user_data, GError **error)
{
  return nb_accounts_set_roles (transaction, "nobody", "admin", error);
}

static void
test_command_line (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *roles = NULL;
  g_autofree char *hash = nb_accounts_hash_password (PASSWORD, &error);
  gint64 id = 0;

  g_assert_no_error (error);
  g_assert_true (g_str_has_prefix (hash, "$argon2id$"));
  g_assert_null (nb_accounts_hash_password ("password", NULL));
  g_assert_true (nb_store_transact (self->store, create_admin, &id, &error));
  g_assert_no_error (error);
  g_assert_cmpint (id, >, 0);
  roles = nb_test_database_run (self->database, "SELECT roles FROM people WHERE username = 'boss'");
  g_assert_cmpstr (roles, ==, "admin seller");
  assert_sign_in_fails (self, "boss", "", NB_ERROR_BAD_CREDENTIALS);
  g_assert_true (nb_store_transact (self->store, change_roles, (gpointer) "moderator", &error));
  g_assert_false (nb_store_transact (self->store, change_roles, (gpointer) "Admin!", &error));
  g_assert_error (error, NB_ERROR, NB_ERROR_VALIDATION_FAILED);
  g_clear_error (&error);
  g_assert_false (nb_store_transact (self->store, change_roles_of_nobody, NULL, &error));
  g_assert_error (error, NB_ERROR, NB_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_false (nb_store_transact (self->store, create_admin, &id, &error));
  g_assert_error (error, NB_ERROR, NB_ERROR_NAME_TAKEN);
}

static void
count_result (GObject *source, GAsyncResult *result, gpointer user_data)
{
  guint *counts = user_data;
  g_autoptr (GError) error = NULL;
  gboolean matches;

  if (nb_password_pool_verify_finish (result, &matches, &error))
    counts[0]++;
  else if (g_error_matches (error, NB_ERROR, NB_ERROR_BUSY) && nb_error_get_retry_after (error) > 0)
    counts[1]++;
}

static gboolean
all_answered (gpointer user_data)
{
  guint *counts = user_data;

  return counts[0] + counts[1] == 20;
}

static void
test_full_queue_is_busy (void)
{
  NbPasswordPool *pool = nb_password_pool_new (1, 4);
  guint counts[2] = { 0, 0 };
  NbTestLoop loop;

  nb_test_loop_set_up (&loop, 240);
  /* A thread that is kept waiting itself finds room again. */
  for (int round = 0; round < 20 && counts[1] < 10; round++)
    {
      counts[0] = counts[1] = 0;
      for (int i = 0; i < 20; i++)
        nb_password_pool_verify_async (pool, "whatever it is", NULL, count_result, counts);
      nb_test_loop_run_until (&loop, all_answered, counts);
      g_assert_cmpuint (counts[0], >=, 4);
    }
  g_assert_cmpuint (counts[1], >=, 10);
  nb_password_pool_free (pool);
  nb_test_loop_tear_down (&loop);
}

static void
add (const char *name, void (*test) (Fixture *, gconstpointer))
{
  for (int kind = NB_TEST_SQLITE; kind <= NB_TEST_POSTGRESQL; kind++)
    {
      g_autofree char *path
          = g_strdup_printf ("/account/accounts/%s/%s", nb_test_database_kind_name ((NbTestDatabaseKind)kind), name);

      g_test_add (path, Fixture, GINT_TO_POINTER (kind), set_up, test, tear_down);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("sign-up-and-in", test_sign_up_and_in);
  g_test_add ("/account/accounts/token-is-in-no-file", Fixture, GINT_TO_POINTER (NB_TEST_SQLITE), set_up,
              test_token_is_nowhere, tear_down);
  add ("refusals-name-their-field", test_refusals);
  add ("unknown-name-takes-as-long", test_unknown_takes_as_long);
  add ("guessing-waits-at-one-address", test_guessing_waits);
  add ("command-line", test_command_line);
  g_test_add_func ("/account/accounts/full-queue-is-busy", test_full_queue_is_busy);
  return g_test_run ();
}
