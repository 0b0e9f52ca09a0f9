/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Repeats a transaction until nothing is left to do, and rests in between, so that bids find the database free; what
 * fails is tried again when it is woken next. */
#include "nb-chore.h"

/* As the courier: an eighth of the time. */
#define REST_FACTOR 7
#define REST_MAX_MS 500

struct _NbChore
{
  gatomicrefcount ref_count;
  NbStore *store;
  const char *what;
  NbChoreFunc function;
  void (*done) (gpointer user_data);
  gpointer user_data;
  gint64 value;
  GSource *rest;   /* (nullable): until it goes on */
  gint64 began_at; /* monotonic */
  gboolean has_more;
  gboolean is_busy;
  gboolean is_stopped;
};

static void begin (NbChore *self);

NbChore *
nb_chore_new (NbStore *store, const char *what, NbChoreFunc function, void (*done) (gpointer user_data),
              gpointer user_data)
{
  NbChore *self = g_new0 (NbChore, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->store = g_object_ref (store);
  self->what = what;
  self->function = function;
  self->done = done;
  self->user_data = user_data;
  return self;
}

static void
chore_unref (NbChore *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_object_unref (self->store);
  g_free (self);
}

static gboolean
run_cb (NbTransaction *transaction, gpointer user_data, GError **error)
{
  NbChore *self = user_data;

  self->has_more = FALSE;
  self->began_at = g_get_monotonic_time ();
  return self->function (transaction, self->value, &self->has_more, error);
}

static gboolean
on_rested (gpointer user_data)
{
  NbChore *self = user_data;

  g_clear_pointer (&self->rest, g_source_unref);
  begin (self);
  return G_SOURCE_REMOVE;
}

static void
rest (NbChore *self)
{
  gint64 took = (g_get_monotonic_time () - self->began_at) / G_TIME_SPAN_MILLISECOND;

  self->rest = g_timeout_source_new ((guint)MIN ((took + 1) * REST_FACTOR, REST_MAX_MS));
  g_source_set_callback (self->rest, on_rested, self, NULL);
  g_source_attach (self->rest, g_main_context_get_thread_default ());
}

static void
ran_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NbChore *self = user_data;
  g_autoptr (GError) error = NULL;

  self->is_busy = FALSE;
  if (self->is_stopped)
    {
      chore_unref (self);
      return;
    }
  if (!nb_store_transact_finish (NB_STORE (source), result, &error))
    g_warning ("%s failed and will be tried again: %s", self->what, error->message);
  else
    {
      if (self->has_more)
        rest (self);
      if (self->done != NULL)
        self->done (self->user_data);
    }
  chore_unref (self);
}

static void
begin (NbChore *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  self->is_busy = TRUE;
  nb_store_transact_async (self->store, run_cb, self, NULL, NULL, ran_cb, self);
}

void
nb_chore_wake (NbChore *self, gint64 value)
{
  if (!nb_chore_is_idle (self) || self->is_stopped)
    return;
  self->value = value;
  begin (self);
}

gboolean
nb_chore_is_idle (NbChore *self)
{
  return !self->is_busy && self->rest == NULL;
}

void
nb_chore_stop (NbChore *self)
{
  self->is_stopped = TRUE;
  if (self->rest != NULL)
    g_source_destroy (self->rest);
  g_clear_pointer (&self->rest, g_source_unref);
  chore_unref (self);
}
