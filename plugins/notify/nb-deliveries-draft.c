/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writes deliveries with a few statements, whatever their number. */
#include "nb-deliveries-draft.h"

#include "nb-line.h"
#include "nb-post.h"

#define LINE_FULL "too many messages were waiting for this person already"

struct _NbReaches
{
  GArray *targets; /* of NbReach, by person */
};

typedef struct
{
  gint64 message;
  gint64 person;
  const char *channel;
  gint64 target;
  gint64 next_at;
} Draft;

struct _NbDeliveriesDraft
{
  GArray *drafts;
  GHashTable *messages; /* set of those that go somewhere */
};

static const NbSql count_lines = {
  .sqlite = "SELECT d.channel, d.target, d.person_id, count (*) FROM json_each (##rows::string) AS r"
            " CROSS JOIN notify_deliveries AS d WHERE d.channel = r.value ->> '$[0]' AND d.target = r.value ->> '$[1]'"
            " AND d.person_id = r.value ->> '$[2]' AND d.is_dead = 0 GROUP BY d.channel, d.target, d.person_id",
  .postgresql = "SELECT d.channel, d.target, d.person_id, count (*) FROM unnest (CAST (##c0::string AS text[]),"
                " CAST (##c1::string AS bigint[]), CAST (##c2::string AS bigint[])) AS v (channel, target, person)"
                " JOIN notify_deliveries d ON d.channel = v.channel AND d.target = v.target"
                " AND d.person_id = v.person AND d.is_dead = 0 GROUP BY d.channel, d.target, d.person_id",
  .columns = "sxxx",
};

#define DELIVERY_NAMES                                                                                                 \
  "INSERT INTO notify_deliveries (id, message_id, person_id, channel, target, next_at, is_dead, reason, created_at) "

static const NbSql insert_deliveries = {
  .sqlite = DELIVERY_NAMES
  "SELECT json_extract (value, '$[0]'), json_extract (value, '$[1]'), json_extract (value, '$[2]'),"
  " json_extract (value, '$[3]'), json_extract (value, '$[4]'), json_extract (value, '$[5]'),"
  " json_extract (value, '$[6]'), json_extract (value, '$[7]'), ##now::gint64 FROM json_each (##rows::string)",
  .postgresql = DELIVERY_NAMES
  "SELECT id, message, person, channel, target, next_at, dead, reason, ##now::gint64"
  " FROM unnest (CAST (##c0::string AS bigint[]), CAST (##c1::string AS bigint[]), CAST (##c2::string AS bigint[]),"
  " CAST (##c3::string AS text[]), CAST (##c4::string AS bigint[]), CAST (##c5::string AS bigint[]),"
  " CAST (##c6::string AS bigint[]), CAST (##c7::string AS text[]))"
  " AS v (id, message, person, channel, target, next_at, dead, reason)",
};

static const NbSql select_written = {
  .sqlite = "SELECT id FROM notify_messages WHERE id IN (SELECT value ->> '$[0]' FROM json_each (##rows::string))",
  .postgresql = "SELECT id FROM notify_messages WHERE id = ANY (CAST (##c0::string AS bigint[]))",
  .columns = "x",
};

static int
compare_reaches (gconstpointer a, gconstpointer b)
{
  const NbReach *one = a, *other = b;

  if (one->person != other->person)
    return one->person < other->person ? -1 : 1;
  return one->target < other->target ? -1 : one->target > other->target;
}

NbReaches *
nb_reaches_new (GArray *targets)
{
  NbReaches *self = g_new0 (NbReaches, 1);

  self->targets = g_array_ref (targets);
  g_array_sort (self->targets, compare_reaches);
  return self;
}

void
nb_reaches_free (NbReaches *self)
{
  g_array_unref (self->targets);
  g_free (self);
}

/* Returns: the first place that belongs to @person or to someone after them */
static guint
find_first (const NbReaches *self, gint64 person)
{
  guint low = 0, high = self->targets->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (g_array_index (self->targets, NbReach, middle).person < person)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

NbDeliveriesDraft *
nb_deliveries_draft_new (void)
{
  NbDeliveriesDraft *self = g_new0 (NbDeliveriesDraft, 1);

  self->drafts = g_array_new (FALSE, FALSE, sizeof (Draft));
  self->messages = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  return self;
}

void
nb_deliveries_draft_free (NbDeliveriesDraft *self)
{
  g_array_unref (self->drafts);
  g_hash_table_unref (self->messages);
  g_free (self);
}

void
nb_deliveries_draft_add (NbDeliveriesDraft *self, gint64 message, gint64 person, const char *channel,
                         const NbReaches *reaches, gint64 next_at)
{
  for (guint i = find_first (reaches, person); i < reaches->targets->len; i++)
    {
      const NbReach *reach = &g_array_index (reaches->targets, NbReach, i);
      Draft draft = { message, person, channel, reach->target, next_at };

      if (reach->person != person)
        return;
      g_array_append_val (self->drafts, draft);
      g_hash_table_add (self->messages, g_memdup2 (&message, sizeof message));
    }
}

gboolean
nb_deliveries_draft_has (NbDeliveriesDraft *self, gint64 message)
{
  return g_hash_table_contains (self->messages, &message);
}

/* A line is one place where one person is written to. */
static char *
dup_line (const char *channel, gint64 target, gint64 person)
{
  return g_strdup_printf ("%s %" G_GINT64_FORMAT " %" G_GINT64_FORMAT, channel, target, person);
}

/* Returns: (transfer full) (nullable): line → how many wait there; NULL with @error */
static GHashTable *
read_lines (NbDeliveriesDraft *self, NbTransaction *transaction, GError **error)
{
  g_autoptr (GHashTable) lines = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (NbRowset) rows = nb_rowset_new ("sxx");
  g_autoptr (NbRows) counts = NULL;

  for (guint i = 0; i < self->drafts->len; i++)
    {
      const Draft *draft = &g_array_index (self->drafts, Draft, i);

      if (g_hash_table_insert (lines, dup_line (draft->channel, draft->target, draft->person), GUINT_TO_POINTER (0)))
        nb_rowset_add (rows, draft->channel, draft->target, draft->person);
    }
  counts = nb_transaction_query (transaction, &count_lines, NB_PARAMS (NB_ROWS (rows)), error);
  if (counts == NULL)
    return NULL;
  for (gsize i = 0; i < nb_rows_get_n (counts); i++)
    g_hash_table_insert (
        lines,
        dup_line (nb_rows_get_text (counts, i, 0), nb_rows_get_int (counts, i, 1), nb_rows_get_int (counts, i, 2)),
        GUINT_TO_POINTER ((guint)nb_rows_get_int (counts, i, 3)));
  return g_steal_pointer (&lines);
}

gboolean
nb_deliveries_draft_keep_written (NbDeliveriesDraft *self, NbTransaction *transaction, GError **error)
{
  g_autoptr (NbRowset) messages = nb_rowset_new ("x");
  g_autoptr (NbRows) written = NULL;
  g_autoptr (GArray) kept = g_array_new (FALSE, FALSE, sizeof (Draft));

  for (guint i = 0; i < self->drafts->len; i++)
    nb_rowset_add (messages, g_array_index (self->drafts, Draft, i).message);
  written = nb_transaction_query (transaction, &select_written, NB_PARAMS (NB_ROWS (messages)), error);
  if (written == NULL)
    return FALSE;
  g_hash_table_remove_all (self->messages);
  for (gsize i = 0; i < nb_rows_get_n (written); i++)
    {
      gint64 message = nb_rows_get_int (written, i, 0);

      g_hash_table_add (self->messages, g_memdup2 (&message, sizeof message));
    }
  for (guint i = 0; i < self->drafts->len; i++)
    if (nb_deliveries_draft_has (self, g_array_index (self->drafts, Draft, i).message))
      g_array_append_val (kept, g_array_index (self->drafts, Draft, i));
  g_array_unref (self->drafts);
  self->drafts = g_steal_pointer (&kept);
  return TRUE;
}

static void
add_row (const Draft *draft, GHashTable *lines, NbRowset *rows, NbRowset *joining)
{
  char *line = dup_line (draft->channel, draft->target, draft->person);
  guint n_waiting = GPOINTER_TO_UINT (g_hash_table_lookup (lines, line));
  gboolean is_dead = n_waiting >= NB_POST_LINE_MAX;

  nb_rowset_add (rows, nb_id_new (), draft->message, draft->person, draft->channel, draft->target, draft->next_at,
                 (gint64)is_dead, is_dead ? LINE_FULL : "");
  if (!is_dead)
    nb_rowset_add (joining, draft->channel, draft->target, draft->person, draft->next_at);
  g_hash_table_insert (lines, line, GUINT_TO_POINTER (n_waiting + 1));
}

gboolean
nb_deliveries_draft_write (NbDeliveriesDraft *self, NbTransaction *transaction, GError **error)
{
  g_autoptr (NbRowset) rows = nb_rowset_new ("xxxsxxxs");
  g_autoptr (NbRowset) joining = nb_rowset_new (NB_LINE_COLUMNS);
  g_autoptr (GHashTable) lines = NULL;

  if (self->drafts->len == 0)
    return TRUE;
  lines = read_lines (self, transaction, error);
  if (lines == NULL)
    return FALSE;
  for (guint i = 0; i < self->drafts->len; i++)
    add_row (&g_array_index (self->drafts, Draft, i), lines, rows, joining);
  return nb_transaction_execute_exactly (transaction, self->drafts->len, &insert_deliveries,
                                         NB_PARAMS (NB_INT (nb_transaction_now (transaction)), NB_ROWS (rows)), error)
         && nb_lines_join (transaction, joining, error);
}
