/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Signing up and in, and what people change about themselves. */
#include "core/account/nb-accounts.h"

#include <glib/gi18n.h>

#include "core/account/nb-account-sql.h"
#include "core/account/nb-accounts-private.h"
#include "core/account/nb-password.h"

#define PASSWORD_THREADS 2
#define PASSWORD_QUEUE_MAX 64
#define CACHED_SESSIONS 65536

G_DEFINE_FINAL_TYPE (NbAccounts, nb_accounts, G_TYPE_OBJECT)

static guint session_ended_signal;

typedef struct
{
  NbNewPerson *person;
  char *password_hash;
  NbAccount *account;
} SignUp;

typedef struct
{
  char *username;
  char *address; /* (nullable) */
  char *password;
  NbAccountsOptions options;
  NbAccount *account;
  char *password_hash;
  NbSession *session;
} SignIn;

typedef struct
{
  gint64 person;
  char *region;
} RegionChange;

static void
nb_accounts_finalize (GObject *object)
{
  NbAccounts *self = NB_ACCOUNTS (object);

  nb_password_pool_free (self->passwords);
  nb_session_cache_free (self->sessions);
  nb_sign_in_guard_free (self->guard);
  g_clear_object (&self->store);
  G_OBJECT_CLASS (nb_accounts_parent_class)->finalize (object);
}

static void
nb_accounts_class_init (NbAccountsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = nb_accounts_finalize;
  session_ended_signal = g_signal_new ("session-ended", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                       NULL, G_TYPE_NONE, 1, G_TYPE_INT64);
}

static void
nb_accounts_init (NbAccounts *self)
{
  self->passwords = nb_password_pool_new (PASSWORD_THREADS, PASSWORD_QUEUE_MAX);
  self->sessions = nb_session_cache_new (CACHED_SESSIONS);
  self->guard = nb_sign_in_guard_new ();
}

NbAccounts *
nb_accounts_new (NbStore *store, const NbAccountsOptions *options)
{
  NbAccounts *self = g_object_new (NB_TYPE_ACCOUNTS, NULL);

  self->store = g_object_ref (store);
  self->options = *options;
  return self;
}

void
nb_accounts_emit_session_ended (NbAccounts *self, gint64 session)
{
  g_signal_emit (self, session_ended_signal, 0, session);
}

char *
nb_accounts_hash_password (const char *password, GError **error)
{
  char *normal;
  char *hash;

  if (!nb_password_check (password, NULL, error))
    return NULL;
  normal = nb_password_normalize (password);
  hash = nb_password_hash (normal, error);
  nb_password_wipe (normal);
  return hash;
}

/* Signing up: check, hash on a thread of its own, insert. */

static void
sign_up_free (gpointer data)
{
  SignUp *op = data;

  g_clear_pointer (&op->person, nb_new_person_free);
  g_clear_pointer (&op->account, nb_account_unref);
  g_free (op->password_hash);
  g_free (op);
}

static gboolean
insert_person (NbTransaction *transaction, gpointer user_data, GError **error)
{
  SignUp *op = user_data;
  gint64 id = nb_account_sql_insert (transaction, op->person, op->password_hash, NULL, error);

  g_clear_pointer (&op->account, nb_account_unref);
  if (id == 0)
    return FALSE;
  op->account = nb_account_new (id, op->person->username, op->person->nickname, op->person->region,
                                op->person->language, "", FALSE, nb_transaction_now (transaction));
  return TRUE;
}

static void
insert_person_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  GError *error = NULL;

  if (!nb_store_transact_finish (NB_STORE (source), result, &error))
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

static void
hash_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  SignUp *op = g_task_get_task_data (task);
  NbAccounts *self = g_task_get_source_object (task);
  GError *error = NULL;

  op->password_hash = nb_password_pool_hash_finish (result, &error);
  if (op->password_hash == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  nb_store_transact_async (self->store, insert_person, op, NULL, NULL, insert_person_cb, g_steal_pointer (&task));
}

void
nb_accounts_sign_up_async (NbAccounts *self, const NbSignUp *sign_up, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);
  SignUp *op = g_new0 (SignUp, 1);
  GError *error = NULL;

  g_task_set_source_tag (task, nb_accounts_sign_up_async);
  g_task_set_task_data (task, op, sign_up_free);
  op->person = nb_new_person_new (sign_up, &error);
  if (op->person == NULL || !nb_password_check (sign_up->password, op->person->username, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  nb_password_pool_hash_async (self->passwords, sign_up->password, hash_cb, g_steal_pointer (&task));
}

NbAccount *
nb_accounts_sign_up_finish (NbAccounts *self, GAsyncResult *result, GError **error)
{
  SignUp *op = g_task_get_task_data (G_TASK (result));

  return g_task_propagate_boolean (G_TASK (result), error) ? nb_account_ref (op->account) : NULL;
}

/* Signing in: find the person, verify in any case, make a session. */

static void
sign_in_free (gpointer data)
{
  SignIn *op = data;

  g_free (op->username);
  g_free (op->address);
  nb_password_wipe (op->password);
  g_free (op->password_hash);
  g_clear_pointer (&op->account, nb_account_unref);
  g_clear_pointer (&op->session, nb_session_unref);
  g_free (op);
}

static gboolean
insert_session (NbTransaction *transaction, gpointer user_data, GError **error)
{
  SignIn *op = user_data;
  g_autofree char *token = nb_token_new ();
  gint64 expires_at = nb_transaction_now (transaction) + op->options.absolute;
  gint64 id = nb_account_sql_insert_session (transaction, op->account->id, token, expires_at, error);

  g_clear_pointer (&op->session, nb_session_unref);
  if (id == 0)
    return FALSE;
  op->session = nb_session_new (id, op->account, token, expires_at);
  op->session->token = g_steal_pointer (&token);
  return TRUE;
}

static void
insert_session_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  NbAccounts *self = g_task_get_source_object (task);
  SignIn *op = g_task_get_task_data (task);
  GError *error = NULL;

  if (!nb_store_transact_finish (NB_STORE (source), result, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  if (op->address != NULL)
    nb_sign_in_guard_succeeded (self->guard, op->username, op->address);
  g_task_return_boolean (task, TRUE);
}

static void
return_bad_credentials (GTask *task)
{
  NbAccounts *self = g_task_get_source_object (task);
  SignIn *op = g_task_get_task_data (task);

  if (op->address != NULL)
    nb_sign_in_guard_failed (self->guard, op->username, op->address, g_get_monotonic_time ());
  g_task_return_error (task,
                       nb_error_new (NB_ERROR_BAD_CREDENTIALS, N_ ("the username or the password is wrong"), NULL));
}

static void
verify_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  NbAccounts *self = g_task_get_source_object (task);
  SignIn *op = g_task_get_task_data (task);
  gboolean matches = FALSE;
  GError *error = NULL;

  if (!nb_password_pool_verify_finish (result, &matches, &error))
    g_task_return_error (task, error);
  else if (!matches || op->account == NULL)
    return_bad_credentials (task);
  else
    nb_store_transact_async (self->store, insert_session, op, NULL, NULL, insert_session_cb, g_steal_pointer (&task));
}

static gboolean
find_person (NbTransaction *transaction, gpointer user_data, GError **error)
{
  SignIn *op = user_data;

  g_clear_pointer (&op->account, nb_account_unref);
  g_clear_pointer (&op->password_hash, g_free);
  return nb_account_sql_find (transaction, op->username, &op->account, &op->password_hash, error);
}

static void
find_person_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  NbAccounts *self = g_task_get_source_object (task);
  SignIn *op = g_task_get_task_data (task);
  GError *error = NULL;

  if (!nb_store_read_finish (NB_STORE (source), result, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  nb_password_pool_verify_async (self->passwords, op->password, op->password_hash, verify_cb, g_steal_pointer (&task));
}

void
nb_accounts_sign_in_from_async (NbAccounts *self, const char *username, const char *password, const char *address,
                                GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);
  SignIn *op = g_new0 (SignIn, 1);
  GError *error = NULL;

  g_task_set_source_tag (task, nb_accounts_sign_in_from_async);
  g_task_set_task_data (task, op, sign_in_free);
  op->username = nb_username_fold (username);
  if (op->username == NULL)
    op->username = g_strdup (""); /* nobody's: looked for and hashed all the same */
  op->address = g_strdup (address);
  op->password = g_strdup (password);
  op->options = self->options;
  if (address != NULL && !nb_sign_in_guard_check (self->guard, op->username, address, g_get_monotonic_time (), &error))
    {
      g_task_return_error (task, error);
      return;
    }
  nb_store_read_async (self->store, find_person, op, NULL, NULL, find_person_cb, g_steal_pointer (&task));
}

NbSession *
nb_accounts_sign_in_finish (NbAccounts *self, GAsyncResult *result, GError **error)
{
  SignIn *op = g_task_get_task_data (G_TASK (result));

  return g_task_propagate_boolean (G_TASK (result), error) ? nb_session_ref (op->session) : NULL;
}

/* The region that someone lives in. */

static void
region_change_free (gpointer data)
{
  RegionChange *op = data;

  g_free (op->region);
  g_free (op);
}

static gboolean
update_region (NbTransaction *transaction, gpointer user_data, GError **error)
{
  RegionChange *op = user_data;

  return nb_account_sql_set_region (transaction, op->person, op->region, error);
}

static void
update_region_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  NbAccounts *self = g_task_get_source_object (task);
  RegionChange *op = g_task_get_task_data (task);
  GError *error = NULL;

  if (!nb_store_transact_finish (NB_STORE (source), result, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  nb_session_cache_expire_person (self->sessions, op->person);
  g_task_return_boolean (task, TRUE);
}

void
nb_accounts_set_region_async (NbAccounts *self, gint64 person, const char *region, GAsyncReadyCallback callback,
                              gpointer user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);
  RegionChange *op = g_new0 (RegionChange, 1);

  g_task_set_source_tag (task, nb_accounts_set_region_async);
  g_task_set_task_data (task, op, region_change_free);
  op->person = person;
  op->region = g_strdup (region);
  nb_store_transact_async (self->store, update_region, op, NULL, NULL, update_region_cb, task);
}

gboolean
nb_accounts_set_region_finish (NbAccounts *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
