/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A private main context for one test. The watchdog is a thread: it also sees a test that waits outside the loop. */
#include "tests/support/nb-test-loop.h"

#include <stdio.h>
#include <stdlib.h>

static GMutex watch_mutex;
static GCond watch_cond;
static gint64 watch_until; /* 0: nobody to watch */

static gpointer
watch (gpointer data)
{
  g_mutex_lock (&watch_mutex);
  for (;;)
    if (watch_until == 0)
      g_cond_wait (&watch_cond, &watch_mutex);
    else if (!g_cond_wait_until (&watch_cond, &watch_mutex, watch_until) && watch_until != 0
             && g_get_monotonic_time () >= watch_until)
      {
        fprintf (stderr, "Bail out! watchdog: %s is not over in time\n", g_test_get_path ());
        fflush (NULL);
        abort ();
      }
  return NULL;
}

static void
set_watchdog (gint64 until)
{
  static gsize is_watching;

  if (g_once_init_enter (&is_watching))
    {
      g_thread_unref (g_thread_new ("watchdog", watch, NULL));
      g_once_init_leave (&is_watching, 1);
    }
  g_mutex_lock (&watch_mutex);
  watch_until = until;
  g_cond_signal (&watch_cond);
  g_mutex_unlock (&watch_mutex);
}

void
nb_test_loop_set_up (NbTestLoop *self, guint seconds)
{
  self->context = g_main_context_new ();
  self->deadline = g_get_monotonic_time () + (gint64)seconds * G_USEC_PER_SEC;
  g_main_context_push_thread_default (self->context);
  set_watchdog (self->deadline);
}

void
nb_test_loop_drain (NbTestLoop *self)
{
  while (g_main_context_iteration (self->context, FALSE))
    continue;
}

void
nb_test_loop_tear_down (NbTestLoop *self)
{
  nb_test_loop_drain (self);
  set_watchdog (0);
  g_main_context_pop_thread_default (self->context);
  g_clear_pointer (&self->context, g_main_context_unref);
}

void
nb_test_loop_run_until (NbTestLoop *self, NbTestCondition condition, gpointer user_data)
{
  while (!condition (user_data))
    g_main_context_iteration (self->context, TRUE);
}

static gboolean
is_true (gpointer user_data)
{
  return *(const gboolean *)user_data;
}

void
nb_test_loop_run_until_true (NbTestLoop *self, const gboolean *flag)
{
  nb_test_loop_run_until (self, is_true, (gpointer)flag);
}

static gboolean
has_result (gpointer user_data)
{
  return *(GAsyncResult **)user_data != NULL;
}

GAsyncResult *
nb_test_loop_run_until_result (NbTestLoop *self, GAsyncResult **result)
{
  nb_test_loop_run_until (self, has_result, result);
  return *result;
}

void
nb_test_loop_keep_result (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GAsyncResult **kept = user_data;

  g_assert_null (*kept);
  *kept = g_object_ref (result);
}
