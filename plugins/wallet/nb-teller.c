/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A deposit is collected first and credited then; the same key never credits twice. */
#include "nb-teller.h"

#include "nb-ledger.h"
#include "nb-manual-provider.h"

#include <glib/gi18n.h>

struct _NbTeller
{
  GObject parent_instance;

  NbWallet *wallet;
  NbPaymentProvider *manual;
  NbContext *context; /* not owned */
  NbTellerOptions options;
};

G_DEFINE_FINAL_TYPE (NbTeller, nb_teller, G_TYPE_OBJECT)

static const NbSql sql_find_use = {
  "SELECT fingerprint FROM request_keys WHERE person_id = ##person::gint64 AND key = ##key::string",
  NULL,
  "s",
};

/* One deposit or withdrawal; lives as long as its task. */
typedef struct
{
  NbWallet *wallet;
  NbStore *store;
  NbPaymentProvider *provider; /* (nullable): only for deposits */
  gint64 person;
  NbMoney amount;
  char *key;
  NbEntry entry;
} Transfer;

static void
transfer_free (gpointer data)
{
  Transfer *self = data;

  g_clear_object (&self->wallet);
  g_clear_object (&self->store);
  g_clear_object (&self->provider);
  g_free (self->key);
  g_free (self);
}

NbTeller *
nb_teller_new (NbWallet *wallet)
{
  NbTeller *self = g_object_new (NB_TYPE_TELLER, NULL);

  self->wallet = g_object_ref (wallet);
  return self;
}

void
nb_teller_set_options (NbTeller *self, const NbTellerOptions *options)
{
  self->options = *options;
}

const NbTellerOptions *
nb_teller_get_options (NbTeller *self)
{
  return &self->options;
}

void
nb_teller_set_context (NbTeller *self, NbContext *context)
{
  self->context = context;
}

NbStore *
nb_teller_get_store (NbTeller *self)
{
  return self->context != NULL ? nb_context_get_store (self->context) : NULL;
}

NbWallet *
nb_teller_get_wallet (NbTeller *self)
{
  return self->wallet;
}

NbPaymentProvider *
nb_teller_get_provider (NbTeller *self)
{
  if (self->options.is_manual)
    return self->manual;
  return self->context != NULL ? nb_context_find_service (self->context, NB_TYPE_PAYMENT_PROVIDER) : NULL;
}

static gboolean
check_limit (NbMoney amount, NbMoney most, GError **error)
{
  g_autoptr (GError) reason = NULL;
  g_autofree char *text = NULL;

  if (amount >= 1 && amount <= most)
    return TRUE;
  text = nb_money_format (most);
  reason = nb_error_new (NB_ERROR_VALIDATION_FAILED, N_ ("the amount must be from 1원 to {max} at a time"), "max", text,
                         NULL);
  nb_error_set_field (reason, "amount");
  g_propagate_error (error, g_steal_pointer (&reason));
  return FALSE;
}

/* Returns: (nullable): the task, or NULL when it was answered already. */
static GTask *
begin (NbTeller *self, gint64 person, NbMoney amount, NbMoney most, const char *key, GAsyncReadyCallback callback,
       gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);
  g_autoptr (GError) error = NULL;
  Transfer *transfer = g_new0 (Transfer, 1);

  g_task_set_task_data (task, transfer, transfer_free);
  transfer->wallet = g_object_ref (self->wallet);
  transfer->person = person;
  transfer->amount = amount;
  transfer->key = g_strdup (key);
  if (!check_limit (amount, most, &error))
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return NULL;
    }
  if (self->context == NULL)
    {
      g_task_return_error (task, nb_error_new (NB_ERROR_FEATURE_DISABLED, N_ ("the wallet is switched off"), NULL));
      return NULL;
    }
  transfer->store = g_object_ref (nb_teller_get_store (self));
  return g_steal_pointer (&task);
}

static void
transact_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  g_autoptr (GError) error = NULL;

  if (!nb_store_transact_finish (NB_STORE (source), result, &error))
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  g_task_return_boolean (task, TRUE);
}

/* Store functions. */

static gboolean
deposit (NbTransaction *transaction, gpointer data, GError **error)
{
  Transfer *self = data;

  return nb_wallet_deposit (self->wallet, transaction, self->person, self->amount, self->key, &self->entry, error);
}

static gboolean
withdraw (NbTransaction *transaction, gpointer data, GError **error)
{
  Transfer *self = data;

  return nb_wallet_withdraw (self->wallet, transaction, self->person, self->amount, self->key, &self->entry, error);
}

/* A key that stands for a bid, say, must not first be paid for and then refused. */
static gboolean
is_free_or_ours (NbTransaction *transaction, const Transfer *self, GError **error)
{
  g_autofree char *fingerprint = nb_ledger_fingerprint (NB_LEDGER_DEPOSIT, self->amount);
  g_autoptr (NbRows) rows = nb_transaction_query (transaction, &sql_find_use,
                                                  NB_PARAMS (NB_INT (self->person), NB_TEXT (self->key)), error);

  if (rows == NULL)
    return FALSE;
  if (nb_rows_get_n (rows) == 0 || g_strcmp0 (nb_rows_get_text (rows, 0, 0), fingerprint) == 0)
    return TRUE;
  nb_set_error (error, NB_ERROR_IDEMPOTENCY_KEY_REUSED, N_ ("this key was used for another request"), NULL);
  return FALSE;
}

static gboolean
look_for_key (NbTransaction *transaction, gpointer data, GError **error)
{
  Transfer *self = data;

  if (!is_free_or_ours (transaction, self, error))
    return FALSE;
  return nb_ledger_find_key (transaction, self->person, self->key, NB_LEDGER_DEPOSIT, self->amount, &self->entry,
                             error);
}

static void
collect_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  g_autoptr (GError) error = NULL;
  g_autofree char *reference = NULL;
  Transfer *transfer = g_task_get_task_data (task);

  reference = nb_payment_provider_collect_finish (NB_PAYMENT_PROVIDER (source), result, &error);
  if (reference == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  g_debug ("collected payment %s", reference);
  nb_store_transact_async (transfer->store, deposit, transfer, NULL, NULL, transact_cb, g_steal_pointer (&task));
}

static void
collect (GTask *owned)
{
  g_autoptr (GTask) task = owned;
  Transfer *transfer = g_task_get_task_data (task);

  nb_payment_provider_collect_async (transfer->provider, transfer->person, transfer->amount, transfer->key, collect_cb,
                                     g_steal_pointer (&task));
}

/* A key that made a deposit already asks the provider for nothing more. */
static void
look_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  g_autoptr (GError) error = NULL;
  const Transfer *transfer = g_task_get_task_data (task);

  if (!nb_store_read_finish (NB_STORE (source), result, &error))
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  if (transfer->entry.is_replay)
    g_task_return_boolean (task, TRUE);
  else
    collect (g_steal_pointer (&task));
}

void
nb_teller_deposit_async (NbTeller *self, gint64 person, NbMoney amount, const char *key, GAsyncReadyCallback callback,
                         gpointer user_data)
{
  g_autoptr (GTask) task = begin (self, person, amount, self->options.deposit_max, key, callback, user_data);
  NbPaymentProvider *provider = nb_teller_get_provider (self);
  Transfer *transfer;

  if (task == NULL)
    return;
  g_task_set_source_tag (task, nb_teller_deposit_async);
  if (provider == NULL)
    {
      g_task_return_error (
          task, nb_error_new (NB_ERROR_FEATURE_DISABLED, N_ ("deposits are switched off: no payment provider"), NULL));
      return;
    }
  transfer = g_task_get_task_data (task);
  transfer->provider = g_object_ref (provider);
  if (key == NULL)
    collect (g_steal_pointer (&task));
  else
    nb_store_read_async (transfer->store, look_for_key, transfer, NULL, NULL, look_cb, g_steal_pointer (&task));
}

void
nb_teller_withdraw_async (NbTeller *self, gint64 person, NbMoney amount, const char *key, GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_autoptr (GTask) task = begin (self, person, amount, self->options.withdraw_max, key, callback, user_data);
  Transfer *transfer;

  if (task == NULL)
    return;
  g_task_set_source_tag (task, nb_teller_withdraw_async);
  transfer = g_task_get_task_data (task);
  nb_store_transact_async (transfer->store, withdraw, transfer, NULL, NULL, transact_cb, g_steal_pointer (&task));
}

gboolean
nb_teller_finish (NbTeller *self, GAsyncResult *result, NbEntry *entry, GError **error)
{
  const Transfer *transfer;

  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  transfer = g_task_get_task_data (G_TASK (result));
  *entry = transfer->entry;
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
nb_teller_finalize (GObject *object)
{
  NbTeller *self = NB_TELLER (object);

  g_clear_object (&self->wallet);
  g_clear_object (&self->manual);
  G_OBJECT_CLASS (nb_teller_parent_class)->finalize (object);
}

static void
nb_teller_class_init (NbTellerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = nb_teller_finalize;
}

static void
nb_teller_init (NbTeller *self)
{
  self->manual = nb_manual_provider_new ();
}
