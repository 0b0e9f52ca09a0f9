/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An auction's own life in a batch: it opens, its timers fire, it pauses and goes on, it is cancelled. */
#include "core/engine/nb-batch.h"

#include <glib/gi18n.h>

/* Timers that one command may fire; what is left, after the server was away for long, follows with the next. A type
 * that asks for so many within so short a time would never come to an end, and is at fault. */
#define MAX_TIMERS_AT_ONCE 1000
#define MIN_TIMERS_SPAN G_USEC_PER_SEC

static void
log_change (NbBatch *self, NbSlot *slot, const char *kind, gint64 person, gint64 amount, gint64 at)
{
  nb_batch_log (self, slot, nb_id_new (), kind, person, amount, 0, -1, "", at);
}

void
nb_batch_pause (NbBatch *self, NbSlot *slot, gint64 at, const char *reason)
{
  NbAuction *auction = slot->auction;

  slot->paused_status = auction->status;
  slot->paused_at = at;
  g_free (slot->pause_reason);
  slot->pause_reason = g_strdup (reason);
  auction->status = NB_AUCTION_PAUSED;
  auction->seq++;
  log_change (self, slot, "pause", 0, 0, at);
  nb_batch_emit (self, slot, "auction-paused", g_variant_new_parsed ("{'reason': <%s>}", reason));
}

void
nb_batch_quarantine (NbBatch *self, NbSlot *slot, gint64 at, const GError *fault)
{
  g_autofree char *reason = g_strconcat (NB_PAUSE_TYPE_FAULT, fault->message, NULL);

  g_ptr_array_add (self->faults,
                   g_strdup_printf ("auction %" G_GINT64_FORMAT " is paused, for its type “%s” broke a rule: %s",
                                    slot->auction->id, slot->auction->type, fault->message));
  g_ptr_array_add (self->faulty_types, g_strdup (slot->auction->type));
  nb_batch_pause (self, slot, at, reason);
}

/* Applies what the type decided by itself; whatever is wrong with it is the type's fault. */
static gboolean
apply_own (NbBatch *self, NbSlot *slot, NbDecision *decision, GError *inner, gint64 at, const char *log_as,
           GError **error)
{
  g_autoptr (GError) fault = inner;
  GError *lost = NULL;

  if (decision == NULL || !nb_decision_check (decision, slot->auction, 0, &fault)
      || !nb_batch_apply (self, slot, decision, 0, FALSE, &fault, &lost))
    {
      if (lost != NULL)
        {
          g_propagate_error (error, lost);
          return FALSE;
        }
      nb_batch_quarantine (self, slot, at, fault);
      return TRUE;
    }
  log_change (self, slot, log_as, 0, 0, at);
  return !decision->closes || nb_batch_close (self, slot, at, "type", error);
}

static gboolean
open_now (NbBatch *self, NbSlot *slot, GError **error)
{
  g_autoptr (NbDecision) decision = NULL;
  GError *fault = NULL;

  slot->auction->status = NB_AUCTION_OPEN;
  decision = nb_auction_type_open (slot->type, slot->auction, &fault);
  if (!apply_own (self, slot, decision, fault, slot->auction->starts_at, "open", error))
    return FALSE;
  if (slot->auction->status == NB_AUCTION_OPEN)
    nb_batch_emit (self, slot, "auction-opened", g_variant_new ("a{sv}", NULL));
  return TRUE;
}

static gboolean
fire_timer (NbBatch *self, NbSlot *slot, const char *name, gint64 due_at, GError **error)
{
  g_autofree char *log_as = g_strconcat ("timer:", name, NULL);
  GError *fault = NULL;
  g_autoptr (NbDecision) decision = nb_auction_type_on_timer (slot->type, slot->auction, name, due_at, &fault);

  return apply_own (self, slot, decision, fault, due_at, log_as, error);
}

static void
stop_firing (NbBatch *self, NbSlot *slot, const char *name, gint64 due_at, gint64 span, gint64 at)
{
  g_autoptr (GError) fault = NULL;

  nb_slot_set_timer (slot, name, due_at);
  slot->is_behind = TRUE;
  if (span >= MIN_TIMERS_SPAN)
    return;
  fault = nb_error_new (NB_ERROR_INTERNAL, "more than 1000 timers are due within one second", NULL);
  nb_batch_quarantine (self, slot, at, fault);
}

static gboolean
fire_timers (NbBatch *self, NbSlot *slot, gint64 at, GError **error)
{
  gint64 first_due_at = 0;

  for (guint fired = 0; slot->auction->status == NB_AUCTION_OPEN; fired++)
    {
      gint64 due_at = 0;
      g_autofree char *name = nb_slot_take_timer (slot, MIN (at, slot->auction->ends_at - 1), &due_at);

      if (name == NULL)
        return TRUE;
      if (fired == 0)
        first_due_at = due_at;
      if (fired == MAX_TIMERS_AT_ONCE)
        {
          stop_firing (self, slot, name, due_at, due_at - first_due_at, at);
          return TRUE;
        }
      if (!fire_timer (self, slot, name, due_at, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
nb_batch_catch_up (NbBatch *self, NbSlot *slot, gint64 at, GError **error)
{
  slot->is_behind = FALSE;
  if (slot->auction->status == NB_AUCTION_SCHEDULED && slot->auction->starts_at <= at && !open_now (self, slot, error))
    return FALSE;
  return slot->timers->len == 0 || fire_timers (self, slot, at, error);
}

gboolean
nb_batch_advance (NbBatch *self, NbSlot *slot, NbEngineCommand *command, GError **error)
{
  NbAuctionStatus status = slot->auction->status;

  if (status != NB_AUCTION_SCHEDULED && status != NB_AUCTION_OPEN)
    return TRUE;
  if (slot->type == NULL)
    {
      nb_batch_pause (self, slot, command->at, NB_PAUSE_TYPE_STOPPED);
      return TRUE;
    }
  if (!nb_batch_catch_up (self, slot, command->at, error))
    return FALSE;
  if (slot->auction->status != NB_AUCTION_OPEN || slot->is_behind || command->at < slot->auction->ends_at)
    return TRUE;
  slot->old_ends_at = slot->auction->ends_at;
  return nb_batch_close (self, slot, command->at, "ended", error);
}

/* What a pause took from the time after the start is given back at the end. */
static void
resume (NbBatch *self, NbSlot *slot, gint64 at)
{
  NbAuction *auction = slot->auction;
  gint64 shift = MAX (at - MAX (slot->paused_at, auction->starts_at), 0);

  auction->status = slot->paused_status;
  auction->ends_at += shift;
  auction->original_ends_at += shift;
  nb_slot_shift_timers (slot, shift);
  slot->paused_at = 0;
  g_free (slot->pause_reason);
  slot->pause_reason = g_strdup ("");
  auction->seq++;
  log_change (self, slot, "resume", 0, shift, at);
  nb_batch_emit (self, slot, "auction-resumed", g_variant_new ("a{sv}", NULL));
}

gboolean
nb_batch_sync (NbBatch *self, NbSlot *slot, NbEngineCommand *command, GError **error)
{
  NbAuctionStatus status = slot->auction->status;

  if (slot->type == NULL && (status == NB_AUCTION_OPEN || status == NB_AUCTION_SCHEDULED))
    nb_batch_pause (self, slot, command->at, NB_PAUSE_TYPE_STOPPED);
  else if (slot->type != NULL && status == NB_AUCTION_PAUSED && g_str_equal (slot->pause_reason, NB_PAUSE_TYPE_STOPPED))
    resume (self, slot, command->at);
  return TRUE;
}

static GError *
check_cancel (const NbAuction *auction, const NbEngineCommand *command)
{
  GError *refusal;

  if (auction->status != NB_AUCTION_SCHEDULED && auction->status != NB_AUCTION_OPEN
      && auction->status != NB_AUCTION_PAUSED)
    return nb_error_new (NB_ERROR_AUCTION_ENDED, N_ ("this auction has ended"), NULL);
  if (command->actor == auction->seller && auction->bid_count == 0)
    return NULL;
  if (!command->is_admin)
    return command->actor == auction->seller
               ? nb_error_new (NB_ERROR_HAS_BIDS, N_ ("there are bids: only an administrator can cancel it now"), NULL)
               : nb_error_new (NB_ERROR_NOT_YOURS, N_ ("only its seller can cancel this auction"), NULL);
  if (command->reason != NULL && *command->reason != '\0')
    return NULL;
  refusal = nb_error_new (NB_ERROR_VALIDATION_FAILED, N_ ("an administrator must give a reason"), NULL);
  nb_error_set_field (refusal, "reason");
  return refusal;
}

static void
audit_cancel (NbBatch *self, const NbSlot *slot, const NbEngineCommand *command)
{
  g_autofree char *actor = g_strdup_printf ("person:%" G_GINT64_FORMAT, command->actor);
  g_autofree char *subject = g_strdup_printf ("auction:%" G_GINT64_FORMAT, slot->auction->id);

  nb_rowset_add (self->audits, nb_id_new (), command->at, actor, "auction-cancel", subject, command->reason);
}

gboolean
nb_batch_cancel (NbBatch *self, NbSlot *slot, NbEngineCommand *command, GError **error)
{
  NbAuction *auction = slot->auction;
  const char *reason = command->reason != NULL ? command->reason : "";
  GError *refusal = check_cancel (auction, command);

  if (refusal != NULL)
    {
      nb_engine_command_refuse (command, refusal);
      return TRUE;
    }
  auction->seq++;
  while (auction->holds->len > 0)
    {
      gint64 person = g_array_index (auction->holds, NbAuctionHold, 0).person;

      if (!nb_wallet_sheet_hold_to (self->sheet, auction->id, person, 0, auction->seq, error))
        return FALSE;
      nb_auction_set_hold (auction, person, 0);
    }
  auction->status = NB_AUCTION_CANCELLED;
  slot->closed_at = command->at;
  g_free (slot->close_reason);
  slot->close_reason = g_strdup ("cancelled");
  nb_slot_clear_timers (slot);
  log_change (self, slot, "cancel", command->actor, 0, command->at);
  if (command->is_admin && *reason != '\0')
    audit_cancel (self, slot, command);
  nb_batch_emit (self, slot, "auction-cancelled", g_variant_new_parsed ("{'reason': <%s>}", reason));
  return TRUE;
}
