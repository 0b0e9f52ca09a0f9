/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The supervisor as its parts know it. */
#pragma once

#include <signal.h>

#include "core/app/nb-supervisor.h"

G_BEGIN_DECLS

typedef struct _NbSupervisor NbSupervisor;

/* The place of one worker: processes come and go there. */
typedef struct
{
  NbSupervisor *owner;
  guint number;
  GSocket *internal; /* (nullable) */
  pid_t pid;         /* 0: none runs */
  gint64 began;      /* monotonic */
  gboolean is_ready;
  gboolean wants_reload; /* a reload came before it could take it */
  guint n_young;         /* how many in a row died young */
  guint ready_watch;
  int ready_fd;
  guint restart; /* the timer of the next start */
} NbWorkerSlot;

struct _NbSupervisor
{
  const NbSupervisorOptions *options;
  NbHostSettings *settings;
  GMainLoop *loop;
  sigset_t mask; /* of signals, as it was */
  int signal_fd;
  guint signal_watch;

  GPtrArray *sockets;  /* (nullable) (element-type GSocket) */
  GPtrArray *files;    /* of Unix sockets that were bound here */
  GPtrArray *slots;    /* of NbWorkerSlot */
  pid_t preparer;      /* 0: none runs */
  gboolean was_served; /* some worker has been ready */
  gboolean was_told;   /* the line that says so was written */
  guint n_stops;       /* signals to stop so far */
  guint stop_timer;
  NbExit result;
};

/* Listens on what the configuration names and was not given; makes the slots with their internal sockets. */
gboolean nb_supervisor_listen (NbSupervisor *self, GError **error);
/* Closes the sockets of the site, so that nobody waits there for workers that leave. */
void nb_supervisor_close_site (NbSupervisor *self);
void nb_supervisor_free_slots (NbSupervisor *self);
/* Writes the line that names all addresses. */
void nb_supervisor_tell_ready (NbSupervisor *self);

void nb_worker_slot_start (NbWorkerSlot *self);
/* Plans the next start where none is planned. */
void nb_worker_slot_revive (NbWorkerSlot *self);
/* @status: as waitpid() told it */
void nb_worker_slot_ended (NbWorkerSlot *self, int status);
void nb_worker_slot_reload (NbWorkerSlot *self);
/* Starts no process there any more. */
void nb_worker_slot_give_up (NbWorkerSlot *self);

/* Called by the slots: a worker serves; one has ended. @is_fine: as one does that was asked to leave */
void nb_supervisor_worker_ready (NbSupervisor *self);
void nb_supervisor_worker_ended (NbSupervisor *self, int status, gboolean is_fine);
guint nb_supervisor_count_running (NbSupervisor *self);

G_END_DECLS
