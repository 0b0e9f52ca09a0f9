/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One auction's room in this process: who watches, the newest state, and how it reaches them. */
#pragma once

#include <neighborbid/neighborbid.h>

G_BEGIN_DECLS

typedef struct _NbRooms NbRooms;
typedef struct _NbWatcher NbWatcher;

/* Shared by the files of this plugin. A room lives while someone is in it or reads for it; it leaves the table of rooms
 * when its last watcher leaves. */
typedef struct
{
  NbRooms *rooms; /* owned */
  gint64 auction;
  NbAuctionState *newest; /* (nullable): what is known of the auction, until something newer comes */
  GQueue joining;         /* of NbWatcher, by their links: those without a `hello` */
  GQueue members;         /* of NbWatcher: those who get states */
  guint count;            /* watchers in all processes, as far as known */

  /* A pass gives every member what it lacks: the state, the end, the count. */
  GBytes *state_frame; /* (nullable): made for a pass, or for one who joins */
  GBytes *ended_frame; /* (nullable) */
  GBytes *count_frame; /* (nullable) */
  GList *cursor;       /* the next member of the pass */
  GSource *pass;       /* (nullable): goes on with it in the next turn of the loop */
  GSource *timer;      /* (nullable): begins one when the interval is over */
  gboolean is_passing;
  gboolean is_due;      /* another pass follows */
  gint64 passed_at;     /* monotonic: when the last pass began */
  gint64 waiting_since; /* monotonic: when the oldest state that nobody was given came; 0: none waits */
  gint64 pass_since;    /* the same of the state that the pass gives */

  /* What the `hello` of anyone signed out says, read a moment ago. */
  char *hello; /* (nullable) */
  gint64 hello_seq;
  gint64 hello_at; /* monotonic */
  gboolean is_hello_asked;

  GPtrArray *resyncs; /* (nullable): of NbWatcher that asked for a fresh state */
  gboolean is_queued; /* for a look at the database */
  gint64 stored_seq;  /* what the database said at the last look; 0: not looked yet */
} NbRoom;

NbRoom *nb_room_new (NbRooms *rooms, gint64 auction);
NbRoom *nb_room_ref (NbRoom *self);
void nb_room_unref (NbRoom *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbRoom, nb_room_unref)
/* Nobody is in it any more: stops what it had under way. */
void nb_room_close (NbRoom *self);

/* Takes @state over, and gives it to all, when it is newer than what is known. Returns: whether it was */
gboolean nb_room_take_state (NbRoom *self, NbAuctionState *state);
/* @state is what the database says, against what the room was told: forgets that, and sends everyone away with 1001, so
 * that they come back to a fresh `hello`. (Who is watching would ignore a state that is not above its own.) */
void nb_room_replace_state (NbRoom *self, NbAuctionState *state);
/* The auction has no room any more: sends everyone away with 4410. */
void nb_room_dismiss (NbRoom *self);
/* Takes over how many watch, and tells it in the next pass. */
void nb_room_take_count (NbRoom *self, guint count);
gboolean nb_room_is_over (NbRoom *self);

/* @watcher got its `hello`, which told it the state of @seq: from now on it gets states, beginning with the newest if
 * that is another. */
void nb_room_admit (NbRoom *self, NbWatcher *watcher, gint64 seq);
/* @watcher is gone. */
void nb_room_remove (NbRoom *self, NbWatcher *watcher);

/* Where the room's sources run. */
GSource *nb_room_attach (GSource *source, GSourceFunc function, gpointer user_data);

G_END_DECLS
