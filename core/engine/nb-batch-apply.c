/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Applying a decision: first money, in the sheet, then the auction in memory. */
#include "core/engine/nb-batch.h"

#include <glib/gi18n.h>

static GError *
not_covered (NbMoney needed, NbMoney covered)
{
  g_autofree char *amount = nb_money_format (needed);
  g_autofree char *have = nb_money_format (covered);

  return nb_error_new (NB_ERROR_INSUFFICIENT_FUNDS, N_ ("this needs {amount}, and {available} can be spent for it"),
                       "amount", amount, "available", have, NULL);
}

static gboolean
is_covered (NbBatch *self, const NbSlot *slot, gint64 person, NbMoney amount, GError **refusal)
{
  NbMoney held = nb_auction_get_hold (slot->auction, person);
  NbMoney available;

  if (amount <= held)
    return TRUE;
  available = nb_wallet_sheet_get_available (self->sheet, person);
  if (amount - held <= available)
    return TRUE;
  g_propagate_error (refusal, not_covered (amount, available + held));
  return FALSE;
}

/* Each person has one hold in an auction, so whether one raise is covered does not depend on the others. */
static gboolean
check_cover (NbBatch *self, NbSlot *slot, const NbDecision *decision, gint64 bidder, GError **refusal)
{
  if (bidder != 0 && decision->cover > 0 && !is_covered (self, slot, bidder, decision->cover, refusal))
    return FALSE;
  for (guint i = 0; i < nb_decision_get_n_holds (decision); i++)
    {
      const NbAuctionHold *hold = nb_decision_get_hold (decision, i);

      if (!is_covered (self, slot, hold->person, hold->amount, refusal))
        return FALSE;
    }
  return TRUE;
}

static gboolean
move_holds (NbBatch *self, NbSlot *slot, const NbDecision *decision, gboolean raises, GError **error)
{
  for (guint i = 0; i < nb_decision_get_n_holds (decision); i++)
    {
      const NbAuctionHold *hold = nb_decision_get_hold (decision, i);
      NbMoney held = nb_wallet_sheet_get_hold (self->sheet, slot->auction->id, hold->person);

      if (hold->amount == held || (hold->amount > held) != raises)
        continue;
      if (!nb_wallet_sheet_hold_to (self->sheet, slot->auction->id, hold->person, hold->amount, slot->auction->seq + 1,
                                    error))
        return FALSE;
    }
  return TRUE;
}

gboolean
nb_batch_apply (NbBatch *self, NbSlot *slot, const NbDecision *decision, gint64 bidder, gboolean is_bid,
                GError **refusal, GError **error)
{
  if (!check_cover (self, slot, decision, bidder, refusal))
    return FALSE;
  if (!move_holds (self, slot, decision, FALSE, error) || !move_holds (self, slot, decision, TRUE, error))
    return FALSE;
  nb_decision_apply (decision, slot->auction, is_bid);
  for (guint i = 0; decision->timers != NULL && i < decision->timers->len; i++)
    {
      const NbDecisionTimer *timer = &g_array_index (decision->timers, NbDecisionTimer, i);

      nb_slot_set_timer (slot, timer->name, timer->due_at);
    }
  return TRUE;
}
