/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sockets by when each must be looked at next: the cost of a tick is that of the sockets that are due. */
#include "core/web/nb-socket-wheel.h"

static GQueue *
slot_at (NbSocketWheel *self, guint32 tick)
{
  return &self->slots[tick % NB_SOCKET_WHEEL_SLOTS];
}

void
nb_socket_wheel_add (NbSocketWheel *self, NbSocketTimer *timer, guint32 due)
{
  timer->due = MAX (due, self->last + 1);
  g_queue_push_tail_link (slot_at (self, timer->due), &timer->link);
}

void
nb_socket_wheel_remove (NbSocketWheel *self, NbSocketTimer *timer)
{
  g_queue_unlink (slot_at (self, timer->due), &timer->link);
}

/* What is due only in a later round stays. */
static void
take_due (NbSocketWheel *self, guint32 tick, guint32 now, GQueue *due)
{
  GQueue *slot = slot_at (self, tick);
  GList *next;

  for (GList *l = slot->head; l != NULL; l = next)
    {
      const NbSocketTimer *timer = (const NbSocketTimer *)l;

      next = l->next;
      if (timer->due > now)
        continue;
      g_queue_unlink (slot, l);
      g_queue_push_tail_link (due, l);
    }
}

void
nb_socket_wheel_turn (NbSocketWheel *self, guint32 now, GQueue *due)
{
  const guint32 first = MAX (self->last + 1, now >= NB_SOCKET_WHEEL_SLOTS ? now - NB_SOCKET_WHEEL_SLOTS + 1 : 0);

  for (guint32 tick = first; tick <= now; tick++)
    take_due (self, tick, now, due);
  self->last = MAX (self->last, now);
}
