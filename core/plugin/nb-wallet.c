/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The calls of the wallet's contracts: what plugins provide and everybody else uses. */
#include <neighborbid/nb-error.h>
#include <neighborbid/nb-wallet.h>

G_DEFINE_ABSTRACT_TYPE (NbWalletSheet, nb_wallet_sheet, G_TYPE_OBJECT)
G_DEFINE_INTERFACE (NbWallet, nb_wallet, G_TYPE_OBJECT)
G_DEFINE_INTERFACE (NbPaymentProvider, nb_payment_provider, G_TYPE_OBJECT)

static void
nb_wallet_sheet_class_init (NbWalletSheetClass *klass)
{
}

static void
nb_wallet_sheet_init (NbWalletSheet *self)
{
}

static void
nb_wallet_default_init (NbWalletInterface *iface)
{
}

static void
nb_payment_provider_default_init (NbPaymentProviderInterface *iface)
{
}

NbMoney
nb_wallet_sheet_get_available (NbWalletSheet *self, gint64 person)
{
  g_return_val_if_fail (NB_IS_WALLET_SHEET (self), 0);
  return NB_WALLET_SHEET_GET_CLASS (self)->get_available (self, person);
}

NbMoney
nb_wallet_sheet_get_hold (NbWalletSheet *self, gint64 auction, gint64 person)
{
  g_return_val_if_fail (NB_IS_WALLET_SHEET (self), 0);
  return NB_WALLET_SHEET_GET_CLASS (self)->get_hold (self, auction, person);
}

gboolean
nb_wallet_sheet_hold_to (NbWalletSheet *self, gint64 auction, gint64 person, NbMoney amount, gint64 seq, GError **error)
{
  g_return_val_if_fail (NB_IS_WALLET_SHEET (self), FALSE);
  return NB_WALLET_SHEET_GET_CLASS (self)->hold_to (self, auction, person, amount, seq, error);
}

gboolean
nb_wallet_sheet_capture (NbWalletSheet *self, gint64 auction, gint64 person, NbMoney amount, gint64 seq, GError **error)
{
  g_return_val_if_fail (NB_IS_WALLET_SHEET (self), FALSE);
  return NB_WALLET_SHEET_GET_CLASS (self)->capture (self, auction, person, amount, seq, error);
}

gboolean
nb_wallet_sheet_payout (NbWalletSheet *self, gint64 auction, gint64 person, NbMoney amount, GError **error)
{
  g_return_val_if_fail (NB_IS_WALLET_SHEET (self), FALSE);
  return NB_WALLET_SHEET_GET_CLASS (self)->payout (self, auction, person, amount, error);
}

gboolean
nb_wallet_sheet_fee (NbWalletSheet *self, gint64 auction, NbMoney amount, GError **error)
{
  g_return_val_if_fail (NB_IS_WALLET_SHEET (self), FALSE);
  return NB_WALLET_SHEET_GET_CLASS (self)->fee (self, auction, amount, error);
}

gboolean
nb_wallet_sheet_refund (NbWalletSheet *self, gint64 auction, gint64 person, NbMoney amount, GError **error)
{
  g_return_val_if_fail (NB_IS_WALLET_SHEET (self), FALSE);
  return NB_WALLET_SHEET_GET_CLASS (self)->refund (self, auction, person, amount, error);
}

void
nb_wallet_sheet_foreach_hold (NbWalletSheet *self, gint64 auction,
                              void (*function) (const NbHold *hold, gpointer user_data), gpointer user_data)
{
  g_return_if_fail (NB_IS_WALLET_SHEET (self));
  g_return_if_fail (function != NULL);
  NB_WALLET_SHEET_GET_CLASS (self)->foreach_hold (self, auction, function, user_data);
}

gboolean
nb_wallet_sheet_write (NbWalletSheet *self, GError **error)
{
  g_return_val_if_fail (NB_IS_WALLET_SHEET (self), FALSE);
  return NB_WALLET_SHEET_GET_CLASS (self)->write (self, error);
}

NbWalletSheet *
nb_wallet_open_sheet (NbWallet *self, NbTransaction *transaction, const gint64 *auctions, gsize n_auctions,
                      const gint64 *people, gsize n_people, GError **error)
{
  g_return_val_if_fail (NB_IS_WALLET (self), NULL);
  g_return_val_if_fail (transaction != NULL, NULL);
  return NB_WALLET_GET_IFACE (self)->open_sheet (self, transaction, auctions, n_auctions, people, n_people, error);
}

gboolean
nb_wallet_read_balance (NbWallet *self, NbTransaction *transaction, gint64 person, NbBalance *balance, GError **error)
{
  g_return_val_if_fail (NB_IS_WALLET (self), FALSE);
  g_return_val_if_fail (transaction != NULL && balance != NULL, FALSE);
  return NB_WALLET_GET_IFACE (self)->read_balance (self, transaction, person, balance, error);
}

GArray *
nb_wallet_list_holds (NbWallet *self, NbTransaction *transaction, gint64 person, GError **error)
{
  g_return_val_if_fail (NB_IS_WALLET (self), NULL);
  g_return_val_if_fail (transaction != NULL, NULL);
  return NB_WALLET_GET_IFACE (self)->list_holds (self, transaction, person, error);
}

gboolean
nb_wallet_deposit (NbWallet *self, NbTransaction *transaction, gint64 person, NbMoney amount, const char *key,
                   NbEntry *entry, GError **error)
{
  g_return_val_if_fail (NB_IS_WALLET (self), FALSE);
  g_return_val_if_fail (transaction != NULL && entry != NULL, FALSE);
  return NB_WALLET_GET_IFACE (self)->deposit (self, transaction, person, amount, key, entry, error);
}

gboolean
nb_wallet_withdraw (NbWallet *self, NbTransaction *transaction, gint64 person, NbMoney amount, const char *key,
                    NbEntry *entry, GError **error)
{
  g_return_val_if_fail (NB_IS_WALLET (self), FALSE);
  g_return_val_if_fail (transaction != NULL && entry != NULL, FALSE);
  return NB_WALLET_GET_IFACE (self)->withdraw (self, transaction, person, amount, key, entry, error);
}

gboolean
nb_wallet_adjust (NbWallet *self, NbTransaction *transaction, gint64 person, NbMoney amount, const char *actor,
                  const char *reason, NbEntry *entry, GError **error)
{
  g_return_val_if_fail (NB_IS_WALLET (self), FALSE);
  g_return_val_if_fail (transaction != NULL && entry != NULL, FALSE);
  g_return_val_if_fail (actor != NULL && reason != NULL, FALSE);
  return NB_WALLET_GET_IFACE (self)->adjust (self, transaction, person, amount, actor, reason, entry, error);
}

const char *
nb_payment_provider_get_title (NbPaymentProvider *self, const char *language)
{
  g_return_val_if_fail (NB_IS_PAYMENT_PROVIDER (self), NULL);
  return NB_PAYMENT_PROVIDER_GET_IFACE (self)->get_title (self, language);
}

void
nb_payment_provider_collect_async (NbPaymentProvider *self, gint64 person, NbMoney amount, const char *key,
                                   GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (NB_IS_PAYMENT_PROVIDER (self));
  NB_PAYMENT_PROVIDER_GET_IFACE (self)->collect_async (self, person, amount, key, callback, user_data);
}

char *
nb_payment_provider_collect_finish (NbPaymentProvider *self, GAsyncResult *result, GError **error)
{
  g_autoptr (GError) reason = NULL;
  char *reference;

  g_return_val_if_fail (NB_IS_PAYMENT_PROVIDER (self), NULL);
  reference = NB_PAYMENT_PROVIDER_GET_IFACE (self)->collect_finish (self, result, &reason);
  if (reference != NULL)
    return reference;
  if (reason == NULL)
    g_set_error (&reason, G_IO_ERROR, G_IO_ERROR_FAILED, "%s: collect failed without an error, a bug of this provider",
                 G_OBJECT_TYPE_NAME (self));
  g_propagate_error (error, g_steal_pointer (&reason));
  return NULL;
}
