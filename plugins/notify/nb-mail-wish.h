/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who may be written to, as the database knows it, and how that is changed by those who get mail. */
#pragma once

#include "nb-mail-token.h"

#include <neighborbid/neighborbid.h>

G_BEGIN_DECLS

#define NB_CHANNEL_MAIL "mail"

/* Adds to @targets (of NbReach) those of @people whose address can be written to, and whose owner did not refuse. */
gboolean nb_mail_wish_find_targets (NbTransaction *transaction, const NbRowset *people, GArray *targets,
                                    GError **error);
/* @is_refused: (out): whether the owner of @address asked never to be written to */
gboolean nb_mail_wish_is_refused (NbTransaction *transaction, const char *address, gboolean *is_refused,
                                  GError **error);

/* Reads the key of the site's tokens. @is_there: (out): FALSE before the first mail */
gboolean nb_mail_key_read (NbTransaction *transaction, guint8 key[NB_MAIL_KEY_BYTES], gboolean *is_there,
                           GError **error);
/* The same, and makes it where it is not there yet; inside a transaction that writes. */
gboolean nb_mail_key_make (NbTransaction *transaction, guint8 key[NB_MAIL_KEY_BYTES], GError **error);

/* @address: (out) (transfer full) (nullable): of whom @token proves; NULL for a token that is none */
gboolean nb_mail_wish_check_token (NbTransaction *transaction, const char *token, char **address, GError **error);
/* No more mail of any kind for @person. */
gboolean nb_mail_wish_switch_off (NbTransaction *transaction, gint64 person, GError **error);
/* No more mail to @address, whoever says it is theirs. */
gboolean nb_mail_wish_refuse (NbTransaction *transaction, const char *address, GError **error);

G_END_DECLS
