/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading an auction from its row. */
#include "core/engine/nb-auction-row.h"

#include <gio/gio.h>

char *
nb_variant_to_text (GVariant *variant)
{
  return variant != NULL ? g_variant_print (variant, TRUE) : g_strdup ("");
}

GVariant *
nb_variant_from_text (const char *text, const GVariantType *type, GError **error)
{
  g_autoptr (GVariant) parsed = g_variant_parse (type, text, NULL, NULL, error);

  return parsed != NULL ? g_variant_take_ref (g_steal_pointer (&parsed)) : NULL;
}

guint64
nb_auction_seed (gint64 auction, gint64 created_at)
{
  guint64 x = (guint64)auction ^ ((guint64)created_at * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15));

  x = (x ^ (x >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  x = (x ^ (x >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  return x ^ (x >> 31);
}

static const char *const kind_names[] = {
  [NB_BID_AMOUNT] = "amount",
  [NB_BID_MAX] = "max",
  [NB_BID_BUY_NOW] = "buy_now",
};

const char *
nb_bid_kind_name (NbBidKind kind)
{
  return kind_names[kind];
}

gboolean
nb_bid_kind_from_name (const char *name, NbBidKind *kind)
{
  for (guint i = 0; i < G_N_ELEMENTS (kind_names); i++)
    if (g_str_equal (name, kind_names[i]))
      {
        *kind = (NbBidKind)i;
        return TRUE;
      }
  return FALSE;
}

static const char *
text_at (const NbRows *rows, gsize row, guint column)
{
  const char *text = nb_rows_get_text (rows, row, column);

  return text != NULL ? text : "";
}

static void
read_numbers (NbAuction *self, const NbRows *rows, gsize row)
{
  self->seq = nb_rows_get_int (rows, row, 4);
  self->price = nb_rows_get_int (rows, row, 5);
  self->leader = nb_rows_get_int (rows, row, 6);
  self->bid_count = nb_rows_get_int (rows, row, 7);
  self->quantity = nb_rows_get_int (rows, row, 8);
  self->starts_at = nb_rows_get_int (rows, row, 9);
  self->ends_at = nb_rows_get_int (rows, row, 10);
  self->original_ends_at = nb_rows_get_int (rows, row, 11);
  g_strlcpy (self->place.region, text_at (rows, row, 12), sizeof self->place.region);
  self->place.latitude = (gint32)nb_rows_get_int (rows, row, 13);
  self->place.longitude = (gint32)nb_rows_get_int (rows, row, 14);
}

static gboolean
read_state (NbAuction *self, const char *text, GError **error)
{
  g_autoptr (GVariant) state = NULL;

  if (*text == '\0')
    return TRUE;
  state = nb_variant_from_text (text, NULL, error);
  if (state == NULL)
    {
      g_prefix_error (error, "state of auction %" G_GINT64_FORMAT ": ", self->id);
      return FALSE;
    }
  nb_auction_set_state (self, state);
  return TRUE;
}

NbAuction *
nb_auction_from_row (const NbRows *rows, gsize row, GError **error)
{
  gint64 id = nb_rows_get_int (rows, row, 0);
  g_autoptr (GVariant) terms = nb_variant_from_text (text_at (rows, row, 15), G_VARIANT_TYPE_VARDICT, error);
  g_autoptr (NbAuction) self = NULL;

  if (terms == NULL)
    {
      g_prefix_error (error, "terms of auction %" G_GINT64_FORMAT ": ", id);
      return NULL;
    }
  self = nb_auction_new (id, text_at (rows, row, 1), nb_rows_get_int (rows, row, 2), terms);
  if (!nb_auction_status_from_name (text_at (rows, row, 3), &self->status))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "auction %" G_GINT64_FORMAT " has the status “%s”", id,
                   text_at (rows, row, 3));
      return NULL;
    }
  read_numbers (self, rows, row);
  if (!read_state (self, text_at (rows, row, 16), error))
    return NULL;
  return g_steal_pointer (&self);
}
