/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads, writes and locks rows of notify_fanouts. */
#include "nb-fanout.h"

static const NbSql insert_fanouts = {
  .sqlite = "INSERT INTO notify_fanouts (id, event_id, kind, auction_id, price, detail, created_at) SELECT"
            " json_extract (value, '$[0]'), json_extract (value, '$[1]'), json_extract (value, '$[2]'),"
            " json_extract (value, '$[3]'), json_extract (value, '$[4]'), json_extract (value, '$[5]'), ##now::gint64"
            " FROM json_each (##rows::string)",
  .postgresql = "INSERT INTO notify_fanouts (id, event_id, kind, auction_id, price, detail, created_at)"
                " SELECT id, event, kind, auction, price, detail, ##now::gint64 FROM unnest ("
                "CAST (##c0::string AS bigint[]), CAST (##c1::string AS bigint[]), CAST (##c2::string AS text[]),"
                " CAST (##c3::string AS bigint[]), CAST (##c4::string AS bigint[]), CAST (##c5::string AS text[]))"
                " AS v (id, event, kind, auction, price, detail)",
};

static const NbSql select_oldest = {
  .sqlite = "SELECT f.id, f.event_id, f.kind, f.auction_id, f.price, f.detail, f.after_person FROM notify_fanouts f"
            " WHERE NOT EXISTS (SELECT 1 FROM notify_fanouts e WHERE e.auction_id = f.auction_id AND e.id < f.id)"
            " ORDER BY f.id LIMIT 16",
  .columns = "xxsxxsx",
};

static const NbSql select_after = {
  .sqlite = "SELECT after_person FROM notify_fanouts WHERE id = ##id::gint64",
  .postgresql = "SELECT after_person FROM notify_fanouts WHERE id = ##id::gint64 FOR UPDATE SKIP LOCKED",
  .columns = "x",
};

static const NbSql update_after
    = { .sqlite = "UPDATE notify_fanouts SET after_person = ##after::gint64 WHERE id = ##id::gint64" };

static const NbSql delete_fanout = { .sqlite = "DELETE FROM notify_fanouts WHERE id = ##id::gint64" };

NbFanout *
nb_fanout_new (gint64 event, NbKind kind, gint64 auction, NbMoney price, const char *detail)
{
  NbFanout *self = g_new0 (NbFanout, 1);

  self->id = nb_id_new ();
  self->event = event;
  self->kind = kind;
  self->auction = auction;
  self->price = price;
  self->detail = g_strdup (detail);
  return self;
}

void
nb_fanout_free (NbFanout *self)
{
  g_free (self->detail);
  g_free (self);
}

gboolean
nb_fanouts_write (GPtrArray *fanouts, NbTransaction *transaction, GError **error)
{
  g_autoptr (NbRowset) rows = nb_rowset_new ("xxsxxs");

  if (fanouts->len == 0)
    return TRUE;
  for (guint i = 0; i < fanouts->len; i++)
    {
      const NbFanout *fanout = g_ptr_array_index (fanouts, i);

      nb_rowset_add (rows, fanout->id, fanout->event, nb_kind_name (fanout->kind), fanout->auction, fanout->price,
                     fanout->detail);
    }
  return nb_transaction_execute_exactly (transaction, fanouts->len, &insert_fanouts,
                                         NB_PARAMS (NB_INT (nb_transaction_now (transaction)), NB_ROWS (rows)), error);
}

GPtrArray *
nb_fanouts_list (NbTransaction *transaction, GError **error)
{
  g_autoptr (GPtrArray) fanouts = g_ptr_array_new_with_free_func ((GDestroyNotify)nb_fanout_free);
  g_autoptr (NbRows) rows = nb_transaction_query (transaction, &select_oldest, NB_NO_PARAMS, error);

  if (rows == NULL)
    return NULL;
  for (gsize i = 0; i < nb_rows_get_n (rows); i++)
    {
      NbFanout *fanout;
      NbKind kind;

      if (!nb_kind_find (nb_rows_get_text (rows, i, 2), &kind))
        continue;
      fanout = g_new0 (NbFanout, 1);
      fanout->id = nb_rows_get_int (rows, i, 0);
      fanout->event = nb_rows_get_int (rows, i, 1);
      fanout->kind = kind;
      fanout->auction = nb_rows_get_int (rows, i, 3);
      fanout->price = nb_rows_get_int (rows, i, 4);
      fanout->detail = g_strdup (nb_rows_get_text (rows, i, 5));
      fanout->after = nb_rows_get_int (rows, i, 6);
      g_ptr_array_add (fanouts, fanout);
    }
  return g_steal_pointer (&fanouts);
}

gboolean
nb_fanout_take (const NbFanout *self, NbTransaction *transaction, gboolean *is_mine, GError **error)
{
  g_autoptr (NbRows) rows = nb_transaction_query (transaction, &select_after, NB_PARAMS (NB_INT (self->id)), error);

  if (rows == NULL)
    return FALSE;
  *is_mine = nb_rows_get_n (rows) == 1 && nb_rows_get_int (rows, 0, 0) == self->after;
  return TRUE;
}

gboolean
nb_fanout_advance (const NbFanout *self, NbTransaction *transaction, gint64 person, GError **error)
{
  return nb_transaction_execute_exactly (transaction, 1, &update_after, NB_PARAMS (NB_INT (person), NB_INT (self->id)),
                                         error);
}

gboolean
nb_fanout_finish (const NbFanout *self, NbTransaction *transaction, GError **error)
{
  return nb_transaction_execute_exactly (transaction, 1, &delete_fanout, NB_PARAMS (NB_INT (self->id)), error);
}
