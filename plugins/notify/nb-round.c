/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A round: first what has ended, so that the next in the same line can be taken in the same transaction. */
#include "nb-round.h"

#include "nb-line.h"

static void
free_channel (gpointer data)
{
  NbRoundChannel *self = data;

  g_free (self->name);
  g_free (self);
}

static void
free_parcel (gpointer data)
{
  nb_parcel_free (data);
}

NbRound *
nb_round_new (void)
{
  NbRound *self = g_new0 (NbRound, 1);

  self->channels = g_ptr_array_new_with_free_func (free_channel);
  self->ended = g_ptr_array_new_with_free_func (free_parcel);
  self->taken = g_ptr_array_new_with_free_func (free_parcel);
  return self;
}

void
nb_round_free (NbRound *self)
{
  g_ptr_array_unref (self->channels);
  g_ptr_array_unref (self->ended);
  g_ptr_array_unref (self->taken);
  g_free (self);
}

void
nb_round_add_channel (NbRound *self, const char *name, gboolean is_chosen, guint room)
{
  NbRoundChannel *channel = g_new0 (NbRoundChannel, 1);

  channel->name = g_strdup (name);
  channel->is_chosen = is_chosen;
  channel->room = room;
  g_ptr_array_add (self->channels, channel);
}

gboolean
nb_round_look (NbTransaction *transaction, gpointer round, GError **error)
{
  NbRound *self = round;

  self->next_at = 0;
  for (guint i = 0; i < self->channels->len; i++)
    {
      const NbRoundChannel *channel = g_ptr_array_index (self->channels, i);
      gint64 next_at = 0;

      if (channel->n_taken >= channel->room)
        continue;
      if (!nb_lines_find_nearest (transaction, channel->name, &next_at, error))
        return FALSE;
      if (next_at != 0 && (self->next_at == 0 || next_at < self->next_at))
        self->next_at = next_at;
    }
  return TRUE;
}

/* PostgreSQL would rather read a whole table than look up some hundred rows of it. */
static gboolean
prefer_indexes (NbTransaction *transaction, GError **error)
{
  static const NbSql sql = {
    "SELECT '' AS seqscan, '' AS hashjoin, '' AS mergejoin",
    "SELECT set_config ('enable_seqscan', 'off', TRUE), set_config ('enable_hashjoin', 'off', TRUE), "
    "set_config ('enable_mergejoin', 'off', TRUE)",
    "sss",
  };
  g_autoptr (NbRows) rows = nb_transaction_query (transaction, &sql, NB_NO_PARAMS, error);

  return rows != NULL;
}

gboolean
nb_round_run (NbTransaction *transaction, gpointer round, GError **error)
{
  NbRound *self = round;

  self->began_at = g_get_monotonic_time ();
  return prefer_indexes (transaction, error) && nb_round_settle (self, transaction, error)
         && nb_round_claim (self, transaction, error) && nb_round_look (transaction, self, error);
}
