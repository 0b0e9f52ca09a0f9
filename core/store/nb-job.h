/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Functions that wait for a transaction, and the bounded queue that they wait in. */
#pragma once

#include "core/store/nb-store-private.h"

G_BEGIN_DECLS

typedef struct
{
  NbTransactFunc function;
  gpointer user_data;
  GDestroyNotify destroy;
  GCancellable *cancellable; /* (nullable) */
  gboolean is_read;
  gint64 queued_at;  /* monotonic */
  GTask *task;       /* (nullable) owned until it is answered; NULL: a thread waits */
  GPtrArray *events; /* (nullable) of NbEvent, by the attempt that was committed */
  GError *error;     /* (nullable) NULL once done: it was committed */
  gboolean is_done;  /* under the queue's lock */
} NbJob;

NbJob *nb_job_new (NbTransactFunc function, gpointer user_data, GDestroyNotify destroy, gboolean is_read);
void nb_job_free (NbJob *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbJob, nb_job_free)
/* Forgets what an attempt left behind. */
void nb_job_reset (NbJob *self);

typedef struct _NbQueue NbQueue;

typedef enum
{
  NB_QUEUE_TAKEN,
  NB_QUEUE_FULL,
  NB_QUEUE_CLOSED
} NbQueueAnswer;

/* @gauge_labels: of the metric that tells how many wait */
NbQueue *nb_queue_new (guint max, const char *gauge_labels);
void nb_queue_free (NbQueue *self);
void nb_queue_open (NbQueue *self);
/* Nothing comes in any more; what waits is still given out. */
void nb_queue_close (NbQueue *self);
NbQueueAnswer nb_queue_push (NbQueue *self, NbJob *job);
/* Fills @jobs with 1 to @max jobs. Returns: FALSE when the queue is closed and empty. With @wait (in microseconds, 0:
 * for ever) it returns TRUE with none when nothing came. */
gboolean nb_queue_take (NbQueue *self, guint max, gint64 wait, GPtrArray *jobs);
/* For a thread that waits for a job of its own. */
void nb_queue_wait_done (NbQueue *self, NbJob *job);
void nb_queue_set_done (NbQueue *self, NbJob *job);

G_END_DECLS
