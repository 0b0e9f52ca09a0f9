/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An auction and a bid as an auction type sees them: snapshots without I/O. */
#pragma once

#include <glib-object.h>
#include <neighborbid/nb-money.h>

G_BEGIN_DECLS

/**
 * NbAuctionStatus:
 *
 * Where an auction is in its life.
 *
 * Since: 1.0
 */
typedef enum
{
  NB_AUCTION_SCHEDULED,
  NB_AUCTION_OPEN,
  NB_AUCTION_CLOSING, /* past its end, not settled yet: shown, never stored */
  NB_AUCTION_SOLD,
  NB_AUCTION_UNSOLD,
  NB_AUCTION_CANCELLED,
  NB_AUCTION_PAUSED
} NbAuctionStatus;

/** nb_auction_status_name: Returns: (transfer none): such as `open` */
NB_PUBLIC const char *nb_auction_status_name (NbAuctionStatus status);
NB_PUBLIC gboolean nb_auction_status_from_name (const char *name, NbAuctionStatus *status);

/**
 * NbPlace:
 * @region: the region's code (법정동, ten digits), or an empty string
 * @latitude: of its centroid, in millionths of a degree
 * @longitude: of its centroid, in millionths of a degree
 *
 * Where an auction or a bidder is, as far as the platform knows. Codes share a prefix with what lies above: 2 digits for
 * 시/도, 5 for 시/군/구, 8 for 읍/면/동.
 *
 * Since: 1.0
 */
typedef struct
{
  char region[12];
  gint32 latitude;
  gint32 longitude;
} NbPlace;

/**
 * nb_place_distance_m:
 *
 * Returns: the great-circle distance in metres between two places; %G_MAXUINT where one has no centroid (0, 0)
 * Since: 1.0
 */
NB_PUBLIC guint nb_place_distance_m (const NbPlace *a, const NbPlace *b);

/**
 * NbAuction:
 *
 * The auction as it stands, locked by the engine. Immutable for its reader.
 *
 * Since: 1.0
 */
typedef struct _NbAuction NbAuction;

NB_PUBLIC GType nb_auction_get_type (void);
NB_PUBLIC NbAuction *nb_auction_ref (NbAuction *self);
NB_PUBLIC void nb_auction_unref (NbAuction *self);

/** nb_auction_get_id: Returns: the id, the same in the API and the database */
NB_PUBLIC gint64 nb_auction_get_id (const NbAuction *self);
/** nb_auction_get_type_name: Returns: (transfer none): such as `local` */
NB_PUBLIC const char *nb_auction_get_type_name (const NbAuction *self);
NB_PUBLIC gint64 nb_auction_get_seller (const NbAuction *self);
NB_PUBLIC NbAuctionStatus nb_auction_get_status (const NbAuction *self);
/** nb_auction_get_seq: Returns: the number of the last change; grows by one with each */
NB_PUBLIC gint64 nb_auction_get_seq (const NbAuction *self);
/** nb_auction_get_price: Returns: the current price in minor units, or 0 while there is none */
NB_PUBLIC NbMoney nb_auction_get_price (const NbAuction *self);
/** nb_auction_get_leader: Returns: who leads, or 0 */
NB_PUBLIC gint64 nb_auction_get_leader (const NbAuction *self);
NB_PUBLIC gint64 nb_auction_get_bid_count (const NbAuction *self);
/** nb_auction_get_quantity: Returns: how many are offered, from 1 */
NB_PUBLIC gint64 nb_auction_get_quantity (const NbAuction *self);
/* Times are microseconds since the epoch. */
NB_PUBLIC gint64 nb_auction_get_starts_at (const NbAuction *self);
NB_PUBLIC gint64 nb_auction_get_ends_at (const NbAuction *self);
NB_PUBLIC gint64 nb_auction_get_original_ends_at (const NbAuction *self);
NB_PUBLIC const NbPlace *nb_auction_get_place (const NbAuction *self);
/** nb_auction_get_terms: Returns: (transfer none): the terms as listed, an `a{sv}`; integers are `x`, texts `s`, yes or no `b` */
NB_PUBLIC GVariant *nb_auction_get_terms (const NbAuction *self);
/** nb_auction_get_term_int: Returns: the integer term @name, or @fallback when it is not there */
NB_PUBLIC gint64 nb_auction_get_term_int (const NbAuction *self, const char *name, gint64 fallback);
/** nb_auction_get_state: Returns: (transfer none) (nullable): what the type itself last put there */
NB_PUBLIC GVariant *nb_auction_get_state (const NbAuction *self);
/** nb_auction_get_hold: Returns: what is held for @person in this auction, in minor units; 0 for none */
NB_PUBLIC NbMoney nb_auction_get_hold (const NbAuction *self, gint64 person);

/**
 * NbHoldFunc:
 * @person: who
 * @amount: how much is held, above 0
 * @user_data: the caller's
 */
typedef void (*NbHoldFunc) (gint64 person, NbMoney amount, gpointer user_data);
/** nb_auction_foreach_hold: calls @function for every active hold, by ascending person */
NB_PUBLIC void nb_auction_foreach_hold (const NbAuction *self, NbHoldFunc function, gpointer user_data);

/**
 * NbBidKind:
 *
 * What the bidder named: an amount to stand at, the most they would pay, or the price to buy at once.
 *
 * Since: 1.0
 */
typedef enum
{
  NB_BID_AMOUNT,
  NB_BID_MAX,
  NB_BID_BUY_NOW
} NbBidKind;

/**
 * NbBid:
 *
 * A bid to be judged. Immutable for its reader.
 *
 * Since: 1.0
 */
typedef struct _NbBid NbBid;

/** nb_bid_get_id: Returns: the id, made when the bid reached the server */
NB_PUBLIC gint64 nb_bid_get_id (const NbBid *self);
/** nb_bid_get_person: Returns: who bids */
NB_PUBLIC gint64 nb_bid_get_person (const NbBid *self);
/** nb_bid_get_kind: Returns: what the amount means */
NB_PUBLIC NbBidKind nb_bid_get_kind (const NbBid *self);
/** nb_bid_get_amount: Returns: what the bidder named, in minor units, for one piece */
NB_PUBLIC NbMoney nb_bid_get_amount (const NbBid *self);
NB_PUBLIC gint64 nb_bid_get_quantity (const NbBid *self);
/** nb_bid_get_at: Returns: when it reached the server, in microseconds since the epoch */
NB_PUBLIC gint64 nb_bid_get_at (const NbBid *self);
NB_PUBLIC const NbPlace *nb_bid_get_place (const NbBid *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbAuction, nb_auction_unref)

G_END_DECLS
