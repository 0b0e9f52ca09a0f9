/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Counts open auctions, and the events that wait in the outbox or were given up. */
#include "core/engine/nb-engine-gauges.h"

#define CORE "core"

static gboolean
read_auctions_open (NbTransaction *transaction, NbSamples *samples, gpointer user_data, GError **error)
{
  static const NbSql sql = { "SELECT type, COUNT (*) FROM auctions WHERE status = 'open' GROUP BY type ORDER BY type "
                             "LIMIT 100",
                             NULL, "sx" };
  NbRegistry *registry = user_data;
  g_autoptr (NbRows) rows = nb_transaction_query (transaction, &sql, NB_NO_PARAMS, error);
  g_autoptr (GPtrArray) types = nb_registry_list_auction_types (registry);
  g_autoptr (GHashTable) counted = g_hash_table_new (g_str_hash, g_str_equal);

  if (rows == NULL)
    return FALSE;
  for (gsize i = 0; i < nb_rows_get_n (rows); i++)
    {
      const char *type = nb_rows_get_text (rows, i, 0);
      nb_samples_add (samples, type, (double)nb_rows_get_int (rows, i, 1));
      g_hash_table_add (counted, (gpointer)type);
    }
  for (guint i = 0; i < types->len; i++)
    if (!g_hash_table_contains (counted, g_ptr_array_index (types, i)))
      nb_samples_add (samples, g_ptr_array_index (types, i), 0);
  return TRUE;
}

/* Counting stops where the number tells nothing more, so that the reading stays short. */
static gboolean
count_outbox (NbTransaction *transaction, const NbSql *sql, NbSamples *samples, GError **error)
{
  g_autoptr (NbRows) rows = nb_transaction_query (transaction, sql, NB_NO_PARAMS, error);

  if (rows == NULL)
    return FALSE;
  nb_samples_add (samples, NULL, (double)nb_rows_get_int (rows, 0, 0));
  return TRUE;
}

static gboolean
read_outbox_pending (NbTransaction *transaction, NbSamples *samples, gpointer user_data, GError **error)
{
  static const NbSql sql
      = { "SELECT COUNT (*) FROM (SELECT id FROM outbox WHERE is_dead = 0 LIMIT 100000) AS waiting", NULL, "x" };

  return count_outbox (transaction, &sql, samples, error);
}

static gboolean
read_outbox_dead (NbTransaction *transaction, NbSamples *samples, gpointer user_data, GError **error)
{
  static const NbSql sql
      = { "SELECT COUNT (*) FROM (SELECT id FROM outbox WHERE is_dead = 1 LIMIT 100000) AS dead", NULL, "x" };

  return count_outbox (transaction, &sql, samples, error);
}

static gboolean
read_outbox_age (NbTransaction *transaction, NbSamples *samples, gpointer user_data, GError **error)
{
  static const NbSql sql = { "SELECT created_at FROM outbox WHERE is_dead = 0 ORDER BY id LIMIT 1",
                             "SELECT created_at FROM outbox WHERE is_dead = 0 ORDER BY place LIMIT 1", "x" };
  g_autoptr (NbRows) rows = nb_transaction_query (transaction, &sql, NB_NO_PARAMS, error);
  gint64 age = 0;

  if (rows == NULL)
    return FALSE;
  if (nb_rows_get_n (rows) > 0)
    age = MAX (nb_transaction_now (transaction) - nb_rows_get_int (rows, 0, 0), 0);
  nb_samples_add (samples, NULL, (double)age / G_USEC_PER_SEC);
  return TRUE;
}

gboolean
nb_engine_gauges_register (NbRegistry *registry, GError **error)
{
  return nb_registry_add_gauge (registry, CORE, "auctions_open", "type", "Open auctions by type.", read_auctions_open,
                                registry, NULL, error)
         && nb_registry_add_gauge (registry, CORE, "outbox_pending", NULL,
                                   "Events that wait in the outbox; counted up to 100000.", read_outbox_pending, NULL,
                                   NULL, error)
         && nb_registry_add_gauge (registry, CORE, "outbox_dead", NULL,
                                   "Events that were given up; counted up to 100000.", read_outbox_dead, NULL, NULL,
                                   error)
         && nb_registry_add_gauge (registry, CORE, "outbox_oldest_age_seconds", NULL,
                                   "Age of the oldest event that waits in the outbox.", read_outbox_age, NULL, NULL,
                                   error);
}
