/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The public states that follow from a batch, told after its commit. Whatever they need is mostly in the batch already:
 * only what is missing is read. */
#include "core/engine/nb-batch.h"

/* One auction whose state is told. */
typedef struct
{
  const NbSlot *slot;
  NbQuote quote;
  NbView view;
  NbLastBid last_bid;
} NbDraft;

static GArray *
make_drafts (NbBatch *self)
{
  GArray *drafts = g_array_new (FALSE, TRUE, sizeof (NbDraft));

  for (guint i = 0; i < self->ordered_slots->len; i++)
    {
      const NbSlot *slot = g_ptr_array_index (self->ordered_slots, i);
      NbDraft draft = { .slot = slot, .quote.reserve_met = -1 };

      if (!nb_slot_is_changed (slot) || !slot->is_told)
        continue;
      if (slot->type != NULL)
        {
          nb_auction_type_quote (slot->type, slot->auction, 0, self->now, &draft.quote);
          nb_auction_type_project (slot->type, slot->auction, 0, &draft.view);
        }
      if (draft.view.history)
        draft.last_bid = slot->last_bid;
      g_array_append_val (drafts, draft);
    }
  return drafts;
}

/* No bid of this batch is for everyone's eyes, but an earlier one may be. */
static NbLastBids *
read_last_bids (NbBatch *self, GArray *drafts, GError **error)
{
  g_autoptr (NbRowset) wanted = nb_rowset_new ("x");
  NbLastBids *found;

  for (guint i = 0; i < drafts->len; i++)
    {
      const NbDraft *draft = &g_array_index (drafts, NbDraft, i);

      if (draft->view.history && draft->last_bid.seq == 0 && draft->slot->auction->bid_count > 0)
        nb_rowset_add (wanted, draft->slot->auction->id);
    }
  found = nb_last_bids_load (self->transaction, wanted, error);
  for (guint i = 0; found != NULL && i < drafts->len; i++)
    {
      NbDraft *draft = &g_array_index (drafts, NbDraft, i);

      if (draft->view.history && draft->last_bid.seq == 0)
        draft->last_bid = nb_last_bids_get (found, draft->slot->auction->id);
    }
  return found;
}

static void
want_person (NbBatch *self, GArray *people, gint64 person)
{
  if (person != 0 && !g_hash_table_contains (self->bidders, &person))
    g_array_append_val (people, person);
}

/* Whose names the batch did not have to know so far. */
static gboolean
read_names (NbBatch *self, const GArray *drafts, GError **error)
{
  g_autoptr (GArray) people = g_array_new (FALSE, FALSE, sizeof (gint64));

  for (guint i = 0; i < drafts->len; i++)
    {
      const NbDraft *draft = &g_array_index (drafts, NbDraft, i);

      if (draft->view.leader)
        want_person (self, people, draft->slot->auction->leader);
      want_person (self, people, draft->slot->winner);
      if (draft->last_bid.nickname == NULL)
        want_person (self, people, draft->last_bid.bidder);
    }
  return people->len == 0 || nb_batch_read_bidders (self, people, error);
}

static const char *
get_name (NbBatch *self, gint64 person)
{
  const NbBidder *bidder = g_hash_table_lookup (self->bidders, &person);

  return bidder != NULL ? bidder->nickname : NULL;
}

static NbAuctionState *
make_state (NbBatch *self, const NbDraft *draft)
{
  const NbSlot *slot = draft->slot;
  NbPublicParts parts = {
    .auction = slot->auction,
    .quote = &draft->quote,
    .view = &draft->view,
    .leader_nickname = get_name (self, slot->auction->leader),
    .winner = slot->winner,
    .winner_nickname = get_name (self, slot->winner),
    .winning_price = slot->winning_price,
    .last_bid = draft->last_bid,
  };

  if (parts.last_bid.nickname == NULL)
    parts.last_bid.nickname = get_name (self, parts.last_bid.bidder);
  return nb_public_state_new (&parts);
}

gboolean
nb_batch_make_states (NbBatch *self, GError **error)
{
  g_autoptr (GArray) drafts = NULL;
  g_autoptr (NbLastBids) last_bids = NULL;

  if (!self->wants_states)
    return TRUE;
  drafts = make_drafts (self);
  last_bids = read_last_bids (self, drafts, error);
  if (last_bids == NULL || !read_names (self, drafts, error))
    return FALSE;
  for (guint i = 0; i < drafts->len; i++)
    g_ptr_array_add (self->states, make_state (self, &g_array_index (drafts, NbDraft, i)));
  return TRUE;
}
