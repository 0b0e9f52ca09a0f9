/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Judges one bid of a batch: may the person bid, what does the type say, is it covered. */
#include "core/engine/nb-auction-row.h"
#include "core/engine/nb-batch.h"

#include <glib/gi18n.h>

static GError *
check_person (NbBatch *self, const NbSlot *slot, NbEngineCommand *command)
{
  const NbBidder *bidder = g_hash_table_lookup (self->bidders, &command->bid.person);

  if (command->bid.person == slot->auction->seller)
    return nb_error_new (NB_ERROR_SELLER_CANNOT_BID, N_ ("a seller can't bid on their own auction"), NULL);
  if (bidder == NULL || bidder->is_suspended)
    return nb_error_new (NB_ERROR_BLOCKED, N_ ("this account may not bid"), NULL);
  command->bid.place = bidder->place;
  return NULL;
}

static GError *
check_moment (const NbSlot *slot, const NbEngineCommand *command)
{
  switch (slot->auction->status)
    {
    case NB_AUCTION_SCHEDULED:
      return nb_error_new (NB_ERROR_AUCTION_NOT_STARTED, N_ ("this auction has not started yet"), NULL);
    case NB_AUCTION_PAUSED:
      return nb_error_new (NB_ERROR_AUCTION_PAUSED, N_ ("this auction is paused; all holds are kept"), NULL);
    case NB_AUCTION_OPEN:
      if (command->at < slot->auction->ends_at)
        return NULL;
      /* fall through */
    default:
      return nb_error_new (NB_ERROR_AUCTION_ENDED, N_ ("this auction has ended"), NULL);
    }
}

/* The auction is not yet where it should be at the time of the bid. */
static GError *
check_caught_up (const NbSlot *slot)
{
  GError *refusal;

  if (!slot->is_behind || slot->auction->status != NB_AUCTION_OPEN)
    return NULL;
  refusal = nb_error_new (NB_ERROR_BUSY, N_ ("this auction is catching up; try again in a moment"), NULL);
  nb_error_set_retry_after (refusal, 200);
  return refusal;
}

static GError *
check_request (const NbSlot *slot, const NbEngineCommand *command)
{
  const NbAuction *auction = slot->auction;
  GError *refusal = NULL;

  if (command->expected_seq >= 0 && command->expected_seq != auction->seq)
    return nb_error_new (NB_ERROR_STATE_CONFLICT, N_ ("the auction has changed in the meantime"), NULL);
  if (command->bid.quantity > auction->quantity)
    {
      refusal = nb_error_new (NB_ERROR_VALIDATION_FAILED, N_ ("more pieces than are offered"), NULL);
      nb_error_set_field (refusal, "quantity");
    }
  return refusal;
}

static GError *
check_buy_now (const NbSlot *slot, const NbEngineCommand *command)
{
  NbQuote quote;

  if (command->bid.kind != NB_BID_BUY_NOW)
    return NULL;
  nb_auction_type_quote (slot->type, slot->auction, command->bid.person, command->at, &quote);
  if (quote.buy_now == 0)
    return nb_error_new (NB_ERROR_BUY_NOW_GONE, N_ ("this can't be bought at once any more"), NULL);
  if (quote.buy_now != command->bid.amount)
    return nb_error_new (NB_ERROR_STATE_CONFLICT, N_ ("the price to buy at once is another one now"), NULL);
  return NULL;
}

/* Refusals of an auction that can be bid on say what a bid needs now. */
static void
refuse (NbSlot *slot, NbEngineCommand *command, GError *refusal)
{
  NbView view;
  NbQuote quote;

  if (slot->type != NULL && slot->auction->status == NB_AUCTION_OPEN && refusal->domain == NB_ERROR
      && nb_error_get_min_next (refusal) == 0)
    {
      nb_auction_type_project (slot->type, slot->auction, command->bid.person, &view);
      nb_auction_type_quote (slot->type, slot->auction, command->bid.person, command->at, &quote);
      nb_error_set_prices (refusal, MAX (quote.min_next, 0), view.price ? slot->auction->price : 0);
    }
  nb_engine_command_refuse (command, refusal);
}

static gboolean
is_fault (const GError *error)
{
  return error->domain != NB_ERROR || error->code == NB_ERROR_INTERNAL;
}

static void
refuse_by_fault (NbBatch *self, NbSlot *slot, NbEngineCommand *command, const GError *fault)
{
  nb_batch_quarantine (self, slot, command->at, fault);
  nb_engine_command_refuse (command, check_moment (slot, command));
}

static void
fill_result (NbSlot *slot, NbEngineCommand *command, const NbDecision *decision)
{
  NbBidResult *result = &command->result;
  NbView view;
  NbQuote quote;

  nb_auction_type_project (slot->type, slot->auction, command->bid.person, &view);
  nb_auction_type_quote (slot->type, slot->auction, command->bid.person, command->at, &quote);
  result->seq = slot->auction->seq;
  result->standing = decision->standing;
  result->price = view.price ? slot->auction->price : 0;
  result->min_next = quote.min_next;
  result->ends_at = slot->auction->ends_at;
  result->hold = nb_auction_get_hold (slot->auction, command->bid.person);
}

static gboolean
accept (NbBatch *self, NbSlot *slot, NbEngineCommand *command, const NbDecision *decision, GError **error)
{
  const NbBid *bid = &command->bid;
  g_autoptr (GError) refusal = NULL;
  GError *lost = NULL;
  NbMoney shown;

  if (!nb_batch_apply (self, slot, decision, bid->person, TRUE, &refusal, &lost))
    {
      if (lost != NULL)
        {
          g_propagate_error (error, lost);
          return FALSE;
        }
      refuse (slot, command, g_steal_pointer (&refusal));
      return TRUE;
    }
  shown = decision->has_shown_amount ? decision->shown_amount : slot->auction->price;
  nb_batch_log (self, slot, bid->id, nb_bid_kind_name (bid->kind), bid->person, bid->amount, bid->quantity, shown,
                bid->place.region, bid->at);
  nb_slot_add_accepted (slot, bid->person);
  if (shown >= 0)
    slot->last_bid = (NbLastBid){ .seq = slot->auction->seq, .bidder = bid->person, .amount = shown, .at = bid->at };
  fill_result (slot, command, decision);
  if (decision->closes && !nb_batch_close (self, slot, command->at, "buy_now", error))
    return FALSE;
  command->result.hold = nb_auction_get_hold (slot->auction, bid->person);
  return TRUE;
}

static gboolean
judge (NbBatch *self, NbSlot *slot, NbEngineCommand *command, GError **error)
{
  g_autoptr (GError) refusal = NULL;
  g_autoptr (NbDecision) decision
      = nb_auction_type_on_bid (slot->type, slot->auction, &command->bid, command->at, &refusal);

  if (decision == NULL && is_fault (refusal))
    refuse_by_fault (self, slot, command, refusal);
  else if (decision == NULL)
    refuse (slot, command, g_steal_pointer (&refusal));
  else if (!nb_decision_check (decision, slot->auction, command->bid.person, &refusal))
    refuse_by_fault (self, slot, command, refusal);
  else
    return accept (self, slot, command, decision, error);
  return TRUE;
}

gboolean
nb_batch_decide_bid (NbBatch *self, NbSlot *slot, NbEngineCommand *command, GError **error)
{
  GError *refusal = check_person (self, slot, command);

  if (refusal != NULL)
    {
      refuse (slot, command, refusal);
      return TRUE;
    }
  if (slot->type == NULL && slot->auction->status == NB_AUCTION_OPEN)
    nb_batch_pause (self, slot, command->at, NB_PAUSE_TYPE_STOPPED);
  if (slot->type != NULL && !nb_batch_catch_up (self, slot, command->at, error))
    return FALSE;
  refusal = check_caught_up (slot);
  if (refusal == NULL)
    refusal = check_moment (slot, command);
  if (refusal == NULL)
    refusal = check_request (slot, command);
  if (refusal == NULL)
    refusal = check_buy_now (slot, command);
  if (refusal != NULL)
    {
      refuse (slot, command, refusal);
      return TRUE;
    }
  return judge (self, slot, command, error);
}
