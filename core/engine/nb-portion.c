/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads what is due, gives it to the consumer and deletes it, all in one transaction. */
#include "core/engine/nb-portion.h"

#include "core/store/nb-outbox.h"

#include <string.h>

/* Our own among the advisory locks of the database: "OUTBOX" in ASCII. It goes with the transaction. */
#define TAKERS_LOCK "87227904446296"

/* The table is now empty and now full, and what PostgreSQL knows of it is never true: by a plan that was made for the
 * one and kept for the other, or by one that sorts, all that waits would be read each time. In its order the index is
 * read as far as it is needed. */
static const NbSql take_turn = {
  "SELECT 1, ''",
  "SELECT CAST (CASE WHEN pg_try_advisory_xact_lock (" TAKERS_LOCK ") THEN 1 ELSE 0 END AS bigint), "
  "set_config ('plan_cache_mode', 'force_custom_plan', true) || set_config ('enable_sort', 'off', true)",
  "xs",
};

/* What the consumer asks is planned as ever. */
static const NbSql sort_again = { "SELECT ''", "SELECT set_config ('enable_sort', 'on', true)", "s" };

static const NbSql load_due = {
  "SELECT id, kind, version, auction_id, payload, tries FROM outbox WHERE is_dead = 0 AND next_at <= ##now::gint64 "
  "ORDER BY id LIMIT ##limit::gint64",
  "SELECT id, kind, version, auction_id, payload, tries FROM outbox WHERE is_dead = 0 AND next_at <= ##now::gint64 "
  "ORDER BY place LIMIT ##limit::gint64",
  "xsxxsx",
};

static const NbSql find_due = {
  "SELECT 1 FROM outbox WHERE is_dead = 0 AND next_at <= ##now::gint64 LIMIT 1",
  "SELECT CAST (1 AS bigint) FROM outbox WHERE is_dead = 0 AND next_at <= ##now::gint64 LIMIT 1",
  "x",
};

static const NbSql delete_taken = {
  "DELETE FROM outbox WHERE id IN (SELECT value ->> '$[0]' FROM json_each (##rows::string))",
  "DELETE FROM outbox WHERE id = ANY (CAST (##c0::string AS bigint[]))",
  NULL,
};

static const NbSql write_failure = {
  "UPDATE outbox SET tries = ##tries::gint64, next_at = ##next::gint64, is_dead = ##dead::gint64, "
  "reason = ##reason::string WHERE id = ##id::gint64 AND is_dead = 0",
  NULL,
  NULL,
};

/* Seconds from one try to the next. */
static const gint64 pauses[NB_PORTION_TRIES_MAX - 1] = { 5, 30, 120, 600, 3600, 3 * 3600, 6 * 3600 };

NbPortion *
nb_portion_new (NbConsumerItem *consumer, guint limit)
{
  NbPortion *self = g_new0 (NbPortion, 1);

  self->consumer = nb_consumer_item_ref (consumer);
  self->limit = limit;
  self->failures = g_ptr_array_new_with_free_func (nb_portion_failure_free);
  return self;
}

void
nb_portion_free (NbPortion *self)
{
  nb_consumer_item_unref (self->consumer);
  g_clear_pointer (&self->first, nb_portion_failure_free);
  g_ptr_array_unref (self->failures);
  g_free (self);
}

void
nb_portion_failure_free (gpointer failure)
{
  NbPortionFailure *self = failure;

  g_free (self->kind);
  g_free (self->reason);
  g_free (self);
}

/* As much of @reason as fits, in whole characters. */
static char *
bound_reason (const char *reason)
{
  g_autofree char *valid = g_utf8_make_valid (reason, -1);
  gsize length = strlen (valid);

  if (length > NB_PORTION_REASON_MAX)
    length = (gsize)(g_utf8_find_prev_char (valid, valid + NB_PORTION_REASON_MAX + 1) - valid);
  return g_strndup (valid, length);
}

void
nb_portion_failure_count (NbPortionFailure *self, const char *reason)
{
  self->tries++;
  self->is_dead = self->tries >= NB_PORTION_TRIES_MAX;
  self->pause = self->is_dead ? 0 : pauses[MAX (self->tries, 1) - 1] * G_USEC_PER_SEC;
  g_free (self->reason);
  self->reason = bound_reason (reason);
}

gboolean
nb_portion_failure_write (NbTransaction *transaction, gpointer failure, GError **error)
{
  const NbPortionFailure *self = failure;
  gint64 next_at = self->is_dead ? 0 : nb_transaction_now (transaction) + self->pause;

  /* None is touched when an operator was faster. */
  return nb_transaction_execute (transaction, &write_failure,
                                 NB_PARAMS (NB_INT (self->tries), NB_INT (next_at), NB_INT (self->is_dead),
                                            NB_TEXT (self->reason), NB_INT (self->id)),
                                 error)
         >= 0;
}

static NbPortionFailure *
failure_new (const NbRows *rows, gsize row, gint64 id)
{
  NbPortionFailure *self = g_new0 (NbPortionFailure, 1);

  self->id = id;
  self->kind = g_strdup (nb_rows_get_text (rows, row, 1));
  self->tries = nb_rows_get_int (rows, row, 5);
  return self;
}

static void
free_event (gpointer event)
{
  nb_event_unref (event);
}

/* Splits @rows into events, their ids, and those that can't be read. */
static GPtrArray *
restore_events (NbPortion *self, const NbRows *rows, NbRowset *ids)
{
  GPtrArray *events = g_ptr_array_new_with_free_func (free_event);

  for (gsize i = 0; i < nb_rows_get_n (rows); i++)
    {
      gint64 id = nb_rows_get_int (rows, i, 0);
      g_autoptr (NbPortionFailure) failure = failure_new (rows, i, id);
      g_autoptr (GError) reason = NULL;
      NbEvent *event = nb_event_restore (id, nb_rows_get_text (rows, i, 1), nb_rows_get_int (rows, i, 2),
                                         nb_rows_get_int (rows, i, 3), nb_rows_get_text (rows, i, 4), &reason);

      if (event == NULL)
        {
          nb_portion_failure_count (failure, reason->message);
          g_ptr_array_add (self->failures, g_steal_pointer (&failure));
          continue;
        }
      g_ptr_array_add (events, event);
      nb_rowset_add (ids, id);
      if (self->first == NULL)
        self->first = g_steal_pointer (&failure);
    }
  return events;
}

static gboolean
write_failures (NbPortion *self, NbTransaction *transaction, GError **error)
{
  for (guint i = 0; i < self->failures->len; i++)
    if (!nb_portion_failure_write (transaction, g_ptr_array_index (self->failures, i), error))
      return FALSE;
  return TRUE;
}

static gboolean
hand_over (NbPortion *self, NbTransaction *transaction, const NbRows *rows, GError **error)
{
  g_autoptr (NbRowset) ids = nb_rowset_new ("x");
  g_autoptr (GPtrArray) events = restore_events (self, rows, ids);

  if (!write_failures (self, transaction, error))
    return FALSE;
  if (events->len == 0)
    return TRUE;
  self->n_given = events->len;
  return nb_consumer_item_consume (self->consumer, transaction, events, error)
         && nb_transaction_execute_exactly (transaction, events->len, &delete_taken, NB_PARAMS (NB_ROWS (ids)), error);
}

static void
reset (NbPortion *self)
{
  self->began_at = g_get_monotonic_time ();
  self->took = 0;
  self->is_elsewhere = FALSE;
  self->n_read = self->n_given = 0;
  g_clear_pointer (&self->first, nb_portion_failure_free);
  g_ptr_array_set_size (self->failures, 0);
}

static gboolean
take_due (NbPortion *self, NbTransaction *transaction, GError **error)
{
  gint64 now = nb_transaction_now (transaction);
  g_autoptr (NbRows) turn = NULL;
  g_autoptr (NbRows) rows = NULL;
  g_autoptr (NbRows) sorts = NULL;

  turn = nb_transaction_query (transaction, &take_turn, NB_NO_PARAMS, error);
  if (turn == NULL)
    return FALSE;
  self->is_elsewhere = nb_rows_get_int (turn, 0, 0) == 0;
  if (self->is_elsewhere)
    return TRUE;
  rows = nb_transaction_query (transaction, &load_due, NB_PARAMS (NB_INT (now), NB_INT (self->limit)), error);
  sorts = rows != NULL ? nb_transaction_query (transaction, &sort_again, NB_NO_PARAMS, error) : NULL;
  if (sorts == NULL)
    return FALSE;
  self->n_read = (guint)nb_rows_get_n (rows);
  return self->n_read == 0 || hand_over (self, transaction, rows, error);
}

gboolean
nb_portion_run (NbTransaction *transaction, gpointer portion, GError **error)
{
  NbPortion *self = portion;
  gboolean is_taken;

  reset (self);
  is_taken = take_due (self, transaction, error);
  self->took = g_get_monotonic_time () - self->began_at;
  return is_taken;
}

gboolean
nb_portion_look (NbTransaction *transaction, gpointer found, GError **error)
{
  gint64 now = nb_transaction_now (transaction);
  g_autoptr (NbRows) rows = nb_transaction_query (transaction, &find_due, NB_PARAMS (NB_INT (now)), error);

  if (rows == NULL)
    return FALSE;
  *(gboolean *)found = nb_rows_get_n (rows) > 0;
  return TRUE;
}
