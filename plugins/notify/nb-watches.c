/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads and writes what people watch. */
#include "nb-watches.h"

#include <glib/gi18n.h>

static const NbSql select_auction = {
  .sqlite = "SELECT a.seller_id, a.closed_at, (SELECT count (*) FROM notify_watches w WHERE w.auction_id = a.id"
            " AND w.person_id = ##person::gint64) FROM auctions a WHERE a.id = ##auction::gint64",
  .columns = "xxx",
};

/* Of two that add at a time the second waits, and counts what the first added. */
static const NbSql lock_person = {
  .sqlite = "SELECT id FROM people WHERE id = ##person::gint64",
  .postgresql = "SELECT id FROM people WHERE id = ##person::gint64 FOR NO KEY UPDATE",
  .columns = "x",
};

static const NbSql count_watches = {
  .sqlite = "SELECT count (*) FROM notify_watches WHERE person_id = ##person::gint64",
  .columns = "x",
};

static const NbSql insert_watch = {
  .sqlite = "INSERT INTO notify_watches (person_id, auction_id, created_at) VALUES (##person::gint64,"
            " ##auction::gint64, ##now::gint64) ON CONFLICT DO NOTHING",
};

static const NbSql delete_watch = {
  .sqlite = "DELETE FROM notify_watches WHERE person_id = ##person::gint64 AND auction_id = ##auction::gint64",
};

static const NbSql select_watched = {
  .sqlite
  = "SELECT a.id, a.title, a.status, a.asking_price, a.winning_price, a.ends_at, a.closed_at FROM notify_watches"
    " w JOIN auctions a ON a.id = w.auction_id WHERE w.person_id = ##person::gint64"
    " ORDER BY w.created_at DESC, a.id DESC LIMIT " G_STRINGIFY (NB_WATCHES_LISTED),
  .columns = "xssxxxx",
};

typedef struct
{
  gint64 seller;
  gboolean is_over;
  gboolean is_watched;
} Target;

static gboolean
find_target (NbTransaction *transaction, gint64 person, gint64 auction, Target *target, GError **error)
{
  g_autoptr (NbRows) rows
      = nb_transaction_query (transaction, &select_auction, NB_PARAMS (NB_INT (person), NB_INT (auction)), error);

  if (rows == NULL)
    return FALSE;
  if (nb_rows_get_n (rows) == 0)
    {
      nb_set_error (error, NB_ERROR_NOT_FOUND, N_ ("there is no such auction"), NULL);
      return FALSE;
    }
  target->seller = nb_rows_get_int (rows, 0, 0);
  target->is_over = nb_rows_get_int (rows, 0, 1) != 0;
  target->is_watched = nb_rows_get_int (rows, 0, 2) != 0;
  return TRUE;
}

static gboolean
check_room (NbTransaction *transaction, gint64 person, GError **error)
{
  g_autoptr (NbRows) locked = nb_transaction_query (transaction, &lock_person, NB_PARAMS (NB_INT (person)), error);
  g_autoptr (NbRows) rows
      = locked != NULL ? nb_transaction_query (transaction, &count_watches, NB_PARAMS (NB_INT (person)), error) : NULL;

  if (rows == NULL)
    return FALSE;
  if (nb_rows_get_int (rows, 0, 0) < NB_WATCHES_MAX)
    return TRUE;
  nb_set_error (error, NB_ERROR_STATE_CONFLICT,
                N_ ("you watch 500 auctions already, which is as many as one can: stop watching another first"), NULL);
  return FALSE;
}

gboolean
nb_watches_add (NbTransaction *transaction, gint64 person, gint64 auction, GError **error)
{
  Target target;

  if (!find_target (transaction, person, auction, &target, error))
    return FALSE;
  if (target.is_watched)
    return TRUE;
  if (target.seller == person)
    {
      nb_set_error (error, NB_ERROR_STATE_CONFLICT, N_ ("this auction is your own: you hear of it anyway"), NULL);
      return FALSE;
    }
  if (target.is_over)
    {
      nb_set_error (error, NB_ERROR_AUCTION_ENDED, N_ ("this auction has ended"), NULL);
      return FALSE;
    }
  return check_room (transaction, person, error)
         && nb_transaction_execute (
                transaction, &insert_watch,
                NB_PARAMS (NB_INT (person), NB_INT (auction), NB_INT (nb_transaction_now (transaction))), error)
                >= 0;
}

gboolean
nb_watches_remove (NbTransaction *transaction, gint64 person, gint64 auction, GError **error)
{
  Target target;

  return find_target (transaction, person, auction, &target, error)
         && nb_transaction_execute (transaction, &delete_watch, NB_PARAMS (NB_INT (person), NB_INT (auction)), error)
                >= 0;
}

gboolean
nb_watches_find (NbTransaction *transaction, gint64 person, gint64 auction, gboolean *is_watching, GError **error)
{
  Target target;

  if (!find_target (transaction, person, auction, &target, error))
    return FALSE;
  *is_watching = target.is_watched;
  return TRUE;
}

static void
watched_free (gpointer data)
{
  NbWatched *self = data;

  g_free (self->title);
  g_free (self->status);
  g_free (self);
}

GPtrArray *
nb_watches_list (NbTransaction *transaction, gint64 person, GError **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (watched_free);
  g_autoptr (NbRows) rows = nb_transaction_query (transaction, &select_watched, NB_PARAMS (NB_INT (person)), error);

  if (rows == NULL)
    return NULL;
  for (gsize i = 0; i < nb_rows_get_n (rows); i++)
    {
      NbWatched *watched = g_new0 (NbWatched, 1);
      NbMoney winning = nb_rows_get_int (rows, i, 4);

      watched->auction = nb_rows_get_int (rows, i, 0);
      watched->title = g_strdup (nb_rows_get_text (rows, i, 1));
      watched->status = g_strdup (nb_rows_get_text (rows, i, 2));
      watched->price = MAX (winning > 0 ? winning : nb_rows_get_int (rows, i, 3), 0);
      watched->ends_at = nb_rows_get_int (rows, i, 5);
      watched->is_over = nb_rows_get_int (rows, i, 6) != 0;
      g_ptr_array_add (list, watched);
    }
  return g_steal_pointer (&list);
}
