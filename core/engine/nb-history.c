/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bid histories: others' bids as the type shows them, one's own always and as they were named. */
#include "core/engine/nb-history.h"

#include "core/engine/nb-auction-view.h"
#include "core/engine/nb-cursor.h"

#include <glib/gi18n.h>

#define CURSOR_TAG "bids"
#define MAX_LIMIT 100

static const NbSql load_history = {
  "SELECT b.seq, b.person_id, p.nickname, b.amount, b.shown_amount, b.at FROM bids AS b "
  "JOIN people AS p ON p.id = b.person_id WHERE b.auction_id = ##auction::gint64 AND b.seq < ##before::gint64 "
  "AND b.kind IN ('amount', 'max', 'buy_now') AND (b.person_id = ##viewer::gint64 "
  "OR (b.shown_amount >= 0 AND ##shows_all::gint64 = 1)) ORDER BY b.seq DESC LIMIT ##limit::gint64",
  NULL,
  "xxsxxx",
};

NbHistoryJob *
nb_history_job_new (NbRegistry *registry, gint64 auction, gint64 viewer, guint limit, const char *cursor)
{
  NbHistoryJob *self = g_new0 (NbHistoryJob, 1);

  self->registry = g_object_ref (registry);
  self->auction = auction;
  self->viewer = viewer;
  self->limit = limit;
  self->cursor = g_strdup (cursor);
  return self;
}

void
nb_history_page_free (NbHistoryPage *self)
{
  g_ptr_array_unref (self->items);
  g_free (self->next_cursor);
  g_free (self);
}

void
nb_history_job_free (NbHistoryJob *self)
{
  g_free (self->cursor);
  g_clear_pointer (&self->page, nb_history_page_free);
  g_object_unref (self->registry);
  g_free (self);
}

static void
free_item (gpointer data)
{
  NbHistoryItem *item = data;

  g_free (item->nickname);
  g_free (item);
}

static NbHistoryItem *
read_item (const NbRows *rows, gsize row, gint64 viewer)
{
  NbHistoryItem *item = g_new0 (NbHistoryItem, 1);

  item->seq = nb_rows_get_int (rows, row, 0);
  item->bidder = nb_rows_get_int (rows, row, 1);
  item->nickname = g_strdup (nb_rows_get_text (rows, row, 2));
  item->is_own = viewer != 0 && item->bidder == viewer;
  item->amount = nb_rows_get_int (rows, row, item->is_own ? 3 : 4);
  item->at = nb_rows_get_int (rows, row, 5);
  return item;
}

static gboolean
check (const NbHistoryJob *self, gint64 *before, GError **error)
{
  gint64 unused;
  GError *fault;

  *before = G_MAXINT64;
  if (self->limit < 1 || self->limit > MAX_LIMIT)
    {
      fault = nb_error_new (NB_ERROR_VALIDATION_FAILED, N_ ("a limit lies between 1 and 100"), NULL);
      nb_error_set_field (fault, "limit");
      g_propagate_error (error, fault);
      return FALSE;
    }
  return self->cursor == NULL || *self->cursor == '\0'
         || nb_cursor_parse (self->cursor, CURSOR_TAG, before, &unused, error);
}

gboolean
nb_history_job_run (NbTransaction *transaction, gpointer job, GError **error)
{
  NbHistoryJob *self = job;
  g_autoptr (NbAuctionView) view = NULL;
  g_autoptr (NbRows) rows = NULL;
  gint64 before;
  gsize n;

  g_clear_pointer (&self->page, nb_history_page_free);
  if (!check (self, &before, error))
    return FALSE;
  view = nb_auction_view_load (transaction, self->registry, self->auction, self->viewer, error);
  if (view == NULL)
    return FALSE;
  rows = nb_transaction_query (transaction, &load_history,
                               NB_PARAMS (NB_INT (self->auction), NB_INT (before), NB_INT (self->viewer),
                                          NB_INT (view->view.history ? 1 : 0), NB_INT ((gint64)self->limit + 1)),
                               error);
  if (rows == NULL)
    return FALSE;
  self->page = g_new0 (NbHistoryPage, 1);
  self->page->items = g_ptr_array_new_with_free_func (free_item);
  n = MIN (nb_rows_get_n (rows), self->limit);
  for (gsize i = 0; i < n; i++)
    g_ptr_array_add (self->page->items, read_item (rows, i, self->viewer));
  if (nb_rows_get_n (rows) > self->limit)
    self->page->next_cursor = nb_cursor_new (CURSOR_TAG, nb_rows_get_int (rows, n - 1, 0), 0);
  return TRUE;
}
