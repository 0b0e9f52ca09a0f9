/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sockets by when each must be looked at next: the cost of a tick is that of the sockets that are due. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Time here is counted in ticks. */
#define NB_SOCKET_TICK_MS 250
#define NB_SOCKET_WHEEL_SLOTS 256

/* Zeroed at first. */
typedef struct
{
  GQueue slots[NB_SOCKET_WHEEL_SLOTS];
  guint32 last; /* the tick that was looked at last */
} NbSocketWheel;

typedef struct
{
  GList link; /* its data: what is in the wheel */
  guint32 due;
} NbSocketTimer;

/* @self must not be in the wheel. A tick that is over already means the next one. */
void nb_socket_wheel_add (NbSocketWheel *self, NbSocketTimer *timer, guint32 due);
void nb_socket_wheel_remove (NbSocketWheel *self, NbSocketTimer *timer);
/* Takes out what is due at @now, and moves the wheel there. @due: (out): links of the timers */
void nb_socket_wheel_turn (NbSocketWheel *self, guint32 now, GQueue *due);

G_END_DECLS
