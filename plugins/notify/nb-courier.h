/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The courier: hands what waits in notify_deliveries to the channels, at least once, in order for each person. */
#pragma once

#include "nb-notify.h"

G_BEGIN_DECLS

/* Returns: (transfer full) (element-type NbNotifier): the channels that run just now */
typedef GPtrArray *(*NbChannelsFunc) (gpointer user_data);

/* Nothing is handed out before nb_courier_start(). @composer: (nullable): without it texts are English */
NbCourier *nb_courier_new (NbStore *store, NbComposer *composer, NbChannelsFunc list_channels, gpointer user_data);
/* @retry_first: the pause after the first failure, in microseconds; those after further ones grow from it. @tries_max:
 * after how many tries a delivery is given up. Holds for failures from now on. */
void nb_courier_set_patience (NbCourier *self, gint64 retry_first, guint tries_max);
/* On the main context of the caller, which every other call must come from too. */
void nb_courier_start (NbCourier *self);
/* Tells that deliveries may have been written. Without it they are found within about a second. */
void nb_courier_wake (NbCourier *self);
/* Tells that this process committed a batch of bids: while many follow each other, they go first. */
void nb_courier_note_bids (NbCourier *self);
/* Begins nothing new. What is on its way may still end and is written down, for a short while; what ends later is
 * handed out again. Frees @self, at the latest when all has ended. */
void nb_courier_stop (NbCourier *self);

G_END_DECLS
