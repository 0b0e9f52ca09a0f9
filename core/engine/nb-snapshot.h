/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading auctions together with their public state, of the same moment. */
#pragma once

#include "core/engine/nb-public-state.h"

#include <neighborbid/nb-wallet.h>

G_BEGIN_DECLS

/* One auction for one viewer. */
typedef struct
{
  NbRegistry *registry;
  NbWallet *wallet; /* (nullable) */
  gint64 auction;
  gint64 viewer;

  /* The answer. */
  NbAuctionView *view;
  NbAuctionState *state;
  NbMoney hold;
  gboolean is_live;
} NbSnapshot;

/* Made and freed on the main loop. */
NbSnapshot *nb_snapshot_new (NbRegistry *registry, gint64 auction, gint64 viewer);
void nb_snapshot_free (NbSnapshot *self);
/* An NbTransactFunc for a read; @snapshot is an NbSnapshot. */
gboolean nb_snapshot_run (NbTransaction *transaction, gpointer snapshot, GError **error);

/* The public states of many auctions. */
typedef struct
{
  NbRegistry *registry;
  NbRowset *auctions;

  GPtrArray *states; /* of NbAuctionState: the answer */
} NbStatesRead;

NbStatesRead *nb_states_read_new (NbRegistry *registry, const gint64 *auctions, gsize n_auctions);
void nb_states_read_free (NbStatesRead *self);
/* An NbTransactFunc for a read; @states_read is an NbStatesRead. */
gboolean nb_states_read_run (NbTransaction *transaction, gpointer states_read, GError **error);

G_END_DECLS
