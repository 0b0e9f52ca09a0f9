/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Auctions as they stand when people are about to be told of them. */
#pragma once

#include <neighborbid/neighborbid.h>

G_BEGIN_DECLS

typedef enum
{
  NB_LOT_RUNNING, /* scheduled or open */
  NB_LOT_PAUSED,
  NB_LOT_CLOSED, /* sold or unsold */
  NB_LOT_CANCELLED
} NbLotPhase;

typedef struct
{
  gint64 id;
  gint64 seller;
  char *title;
  NbLotPhase phase;
  gboolean is_open;
  gint64 leader; /* or 0: nobody */
  NbMoney price;
  gint64 ends_at;
  gint64 quantity;
  char *close_reason;
  NbMoney winning_price; /* what the first winner pays; 0: unsold, or not over */
  NbMoney total;         /* what all winners pay */
  gint64 canceller;      /* or 0 */
  /* Events told who leads: never where bids are sealed, whose price and leader are nobody's business before the end. */
  gboolean has_known_leader;
} NbLot;

/* Reads auctions; nothing is locked, for bids must not wait. @auctions: a rowset of one column, their ids. Returns:
 * (transfer full) (nullable) (element-type gint64 NbLot): by id; NULL with @error */
GHashTable *nb_lots_load (NbTransaction *transaction, const NbRowset *auctions, GError **error);
/* Returns: (transfer none) (nullable) */
const NbLot *nb_lots_find (GHashTable *lots, gint64 auction);

/* Returns: whether bids may still be placed on it, now or after its pause */
gboolean nb_lot_goes_on (const NbLot *self, gint64 now);

G_END_DECLS
