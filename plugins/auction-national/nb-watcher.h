/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One socket in a room: what it was told, and what it asks. */
#pragma once

#include "nb-room.h"

G_BEGIN_DECLS

struct _NbWatcher
{
  NbSocket *socket; /* (nullable): NULL once it is closed; what is under way for it then ends in silence */
  NbRoom *room;     /* owned */
  GList link;       /* in the room */
  gint64 seq;       /* of the newest state that it was told; -1 before its `hello` */
  gboolean was_told_end;
  guint told_count;
  gint64 counted_at; /* monotonic: when it was last told how many watch */
  GPtrArray *early;  /* (nullable): texts that came before the `hello`, in order */
  gsize early_bytes;
  guint n_bids;         /* whose answers are awaited */
  guint n_faults;       /* messages that were none */
  gboolean is_flooding; /* goes on although it was told to wait */
  gboolean is_closing;  /* by us: nothing that it said is done any more */
  gint64 commands;      /* buckets: nb-watcher-command.c */
  gint64 refusals;
};

/* Joins @room; the room keeps it in `joining`. */
NbWatcher *nb_watcher_new (NbSocket *socket, NbRoom *room);
NbWatcher *nb_watcher_ref (NbWatcher *self);
void nb_watcher_unref (gpointer watcher);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbWatcher, nb_watcher_unref)
/* Its socket is gone. */
void nb_watcher_detach (NbWatcher *self);

/* Sends @frame (transfer full), unless the socket is gone. */
void nb_watcher_send (NbWatcher *self, GBytes *frame);
void nb_watcher_send_error (NbWatcher *self, const GError *error);
void nb_watcher_close (NbWatcher *self, NbSocketClose code, const char *reason);

/* Takes a message; one before the `hello` waits for it. */
void nb_watcher_take_text (NbWatcher *self, const char *text, gsize length);
/* The `hello` is sent: takes the messages that waited. */
void nb_watcher_take_early (NbWatcher *self);

/* nb-watcher-command.c: does what one message asks. */
void nb_watcher_obey (NbWatcher *self, const char *text, gsize length);
/* Counts a message that is cheap. FALSE with `rate_limited` when there were too many. */
gboolean nb_watcher_take_command (NbWatcher *self, GError **error);
/* Returns: (transfer full): `rate_limited`; whoever gets too many of these is closed. */
GError *nb_watcher_refuse_rate (NbWatcher *self, guint wait_ms);
/* nb-watcher-bid.c: @message is an object of type `bid`. FALSE with @error set when it has no id to answer under */
gboolean nb_watcher_bid (NbWatcher *self, JsonObject *message, GError **error);

G_END_DECLS
