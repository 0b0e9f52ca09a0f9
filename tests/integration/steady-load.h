/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bidders on a connection of its own for each bid, who notice every connection that is refused and every answer cut. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _SteadyLoad SteadyLoad;

/* @tokens: (array zero-terminated=1): the bidders'; @auction: its id as text. A refused connection fails the test. */
SteadyLoad *steady_load_start (guint16 port, char **tokens, const char *auction);
/* Waits until so many bids more have been answered. */
void steady_load_wait_for (SteadyLoad *self, guint n_answers);
/* How many got no whole answer so far. */
guint steady_load_count_cut (SteadyLoad *self);
/* Lets the bidders go. Returns: (transfer full) (element-type utf8): the ids of all bids that were told to be accepted
 */
GPtrArray *steady_load_end (SteadyLoad *self);

G_END_DECLS
