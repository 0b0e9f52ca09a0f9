/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A parcel in the hands of a channel. */
#pragma once

#include "nb-parcel.h"

G_BEGIN_DECLS

/* @parcel: (transfer full). @result, @retry_after, @error (nullable): as of nb_notifier_deliver_finish().
 * @seconds: how long the channel took */
typedef void (*NbTransitFunc) (NbParcel *parcel, NbDelivery result, guint retry_after, const GError *error,
                               double seconds, gpointer user_data);

/* Words the message of @parcel (transfer full) in the language of its person, and has @notifier try once. Calls
 * @function exactly once. @composer: (nullable): without it texts are English */
void nb_transit_begin (NbNotifier *notifier, NbComposer *composer, NbParcel *parcel, NbTransitFunc function,
                       gpointer user_data);

G_END_DECLS
