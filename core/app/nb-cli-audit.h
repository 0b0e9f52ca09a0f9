/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What operators do at the command line leaves rows that are never changed. */
#pragma once

#include <neighborbid/nb-store.h>

G_BEGIN_DECLS

/* @action: such as `user-add`. @subject: what it was done to */
gboolean nb_cli_audit (NbTransaction *transaction, const char *action, const char *subject, const char *reason,
                       GError **error);

G_END_DECLS
