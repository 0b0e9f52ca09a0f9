/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lists events of the outbox, lets those that were given up wait again or go, and looks whether one waits too long. */
#include "core/engine/nb-outbox-list.h"

#include "core/plugin/nb-registry.h"

#define LATE_AFTER (10 * G_TIME_SPAN_MINUTE)

static const NbSql list_all = {
  "SELECT id, kind, auction_id, created_at, next_at, tries, is_dead, reason FROM outbox ORDER BY id "
  "LIMIT ##limit::gint64",
  "SELECT id, kind, auction_id, created_at, next_at, tries, is_dead, reason FROM outbox ORDER BY place "
  "LIMIT ##limit::gint64",
  "xsxxxxxs",
};

static const NbSql list_dead = {
  "SELECT id, kind, auction_id, created_at, next_at, tries, is_dead, reason FROM outbox WHERE is_dead = 1 ORDER BY id "
  "LIMIT ##limit::gint64",
  NULL,
  "xsxxxxxs",
};

static const NbSql retry_dead = {
  "UPDATE outbox SET is_dead = 0, tries = 0, next_at = ##now::gint64 WHERE is_dead = 1 "
  "AND (##id::gint64 = 0 OR id = ##id::gint64)",
  NULL,
  NULL,
};

static const NbSql drop_dead = {
  "DELETE FROM outbox WHERE is_dead = 1 AND (##id::gint64 = 0 OR id = ##id::gint64)",
  NULL,
  NULL,
};

static const NbSql find_event = {
  "SELECT COUNT (*) FROM outbox WHERE id = ##id::gint64",
  NULL,
  "x",
};

static const NbSql count_dead = { "SELECT COUNT (*) FROM outbox WHERE is_dead = 1", NULL, "x" };

static const NbSql find_late = {
  "SELECT id, kind, created_at FROM outbox WHERE is_dead = 0 AND created_at < ##before::gint64 AND next_at <= "
  "##before::gint64 ORDER BY id LIMIT 1",
  "SELECT id, kind, created_at FROM outbox WHERE is_dead = 0 AND created_at < ##before::gint64 AND next_at <= "
  "##before::gint64 ORDER BY place LIMIT 1",
  "xsx",
};

void
nb_outbox_item_free (gpointer item)
{
  NbOutboxItem *self = item;

  g_free (self->kind);
  g_free (self->reason);
  g_free (self);
}

static NbOutboxItem *
read_item (const NbRows *rows, gsize row)
{
  NbOutboxItem *self = g_new (NbOutboxItem, 1);

  *self = (NbOutboxItem){
    .id = nb_rows_get_int (rows, row, 0),
    .kind = g_strdup (nb_rows_get_text (rows, row, 1)),
    .auction = nb_rows_get_int (rows, row, 2),
    .created_at = nb_rows_get_int (rows, row, 3),
    .next_at = nb_rows_get_int (rows, row, 4),
    .tries = nb_rows_get_int (rows, row, 5),
    .is_dead = nb_rows_get_int (rows, row, 6) != 0,
    .reason = g_strdup (nb_rows_get_text (rows, row, 7)),
  };
  return self;
}

GPtrArray *
nb_outbox_list (NbTransaction *transaction, gboolean dead_only, guint limit, GError **error)
{
  g_autoptr (NbRows) rows
      = nb_transaction_query (transaction, dead_only ? &list_dead : &list_all, NB_PARAMS (NB_INT (limit)), error);
  GPtrArray *items;

  if (rows == NULL)
    return NULL;
  items = g_ptr_array_new_with_free_func (nb_outbox_item_free);
  for (gsize i = 0; i < nb_rows_get_n (rows); i++)
    g_ptr_array_add (items, read_item (rows, i));
  return items;
}

gint64
nb_outbox_retry (NbTransaction *transaction, gint64 id, GError **error)
{
  return nb_transaction_execute (transaction, &retry_dead,
                                 NB_PARAMS (NB_INT (nb_transaction_now (transaction)), NB_INT (id)), error);
}

gint64
nb_outbox_drop (NbTransaction *transaction, gint64 id, GError **error)
{
  return nb_transaction_execute (transaction, &drop_dead, NB_PARAMS (NB_INT (id)), error);
}

gboolean
nb_outbox_find (NbTransaction *transaction, gint64 id, gboolean *found, GError **error)
{
  g_autoptr (NbRows) rows = nb_transaction_query (transaction, &find_event, NB_PARAMS (NB_INT (id)), error);

  if (rows == NULL)
    return FALSE;
  *found = nb_rows_get_int (rows, 0, 0) > 0;
  return TRUE;
}

static gboolean
check_dead (NbTransaction *transaction, GPtrArray *faults, GError **error)
{
  g_autoptr (NbRows) rows = nb_transaction_query (transaction, &count_dead, NB_NO_PARAMS, error);

  if (rows != NULL && nb_rows_get_int (rows, 0, 0) > 0)
    g_ptr_array_add (faults, g_strdup_printf ("%" G_GINT64_FORMAT " events were given up: 'neighborbid outbox list "
                                              "--dead' tells which and why",
                                              nb_rows_get_int (rows, 0, 0)));
  return rows != NULL;
}

gboolean
nb_outbox_check (NbTransaction *transaction, GPtrArray *faults, gpointer registry, GError **error)
{
  gint64 before = nb_transaction_now (transaction) - LATE_AFTER;
  g_autoptr (NbRows) rows = NULL;

  if (!check_dead (transaction, faults, error))
    return FALSE;
  if (nb_registry_get_consumer (registry) == NULL)
    return TRUE;
  rows = nb_transaction_query (transaction, &find_late, NB_PARAMS (NB_INT (before)), error);
  if (rows != NULL && nb_rows_get_n (rows) > 0)
    g_ptr_array_add (faults, g_strdup_printf ("event %" G_GINT64_FORMAT " (%s) has waited for %" G_GINT64_FORMAT
                                              " minutes: no process with the role 'jobs' takes what the outbox holds",
                                              nb_rows_get_int (rows, 0, 0), nb_rows_get_text (rows, 0, 1),
                                              (nb_transaction_now (transaction) - nb_rows_get_int (rows, 0, 2))
                                                  / G_TIME_SPAN_MINUTE));
  return rows != NULL;
}
