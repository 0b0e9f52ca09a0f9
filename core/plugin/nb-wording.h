/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Words for errors about files that people write: what was found there, and which name they may have meant. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Returns: (transfer full): @found in quotes, cut to a readable length, without control characters or broken UTF-8 */
char *nb_wording_quote (const char *found);

/* @candidates: ended by %NULL
 * Returns: (transfer none) (nullable): the candidate that @word was most likely meant to be; %NULL when none is near */
const char *nb_wording_nearest (const char *word, const char *const *candidates);

/* Returns: (transfer full): ", did you mean 'x'?" for the nearest candidate, or an empty text */
char *nb_wording_did_you_mean (const char *word, const char *const *candidates);

G_END_DECLS
