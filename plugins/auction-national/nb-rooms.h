/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All live rooms of this process, and what they share. */
#pragma once

#include "nb-room-bus.h"
#include "nb-room.h"

G_BEGIN_DECLS

/* Shared by the files of this plugin. Counted by reference: reads under way keep it after the plugin has stopped. */
struct _NbRooms
{
  NbMarket *market;  /* (nullable): none in a process that doesn't serve */
  NbRoomBus *bus;    /* (nullable): owned */
  gint64 bus_up_at;  /* monotonic: when it last began to serve */
  GHashTable *table; /* auction → NbRoom */
  guint n_watchers;
  gboolean is_stopped;

  guint watchers_max;
  gint64 interval; /* microseconds between two states of a room */
  guint heartbeat_s;

  GQueue hellos; /* reads for a `hello` that wait for their turn: nb-room-hello.c */
  guint n_hellos;
  GQueue checks; /* rooms to be compared with the database: nb-room-check.c */
  gboolean is_checking;
  gint64 checked_at; /* monotonic: when all rooms were last queued for it */

  NbMetric *rooms_gauge;
  NbMetric *fanout;
};

/* @market: (nullable) */
NbRooms *nb_rooms_new (NbMarket *market);
NbRooms *nb_rooms_ref (NbRooms *self);
void nb_rooms_unref (NbRooms *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbRooms, nb_rooms_unref)
/* The sockets are closed already: forgets the bus, and what waits. */
void nb_rooms_stop (NbRooms *self);
/* Uses @bus (transfer full) from now on, in place of an earlier one; watched auctions are subscribed there. */
void nb_rooms_set_bus (NbRooms *self, NbRoomBus *bus);

NbRoom *nb_rooms_find (NbRooms *self, gint64 auction); /* (transfer none) (nullable) */
/* What a commit of this process made true: told to others and to the room here. */
void nb_rooms_take_commit (NbRooms *self, NbAuctionState *state);
/* Called about every second. */
void nb_rooms_tick (NbRooms *self);

/* The callbacks of the socket's route. */
void nb_rooms_open (NbRooms *self, NbSocket *socket, gint64 auction);
void nb_rooms_take_text (NbRooms *self, NbSocket *socket, const char *text, gsize length);
void nb_rooms_closed (NbRooms *self, NbSocket *socket);

/* nb-room-hello.c: reads and sends the `hello` of @watcher. */
void nb_room_hello (NbRoom *room, NbWatcher *watcher);
void nb_rooms_drop_hellos (NbRooms *self);

/* nb-room-check.c: compares @room with the database as soon as that can be; @watcher: (nullable): gets what was found.
 */
void nb_room_check (NbRoom *room, NbWatcher *watcher);
/* Compares all rooms whose auctions aren't over. */
void nb_rooms_check_all (NbRooms *self);
void nb_rooms_drop_checks (NbRooms *self);

/* nb-room-bus.c events. */
extern const NbRoomBusEvents nb_rooms_bus_events;

G_END_DECLS
