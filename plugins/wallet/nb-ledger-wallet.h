/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The wallet that keeps its money in the ledger. */
#pragma once

#include <neighborbid/neighborbid.h>

#define NB_TYPE_LEDGER_WALLET (nb_ledger_wallet_get_type ())
G_DECLARE_FINAL_TYPE (NbLedgerWallet, nb_ledger_wallet, NB, LEDGER_WALLET, GObject)

NbLedgerWallet *nb_ledger_wallet_new (void);
