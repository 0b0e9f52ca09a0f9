/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One thing that the engine was asked to do to an auction, and its answer. */
#pragma once

#include "core/domain/nb-auction-private.h"
#include "core/engine/nb-bid-engine.h"

G_BEGIN_DECLS

typedef enum
{
  NB_ENGINE_BID,
  NB_ENGINE_CANCEL,
  NB_ENGINE_ADVANCE, /* open, fire timers, close: whatever is due */
  NB_ENGINE_SYNC     /* pause when the type is stopped, go on when it is back */
} NbEngineCommandKind;

typedef struct
{
  NbEngineCommandKind kind;
  gint64 auction;
  gint64 at;        /* when it reached the server, by the store's clock */
  gint64 queued_at; /* monotonic, for the metrics */
  guint64 arrival;  /* counts up over all auctions */
  GTask *task;
  gboolean may_skip; /* answered `busy` when another process has locked the auction */

  NbBid bid;
  gint64 expected_seq;
  char *key; /* (nullable) */

  gint64 actor; /* who cancels */
  gboolean is_admin;
  char *reason;

  /* The answer: set anew each time the batch runs. */
  NbBidResult result;
  GError *error;
} NbEngineCommand;

NbEngineCommand *nb_engine_command_new (NbEngineCommandKind kind, gint64 auction, gint64 at, GTask *task);
void nb_engine_command_free (NbEngineCommand *self);
/* Forgets the answer of an earlier run. */
void nb_engine_command_reset (NbEngineCommand *self);
/* Refuses it: @error is taken over. */
void nb_engine_command_refuse (NbEngineCommand *self, GError *error);
/* Returns: (transfer full): the canonical text of what was asked, for the idempotency key */
char *nb_engine_command_fingerprint (const NbEngineCommand *self);
/* Gives the answer to the caller, on the main loop. */
void nb_engine_command_answer (NbEngineCommand *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbEngineCommand, nb_engine_command_free)

G_END_DECLS
