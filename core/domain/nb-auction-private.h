/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The insides of auctions, bids, decisions and resolutions, for those who load, change and store them. */
#pragma once

#include <neighborbid/nb-decision.h>

G_BEGIN_DECLS

struct _NbAuction
{
  gatomicrefcount ref_count;
  gint64 id;
  char *type;
  gint64 seller;
  NbAuctionStatus status;
  gint64 seq;
  NbMoney price;
  gint64 leader;
  gint64 bid_count;
  gint64 quantity;
  gint64 starts_at;
  gint64 ends_at;
  gint64 original_ends_at;
  NbPlace place;
  GVariant *terms;       /* a{sv} */
  GHashTable *term_ints; /* integer terms by name, read once: a bid looks up several */
  GVariant *state;
  GArray *holds; /* of NbAuctionHold, by ascending person */
};

typedef struct
{
  gint64 person;
  NbMoney amount;
} NbAuctionHold;

NbAuction *nb_auction_new (gint64 id, const char *type, gint64 seller, GVariant *terms);
void nb_auction_set_state (NbAuction *self, GVariant *state);
void nb_auction_set_hold (NbAuction *self, gint64 person, NbMoney amount);

struct _NbBid
{
  gint64 id;
  gint64 person;
  NbBidKind kind;
  NbMoney amount;
  gint64 quantity;
  gint64 at;
  NbPlace place;
};

typedef struct
{
  char *name;
  gint64 due_at; /* 0 removes it */
} NbDecisionTimer;

struct _NbDecision
{
  GVariant *state;
  NbMoney price; /* 0: unchanged */
  gboolean has_leader;
  gint64 leader;
  NbStanding standing;
  guint n_holds;
  NbAuctionHold holds[4]; /* enough for most; more go into the array */
  GArray *more_holds;
  NbMoney cover;
  gboolean has_end;
  gint64 ends_at;
  gboolean closes;
  gboolean has_shown_amount;
  NbMoney shown_amount;
  GArray *timers; /* (nullable) of NbDecisionTimer */
};

guint nb_decision_get_n_holds (const NbDecision *self);
const NbAuctionHold *nb_decision_get_hold (const NbDecision *self, guint index);

typedef struct
{
  gint64 person;
  gint64 quantity;
  NbMoney total;
} NbWinner;

struct _NbResolution
{
  char *reason;    /* NULL when sold */
  GArray *winners; /* of NbWinner */
};

/* Checks that @decision breaks no rule for @auction and @bidder (0: a timer); the names of rules are in the message. */
gboolean nb_decision_check (const NbDecision *decision, const NbAuction *auction, gint64 bidder, GError **error);
/* Checks winners against what is offered and held. */
gboolean nb_resolution_check (const NbResolution *resolution, const NbAuction *auction, GError **error);
/* Applies @decision in memory to @auction: state, price, leader, holds, end; counts seq up, and bid_count where
 * @is_bid. */
void nb_decision_apply (const NbDecision *decision, NbAuction *auction, gboolean is_bid);

G_END_DECLS
