/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What stands in links by which people stop mail without signing in. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define NB_MAIL_KEY_BYTES 32

/* Returns: (transfer full): proves that its holder was sent mail to @address as @person */
char *nb_mail_token_new (const guint8 *key, gint64 person, const char *address);
/* Returns: whom @token speaks of, before anything of it is proven; 0 where it is none */
gint64 nb_mail_token_get_person (const char *token);
/* Returns: whether @token was made of the same; takes as long for every wrong one */
gboolean nb_mail_token_matches (const char *token, const guint8 *key, gint64 person, const char *address);

G_END_DECLS
