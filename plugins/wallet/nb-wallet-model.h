/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the template of the wallet page shows. */
#pragma once

#include "nb-teller.h"
#include "nb-wallet-statement.h"

/* A form that was sent and refused, to be shown again. */
typedef struct
{
  gboolean is_withdrawal;
  const char *amount; /* (nullable): as it was typed */
  const char *key;    /* (nullable): of the request, when sending it again is the right thing to do */
  const char *reason;
} NbWalletFault;

/* @fault: (nullable)
 * Returns: (transfer full): the model of `wallet.mustache` */
JsonObject *nb_wallet_model_new (NbTeller *teller, NbRequest *request, const NbWalletStatement *statement,
                                 const NbWalletFault *fault);
/* Returns: (transfer none): what people call a row of @kind, in English, to be translated */
const char *nb_wallet_model_kind_label (const char *kind);
