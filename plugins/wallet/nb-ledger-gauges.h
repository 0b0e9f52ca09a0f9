/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the wallet tells to `/metrics`. */
#pragma once

#include <neighborbid/neighborbid.h>

gboolean nb_ledger_gauges_add (NbContext *context, GError **error);
