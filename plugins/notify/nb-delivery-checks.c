/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds channels that gave messages up, or let them wait for long, and deliveries that nobody would find. */
#include "nb-delivery-checks.h"

#include "nb-delivery-census.h"

static void
look_at_channel (const NbDeliveryCensus *channel, gint64 now, GPtrArray *faults)
{
  if (channel->n_dead > 0)
    g_ptr_array_add (
        faults, g_strdup_printf ("%s: %" G_GINT64_FORMAT " messages were given up", channel->channel, channel->n_dead));
  if (channel->oldest_at != 0 && channel->oldest_at < now - G_TIME_SPAN_DAY)
    {
      g_autofree char *since = nb_time_to_json (channel->oldest_at);

      g_ptr_array_add (faults, g_strdup_printf ("%s: %" G_GINT64_FORMAT " messages wait, the oldest since %s",
                                                channel->channel, channel->n_waiting, since));
    }
}

static gboolean
check_channels (NbTransaction *transaction, GPtrArray *faults, gpointer user_data, GError **error)
{
  g_autoptr (GPtrArray) census = nb_delivery_census_take (transaction, error);

  for (guint i = 0; census != NULL && i < census->len; i++)
    look_at_channel (g_ptr_array_index (census, i), nb_transaction_now (transaction), faults);
  return census != NULL;
}

static gboolean
check_lines (NbTransaction *transaction, GPtrArray *faults, gpointer user_data, GError **error)
{
  static const NbSql sql = { "SELECT d.id, d.channel FROM notify_deliveries AS d LEFT JOIN notify_lines AS l "
                             "ON l.channel = d.channel AND l.target = d.target AND l.person_id = d.person_id "
                             "WHERE d.is_dead = 0 AND l.channel IS NULL ORDER BY d.id LIMIT 20",
                             NULL, "xs" };
  g_autoptr (NbRows) rows = nb_transaction_query (transaction, &sql, NB_NO_PARAMS, error);

  for (gsize i = 0; rows != NULL && i < nb_rows_get_n (rows); i++)
    g_ptr_array_add (faults, g_strdup_printf ("delivery %" G_GINT64_FORMAT " by %s waits, but stands in no line",
                                              nb_rows_get_int (rows, i, 0), nb_rows_get_text (rows, i, 1)));
  return rows != NULL;
}

gboolean
nb_delivery_checks_register (NbContext *context, GError **error)
{
  return nb_context_add_check (context, "notify-deliveries", "No channel gave messages up or lets them wait for a day",
                               check_channels, NULL, error)
         && nb_context_add_check (context, "notify-lines", "Every message that waits is found by its channel",
                                  check_lines, NULL, error);
}
