/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How the account layer makes its values: people, sessions, tokens. */
#pragma once

#include "core/account/nb-accounts.h"

G_BEGIN_DECLS

/* @roles: with a space between them */
NbAccount *nb_account_new (gint64 id, const char *username, const char *nickname, const char *region,
                           const char *language, const char *roles, gboolean is_suspended, gint64 created_at);
/* @token: only for the CSRF token that follows from it; it is not kept */
NbSession *nb_session_new (gint64 id, NbAccount *account, const char *token, gint64 expires_at);

/* Tokens are 256 random bits in hexadecimal. */
#define NB_TOKEN_LENGTH 64
char *nb_token_new (void);
gboolean nb_token_is_valid (const char *token);
/* Writes what is stored instead of @token. */
void nb_token_hash (const char *token, char hash[NB_TOKEN_LENGTH + 1]);
/* A keyed hash: who knows it can't tell the token. */
char *nb_token_derive_csrf (const char *token);

G_END_DECLS
