/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* People and sessions in the database: each function runs inside a transaction. */
#pragma once

#include "core/account/nb-account-private.h"
#include "core/account/nb-new-person.h"

G_BEGIN_DECLS

/* Returns: the id of the new person, or 0 with `name_taken`, `validation_failed` or a fault of the database */
gint64 nb_account_sql_insert (NbTransaction *transaction, const NbNewPerson *person, const char *password_hash,
                              const char *roles, GError **error);
/* @account and @password_hash: (out) (transfer full): NULL when nobody has that name. */
gboolean nb_account_sql_find (NbTransaction *transaction, const char *username, NbAccount **account,
                              char **password_hash, GError **error);

/* Also drops sessions that have ended and the oldest ones of someone with very many.
 * Returns: the session's id, or 0; with `blocked` when @person was suspended in the meantime */
gint64 nb_account_sql_insert_session (NbTransaction *transaction, gint64 person, const char *token, gint64 expires_at,
                                      GError **error);
/* @session: (out) (transfer full) (nullable): NULL when no such session is stored */
gboolean nb_account_sql_find_session (NbTransaction *transaction, const char *token, NbSession **session,
                                      gint64 *seen_at, GError **error);
gboolean nb_account_sql_touch_session (NbTransaction *transaction, gint64 session, gint64 seen_at, GError **error);
gboolean nb_account_sql_delete_session (NbTransaction *transaction, gint64 session, GError **error);
gboolean nb_account_sql_set_region (NbTransaction *transaction, gint64 person, const char *region, GError **error);

G_END_DECLS
