/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Counts the commands that each waiter still has to see answered. */
#include "core/engine/nb-settle-list.h"

typedef struct
{
  guint64 arrivals;
  guint n_left;
  GTask *task;
} NbSettle;

void
nb_settle_list_init (NbSettleList *self)
{
  g_queue_init (&self->waiting);
  self->n_unanswered = 0;
}

static void
finish (NbSettle *settle)
{
  g_task_return_boolean (settle->task, TRUE);
  g_object_unref (settle->task);
  g_free (settle);
}

void
nb_settle_list_arrived (NbSettleList *self)
{
  self->n_unanswered++;
}

void
nb_settle_list_answered (NbSettleList *self, guint64 arrival)
{
  self->n_unanswered--;
  for (GList *l = self->waiting.head; l != NULL; l = l->next)
    {
      NbSettle *settle = l->data;

      settle->n_left -= arrival < settle->arrivals;
    }
  /* Who waits longer has no less to wait for. */
  while (self->waiting.head != NULL && ((NbSettle *)self->waiting.head->data)->n_left == 0)
    finish (g_queue_pop_head (&self->waiting));
}

void
nb_settle_list_wait (NbSettleList *self, guint64 arrivals, GTask *task)
{
  NbSettle *settle = g_new0 (NbSettle, 1);

  settle->arrivals = arrivals;
  settle->n_left = self->n_unanswered;
  settle->task = task;
  if (settle->n_left == 0)
    finish (settle);
  else
    g_queue_push_tail (&self->waiting, settle);
}
