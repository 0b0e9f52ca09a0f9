/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The supervisor and its workers: deaths, restarts, reloads and stops, under load. */
#include <glib/gstdio.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/integration/bid-storm.h"
#include "tests/integration/crew-site.h"
#include "tests/integration/steady-load.h"
#include "tests/support/nb-test-server.h"

#define N_WORKERS 3
#define N_BIDDERS 4

static GPid
get_pid (NbTestSite *site)
{
  return atoi (g_subprocess_get_identifier (site->process));
}

static void
find_workers (CrewSite *self, GPid *workers, guint n)
{
  for (guint i = 0; i < n; i++)
    workers[i] = crew_site_wait_for_worker (self, i + 1, 0);
}

/* Returns: the process that took the worker's place */
static GPid
end_worker (CrewSite *self, guint number, GPid pid, int signal)
{
  gsize from = crew_site_get_log_end (self);
  g_autofree char *gone = g_strdup_printf ("worker %u (process %d) ", number, (int)pid);

  g_assert_cmpint (kill (pid, signal), ==, 0);
  from = crew_site_wait_for_log (self, gone, from);
  return crew_site_wait_for_worker (self, number, from);
}

/* Asked one after the other to leave, and then killed one after the other. */
static void
test_load (CrewSite *self, gconstpointer data)
{
  g_auto (GStrv) tokens = crew_site_add_people (self, N_BIDDERS + 1);
  g_autoptr (NbTestSite) site = crew_site_start (self, "--workers 3");
  g_autofree char *auction = crew_site_list_auction (site, "local", tokens[0]);
  SteadyLoad *load = steady_load_start (crew_site_get_port (site->url), tokens + 1, auction);
  g_autoptr (GPtrArray) accepted = NULL;
  GPid workers[N_WORKERS];

  find_workers (self, workers, N_WORKERS);
  for (guint i = 0; i < N_WORKERS; i++)
    {
      steady_load_wait_for (load, 20);
      workers[i] = end_worker (self, i + 1, workers[i], SIGTERM);
    }
  steady_load_wait_for (load, 20);
  g_assert_cmpuint (steady_load_count_cut (load), ==, 0);
  for (guint i = 0; i < N_WORKERS; i++)
    {
      steady_load_wait_for (load, 20);
      workers[i] = end_worker (self, i + 1, workers[i], SIGKILL);
    }
  steady_load_wait_for (load, 20);
  g_assert_cmpuint (steady_load_count_cut (load), <=, N_WORKERS * N_BIDDERS);
  accepted = steady_load_end (load);
  g_assert_cmpuint (accepted->len, >, 0);
  g_assert_cmpint (nb_test_site_stop (site, SIGTERM), ==, 0);
  crew_site_assert_all_there (self, accepted);
}

static char *
read_process_file (GPid pid, const char *name)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/%s", (int)pid, name);
  char *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  return text;
}

/* What could harm it is not there: no thread, no plugin, nothing that has ever opened a database. */
static void
test_supervisor_is_lean (CrewSite *self, gconstpointer data)
{
  g_autoptr (NbTestSite) site = crew_site_start (self, "--workers 2");
  g_autofree char *status = read_process_file (get_pid (site), "status");
  g_autofree char *maps = read_process_file (get_pid (site), "maps");
  g_autofree char *worker_maps = read_process_file (crew_site_wait_for_worker (self, 1, 0), "maps");
  g_autofree char *name = read_process_file (crew_site_wait_for_worker (self, 1, 0), "comm");

  g_assert_nonnull (strstr (status, "\nThreads:\t1\n"));
  g_assert_null (strstr (maps, "/plugins/"));
  g_assert_null (strstr (maps, "libgda-postgres"));
  g_assert_nonnull (strstr (worker_maps, "/plugins/"));
  g_assert_nonnull (strstr (worker_maps, "libgda-postgres"));
  g_assert_cmpstr (name, ==, "neighborbid\n");
  g_assert_cmpint (nb_test_site_stop (site, SIGTERM), ==, 0);
}

/* Returns: a process whose parent is @parent; 0 when there is none now */
static GPid
find_child (GPid parent)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc", 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)))
    {
      g_autofree char *path = g_build_filename ("/proc", name, "stat", NULL);
      g_autofree char *text = NULL;
      const char *after_name;

      if (!g_ascii_isdigit (*name) || !g_file_get_contents (path, &text, NULL, NULL))
        continue;
      after_name = strrchr (text, ')');
      if (after_name && strlen (after_name) > 4 && atoi (after_name + 4) == parent)
        return atoi (name);
    }
  return 0;
}

/* Returns: (transfer full) (nullable): the environment of a child of @worker that is a program of its own by now */
static char *
read_environment_of_child (GPid worker, gsize *length)
{
  GPid child = find_child (worker);
  g_autofree char *name_path = g_strdup_printf ("/proc/%d/comm", (int)child);
  g_autofree char *path = g_strdup_printf ("/proc/%d/environ", (int)child);
  g_autofree char *name = NULL;
  char *variables = NULL;

  if (child == 0 || !g_file_get_contents (name_path, &name, NULL, NULL) || !g_str_has_prefix (name, "redis"))
    return NULL;
  g_file_get_contents (path, &variables, length, NULL);
  return variables;
}

/* A worker's own children, such as the private Redis, are no workers. */
static void
test_children_inherit_nothing (CrewSite *self, gconstpointer data)
{
  g_autoptr (NbTestSite) site = crew_site_start (self, "--workers 2");
  gint64 deadline = g_get_monotonic_time () + 60 * G_USEC_PER_SEC;
  g_autofree char *variables = NULL;
  gsize length = 0;
  GPid workers[2];

  find_workers (self, workers, 2);
  for (guint i = 0; !variables; i++)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
      variables = read_environment_of_child (workers[i % 2], &length);
      g_usleep (10000);
    }
  g_assert_cmpuint (length, >, 0);
  g_assert_null (memmem (variables, length, "NEIGHBORBID_WORKER", strlen ("NEIGHBORBID_WORKER")));
  g_assert_null (memmem (variables, length, "LISTEN_", strlen ("LISTEN_")));
  g_assert_cmpint (nb_test_site_stop (site, SIGTERM), ==, 0);
}

static void
test_metrics_are_apart (CrewSite *self, gconstpointer data)
{
  g_autoptr (NbTestSite) site = crew_site_start (self, "--workers 2");
  g_autoptr (GRegex) regex = g_regex_new ("\\(operations: (http://[^ ,)]+), (http://[^ ,)]+)\\)$", 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;

  g_assert_true (g_regex_match (regex, site->ready, 0, &match));
  for (int number = 1; number <= 2; number++)
    {
      g_autofree char *url = g_match_info_fetch (match, number);
      g_autofree char *answer = NULL;
      g_autofree char *member = g_strdup_printf ("\"worker\":%d,", number);

      g_assert_cmpuint (bid_storm_call (url, NULL, "GET", "/readyz?verbose", NULL, &answer), ==, 200);
      g_assert_nonnull (strstr (answer, member));
      g_assert_cmpuint (bid_storm_call (url, NULL, "GET", "/metrics", NULL, NULL), ==, 200);
    }
  g_assert_cmpint (nb_test_site_stop (site, SIGINT), ==, 0);
}

static void
test_reload (CrewSite *self, gconstpointer data)
{
  g_autoptr (NbTestSite) site = crew_site_start (self, "--workers 2");
  gsize from = crew_site_get_log_end (self);

  crew_site_configure (self, "nosuch=3\n");
  g_subprocess_send_signal (site->process, SIGHUP);
  crew_site_wait_for_log (self, "the supervisor goes on with the one before", from);
  for (guint number = 1; number <= 2; number++)
    {
      g_autofree char *text
          = g_strdup_printf ("the configuration was not taken over; the one before stays\",\"worker\":\"%u\"", number);
      crew_site_wait_for_log (self, text, from);
    }
  from = crew_site_get_log_end (self);
  crew_site_configure (self, "[plugin wallet]\ndeposit-max=5000\n");
  g_subprocess_send_signal (site->process, SIGHUP);
  for (guint number = 1; number <= 2; number++)
    {
      g_autofree char *text = g_strdup_printf ("the configuration was taken over\",\"worker\":\"%u\"", number);
      crew_site_wait_for_log (self, text, from);
    }
  g_assert_cmpint (nb_test_site_stop (site, SIGTERM), ==, 0);
}

/* One that hangs is killed; the others have long ended. */
static void
test_worker_that_hangs (CrewSite *self, gconstpointer data)
{
  g_autoptr (NbTestSite) site = crew_site_start (self, "--workers 2 --set server.shutdown-timeout=1s");
  GPid workers[2];

  find_workers (self, workers, 2);
  g_assert_cmpint (kill (workers[1], SIGSTOP), ==, 0);
  g_assert_cmpint (nb_test_site_stop (site, SIGTERM), ==, 1);
  crew_site_wait_for_end (workers[0]);
  crew_site_wait_for_end (workers[1]);
  crew_site_wait_for_log (self, "did not end in time; it is killed", 0);
}

/* A request whose body is still to come, and that a worker is waiting for. */
static int
begin_request (NbTestSite *site)
{
  int fd = nb_test_connect (crew_site_get_port (site->url));
  g_autofree char *go_on = NULL;

  nb_test_send (fd, "POST /api/v1/sessions HTTP/1.1\r\nHost: bid.example\r\nContent-Type: application/json\r\n"
                    "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  go_on = nb_test_read_answer (fd, NULL);
  g_assert_cmpuint (nb_test_status (go_on), ==, 100);
  return fd;
}

/* A request that never becomes whole would hold a worker up; a second signal does not wait for it. */
static void
test_second_signal (CrewSite *self, gconstpointer data)
{
  g_autoptr (NbTestSite) site = crew_site_start (self, "--workers 2 --set server.shutdown-timeout=1h");
  int fd = begin_request (site);
  gsize from = crew_site_get_log_end (self);

  g_subprocess_send_signal (site->process, SIGTERM);
  from = crew_site_wait_for_log (self, "\"stopping\"", from);
  g_assert_cmpint (nb_test_site_stop (site, SIGTERM), ==, 0);
  crew_site_wait_for_log (self, "\"stopping at once\"", from);
  close (fd);
}

/* A service manager may tell all processes of a service to stop, and the supervisor tells its workers once more: what
 * is in flight there ends all the same. */
static void
test_all_are_told (CrewSite *self, gconstpointer data)
{
  g_autoptr (NbTestSite) site = crew_site_start (self, "--workers 2");
  int fd = begin_request (site);
  g_autofree char *answer = NULL;
  GPid workers[2];
  gsize from;

  find_workers (self, workers, 2);
  from = crew_site_get_log_end (self);
  g_assert_cmpint (kill (workers[0], SIGTERM), ==, 0);
  g_assert_cmpint (kill (workers[1], SIGTERM), ==, 0);
  g_subprocess_send_signal (site->process, SIGTERM);
  for (int i = 0; i < 3; i++)
    from = crew_site_wait_for_log (self, "\"stopping\"", from);
  nb_test_send (fd, "{}");
  answer = nb_test_read_answer (fd, NULL);
  g_assert_cmpuint (nb_test_status (answer), ==, 422);
  close (fd);
  g_assert_true (g_subprocess_wait_check (site->process, NULL, NULL));
}

static void
test_supervisor_dies (CrewSite *self, gconstpointer data)
{
  g_autoptr (NbTestSite) site = crew_site_start (self, "--workers 2");
  GPid workers[2];

  find_workers (self, workers, 2);
  g_assert_cmpint (nb_test_site_stop (site, SIGKILL), ==, -1);
  crew_site_wait_for_end (workers[0]);
  crew_site_wait_for_end (workers[1]);
}

/* A configuration that was broken after the start keeps every new worker from serving; the old ones go on. */
static void
test_pauses_grow (CrewSite *self, gconstpointer data)
{
  g_autoptr (NbTestSite) site = crew_site_start (self, "--workers 2");
  GPid workers[2];
  gsize from;

  find_workers (self, workers, 2);
  crew_site_configure (self, "[nosuch]\na=b\n");
  from = crew_site_get_log_end (self);
  g_assert_cmpint (kill (workers[0], SIGKILL), ==, 0);
  from = crew_site_wait_for_log (self, "was ended by signal 9 (Killed); another one starts in 0 ms", from);
  from = crew_site_wait_for_log (self, "ended with code 78; another one starts in 100 ms", from);
  from = crew_site_wait_for_log (self, "ended with code 78; another one starts in 200 ms", from);
  from = crew_site_wait_for_log (self, "ended with code 78; another one starts in 400 ms", from);
  g_assert_cmpuint (bid_storm_call (site->url, NULL, "GET", "/api/v1/auctions", NULL, NULL), ==, 200);
  crew_site_configure (self, "");
  crew_site_wait_for_worker (self, 1, from);
  g_assert_cmpint (nb_test_site_stop (site, SIGTERM), ==, 0);
}

/* A plugin that is required and can't start: workers would fail for ever. */
static void
test_no_worker_can_serve (CrewSite *self, gconstpointer data)
{
  static const char manifest[] = "[Plugin]\nId=half-start\nModule=half-start\nName=Half\nVersion=1.0\nApi=1.0\n";
  g_autofree char *folder = g_strconcat (nb_test_database_get_folder (self->database), "/half", NULL);
  g_autofree char *file = g_strconcat (folder, "/half-start.plugin", NULL);
  g_autofree char *module = g_strconcat (folder, "/half-start.so", NULL);
  g_autofree char *built = g_build_filename (g_getenv ("NB_TEST_BUILD_DIR"), "tests", "plugins", "half-start.so", NULL);
  g_autofree char *command = g_strdup_printf ("serve --workers 2 --set server.listen=127.0.0.1:0 --set "
                                              "server.internal-listen= --plugin-dir %s",
                                              folder);
  g_autoptr (NbTestRun) result = NULL;

  g_assert_no_errno (g_mkdir (folder, 0700));
  g_assert_true (g_file_set_contents (file, manifest, -1, NULL));
  g_assert_no_errno (symlink (built, module));
  crew_site_configure (self, "[plugins]\nhalf-start=required\n");
  result = crew_site_expect (self, command, 78);
  g_assert_nonnull (strstr (result->err, "the far end refused"));
  g_assert_nonnull (strstr (result->err, "no worker could serve"));
  g_assert_cmpstr (result->out, ==, "");
}

static void
test_refusals (CrewSite *self, gconstpointer data)
{
  static const struct
  {
    const char *command;
    const char *reason;
  } cases[] = {
    { "check --set server.workers=2 --set database.url=sqlite:auto", "--set: [server] workers: found 2, but SQLite" },
    { "serve --workers 2 --set database.url=sqlite:auto", "--workers: [server] workers: found 2, but SQLite" },
    { "serve --workers 0", "--workers: [server] workers: found '0', expected a whole number from 1 to 64" },
    { "serve --workers 65", "--workers: [server] workers: found '65'" },
    { "serve --role wbe", "--role: [server] roles: found 'wbe', expected web, live and jobs" },
    { "serve --role web,job", "did you mean 'jobs'?" },
    { "serve --role web,web", "names 'web' twice" },
    { "check --set server.roles=", "--set: [server] roles: found ''" },
    { "check --set server.workers=9 --set server.internal-listen=127.0.0.1:65530", "the address of worker 7" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (NbTestRun) result = crew_site_expect (self, cases[i].command, 78);

      if (!strstr (result->err, cases[i].reason))
        g_error ("%s: expected '%s', got: %s", cases[i].command, cases[i].reason, result->err);
    }
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    void (*function) (CrewSite *self, gconstpointer data);
  } cases[] = {
    { "no-connection-is-refused-while-workers-go", test_load },
    { "supervisor-is-lean", test_supervisor_is_lean },
    { "children-inherit-nothing", test_children_inherit_nothing },
    { "metrics-are-apart", test_metrics_are_apart },
    { "reload-reaches-all", test_reload },
    { "worker-that-hangs-is-killed", test_worker_that_hangs },
    { "second-signal-does-not-wait", test_second_signal },
    { "all-are-told-to-stop", test_all_are_told },
    { "workers-end-with-their-supervisor", test_supervisor_dies },
    { "pauses-grow", test_pauses_grow },
    { "no-worker-can-serve", test_no_worker_can_serve },
    { "refusals", test_refusals },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/supervisor/", cases[i].name, NULL);
      g_test_add (path, CrewSite, NULL, crew_site_set_up, cases[i].function, crew_site_tear_down);
    }
  return g_test_run ();
}
