/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Auctions as the rest of the world sees them: their public state after each commit, reading them, and bidding. */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>
#include <neighborbid/nb-auction.h>

G_BEGIN_DECLS

/**
 * NbAuctionState:
 * @auction: the auction's id
 * @seq: the number of the change that made it so
 * @status: as stored: never %NB_AUCTION_CLOSING
 * @price: what anyone may see of the price, 0: none
 * @leader: what anyone may see of the leader, 0: none
 * @bid_count: what anyone may see of it, 0: none
 * @ends_at: microseconds since the epoch
 * @state: the JSON object `state` of the API without `type` and `server_time`: `{"seq":42,…}`
 * @ended: (nullable): likewise the object `ended`, once the auction is over: `{"seq":43,"status":"sold",…}`
 *
 * The whole public state of one auction after one commit. Immutable, reference-counted. It holds nothing that is not
 * for everyone's eyes: what `project` shows to nobody in particular.
 *
 * Since: 1.0
 */
typedef struct
{
  gint64 auction;
  gint64 seq;
  NbAuctionStatus status;
  NbMoney price;
  gint64 leader;
  gint64 bid_count;
  gint64 ends_at;
  char *state;
  char *ended;

  /*< private >*/
  gatomicrefcount ref_count;
} NbAuctionState;

NB_PUBLIC GType nb_auction_state_get_type (void);
/** nb_auction_state_new: Returns: (transfer full): a state of the given fields (its texts are copied), for one that
 * came from another process */
NB_PUBLIC NbAuctionState *nb_auction_state_new (const NbAuctionState *fields);
NB_PUBLIC NbAuctionState *nb_auction_state_ref (NbAuctionState *self);
NB_PUBLIC void nb_auction_state_unref (NbAuctionState *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbAuctionState, nb_auction_state_unref)

/**
 * NbStateFunc:
 * @state: what a commit made true
 *
 * Gets the state of an auction whose type has %NB_CAPABILITY_LIVE, on the main loop, right after each commit of this
 * process that changed it (once for a batch of bids) and before the bidders' answers. Another process's commits are not
 * told.
 */
typedef void (*NbStateFunc) (NbAuctionState *state, gpointer user_data);

/**
 * NbMarket:
 *
 * The host's auctions for plugins: a service that nb_context_find_service() finds under %NB_TYPE_MARKET.
 *
 * Since: 1.0
 */
#define NB_TYPE_MARKET (nb_market_get_type ())
NB_PUBLIC
G_DECLARE_FINAL_TYPE (NbMarket, nb_market, NB, MARKET, GObject)

    /**
     * NbMarketView:
     * @auction: the object `auction` of the API, as the viewer may see it
     * @state: its public state, of the same moment
     * @hold: what is held for the viewer in it, in minor units
     * @is_live: whether its type has %NB_CAPABILITY_LIVE and runs
     *
     * One auction as one viewer may see it.
     *
     * Since: 1.0
     */
    typedef struct
{
  JsonObject *auction;
  NbAuctionState *state;
  NbMoney hold;
  gboolean is_live;
} NbMarketView;

NB_PUBLIC void nb_market_view_free (NbMarketView *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbMarketView, nb_market_view_free)

/** nb_market_now: Returns: microseconds since the epoch by the one clock of all processes, for `server_time` */
NB_PUBLIC gint64 nb_market_now (NbMarket *self);

/** nb_market_load_async: reads @auction for @viewer (0: anyone) from the database */
NB_PUBLIC void nb_market_load_async (NbMarket *self, gint64 auction, gint64 viewer, GAsyncReadyCallback callback,
                                     gpointer user_data);
/** nb_market_load_finish: Returns: (transfer full) (nullable): %NULL with `not_found` when there is no such auction, or
 * `busy` */
NB_PUBLIC NbMarketView *nb_market_load_finish (NbMarket *self, GAsyncResult *result, GError **error);

/** nb_market_load_states_async: reads the public state of @n_auctions auctions (at most 1,000), in one query */
NB_PUBLIC void nb_market_load_states_async (NbMarket *self, const gint64 *auctions, gsize n_auctions,
                                            GAsyncReadyCallback callback, gpointer user_data);
/** nb_market_load_states_finish: Returns: (transfer container) (element-type NbAuctionState): of those that exist and
 * whose type isn't one without %NB_CAPABILITY_LIVE (one that doesn't run now may be), in no order */
NB_PUBLIC GPtrArray *nb_market_load_states_finish (NbMarket *self, GAsyncResult *result, GError **error);

/**
 * NbMarketBid:
 * @auction: where
 * @person: who; signed in, and with a session that lives
 * @kind: what the amount means
 * @amount: minor units
 * @quantity: pieces, from 1
 * @key: (nullable): 1 to 128 characters; the same bid under the same key stands once and gets the same answer, over
 * HTTP too
 *
 * A bid to be placed.
 *
 * Since: 1.0
 */
typedef struct
{
  gint64 auction;
  gint64 person;
  NbBidKind kind;
  NbMoney amount;
  gint64 quantity;
  const char *key;
} NbMarketBid;

/** nb_market_bid_async: stamps the bid with its time of arrival and queues it for its auction; the call of `POST
 * …/bids` */
NB_PUBLIC void nb_market_bid_async (NbMarket *self, const NbMarketBid *bid, GAsyncReadyCallback callback,
                                    gpointer user_data);
/**
 * nb_market_bid_finish:
 *
 * Returns: (transfer full) (nullable): after the commit, the JSON text of the API's bid result, `{"bid_id":…}`; %NULL
 * with the code that it was refused with (nb_error_get_code() and the rest of nb-error.h tell) Since: 1.0
 */
NB_PUBLIC char *nb_market_bid_finish (NbMarket *self, GAsyncResult *result, GError **error);

G_END_DECLS
