/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fork and exec of the supervisor's processes, with their sockets at the places where LISTEN_FDS promises them. */
#include "core/app/nb-worker-process.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/app/nb-given-sockets.h"

#define EXECUTABLE "/proc/self/exe"
#define CANNOT_START 127

/* What the new process gets, in the order in which it gets them: sockets, and at the end the pipe. */
static GArray *
list_descriptors (const NbWorkerPlan *plan, int ready_end)
{
  GArray *list = g_array_new (FALSE, FALSE, sizeof (int));

  for (guint i = 0; plan->sockets && i < plan->sockets->len; i++)
    {
      int fd = g_socket_get_fd (plan->sockets->pdata[i]);
      g_array_append_val (list, fd);
    }
  if (plan->internal)
    {
      int fd = g_socket_get_fd (plan->internal);
      g_array_append_val (list, fd);
    }
  if (ready_end >= 0)
    g_array_append_val (list, ready_end);
  return list;
}

static char *
list_names (const NbWorkerPlan *plan)
{
  GString *names = g_string_new (NULL);

  for (guint i = 0; plan->sockets && i < plan->sockets->len; i++)
    g_string_append_printf (names, "%ssite", i ? ":" : "");
  if (plan->internal)
    g_string_append_printf (names, "%s" NB_INTERNAL_SOCKET_NAME, names->len ? ":" : "");
  return g_string_free (names, FALSE);
}

/* Called in the new process, whose id is told. */
static char **
make_environment (const NbWorkerPlan *plan, guint n_sockets)
{
  NbWorkerLink link = { plan->kind, plan->number, NB_GIVEN_SOCKETS_FIRST + (int)n_sockets };
  g_autofree char *variable = nb_worker_link_print (&link);
  g_autofree char *pid = g_strdup_printf ("%d", (int)getpid ());
  g_autofree char *n = g_strdup_printf ("%u", n_sockets);
  g_autofree char *names = list_names (plan);
  char **environment = g_environ_setenv (g_get_environ (), NB_WORKER_VARIABLE, variable, TRUE);

  if (n_sockets == 0)
    return environment;
  environment = g_environ_setenv (environment, "LISTEN_PID", pid, TRUE);
  environment = g_environ_setenv (environment, "LISTEN_FDS", n, TRUE);
  return g_environ_setenv (environment, "LISTEN_FDNAMES", names, TRUE);
}

static char **
make_argv (const NbWorkerPlan *plan)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  g_strv_builder_add_many (builder, "neighborbid", "serve", NULL);
  g_strv_builder_addv (builder, (const char **)plan->words);
  return g_strv_builder_end (builder);
}

/* First out of the way, so that none overwrites another. */
static gboolean
place_descriptors (GArray *list)
{
  int first_free = NB_GIVEN_SOCKETS_FIRST + (int)list->len;

  for (guint i = 0; i < list->len; i++)
    {
      int *fd = &g_array_index (list, int, i);
      *fd = fcntl (*fd, F_DUPFD_CLOEXEC, first_free);
      if (*fd < 0)
        return FALSE;
    }
  for (guint i = 0; i < list->len; i++)
    if (dup2 (g_array_index (list, int, i), NB_GIVEN_SOCKETS_FIRST + (int)i) < 0)
      return FALSE;
  return TRUE;
}

/* In the new process. A group of its own keeps the terminal's signals away: they are the supervisor's to hand on. */
static void
become (const NbWorkerPlan *plan, pid_t supervisor, GArray *descriptors)
{
  guint n_sockets = (plan->sockets ? plan->sockets->len : 0) + (plan->internal ? 1 : 0);
  char **environment = make_environment (plan, n_sockets);
  char **argv = make_argv (plan);

  if (prctl (PR_SET_PDEATHSIG, SIGTERM) != 0 || getppid () != supervisor)
    _exit (CANNOT_START);
  setpgid (0, 0);
  /* A reload that comes before the worker can take it must not end it. */
  signal (SIGHUP, SIG_IGN);
  sigprocmask (SIG_SETMASK, plan->mask, NULL);
  if (place_descriptors (descriptors))
    execve (EXECUTABLE, argv, environment);
  g_printerr ("neighborbid: can't start a worker: %s\n", g_strerror (errno));
  _exit (CANNOT_START);
}

pid_t
nb_worker_process_start (const NbWorkerPlan *plan, int *ready_fd, GError **error)
{
  g_autoptr (GArray) descriptors = NULL;
  pid_t supervisor = getpid ();
  int ends[2] = { -1, -1 };
  pid_t pid;

  if (plan->kind == NB_LINK_WORKER && !g_unix_open_pipe (ends, FD_CLOEXEC, error))
    return 0;
  descriptors = list_descriptors (plan, ends[1]);
  pid = fork ();
  if (pid == 0)
    become (plan, supervisor, descriptors);
  if (pid < 0)
    g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "fork: %s", g_strerror (errno));
  if (ends[1] >= 0)
    close (ends[1]);
  if (pid < 0 && ends[0] >= 0)
    close (ends[0]);
  if (ready_fd)
    *ready_fd = ends[0];
  return MAX (pid, 0);
}

char *
nb_worker_process_describe_end (int status)
{
  if (WIFSIGNALED (status))
    return g_strdup_printf ("was ended by signal %d (%s)", WTERMSIG (status), strsignal (WTERMSIG (status)));
  return g_strdup_printf ("ended with code %d", WEXITSTATUS (status));
}
