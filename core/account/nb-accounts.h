/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* People: signing up and in, sessions, roles. */
#pragma once

#include <neighborbid/nb-error.h>
#include <neighborbid/nb-store.h>

G_BEGIN_DECLS

#define NB_TYPE_ACCOUNTS (nb_accounts_get_type ())
G_DECLARE_FINAL_TYPE (NbAccounts, nb_accounts, NB, ACCOUNTS, GObject)

/* A person. Immutable, reference-counted, safe to hand between threads. */
typedef struct
{
  gatomicrefcount ref_count;
  gint64 id;
  char *username;
  char *nickname;
  char *region;   /* may be empty */
  char *language; /* "ko", "en", or empty: as the browser asks */
  char **roles;
  gboolean is_suspended;
  gint64 created_at;
} NbAccount;

NbAccount *nb_account_ref (NbAccount *self);
void nb_account_unref (NbAccount *self);
gboolean nb_account_has_role (const NbAccount *self, const char *role);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbAccount, nb_account_unref)

/* A session. Only a hash of its token is stored; the token itself is in here right after signing in and never again. */
typedef struct
{
  gatomicrefcount ref_count;
  gint64 id;
  NbAccount *account;
  char *token; /* (nullable) 64 hex digits */
  char *csrf_token;
  gint64 expires_at;
  char token_hash[65]; /* the account layer's own */
} NbSession;

NbSession *nb_session_ref (NbSession *self);
void nb_session_unref (NbSession *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbSession, nb_session_unref)

typedef struct
{
  gint64 idle;     /* microseconds without a request after which a session ends */
  gint64 absolute; /* microseconds after which it ends in any case */
} NbAccountsOptions;

NbAccounts *nb_accounts_new (NbStore *store, const NbAccountsOptions *options);

typedef struct
{
  const char *username; /* 3 to 32 of a-z, 0-9, `.`, `_`, `-`; case is folded */
  const char *password; /* 8 to 256 characters, not one of the most common */
  const char *nickname; /* 1 to 30 characters */
  const char *region;   /* (nullable) a known code */
  const char *email;    /* (nullable) */
  const char *language; /* (nullable) ko or en */
} NbSignUp;

void nb_accounts_sign_up_async (NbAccounts *self, const NbSignUp *sign_up, GAsyncReadyCallback callback,
                                gpointer user_data);
NbAccount *nb_accounts_sign_up_finish (NbAccounts *self, GAsyncResult *result, GError **error);
/* Takes as long, and answers the same, whether the name or the password was wrong. Failures from @address (nullable) make
 * @address wait (`rate_limited`) for this account, growing; nobody elsewhere waits. Finish with
 * nb_accounts_sign_in_finish(). */
void nb_accounts_sign_in_from_async (NbAccounts *self, const char *username, const char *password, const char *address,
                                     GAsyncReadyCallback callback, gpointer user_data);
NbSession *nb_accounts_sign_in_finish (NbAccounts *self, GAsyncResult *result, GError **error);
/* Finds the session of @token: from memory where it was seen in the last seconds, else from the database.
 * Finishes with NULL and `not_signed_in` for a token that is unknown, ended or suspended. */
NbSession *nb_accounts_peek_session (NbAccounts *self, const char *token); /* (transfer full) (nullable): only memory */
void nb_accounts_find_session_async (NbAccounts *self, const char *token, GAsyncReadyCallback callback,
                                     gpointer user_data);
NbSession *nb_accounts_find_session_finish (NbAccounts *self, GAsyncResult *result, GError **error);
void nb_accounts_sign_out_async (NbAccounts *self, NbSession *session, GAsyncReadyCallback callback,
                                 gpointer user_data);
gboolean nb_accounts_sign_out_finish (NbAccounts *self, GAsyncResult *result, GError **error);
/* A person's session as they see it; times in microseconds since the epoch. */
typedef struct
{
  gint64 id;
  gint64 created_at;
  gint64 seen_at;
} NbOwnSession;

/* Finishes with the sessions of @person that live, newest first: (transfer full) (element-type NbOwnSession) */
void nb_accounts_list_sessions_async (NbAccounts *self, gint64 person, GAsyncReadyCallback callback,
                                      gpointer user_data);
GArray *nb_accounts_list_sessions_finish (NbAccounts *self, GAsyncResult *result, GError **error);
/* Ends the session of that id, if it is @person's own; else `not_found`. */
void nb_accounts_end_session_async (NbAccounts *self, gint64 person, gint64 session, GAsyncReadyCallback callback,
                                    gpointer user_data);
gboolean nb_accounts_end_session_finish (NbAccounts *self, GAsyncResult *result, GError **error);
/* Finishes with those of @sessions (element-type gint64) that don't live any more, as far as the database knows:
 * (transfer full) (element-type gint64). At most a thousand at a time. */
void nb_accounts_find_ended_async (NbAccounts *self, GArray *sessions, GAsyncReadyCallback callback,
                                   gpointer user_data);
GArray *nb_accounts_find_ended_finish (NbAccounts *self, GAsyncResult *result, GError **error);
/* Marks @session as used by now, as a request with it would, when that was not done for a while. @used_at: (inout): the
 * caller's, 0 at first: when it was */
void nb_accounts_use_session (NbAccounts *self, gint64 session, gint64 *used_at);
void nb_accounts_set_region_async (NbAccounts *self, gint64 person, const char *region, GAsyncReadyCallback callback,
                                   gpointer user_data);
gboolean nb_accounts_set_region_finish (NbAccounts *self, GAsyncResult *result, GError **error);

/* Inside a transaction, for the command line and demo data.
 * nb_accounts_create() checks all but the password, which nb_accounts_hash_password() checks and hashes on the calling
 * thread (tens of milliseconds). @password_hash may be empty: nobody can sign in with a password then.
 * @roles: (nullable): words of a-z and `-` with spaces or commas between them. Returns: the person's id, or 0 */
gint64 nb_accounts_create (NbTransaction *transaction, const NbSignUp *sign_up, const char *password_hash,
                           const char *roles, GError **error);
char *nb_accounts_hash_password (const char *password, GError **error);
gboolean nb_accounts_set_roles (NbTransaction *transaction, const char *username, const char *roles, GError **error);
/* Suspending ends all sessions of that person. */
gboolean nb_accounts_set_suspended (NbTransaction *transaction, const char *username, gboolean is_suspended,
                                    GError **error);
/* Returns: (transfer full): the token of a new session of @person */
char *nb_accounts_create_session (NbTransaction *transaction, gint64 person, const NbAccountsOptions *options,
                                  GError **error);

/* Signal "session-ended" (gint64 session id): signed out, expired or suspended. */

G_END_DECLS
