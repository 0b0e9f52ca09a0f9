/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Commands of the engine. */
#include "core/engine/nb-engine-command.h"

#include "core/engine/nb-auction-row.h"

NbEngineCommand *
nb_engine_command_new (NbEngineCommandKind kind, gint64 auction, gint64 at, GTask *task)
{
  NbEngineCommand *self = g_new0 (NbEngineCommand, 1);

  self->kind = kind;
  self->auction = auction;
  self->at = at;
  self->queued_at = g_get_monotonic_time ();
  self->task = task;
  if (kind == NB_ENGINE_BID)
    g_task_set_task_data (task, g_new0 (NbBidResult, 1), g_free);
  return self;
}

void
nb_engine_command_free (NbEngineCommand *self)
{
  g_clear_error (&self->error);
  g_clear_object (&self->task);
  g_free (self->key);
  g_free (self->reason);
  g_free (self);
}

void
nb_engine_command_reset (NbEngineCommand *self)
{
  g_clear_error (&self->error);
  self->result = (NbBidResult){ .bid = self->bid.id, .auction = self->auction, .amount = self->bid.amount };
}

void
nb_engine_command_refuse (NbEngineCommand *self, GError *error)
{
  g_clear_error (&self->error);
  self->error = error;
}

char *
nb_engine_command_fingerprint (const NbEngineCommand *self)
{
  return g_strdup_printf ("bid:%" G_GINT64_FORMAT ":%s:%" G_GINT64_FORMAT ":%" G_GINT64_FORMAT ":%" G_GINT64_FORMAT,
                          self->auction, nb_bid_kind_name (self->bid.kind), self->bid.amount, self->bid.quantity,
                          self->expected_seq);
}

void
nb_engine_command_answer (NbEngineCommand *self)
{
  NbBidResult *told = g_task_get_task_data (self->task);

  if (told != NULL)
    *told = self->result;
  if (self->error != NULL)
    g_task_return_error (self->task, g_steal_pointer (&self->error));
  else
    g_task_return_boolean (self->task, TRUE);
}
