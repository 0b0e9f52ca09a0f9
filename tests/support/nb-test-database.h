/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A real database for one test: a SQLite file, or a database of a private PostgreSQL on a Unix socket. */
#pragma once

#include "core/store/nb-store-private.h"

G_BEGIN_DECLS

typedef enum
{
  NB_TEST_SQLITE,
  NB_TEST_POSTGRESQL
} NbTestDatabaseKind;

typedef struct _NbTestDatabase NbTestDatabase;

/* An empty database. The PostgreSQL server is started on first use, once for each test program, and ends with it. A
 * missing program fails the test, with a reason. */
NbTestDatabase *nb_test_database_new (NbTestDatabaseKind kind);
void nb_test_database_free (NbTestDatabase *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbTestDatabase, nb_test_database_free)

const char *nb_test_database_get_url (NbTestDatabase *self);
/* Returns: (transfer none): a temporary folder that goes with the database */
const char *nb_test_database_get_folder (NbTestDatabase *self);
/* Returns: the kind's name for test paths: `sqlite` or `postgresql` */
const char *nb_test_database_kind_name (NbTestDatabaseKind kind);

/* A started store on @self, with core's own tables. It hands out events on the thread's default main context. */
NbStore *nb_test_store_new (NbTestDatabase *self);
/* The same with options, also for a second store on the same database. */
NbStore *nb_test_store_new_full (NbTestDatabase *self, const NbStoreOptions *options);

/* Runs SQL past the store, on a connection of its own. Returns: (transfer full) (nullable): the first cell */
char *nb_test_database_run (NbTestDatabase *self, const char *sql);

/* PostgreSQL alone: ends all connections of the database by pg_terminate_backend(). Returns: how many there were */
guint nb_test_database_kill_backends (NbTestDatabase *self);
/* PostgreSQL alone: SIGQUIT, so that the server stops without waiting for anything; then starts it again. The server
 * ends with the thread that started it, so start it from the main thread. */
void nb_test_database_stop_at_once (NbTestDatabase *self);
void nb_test_database_start_again (NbTestDatabase *self);

/* Ends the private PostgreSQL server and removes its files; called by itself when the program exits. */
void nb_test_database_shut_down (void);

G_END_DECLS
