/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What must be true of money after every commit, for `neighborbid doctor`. */
#pragma once

#include <neighborbid/neighborbid.h>

gboolean nb_ledger_checks_add (NbContext *context, GError **error);
