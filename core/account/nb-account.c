/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* People and sessions as values. */
#include "core/account/nb-account-private.h"

#include <sodium.h>

NbAccount *
nb_account_new (gint64 id, const char *username, const char *nickname, const char *region, const char *language,
                const char *roles, gboolean is_suspended, gint64 created_at)
{
  NbAccount *self = g_new0 (NbAccount, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->id = id;
  self->username = g_strdup (username);
  self->nickname = g_strdup (nickname);
  self->region = g_strdup (region);
  self->language = g_strdup (language);
  self->roles = roles[0] != '\0' ? g_strsplit (roles, " ", -1) : g_new0 (char *, 1);
  self->is_suspended = is_suspended;
  self->created_at = created_at;
  return self;
}

NbAccount *
nb_account_ref (NbAccount *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
nb_account_unref (NbAccount *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_free (self->username);
  g_free (self->nickname);
  g_free (self->region);
  g_free (self->language);
  g_strfreev (self->roles);
  g_free (self);
}

gboolean
nb_account_has_role (const NbAccount *self, const char *role)
{
  return g_strv_contains ((const char *const *)self->roles, role);
}

NbSession *
nb_session_new (gint64 id, NbAccount *account, const char *token, gint64 expires_at)
{
  NbSession *self = g_new0 (NbSession, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->id = id;
  self->account = nb_account_ref (account);
  self->csrf_token = nb_token_derive_csrf (token);
  nb_token_hash (token, self->token_hash);
  self->expires_at = expires_at;
  return self;
}

NbSession *
nb_session_ref (NbSession *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
nb_session_unref (NbSession *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  nb_account_unref (self->account);
  if (self->token != NULL)
    sodium_memzero (self->token, NB_TOKEN_LENGTH);
  g_free (self->token);
  g_free (self->csrf_token);
  g_free (self);
}
