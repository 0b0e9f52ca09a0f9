/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The ascending auction among neighbours. */
#pragma once

#include <neighborbid/neighborbid.h>

G_BEGIN_DECLS

#define NB_TYPE_LOCAL_TYPE (nb_local_type_get_type ())
G_DECLARE_FINAL_TYPE (NbLocalType, nb_local_type, NB, LOCAL_TYPE, NbEnglishType)

#define NB_LOCAL_RADIUS_MAX_KM 500

/* Says who may bid from now on; safe while other threads judge bids.
 * @radius_km: how far a bidder may live beyond the auction's own 시/군/구; -1: anywhere */
void nb_local_type_set_radius (NbLocalType *self, int radius_km);
/* Says whether its auctions have live rooms from now on; as safe. */
void nb_local_type_set_live (NbLocalType *self, gboolean is_live);
gboolean nb_local_type_is_live (NbLocalType *self);

G_END_DECLS
