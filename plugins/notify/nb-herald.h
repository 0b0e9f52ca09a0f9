/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The herald: takes committed events and decides who hears of them. */
#pragma once

#include "nb-courier.h"

G_BEGIN_DECLS

/* @written: called on the main loop after commits that may have written messages */
NbHerald *nb_herald_new (NbStore *store, NbChannelsFunc list_channels, void (*written) (gpointer user_data),
                         gpointer user_data);
/* Takes the outbox's events, and begins to work off what waits in a process with jobs. After a failure stop it. */
gboolean nb_herald_start (NbHerald *self, NbContext *context, GError **error);
/* @ending_soon: how long before its end an auction is told of, 0 for never; @retention: of messages; in microseconds */
void nb_herald_set_times (NbHerald *self, gint64 ending_soon, gint64 retention);
/* The events are not taken any more. Frees @self, at the latest when what is under way has ended. */
void nb_herald_stop (NbHerald *self);

/* Returns: (transfer none): what takes the events; with @self as its user_data */
const NbConsumer *nb_herald_get_consumer (void);
/* What timers do: looks for auctions that end soon, and for people who are still to be told. */
void nb_herald_wake (NbHerald *self);
/* Returns: whether nothing is under way */
gboolean nb_herald_is_idle (NbHerald *self);

G_END_DECLS
