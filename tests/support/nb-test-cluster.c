/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A PostgreSQL server of one's own: made by initdb in a temporary folder, reached by a Unix socket alone, durable as in
 * earnest, and ended with the program even when that dies. */
#include "tests/support/nb-test-cluster.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <grp.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static char *folder; /* holds the data and the socket */
static char *programs;
static GPid server;
static pid_t owner; /* a forked child must not end its parent's server */
static uid_t run_as;
static gid_t run_as_group;

static int
newest_first (gconstpointer a, gconstpointer b)
{
  return (int)g_ascii_strtoll (*(char *const *)b, NULL, 10) - (int)g_ascii_strtoll (*(char *const *)a, NULL, 10);
}

static char *
find_programs (void)
{
  static const char *const base = "/usr/lib/postgresql";
  g_autoptr (GDir) listing = g_dir_open (base, 0, NULL);
  g_autoptr (GPtrArray) versions = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  while (listing != NULL && (name = g_dir_read_name (listing)) != NULL)
    g_ptr_array_add (versions, g_strdup (name));
  g_ptr_array_sort (versions, newest_first);
  for (guint i = 0; i < versions->len; i++)
    {
      g_autofree char *found = g_build_filename (base, g_ptr_array_index (versions, i), "bin", NULL);
      g_autofree char *initdb = g_build_filename (found, "initdb", NULL);

      if (g_file_test (initdb, G_FILE_TEST_IS_EXECUTABLE))
        return g_steal_pointer (&found);
    }
  g_error ("this test needs PostgreSQL: no initdb under %s (install the package postgresql)", base);
  return NULL;
}

/* PostgreSQL refuses to run as root. */
static void
find_user (void)
{
  const struct passwd *user;

  if (geteuid () != 0)
    return;
  user = getpwnam ("postgres");
  if (user == NULL)
    g_error ("this test runs as root and needs the user postgres for PostgreSQL (install the package postgresql)");
  run_as = user->pw_uid;
  run_as_group = user->pw_gid;
}

/* Between fork and exec. */
static void
become_user (gpointer user_data)
{
  if (run_as != 0 && (setgroups (0, NULL) != 0 || setgid (run_as_group) != 0 || setuid (run_as) != 0))
    _exit (126);
  /* After setuid, which would forget it: the server goes down at once when this program dies. */
  prctl (PR_SET_PDEATHSIG, SIGQUIT);
}

static void
make_cluster (void)
{
  g_autofree char *initdb = g_build_filename (programs, "initdb", NULL);
  g_autofree char *data = g_build_filename (folder, "data", NULL);
  g_autofree char *output = NULL;
  g_autofree char *complaint = NULL;
  g_autoptr (GError) error = NULL;
  int status = 0;
  char *argv[] = { initdb, "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N", NULL };

  if (run_as != 0 && chown (folder, run_as, run_as_group) != 0)
    g_error ("chown %s: %s", folder, g_strerror (errno));
  if (!g_spawn_sync (folder, argv, NULL, G_SPAWN_DEFAULT, become_user, NULL, &output, &complaint, &status, &error)
      || !g_spawn_check_wait_status (status, &error))
    g_error ("initdb: %s: %s", error->message, complaint);
}

static PGconn *
connect_to (const char *database)
{
  g_autofree char *target
      = g_strdup_printf ("host='%s' user=postgres dbname='%s' connect_timeout=60", folder, database);

  return PQconnectdb (target);
}

static gboolean
is_answering (void)
{
  PGconn *connection = connect_to ("postgres");
  gboolean is_ok = PQstatus (connection) == CONNECTION_OK;

  PQfinish (connection);
  return is_ok;
}

static void
start (void)
{
  g_autofree char *postgres = g_build_filename (programs, "postgres", NULL);
  g_autofree char *data = g_build_filename (folder, "data", NULL);
  g_autofree char *log = g_build_filename (folder, "log", NULL);
  g_autoptr (GError) error = NULL;
  gint64 deadline = g_get_monotonic_time () + 120 * G_USEC_PER_SEC;
  char *argv[] = { postgres,
                   "-D",
                   data,
                   "-k",
                   folder,
                   "-c",
                   "listen_addresses=",
                   "-c",
                   "fsync=on",
                   "-c",
                   "synchronous_commit=on",
                   "-c",
                   "max_connections=60",
                   "-c",
                   "shared_buffers=64MB",
                   "-c",
                   "logging_collector=on",
                   "-c",
                   "log_directory=..",
                   "-c",
                   "log_filename=log",
                   NULL };

  if (!g_spawn_async (folder, argv, NULL,
                      G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL, become_user,
                      NULL, &server, &error))
    g_error ("postgres: %s", error->message);
  while (!is_answering ())
    {
      if (waitpid (server, NULL, WNOHANG) == server || g_get_monotonic_time () > deadline)
        {
          g_autofree char *text = NULL;
          g_file_get_contents (log, &text, NULL, NULL);
          g_error ("the private PostgreSQL does not come up:\n%s", text != NULL ? text : "(no log)");
        }
      g_usleep (20000);
    }
}

static void
shut_down_at_exit (void)
{
  nb_test_cluster_shut_down ();
}

static void
ensure (void)
{
  static gsize is_made;

  if (!g_once_init_enter (&is_made))
    return;
  programs = find_programs ();
  find_user ();
  folder = g_dir_make_tmp ("neighborbid-pg-XXXXXX", NULL);
  g_assert_nonnull (folder);
  make_cluster ();
  owner = getpid ();
  start ();
  atexit (shut_down_at_exit);
  g_once_init_leave (&is_made, 1);
}

static void
stop (int how)
{
  if (server == 0)
    return;
  kill (server, how);
  while (waitpid (server, NULL, 0) < 0 && errno == EINTR)
    continue;
  g_spawn_close_pid (server);
  server = 0;
}

const char *
nb_test_cluster_get_socket (void)
{
  ensure ();
  return folder;
}

gboolean
nb_test_cluster_is_running (void)
{
  return server != 0;
}

char *
nb_test_cluster_run (const char *database, const char *sql)
{
  PGconn *connection;
  PGresult *result;
  char *first = NULL;

  ensure ();
  connection = connect_to (database);
  if (PQstatus (connection) != CONNECTION_OK)
    g_error ("private PostgreSQL: %s", PQerrorMessage (connection));
  result = PQexec (connection, sql);
  if (PQresultStatus (result) != PGRES_COMMAND_OK && PQresultStatus (result) != PGRES_TUPLES_OK)
    g_error ("%s: %s", sql, PQerrorMessage (connection));
  if (PQntuples (result) > 0 && !PQgetisnull (result, 0, 0))
    first = g_strdup (PQgetvalue (result, 0, 0));
  PQclear (result);
  PQfinish (connection);
  return first;
}

void
nb_test_cluster_stop_at_once (void)
{
  stop (SIGQUIT);
}

void
nb_test_cluster_start_again (void)
{
  ensure ();
  if (server == 0)
    start ();
}

void
nb_test_cluster_shut_down (void)
{
  g_autofree char *removal = NULL;
  const char *argv[] = { "rm", "-rf", "--", folder, NULL };

  if (folder == NULL || owner != getpid ())
    return;
  stop (SIGINT);
  g_spawn_sync (NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
  g_clear_pointer (&folder, g_free);
  g_clear_pointer (&programs, g_free);
}
