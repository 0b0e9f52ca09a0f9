/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Goes through the fan-outs, the oldest of each auction first: reads who hears, then writes to them in portions. */
#include "nb-crier.h"

#include "nb-audience.h"
#include "nb-fanout.h"
#include "nb-outcome.h"

#define CLEAN_PORTION 1000

struct _NbCrier
{
  gatomicrefcount ref_count;
  NbStore *store;
  NbChannelsFunc list_channels;
  void (*written) (gpointer user_data);
  gpointer user_data;
  gboolean is_busy;
  gboolean wants_more;
  gboolean is_stopped;
};

typedef enum
{
  STEP_PORTION, /* there is more */
  STEP_DONE,
  STEP_PASSED /* someone else is at it, or it failed */
} Step;

/* One pass over what waits. Store threads and the main loop use it in turn. */
typedef struct
{
  NbCrier *crier;
  GPtrArray *channels;
  GHashTable *passed; /* ids of fan-outs that are not tried again in this pass */
  NbFanout *fanout;   /* (nullable) */
  GArray *hearers;    /* of NbHearer */
  guint n_told;       /* of @hearers */
  guint n_next;       /* those that the transaction under way tells */
  Step step;
} Pass;

static const NbSql delete_standings = {
  .sqlite = "DELETE FROM notify_standings WHERE auction_id = ##auction::gint64 AND person_id IN (SELECT person_id"
            " FROM notify_standings WHERE auction_id = ##auction::gint64 LIMIT " G_STRINGIFY (CLEAN_PORTION) ")",
};

/* What is kept for an auction is deleted when its end was told long ago. */
static const NbSql mark_ending = {
  .sqlite = "INSERT INTO notify_endings (auction_id, fanout_id, told_at) VALUES (##auction::gint64, ##fanout::gint64,"
            " ##now::gint64) ON CONFLICT (auction_id) DO UPDATE SET told_at = excluded.told_at",
};

static void look (Pass *pass);
static void write_portion (Pass *pass);

NbCrier *
nb_crier_new (NbStore *store, NbChannelsFunc list_channels, void (*written) (gpointer user_data), gpointer user_data)
{
  NbCrier *self = g_new0 (NbCrier, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->store = g_object_ref (store);
  self->list_channels = list_channels;
  self->written = written;
  self->user_data = user_data;
  return self;
}

static void
crier_unref (NbCrier *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_object_unref (self->store);
  g_free (self);
}

void
nb_crier_stop (NbCrier *self)
{
  self->is_stopped = TRUE;
  crier_unref (self);
}

gboolean
nb_crier_is_idle (NbCrier *self)
{
  return !self->is_busy;
}

static Pass *
pass_new (NbCrier *crier)
{
  Pass *pass = g_new0 (Pass, 1);

  g_atomic_ref_count_inc (&crier->ref_count);
  pass->crier = crier;
  pass->channels = crier->list_channels (crier->user_data);
  pass->passed = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  return pass;
}

static void
drop_fanout (Pass *pass)
{
  g_clear_pointer (&pass->fanout, nb_fanout_free);
  g_clear_pointer (&pass->hearers, g_array_unref);
  pass->n_told = 0;
}

static void
pass_free (Pass *pass)
{
  drop_fanout (pass);
  g_ptr_array_unref (pass->channels);
  g_hash_table_unref (pass->passed);
  crier_unref (pass->crier);
  g_free (pass);
}

static void
end_pass (Pass *pass)
{
  NbCrier *crier = pass->crier;
  gboolean wants_more = crier->wants_more && !crier->is_stopped;

  crier->is_busy = FALSE;
  crier->wants_more = FALSE;
  if (wants_more)
    nb_crier_wake (crier);
  pass_free (pass);
}

static void
pass_over (Pass *pass)
{
  g_hash_table_add (pass->passed, g_memdup2 (&pass->fanout->id, sizeof pass->fanout->id));
  drop_fanout (pass);
}

/* Writing a portion, on a store thread. */

static gboolean
forget_auction (const NbFanout *fanout, NbTransaction *transaction, gboolean *is_through, GError **error)
{
  gint64 deleted;

  *is_through = TRUE;
  if (fanout->kind != NB_KIND_LOST && fanout->kind != NB_KIND_CANCELLED)
    return TRUE;
  deleted = nb_transaction_execute (transaction, &delete_standings, NB_PARAMS (NB_INT (fanout->auction)), error);
  *is_through = deleted < CLEAN_PORTION;
  return deleted >= 0
         && nb_transaction_execute_exactly (
             transaction, 1, &mark_ending,
             NB_PARAMS (NB_INT (fanout->auction), NB_INT (fanout->id), NB_INT (nb_transaction_now (transaction))),
             error);
}

static NbMoney
find_price (const NbFanout *fanout, const NbLot *lot, const NbHearer *hearer)
{
  if (fanout->kind == NB_KIND_WON)
    return hearer->amount;
  if (fanout->kind == NB_KIND_ENDING_SOON)
    return lot->has_known_leader ? lot->price : 0;
  return fanout->price;
}

static gboolean
tell_portion (Pass *pass, const NbLot *lot, NbTransaction *transaction, GError **error)
{
  const NbFanout *fanout = pass->fanout;
  g_autoptr (NbPost) post = nb_post_new (pass->channels);

  pass->n_next = MIN (NB_CRIER_PORTION, pass->hearers->len - pass->n_told);
  for (guint i = pass->n_told; i < pass->n_told + pass->n_next; i++)
    {
      const NbHearer *hearer = &g_array_index (pass->hearers, NbHearer, i);

      nb_post_add (post, fanout->event, hearer->person, fanout->kind, fanout->auction, lot->title,
                   find_price (fanout, lot, hearer), fanout->detail);
    }
  return nb_post_write (post, transaction, error);
}

static gboolean
is_last_portion (const Pass *pass)
{
  return pass->n_told + pass->n_next == pass->hearers->len && pass->hearers->len < NB_AUDIENCE_MAX;
}

static gboolean
end_fanout (Pass *pass, NbTransaction *transaction, GError **error)
{
  gboolean is_through;

  if (!forget_auction (pass->fanout, transaction, &is_through, error))
    return FALSE;
  if (!is_through)
    return TRUE;
  pass->step = STEP_DONE;
  return nb_fanout_finish (pass->fanout, transaction, error);
}

static gint64
last_person (const Pass *pass)
{
  guint n = pass->n_told + pass->n_next;

  return n > 0 ? g_array_index (pass->hearers, NbHearer, n - 1).person : pass->fanout->after;
}

static gboolean
write_cb (NbTransaction *transaction, gpointer user_data, GError **error)
{
  Pass *pass = user_data;
  g_autoptr (NbRowset) auctions = nb_rowset_new ("x");
  g_autoptr (GHashTable) lots = NULL;
  const NbLot *lot;
  gboolean is_mine;

  pass->step = STEP_PASSED;
  pass->n_next = 0;
  if (!nb_fanout_take (pass->fanout, transaction, &is_mine, error))
    return FALSE;
  if (!is_mine)
    return TRUE;
  pass->step = STEP_PORTION;
  nb_rowset_add (auctions, pass->fanout->auction);
  lots = nb_lots_load (transaction, auctions, error);
  if (lots == NULL)
    return FALSE;
  lot = nb_lots_find (lots, pass->fanout->auction);
  if (lot == NULL || !nb_outcome_is_true (pass->fanout->kind, lot, nb_transaction_now (transaction)))
    return end_fanout (pass, transaction, error);
  if (!tell_portion (pass, lot, transaction, error))
    return FALSE;
  if (is_last_portion (pass) && !end_fanout (pass, transaction, error))
    return FALSE;
  return pass->step == STEP_DONE || nb_fanout_advance (pass->fanout, transaction, last_person (pass), error);
}

static void
go_on (Pass *pass)
{
  if (pass->step == STEP_PASSED)
    pass_over (pass);
  else if (pass->step == STEP_DONE)
    drop_fanout (pass);
  else
    {
      pass->fanout->after = last_person (pass);
      pass->n_told += pass->n_next;
      /* A full audience may not have been all of them. */
      if (pass->n_told < pass->hearers->len || pass->hearers->len < NB_AUDIENCE_MAX)
        {
          write_portion (pass);
          return;
        }
    }
  look (pass);
}

static void
written_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Pass *pass = user_data;
  NbCrier *crier = pass->crier;
  g_autoptr (GError) error = NULL;

  if (!nb_store_transact_finish (NB_STORE (source), result, &error))
    {
      g_warning ("telling people of auction %" G_GINT64_FORMAT " will be tried again: %s", pass->fanout->auction,
                 error->message);
      pass->step = STEP_PASSED;
    }
  else if (pass->n_next > 0 && !crier->is_stopped)
    crier->written (crier->user_data);
  if (crier->is_stopped)
    end_pass (pass);
  else
    go_on (pass);
}

static void
write_portion (Pass *pass)
{
  nb_store_transact_async (pass->crier->store, write_cb, pass, NULL, NULL, written_cb, pass);
}

/* Looking, on a store thread, in a transaction that only reads: it blocks no bid however long the audience is. */

static gboolean
look_cb (NbTransaction *transaction, gpointer user_data, GError **error)
{
  Pass *pass = user_data;
  g_autoptr (GPtrArray) fanouts = nb_fanouts_list (transaction, error);

  drop_fanout (pass);
  if (fanouts == NULL)
    return FALSE;
  for (guint i = 0; i < fanouts->len && pass->fanout == NULL; i++)
    if (!g_hash_table_contains (pass->passed, &((NbFanout *)g_ptr_array_index (fanouts, i))->id))
      pass->fanout = g_ptr_array_steal_index (fanouts, i);
  if (pass->fanout == NULL)
    return TRUE;
  pass->hearers = nb_audience_load (transaction, pass->fanout->kind, pass->fanout->auction, pass->fanout->after, error);
  return pass->hearers != NULL;
}

static void
looked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Pass *pass = user_data;
  g_autoptr (GError) error = NULL;

  if (!nb_store_read_finish (NB_STORE (source), result, &error))
    {
      if (!pass->crier->is_stopped)
        g_warning ("what people are to be told can't be read and will be tried again: %s", error->message);
      end_pass (pass);
    }
  else if (pass->fanout == NULL || pass->crier->is_stopped)
    end_pass (pass);
  else
    write_portion (pass);
}

static void
look (Pass *pass)
{
  nb_store_read_async (pass->crier->store, look_cb, pass, NULL, NULL, looked_cb, pass);
}

void
nb_crier_wake (NbCrier *self)
{
  if (self->is_stopped)
    return;
  if (self->is_busy)
    {
      self->wants_more = TRUE;
      return;
    }
  self->is_busy = TRUE;
  look (pass_new (self));
}
