/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The life of the supervisor: signals and the ends of its processes, in a loop without a thread. */
#include "core/app/nb-supervisor.h"

#include <errno.h>
#include <glib-unix.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/app/nb-cli.h"
#include "core/app/nb-serve.h"
#include "core/app/nb-supervisor-private.h"
#include "core/app/nb-worker-process.h"

/* Workers end themselves in shutdown-timeout and a grace; what is still there after this much more is killed. */
#define KILL_SECONDS (NB_SERVE_GRACE_SECONDS + 2)

static NbWorkerSlot *
get_slot (NbSupervisor *self, guint i)
{
  return self->slots->pdata[i];
}

guint
nb_supervisor_count_running (NbSupervisor *self)
{
  guint n = 0;

  for (guint i = 0; i < self->slots->len; i++)
    n += get_slot (self, i)->pid > 0;
  return n;
}

static void
quit (NbSupervisor *self, NbExit result)
{
  self->result = result;
  g_main_loop_quit (self->loop);
}

void
nb_supervisor_worker_ready (NbSupervisor *self)
{
  guint n_ready = 0;

  for (guint i = 0; i < self->slots->len; i++)
    {
      NbWorkerSlot *slot = get_slot (self, i);

      n_ready += slot->is_ready;
      /* Those that ended before it was known whether any can serve. */
      if (!self->was_served && self->n_stops == 0 && slot->pid == 0)
        nb_worker_slot_revive (slot);
    }
  self->was_served = TRUE;
  if (n_ready < self->slots->len || self->was_told || self->n_stops > 0)
    return;
  self->was_told = TRUE;
  nb_supervisor_tell_ready (self);
}

void
nb_supervisor_worker_ended (NbSupervisor *self, int status, gboolean is_fine)
{
  int code = WIFEXITED (status) && WEXITSTATUS (status) != 0 ? WEXITSTATUS (status) : NB_EXIT_RUNTIME;

  if (self->n_stops > 0)
    {
      if (!is_fine)
        self->result = NB_EXIT_RUNTIME;
      if (nb_supervisor_count_running (self) == 0)
        g_main_loop_quit (self->loop);
      return;
    }
  if (self->was_served)
    return;
  /* Trying for ever what never worked would only hide why. */
  self->result = self->result == NB_EXIT_FINE || (int)self->result == code ? (NbExit)code : NB_EXIT_RUNTIME;
  if (nb_supervisor_count_running (self) > 0)
    return;
  g_warning ("no worker could serve");
  g_main_loop_quit (self->loop);
}

static void
start_workers (NbSupervisor *self)
{
  g_autoptr (GError) error = NULL;

  if (!nb_supervisor_listen (self, &error))
    {
      quit (self, nb_print_error (error));
      return;
    }
  for (guint i = 0; i < self->slots->len; i++)
    nb_worker_slot_start (get_slot (self, i));
}

static void
on_prepared (NbSupervisor *self, int status)
{
  g_autofree char *end = nb_worker_process_describe_end (status);

  self->preparer = 0;
  if (self->n_stops > 0)
    g_main_loop_quit (self->loop);
  else if (WIFEXITED (status) && WEXITSTATUS (status) == 0)
    start_workers (self);
  else
    {
      if (WIFSIGNALED (status))
        g_warning ("the process that prepares the database %s", end);
      quit (self, WIFEXITED (status) ? (NbExit)WEXITSTATUS (status) : NB_EXIT_RUNTIME);
    }
}

/* All that have ended: several signals may have come as one. */
static void
reap (NbSupervisor *self)
{
  int status;
  pid_t pid;

  while ((pid = waitpid (-1, &status, WNOHANG)) > 0)
    {
      if (pid == self->preparer)
        on_prepared (self, status);
      for (guint i = 0; i < self->slots->len; i++)
        if (get_slot (self, i)->pid == pid)
          {
            nb_worker_slot_ended (get_slot (self, i), status);
            break;
          }
    }
}

static void
send_to_workers (NbSupervisor *self, int signal)
{
  for (guint i = 0; i < self->slots->len; i++)
    if (get_slot (self, i)->pid > 0)
      kill (get_slot (self, i)->pid, signal);
}

static gboolean
on_stop_took_too_long (gpointer user_data)
{
  NbSupervisor *self = user_data;

  self->stop_timer = 0;
  for (guint i = 0; i < self->slots->len; i++)
    if (get_slot (self, i)->pid > 0)
      g_warning ("worker %u (process %d) did not end in time; it is killed", get_slot (self, i)->number,
                 (int)get_slot (self, i)->pid);
  send_to_workers (self, SIGKILL);
  return G_SOURCE_REMOVE;
}

static void
begin_stop (NbSupervisor *self)
{
  guint seconds = (guint)nb_settings_get_int (self->settings->server, "shutdown-timeout");

  g_message ("stopping");
  self->result = NB_EXIT_FINE;
  nb_supervisor_close_site (self);
  for (guint i = 0; i < self->slots->len; i++)
    nb_worker_slot_give_up (get_slot (self, i));
  self->stop_timer = g_timeout_add_seconds (seconds + KILL_SECONDS, on_stop_took_too_long, self);
}

/* The first signal lets everything in flight end; a second one does not wait. */
static void
stop (NbSupervisor *self)
{
  if (self->n_stops++ == 0)
    begin_stop (self);
  else
    g_message ("stopping at once");
  if (self->preparer > 0)
    kill (self->preparer, SIGTERM);
  send_to_workers (self, self->n_stops == 1 ? SIGTERM : SIGINT);
  if (self->preparer == 0 && nb_supervisor_count_running (self) == 0)
    g_main_loop_quit (self->loop);
}

static void
take_settings (NbSupervisor *self)
{
  g_autoptr (GPtrArray) faults = nb_config_faults_new ();
  g_autoptr (NbConfig) config = nb_config_new (&self->options->sources, faults);
  g_autoptr (NbHostSettings) settings = nb_host_settings_new (config, faults);

  if (faults->len > 0)
    {
      g_warning ("the configuration has faults, which the workers tell; the supervisor goes on with the one before");
      return;
    }
  nb_host_settings_free (self->settings);
  self->settings = g_steal_pointer (&settings);
  nb_serve_apply_log (self->settings);
}

static void
reload (NbSupervisor *self)
{
  if (self->n_stops > 0)
    return;
  take_settings (self);
  for (guint i = 0; i < self->slots->len; i++)
    nb_worker_slot_reload (get_slot (self, i));
}

static gboolean
on_signal (int fd, GIOCondition condition, gpointer user_data)
{
  NbSupervisor *self = user_data;
  struct signalfd_siginfo info;

  while (read (fd, &info, sizeof info) == sizeof info)
    switch (info.ssi_signo)
      {
      case SIGCHLD:
        reap (self);
        break;
      case SIGHUP:
        reload (self);
        break;
      default:
        stop (self);
      }
  return G_SOURCE_CONTINUE;
}

/* Signals are read like data: GLib's own way would need a thread. */
static gboolean
watch_signals (NbSupervisor *self, GError **error)
{
  sigset_t signals;

  signal (SIGPIPE, SIG_IGN);
  sigemptyset (&signals);
  sigaddset (&signals, SIGTERM);
  sigaddset (&signals, SIGINT);
  sigaddset (&signals, SIGHUP);
  sigaddset (&signals, SIGCHLD);
  sigprocmask (SIG_BLOCK, &signals, &self->mask);
  self->signal_fd = signalfd (-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
  if (self->signal_fd < 0)
    {
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "signalfd: %s", g_strerror (errno));
      return FALSE;
    }
  self->signal_watch = g_unix_fd_add (self->signal_fd, G_IO_IN, on_signal, self);
  return TRUE;
}

/* Another process does it, so that neither plugins nor links to the database stay in this one. */
static gboolean
start_preparing (NbSupervisor *self, GError **error)
{
  NbWorkerPlan plan = { .kind = NB_LINK_PREPARER, .words = self->options->words, .mask = &self->mask };

  self->preparer = nb_worker_process_start (&plan, NULL, error);
  return self->preparer > 0;
}

static void
clear (NbSupervisor *self)
{
  g_clear_handle_id (&self->stop_timer, g_source_remove);
  g_clear_handle_id (&self->signal_watch, g_source_remove);
  if (self->signal_fd >= 0)
    close (self->signal_fd);
  sigprocmask (SIG_SETMASK, &self->mask, NULL);
  nb_supervisor_free_slots (self);
  g_clear_pointer (&self->settings, nb_host_settings_free);
  g_clear_pointer (&self->loop, g_main_loop_unref);
}

NbExit
nb_supervise (const NbSupervisorOptions *options)
{
  NbSupervisor self = { .options = options,
                        .settings = options->settings,
                        .loop = g_main_loop_new (NULL, FALSE),
                        .signal_fd = -1,
                        .files = g_ptr_array_new_with_free_func (g_free),
                        .slots = g_ptr_array_new () };
  g_autoptr (GError) error = NULL;

  if (watch_signals (&self, &error) && start_preparing (&self, &error))
    g_main_loop_run (self.loop);
  else
    self.result = nb_print_error (error);
  clear (&self);
  return self.result;
}
