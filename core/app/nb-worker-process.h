/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Starts this very executable again, as one of the supervisor's processes. */
#pragma once

#include <gio/gio.h>
#include <signal.h>

#include "core/app/nb-worker-link.h"

G_BEGIN_DECLS

typedef struct
{
  NbLinkKind kind;
  guint number;             /* a worker's */
  const char *const *words; /* the options that `serve` was called with */
  GPtrArray *sockets;       /* (nullable) (element-type GSocket) */
  GSocket *internal;        /* (nullable) */
  const sigset_t *mask;     /* of signals: the one that the supervisor was started with */
} NbWorkerPlan;

/* The process gets SIGTERM when this one dies, whatever it dies of. Call it while there is no other thread.
 * @ready_fd: (out): for a worker: readable once it serves, and at its end
 * Returns: its id; 0 with @error set */
pid_t nb_worker_process_start (const NbWorkerPlan *plan, int *ready_fd, GError **error);

/* Returns: (transfer full): how a process ended, from what waitpid() told: `ended with code 78` */
char *nb_worker_process_describe_end (int status);

G_END_DECLS
