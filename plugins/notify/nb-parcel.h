/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One delivery that the courier has taken: what goes to whom, and how the try ended. */
#pragma once

#include "nb-message.h"

G_BEGIN_DECLS

typedef struct
{
  gint64 id;    /* the delivery's */
  gint64 tries; /* with this one */
  gint64 person;
  gint64 target;
  char *channel;
  NbMessage *message;
  char *nickname;
  char *email;
  char *language;
  gint64 taken_at; /* monotonic */

  NbDelivery result;
  gint64 pause; /* before the next try, in microseconds */
  char *reason; /* (nullable): why it didn't go through */
  gboolean is_dead;
  gboolean is_returned; /* it was not tried after all: it waits again as before */
  gboolean is_written;  /* that it ended: FALSE when the delivery was taken by others meanwhile */
} NbParcel;

void nb_parcel_free (NbParcel *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbParcel, nb_parcel_free)

/* @retry_first: the pause after the first try; those after further ones grow from it, a little by chance, up to a day.
 * @retry_after: seconds that the other side asked for, or 0. Returns: microseconds */
gint64 nb_parcel_pause (gint64 retry_first, gint64 tries, guint retry_after);
/* Takes over how the try ended; @error: (nullable) */
void nb_parcel_end (NbParcel *self, NbDelivery result, gint64 pause, gint64 tries_max, const GError *error);

G_END_DECLS
