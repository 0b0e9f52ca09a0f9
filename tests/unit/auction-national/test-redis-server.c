/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The private Redis: who runs it, that it ends with its process, and who comes after. */
#include "plugins/auction-national/nb-redis-server.h"
#include "tests/unit/auction-national/redis-fixture.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *program; /* this one */

/* Whether @pid runs; one that has ended and waits for its parent doesn't. */
static gboolean
is_running (GPid pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/stat", pid);
  g_autofree char *text = NULL;

  return g_file_get_contents (path, &text, NULL, NULL) && strstr (text, ") Z ") == NULL;
}

static void
wait_ended (GPid pid)
{
  while (is_running (pid))
    g_usleep (5000);
}

static NbRedisServer *
start_server (TestBus *self)
{
  g_autoptr (GError) error = NULL;
  NbRedisServer *server = nb_redis_server_new (self->redis.folder, &error);

  g_assert_no_error (error);
  g_assert_nonnull (server);
  return server;
}

static void
wait_holding (TestBus *self, NbRedisServer *server)
{
  while (nb_redis_server_get_pid (server) == 0)
    g_main_context_iteration (self->loop.context, TRUE);
}

/* The fixture's own commands go to the private socket. */
static void
adopt (TestBus *self)
{
  g_free (self->redis.socket);
  self->redis.socket = g_build_filename (self->redis.folder, "redis.sock", NULL);
}

static void
assert_config (TestBus *self, const char *name, const char *expected)
{
  g_autofree char *words = g_strdup_printf ("CONFIG GET %s", name);
  g_autofree char *answer = test_redis_run (&self->redis, words);
  g_autofree char *whole = g_strdup_printf ("%s %s", name, expected);

  g_assert_cmpstr (answer, ==, whole);
}

static void
started_and_ended (TestBus *self, gconstpointer data)
{
  NbRedisServer *server = start_server (self);
  GPid pid = nb_redis_server_get_pid (server);
  GStatBuf about;

  adopt (self);
  g_assert_cmpint (pid, >, 0);
  test_bus_connect (self, nb_redis_server_get_url (server));
  test_bus_wait_up (self);
  nb_redis_subscribe (self->subject, 1);
  test_bus_publish (self, 1, 1);
  test_bus_wait_messages (self, 1);
  g_assert_cmpint (g_stat (self->redis.socket, &about), ==, 0);
  g_assert_cmpint (about.st_mode & 0777, ==, 0700);
  assert_config (self, "port", "0");
  assert_config (self, "save", "");
  assert_config (self, "appendonly", "no");
  assert_config (self, "maxmemory", "67108864");
  assert_config (self, "maxmemory-policy", "volatile-ttl");
  nb_redis_server_free (server);
  g_assert_false (is_running (pid));
  g_assert_false (g_file_test (self->redis.socket, G_FILE_TEST_EXISTS));
}

static void
one_that_ends_is_started_again (TestBus *self, gconstpointer data)
{
  NbRedisServer *server = start_server (self);
  GPid pid = nb_redis_server_get_pid (server);

  test_bus_connect (self, nb_redis_server_get_url (server));
  test_bus_wait_up (self);
  for (guint i = 0; i < 3; i++)
    {
      g_test_expect_message (NULL, G_LOG_LEVEL_WARNING, "*private redis-server ended by itself (signal 9)*");
      kill (pid, SIGKILL);
      test_bus_wait_down (self);
      while (nb_redis_server_get_pid (server) == pid)
        g_main_context_iteration (self->loop.context, TRUE);
      wait_holding (self, server);
      pid = nb_redis_server_get_pid (server);
      test_bus_wait_up (self);
      g_test_assert_expected_messages ();
    }
  nb_redis_server_free (server);
}

static void
one_that_cannot_start_says_why (TestBus *self, gconstpointer data)
{
  g_autofree char *obstacle = g_build_filename (self->redis.folder, "redis.sock", "in-the-way", NULL);
  NbRedisServer *server;

  g_assert_cmpint (g_mkdir_with_parents (obstacle, 0700), ==, 0);
  g_test_expect_message (NULL, G_LOG_LEVEL_WARNING, "*private redis-server ended by itself (exit code 1: *bind*");
  server = start_server (self);
  while (nb_redis_server_get_pid (server) != 0)
    g_main_context_iteration (self->loop.context, TRUE);
  g_test_assert_expected_messages ();
  nb_redis_server_free (server);
}

static void
the_next_takes_over (TestBus *self, gconstpointer data)
{
  NbRedisServer *first = start_server (self);
  NbRedisServer *second = start_server (self);

  g_assert_cmpint (nb_redis_server_get_pid (first), !=, 0);
  g_assert_cmpint (nb_redis_server_get_pid (second), ==, 0);
  g_assert_cmpstr (nb_redis_server_get_url (first), ==, nb_redis_server_get_url (second));
  test_bus_connect (self, nb_redis_server_get_url (second));
  test_bus_wait_up (self);
  nb_redis_server_free (first);
  test_bus_wait_down (self);
  wait_holding (self, second);
  test_bus_wait_up (self);
  nb_redis_server_free (second);
}

/* Another process that holds: says the id of its redis-server, then waits to be killed. */
static int
hold (const char *folder)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GError) error = NULL;
  g_autoptr (NbRedisServer) server = NULL;

  prctl (PR_SET_PDEATHSIG, SIGKILL);
  server = nb_redis_server_new (folder, &error);
  if (server == NULL)
    g_error ("%s", error->message);
  g_print ("%d\n", nb_redis_server_get_pid (server));
  fflush (stdout);
  g_main_loop_run (loop);
  return 0;
}

static GPid
start_holder (TestBus *self, GPid *holder)
{
  const char *argv[] = { program, "--hold", self->redis.folder, NULL };
  g_autoptr (GError) error = NULL;
  char text[32] = "";
  int out = -1;
  gssize n;

  g_spawn_async_with_pipes (NULL, (char **)argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, holder, NULL, &out, NULL,
                            &error);
  g_assert_no_error (error);
  do
    n = read (out, text, sizeof text - 1);
  while (n < 0 && errno == EINTR);
  close (out);
  return (GPid)atoi (text);
}

static void
a_killed_holder_takes_its_redis_along (TestBus *self, gconstpointer data)
{
  GPid holder = 0;
  GPid first = start_holder (self, &holder);
  NbRedisServer *server = start_server (self);

  g_assert_cmpint (first, >, 0);
  g_assert_cmpint (nb_redis_server_get_pid (server), ==, 0);
  test_bus_connect (self, nb_redis_server_get_url (server));
  test_bus_wait_up (self);
  nb_redis_subscribe (self->subject, 1);
  kill (holder, SIGKILL);
  while (waitpid (holder, NULL, 0) < 0 && errno == EINTR)
    continue;
  wait_ended (first);
  wait_holding (self, server);
  test_bus_wait_down (self);
  test_bus_wait_up (self);
  test_bus_publish (self, 1, 1);
  test_bus_wait_messages (self, 1);
  nb_redis_server_free (server);
}

static void
without_the_program (TestBus *self, gconstpointer data)
{
  g_autofree char *path = g_strdup (g_getenv ("PATH"));
  g_autoptr (GError) error = NULL;

  g_setenv ("PATH", self->redis.folder, TRUE);
  g_assert_null (nb_redis_server_new (self->redis.folder, &error));
  g_setenv ("PATH", path, TRUE);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "install the package redis-server"));
}

static void
folders_that_do_not_serve (TestBus *self, gconstpointer data)
{
  g_autofree char *name = g_strnfill (100, 'x');
  g_autofree char *deep = g_build_filename (self->redis.folder, name, NULL);
  g_autofree char *file = g_build_filename (self->redis.folder, "file", NULL);
  g_autofree char *below = g_build_filename (file, "below", NULL);
  g_autoptr (GError) too_long = NULL;
  g_autoptr (GError) no_folder = NULL;

  g_assert_null (nb_redis_server_new (deep, &too_long));
  g_assert_error (too_long, G_IO_ERROR, G_IO_ERROR_FILENAME_TOO_LONG);
  g_assert_nonnull (strstr (too_long->message, "use a shorter folder"));
  g_assert_true (g_file_set_contents (file, "", 0, NULL));
  g_assert_null (nb_redis_server_new (below, &no_folder));
  g_assert_error (no_folder, G_FILE_ERROR, G_FILE_ERROR_NOTDIR);
  g_assert_nonnull (strstr (no_folder->message, below));
}

#define ADD(path, func) g_test_add (path, TestBus, NULL, test_bus_set_up, func, test_bus_tear_down)

int
main (int argc, char **argv)
{
  if (argc == 3 && g_str_equal (argv[1], "--hold"))
    return hold (argv[2]);
  program = argv[0];
  g_test_init (&argc, &argv, NULL);
  ADD ("/redis/server/started-and-ended", started_and_ended);
  ADD ("/redis/server/one-that-ends-is-started-again", one_that_ends_is_started_again);
  ADD ("/redis/server/one-that-cannot-start-says-why", one_that_cannot_start_says_why);
  ADD ("/redis/server/the-next-takes-over", the_next_takes_over);
  ADD ("/redis/server/a-killed-holder-takes-its-redis-along", a_killed_holder_takes_its_redis_along);
  ADD ("/redis/server/without-the-program", without_the_program);
  ADD ("/redis/server/folders-that-do-not-serve", folders_that_do_not_serve);
  return g_test_run ();
}
