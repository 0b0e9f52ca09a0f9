/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The wallet for people: the page, its forms, and the ledger as a file. */
#pragma once

#include "nb-teller.h"

gboolean nb_wallet_page_add_routes (NbContext *context, NbTeller *teller, GError **error);
