/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What messages say, as msgids with `{title}`, `{price}` and `{detail}`. */
#pragma once

#include "nb-message.h"

G_BEGIN_DECLS

/* Returns: (transfer none): the sentences for @self */
const char *nb_wording_text (const NbMessage *self);
/* Returns: (transfer none) (nullable): a sentence for the message's reason, with `{detail}` where it is somebody's own
 * words; NULL without one */
const char *nb_wording_reason (const NbMessage *self);
/* Returns: whether @detail is a word of the program, for which there is a sentence */
gboolean nb_wording_knows (const char *detail);
/* Returns: whether @kind is about the wallet and not about an auction */
gboolean nb_wording_is_of_wallet (NbKind kind);
/* Returns: (transfer full): @template with its placeholders filled, in one pass: what is filled in may hold braces */
char *nb_wording_fill (const char *template, const char *title, const char *price, const char *detail);

G_END_DECLS
