/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Starts the real executable as a process of its own. */
#include "tests/support/nb-test-program.h"

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

/* Reads on until the line that tells the addresses. */
static void
read_addresses (NbTestSite *self)
{
  g_autoptr (GDataInputStream) lines = g_data_input_stream_new (g_subprocess_get_stdout_pipe (self->process));
  g_autoptr (GRegex) regex = g_regex_new ("ready at (http://[^ ,]+).*\\(operations: (http://[^ ,)]+)", 0, 0, NULL);

  g_filter_input_stream_set_close_base_stream (G_FILTER_INPUT_STREAM (lines), FALSE);
  while (!self->url)
    {
      g_autofree char *line = g_data_input_stream_read_line (lines, NULL, NULL, NULL);
      g_autoptr (GMatchInfo) match = NULL;

      if (!line)
        g_error ("the server ended before it was ready; its log is in %s", self->log_path ? self->log_path : "(none)");
      if (!g_regex_match (regex, line, 0, &match))
        continue;
      self->url = g_match_info_fetch (match, 1);
      self->internal_url = g_match_info_fetch (match, 2);
    }
}

NbTestSite *
nb_test_site_start (const char *const *arguments, const char *log_path)
{
  g_autoptr (GSubprocessLauncher) launcher = make_launcher (G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) words = NULL;
  g_auto (GStrv) argv = NULL;
  g_autoptr (GError) error = NULL;
  NbTestSite *self = g_new0 (NbTestSite, 1);

  g_strv_builder_add_many (builder, "serve", "--set", "server.listen=127.0.0.1:0", "--set",
                           "server.internal-listen=127.0.0.1:0", NULL);
  g_strv_builder_addv (builder, (const char **)arguments);
  words = g_strv_builder_end (builder);
  argv = make_argv ((const char *const *)words);
  if (log_path)
    g_subprocess_launcher_set_stderr_file_path (launcher, log_path);
  self->log_path = g_strdup (log_path);
  self->process = g_subprocess_launcher_spawnv (launcher, (const char *const *)argv, &error);
  g_assert_no_error (error);
  read_addresses (self);
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
  g_free (self->url);
  g_free (self->internal_url);
  g_free (self->log_path);
  g_free (self);
}
