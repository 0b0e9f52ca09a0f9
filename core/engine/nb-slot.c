/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An auction inside a batch: its timers and what follows from its state. */
#include "core/engine/nb-slot.h"

static void
clear_timer (gpointer timer)
{
  g_free (((NbTimer *)timer)->name);
}

NbSlot *
nb_slot_new (NbAuction *auction, NbAuctionType *type)
{
  NbSlot *self = g_new0 (NbSlot, 1);

  self->auction = auction;
  self->type = type;
  self->old_seq = auction->seq;
  self->old_leader = auction->leader;
  self->pause_reason = g_strdup ("");
  self->close_reason = g_strdup ("");
  self->timers = g_array_new (FALSE, FALSE, sizeof (NbTimer));
  g_array_set_clear_func (self->timers, clear_timer);
  self->accepted = g_array_new (FALSE, FALSE, sizeof (gint64));
  return self;
}

void
nb_slot_free (NbSlot *self)
{
  nb_auction_unref (self->auction);
  g_clear_object (&self->type);
  g_free (self->pause_reason);
  g_free (self->close_reason);
  g_free (self->stored.pause_reason);
  g_free (self->stored.close_reason);
  g_array_unref (self->timers);
  g_array_unref (self->accepted);
  g_free (self);
}

gboolean
nb_slot_is_changed (const NbSlot *self)
{
  return self->auction->seq != self->old_seq;
}

void
nb_slot_note_stored (NbSlot *self, gint64 next_due_at)
{
  g_free (self->stored.pause_reason);
  g_free (self->stored.close_reason);
  self->stored = (NbSlotCourse){ .status = self->auction->status,
                                 .ends_at = self->auction->ends_at,
                                 .original_ends_at = self->auction->original_ends_at,
                                 .next_due_at = next_due_at,
                                 .paused_at = self->paused_at,
                                 .paused_status = self->paused_status,
                                 .pause_reason = g_strdup (self->pause_reason),
                                 .closed_at = self->closed_at,
                                 .close_reason = g_strdup (self->close_reason),
                                 .winner = self->winner,
                                 .winning_price = self->winning_price };
}

gboolean
nb_slot_is_course_changed (const NbSlot *self)
{
  const NbSlotCourse *stored = &self->stored;
  const NbAuction *auction = self->auction;

  return auction->status != stored->status || auction->ends_at != stored->ends_at
         || auction->original_ends_at != stored->original_ends_at || nb_slot_get_next_due (self) != stored->next_due_at
         || self->paused_at != stored->paused_at || self->paused_status != stored->paused_status
         || self->closed_at != stored->closed_at || self->winner != stored->winner
         || self->winning_price != stored->winning_price || self->timers->len != (guint)self->stored_timers
         || g_strcmp0 (self->pause_reason, stored->pause_reason) != 0
         || g_strcmp0 (self->close_reason, stored->close_reason) != 0;
}

static gboolean
find_timer (const NbSlot *self, const char *name, guint *index)
{
  for (guint i = 0; i < self->timers->len; i++)
    if (g_str_equal (g_array_index (self->timers, NbTimer, i).name, name))
      {
        *index = i;
        return TRUE;
      }
  return FALSE;
}

void
nb_slot_set_timer (NbSlot *self, const char *name, gint64 due_at)
{
  NbTimer timer = { NULL, due_at };
  guint index;

  self->timers_changed = TRUE;
  if (find_timer (self, name, &index))
    g_array_remove_index_fast (self->timers, index);
  if (due_at == 0)
    return;
  timer.name = g_strdup (name);
  g_array_append_val (self->timers, timer);
}

static const NbTimer *
first_timer (const NbSlot *self)
{
  const NbTimer *first = NULL;

  for (guint i = 0; i < self->timers->len; i++)
    {
      const NbTimer *timer = &g_array_index (self->timers, NbTimer, i);

      if (first == NULL || timer->due_at < first->due_at
          || (timer->due_at == first->due_at && g_strcmp0 (timer->name, first->name) < 0))
        first = timer;
    }
  return first;
}

char *
nb_slot_take_timer (NbSlot *self, gint64 limit, gint64 *due_at)
{
  const NbTimer *first = first_timer (self);
  g_autofree char *name = NULL;

  if (first == NULL || first->due_at > limit)
    return NULL;
  name = g_strdup (first->name);
  *due_at = first->due_at;
  nb_slot_set_timer (self, name, 0);
  return g_steal_pointer (&name);
}

void
nb_slot_shift_timers (NbSlot *self, gint64 by)
{
  for (guint i = 0; i < self->timers->len; i++)
    g_array_index (self->timers, NbTimer, i).due_at += by;
  self->timers_changed = self->timers_changed || self->timers->len > 0;
}

void
nb_slot_clear_timers (NbSlot *self)
{
  self->timers_changed = self->timers_changed || self->timers->len > 0;
  g_array_set_size (self->timers, 0);
}

gint64
nb_slot_get_next_due (const NbSlot *self)
{
  const NbTimer *first;

  if (self->auction->status == NB_AUCTION_SCHEDULED)
    return self->auction->starts_at;
  if (self->auction->status != NB_AUCTION_OPEN)
    return 0;
  first = first_timer (self);
  return first != NULL ? MIN (first->due_at, self->auction->ends_at) : self->auction->ends_at;
}

NbMoney
nb_asking_price (const NbAuction *auction, NbAuctionType *type, gint64 now)
{
  NbView view = { TRUE, TRUE, TRUE, TRUE, { NULL } };
  NbQuote quote = { 0 };

  nb_auction_type_project (type, auction, 0, &view);
  if (view.price && auction->price > 0)
    return auction->price;
  if (!view.price)
    return nb_auction_get_term_int (auction, "start_price", 0);
  nb_auction_type_quote (type, auction, 0, now, &quote);
  return MAX (quote.min_next, 0);
}

void
nb_slot_add_accepted (NbSlot *self, gint64 person)
{
  for (guint i = 0; i < self->accepted->len; i++)
    if (g_array_index (self->accepted, gint64, i) == person)
      return;
  g_array_append_val (self->accepted, person);
}
