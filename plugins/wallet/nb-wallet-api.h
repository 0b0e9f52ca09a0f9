/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The wallet for programs: the routes of /api/v1/wallet. */
#pragma once

#include "nb-teller.h"

gboolean nb_wallet_api_add_routes (NbContext *context, NbTeller *teller, GError **error);
