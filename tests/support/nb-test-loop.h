/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A private main context for one test, with a watchdog. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct
{
  GMainContext *context;
  gint64 deadline; /* monotonic */
} NbTestLoop;

/* Makes a context of its own the thread's default. The watchdog ends the program, with a message, when the test isn't
 * over after @seconds. */
void nb_test_loop_set_up (NbTestLoop *self, guint seconds);
/* Runs what is still pending, and gives the thread its former default back. */
void nb_test_loop_tear_down (NbTestLoop *self);

/* Returns: whether what a test waits for has come */
typedef gboolean (*NbTestCondition) (gpointer user_data);
/* Runs the loop until @condition holds. */
void nb_test_loop_run_until (NbTestLoop *self, NbTestCondition condition, gpointer user_data);
/* Runs the loop until *@flag is TRUE. */
void nb_test_loop_run_until_true (NbTestLoop *self, const gboolean *flag);
/* Runs the loop until *@result, which is NULL before, holds what nb_test_loop_keep_result() got. */
GAsyncResult *nb_test_loop_run_until_result (NbTestLoop *self, GAsyncResult **result);
/* Runs what is ready now, without waiting. */
void nb_test_loop_drain (NbTestLoop *self);

/* A GAsyncReadyCallback: keeps a reference of the result in the GAsyncResult* that @user_data points at. */
void nb_test_loop_keep_result (GObject *source, GAsyncResult *result, gpointer user_data);

G_END_DECLS
