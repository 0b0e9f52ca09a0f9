/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The way between the rooms of all processes: states and counts of watchers, carried by Redis. */
#pragma once

#include <neighborbid/neighborbid.h>

G_BEGIN_DECLS

typedef struct _NbRoomBus NbRoomBus;

typedef struct
{
  const char *url;      /* `auto`, or as nb_redis_new() takes it */
  const char *password; /* (nullable) */
  const char *prefix;
  const char *folder; /* where the private Redis of `auto` lives */
} NbRoomBusOptions;

/* Told on the main loop, never from inside a call of the bus. */
typedef struct
{
  /* The seq of what is known already: nothing up to it needs to be told. */
  gint64 (*get_seq) (gint64 auction, gpointer user_data);
  /* What another process, or this one, published of an auction that is subscribed. Well-formed, but not to be trusted:
   * whoever can write to Redis can say anything. */
  void (*state) (NbAuctionState *state, gpointer user_data);
  /* It serves, at first or again: what was told meanwhile is unknown. */
  void (*up) (gpointer user_data);
  void (*down) (gpointer user_data);
  void (*count) (gint64 auction, guint count, gpointer user_data);
} NbRoomBusEvents;

/* Whether @url can be used; nothing is begun. */
gboolean nb_room_bus_check_url (const char *url, GError **error);
NbRoomBus *nb_room_bus_new (const NbRoomBusOptions *options, const NbRoomBusEvents *events, gpointer user_data,
                            GError **error);
void nb_room_bus_free (NbRoomBus *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbRoomBus, nb_room_bus_free)

gboolean nb_room_bus_is_up (NbRoomBus *self);
/* (transfer none) (nullable): why it isn't; NULL also while the first attempt to reach it lasts */
const char *nb_room_bus_get_fault (NbRoomBus *self);
void nb_room_bus_publish (NbRoomBus *self, const NbAuctionState *state);
/* The same, in place of what others said and the database doesn't know. */
void nb_room_bus_correct (NbRoomBus *self, const NbAuctionState *state);
void nb_room_bus_subscribe (NbRoomBus *self, gint64 auction);
void nb_room_bus_unsubscribe (NbRoomBus *self, gint64 auction);
/* Tells how many watch @auction here, and asks how many do everywhere; `count` answers when it is known. */
void nb_room_bus_report_count (NbRoomBus *self, gint64 auction, guint count);
void nb_room_bus_ask_count (NbRoomBus *self, gint64 auction);
/* Brings the metrics up to date. */
void nb_room_bus_measure (NbRoomBus *self);

/* What is published of @state, and back. Returns: (transfer full) (nullable): NULL with why in @error */
char *nb_room_payload_write (const NbAuctionState *state);
NbAuctionState *nb_room_payload_read (gint64 auction, const char *payload, gsize length, GError **error);
/* Reads the seq alone, cheaply. Returns: 0 where there is none */
gint64 nb_room_payload_peek_seq (const char *payload);

G_END_DECLS
