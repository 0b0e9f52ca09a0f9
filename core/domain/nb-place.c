/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How far two places are apart. */
#include <neighborbid/nb-auction.h>

#include <math.h>

#define EARTH_RADIUS_M 6371008.8

static double
radians (gint32 millionths)
{
  return millionths / 1e6 * G_PI / 180;
}

guint
nb_place_distance_m (const NbPlace *a, const NbPlace *b)
{
  double half_latitude, half_longitude, chord;

  if ((a->latitude == 0 && a->longitude == 0) || (b->latitude == 0 && b->longitude == 0))
    return G_MAXUINT;
  half_latitude = sin ((radians (b->latitude) - radians (a->latitude)) / 2);
  half_longitude = sin ((radians (b->longitude) - radians (a->longitude)) / 2);
  chord = half_latitude * half_latitude
          + cos (radians (a->latitude)) * cos (radians (b->latitude)) * half_longitude * half_longitude;
  return (guint)(2 * EARTH_RADIUS_M * asin (sqrt (MIN (chord, 1.0))));
}
