/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The public state of an auction after a commit. */
#include <neighborbid/nb-market.h>

G_DEFINE_BOXED_TYPE (NbAuctionState, nb_auction_state, nb_auction_state_ref, nb_auction_state_unref)

NbAuctionState *
nb_auction_state_new (const NbAuctionState *fields)
{
  NbAuctionState *self = g_memdup2 (fields, sizeof *fields);

  g_atomic_ref_count_init (&self->ref_count);
  self->state = g_strdup (fields->state);
  self->ended = g_strdup (fields->ended);
  return self;
}

NbAuctionState *
nb_auction_state_ref (NbAuctionState *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
nb_auction_state_unref (NbAuctionState *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_free (self->state);
  g_free (self->ended);
  g_free (self);
}
