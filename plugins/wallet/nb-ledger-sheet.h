/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The wallets and holds that one transaction works on. */
#pragma once

#include <neighborbid/neighborbid.h>

#define NB_TYPE_LEDGER_SHEET (nb_ledger_sheet_get_type ())
G_DECLARE_FINAL_TYPE (NbLedgerSheet, nb_ledger_sheet, NB, LEDGER_SHEET, NbWalletSheet)

/* Has the type of NbWallet's `open_sheet`. */
NbWalletSheet *nb_ledger_sheet_open (NbWallet *wallet, NbTransaction *transaction, const gint64 *auctions,
                                     gsize n_auctions, const gint64 *people, gsize n_people, GError **error);
