/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Starts the real executable as a process of its own. */
#include "tests/support/nb-test-program.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>

void
nb_test_run_free (NbTestRun *self)
{
  g_free (self->out);
  g_free (self->err);
  g_free (self);
}

/* A test that is ended leaves no program behind. */
static void
end_with_test (gpointer user_data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

/* The program finds its own library: what the tests' environment names is the twin with all symbols. */
static GSubprocessLauncher *
make_launcher (GSubprocessFlags flags)
{
  GSubprocessLauncher *launcher = g_subprocess_launcher_new (flags);

  g_subprocess_launcher_set_child_setup (launcher, end_with_test, NULL, NULL);
  g_subprocess_launcher_unsetenv (launcher, "LD_LIBRARY_PATH");
  return launcher;
}

static char **
make_argv (const char *const *arguments)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autofree char *program = g_build_filename (g_getenv ("NB_TEST_BUILD_DIR"), "core", "neighborbid", NULL);

  g_strv_builder_add (builder, program);
  g_strv_builder_addv (builder, (const char **)arguments);
  return g_strv_builder_end (builder);
}

NbTestRun *
nb_test_program_run (const char *const *arguments, const char *input)
{
  g_autoptr (GSubprocessLauncher) launcher
      = make_launcher (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
  g_auto (GStrv) argv = make_argv (arguments);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process = g_subprocess_launcher_spawnv (launcher, (const char *const *)argv, &error);
  NbTestRun *run = g_new0 (NbTestRun, 1);

  g_assert_no_error (error);
  g_subprocess_communicate_utf8 (process, input ? input : "", NULL, &run->out, &run->err, &error);
  g_assert_no_error (error);
  run->code = g_subprocess_get_if_exited (process) ? g_subprocess_get_exit_status (process) : -1;
  return run;
}

NbTestRun *
nb_test_program_run_words (const char *command, const char *const *more)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) words = g_strsplit (command, " ", -1);
  g_auto (GStrv) arguments = NULL;

  g_strv_builder_addv (builder, (const char **)words);
  if (more)
    g_strv_builder_addv (builder, (const char **)more);
  arguments = g_strv_builder_end (builder);
  return nb_test_program_run ((const char *const *)arguments, NULL);
}

/* Returns: (transfer full) (nullable): what @pattern catches in @text */
static char *
find_part (const char *text, const char *pattern)
{
  g_autoptr (GRegex) regex = g_regex_new (pattern, 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;

  return g_regex_match (regex, text, 0, &match) ? g_match_info_fetch (match, 1) : NULL;
}

/* Reads on until the line that tells the addresses. */
void
nb_test_site_wait (NbTestSite *self)
{
  g_autoptr (GDataInputStream) lines = g_data_input_stream_new (g_subprocess_get_stdout_pipe (self->process));

  g_filter_input_stream_set_close_base_stream (G_FILTER_INPUT_STREAM (lines), FALSE);
  while (!self->ready || !g_str_has_prefix (self->ready, "neighborbid is ready"))
    {
      g_free (self->ready);
      self->ready = g_data_input_stream_read_line (lines, NULL, NULL, NULL);
      if (!self->ready)
        g_error ("the server ended before it was ready; its log is in %s", self->log_path ? self->log_path : "(none)");
    }
  self->url = find_part (self->ready, "ready at (http://[^ ,]+)");
  self->internal_url = find_part (self->ready, "\\(operations: (http://[^ ,)]+)");
}

/* The id that the protocol asks for is known only in the new process: a shell stays it with exec. */
static void
give_sockets (GSubprocessLauncher *launcher, GSocket *const *sockets, const char *names)
{
  g_autofree char *n = NULL;
  int count = 0;

  for (; sockets[count]; count++)
    g_subprocess_launcher_take_fd (launcher, fcntl (g_socket_get_fd (sockets[count]), F_DUPFD_CLOEXEC, 3), 3 + count);
  n = g_strdup_printf ("%d", count);
  g_subprocess_launcher_setenv (launcher, "LISTEN_FDS", n, TRUE);
  g_subprocess_launcher_setenv (launcher, "LISTEN_FDNAMES", names, TRUE);
}

static char **
make_serve_argv (const char *const *arguments, gboolean with_sockets)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autoptr (GStrvBuilder) words = g_strv_builder_new ();
  g_auto (GStrv) serve = NULL;
  g_auto (GStrv) argv = NULL;

  g_strv_builder_add_many (words, "serve", "--set", "server.listen=127.0.0.1:0", "--set",
                           "server.internal-listen=127.0.0.1:0", NULL);
  g_strv_builder_addv (words, (const char **)arguments);
  serve = g_strv_builder_end (words);
  argv = make_argv ((const char *const *)serve);
  if (with_sockets)
    g_strv_builder_add_many (builder, "sh", "-c", "LISTEN_PID=$$ exec \"$@\"", "sh", NULL);
  g_strv_builder_addv (builder, (const char **)argv);
  return g_strv_builder_end (builder);
}

NbTestSite *
nb_test_site_spawn_on (GSocket *const *sockets, const char *names, const char *const *arguments, const char *log_path)
{
  g_autoptr (GSubprocessLauncher) launcher = make_launcher (G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_auto (GStrv) argv = make_serve_argv (arguments, sockets != NULL);
  g_autoptr (GError) error = NULL;
  NbTestSite *self = g_new0 (NbTestSite, 1);

  if (log_path)
    g_subprocess_launcher_set_stderr_file_path (launcher, log_path);
  if (sockets)
    give_sockets (launcher, sockets, names);
  self->log_path = g_strdup (log_path);
  self->process = g_subprocess_launcher_spawnv (launcher, (const char *const *)argv, &error);
  g_assert_no_error (error);
  return self;
}

NbTestSite *
nb_test_site_spawn (const char *const *arguments, const char *log_path)
{
  return nb_test_site_spawn_on (NULL, NULL, arguments, log_path);
}

NbTestSite *
nb_test_site_start (const char *const *arguments, const char *log_path)
{
  NbTestSite *self = nb_test_site_spawn (arguments, log_path);

  nb_test_site_wait (self);
  return self;
}

int
nb_test_site_stop (NbTestSite *self, int signal)
{
  g_subprocess_send_signal (self->process, signal);
  g_subprocess_wait (self->process, NULL, NULL);
  return g_subprocess_get_if_exited (self->process) ? g_subprocess_get_exit_status (self->process) : -1;
}

void
nb_test_site_free (NbTestSite *self)
{
  if (g_subprocess_get_identifier (self->process))
    nb_test_site_stop (self, SIGKILL);
  g_clear_object (&self->process);
  g_free (self->ready);
  g_free (self->url);
  g_free (self->internal_url);
  g_free (self->log_path);
  g_free (self);
}
