/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How a try ended: done, again after a pause that grows, or never. */
#include "nb-parcel.h"

#include <string.h>

#define PAUSE_MAX G_TIME_SPAN_DAY
#define REASON_BYTES_MAX 500

void
nb_parcel_free (NbParcel *self)
{
  g_clear_pointer (&self->message, nb_message_free);
  g_free (self->channel);
  g_free (self->nickname);
  g_free (self->email);
  g_free (self->language);
  g_free (self->reason);
  g_free (self);
}

gint64
nb_parcel_pause (gint64 retry_first, gint64 tries, guint retry_after)
{
  /* From 5 seconds: half a minute, 2 and 10 minutes, half an hour, 1, 3, 6 and 12 hours, a day. */
  static const gint64 factors[] = { 1, 6, 24, 120, 360, 720, 2160, 4320, 8640, 17280 };
  gint64 factor = factors[CLAMP (tries, 1, (gint64)G_N_ELEMENTS (factors)) - 1];
  gint64 pause = MAX (MIN (retry_first, PAUSE_MAX) * factor, (gint64)retry_after * G_USEC_PER_SEC);

  /* Not all that failed together come back at the same moment. */
  pause += (gint64)(g_random_double () * (double)pause / 10);
  return MIN (pause, PAUSE_MAX);
}

/* One line for an operator, whatever the other side wrote. Returns: (transfer full) */
static char *
dup_reason (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  char *end;

  for (char *at = valid; *at != '\0'; at++)
    if (g_ascii_iscntrl (*at))
      *at = ' ';
  if (strlen (valid) > REASON_BYTES_MAX)
    {
      end = g_utf8_find_prev_char (valid, valid + REASON_BYTES_MAX + 1);
      *end = '\0';
    }
  return g_strdup (g_strstrip (valid));
}

void
nb_parcel_end (NbParcel *self, NbDelivery result, gint64 pause, gint64 tries_max, const GError *error)
{
  self->result = result;
  self->pause = pause;
  self->is_dead = result == NB_DELIVERY_REFUSED || (result == NB_DELIVERY_AGAIN && self->tries >= tries_max);
  g_free (self->reason);
  self->reason = NULL;
  if (result == NB_DELIVERY_AGAIN || result == NB_DELIVERY_REFUSED)
    self->reason = dup_reason (error != NULL ? error->message : "the channel gave no reason");
}
