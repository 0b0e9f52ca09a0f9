/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Opening, migrating and closing a store, for the host and the tests. */
#pragma once

#include <neighborbid/nb-store.h>

G_BEGIN_DECLS

typedef struct
{
  guint queue_max;   /* jobs that may wait; 0: the default of 1024 */
  guint n_workers;   /* PostgreSQL connections that write; 0: the default */
  guint n_readers;   /* connections that read; 0: the default */
  guint patience_ms; /* how long a job waits for a database that is away; 0: the default of 8000 */
} NbStoreOptions;

/* What went wrong below a transaction's function. A function may look for NB_STORE_ERROR_CONSTRAINT (a name that is
 * taken, say) and answer with an error of its own; the transaction is rolled back in any case. Conflicts, lost links
 * and a full disk reach callers as `busy`, once repeating hasn't helped. */
#define NB_STORE_ERROR (nb_store_error_quark ())
GQuark nb_store_error_quark (void);
typedef enum
{
  NB_STORE_ERROR_STATEMENT,
  NB_STORE_ERROR_CONSTRAINT,
  NB_STORE_ERROR_CONFLICT,
  NB_STORE_ERROR_LINK,
  NB_STORE_ERROR_FULL,
  NB_STORE_ERROR_REFUSED, /* a write inside a read */
  NB_STORE_ERROR_ROWS,    /* another number of rows than expected */
  NB_STORE_ERROR_MIGRATION,
  NB_STORE_ERROR_OUTCOME_UNKNOWN /* the link broke in COMMIT and nobody could be asked how it ended: neither yes nor no
                                  */
} NbStoreError;

/* @url: `sqlite:/path/to/file` or `postgresql://…` (also `postgresql:///db?host=/run/dir&port=…`).
 * Opens nothing yet but checks the url. The main context of the caller becomes the one events are handed out on. */
NbStore *nb_store_new (const char *url, const NbStoreOptions *options, GError **error);

/* One component's migrations: `NNN-name.sql` files in @dir, applied in order, each in one transaction under a lock.
 * Lines after `-- @sqlite` are for SQLite alone, after `-- @postgresql` for PostgreSQL alone, after `-- @both` for
 * both; `@id@` stands for the type of an id (INTEGER on SQLite, so that it is the rowid; BIGINT on PostgreSQL). */
typedef struct
{
  char *component;
  int number;
  char *name;
  enum
  {
    NB_MIGRATION_APPLIED,
    NB_MIGRATION_PENDING,
    NB_MIGRATION_CHANGED,
    NB_MIGRATION_UNKNOWN
  } state;
} NbMigration;

/* Blocking, called before nb_store_start() by the process that owns the database's schema.
 * @report: (out) (optional) (element-type NbMigration). With @dry_run nothing is written. */
gboolean nb_store_migrate (NbStore *self, const char *component, const char *dir, gboolean dry_run, GPtrArray **report,
                           GError **error);

/* Starts the worker threads; fails when the database can't be reached. */
gboolean nb_store_start (NbStore *self, GError **error);
/* Finishes queued work, joins the threads. Blocking. */
void nb_store_stop (NbStore *self);

/* The same as the asynchronous calls, blocking: for the command line and tests, never on a serving main loop. */
gboolean nb_store_transact (NbStore *self, NbTransactFunc function, gpointer user_data, GError **error);
gboolean nb_store_read (NbStore *self, NbTransactFunc function, gpointer user_data, GError **error);

gboolean nb_store_is_sqlite (NbStore *self);
/* Whether the last connection attempt worked; for /readyz. */
gboolean nb_store_is_healthy (NbStore *self);
/* Returns: (transfer none): an NbSql that lives for ever for this text; only for a bounded number of texts. */
const NbSql *nb_store_intern_sql (NbStore *self, const char *sqlite, const char *postgresql, const char *columns);

/* Signal "committed" (GPtrArray of NbEvent): on the main context, right after COMMIT and before callbacks. */

/* Deletes events that wait in the outbox and request keys that are older than these ages in microseconds, a bounded
 * number in each of a few transactions; of an age of NB_STORE_KEEP all are kept. Ends with the number of rows that it
 * deleted; -1 with an error. */
#define NB_STORE_KEEP G_MAXINT64
void nb_store_prune_async (NbStore *self, gint64 outbox_age, gint64 key_age, GCancellable *cancellable,
                           GAsyncReadyCallback callback, gpointer user_data);
gint64 nb_store_prune_finish (NbStore *self, GAsyncResult *result, GError **error);

/* Returns: the least id that could have been made at @time, in microseconds since the epoch */
gint64 nb_id_floor (gint64 time);

/* Ids of processes with different numbers never meet. Without a call each process draws one at random; on PostgreSQL the
 * store takes one in turn when it starts, and passes over those that living processes have: each of their connections
 * shares a lock on its number. @number: below NB_ID_NODES */
#define NB_ID_NODES 1024
#define NB_ID_NODE_LOCKS "1313817669"
void nb_id_set_node (guint number);
guint nb_id_get_node (void);

/* For tests: where in a transaction's life the hook is called, on the store thread. */
typedef enum
{
  NB_FAULT_BEFORE_BEGIN,
  NB_FAULT_AFTER_WRITE,
  NB_FAULT_BEFORE_COMMIT,
  NB_FAULT_AFTER_COMMIT
} NbFaultPoint;
typedef void (*NbFaultHook) (NbFaultPoint point, NbTransaction *transaction, gpointer user_data);
void nb_store_set_fault_hook (NbStore *self, NbFaultHook hook, gpointer user_data);

G_END_DECLS
