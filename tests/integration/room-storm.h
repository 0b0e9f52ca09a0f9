/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bidders who bid on as soon as they are answered, and watchers who hold a room to what it says. */
#pragma once

#include "tests/integration/room-stage.h"

G_BEGIN_DECLS

typedef struct
{
  RoomStage *stage;
  GPtrArray *bidders;  /* of Bidder */
  GPtrArray *watchers; /* of Watcher */
  gint64 price;        /* the highest that anyone was told */
  gint64 min_next;
  guint n_accepted;
  guint n_answered;
  guint n_sent;
  guint n_closed; /* watchers that the server closed */
  guint last_close_code;
} RoomStorm;

RoomStorm *room_storm_new (RoomStage *stage);
void room_storm_free (RoomStorm *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RoomStorm, room_storm_free)

/* Adds @n bidders on the server at @port, of two people in turn. */
void room_storm_add_bidders (RoomStorm *self, guint16 port, guint n);
/* Adds @n watchers, who have read nothing yet. */
void room_storm_add_watchers (RoomStorm *self, guint16 port, guint n);
/* Answers and states as far as they are there; a socket that the server closed is taken out. Fails the test when a
 * watcher's seq falls, or a price does. */
void room_storm_turn (RoomStorm *self);
/* Bids on until so many more bids were accepted. */
void room_storm_accept (RoomStorm *self, guint n_more);
/* Bids on until @condition holds. */
void room_storm_until (RoomStorm *self, gboolean (*condition) (gpointer user_data), gpointer user_data);
/* Nobody bids any more: waits for the answers that are due. Bidders whose server is gone are forgotten. */
void room_storm_calm (RoomStorm *self);
/* Waits until every watcher shows what the database says. Returns: the microseconds that took */
gint64 room_storm_agree (RoomStorm *self);

G_END_DECLS
