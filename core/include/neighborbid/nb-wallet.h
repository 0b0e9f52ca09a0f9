/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The wallet as the engine and other plugins see it: money moves only inside a transaction. */
#pragma once

#include <neighborbid/nb-money.h>
#include <neighborbid/nb-store.h>

G_BEGIN_DECLS

/** NbBalance: what a person can spend (@available) and what is held for auctions (@locked), in minor units. */
typedef struct
{
  NbMoney available;
  NbMoney locked;
} NbBalance;

/** NbHold: @amount of @person's money locked for @auction. */
typedef struct
{
  gint64 auction;
  gint64 person;
  NbMoney amount;
} NbHold;

/**
 * NbEntry:
 * @id: the ledger row's
 * @at: when it was written, in microseconds since the epoch
 * @after: the balances right after it
 * @is_replay: whether the request's key was used before, so that nothing moved now
 *
 * What a deposit, a withdrawal or an adjustment came to.
 *
 * Since: 1.0
 */
typedef struct
{
  gint64 id;
  gint64 at;
  NbBalance after;
  gboolean is_replay;
} NbEntry;

#define NB_TYPE_WALLET_SHEET (nb_wallet_sheet_get_type ())
NB_PUBLIC G_DECLARE_DERIVABLE_TYPE (NbWalletSheet, nb_wallet_sheet, NB, WALLET_SHEET, GObject)

/**
 * NbWalletSheetClass:
 *
 * The wallets and holds that one transaction works on: read and locked when it is opened, changed in memory, and written as
 * the net result by `write`. Used on one store thread, only inside the transaction that it was opened in.
 *
 * Since: 1.0
 */
struct _NbWalletSheetClass
{
  GObjectClass parent_class;

  NbMoney (*get_available) (NbWalletSheet *self, gint64 person);
  NbMoney (*get_hold) (NbWalletSheet *self, gint64 auction, gint64 person);
  gboolean (*hold_to) (NbWalletSheet *self, gint64 auction, gint64 person, NbMoney amount, gint64 seq, GError **error);
  gboolean (*capture) (NbWalletSheet *self, gint64 auction, gint64 person, NbMoney amount, gint64 seq, GError **error);
  gboolean (*payout) (NbWalletSheet *self, gint64 auction, gint64 person, NbMoney amount, GError **error);
  gboolean (*fee) (NbWalletSheet *self, gint64 auction, NbMoney amount, GError **error);
  gboolean (*refund) (NbWalletSheet *self, gint64 auction, gint64 person, NbMoney amount, GError **error);
  void (*foreach_hold) (NbWalletSheet *self, gint64 auction, void (*function) (const NbHold *hold, gpointer user_data),
                        gpointer user_data);
  gboolean (*write) (NbWalletSheet *self, GError **error);

  /*< private >*/
  gpointer reserved[8];
};

/** nb_wallet_sheet_get_available: Returns: what @person could still be held for, with the sheet's changes so far */
NB_PUBLIC NbMoney nb_wallet_sheet_get_available (NbWalletSheet *self, gint64 person);
/** nb_wallet_sheet_get_hold: Returns: what is held for @person in @auction, 0 for none */
NB_PUBLIC NbMoney nb_wallet_sheet_get_hold (NbWalletSheet *self, gint64 auction, gint64 person);
/**
 * nb_wallet_sheet_hold_to:
 * @amount: absolute, in minor units; 0 releases
 * @seq: the auction's sequence number that the change belongs to
 *
 * Returns: %FALSE with `insufficient_funds`, and nothing changed, when the difference is not covered
 */
NB_PUBLIC gboolean nb_wallet_sheet_hold_to (NbWalletSheet *self, gint64 auction, gint64 person, NbMoney amount,
                                            gint64 seq, GError **error);
/** nb_wallet_sheet_capture: moves @amount of the hold into escrow and releases what is left of it */
NB_PUBLIC gboolean nb_wallet_sheet_capture (NbWalletSheet *self, gint64 auction, gint64 person, NbMoney amount,
                                            gint64 seq, GError **error);
/** nb_wallet_sheet_payout: moves @amount that was captured for @auction from escrow to @person */
NB_PUBLIC gboolean nb_wallet_sheet_payout (NbWalletSheet *self, gint64 auction, gint64 person, NbMoney amount,
                                           GError **error);
/** nb_wallet_sheet_fee: moves @amount that was captured for @auction from escrow to the platform's fees */
NB_PUBLIC gboolean nb_wallet_sheet_fee (NbWalletSheet *self, gint64 auction, NbMoney amount, GError **error);
/** nb_wallet_sheet_refund: moves @amount that was captured for @auction from escrow back to the buyer */
NB_PUBLIC gboolean nb_wallet_sheet_refund (NbWalletSheet *self, gint64 auction, gint64 person, NbMoney amount,
                                           GError **error);
/** nb_wallet_sheet_foreach_hold: calls @function for each active hold of @auction, by ascending person */
NB_PUBLIC void nb_wallet_sheet_foreach_hold (NbWalletSheet *self, gint64 auction,
                                             void (*function) (const NbHold *hold, gpointer user_data),
                                             gpointer user_data);
/** nb_wallet_sheet_write: writes buckets, holds and ledger rows as a few statements; call it once, before the function returns %TRUE */
NB_PUBLIC gboolean nb_wallet_sheet_write (NbWalletSheet *self, GError **error);

#define NB_TYPE_WALLET (nb_wallet_get_type ())
NB_PUBLIC G_DECLARE_INTERFACE (NbWallet, nb_wallet, NB, WALLET, GObject)

/**
 * NbWalletInterface:
 * @open_sheet: reads and locks the holds of @auctions, then the wallets of @people and of everyone who has one of these
 *   holds, by ascending id. The auctions' rows must be locked already
 * @read_balance: the two buckets of @person; zeros for someone who never had money
 * @list_holds: (element-type NbHold): the active holds of @person, oldest first, at most 1,000
 * @deposit: bank → available; a @key that was used before moves nothing and gives the first entry again
 * @withdraw: available → bank, likewise
 * @adjust: bank → available, or back where @amount is negative; @actor and @reason go into the audit log
 *
 * Since: 1.0
 */
struct _NbWalletInterface
{
  GTypeInterface parent_iface;

  NbWalletSheet *(*open_sheet) (NbWallet *self, NbTransaction *transaction, const gint64 *auctions, gsize n_auctions,
                                const gint64 *people, gsize n_people, GError **error);
  gboolean (*read_balance) (NbWallet *self, NbTransaction *transaction, gint64 person, NbBalance *balance,
                            GError **error);
  GArray *(*list_holds) (NbWallet *self, NbTransaction *transaction, gint64 person, GError **error);
  gboolean (*deposit) (NbWallet *self, NbTransaction *transaction, gint64 person, NbMoney amount, const char *key,
                       NbEntry *entry, GError **error);
  gboolean (*withdraw) (NbWallet *self, NbTransaction *transaction, gint64 person, NbMoney amount, const char *key,
                        NbEntry *entry, GError **error);
  gboolean (*adjust) (NbWallet *self, NbTransaction *transaction, gint64 person, NbMoney amount, const char *actor,
                      const char *reason, NbEntry *entry, GError **error);

  /*< private >*/
  gpointer reserved[8];
};

/** nb_wallet_open_sheet: Returns: (transfer full) (nullable): the wallets that one transaction works on; the functions below likewise call the hook of their name */
NB_PUBLIC NbWalletSheet *nb_wallet_open_sheet (NbWallet *self, NbTransaction *transaction, const gint64 *auctions,
                                               gsize n_auctions, const gint64 *people, gsize n_people, GError **error);
/** nb_wallet_read_balance: fills @balance; zeros for someone who never had money */
NB_PUBLIC gboolean nb_wallet_read_balance (NbWallet *self, NbTransaction *transaction, gint64 person,
                                           NbBalance *balance, GError **error);
/** nb_wallet_list_holds: Returns: (transfer full) (element-type NbHold): the active holds of @person */
NB_PUBLIC GArray *nb_wallet_list_holds (NbWallet *self, NbTransaction *transaction, gint64 person, GError **error);
/** nb_wallet_deposit: bank → available; @key: (nullable): the idempotency key that the ledger row carries */
NB_PUBLIC gboolean nb_wallet_deposit (NbWallet *self, NbTransaction *transaction, gint64 person, NbMoney amount,
                                      const char *key, NbEntry *entry, GError **error);
/** nb_wallet_withdraw: available → bank; `insufficient_funds` when it is not covered */
NB_PUBLIC gboolean nb_wallet_withdraw (NbWallet *self, NbTransaction *transaction, gint64 person, NbMoney amount,
                                       const char *key, NbEntry *entry, GError **error);
/** nb_wallet_adjust: corrects what @person has available by @amount, which may be negative; not more than is there */
NB_PUBLIC gboolean nb_wallet_adjust (NbWallet *self, NbTransaction *transaction, gint64 person, NbMoney amount,
                                     const char *actor, const char *reason, NbEntry *entry, GError **error);

#define NB_TYPE_PAYMENT_PROVIDER (nb_payment_provider_get_type ())
NB_PUBLIC G_DECLARE_INTERFACE (NbPaymentProvider, nb_payment_provider, NB, PAYMENT_PROVIDER, GObject)

/**
 * NbPaymentProviderInterface:
 * @get_title: (transfer none): how the wallet page names it in @language
 * @collect_async: asks the outside world for @amount; runs on the main loop, before any transaction
 * @collect_finish: (transfer full): the provider's reference of the payment, or %NULL with the reason
 *
 * Where deposits come from. The wallet credits only after `collect` succeeded. The same @key must give the same payment.
 *
 * Since: 1.0
 */
struct _NbPaymentProviderInterface
{
  GTypeInterface parent_iface;

  const char *(*get_title) (NbPaymentProvider *self, const char *language);
  void (*collect_async) (NbPaymentProvider *self, gint64 person, NbMoney amount, const char *key,
                         GAsyncReadyCallback callback, gpointer user_data);
  char *(*collect_finish) (NbPaymentProvider *self, GAsyncResult *result, GError **error);

  /*< private >*/
  gpointer reserved[6];
};

/** nb_payment_provider_get_title: Returns: (transfer none): how the wallet page names it in @language */
NB_PUBLIC const char *nb_payment_provider_get_title (NbPaymentProvider *self, const char *language);
/** nb_payment_provider_collect_async: asks the outside world for @amount; the same @key gives the same payment */
NB_PUBLIC void nb_payment_provider_collect_async (NbPaymentProvider *self, gint64 person, NbMoney amount,
                                                  const char *key, GAsyncReadyCallback callback, gpointer user_data);
NB_PUBLIC char *nb_payment_provider_collect_finish (NbPaymentProvider *self, GAsyncResult *result, GError **error);

G_END_DECLS
