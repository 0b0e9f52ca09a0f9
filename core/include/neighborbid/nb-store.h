/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The store: functions that run inside a transaction on a worker thread, and what they may do there. */
#pragma once

#include <gio/gio.h>
#include <neighborbid/nb-event.h>
#include <neighborbid/nb-rows.h>

G_BEGIN_DECLS

#define NB_TYPE_STORE (nb_store_get_type ())
NB_PUBLIC G_DECLARE_FINAL_TYPE (NbStore, nb_store, NB, STORE, GObject)

/**
 * NbTransaction:
 *
 * A running transaction. Valid only inside the function that it was given to, and only on that thread.
 *
 * Since: 1.0
 */
typedef struct _NbTransaction NbTransaction;

/**
 * NbTransactFunc:
 * @transaction: the running transaction
 * @user_data: the caller's; no other thread touches it while the function may run
 * @error: why the transaction must be rolled back
 *
 * Runs on a store thread inside BEGIN and COMMIT. It may run again after a conflict, so it must set all that it gives
 * back anew each time, and must not touch anything outside @transaction and @user_data.
 *
 * Returns: %TRUE to commit, %FALSE with @error set to roll back
 * Since: 1.0
 */
typedef gboolean (*NbTransactFunc) (NbTransaction *transaction, gpointer user_data, GError **error);

/**
 * nb_store_transact_async:
 * @self: a store
 * @function: what to do
 * @user_data: (transfer full): for @function
 * @destroy: (nullable): frees @user_data once the operation has ended and its callback has run
 * @cancellable: (nullable): cancels a job that still waits; one that runs is finished
 * @callback: called on the caller's main context when COMMIT has returned, or with the reason why not
 * @callback_data: for @callback
 *
 * Runs @function in a transaction that may write. Serialization failures, deadlocks and a busy database are repeated a
 * bounded number of times. A full queue answers `busy` at once. A COMMIT whose outcome stayed unknown is resolved by looking.
 * Events that @function emitted are handed out before @callback runs.
 *
 * Since: 1.0
 */
NB_PUBLIC void nb_store_transact_async (NbStore *self, NbTransactFunc function, gpointer user_data,
                                        GDestroyNotify destroy, GCancellable *cancellable,
                                        GAsyncReadyCallback callback, gpointer callback_data);
NB_PUBLIC gboolean nb_store_transact_finish (NbStore *self, GAsyncResult *result, GError **error);

/**
 * nb_store_read_async:
 *
 * As nb_store_transact_async(), but @function only reads: it sees one consistent snapshot, waits for no writer, and
 * whatever it would write is refused.
 *
 * Since: 1.0
 */
NB_PUBLIC void nb_store_read_async (NbStore *self, NbTransactFunc function, gpointer user_data, GDestroyNotify destroy,
                                    GCancellable *cancellable, GAsyncReadyCallback callback, gpointer callback_data);
NB_PUBLIC gboolean nb_store_read_finish (NbStore *self, GAsyncResult *result, GError **error);

/**
 * nb_store_now:
 * @self: a store
 *
 * The one clock that deadlines are judged by: the database's on PostgreSQL (measured, then carried on by the host's),
 * the host's on SQLite. Callable from any thread. It follows its source once a second, so it may step back a little (or as far
 * as the host's clock is set back, on SQLite): compare times, never count on a later call giving a later time.
 *
 * Returns: microseconds since the epoch
 * Since: 1.0
 */
NB_PUBLIC gint64 nb_store_now (NbStore *self);

/**
 * nb_transaction_query:
 * @self: a transaction
 * @sql: a statement that answers rows
 * @params: (array length=n_params): its parameters in order; use NB_PARAMS()
 * @n_params: how many
 * @error: the database's reason
 *
 * Returns: (transfer full) (nullable): the rows; free with nb_rows_free(). After an error the transaction can only be
 *   rolled back: return %FALSE
 * Since: 1.0
 */
NB_PUBLIC NbRows *nb_transaction_query (NbTransaction *self, const NbSql *sql, const NbParam *params, gsize n_params,
                                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * nb_transaction_execute:
 * @self: a transaction
 * @sql: a statement that answers no rows
 * @params: (array length=n_params): its parameters in order
 * @n_params: how many
 * @error: the database's reason
 *
 * Returns: the number of rows touched, or -1 with @error set
 * Since: 1.0
 */
NB_PUBLIC gint64 nb_transaction_execute (NbTransaction *self, const NbSql *sql, const NbParam *params, gsize n_params,
                                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * nb_transaction_execute_exactly:
 * @expected: how many rows must be touched
 *
 * As nb_transaction_execute(), but any other number of rows is an error, so that a lost update can't pass.
 *
 * Since: 1.0
 */
NB_PUBLIC gboolean nb_transaction_execute_exactly (NbTransaction *self, gint64 expected, const NbSql *sql,
                                                   const NbParam *params, gsize n_params,
                                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * nb_transaction_expect:
 * @expected: how many rows must be touched
 *
 * As nb_transaction_execute_exactly(), for a write whose outcome the function does not have to know at once: it may be
 * sent together with others, before the next statement of another kind or with the commit, and what goes wrong with it
 * may be told only there. Such writes cost the database one round trip together.
 *
 * Since: 1.0
 */
NB_PUBLIC gboolean nb_transaction_expect (NbTransaction *self, gint64 expected, const NbSql *sql, const NbParam *params,
                                          gsize n_params, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * nb_transaction_emit:
 * @self: a transaction that writes
 * @event: (transfer full): a fact that becomes true with the commit
 *
 * Writes @event to the outbox in this transaction and hands it to handlers after COMMIT; after a rollback it never existed.
 *
 * Since: 1.0
 */
NB_PUBLIC void nb_transaction_emit (NbTransaction *self, NbEvent *event);

/** nb_transaction_now: Returns: the time of this transaction by the one clock, in microseconds since the epoch */
NB_PUBLIC gint64 nb_transaction_now (NbTransaction *self);

/**
 * nb_transaction_claim_key:
 * @self: a transaction that writes
 * @person: whose request it is
 * @key: (nullable): the idempotency key; %NULL claims nothing
 * @fingerprint: canonical text of what was asked, such as `deposit:10000`
 * @stored: (out) (transfer full) (nullable): the answer that the first use of the key was given, or %NULL on a first use
 * @error: `idempotency_key_reused` when @key was used for something else
 *
 * Must come before any other write of the transaction. On a first use follow it with nb_transaction_store_answer().
 *
 * Returns: %FALSE if and only if @error is set
 * Since: 1.0
 */
NB_PUBLIC gboolean nb_transaction_claim_key (NbTransaction *self, gint64 person, const char *key,
                                             const char *fingerprint, char **stored, GError **error);
/** nb_transaction_store_answer: keeps @answer for the @key claimed in this transaction; %NULL @key does nothing */
NB_PUBLIC gboolean nb_transaction_store_answer (NbTransaction *self, gint64 person, const char *key,
                                                const char *answer, GError **error);

/**
 * nb_id_new:
 *
 * Returns: a new 64-bit id, above all that this process made before. Ids of several processes grow with time.
 * Since: 1.0
 */
NB_PUBLIC gint64 nb_id_new (void);
/** nb_id_parse: Returns: whether @text is an id in decimal: 1 to 19 digits, no sign, no leading zero */
NB_PUBLIC gboolean nb_id_parse (const char *text, gint64 *id);

G_END_DECLS
