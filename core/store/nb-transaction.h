/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A transaction as the worker that runs it sees it. */
#pragma once

#include "core/store/nb-connection.h"
#include "core/store/nb-store-private.h"

G_BEGIN_DECLS

struct _NbTransaction
{
  NbConnection *connection;
  gboolean is_read;
  gint64 now;
  NbFailure failure; /* of the first statement that failed; it can only be rolled back then */
  GError *reason;
  GPtrArray *events; /* (nullable) of NbEvent */
  NbFaultHook hook;
  gpointer hook_data;
};

void nb_transaction_init (NbTransaction *self, NbConnection *connection, gboolean is_read);
void nb_transaction_clear (NbTransaction *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NbTransaction, nb_transaction_clear)

/* Runs @function. Returns: whether to commit; FALSE with @error set, whatever the function itself returned */
gboolean nb_transaction_run (NbTransaction *self, NbTransactFunc function, gpointer user_data, GError **error);
void nb_transaction_reach (NbTransaction *self, NbFaultPoint point);

/* As nb_transaction_expect(). */
gboolean nb_transaction_expect_full (NbTransaction *self, const NbExpectation *expectation, const NbSql *sql,
                                     const NbParam *params, gsize n_params, GError **error);
/* Sends writes that are kept; must be the last thing before COMMIT. */
gboolean nb_transaction_settle (NbTransaction *self, GError **error);
/* Marks the transaction as failed. */
void nb_transaction_fail (NbTransaction *self, NbFailure failure, const GError *reason);

G_END_DECLS
