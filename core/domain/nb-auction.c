/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Auctions and bids as values. */
#include "core/domain/nb-auction-private.h"

#include <string.h>

static const char *const status_names[] = { "scheduled", "open", "closing", "sold", "unsold", "cancelled", "paused" };

G_DEFINE_BOXED_TYPE (NbAuction, nb_auction, nb_auction_ref, nb_auction_unref)

const char *
nb_auction_status_name (NbAuctionStatus status)
{
  g_return_val_if_fail ((guint)status < G_N_ELEMENTS (status_names), "paused");

  return status_names[status];
}

gboolean
nb_auction_status_from_name (const char *name, NbAuctionStatus *status)
{
  for (guint i = 0; i < G_N_ELEMENTS (status_names); i++)
    if (strcmp (status_names[i], name) == 0)
      {
        *status = (NbAuctionStatus)i;
        return TRUE;
      }
  return FALSE;
}

static GHashTable *
read_term_ints (GVariant *terms)
{
  GHashTable *ints = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  GVariantIter iter;
  const char *name;
  GVariant *value;

  g_variant_iter_init (&iter, terms);
  while (g_variant_iter_loop (&iter, "{&sv}", &name, &value))
    if (g_variant_is_of_type (value, G_VARIANT_TYPE_INT64))
      {
        gint64 *integer = g_new (gint64, 1);

        *integer = g_variant_get_int64 (value);
        g_hash_table_replace (ints, g_strdup (name), integer);
      }
  return ints;
}

NbAuction *
nb_auction_new (gint64 id, const char *type, gint64 seller, GVariant *terms)
{
  NbAuction *self = g_new0 (NbAuction, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->id = id;
  self->type = g_strdup (type);
  self->seller = seller;
  self->quantity = 1;
  self->terms = g_variant_ref_sink (terms);
  self->term_ints = read_term_ints (self->terms);
  self->holds = g_array_new (FALSE, FALSE, sizeof (NbAuctionHold));
  return self;
}

NbAuction *
nb_auction_ref (NbAuction *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
nb_auction_unref (NbAuction *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_free (self->type);
  g_variant_unref (self->terms);
  g_hash_table_unref (self->term_ints);
  g_clear_pointer (&self->state, g_variant_unref);
  g_array_unref (self->holds);
  g_free (self);
}

void
nb_auction_set_state (NbAuction *self, GVariant *state)
{
  GVariant *old = self->state;

  self->state = state != NULL ? g_variant_ref_sink (state) : NULL;
  g_clear_pointer (&old, g_variant_unref);
}

/* The first hold whose person is not below @person. */
static guint
find_hold (const NbAuction *self, gint64 person)
{
  guint low = 0, high = self->holds->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (g_array_index (self->holds, NbAuctionHold, middle).person < person)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

static gboolean
is_hold_of (const NbAuction *self, guint index, gint64 person)
{
  return index < self->holds->len && g_array_index (self->holds, NbAuctionHold, index).person == person;
}

void
nb_auction_set_hold (NbAuction *self, gint64 person, NbMoney amount)
{
  guint index = find_hold (self, person);
  NbAuctionHold hold = { person, amount };

  if (!is_hold_of (self, index, person))
    {
      if (amount > 0)
        g_array_insert_val (self->holds, index, hold);
    }
  else if (amount > 0)
    g_array_index (self->holds, NbAuctionHold, index).amount = amount;
  else
    g_array_remove_index (self->holds, index);
}

NbMoney
nb_auction_get_hold (const NbAuction *self, gint64 person)
{
  guint index = find_hold (self, person);

  return is_hold_of (self, index, person) ? g_array_index (self->holds, NbAuctionHold, index).amount : 0;
}

void
nb_auction_foreach_hold (const NbAuction *self, NbHoldFunc function, gpointer user_data)
{
  for (guint i = 0; i < self->holds->len; i++)
    {
      const NbAuctionHold *hold = &g_array_index (self->holds, NbAuctionHold, i);

      function (hold->person, hold->amount, user_data);
    }
}

gint64
nb_auction_get_term_int (const NbAuction *self, const char *name, gint64 fallback)
{
  const gint64 *value = g_hash_table_lookup (self->term_ints, name);

  return value != NULL ? *value : fallback;
}

gint64
nb_auction_get_id (const NbAuction *self)
{
  return self->id;
}

const char *
nb_auction_get_type_name (const NbAuction *self)
{
  return self->type;
}

gint64
nb_auction_get_seller (const NbAuction *self)
{
  return self->seller;
}

NbAuctionStatus
nb_auction_get_status (const NbAuction *self)
{
  return self->status;
}

gint64
nb_auction_get_seq (const NbAuction *self)
{
  return self->seq;
}

NbMoney
nb_auction_get_price (const NbAuction *self)
{
  return self->price;
}

gint64
nb_auction_get_leader (const NbAuction *self)
{
  return self->leader;
}

gint64
nb_auction_get_bid_count (const NbAuction *self)
{
  return self->bid_count;
}

gint64
nb_auction_get_quantity (const NbAuction *self)
{
  return self->quantity;
}

gint64
nb_auction_get_starts_at (const NbAuction *self)
{
  return self->starts_at;
}

gint64
nb_auction_get_ends_at (const NbAuction *self)
{
  return self->ends_at;
}

gint64
nb_auction_get_original_ends_at (const NbAuction *self)
{
  return self->original_ends_at;
}

const NbPlace *
nb_auction_get_place (const NbAuction *self)
{
  return &self->place;
}

GVariant *
nb_auction_get_terms (const NbAuction *self)
{
  return self->terms;
}

GVariant *
nb_auction_get_state (const NbAuction *self)
{
  return self->state;
}
