/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The bounded queue between those who want a transaction and the threads that run them. */
#include "core/store/nb-job.h"

#include <neighborbid/nb-metrics.h>

struct _NbQueue
{
  GMutex mutex;
  GCond came;
  GCond done;
  GQueue jobs;
  guint max;
  gboolean is_open;
  NbMetric *gauge;
};

NbJob *
nb_job_new (NbTransactFunc function, gpointer user_data, GDestroyNotify destroy, gboolean is_read)
{
  NbJob *self = g_new0 (NbJob, 1);

  self->function = function;
  self->user_data = user_data;
  self->destroy = destroy;
  self->is_read = is_read;
  self->queued_at = g_get_monotonic_time ();
  return self;
}

void
nb_job_reset (NbJob *self)
{
  g_clear_error (&self->error);
  g_clear_pointer (&self->events, g_ptr_array_unref);
}

void
nb_job_free (NbJob *self)
{
  nb_job_reset (self);
  g_clear_object (&self->cancellable);
  if (self->destroy != NULL)
    self->destroy (self->user_data);
  g_free (self);
}

NbQueue *
nb_queue_new (guint max, const char *gauge_labels)
{
  NbQueue *self = g_new0 (NbQueue, 1);

  g_mutex_init (&self->mutex);
  g_cond_init (&self->came);
  g_cond_init (&self->done);
  g_queue_init (&self->jobs);
  self->max = max;
  self->gauge = nb_metrics_gauge ("store_jobs_waiting", "Transactions that wait for a thread.", gauge_labels);
  return self;
}

void
nb_queue_free (NbQueue *self)
{
  g_assert (self->jobs.length == 0);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->came);
  g_cond_clear (&self->done);
  g_free (self);
}

void
nb_queue_open (NbQueue *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  self->is_open = TRUE;
}

void
nb_queue_close (NbQueue *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  self->is_open = FALSE;
  g_cond_broadcast (&self->came);
}

NbQueueAnswer
nb_queue_push (NbQueue *self, NbJob *job)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (!self->is_open)
    return NB_QUEUE_CLOSED;
  if (self->jobs.length >= self->max)
    return NB_QUEUE_FULL;
  g_queue_push_tail (&self->jobs, job);
  nb_metric_set (self->gauge, self->jobs.length);
  g_cond_signal (&self->came);
  return NB_QUEUE_TAKEN;
}

gboolean
nb_queue_take (NbQueue *self, guint max, gint64 wait, GPtrArray *jobs)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  gint64 until = g_get_monotonic_time () + wait;

  while (self->jobs.length == 0 && self->is_open)
    if (wait == 0)
      g_cond_wait (&self->came, &self->mutex);
    else if (!g_cond_wait_until (&self->came, &self->mutex, until))
      return TRUE;

  while (jobs->len < max && self->jobs.length > 0)
    g_ptr_array_add (jobs, g_queue_pop_head (&self->jobs));
  nb_metric_set (self->gauge, self->jobs.length);
  return jobs->len > 0;
}

void
nb_queue_wait_done (NbQueue *self, NbJob *job)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  while (!job->is_done)
    g_cond_wait (&self->done, &self->mutex);
}

void
nb_queue_set_done (NbQueue *self, NbJob *job)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  job->is_done = TRUE;
  g_cond_broadcast (&self->done);
}
