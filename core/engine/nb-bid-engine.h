/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The one path for everything that changes an auction: batched per commit, in order of arrival per auction. */
#pragma once

#include "core/plugin/nb-registry.h"

G_BEGIN_DECLS

#define NB_TYPE_BID_ENGINE (nb_bid_engine_get_type ())
G_DECLARE_FINAL_TYPE (NbBidEngine, nb_bid_engine, NB, BID_ENGINE, GObject)

/* Pieces in one bid. */
#define NB_MAX_QUANTITY 1000000

typedef struct
{
  guint batch_max;      /* commands in one transaction; default 256 */
  guint queue_max;      /* commands that wait for one auction; default 1024; above it `busy` */
  guint fee_hundredths; /* fee in hundredths of a percent of what was captured */
} NbEngineOptions;

typedef struct
{
  gint64 auction;
  gint64 person;
  NbBidKind kind;
  NbMoney amount;
  gint64 quantity;
  gint64 expected_seq; /* -1: not asked for */
  const char *key;     /* (nullable) idempotency key; copied */
} NbBidRequest;

/* What a bidder is told after the commit. */
typedef struct
{
  gint64 bid;
  gint64 auction;
  gint64 seq;
  NbStanding standing;
  NbMoney amount;
  NbMoney price;
  NbMoney min_next;
  gint64 ends_at;
  NbMoney hold;       /* what is held for the bidder in this auction after the bid */
  gboolean is_replay; /* the stored answer of an earlier use of the key */
} NbBidResult;

NbBidEngine *nb_bid_engine_new (NbStore *store, NbRegistry *registry, const NbEngineOptions *options);
void nb_bid_engine_set_options (NbBidEngine *self, const NbEngineOptions *options);
/* The fee in force, in hundredths of a percent, so that a seller can be told of it. */
guint nb_bid_engine_get_fee_hundredths (NbBidEngine *self);

/* Stamps the bid with its time of arrival and queues it. */
void nb_bid_engine_bid_async (NbBidEngine *self, const NbBidRequest *request, GAsyncReadyCallback callback,
                              gpointer user_data);
/* The same for a @task (transfer full) of the caller's, which returns TRUE or the refusal, with its data set to the
 * NbBidResult. */
void nb_bid_engine_bid_in_task (NbBidEngine *self, const NbBidRequest *request, GTask *task);
/* A refused bid sets only @answer's is_replay. */
gboolean nb_bid_engine_bid_finish (NbBidEngine *self, GAsyncResult *result, NbBidResult *answer, GError **error);

/* @actor must be the seller without bids, or @is_admin with a reason. */
void nb_bid_engine_cancel_async (NbBidEngine *self, gint64 auction, gint64 actor, gboolean is_admin, const char *reason,
                                 GAsyncReadyCallback callback, gpointer user_data);
gboolean nb_bid_engine_cancel_finish (NbBidEngine *self, GAsyncResult *result, GError **error);

/* Opens (scheduled), closes (past its end) or fires due timers, whichever is due; nothing due is fine. */
void nb_bid_engine_advance_async (NbBidEngine *self, gint64 auction, GAsyncReadyCallback callback, gpointer user_data);
/* The same, but where another process works on the auction right now, nothing is done, and the answer is `busy`: so
 * several processes share what is due. */
void nb_bid_engine_try_advance_async (NbBidEngine *self, gint64 auction, GAsyncReadyCallback callback,
                                      gpointer user_data);
gboolean nb_bid_engine_advance_finish (NbBidEngine *self, GAsyncResult *result, GError **error);

/* Pauses the auction when its type is not running, and lets it go on, its end moved by the pause, when the type is
 * back. */
void nb_bid_engine_sync_async (NbBidEngine *self, gint64 auction, GAsyncReadyCallback callback, gpointer user_data);
gboolean nb_bid_engine_sync_finish (NbBidEngine *self, GAsyncResult *result, GError **error);

/* Signal "due-changed" (gint64 auction, gint64 due_at): when an auction that was in a batch is due next; 0: never. */

/* Calls back when every command that has arrived so far is answered; new ones are taken as ever. */
void nb_bid_engine_settle_async (NbBidEngine *self, GAsyncReadyCallback callback, gpointer user_data);
gboolean nb_bid_engine_settle_finish (NbBidEngine *self, GAsyncResult *result, GError **error);

/* Refuses new commands with `shutting_down`, and calls back when nothing waits or runs any more. */
void nb_bid_engine_drain_async (NbBidEngine *self, GAsyncReadyCallback callback, gpointer user_data);
gboolean nb_bid_engine_drain_finish (NbBidEngine *self, GAsyncResult *result, GError **error);

G_END_DECLS
