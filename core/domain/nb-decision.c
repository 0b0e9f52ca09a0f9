/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Decisions: built by a type, checked and applied by the host. */
#include "core/domain/nb-auction-private.h"

#include <neighborbid/nb-error.h>

#include <glib/gi18n.h>
#include <string.h>

/* Far from where adding a pause to a time could overflow. */
#define TIME_MAX G_GINT64_CONSTANT (9000000000000000)

NbDecision *
nb_decision_new (void)
{
  return g_slice_new0 (NbDecision);
}

void
nb_decision_free (NbDecision *self)
{
  g_clear_pointer (&self->state, g_variant_unref);
  g_clear_pointer (&self->more_holds, g_array_unref);
  g_clear_pointer (&self->timers, g_array_unref);
  g_slice_free (NbDecision, self);
}

void
nb_decision_set_state (NbDecision *self, GVariant *state)
{
  GVariant *old = self->state;

  self->state = g_variant_ref_sink (state);
  g_clear_pointer (&old, g_variant_unref);
}

void
nb_decision_set_price (NbDecision *self, NbMoney price)
{
  self->price = price;
}

void
nb_decision_set_leader (NbDecision *self, gint64 person)
{
  self->has_leader = TRUE;
  self->leader = person;
}

void
nb_decision_set_standing (NbDecision *self, NbStanding standing)
{
  self->standing = standing;
}

void
nb_decision_hold (NbDecision *self, gint64 person, NbMoney amount)
{
  NbAuctionHold hold = { person, amount };

  if (self->n_holds < G_N_ELEMENTS (self->holds))
    self->holds[self->n_holds] = hold;
  else
    {
      if (self->more_holds == NULL)
        self->more_holds = g_array_new (FALSE, FALSE, sizeof (NbAuctionHold));
      g_array_append_val (self->more_holds, hold);
    }
  self->n_holds++;
}

guint
nb_decision_get_n_holds (const NbDecision *self)
{
  return self->n_holds;
}

const NbAuctionHold *
nb_decision_get_hold (const NbDecision *self, guint index)
{
  if (index < G_N_ELEMENTS (self->holds))
    return &self->holds[index];
  return &g_array_index (self->more_holds, NbAuctionHold, index - G_N_ELEMENTS (self->holds));
}

void
nb_decision_require_cover (NbDecision *self, NbMoney amount)
{
  self->cover = amount;
}

void
nb_decision_set_end (NbDecision *self, gint64 ends_at)
{
  self->has_end = TRUE;
  self->ends_at = ends_at;
}

void
nb_decision_close_now (NbDecision *self)
{
  self->closes = TRUE;
}

static void
clear_timer (gpointer data)
{
  g_free (((NbDecisionTimer *)data)->name);
}

void
nb_decision_set_timer (NbDecision *self, const char *name, gint64 due_at)
{
  NbDecisionTimer timer = { g_strdup (name), due_at };

  if (self->timers == NULL)
    {
      self->timers = g_array_new (FALSE, FALSE, sizeof (NbDecisionTimer));
      g_array_set_clear_func (self->timers, clear_timer);
    }
  g_array_append_val (self->timers, timer);
}

void
nb_decision_set_shown_amount (NbDecision *self, NbMoney amount)
{
  self->has_shown_amount = TRUE;
  self->shown_amount = amount;
}

static gboolean
refuse (GError **error, const char *msgid)
{
  nb_set_error (error, NB_ERROR_INTERNAL, msgid, NULL);
  return FALSE;
}

static gboolean
is_bidder (const NbAuction *auction, gint64 bidder, gint64 person)
{
  return person == bidder || person == auction->leader || nb_auction_get_hold (auction, person) > 0;
}

static int
compare_people (gconstpointer a, gconstpointer b)
{
  gint64 x = *(const gint64 *)a, y = *(const gint64 *)b;

  return (x > y) - (x < y);
}

/* Holds are absolute, so two for one person contradict each other, and the wallet could be left with the other one. */
static gboolean
names_someone_twice (const NbDecision *self)
{
  g_autoptr (GArray) people = NULL;

  if (self->n_holds < 3)
    return self->n_holds == 2 && self->holds[0].person == self->holds[1].person;
  people = g_array_sized_new (FALSE, FALSE, sizeof (gint64), self->n_holds);
  for (guint i = 0; i < self->n_holds; i++)
    g_array_append_vals (people, &nb_decision_get_hold (self, i)->person, 1);
  g_array_sort (people, compare_people);
  for (guint i = 1; i < people->len; i++)
    if (g_array_index (people, gint64, i - 1) == g_array_index (people, gint64, i))
      return TRUE;
  return FALSE;
}

static gboolean
check_holds (const NbDecision *self, const NbAuction *auction, gint64 bidder, GError **error)
{
  for (guint i = 0; i < self->n_holds; i++)
    {
      const NbAuctionHold *hold = nb_decision_get_hold (self, i);

      if (hold->amount < 0 || hold->amount > NB_MONEY_MAX_OPERATION)
        return refuse (error, "a hold is negative or above the bound of one operation");
      if (hold->person <= 0 || hold->person == auction->seller)
        return refuse (error, "a hold is on nobody or on the seller");
      if (!is_bidder (auction, bidder, hold->person))
        return refuse (error, "a hold is on someone who did not bid");
    }
  return !names_someone_twice (self) || refuse (error, "two holds are on one person");
}

static gboolean
check_timers (const NbDecision *self, GError **error)
{
  if (self->timers == NULL)
    return TRUE;
  if (self->timers->len > 16)
    return refuse (error, "more than 16 timers in one decision");
  for (guint i = 0; i < self->timers->len; i++)
    {
      const NbDecisionTimer *timer = &g_array_index (self->timers, NbDecisionTimer, i);

      if (timer->name == NULL || *timer->name == '\0' || strlen (timer->name) > 32 || timer->due_at < 0
          || timer->due_at > TIME_MAX)
        return refuse (error, "a timer has no name, a name above 32 bytes, or a time before the epoch or after 2255");
    }
  return TRUE;
}

gboolean
nb_decision_check (const NbDecision *self, const NbAuction *auction, gint64 bidder, GError **error)
{
  if (self->price < 0 || self->price > NB_MONEY_MAX_OPERATION)
    return refuse (error, "the price is negative or above the bound of one operation");
  if (self->cover < 0 || self->cover > NB_MONEY_MAX_OPERATION)
    return refuse (error, "the cover is negative or above the bound of one operation");
  if (self->has_leader && self->leader != 0 && !is_bidder (auction, bidder, self->leader))
    return refuse (error, "the leader is someone who did not bid");
  if (self->has_end && self->ends_at < auction->ends_at)
    return refuse (error, "the end moves backwards");
  if (self->has_end && self->ends_at > TIME_MAX)
    return refuse (error, "the end lies after the year 2255");
  if (self->has_shown_amount && (self->shown_amount < -1 || self->shown_amount > NB_MONEY_MAX_OPERATION))
    return refuse (error, "the shown amount is below -1 or above the bound of one operation");
  return check_holds (self, auction, bidder, error) && check_timers (self, error);
}

void
nb_decision_apply (const NbDecision *self, NbAuction *auction, gboolean is_bid)
{
  if (self->state != NULL)
    nb_auction_set_state (auction, self->state);
  if (self->price > 0)
    auction->price = self->price;
  if (self->has_leader)
    auction->leader = self->leader;
  if (self->has_end)
    auction->ends_at = self->ends_at;
  for (guint i = 0; i < self->n_holds; i++)
    {
      const NbAuctionHold *hold = nb_decision_get_hold (self, i);

      nb_auction_set_hold (auction, hold->person, hold->amount);
    }
  auction->seq++;
  if (is_bid)
    auction->bid_count++;
}
