/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A page of the list of deliveries, as administrators read it, the newest first. */
#pragma once

#include "nb-delivery-census.h"
#include "nb-message.h"

G_BEGIN_DECLS

typedef enum
{
  NB_DELIVERIES_ALL,
  NB_DELIVERIES_WAITING,
  NB_DELIVERIES_DEAD
} NbDeliveriesWhich;

typedef struct
{
  gint64 id;
  gint64 person;
  char *nickname;
  char *channel;
  gint64 tries;
  gboolean is_dead;
  char *reason;
  gint64 created_at;
  gint64 next_at;     /* of one that was given up: when it was */
  NbMessage *message; /* (nullable): deleted meanwhile, or of a kind that this version doesn't know */
} NbDeliveryItem;

typedef struct
{
  NbDeliveriesWhich which;
  gint64 before; /* only ids below it; G_MAXINT64 for all */
  guint limit;
  gboolean with_census;
  GPtrArray *items;  /* out: of NbDeliveryItem, at most @limit */
  gboolean has_more; /* out */
  GPtrArray *census; /* out (nullable): of NbDeliveryCensus */
} NbDeliveryList;

NbDeliveryList *nb_delivery_list_new (NbDeliveriesWhich which, guint limit);
void nb_delivery_list_free (NbDeliveryList *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbDeliveryList, nb_delivery_list_free)
/* Takes `limit`, `cursor` and `dead` of the query. Returns: FALSE with `validation_failed` */
gboolean nb_delivery_list_take_query (NbDeliveryList *self, NbRequest *request, GError **error);
/* An NbTransactFunc on an NbDeliveryList, which only reads. */
gboolean nb_delivery_list_read (NbTransaction *transaction, gpointer list, GError **error);
/* Returns: the cursor of what follows, or 0 */
gint64 nb_delivery_list_get_next (NbDeliveryList *self);

G_END_DECLS
