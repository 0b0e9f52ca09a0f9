/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who is behind a socket, on each database: sessions that are shown, that end here or elsewhere, limits by person. */
#include "tests/integration/socket-site.h"

#include "tests/support/nb-test-database.h"
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define N_SESSIONS 3

typedef struct
{
  SocketSite site;
  NbTestDatabase *database;
  NbAccounts *accounts; /* of the site */
  char *tokens[N_SESSIONS];
} Fixture;

static gboolean
make_people (NbTransaction *transaction, gpointer user_data, GError **error)
{
  static const char *const names[N_SESSIONS] = { "mina", "jun", "sora" };
  const NbAccountsOptions options = { .idle = G_TIME_SPAN_DAY, .absolute = G_TIME_SPAN_DAY };
  Fixture *self = user_data;

  for (guint i = 0; i < N_SESSIONS; i++)
    {
      const NbSignUp sign_up = { .username = names[i], .nickname = names[i], .language = "en" };
      const gint64 id = nb_accounts_create (transaction, &sign_up, "", "", error);

      if (id == 0)
        return FALSE;
      g_free (self->tokens[i]);
      self->tokens[i] = nb_accounts_create_session (transaction, id, &options, error);
      if (self->tokens[i] == NULL)
        return FALSE;
    }
  return TRUE;
}

static void
add_accounts (NbSite *site, gpointer user_data)
{
  Fixture *self = user_data;
  const NbAccountsOptions options = { .idle = G_TIME_SPAN_DAY, .absolute = G_TIME_SPAN_DAY };
  g_autoptr (GError) error = NULL;

  site->store = nb_test_store_new (self->database);
  site->accounts = nb_accounts_new (site->store, &options);
  self->accounts = site->accounts;
  g_assert_true (nb_store_transact (site->store, make_people, self, &error));
  g_assert_no_error (error);
}

static void
set_up (Fixture *self, gconstpointer kind)
{
  NbServerOptions options;

  nb_test_server_default_options (&options);
  options.limits.writes_per_second = 1;
  self->database = nb_test_database_new (GPOINTER_TO_INT (kind));
  self->site.set_up = add_accounts;
  self->site.user_data = self;
  socket_site_start (&self->site, &options);
}

static void
tear_down (Fixture *self, gconstpointer kind)
{
  socket_site_stop (&self->site);
  for (guint i = 0; i < N_SESSIONS; i++)
    g_free (self->tokens[i]);
  nb_test_database_free (self->database);
}

static char *
bearer (Fixture *self, guint i)
{
  return g_strdup_printf ("Authorization: Bearer %s\r\n", self->tokens[i]);
}

static int
connect_as (Fixture *self, guint i)
{
  g_autofree char *header = bearer (self, i);

  return socket_site_connect (&self->site, "/ws", header);
}

static void
expect_answer (int fd, const char *question, const char *answer)
{
  socket_site_send_text (fd, question);
  socket_site_expect_text (fd, answer);
}

static void
test_who (Fixture *self, gconstpointer kind)
{
  g_autofree char *bare = g_strdup_printf ("Cookie: nb_session=%s\r\n", self->tokens[1]);
  g_autofree char *cookie = g_strconcat (bare, "Origin: http://bid.example\r\n", NULL);
  const int stranger = socket_site_connect (&self->site, "/ws", "Accept-Language: ko\r\n");
  const int english = socket_site_connect (&self->site, "/ws", "Accept-Language: en-GB\r\n");
  const int program = connect_as (self, 0);
  const int browser = socket_site_connect (&self->site, "/ws", cookie);
  const int stale = socket_site_connect (&self->site, "/ws", "Cookie: nb_session=0123; nb_lang=en\r\n");
  const int refused = nb_test_connect (socket_site_get_port (&self->site));
  g_autofree char *answer = socket_site_ask (refused, "/ws", "Authorization: Bearer 0123\r\n", NULL);
  const int from_nowhere = nb_test_connect (socket_site_get_port (&self->site));
  g_autofree char *second = socket_site_ask (from_nowhere, "/ws", bare, NULL);

  nb_test_assert_problem (answer, 401, "not_signed_in");
  nb_test_assert_problem (second, 403, "origin_not_allowed");
  expect_answer (stranger, "who", "nobody/-/ko");
  expect_answer (english, "who", "nobody/-/en");
  expect_answer (program, "who", "someone/mina/en");
  expect_answer (browser, "who", "someone/jun/en");
  expect_answer (stale, "who", "nobody/-/en");
  expect_answer (program, "error", "there is nothing at this address");
  close (stranger);
  close (english);
  close (program);
  close (browser);
  close (stale);
  close (refused);
  close (from_nowhere);
}

static void
on_signed_out (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_assert_true (nb_accounts_sign_out_finish (NB_ACCOUNTS (source), result, NULL));
}

static void
sign_out (NbServer *server, gpointer user_data)
{
  Fixture *self = user_data;
  g_autoptr (NbSession) session = nb_accounts_peek_session (self->accounts, self->tokens[0]);

  g_assert_nonnull (session);
  nb_accounts_sign_out_async (self->accounts, session, on_signed_out, NULL);
}

/* All sockets of the session end, and only they. */
static void
test_signed_out_here (Fixture *self, gconstpointer kind)
{
  const int first = connect_as (self, 0);
  const int second = connect_as (self, 0);
  const int other = connect_as (self, 1);

  expect_answer (first, "who", "someone/mina/en");
  expect_answer (second, "who", "someone/mina/en");
  nb_test_server_invoke (self->site.server, sign_out, self);
  socket_site_expect (first, "close(4401 session ended)");
  socket_site_expect (second, "close(4401 session ended)");
  expect_answer (other, "who", "someone/jun/en");
  close (first);
  close (second);
  close (other);
}

static void
run_sql (Fixture *self, const char *sql)
{
  g_free (nb_test_database_run (self->database, sql));
}

static gboolean
suspend (NbTransaction *transaction, gpointer user_data, GError **error)
{
  return nb_accounts_set_suspended (transaction, "sora", TRUE, error);
}

/* What another process or a command does: the database alone tells. */
static void
test_ended_elsewhere (Fixture *self, gconstpointer kind)
{
  const int deleted = connect_as (self, 0);
  const int expired = connect_as (self, 1);
  const int suspended = connect_as (self, 2);
  const int stranger = socket_site_connect (&self->site, "/ws", NULL);
  g_autoptr (NbStore) store = nb_test_store_new (self->database);
  g_autoptr (GError) error = NULL;

  expect_answer (deleted, "who", "someone/mina/en");
  run_sql (self, "DELETE FROM sessions WHERE person_id = (SELECT id FROM people WHERE username = 'mina')");
  socket_site_expect (deleted, "close(4401 session ended)");
  expect_answer (expired, "who", "someone/jun/en");
  run_sql (self, "UPDATE sessions SET expires_at = 1 WHERE person_id = (SELECT id FROM people WHERE username = 'jun')");
  socket_site_expect (expired, "close(4401 session ended)");
  expect_answer (suspended, "who", "someone/sora/en");
  g_assert_true (nb_store_transact (store, suspend, NULL, &error));
  g_assert_no_error (error);
  socket_site_expect (suspended, "close(4401 session ended)");
  expect_answer (stranger, "who", "nobody/-/ko");
  nb_store_stop (store);
  close (deleted);
  close (expired);
  close (suspended);
  close (stranger);
}

/* Without an answer nothing is closed. After it, those are closed whose sessions ended meanwhile. */
static void
test_database_away (Fixture *self, gconstpointer kind)
{
  const int fd = connect_as (self, 0);
  const int other = connect_as (self, 1);

  expect_answer (fd, "who", "someone/mina/en");
  run_sql (self, "ALTER TABLE sessions RENAME TO hidden_sessions");
  /* Two rounds fail in this time; on a machine that stands still none does, and the test says less. */
  g_usleep (5 * G_TIME_SPAN_SECOND);
  expect_answer (fd, "still here?", "still here?");
  expect_answer (other, "and you?", "and you?");
  run_sql (self, "DELETE FROM hidden_sessions WHERE person_id = (SELECT id FROM people WHERE username = 'mina')");
  run_sql (self, "ALTER TABLE hidden_sessions RENAME TO sessions");
  socket_site_expect (fd, "close(4401 session ended)");
  expect_answer (other, "and you?", "and you?");
  close (fd);
  close (other);
}

/* One limit for a person, over HTTP and all their sockets. */
static void
test_writes (Fixture *self, gconstpointer kind)
{
  g_autofree char *header = bearer (self, 0);
  const int first = connect_as (self, 0);
  const int second = connect_as (self, 0);
  const int other = connect_as (self, 1);
  guint n_taken = 0, n_refused = 0;

  /* As fast as they go, more than one a second comes: soon one is refused. */
  while (n_refused == 0)
    {
      g_autofree char *answer = NULL;

      socket_site_send_text (n_taken % 2 == 0 ? first : second, "write");
      answer = socket_site_read (n_taken % 2 == 0 ? first : second);
      n_taken += strcmp (answer, "text(taken)") == 0;
      n_refused += strcmp (answer, "text(too many)") == 0;
      g_assert_cmpuint (n_taken, <, 60);
    }
  for (guint status = 0; status != 429;)
    {
      g_autofree char *answer = nb_test_ask (socket_site_get_port (&self->site), "POST", "/hello", header, NULL);

      status = nb_test_status (answer);
    }
  expect_answer (other, "write", "taken");
  close (first);
  close (second);
  close (other);
}

static gint64
read_seen_at (Fixture *self)
{
  g_autofree char *text = nb_test_database_run (
      self->database, "SELECT seen_at FROM sessions WHERE person_id = (SELECT id FROM people WHERE username = 'mina')");

  return g_ascii_strtoll (text, NULL, 10);
}

/* Who bids over a socket uses the session; who only watches doesn't. */
static void
test_writes_are_use (Fixture *self, gconstpointer kind)
{
  const int fd = connect_as (self, 0);
  gint64 before;

  expect_answer (fd, "who", "someone/mina/en");
  run_sql (self, "UPDATE sessions SET seen_at = seen_at - 3600000000");
  before = read_seen_at (self);
  expect_answer (fd, "who", "someone/mina/en");
  g_assert_cmpint (read_seen_at (self), ==, before);
  expect_answer (fd, "write", "taken");
  while (read_seen_at (self) == before)
    g_usleep (20000);
  g_assert_cmpint (read_seen_at (self), >, before + 3000 * G_TIME_SPAN_SECOND);
  close (fd);
}

/* Peers that leave while the database is asked who they are leave nothing behind. */
static void
test_left_in_handshake (Fixture *self, gconstpointer kind)
{
  const struct linger hard = { .l_onoff = 1 };
  g_autofree char *header = bearer (self, 0);
  g_autofree char *handshake = socket_site_handshake ("/ws", header);
  int last;

  for (guint i = 0; i < 300; i++)
    {
      const int fd = nb_test_connect (socket_site_get_port (&self->site));

      nb_test_send (fd, handshake);
      if (i % 2 == 0)
        setsockopt (fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
      close (fd);
    }
  last = connect_as (self, 1);
  expect_answer (last, "who", "someone/jun/en");
  close (last);
}

static void
add (const char *name, NbTestDatabaseKind kind, void (*test) (Fixture *self, gconstpointer kind))
{
  g_autofree char *path = g_strdup_printf ("/sockets/sessions/%s/%s", nb_test_database_kind_name (kind), name);

  g_test_add (path, Fixture, GINT_TO_POINTER (kind), set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  static const NbTestDatabaseKind kinds[] = { NB_TEST_SQLITE, NB_TEST_POSTGRESQL };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      add ("who", kinds[i], test_who);
      add ("signed-out-here", kinds[i], test_signed_out_here);
      add ("ended-elsewhere", kinds[i], test_ended_elsewhere);
      add ("database-away", kinds[i], test_database_away);
      add ("writes", kinds[i], test_writes);
      add ("writes-are-use", kinds[i], test_writes_are_use);
      add ("left-in-handshake", kinds[i], test_left_in_handshake);
    }
  return g_test_run ();
}
