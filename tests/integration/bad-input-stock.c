/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All that a database holds, as a line for each table: what refused requests must leave as it was. */
#include "tests/integration/bad-input-site.h"

#include <sqlite3.h>
#include <string.h>

static sqlite3 *
open_sqlite (BadSite *self)
{
  const char *path = nb_test_database_get_url (self->database) + strlen ("sqlite:");
  sqlite3 *link = NULL;

  g_assert_cmpint (sqlite3_open_v2 (path, &link, SQLITE_OPEN_READONLY, NULL), ==, SQLITE_OK);
  sqlite3_busy_timeout (link, 60000);
  return link;
}

static sqlite3_stmt *
prepare (sqlite3 *link, const char *sql)
{
  sqlite3_stmt *statement = NULL;

  if (sqlite3_prepare_v2 (link, sql, -1, &statement, NULL) != SQLITE_OK)
    g_error ("%s: %s", sql, sqlite3_errmsg (link));
  return statement;
}

/* A line with the table's name, its number of rows, and a checksum of all that stands in them. */
static void
take_table (GString *stock, sqlite3 *link, const char *name)
{
  g_autofree char *sql = g_strdup_printf ("SELECT * FROM \"%s\" ORDER BY rowid", name);
  g_autofree char *keys = g_strdup_printf ("SELECT * FROM \"%s\" ORDER BY 1", name);
  const gboolean is_sessions = strcmp (name, "sessions") == 0;
  sqlite3_stmt *statement = prepare (link, is_sessions ? keys : sql);
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  guint rows = 0;

  for (; sqlite3_step (statement) == SQLITE_ROW; rows++)
    for (int i = 0; i < sqlite3_column_count (statement); i++)
      {
        const gboolean is_seen = is_sessions && strcmp (sqlite3_column_name (statement, i), "seen_at") == 0;
        const void *bytes = is_seen ? NULL : sqlite3_column_blob (statement, i);

        if (bytes != NULL)
          g_checksum_update (sum, bytes, sqlite3_column_bytes (statement, i));
        g_checksum_update (sum, (const guchar *)"|", 1);
      }
  sqlite3_finalize (statement);
  g_string_append_printf (stock, "%s %u %s\n", name, rows, g_checksum_get_string (sum));
}

static char *
take_sqlite (BadSite *self)
{
  sqlite3 *link = open_sqlite (self);
  sqlite3_stmt *names = prepare (link, "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE "
                                       "'CREATE VIRTUAL%' AND name NOT LIKE 'sqlite_%' AND sql NOT LIKE "
                                       "'%WITHOUT ROWID%' AND name <> 'request_keys' ORDER BY name");
  GString *stock = g_string_new (NULL);

  while (sqlite3_step (names) == SQLITE_ROW)
    take_table (stock, link, (const char *)sqlite3_column_text (names, 0));
  sqlite3_finalize (names);
  sqlite3_close (link);
  return g_string_free (stock, FALSE);
}

static char *
take_postgresql (BadSite *self)
{
  g_autofree char *list = nb_test_database_run (
      self->database, "SELECT string_agg(tablename, ' ' ORDER BY tablename) FROM pg_tables WHERE schemaname = 'public' "
                      "AND tablename NOT IN ('request_keys', 'commit_marks')");
  g_auto (GStrv) names = g_strsplit (list, " ", -1);
  GString *stock = g_string_new (NULL);

  for (gsize i = 0; names[i] != NULL; i++)
    {
      g_autofree char *sql = g_strdup_printf (
          "SELECT count(*) || ' ' || coalesce(md5(string_agg((to_jsonb(t) - 'seen_at')::text, '|' ORDER BY "
          "(to_jsonb(t) - 'seen_at')::text)), '') FROM %s AS t",
          names[i]);
      g_autofree char *sum = nb_test_database_run (self->database, sql);

      g_string_append_printf (stock, "%s %s\n", names[i], sum);
    }
  return g_string_free (stock, FALSE);
}

/* What was committed before is told to people a little later: until then the stock moves by itself. */
static void
wait_until_told (BadSite *self)
{
  const gint64 deadline = g_get_monotonic_time () + 60 * G_USEC_PER_SEC;

  while (TRUE)
    {
      g_autofree char *waiting = nb_test_database_run (
          self->database, "SELECT (SELECT count (*) FROM outbox) + (SELECT count (*) FROM notify_fanouts)");

      if (strcmp (waiting, "0") == 0)
        return;
      if (g_get_monotonic_time () > deadline)
        g_error ("%s events are told to nobody", waiting);
      g_usleep (G_USEC_PER_SEC / 100);
    }
}

char *
bad_site_take_stock (BadSite *self)
{
  wait_until_told (self);
  return g_str_has_prefix (self->url, "database.url=sqlite:") ? take_sqlite (self) : take_postgresql (self);
}
