/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Proof that a write comes from a page of ours: the session's token, and where the browser says the request began. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Hides @token behind a random pad, so that no two pages carry the same text and compressing them tells nothing of it.
 * Returns: (transfer full): hex, the pad first */
char *nb_csrf_mask (const char *token);
/* Returns: whether @presented is @token, masked or bare; takes the same time whatever differs */
gboolean nb_csrf_matches (const char *token, const char *presented);

/* What the browser says of where a request began; all nullable. */
typedef struct
{
  const char *fetch_site; /* Sec-Fetch-Site */
  const char *origin;
  const char *host;
} NbOrigin;

/* Returns: FALSE when the browser says that it began elsewhere. A client that says nothing is no browser of today.
 * @base_url: the site's own address */
gboolean nb_origin_is_own (const NbOrigin *self, const char *base_url);

/* @list: (nullable) origins such as `https://partner.example`, with `,` between. Returns: whether @origin (nullable) is
 * one of them */
gboolean nb_origin_is_listed (const char *origin, const char *list);

G_END_DECLS
