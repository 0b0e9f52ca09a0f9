/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Works off what everyone in an auction is to be told: a portion of people in each transaction, so that bids don't wait. */
#pragma once

#include "nb-courier.h"

G_BEGIN_DECLS

/* People that one transaction writes to. */
#define NB_CRIER_PORTION 300

typedef struct _NbCrier NbCrier;

/* @written: called on the main loop after each commit that wrote messages */
NbCrier *nb_crier_new (NbStore *store, NbChannelsFunc list_channels, void (*written) (gpointer user_data),
                       gpointer user_data);
/* Begins nothing new, and calls nobody any more. A transaction that is under way ends by itself. */
void nb_crier_stop (NbCrier *self);
/* Looks for work, unless it is at it; then it looks once more when it is through. */
void nb_crier_wake (NbCrier *self);
/* Returns: whether nothing is under way */
gboolean nb_crier_is_idle (NbCrier *self);

G_END_DECLS
