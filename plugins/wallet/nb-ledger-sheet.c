/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Changes the wallets and holds of a transaction in memory. */
#include "nb-ledger-sheet-private.h"

#include <glib/gi18n.h>

G_DEFINE_FINAL_TYPE (NbLedgerSheet, nb_ledger_sheet, NB_TYPE_WALLET_SHEET)

static NbMoney
get_available (NbWalletSheet *sheet, gint64 id)
{
  const NbSheetPerson *person = nb_ledger_sheet_find_person (NB_LEDGER_SHEET (sheet), id);

  return person != NULL ? person->now.available : 0;
}

static NbMoney
get_hold (NbWalletSheet *sheet, gint64 auction, gint64 id)
{
  NbLedgerSheet *self = NB_LEDGER_SHEET (sheet);
  const NbSheetPerson *person = nb_ledger_sheet_find_person (self, id);
  const NbSheetHold *hold = person != NULL ? nb_ledger_sheet_find_hold (self, person, auction) : NULL;

  return hold != NULL ? hold->now : 0;
}

static void
foreach_hold (NbWalletSheet *sheet, gint64 auction, void (*function) (const NbHold *hold, gpointer user_data),
              gpointer user_data)
{
  NbLedgerSheet *self = NB_LEDGER_SHEET (sheet);

  /* By index: the function may change holds, and with them the array. */
  for (guint i = 0; i < self->people->len; i++)
    {
      const NbSheetPerson *person = &g_array_index (self->people, NbSheetPerson, i);
      const NbSheetHold *hold = nb_ledger_sheet_find_hold (self, person, auction);
      NbHold shown;

      if (hold == NULL || hold->now == 0)
        continue;
      shown = (NbHold){ auction, person->id, hold->now };
      function (&shown, user_data);
    }
}

/* What asks for a person or an auction that the sheet was not opened for is the caller's bug, but money is at stake. */
static NbSheetPerson *
need_person (NbLedgerSheet *self, gint64 auction, gint64 id, GError **error)
{
  NbSheetPerson *person = nb_ledger_sheet_find_person (self, id);

  if (person != NULL && nb_ledger_sheet_has_auction (self, auction) && !self->is_written)
    return person;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
               "auction %" G_GINT64_FORMAT " and person %" G_GINT64_FORMAT " are not on %s", auction, id,
               self->is_written ? "a sheet that is still to be written" : "the sheet");
  return NULL;
}

static gboolean
check_amount (NbMoney amount, NbMoney minimum, GError **error)
{
  if (amount >= minimum && amount <= NB_MONEY_MAX_OPERATION)
    return TRUE;
  nb_set_error (error, NB_ERROR_VALIDATION_FAILED, N_ ("the amount must be 1 to 1,000,000,000,000"), NULL);
  return FALSE;
}

static void
refuse_uncovered (const NbSheetPerson *person, NbMoney difference, GError **error)
{
  g_autofree char *needed = nb_money_format (difference);
  g_autofree char *available = nb_money_format (person->now.available);

  nb_set_error (error, NB_ERROR_INSUFFICIENT_FUNDS, N_ ("this needs {needed} more, and {available} is available"),
                "needed", needed, "available", available, NULL);
}

static gboolean
hold_to (NbWalletSheet *sheet, gint64 auction, gint64 id, NbMoney amount, gint64 seq, GError **error)
{
  NbLedgerSheet *self = NB_LEDGER_SHEET (sheet);
  NbSheetPerson *person = need_person (self, auction, id, error);
  NbSheetHold *hold;
  NbMoney difference;

  if (person == NULL || !check_amount (amount, 0, error))
    return FALSE;
  hold = nb_ledger_sheet_find_hold (self, person, auction);
  difference = amount - (hold != NULL ? hold->now : 0);
  if (difference == 0)
    return TRUE;
  if (difference > person->now.available)
    {
      refuse_uncovered (person, difference, error);
      return FALSE;
    }
  if (hold == NULL)
    hold = nb_ledger_sheet_add_hold (self, person, auction, 0);
  hold->now = amount;
  hold->seq = seq;
  person->now.available -= difference;
  person->now.locked += difference;
  person->is_changed = TRUE;
  return TRUE;
}

static void
append_row (NbLedgerSheet *self, NbLedgerKind kind, gint64 auction, const NbSheetPerson *person, NbMoney amount,
            gint64 seq)
{
  NbLedgerRow row = { .kind = kind, .auction = auction, .amount = amount, .seq = seq };

  if (person != NULL)
    {
      row.person = person->id;
      row.after = person->told;
    }
  g_array_append_val (self->rows, row);
}

static gboolean
capture (NbWalletSheet *sheet, gint64 auction, gint64 id, NbMoney amount, gint64 seq, GError **error)
{
  NbLedgerSheet *self = NB_LEDGER_SHEET (sheet);
  NbSheetPerson *person = need_person (self, auction, id, error);
  NbSheetHold *hold;

  if (person == NULL || !check_amount (amount, 1, error))
    return FALSE;
  hold = nb_ledger_sheet_find_hold (self, person, auction);
  if (hold == NULL || hold->now < amount)
    {
      nb_set_error (error, NB_ERROR_STATE_CONFLICT, N_ ("less is held than is to be captured"), NULL);
      return FALSE;
    }
  if (!hold_to (sheet, auction, id, amount, seq, error))
    return FALSE;
  nb_ledger_sheet_tell_holds (self, person);
  hold->now = hold->told = 0;
  hold->seq = seq;
  person->now.locked -= amount;
  person->told.locked -= amount;
  person->is_changed = TRUE;
  nb_ledger_sheet_get_escrow (self, auction)->delta += amount;
  append_row (self, NB_LEDGER_CAPTURE, auction, person, amount, seq);
  return TRUE;
}

/* Takes @amount out of what was captured for @auction, before this transaction or in it. */
static gboolean
leave_escrow (NbLedgerSheet *self, gint64 auction, NbMoney amount, GError **error)
{
  NbSheetEscrow *escrow;

  if (!nb_ledger_sheet_has_auction (self, auction) || self->is_written)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "auction %" G_GINT64_FORMAT " is not on the sheet",
                   auction);
      return FALSE;
    }
  if (!check_amount (amount, 1, error))
    return FALSE;
  escrow = nb_ledger_sheet_get_escrow (self, auction);
  if (escrow->delta < amount && !nb_ledger_sheet_read_escrow (self, escrow, error))
    return FALSE;
  if ((escrow->is_read ? escrow->read : 0) + escrow->delta < amount)
    {
      nb_set_error (error, NB_ERROR_STATE_CONFLICT, N_ ("less is in escrow for this auction than is to leave it"),
                    NULL);
      return FALSE;
    }
  escrow->delta -= amount;
  return TRUE;
}

/* A first payment makes the wallet; whoever made it meanwhile is waited for, and counts. */
static gboolean
make_wallet (NbLedgerSheet *self, NbSheetPerson *person, GError **error)
{
  if (person->exists)
    return TRUE;
  if (!nb_ledger_lock_wallet (self->transaction, person->id, &person->read, error))
    return FALSE;
  person->now = person->told = person->read;
  person->exists = TRUE;
  return TRUE;
}

static gboolean
pay (NbLedgerSheet *self, NbLedgerKind kind, gint64 auction, gint64 id, NbMoney amount, GError **error)
{
  NbSheetPerson *person = need_person (self, auction, id, error);
  NbMoney total;

  if (person == NULL || !make_wallet (self, person, error))
    return FALSE;
  if (!nb_money_add (person->now.available, person->now.locked, &total) || !nb_money_add (total, amount, &total))
    {
      nb_set_error (error, NB_ERROR_STATE_CONFLICT, N_ ("with this the wallet would hold more than a wallet may"),
                    NULL);
      return FALSE;
    }
  if (!leave_escrow (self, auction, amount, error))
    return FALSE;
  nb_ledger_sheet_tell_holds (self, person);
  person->now.available += amount;
  person->told.available += amount;
  person->is_changed = TRUE;
  append_row (self, kind, auction, person, amount, 0);
  return TRUE;
}

static gboolean
payout (NbWalletSheet *sheet, gint64 auction, gint64 id, NbMoney amount, GError **error)
{
  return pay (NB_LEDGER_SHEET (sheet), NB_LEDGER_PAYOUT, auction, id, amount, error);
}

static gboolean
refund (NbWalletSheet *sheet, gint64 auction, gint64 id, NbMoney amount, GError **error)
{
  return pay (NB_LEDGER_SHEET (sheet), NB_LEDGER_REFUND, auction, id, amount, error);
}

static gboolean
fee (NbWalletSheet *sheet, gint64 auction, NbMoney amount, GError **error)
{
  NbLedgerSheet *self = NB_LEDGER_SHEET (sheet);

  if (!leave_escrow (self, auction, amount, error))
    return FALSE;
  append_row (self, NB_LEDGER_FEE, auction, NULL, amount, 0);
  return TRUE;
}

static void
nb_ledger_sheet_finalize (GObject *object)
{
  NbLedgerSheet *self = NB_LEDGER_SHEET (object);

  g_clear_pointer (&self->auctions, g_array_unref);
  g_clear_pointer (&self->people, g_array_unref);
  g_array_unref (self->holds);
  g_array_unref (self->escrows);
  g_array_unref (self->rows);
  G_OBJECT_CLASS (nb_ledger_sheet_parent_class)->finalize (object);
}

static void
nb_ledger_sheet_class_init (NbLedgerSheetClass *klass)
{
  NbWalletSheetClass *sheet_class = NB_WALLET_SHEET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = nb_ledger_sheet_finalize;
  sheet_class->get_available = get_available;
  sheet_class->get_hold = get_hold;
  sheet_class->hold_to = hold_to;
  sheet_class->capture = capture;
  sheet_class->payout = payout;
  sheet_class->fee = fee;
  sheet_class->refund = refund;
  sheet_class->foreach_hold = foreach_hold;
  sheet_class->write = nb_ledger_sheet_write;
}

static void
nb_ledger_sheet_init (NbLedgerSheet *self)
{
  self->holds = g_array_new (FALSE, FALSE, sizeof (NbSheetHold));
  self->escrows = g_array_new (FALSE, FALSE, sizeof (NbSheetEscrow));
  self->rows = g_array_new (FALSE, FALSE, sizeof (NbLedgerRow));
}
