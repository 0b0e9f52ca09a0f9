/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What people watch: auctions whose near end, pause or cancellation they want to hear of. */
#pragma once

#include <neighborbid/neighborbid.h>

G_BEGIN_DECLS

/* Auctions that one person may watch. */
#define NB_WATCHES_MAX 500
/* Of them, what is listed: the newest. */
#define NB_WATCHES_LISTED 50

typedef struct
{
  gint64 auction;
  char *title;
  char *status;
  NbMoney price; /* as everyone may see it; 0: there is none to see */
  gint64 ends_at;
  gboolean is_over;
} NbWatched;

/* Watches it, also where @person does already. Refused: `not_found`, the own auction, one that is over, one too many. */
gboolean nb_watches_add (NbTransaction *transaction, gint64 person, gint64 auction, GError **error);
/* Also where @person doesn't watch it. Refused: `not_found` */
gboolean nb_watches_remove (NbTransaction *transaction, gint64 person, gint64 auction, GError **error);
/* Refused: `not_found` */
gboolean nb_watches_find (NbTransaction *transaction, gint64 person, gint64 auction, gboolean *is_watching,
                          GError **error);
/* Returns: (transfer full) (nullable) (element-type NbWatched): the newest first; NULL with @error */
GPtrArray *nb_watches_list (NbTransaction *transaction, gint64 person, GError **error);

G_END_DECLS
