/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A thread with a connection of its own that runs the jobs of a queue. */
#pragma once

#include "core/store/nb-connection.h"
#include "core/store/nb-job.h"

G_BEGIN_DECLS

/* Answers @jobs (of NbJob, taken over) that have ended together; called on the worker's thread. */
typedef void (*NbDeliverFunc) (GPtrArray *jobs, gpointer user_data);

/* What all workers of a store share. */
typedef struct
{
  const NbBackend *backend;
  char *target;
  gint64 patience; /* microseconds that a job waits for a database that is away */
  NbDeliverFunc deliver;
  gpointer deliver_data;
  NbFaultHook hook;
  gpointer hook_data;
  gint is_healthy;          /* atomic */
  gint is_stopping;         /* atomic */
  gint64 clock_offset;      /* atomic: from the monotonic clock to the database's */
  gint64 clock_measured_at; /* atomic */
} NbWorkerShared;

/* Takes over a clock reading if the last one is a second old. */
void nb_worker_shared_set_clock (NbWorkerShared *self, const NbConnection *connection);

typedef struct _NbWorker NbWorker;

/* @group_max: how many waiting jobs may share one commit
 * @keeps_clock: reads the database's clock once a second when there is nothing else to do */
NbWorker *nb_worker_start (NbWorkerShared *shared, NbQueue *queue, guint group_max, gboolean keeps_clock,
                           const char *name);
/* Waits for its thread, whose queue must be closed, and frees it. */
void nb_worker_join (NbWorker *self);

G_END_DECLS
