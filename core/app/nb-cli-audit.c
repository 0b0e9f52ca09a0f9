/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writes down what an operator did. */
#include "core/app/nb-cli-audit.h"

gboolean
nb_cli_audit (NbTransaction *transaction, const char *action, const char *subject, const char *reason, GError **error)
{
  static const NbSql sql = { "INSERT INTO audit (id, at, actor, action, subject, reason) VALUES (##id::gint64, "
                             "##at::gint64, 'command line', ##action::string, ##subject::string, ##reason::string)",
                             NULL, NULL };

  return nb_transaction_execute_exactly (transaction, 1, &sql,
                                         NB_PARAMS (NB_INT (nb_id_new ()), NB_INT (nb_transaction_now (transaction)),
                                                    NB_TEXT (action), NB_TEXT (subject), NB_TEXT (reason)),
                                         error);
}
