/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who waits until all commands that had arrived by some moment are answered. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct
{
  GQueue waiting;     /* of NbSettle */
  guint n_unanswered; /* commands that arrived and were not answered yet */
} NbSettleList;

void nb_settle_list_init (NbSettleList *self);
void nb_settle_list_arrived (NbSettleList *self);
/* The command with the number @arrival was answered. */
void nb_settle_list_answered (NbSettleList *self, guint64 arrival);
/* Returns TRUE from @task (transfer full) once the commands with numbers below @arrivals, all that came so far, are
 * answered; at once when there is none. */
void nb_settle_list_wait (NbSettleList *self, guint64 arrivals, GTask *task);

G_END_DECLS
