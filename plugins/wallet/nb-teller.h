/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Takes deposits and pays out withdrawals: limits, the payment provider, then the wallet. */
#pragma once

#include <neighborbid/neighborbid.h>

#define NB_TYPE_TELLER (nb_teller_get_type ())
G_DECLARE_FINAL_TYPE (NbTeller, nb_teller, NB, TELLER, GObject)

typedef struct
{
  NbMoney deposit_max;
  NbMoney withdraw_max;
  gboolean is_manual; /* whether the manual provider is used, else the one that a plugin offers */
} NbTellerOptions;

NbTeller *nb_teller_new (NbWallet *wallet);
void nb_teller_set_options (NbTeller *self, const NbTellerOptions *options);
const NbTellerOptions *nb_teller_get_options (NbTeller *self);
/* @context: (nullable): from `start` to `stop` of the plugin */
void nb_teller_set_context (NbTeller *self, NbContext *context);
NbStore *nb_teller_get_store (NbTeller *self);
NbWallet *nb_teller_get_wallet (NbTeller *self);
/* (transfer none) (nullable): NULL when the config asks for a plugin's provider and none is running */
NbPaymentProvider *nb_teller_get_provider (NbTeller *self);

void nb_teller_deposit_async (NbTeller *self, gint64 person, NbMoney amount, const char *key,
                              GAsyncReadyCallback callback, gpointer user_data);
void nb_teller_withdraw_async (NbTeller *self, gint64 person, NbMoney amount, const char *key,
                               GAsyncReadyCallback callback, gpointer user_data);
/* Ends both. */
gboolean nb_teller_finish (NbTeller *self, GAsyncResult *result, NbEntry *entry, GError **error);
