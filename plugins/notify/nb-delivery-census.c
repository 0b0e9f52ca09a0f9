/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Counts along an index, up to a bound, so that a large queue doesn't make looking at it slow. */
#include "nb-delivery-census.h"

#define CHANNELS_MAX 100

static void
free_census (gpointer data)
{
  NbDeliveryCensus *self = data;

  g_free (self->channel);
  g_free (self);
}

/* Returns: (transfer full) (nullable): the channel after @before; NULL without one, or with @error */
static char *
find_next_channel (NbTransaction *transaction, const char *before, GError **error)
{
  static const NbSql sql = { "SELECT channel FROM notify_deliveries WHERE channel > ##before::string "
                             "ORDER BY channel LIMIT 1",
                             NULL, "s" };
  g_autoptr (NbRows) rows = nb_transaction_query (transaction, &sql, NB_PARAMS (NB_TEXT (before)), error);

  return rows != NULL && nb_rows_get_n (rows) > 0 ? g_strdup (nb_rows_get_text (rows, 0, 0)) : NULL;
}

static gboolean
count (NbTransaction *transaction, const char *channel, gint64 is_dead, gint64 *n, GError **error)
{
  static const NbSql sql = { "SELECT COUNT(*) FROM (SELECT id FROM notify_deliveries "
                             "WHERE channel = ##channel::string AND is_dead = ##dead::gint64 LIMIT ##max::gint64) AS d",
                             NULL, "x" };
  g_autoptr (NbRows) rows = nb_transaction_query (
      transaction, &sql, NB_PARAMS (NB_TEXT (channel), NB_INT (is_dead), NB_INT (NB_DELIVERY_CENSUS_MAX)), error);

  if (rows == NULL)
    return FALSE;
  *n = nb_rows_get_int (rows, 0, 0);
  return TRUE;
}

static gboolean
find_oldest (NbTransaction *transaction, NbDeliveryCensus *census, GError **error)
{
  static const NbSql sql = { "SELECT created_at FROM notify_deliveries WHERE channel = ##channel::string "
                             "AND is_dead = 0 ORDER BY id LIMIT 1",
                             NULL, "x" };
  g_autoptr (NbRows) rows = nb_transaction_query (transaction, &sql, NB_PARAMS (NB_TEXT (census->channel)), error);

  if (rows == NULL)
    return FALSE;
  census->oldest_at = nb_rows_get_n (rows) > 0 ? nb_rows_get_int (rows, 0, 0) : 0;
  return TRUE;
}

GPtrArray *
nb_delivery_census_take (NbTransaction *transaction, GError **error)
{
  g_autoptr (GPtrArray) channels = g_ptr_array_new_with_free_func (free_census);
  GError *inner = NULL;
  const char *before = "";

  while (channels->len < CHANNELS_MAX)
    {
      NbDeliveryCensus *census;
      char *channel = find_next_channel (transaction, before, &inner);

      if (channel == NULL)
        break;
      census = g_new0 (NbDeliveryCensus, 1);
      census->channel = channel;
      g_ptr_array_add (channels, census);
      before = channel;
      if (!count (transaction, channel, 0, &census->n_waiting, &inner)
          || !count (transaction, channel, 1, &census->n_dead, &inner) || !find_oldest (transaction, census, &inner))
        break;
    }
  if (inner == NULL)
    return g_steal_pointer (&channels);
  g_propagate_error (error, inner);
  return NULL;
}
