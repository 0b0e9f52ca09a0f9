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

/* On PostgreSQL the index is on this expression. */
#define IS_OF_CHANNEL_SQLITE "channel = ##channel::string"
#define IS_OF_CHANNEL_POSTGRESQL "channel || '' = ##channel::string"

NbRows *
nb_lines_lock_due (NbTransaction *transaction, const char *channel, gint64 now, guint max, GError **error)
{
  static const NbSql sql = {
    "SELECT target, person_id FROM notify_lines WHERE " IS_OF_CHANNEL_SQLITE
    " AND next_at <= ##now::gint64 ORDER BY next_at LIMIT ##max::gint64",
    "SELECT target, person_id FROM notify_lines WHERE " IS_OF_CHANNEL_POSTGRESQL
    " AND next_at <= ##now::gint64 ORDER BY next_at LIMIT ##max::gint64 FOR UPDATE SKIP LOCKED",
    "xx",
  };

  return nb_transaction_query (transaction, &sql, NB_PARAMS (NB_TEXT (channel), NB_INT (now), NB_INT (max)), error);
}

#define KEYS_SQLITE                                                                                                    \
  "SELECT value ->> '$[0]' AS channel, value ->> '$[1]' AS target, value ->> '$[2]' AS person_id "                     \
  "FROM json_each (##rows::string)"
#define KEYS_POSTGRESQL                                                                                                \
  "SELECT * FROM unnest (CAST (##c0::string AS text[]), CAST (##c1::string AS bigint[]), "                             \
  "CAST (##c2::string AS bigint[])) AS k (channel, target, person_id)"
#define IS_KEY                                                                                                         \
  "notify_lines.channel = v.channel AND notify_lines.target = v.target AND notify_lines.person_id = v.person_id"

gboolean
nb_lines_set (NbTransaction *transaction, const NbRowset *states, GError **error)
{
  static const NbSql sql = {
    "UPDATE notify_lines SET next_at = v.next_at, is_taken = v.is_taken FROM (SELECT value ->> '$[0]' AS channel, "
    "value ->> '$[1]' AS target, value ->> '$[2]' AS person_id, value ->> '$[3]' AS next_at, "
    "value ->> '$[4]' AS is_taken FROM json_each (##rows::string)) AS v WHERE " IS_KEY,
    "UPDATE notify_lines SET next_at = v.next_at, is_taken = v.is_taken FROM unnest (CAST (##c0::string AS text[]), "
    "CAST (##c1::string AS bigint[]), CAST (##c2::string AS bigint[]), CAST (##c3::string AS bigint[]), "
    "CAST (##c4::string AS bigint[])) AS v (channel, target, person_id, next_at, is_taken) WHERE " IS_KEY,
    NULL,
  };
  gint64 n = (gint64)nb_rowset_get_n_rows (states);

  return n == 0 || nb_transaction_expect (transaction, n, &sql, NB_PARAMS (NB_ROWS (states)), error);
}

/* Nobody is passed over for long: a line that goes on at once does so behind the others. */
#define OLDEST(greatest)                                                                                               \
  "COALESCE ((SELECT " greatest " (d.next_at, ##now::gint64) FROM notify_deliveries AS d "                             \
  "WHERE d.channel = notify_lines.channel AND d.target = notify_lines.target "                                         \
  "AND d.person_id = notify_lines.person_id AND d.is_dead = 0 ORDER BY d.id LIMIT 1), 0)"

gboolean
nb_lines_release (NbTransaction *transaction, const NbRowset *keys, gint64 now, GError **error)
{
  static const NbSql go_on = {
    "UPDATE notify_lines SET is_taken = 0, next_at = " OLDEST ("MAX") " FROM (" KEYS_SQLITE ") AS v WHERE " IS_KEY,
    "UPDATE notify_lines SET is_taken = 0, next_at = " OLDEST ("GREATEST") " FROM (" KEYS_POSTGRESQL
                                                                           ") AS v WHERE " IS_KEY,
    NULL,
  };
  static const NbSql remove = {
    "DELETE FROM notify_lines WHERE next_at = 0 AND (channel, target, person_id) IN (" KEYS_SQLITE ")",
    "DELETE FROM notify_lines USING (" KEYS_POSTGRESQL ") AS v WHERE next_at = 0 AND " IS_KEY,
    NULL,
  };

  return nb_rowset_get_n_rows (keys) == 0
         || (nb_transaction_execute (transaction, &go_on, NB_PARAMS (NB_INT (now), NB_ROWS (keys)), error) >= 0
             && nb_transaction_execute (transaction, &remove, NB_PARAMS (NB_ROWS (keys)), error) >= 0);
}

gboolean
nb_lines_find_nearest (NbTransaction *transaction, const char *channel, gint64 *next_at, GError **error)
{
  static const NbSql sql = {
    "SELECT next_at FROM notify_lines WHERE " IS_OF_CHANNEL_SQLITE " ORDER BY next_at LIMIT 1",
    "SELECT next_at FROM notify_lines WHERE " IS_OF_CHANNEL_POSTGRESQL " ORDER BY next_at LIMIT 1",
    "x",
  };
  g_autoptr (NbRows) rows = nb_transaction_query (transaction, &sql, NB_PARAMS (NB_TEXT (channel)), error);

  if (rows == NULL)
    return FALSE;
  *next_at = nb_rows_get_n (rows) > 0 ? nb_rows_get_int (rows, 0, 0) : 0;
  return TRUE;
}
