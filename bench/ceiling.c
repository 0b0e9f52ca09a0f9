/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One bid as it would be written by hand: read the auction, release one hold, take another, insert, update, commit. */
#include "bench/ceiling.h"

#include <libpq-fe.h>
#include <sqlite3.h>
#include <stdlib.h>

#define N_WALLETS 1000

static const char *const schema[] = {
  "CREATE TABLE w (id BIGINT PRIMARY KEY, balance BIGINT NOT NULL, held BIGINT NOT NULL)",
  "CREATE TABLE a (id BIGINT PRIMARY KEY, price BIGINT NOT NULL, leader BIGINT NOT NULL)",
  "CREATE TABLE b (id BIGINT PRIMARY KEY, auction BIGINT NOT NULL, person BIGINT NOT NULL, amount BIGINT NOT NULL)",
  "INSERT INTO a VALUES (1, 0, 1)",
};

static void
fail (const char *what, const char *why)
{
  g_printerr ("%s: %s\n", what, why);
  exit (1);
}

static void
run_sqlite (sqlite3 *db, const char *sql)
{
  if (sqlite3_exec (db, sql, NULL, NULL, NULL) != SQLITE_OK)
    fail (sql, sqlite3_errmsg (db));
}

static sqlite3_stmt *
prepare_sqlite (sqlite3 *db, const char *sql)
{
  sqlite3_stmt *statement;

  if (sqlite3_prepare_v2 (db, sql, -1, &statement, NULL) != SQLITE_OK)
    fail (sql, sqlite3_errmsg (db));
  return statement;
}

static void
step_sqlite (sqlite3 *db, sqlite3_stmt *statement, gint64 a, gint64 b, gint64 c)
{
  const gint64 values[] = { a, b, c };
  int wanted = sqlite3_bind_parameter_count (statement);

  for (int i = 0; i < wanted; i++)
    sqlite3_bind_int64 (statement, i + 1, values[i]);
  if (sqlite3_step (statement) == SQLITE_ERROR)
    fail ("step", sqlite3_errmsg (db));
  sqlite3_reset (statement);
}

static void
fill_sqlite (sqlite3 *db)
{
  for (guint i = 0; i < G_N_ELEMENTS (schema); i++)
    run_sqlite (db, schema[i]);
  for (int i = 1; i <= N_WALLETS; i++)
    {
      g_autofree char *sql = g_strdup_printf ("INSERT INTO w VALUES (%d, 1000000000000, 0)", i);

      run_sqlite (db, sql);
    }
}

double
bench_ceiling_sqlite (const char *folder, int seconds)
{
  static const char *const texts[] = {
    "SELECT price, leader FROM a WHERE id = 1",
    "UPDATE w SET held = 0 WHERE id = ?1",
    "UPDATE w SET held = ?2 WHERE id = ?1 AND balance >= ?2",
    "INSERT INTO b VALUES (?3, 1, ?1, ?2)",
    "UPDATE a SET price = ?2, leader = ?1 WHERE id = 1",
  };
  g_autofree char *path = g_build_filename (folder, "ceiling.db", NULL);
  sqlite3_stmt *statements[G_N_ELEMENTS (texts)];
  sqlite3 *db;
  gint64 began_at, n = 0;
  double rate;

  if (sqlite3_open (path, &db) != SQLITE_OK)
    fail (path, "can't be opened");
  run_sqlite (db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; BEGIN");
  fill_sqlite (db);
  run_sqlite (db, "COMMIT");
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    statements[i] = prepare_sqlite (db, texts[i]);
  began_at = g_get_monotonic_time ();
  while (g_get_monotonic_time () - began_at < seconds * (gint64)G_USEC_PER_SEC)
    {
      gint64 person = 1 + n % N_WALLETS, before = 1 + (n + N_WALLETS - 1) % N_WALLETS;

      n++;
      run_sqlite (db, "BEGIN IMMEDIATE");
      for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
        step_sqlite (db, statements[i], i == 1 ? before : person, n, n);
      run_sqlite (db, "COMMIT");
    }
  rate = (double)n * G_USEC_PER_SEC / (double)(g_get_monotonic_time () - began_at);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    sqlite3_finalize (statements[i]);
  sqlite3_close (db);
  return rate;
}

static void
run_postgresql (PGconn *link, PGresult *result)
{
  ExecStatusType status = PQresultStatus (result);

  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
    fail ("PostgreSQL", PQerrorMessage (link));
  PQclear (result);
}

static void
fill_postgresql (PGconn *link)
{
  for (guint i = 0; i < G_N_ELEMENTS (schema); i++)
    run_postgresql (link, PQexec (link, schema[i]));
  run_postgresql (link, PQexec (link, "INSERT INTO w SELECT i, 1000000000000, 0 FROM generate_series (1, 1000) AS i"));
}

static void
bid_postgresql (PGconn *link, gint64 n)
{
  static const int n_params[] = { 0, 1, 2, 3, 2 };
  static const char *const names[] = { "s0", "s1", "s2", "s3", "s4" };
  g_autofree char *person = g_strdup_printf ("%" G_GINT64_FORMAT, 1 + n % N_WALLETS);
  g_autofree char *before = g_strdup_printf ("%" G_GINT64_FORMAT, 1 + (n + N_WALLETS - 1) % N_WALLETS);
  g_autofree char *amount = g_strdup_printf ("%" G_GINT64_FORMAT, n + 1);

  run_postgresql (link, PQexec (link, "BEGIN"));
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const char *values[] = { i == 1 ? before : person, amount, amount };

      run_postgresql (link, PQexecPrepared (link, names[i], n_params[i], values, NULL, NULL, 0));
    }
  run_postgresql (link, PQexec (link, "COMMIT"));
}

double
bench_ceiling_postgresql (const char *url, int seconds)
{
  static const char *const texts[] = {
    "SELECT price, leader FROM a WHERE id = 1 FOR UPDATE",    "UPDATE w SET held = 0 WHERE id = $1",
    "UPDATE w SET held = $2 WHERE id = $1 AND balance >= $2", "INSERT INTO b VALUES ($3, 1, $1, $2)",
    "UPDATE a SET price = $2, leader = $1 WHERE id = 1",
  };
  PGconn *link = PQconnectdb (url);
  gint64 began_at, n = 0;
  double rate;

  if (PQstatus (link) != CONNECTION_OK)
    fail (url, PQerrorMessage (link));
  fill_postgresql (link);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *name = g_strdup_printf ("s%u", i);

      run_postgresql (link, PQprepare (link, name, texts[i], 0, NULL));
    }
  began_at = g_get_monotonic_time ();
  while (g_get_monotonic_time () - began_at < seconds * (gint64)G_USEC_PER_SEC)
    bid_postgresql (link, n++);
  rate = (double)n * G_USEC_PER_SEC / (double)(g_get_monotonic_time () - began_at);
  PQfinish (link);
  return rate;
}
