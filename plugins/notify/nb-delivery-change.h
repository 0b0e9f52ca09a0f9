/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An administrator has deliveries that were given up sent again, or drops them; the audit log keeps who and why. */
#pragma once

#include <neighborbid/neighborbid.h>

G_BEGIN_DECLS

/* A reason has so many characters at most. */
#define NB_DELIVERY_REASON_MAX 200

typedef enum
{
  NB_DELIVERY_RETRY,
  NB_DELIVERY_DROP
} NbDeliveryChange;

/* @id: the delivery, or 0 for all; @actor: the administrator. A portion at a time, each in a transaction of its own.
 * Ends with `not_found` when @id is none that was given up. */
void nb_delivery_change_async (NbStore *store, NbDeliveryChange change, gint64 id, gint64 actor, const char *reason,
                               GAsyncReadyCallback callback, gpointer user_data);
/* Returns: how many; -1 with @error */
gint64 nb_delivery_change_finish (NbStore *store, GAsyncResult *result, GError **error);

G_END_DECLS
