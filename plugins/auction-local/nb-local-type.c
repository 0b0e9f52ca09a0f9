/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The ascending auction that asks where a bidder lives before it looks at the bid. */
#include "nb-local-type.h"

#include <glib/gi18n.h>
#include <string.h>

/* How many digits of a region's code name its 시/도, and its 시/군/구. */
#define PROVINCE_DIGITS 2
#define DISTRICT_DIGITS 5

struct _NbLocalType
{
  NbEnglishType parent_instance;

  /* Atomic: store threads judge bids and ask what the type can do while the main loop reloads. */
  int radius_km;
  gboolean is_live;
};

G_DEFINE_FINAL_TYPE (NbLocalType, nb_local_type, NB_TYPE_ENGLISH_TYPE)

static NbTypeDescription *
describe (NbAuctionType *type)
{
  const NbCapabilities live
      = g_atomic_int_get (&NB_LOCAL_TYPE (type)->is_live) ? NB_CAPABILITY_LIVE : NB_CAPABILITY_NONE;
  NbTypeDescription *description = nb_type_description_new (nb_english_terms_schema (), NB_CAPABILITY_REGIONAL | live);

  nb_type_description_add_language (description, "en", "Neighbourhood auction",
                                    "Neighbours bid upwards; the highest bid at the end wins.");
  nb_type_description_add_language (description, "ko", "동네 경매",
                                    "이웃끼리 값을 올려 가며, 끝날 때 가장 높은 입찰이 이겨요.");
  return description;
}

/* Whether @place names at least its 시/군/구: a whole 시/도 is no neighbourhood. */
static gboolean
has_district (const NbPlace *place)
{
  return strlen (place->region) >= DISTRICT_DIGITS
         && strncmp (place->region + PROVINCE_DIGITS, "000", DISTRICT_DIGITS - PROVINCE_DIGITS) != 0;
}

static gboolean
is_neighbour (const NbPlace *here, const NbPlace *there, int radius_km)
{
  if (strncmp (here->region, there->region, DISTRICT_DIGITS) == 0)
    return TRUE;
  return nb_place_distance_m (here, there) <= (guint)radius_km * 1000;
}

static gboolean
check_place (NbLocalType *self, const NbPlace *here, const NbPlace *there, GError **error)
{
  int radius_km = g_atomic_int_get (&self->radius_km);
  g_autofree char *radius = g_strdup_printf ("%d", radius_km);

  /* An auction that names no neighbourhood has no neighbours, and is everyone's. */
  if (radius_km < 0 || !has_district (here))
    return TRUE;
  if (!has_district (there))
    nb_set_error (error, NB_ERROR_REGION_NOT_ALLOWED,
                  N_ ("only neighbours may bid here: set the 시/군/구 that you live in on your page first"), NULL);
  else if (is_neighbour (here, there, radius_km))
    return TRUE;
  else if (radius_km == 0)
    nb_set_error (error, NB_ERROR_REGION_NOT_ALLOWED,
                  N_ ("only people of the auction's own 시/군/구 may bid here, and your region is another"), NULL);
  else
    nb_set_error (error, NB_ERROR_REGION_NOT_ALLOWED,
                  N_ ("only people of the auction's own 시/군/구, or within {radius} km, may bid here, and you live "
                      "further away"),
                  "radius", radius, NULL);
  return FALSE;
}

static NbDecision *
on_bid (NbAuctionType *type, const NbAuction *auction, const NbBid *bid, gint64 now, GError **error)
{
  if (!check_place (NB_LOCAL_TYPE (type), nb_auction_get_place (auction), nb_bid_get_place (bid), error))
    return NULL;
  return NB_AUCTION_TYPE_CLASS (nb_local_type_parent_class)->on_bid (type, auction, bid, now, error);
}

static void
nb_local_type_class_init (NbLocalTypeClass *klass)
{
  NbAuctionTypeClass *type_class = NB_AUCTION_TYPE_CLASS (klass);

  type_class->describe = describe;
  type_class->on_bid = on_bid;
}

static void
nb_local_type_init (NbLocalType *self)
{
}

void
nb_local_type_set_radius (NbLocalType *self, int radius_km)
{
  g_atomic_int_set (&self->radius_km, radius_km);
}

void
nb_local_type_set_live (NbLocalType *self, gboolean is_live)
{
  g_atomic_int_set (&self->is_live, is_live);
}

gboolean
nb_local_type_is_live (NbLocalType *self)
{
  return g_atomic_int_get (&self->is_live);
}
