/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Looks at what belongs to no plugin: migrations, the clock, auctions that nobody closed, the outbox. */
#include "core/app/nb-doctor.h"

#include "core/engine/nb-outbox-list.h"
#include "core/engine/nb-replay.h"

#define CORE "core"
#define CLOCK_TOLERANCE (2 * G_USEC_PER_SEC)
#define FUTURE_TOLERANCE (60 * G_USEC_PER_SEC)
#define STUCK_AFTER (120 * G_USEC_PER_SEC)

gboolean
nb_doctor_check_migrations (NbHost *host, GPtrArray *faults, GError **error)
{
  g_autoptr (GPtrArray) list = nb_host_list_migrations (host, error);

  for (guint i = 0; list && i < list->len; i++)
    {
      const NbMigration *migration = list->pdata[i];
      const char *what = migration->state == NB_MIGRATION_PENDING ? "is pending: 'neighborbid db migrate' applies it"
                         : migration->state == NB_MIGRATION_CHANGED
                             ? "is not what was applied under its number"
                             : "is unknown: the database is newer than this program";
      if (migration->state != NB_MIGRATION_APPLIED)
        g_ptr_array_add (faults, g_strdup_printf ("migration %03d %s of %s %s", migration->number, migration->name,
                                                  migration->component, what));
    }
  return list != NULL;
}

/* Deadlines are judged by one clock; a clock that went back shows by rows from the future. */
static gboolean
check_clock (NbTransaction *transaction, GPtrArray *faults, gpointer user_data, GError **error)
{
  static const NbSql sql = { "SELECT count (*), COALESCE (max (created_at), 0) FROM auctions "
                             "WHERE created_at > ##limit::gint64",
                             "SELECT CAST (count (*) AS bigint), CAST (COALESCE (max (created_at), 0) AS bigint) "
                             "FROM auctions WHERE created_at > ##limit::gint64",
                             "xx" };
  gint64 now = nb_transaction_now (transaction);
  gint64 difference = now - g_get_real_time ();
  g_autoptr (NbRows) rows
      = nb_transaction_query (transaction, &sql, NB_PARAMS (NB_INT (now + FUTURE_TOLERANCE)), error);

  if (!rows)
    return FALSE;
  if (ABS (difference) > CLOCK_TOLERANCE)
    g_ptr_array_add (faults, g_strdup_printf ("the database's clock and this machine's differ by %.1f s",
                                              (double)difference / G_USEC_PER_SEC));
  if (nb_rows_get_int (rows, 0, 0) > 0)
    {
      g_autofree char *latest = nb_time_to_json (nb_rows_get_int (rows, 0, 1));
      g_ptr_array_add (faults,
                       g_strdup_printf ("%" G_GINT64_FORMAT " auctions were listed in the future, the last at %s: "
                                        "the clock went back",
                                        nb_rows_get_int (rows, 0, 0), latest));
    }
  return TRUE;
}

static gboolean
check_stuck_auctions (NbTransaction *transaction, GPtrArray *faults, gpointer user_data, GError **error)
{
  static const NbSql sql = { "SELECT id, status, ends_at FROM auctions WHERE status IN ('open', 'scheduled') AND "
                             "next_due_at > 0 AND next_due_at < ##limit::gint64 ORDER BY next_due_at LIMIT 20",
                             NULL, "xsx" };
  gint64 now = nb_transaction_now (transaction);
  g_autoptr (NbRows) rows = nb_transaction_query (transaction, &sql, NB_PARAMS (NB_INT (now - STUCK_AFTER)), error);

  for (gsize i = 0; rows && i < nb_rows_get_n (rows); i++)
    {
      g_autofree char *end = nb_time_to_json (nb_rows_get_int (rows, i, 2));
      g_ptr_array_add (faults, g_strdup_printf ("auction %" G_GINT64_FORMAT " is still %s, though it was due more than "
                                                "two minutes ago (its end: %s)",
                                                nb_rows_get_int (rows, i, 0), nb_rows_get_text (rows, i, 1), end));
    }
  return rows != NULL;
}

gboolean
nb_doctor_register (NbHost *host, GError **error)
{
  return nb_registry_add_check (host->registry, CORE, "clock", "The clocks agree and do not go back", check_clock, NULL,
                                error)
         && nb_registry_add_check (host->registry, CORE, "stuck-auctions", "Every auction that was due is dealt with",
                                   check_stuck_auctions, NULL, error)
         && nb_registry_add_check (host->registry, CORE, "outbox", "Nothing was given up, and nothing waits too long",
                                   nb_outbox_check, host->registry, error)
         && nb_replay_register_checks (host->registry, error);
}
