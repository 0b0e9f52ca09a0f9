/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs a batch: load, decide each command in order of arrival, write the net result. */
#include "core/engine/nb-batch.h"

#include <glib/gi18n.h>

NbBatch *
nb_batch_new (NbRegistry *registry, NbWallet *wallet, guint fee_hundredths)
{
  NbBatch *self = g_new0 (NbBatch, 1);

  self->registry = g_object_ref (registry);
  self->wallet = wallet != NULL ? g_object_ref (wallet) : NULL;
  self->fee_hundredths = fee_hundredths;
  self->commands = g_ptr_array_new_with_free_func ((GDestroyNotify)nb_engine_command_free);
  self->auctions = g_array_new (FALSE, FALSE, sizeof (gint64));
  return self;
}

static void
forget_run (NbBatch *self)
{
  g_clear_object (&self->sheet);
  g_clear_pointer (&self->ordered_slots, g_ptr_array_unref);
  g_clear_pointer (&self->slots, g_hash_table_unref);
  g_clear_pointer (&self->bidders, g_hash_table_unref);
  g_clear_pointer (&self->ordered_keys, g_ptr_array_unref);
  g_clear_pointer (&self->keys, g_hash_table_unref);
  g_clear_pointer (&self->log, nb_rowset_free);
  g_clear_pointer (&self->winners, nb_rowset_free);
  g_clear_pointer (&self->audits, nb_rowset_free);
  g_clear_pointer (&self->events, g_ptr_array_unref);
  g_clear_pointer (&self->faults, g_ptr_array_unref);
  g_clear_pointer (&self->faulty_types, g_ptr_array_unref);
  g_clear_pointer (&self->dues, g_array_unref);
  g_clear_pointer (&self->late_ends, g_array_unref);
  g_clear_pointer (&self->states, g_ptr_array_unref);
}

void
nb_batch_free (NbBatch *self)
{
  forget_run (self);
  g_object_unref (self->registry);
  g_clear_object (&self->wallet);
  g_ptr_array_unref (self->commands);
  g_array_unref (self->auctions);
  g_free (self);
}

static void
free_slot (gpointer slot)
{
  nb_slot_free (slot);
}

static void
free_bidder (gpointer data)
{
  NbBidder *bidder = data;

  g_free (bidder->nickname);
  g_free (bidder);
}

static void
begin_run (NbBatch *self, NbTransaction *transaction)
{
  /* It may be a key that was used before which made it run again. */
  self->reads_keys = self->reads_keys || self->transaction != NULL;
  forget_run (self);
  self->transaction = transaction;
  self->now = nb_transaction_now (transaction);
  self->slots = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, free_slot);
  self->ordered_slots = g_ptr_array_new ();
  self->bidders = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, free_bidder);
  self->log = nb_rowset_new ("xxxxsxxxsx");
  self->winners = nb_rowset_new ("xxxx");
  self->audits = nb_rowset_new ("xxssss");
  self->events = g_ptr_array_new_with_free_func ((GDestroyNotify)nb_event_unref);
  self->faults = g_ptr_array_new_with_free_func (g_free);
  self->faulty_types = g_ptr_array_new_with_free_func (g_free);
  self->dues = g_array_new (FALSE, FALSE, sizeof (NbDue));
  self->late_ends = g_array_new (FALSE, FALSE, sizeof (gint64));
  self->states = g_ptr_array_new_with_free_func ((GDestroyNotify)nb_auction_state_unref);
  for (guint i = 0; i < self->commands->len; i++)
    nb_engine_command_reset (g_ptr_array_index (self->commands, i));
}

static gboolean
decide (NbBatch *self, NbEngineCommand *command, GError **error)
{
  NbSlot *slot = g_hash_table_lookup (self->slots, &command->auction);

  if (slot == NULL && self->may_skip)
    {
      nb_engine_command_refuse (
          command, nb_error_new (NB_ERROR_BUSY, N_ ("too much is going on right now, try again in a moment"), NULL));
      return TRUE;
    }
  if (slot == NULL)
    {
      nb_engine_command_refuse (command, nb_error_new (NB_ERROR_NOT_FOUND, N_ ("there is no such auction"), NULL));
      return TRUE;
    }
  if (command->kind == NB_ENGINE_SYNC)
    return nb_batch_sync (self, slot, command, error);
  if (self->sheet == NULL)
    {
      nb_engine_command_refuse (command, nb_error_new (NB_ERROR_FEATURE_DISABLED,
                                                       N_ ("auctions rest, for the wallet is switched off"), NULL));
      return TRUE;
    }
  switch (command->kind)
    {
    case NB_ENGINE_BID:
      return nb_batch_decide_bid (self, slot, command, error);
    case NB_ENGINE_CANCEL:
      return nb_batch_cancel (self, slot, command, error);
    default:
      return nb_batch_advance (self, slot, command, error);
    }
}

static gboolean
decide_all (NbBatch *self, GError **error)
{
  gint64 began_at = g_get_monotonic_time ();

  for (guint i = 0; i < self->commands->len; i++)
    {
      NbEngineCommand *command = g_ptr_array_index (self->commands, i);

      if (nb_batch_replay_key (self, command))
        continue;
      if (!decide (self, command, error))
        return FALSE;
      nb_batch_remember_answer (self, command);
    }
  self->decide_time = g_get_monotonic_time () - began_at;
  return TRUE;
}

gboolean
nb_batch_run (NbTransaction *transaction, gpointer batch, GError **error)
{
  NbBatch *self = batch;

  begin_run (self, transaction);
  return nb_batch_find_keys (self, error) && nb_batch_load (self, error) && decide_all (self, error)
         && nb_batch_write (self, error) && nb_batch_store_keys (self, error) && nb_batch_make_states (self, error);
}

void
nb_batch_log (NbBatch *self, NbSlot *slot, gint64 id, const char *kind, gint64 person, NbMoney amount, gint64 quantity,
              NbMoney shown, const char *region, gint64 at)
{
  nb_rowset_add (self->log, id, slot->auction->id, slot->auction->seq, person, kind, amount, quantity, shown, region,
                 at);
}

void
nb_batch_emit (NbBatch *self, NbSlot *slot, const char *kind, GVariant *payload)
{
  g_ptr_array_add (self->events, nb_event_new (kind, 1, slot->auction->id, payload));
}
