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
count (NbTransaction *transaction, NbDeliveryCensus *census, GError **error)
{
  static const NbSql waiting = { "SELECT COUNT(*), MIN (created_at) FROM (SELECT created_at FROM notify_deliveries "
                                 "WHERE channel = ##channel::string AND is_dead = 0 LIMIT ##max::gint64) AS d",
                                 NULL, "xx" };
  static const NbSql dead = { "SELECT COUNT(*) FROM (SELECT id FROM notify_deliveries "
                              "WHERE channel = ##channel::string AND is_dead = 1 LIMIT ##max::gint64) AS d",
                              NULL, "x" };
  const NbParam params[] = { NB_TEXT (census->channel), NB_INT (NB_DELIVERY_CENSUS_MAX) };
  g_autoptr (NbRows) n_waiting = nb_transaction_query (transaction, &waiting, params, G_N_ELEMENTS (params), error);
  g_autoptr (NbRows) n_dead = NULL;

  if (n_waiting == NULL)
    return FALSE;
  census->n_waiting = nb_rows_get_int (n_waiting, 0, 0);
  census->oldest_at = nb_rows_get_int (n_waiting, 0, 1);
  n_dead = nb_transaction_query (transaction, &dead, params, G_N_ELEMENTS (params), error);
  census->n_dead = n_dead != NULL ? nb_rows_get_int (n_dead, 0, 0) : 0;
  return n_dead != NULL;
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
      if (!count (transaction, census, &inner))
        break;
    }
  if (inner == NULL)
    return g_steal_pointer (&channels);
  g_propagate_error (error, inner);
  return NULL;
}
