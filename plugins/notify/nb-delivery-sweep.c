/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Gives up what nobody takes, some lines at a time; what is younger in a line waits on. */
#include "nb-delivery-sweep.h"

#include "nb-line.h"

#define LINES_MAX 200

static const NbSql lock_left = {
  "SELECT channel, target, person_id FROM notify_lines WHERE next_at <= ##until::gint64 "
  "LIMIT " G_STRINGIFY (LINES_MAX),
  "SELECT channel, target, person_id FROM notify_lines WHERE next_at <= ##until::gint64 "
  "LIMIT " G_STRINGIFY (LINES_MAX) " FOR UPDATE SKIP LOCKED",
  "sxx",
};

#define GIVE_UP                                                                                                        \
  "UPDATE notify_deliveries SET is_dead = 1, next_at = ##now::gint64, reason = 'its channel has not run for days' "
#define IS_LEFT "is_dead = 0 AND next_at <= ##until::gint64"

static const NbSql give_up = {
  GIVE_UP "WHERE (channel, target, person_id) IN (SELECT value ->> '$[0]', value ->> '$[1]', value ->> '$[2]' "
          "FROM json_each (##rows::string)) AND " IS_LEFT,
  GIVE_UP "FROM unnest (CAST (##c0::string AS text[]), CAST (##c1::string AS bigint[]), "
          "CAST (##c2::string AS bigint[])) AS v (line_channel, line_target, line_person) WHERE channel = line_channel "
          "AND target = line_target AND person_id = line_person AND " IS_LEFT,
  NULL,
};

gboolean
nb_delivery_sweep (NbTransaction *transaction, gint64 age, gboolean *has_more, GError **error)
{
  gint64 now = nb_transaction_now (transaction);
  gint64 until = now - age;
  g_autoptr (NbRowset) keys = nb_rowset_new (NB_LINE_KEY_COLUMNS);
  g_autoptr (NbRows) rows = nb_transaction_query (transaction, &lock_left, NB_PARAMS (NB_INT (until)), error);

  *has_more = rows != NULL && nb_rows_get_n (rows) == LINES_MAX;
  if (rows == NULL || nb_rows_get_n (rows) == 0)
    return rows != NULL;
  for (gsize i = 0; i < nb_rows_get_n (rows); i++)
    nb_rowset_add (keys, nb_rows_get_text (rows, i, 0), nb_rows_get_int (rows, i, 1), nb_rows_get_int (rows, i, 2));
  /* The next in a line has waited as long as its own time says. */
  return nb_transaction_execute (transaction, &give_up, NB_PARAMS (NB_INT (now), NB_INT (until), NB_ROWS (keys)), error)
             >= 0
         && nb_lines_release (transaction, keys, 0, error);
}
