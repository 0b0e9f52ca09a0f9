/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Auction types for the engine's tests. */
#pragma once

#include <neighborbid/neighborbid.h>

/* The ascending auction as it is. */
GType test_english_get_type (void);
/* The same behind closed doors. */
GType test_secret_get_type (void);
/* As above, but amounts that end in 1 to 6 make it break a rule: 1 holds a stranger, 2 gives nothing and no error, 3
 * moves the end backwards, 4 holds a negative amount, 5 closes with a winner who pays more than was held, 6
 * holds the bidder's money and does not. */
GType test_rogue_get_type (void);
/* Offers several pieces: everyone who bid gets one for all that is held of them. */
GType test_pieces_get_type (void);
/* A falling price: from `start_price` by `step` every `every_ms`; the first bid buys. */
GType test_falling_get_type (void);
