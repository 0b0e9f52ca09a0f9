/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One connection to the database, used by one thread at a time. */
#pragma once

#include <libgda/libgda.h>
#include <neighborbid/nb-rows.h>

G_BEGIN_DECLS

/* What a failure means for the transaction that it happened in. */
typedef enum
{
  NB_FAILURE_NONE,
  NB_FAILURE_STATEMENT,  /* wrong by itself: repeating won't help */
  NB_FAILURE_CONSTRAINT, /* a unique, foreign key or check constraint */
  NB_FAILURE_CONFLICT,   /* another transaction was in the way: repeat */
  NB_FAILURE_LINK,       /* the connection is lost: open another, repeat */
  NB_FAILURE_FULL        /* the database has no room to write */
} NbFailure;

typedef enum
{
  NB_OPEN_WRITER,
  NB_OPEN_READER,
  NB_OPEN_MIGRATOR, /* writes, perhaps before core's own tables are there */
  NB_OPEN_INSPECTOR /* changes nothing at all, not even settings that last */
} NbOpenMode;

/* How a COMMIT that was never answered has ended. */
typedef enum
{
  NB_OUTCOME_UNKNOWN, /* it still runs, or nobody could be asked */
  NB_OUTCOME_COMMITTED,
  NB_OUTCOME_ROLLED_BACK
} NbOutcome;

/* How many rows a write must touch, and what it means when it does not. */
typedef struct
{
  gint64 n_rows;
  gboolean is_conflict; /* another transaction was in the way: repeat */
} NbExpectation;

typedef struct _NbConnection NbConnection;
typedef struct _NbStatement NbStatement;

/* What differs between the databases. Each call but is_alive() sets `failure` when it returns FALSE. */
typedef struct
{
  gboolean is_sqlite;
  GdaConnection *(*open) (const char *target, GError **error);
  /* Finds the native handle, and settles the session. */
  gboolean (*attach) (NbConnection *self, const char *target, NbOpenMode mode, GError **error);
  gboolean (*begin) (NbConnection *self, gboolean is_read, GError **error);
  /* Runs text that answers no rows on the native handle. */
  gboolean (*run) (NbConnection *self, const char *text, GError **error);
  gboolean (*is_in_transaction) (NbConnection *self);
  gboolean (*is_alive) (NbConnection *self);
  NbFailure (*classify) (NbConnection *self);
  /* Runs a statement whose parameters are bound. */
  NbRows *(*query) (NbConnection *self, NbStatement *statement, GError **error);
  /* Runs one that answers no rows. Returns: how many rows it touched, or -1 */
  gint64 (*execute) (NbConnection *self, NbStatement *statement, GError **error);
  /* Keeps a write to be sent with others, and sends what is kept; NULL where that gains nothing. */
  gboolean (*defer) (NbConnection *self, NbStatement *statement, const NbExpectation *expectation, GError **error);
  gboolean (*settle) (NbConnection *self, GError **error);
  /* Runs a foreign script of several statements, which must not end the transaction. */
  gboolean (*run_script) (NbConnection *self, const char *script, GError **error);
  /* NULL where the link can't be lost. */
  NbOutcome (*look_up) (NbConnection *self, gint64 link_id, gint64 mark);
} NbBackend;

/* Before anything in the process uses SQLite. */
void nb_sqlite_settle_process (void);
extern const NbBackend nb_backend_sqlite;
extern const NbBackend nb_backend_postgresql;

struct _NbConnection
{
  const NbBackend *backend;
  GdaConnection *gda;
  gpointer native; /* sqlite3 or PGconn */
  GdaSqlParser *parser;
  GHashTable *statements; /* NbSql → NbStatement */
  NbFailure failure;      /* of the last call that failed */
  gint64 now;             /* when the transaction began, by the one clock */
  gint64 clock_offset;    /* PostgreSQL: what to add to the monotonic clock to get the database's */
  gint64 clock_doubt;     /* how far that may be off */
  gint64 link_id;         /* PostgreSQL: unique to this connection */
  GPtrArray *deferred;    /* (nullable): writes that are kept */
  guint n_prepared;       /* PostgreSQL: statements that were prepared for such writes */
  gint64 mark;            /* PostgreSQL: unique to the writing transaction, and kept by its commit; see look_up() */
};

/* @target: the file of SQLite, the connection string of PostgreSQL
 * @statements: (nullable): from nb_connection_new_statements(): what earlier connections of this thread have parsed */
NbConnection *nb_connection_open (const NbBackend *backend, const char *target, NbOpenMode mode, GHashTable *statements,
                                  GError **error);
/* Parsing leaks some kilobytes, so a thread keeps what it has parsed when it must open a new connection. */
GHashTable *nb_connection_new_statements (void);
void nb_connection_close (NbConnection *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbConnection, nb_connection_close)

/* Returns: (transfer full): the rows, or NULL with @error and `failure` set */
NbRows *nb_connection_query (NbConnection *self, const NbSql *sql, const NbParam *params, gsize n_params,
                             GError **error);
/* Returns: the number of rows touched, or -1 with @error and `failure` set */
gint64 nb_connection_execute (NbConnection *self, const NbSql *sql, const NbParam *params, gsize n_params,
                              GError **error);

/* Runs a write that must touch the rows that @expectation tells, now or at the latest with the next
 * nb_connection_settle(), which every other call of a transaction must follow. */
gboolean nb_connection_expect (NbConnection *self, const NbSql *sql, const NbParam *params, gsize n_params,
                               const NbExpectation *expectation, GError **error);
gboolean nb_connection_settle (NbConnection *self, GError **error);
/* Forgets the writes that are kept, for a transaction that is rolled back. */
void nb_connection_drop_deferred (NbConnection *self);
/* Returns: whether @touched is as expected; else sets `failure` */
gboolean nb_connection_check_rows (NbConnection *self, const NbSql *sql, const NbExpectation *expectation,
                                   gint64 touched, GError **error);

/* Sets @failure and an error of its kind from what the database said. Returns: FALSE */
gboolean nb_connection_fail (NbConnection *self, NbFailure failure, const char *reason, GError **error);

/* Between enter and leave @statement is run by libgda. */
void nb_connection_enter (NbConnection *self, const NbStatement *statement);
void nb_connection_leave (NbConnection *self);
/* Sets `failure` and an error from what libgda and the database said. Returns: FALSE */
gboolean nb_connection_fail_from_gda (NbConnection *self, const GError *inner, GError **error);

/* The provider's private data begin with the native handle; its layout is checked against these. */
gpointer nb_connection_get_provider_data (NbConnection *self, GError **error);

G_END_DECLS
