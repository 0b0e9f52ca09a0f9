/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What people do with the auctions that they watch, for the API and for the pages alike. */
#pragma once

#include "nb-notify.h"
#include "nb-watches.h"

G_BEGIN_DECLS

typedef struct _NbWatchCall NbWatchCall;

/* Answers the request, on the main loop. @error: (nullable): why it was not done */
typedef void (*NbWatchCallFunc) (NbWatchCall *call, const GError *error);

/* A request that waits for its answer. */
struct _NbWatchCall
{
  NbRequest *request;
  NbWatchCallFunc done;
  gint64 person;
  gint64 auction;
  gboolean to_list; /* where a page goes afterwards */
  gboolean is_watching;
  GPtrArray *list; /* (nullable): of NbWatched */
};

/* @has_auction: whether the route's `id` is one */
NbWatchCall *nb_watch_call_new (NbRequest *request, gboolean has_auction, NbWatchCallFunc done);

/* Each takes over @self, and calls `done` later. */
void nb_watch_call_add (NbWatchCall *self, NbStore *store);
void nb_watch_call_remove (NbWatchCall *self, NbStore *store);
void nb_watch_call_find (NbWatchCall *self, NbStore *store);
void nb_watch_call_list (NbWatchCall *self, NbStore *store);

G_END_DECLS
