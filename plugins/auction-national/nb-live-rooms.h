/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rooms as the service that the host's pages and other plugins find. */
#pragma once

#include "nb-rooms.h"

G_BEGIN_DECLS

#define NB_TYPE_LIVE_ROOMS (nb_live_rooms_get_type ())
G_DECLARE_FINAL_TYPE (NbLiveRooms, nb_live_rooms, NB, LIVE_ROOMS, GObject)

#define NB_LIVE_ROOMS_PATTERN "/ws/auctions/{id:id}"

NbLiveRooms *nb_live_rooms_new (NbRooms *rooms);

G_END_DECLS
