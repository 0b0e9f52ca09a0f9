/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Computes an auction again from its bid log, and says where what is stored differs. */
#pragma once

#include "core/plugin/nb-registry.h"

#include <neighborbid/nb-wallet.h>

G_BEGIN_DECLS

/**
 * nb_replay_auction:
 * @wallet: (nullable): where the holds are; %NULL leaves them out of the comparison
 * @faults: (element-type utf8): gets a sentence for each difference
 *
 * Inside a transaction that reads. Returns: %FALSE with `not_found`, with `feature_disabled` when the auction's type is
 * not running, or when it could not look
 */
gboolean nb_replay_auction (NbTransaction *transaction, NbRegistry *registry, NbWallet *wallet, gint64 auction,
                            GPtrArray *faults, GError **error);

/* Registers doctor's checks `auction-holds` (replays what is open; what is closed holds nothing) and `auction-counts`
 * for "core". */
gboolean nb_replay_register_checks (NbRegistry *registry, GError **error);

G_END_DECLS
