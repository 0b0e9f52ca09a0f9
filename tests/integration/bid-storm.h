/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bidders that bid as fast as they are answered, and remember what they were told. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _BidStorm BidStorm;

/* @tokens: (array zero-terminated=1): the bidders'; @auctions: ids as text, ended by NULL */
BidStorm *bid_storm_start (const char *url, char **tokens, char **auctions);
/* Waits until this many bids more have been accepted; fails the test when the storm ends before. */
void bid_storm_wait_for (BidStorm *self, guint n_accepted);
/* Waits for the bidders, who go when the server does not answer any more.
 * Returns: (transfer full) (element-type utf8): the ids of all bids that were told to be accepted */
GPtrArray *bid_storm_end (BidStorm *self);

/* One call as the owner of @token (nullable). Returns: the status; 0 when there was no whole answer. @answer: (out)
 * (optional) (transfer full) */
guint bid_storm_call (const char *url, const char *token, const char *method, const char *path, const char *body,
                      char **answer);

G_END_DECLS
