/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One transaction of the engine: commands over one or several auctions, decided in memory, written as the net result.
 */
#pragma once

#include "core/engine/nb-engine-command.h"
#include "core/engine/nb-slot.h"

#include <neighborbid/nb-wallet.h>

G_BEGIN_DECLS

/* What the host knows of a bidder. */
typedef struct
{
  gint64 id;
  gboolean is_suspended;
  NbPlace place;
  char *nickname; /* (nullable) unless states are wanted */
} NbBidder;

/* When an auction must be looked at next, for the scheduler. */
typedef struct
{
  gint64 auction;
  gint64 due_at; /* 0: never */
} NbDue;

typedef struct
{
  /* Given by the engine. */
  NbRegistry *registry;
  NbWallet *wallet; /* (nullable) */
  guint fee_hundredths;
  gboolean wants_states; /* whether anyone asks for public states */
  gboolean reads_keys;   /* some key may have been used before */
  gboolean may_skip;     /* auctions that another process has locked are left out */
  GPtrArray *commands;   /* of NbEngineCommand, in order of arrival */
  GArray *auctions;      /* (element-type gint64): the auctions that these commands are about, each once */
  gint64 started_at;     /* monotonic; when it was handed to the store */

  /* Made anew each time the transaction runs. */
  NbTransaction *transaction;
  gint64 now;
  NbWalletSheet *sheet;     /* (nullable) */
  GHashTable *slots;        /* id → NbSlot */
  GPtrArray *ordered_slots; /* by ascending id */
  GHashTable *bidders;      /* id → NbBidder */
  GHashTable *keys;         /* NbRequestKey → itself */
  GPtrArray *ordered_keys;  /* of NbRequestKey */
  NbRowset *log;            /* rows of table bids */
  NbRowset *winners;
  NbRowset *audits;
  GPtrArray *events;
  GPtrArray *faults;       /* of text: what types did wrong, told after the commit */
  GPtrArray *faulty_types; /* of text: the type of each fault */
  GArray *dues;            /* of NbDue: for the scheduler */
  GArray *late_ends;       /* (element-type gint64): the ends that auctions were closed against */
  GPtrArray *states;       /* of NbAuctionState: told after the commit */
  gint64 decide_time;      /* microseconds spent deciding */
} NbBatch;

NbBatch *nb_batch_new (NbRegistry *registry, NbWallet *wallet, guint fee_hundredths);
void nb_batch_free (NbBatch *self);
/* An NbTransactFunc; @batch is an NbBatch. */
gboolean nb_batch_run (NbTransaction *transaction, gpointer batch, GError **error);

/* The steps, each in a file of its own. FALSE means that the whole batch must be rolled back. */
gboolean nb_batch_load (NbBatch *self, GError **error);
/* Adds @people (element-type gint64) to the batch's bidders. */
gboolean nb_batch_read_bidders (NbBatch *self, const GArray *people, GError **error);
gboolean nb_batch_find_keys (NbBatch *self, GError **error);
/* Returns: TRUE when @command was answered by an earlier use of its key */
gboolean nb_batch_replay_key (NbBatch *self, NbEngineCommand *command);
void nb_batch_remember_answer (NbBatch *self, NbEngineCommand *command);
gboolean nb_batch_store_keys (NbBatch *self, GError **error);
gboolean nb_batch_decide_bid (NbBatch *self, NbSlot *slot, NbEngineCommand *command, GError **error);
gboolean nb_batch_write (NbBatch *self, GError **error);
gboolean nb_batch_make_states (NbBatch *self, GError **error);

/* Applies a checked decision: holds in the sheet, state in memory, timers. With @command NULL it is the host's own.
 * Returns FALSE with @refusal set when a hold is not covered (then nothing changed), or with @error set when the
 * transaction is lost. */
gboolean nb_batch_apply (NbBatch *self, NbSlot *slot, const NbDecision *decision, gint64 bidder, gboolean is_bid,
                         GError **refusal, GError **error);
void nb_batch_log (NbBatch *self, NbSlot *slot, gint64 id, const char *kind, gint64 person, NbMoney amount,
                   gint64 quantity, NbMoney shown, const char *region, gint64 at);
void nb_batch_emit (NbBatch *self, NbSlot *slot, const char *kind, GVariant *payload);

/* The auction's own life. @at is the time that they are judged by. */
gboolean nb_batch_catch_up (NbBatch *self, NbSlot *slot, gint64 at, GError **error);
gboolean nb_batch_close (NbBatch *self, NbSlot *slot, gint64 at, const char *why, GError **error);
gboolean nb_batch_advance (NbBatch *self, NbSlot *slot, NbEngineCommand *command, GError **error);
gboolean nb_batch_cancel (NbBatch *self, NbSlot *slot, NbEngineCommand *command, GError **error);
gboolean nb_batch_sync (NbBatch *self, NbSlot *slot, NbEngineCommand *command, GError **error);
void nb_batch_pause (NbBatch *self, NbSlot *slot, gint64 at, const char *reason);
/* The type broke a rule: pauses the auction, holds kept, and keeps @fault for the operator. */
void nb_batch_quarantine (NbBatch *self, NbSlot *slot, gint64 at, const GError *fault);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbBatch, nb_batch_free)

G_END_DECLS
