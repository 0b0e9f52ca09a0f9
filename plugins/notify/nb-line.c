/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rows of notify_lines: whoever adds to a line, or takes from it, holds its row. */
#include "nb-line.h"

/* Lines are locked in one order everywhere. Who adds locks a line that is there by writing it, so that nobody can find
 * it empty meanwhile and remove it. */
#define JOIN_SQLITE                                                                                                    \
  "INSERT INTO notify_lines (channel, target, person_id, next_at) SELECT value ->> '$[0]' AS channel, "                \
  "value ->> '$[1]' AS target, value ->> '$[2]' AS person_id, MIN (value ->> '$[3]') FROM json_each (##rows::string) " \
  "WHERE 1 GROUP BY 1, 2, 3 ORDER BY 1, 2, 3 ON CONFLICT (channel, target, person_id) DO UPDATE SET next_at = "
#define JOIN_POSTGRESQL                                                                                                \
  "INSERT INTO notify_lines (channel, target, person_id, next_at) SELECT channel, target, person_id, MIN (next_at) "   \
  "FROM unnest (CAST (##c0::string AS text[]), CAST (##c1::string AS bigint[]), CAST (##c2::string AS bigint[]), "     \
  "CAST (##c3::string AS bigint[])) AS v (channel, target, person_id, next_at) GROUP BY 1, 2, 3 ORDER BY 1, 2, 3 "     \
  "ON CONFLICT (channel, target, person_id) DO UPDATE SET next_at = "
#define AS_IT_WAS "notify_lines.next_at"
/* What is on its way just now ends first. */
#define AT_ONCE                                                                                                        \
  "CASE WHEN notify_lines.is_taken = 1 OR notify_lines.next_at < excluded.next_at THEN notify_lines.next_at "          \
  "ELSE excluded.next_at END"

static gboolean
write_lines (NbTransaction *transaction, const NbSql *sql, const NbRowset *joining, GError **error)
{
  return nb_rowset_get_n_rows (joining) == 0
         || nb_transaction_execute (transaction, sql, NB_PARAMS (NB_ROWS (joining)), error) >= 0;
}

gboolean
nb_lines_join (NbTransaction *transaction, const NbRowset *joining, GError **error)
{
  static const NbSql sql = { JOIN_SQLITE AS_IT_WAS, JOIN_POSTGRESQL AS_IT_WAS, NULL };

  return write_lines (transaction, &sql, joining, error);
}

gboolean
nb_lines_rejoin (NbTransaction *transaction, const NbRowset *joining, GError **error)
{
  static const NbSql sql = { JOIN_SQLITE AT_ONCE, JOIN_POSTGRESQL AT_ONCE, NULL };

  return write_lines (transaction, &sql, joining, error);
}
