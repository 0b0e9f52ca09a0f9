/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Opening, migrating and closing a store, for the host and the tests. */
#pragma once

#include <neighborbid/nb-store.h>

G_BEGIN_DECLS

typedef struct
{
  guint queue_max; /* jobs that may wait; 0: the default of 1024 */
  guint n_workers; /* PostgreSQL connections that write; 0: the default */
  guint n_readers; /* connections that read; 0: the default */
} NbStoreOptions;

/* @url: `sqlite:/path/to/file` or `postgresql://…` (also `postgresql:///db?host=/run/dir&port=…`).
 * Opens nothing yet but checks the url. The main context of the caller becomes the one events are handed out on. */
NbStore *nb_store_new (const char *url, const NbStoreOptions *options, GError **error);

/* One component's migrations: `NNN-name.sql` files in @dir, applied in order, each in one transaction under a lock. Lines
 * after `-- @sqlite` are for SQLite alone, after `-- @postgresql` for PostgreSQL alone, after `-- @both` for both; `@id@`
 * stands for the type of an id (INTEGER on SQLite, so that it is the rowid; BIGINT on PostgreSQL). */
typedef struct
{
  char *component;
  int number;
  char *name;
  enum { NB_MIGRATION_APPLIED, NB_MIGRATION_PENDING, NB_MIGRATION_CHANGED, NB_MIGRATION_UNKNOWN } state;
} NbMigration;

/* Blocking, called before nb_store_start() by the process that owns the database's schema.
 * @report: (out) (optional) (element-type NbMigration). With @dry_run nothing is written. */
gboolean nb_store_migrate (NbStore *self, const char *component, const char *dir, gboolean dry_run,
                           GPtrArray **report, GError **error);

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
guint nb_store_get_waiting (NbStore *self);
/* Returns: (transfer none): an NbSql that lives for ever for this text; only for a bounded number of texts. */
const NbSql *nb_store_intern_sql (NbStore *self, const char *sqlite, const char *postgresql, const char *columns);

/* Signal "committed" (GPtrArray of NbEvent): on the main context, right after COMMIT and before callbacks. */

/* For tests: where in a transaction's life the hook is called, on the store thread. */
typedef enum { NB_FAULT_BEFORE_BEGIN, NB_FAULT_AFTER_WRITE, NB_FAULT_BEFORE_COMMIT, NB_FAULT_AFTER_COMMIT } NbFaultPoint;
typedef void (*NbFaultHook) (NbFaultPoint point, NbTransaction *transaction, gpointer user_data);
void nb_store_set_fault_hook (NbStore *self, NbFaultHook hook, gpointer user_data);

G_END_DECLS
