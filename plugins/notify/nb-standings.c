/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Compares what people know of their standing with what is true, tells the difference, and writes it down. */
#include "nb-standings.h"

static const NbSql select_standings = {
  .sqlite = "SELECT s.auction_id, s.person_id, s.is_leading, s.seq FROM json_each (##rows::string) AS r"
            " CROSS JOIN notify_standings AS s WHERE s.auction_id = r.value ->> '$[0]'"
            " AND s.person_id = r.value ->> '$[1]'",
  .postgresql = "SELECT s.auction_id, s.person_id, s.is_leading, s.seq FROM unnest (CAST (##c0::string AS bigint[]),"
                " CAST (##c1::string AS bigint[])) AS v (auction, person) JOIN notify_standings s"
                " ON s.auction_id = v.auction AND s.person_id = v.person",
  .columns = "xxxx",
};

#define ON_CONFLICT                                                                                                    \
  " ON CONFLICT (auction_id, person_id) DO UPDATE SET is_leading = excluded.is_leading, seq = excluded.seq"

static const NbSql upsert_standings = {
  .sqlite = "INSERT INTO notify_standings (auction_id, person_id, is_leading, seq) SELECT value ->> '$[0]',"
            " value ->> '$[1]', value ->> '$[2]', value ->> '$[3]' FROM json_each (##rows::string) WHERE 1" ON_CONFLICT,
  .postgresql = "INSERT INTO notify_standings (auction_id, person_id, is_leading, seq) SELECT * FROM"
                " unnest (CAST (##c0::string AS bigint[]), CAST (##c1::string AS bigint[]),"
                " CAST (##c2::string AS bigint[]), CAST (##c3::string AS bigint[]))" ON_CONFLICT,
};

/* Where several are sold at once, who isn't the first may still win; once it is over, other messages say how it ended.
 */
static gboolean
is_telling (const NbLot *lot, gint64 now)
{
  return lot != NULL && lot->quantity == 1 && nb_lot_goes_on (lot, now);
}

/* Returns: (transfer full): those of @courses whose auctions can be told of */
static GPtrArray *
select_telling (GPtrArray *courses, GHashTable *lots, gint64 now)
{
  GPtrArray *telling = g_ptr_array_new ();

  for (guint i = 0; i < courses->len; i++)
    {
      NbCourse *course = g_ptr_array_index (courses, i);

      if (is_telling (nb_lots_find (lots, nb_course_get_auction (course)), now))
        g_ptr_array_add (telling, course);
    }
  return telling;
}

static NbCourse *
find_course (GPtrArray *courses, gint64 auction)
{
  for (guint i = 0; i < courses->len; i++)
    if (nb_course_get_auction (g_ptr_array_index (courses, i)) == auction)
      return g_ptr_array_index (courses, i);
  return NULL;
}

static gboolean
load (GPtrArray *courses, NbTransaction *transaction, GError **error)
{
  g_autoptr (NbRowset) pairs = nb_rowset_new ("xx");
  g_autoptr (NbRows) rows = NULL;

  for (guint i = 0; i < courses->len; i++)
    {
      NbCourse *course = g_ptr_array_index (courses, i);
      GPtrArray *standers = nb_course_get_standers (course);

      for (guint j = 0; j < standers->len; j++)
        nb_rowset_add (pairs, nb_course_get_auction (course), ((NbStander *)g_ptr_array_index (standers, j))->person);
    }
  if (nb_rowset_get_n_rows (pairs) == 0)
    return TRUE;
  rows = nb_transaction_query (transaction, &select_standings, NB_PARAMS (NB_ROWS (pairs)), error);
  if (rows == NULL)
    return FALSE;
  for (gsize i = 0; i < nb_rows_get_n (rows); i++)
    nb_course_set_known (find_course (courses, nb_rows_get_int (rows, i, 0)), nb_rows_get_int (rows, i, 1),
                         nb_rows_get_int (rows, i, 2) != 0 ? NB_RANK_LEADING : NB_RANK_OUTBID,
                         nb_rows_get_int (rows, i, 3));
  return TRUE;
}

/* The row may be ahead of the events: what isn't true any more isn't told, and so isn't known either. */
static void
tell (const NbLot *lot, NbStander *stander, NbPost *post)
{
  NbRank truth = lot->leader == stander->person ? NB_RANK_LEADING : NB_RANK_OUTBID;

  if (lot->leader == 0 || stander->now == stander->known || stander->now != truth)
    return;
  nb_post_add (post, stander->event, stander->person,
               stander->now == NB_RANK_OUTBID ? NB_KIND_OUTBID : NB_KIND_LEADING_AGAIN, lot->id, lot->title, lot->price,
               "");
  stander->known = stander->now;
}

gboolean
nb_standings_tell (GPtrArray *courses, GHashTable *lots, NbPost *post, NbTransaction *transaction, GError **error)
{
  g_autoptr (GPtrArray) telling = select_telling (courses, lots, nb_transaction_now (transaction));
  g_autoptr (NbRowset) rows = nb_rowset_new ("xxxx");

  if (!load (telling, transaction, error))
    return FALSE;
  for (guint i = 0; i < telling->len; i++)
    {
      NbCourse *course = g_ptr_array_index (telling, i);
      GPtrArray *standers = nb_course_get_standers (course);
      const NbLot *lot = nb_lots_find (lots, nb_course_get_auction (course));

      nb_course_fold (course);
      for (guint j = 0; j < standers->len; j++)
        {
          NbStander *stander = g_ptr_array_index (standers, j);

          if (stander->now == NB_RANK_NONE)
            continue;
          tell (lot, stander, post);
          if (stander->known != NB_RANK_NONE)
            nb_rowset_add (rows, lot->id, stander->person, (gint64)(stander->known == NB_RANK_LEADING), stander->seq);
        }
    }
  return nb_rowset_get_n_rows (rows) == 0
         || nb_transaction_execute (transaction, &upsert_standings, NB_PARAMS (NB_ROWS (rows)), error) >= 0;
}
