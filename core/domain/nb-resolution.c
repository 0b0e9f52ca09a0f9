/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Resolutions: who won, and whether that can be. */
#include "core/domain/nb-auction-private.h"

#include <neighborbid/nb-error.h>

NbResolution *
nb_resolution_new_sold (void)
{
  NbResolution *self = g_new0 (NbResolution, 1);

  self->winners = g_array_new (FALSE, FALSE, sizeof (NbWinner));
  return self;
}

NbResolution *
nb_resolution_new_unsold (const char *reason)
{
  NbResolution *self = nb_resolution_new_sold ();

  self->reason = g_strdup (reason);
  return self;
}

void
nb_resolution_free (NbResolution *self)
{
  g_free (self->reason);
  g_array_unref (self->winners);
  g_free (self);
}

void
nb_resolution_add_winner (NbResolution *self, gint64 person, gint64 quantity, NbMoney total)
{
  NbWinner winner = { person, quantity, total };

  g_array_append_val (self->winners, winner);
}

static const char *
find_fault (const NbResolution *self, const NbAuction *auction)
{
  gint64 left = auction->quantity;

  if ((self->reason != NULL) != (self->winners->len == 0))
    return "it is unsold with winners, or sold without";
  for (guint i = 0; i < self->winners->len; i++)
    {
      const NbWinner *winner = &g_array_index (self->winners, NbWinner, i);

      if (winner->quantity < 1 || winner->quantity > left)
        return "more is won than is offered";
      left -= winner->quantity;
      if (winner->total < 1)
        return "a winner pays nothing";
      if (winner->total > nb_auction_get_hold (auction, winner->person))
        return "a winner pays more than was held";
      for (guint j = 0; j < i; j++)
        if (g_array_index (self->winners, NbWinner, j).person == winner->person)
          return "one person wins twice";
    }
  return NULL;
}

gboolean
nb_resolution_check (const NbResolution *self, const NbAuction *auction, GError **error)
{
  const char *fault = find_fault (self, auction);

  if (fault == NULL)
    return TRUE;
  nb_set_error (error, NB_ERROR_INTERNAL, fault, NULL);
  return FALSE;
}
