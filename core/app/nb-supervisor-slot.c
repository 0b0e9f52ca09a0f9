/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The place of one worker: starts its process, hears that it serves, and replaces it when it died. */
#include <glib-unix.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/app/nb-supervisor-private.h"
#include "core/app/nb-worker-process.h"

/* A process that lived as long as this was fine: the next one starts at once. */
#define YOUNG (10 * G_USEC_PER_SEC)
#define FIRST_PAUSE_MS 100
#define LONGEST_PAUSE_MS 10000

static void
stop_watching (NbWorkerSlot *self)
{
  g_clear_handle_id (&self->ready_watch, g_source_remove);
  if (self->ready_fd >= 0)
    close (self->ready_fd);
  self->ready_fd = -1;
}

static void
send_reload (NbWorkerSlot *self)
{
  self->wants_reload = FALSE;
  kill (self->pid, SIGHUP);
}

/* The pipe ends without a word when the worker does. */
static gboolean
on_ready (int fd, GIOCondition condition, gpointer user_data)
{
  NbWorkerSlot *self = user_data;
  char text[16];

  if (read (fd, text, sizeof text) > 0)
    {
      self->is_ready = TRUE;
      g_info ("worker %u is ready (process %d)", self->number, (int)self->pid);
      if (self->wants_reload)
        send_reload (self);
      nb_supervisor_worker_ready (self->owner);
    }
  self->ready_watch = 0;
  stop_watching (self);
  return G_SOURCE_REMOVE;
}

static guint
next_pause (NbWorkerSlot *self)
{
  guint pause = 0;

  if (self->n_young > 0)
    pause = self->n_young < 8 ? MIN (FIRST_PAUSE_MS << (self->n_young - 1), LONGEST_PAUSE_MS) : LONGEST_PAUSE_MS;
  self->n_young++;
  return pause;
}

static gboolean
on_restart (gpointer user_data)
{
  NbWorkerSlot *self = user_data;

  self->restart = 0;
  nb_worker_slot_start (self);
  return G_SOURCE_REMOVE;
}

static guint
plan_restart (NbWorkerSlot *self)
{
  guint pause = next_pause (self);

  self->restart = g_timeout_add (pause, on_restart, self);
  return pause;
}

void
nb_worker_slot_revive (NbWorkerSlot *self)
{
  if (self->restart == 0)
    plan_restart (self);
}

void
nb_worker_slot_start (NbWorkerSlot *self)
{
  NbSupervisor *owner = self->owner;
  NbWorkerPlan plan = { .kind = NB_LINK_WORKER,
                        .number = self->number,
                        .words = owner->options->words,
                        .sockets = owner->sockets,
                        .internal = self->internal,
                        .mask = &owner->mask };
  g_autoptr (GError) error = NULL;

  self->is_ready = FALSE;
  self->wants_reload = FALSE;
  self->began = g_get_monotonic_time ();
  self->pid = nb_worker_process_start (&plan, &self->ready_fd, &error);
  if (self->pid > 0)
    {
      self->ready_watch = g_unix_fd_add (self->ready_fd, G_IO_IN | G_IO_HUP, on_ready, self);
      return;
    }
  g_warning ("worker %u can't be started: %s; the next try comes in %u ms", self->number, error->message,
             plan_restart (self));
}

/* One that was only starting has no handler for the signal yet. */
static gboolean
left_well (int status)
{
  return WIFSIGNALED (status) ? WTERMSIG (status) == SIGTERM || WTERMSIG (status) == SIGINT : WEXITSTATUS (status) == 0;
}

void
nb_worker_slot_ended (NbWorkerSlot *self, int status)
{
  NbSupervisor *owner = self->owner;
  g_autofree char *end = nb_worker_process_describe_end (status);
  pid_t pid = self->pid;

  self->pid = 0;
  self->is_ready = FALSE;
  stop_watching (self);
  if (g_get_monotonic_time () - self->began >= YOUNG)
    self->n_young = 0;
  if (owner->n_stops > 0)
    g_log (G_LOG_DOMAIN, left_well (status) ? G_LOG_LEVEL_INFO : G_LOG_LEVEL_WARNING, "worker %u (process %d) %s",
           self->number, (int)pid, end);
  else if (owner->was_served)
    g_warning ("worker %u (process %d) %s; another one starts in %u ms", self->number, (int)pid, end,
               plan_restart (self));
  else
    g_warning ("worker %u (process %d) %s before it served", self->number, (int)pid, end);
  nb_supervisor_worker_ended (owner, status, left_well (status));
}

void
nb_worker_slot_reload (NbWorkerSlot *self)
{
  if (self->is_ready)
    send_reload (self);
  else
    self->wants_reload = self->pid > 0;
}

void
nb_worker_slot_give_up (NbWorkerSlot *self)
{
  g_clear_handle_id (&self->restart, g_source_remove);
}
