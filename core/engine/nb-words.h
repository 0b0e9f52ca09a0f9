/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Words of texts for searching: Korean as single syllables and pairs, so that 의자 is found in 캠핑의자. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Returns: (transfer full): the words of @text for the index, with spaces between */
char *nb_words_index (const char *text);
/* Returns: (transfer full) (nullable): (element-type utf8): what an auction must have to be found by @text; a word that
 * ends in `*` stands for its beginning. NULL when there is nothing to look for */
GPtrArray *nb_words_query (const char *text);
/* The same in the language of each database. */
char *nb_words_to_fts5 (const GPtrArray *words);
char *nb_words_to_tsquery (const GPtrArray *words);

G_END_DECLS
