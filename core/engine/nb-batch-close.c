/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Closing an auction and settling it at once: winners are captured, others released, the seller is paid. */
#include "core/engine/nb-auction-row.h"
#include "core/engine/nb-batch.h"

static gboolean
find_winner (const NbResolution *resolution, gint64 person)
{
  for (guint i = 0; i < resolution->winners->len; i++)
    if (g_array_index (resolution->winners, NbWinner, i).person == person)
      return TRUE;
  return FALSE;
}

static gboolean
release_losers (NbBatch *self, NbSlot *slot, const NbResolution *resolution, GError **error)
{
  const GArray *holds = slot->auction->holds;

  for (guint i = 0; i < holds->len; i++)
    {
      gint64 person = g_array_index (holds, NbAuctionHold, i).person;

      if (!find_winner (resolution, person)
          && !nb_wallet_sheet_hold_to (self->sheet, slot->auction->id, person, 0, slot->auction->seq, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
capture_winners (NbBatch *self, NbSlot *slot, const NbResolution *resolution, NbMoney *captured, GError **error)
{
  *captured = 0;
  for (guint i = 0; i < resolution->winners->len; i++)
    {
      const NbWinner *winner = &g_array_index (resolution->winners, NbWinner, i);

      if (!nb_wallet_sheet_capture (self->sheet, slot->auction->id, winner->person, winner->total, slot->auction->seq,
                                    error))
        return FALSE;
      if (!nb_money_add (*captured, winner->total, captured))
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                       "what auction %" G_GINT64_FORMAT " captured is above any balance", slot->auction->id);
          return FALSE;
        }
      nb_rowset_add (self->winners, slot->auction->id, winner->person, winner->quantity, winner->total);
    }
  return TRUE;
}

/* Several winners together may pay more than one movement of money can be. */
static gboolean
move_in_portions (NbBatch *self, const NbAuction *auction, NbMoney amount, gboolean is_fee, GError **error)
{
  while (amount > 0)
    {
      NbMoney portion = MIN (amount, NB_MONEY_MAX_OPERATION);

      if (!(is_fee ? nb_wallet_sheet_fee (self->sheet, auction->id, portion, error)
                   : nb_wallet_sheet_payout (self->sheet, auction->id, auction->seller, portion, error)))
        return FALSE;
      amount -= portion;
    }
  return TRUE;
}

static gboolean
pay_out (NbBatch *self, NbSlot *slot, NbMoney captured, GError **error)
{
  const NbAuction *auction = slot->auction;
  NbMoney rate = self->fee_hundredths;
  NbMoney fee = captured / 10000 * rate + captured % 10000 * rate / 10000;

  if (!move_in_portions (self, auction, captured - fee, FALSE, error)
      || !move_in_portions (self, auction, fee, TRUE, error))
    return FALSE;
  nb_batch_emit (self, slot, "settled",
                 g_variant_new_parsed ("{'winner': <%x>, 'seller': <%x>, 'captured': <%x>, 'payout': <%x>, "
                                       "'fee': <%x>, 'refund': <int64 0>}",
                                       slot->winner, auction->seller, captured, captured - fee, fee));
  return TRUE;
}

static void
mark_closed (NbBatch *self, NbSlot *slot, const NbResolution *resolution, gint64 at, const char *why)
{
  NbAuction *auction = slot->auction;
  gboolean is_sold = resolution->reason == NULL;

  auction->status = is_sold ? NB_AUCTION_SOLD : NB_AUCTION_UNSOLD;
  g_array_set_size (auction->holds, 0);
  slot->closed_at = at;
  g_free (slot->close_reason);
  slot->close_reason = g_strdup (is_sold ? why : resolution->reason);
  if (is_sold)
    {
      slot->winner = g_array_index (resolution->winners, NbWinner, 0).person;
      slot->winning_price = g_array_index (resolution->winners, NbWinner, 0).total;
    }
  nb_slot_clear_timers (slot);
  nb_batch_log (self, slot, nb_id_new (), "close", 0, 0, 0, -1, "", at);
  nb_batch_emit (self, slot, "auction-closed",
                 g_variant_new_parsed ("{'seq': <%x>, 'status': <%s>, 'winner': <%x>, 'price': <%x>}", auction->seq,
                                       nb_auction_status_name (auction->status), slot->winner, slot->winning_price));
}

static gboolean
settle (NbBatch *self, NbSlot *slot, const NbResolution *resolution, gint64 at, const char *why, GError **error)
{
  NbMoney captured = 0;

  slot->auction->seq++;
  if (!capture_winners (self, slot, resolution, &captured, error) || !release_losers (self, slot, resolution, error))
    return FALSE;
  mark_closed (self, slot, resolution, at, why);
  if (slot->old_ends_at > 0)
    g_array_append_val (self->late_ends, slot->old_ends_at);
  return captured == 0 || pay_out (self, slot, captured, error);
}

gboolean
nb_batch_close (NbBatch *self, NbSlot *slot, gint64 at, const char *why, GError **error)
{
  g_autoptr (GError) fault = NULL;
  guint64 seed = nb_auction_seed (slot->auction->id, slot->created_at);
  g_autoptr (NbResolution) resolution = nb_auction_type_resolve (slot->type, slot->auction, at, seed, &fault);

  if (resolution == NULL || !nb_resolution_check (resolution, slot->auction, &fault))
    {
      nb_batch_quarantine (self, slot, at, fault);
      return TRUE;
    }
  return settle (self, slot, resolution, at, why, error);
}
