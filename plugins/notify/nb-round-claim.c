/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Takes the oldest delivery of each line that is due, unless its person wants it no more, or not now. */
#include "nb-line.h"
#include "nb-preferences.h"
#include "nb-round.h"

#define HEAD_COLUMNS "SELECT " NB_MESSAGE_SQL ", d.id, d.tries, d.next_at, p.nickname, p.email, p.language, "
#define HEAD_JOINS " LEFT JOIN notify_messages AS m ON m.id = d.message_id LEFT JOIN people AS p ON p.id = d.person_id"

/* The oldest delivery of each line, or nothing for a line whose deliveries were deleted. */
static const NbSql load_heads = {
  HEAD_COLUMNS
  "v.value ->> '$[0]', v.value ->> '$[1]', v.value ->> '$[2]' FROM json_each (##rows::string) AS v "
  "LEFT JOIN notify_deliveries AS d ON d.id = (SELECT e.id FROM notify_deliveries AS e "
  "WHERE e.channel = v.value ->> '$[0]' AND e.target = v.value ->> '$[1]' AND e.person_id = v.value ->> '$[2]' "
  "AND e.is_dead = 0 ORDER BY e.id LIMIT 1)" HEAD_JOINS,
  HEAD_COLUMNS
  "v.channel, v.target, v.person_id FROM unnest (CAST (##c0::string AS text[]), CAST (##c1::string AS bigint[]), "
  "CAST (##c2::string AS bigint[])) AS v (channel, target, person_id) LEFT JOIN LATERAL (SELECT * "
  "FROM notify_deliveries AS e WHERE e.channel = v.channel AND e.target = v.target "
  "AND e.person_id = v.person_id AND e.is_dead = 0 ORDER BY e.id LIMIT 1) AS d ON TRUE" HEAD_JOINS,
  NB_MESSAGE_COLUMNS "xxxssssxx",
};

/* Where the columns behind the message's begin. */
enum
{
  COLUMN_ID = sizeof NB_MESSAGE_COLUMNS - 1,
  COLUMN_TRIES,
  COLUMN_NEXT_AT,
  COLUMN_NICKNAME,
  COLUMN_EMAIL,
  COLUMN_LANGUAGE,
  COLUMN_CHANNEL,
  COLUMN_TARGET,
  COLUMN_PERSON
};

static const NbSql delete_deliveries = {
  "DELETE FROM notify_deliveries WHERE id IN (SELECT value ->> '$[0]' FROM json_each (##rows::string))",
  "DELETE FROM notify_deliveries WHERE id = ANY (CAST (##c0::string AS bigint[]))",
  NULL,
};

static const NbSql set_deliveries = {
  "UPDATE notify_deliveries SET tries = v.tries, next_at = v.next_at FROM (SELECT value ->> '$[0]' AS id, "
  "value ->> '$[1]' AS tries, value ->> '$[2]' AS next_at FROM json_each (##rows::string)) AS v "
  "WHERE notify_deliveries.id = v.id",
  "UPDATE notify_deliveries SET tries = v.tries, next_at = v.next_at FROM unnest (CAST (##c0::string AS bigint[]), "
  "CAST (##c1::string AS bigint[]), CAST (##c2::string AS bigint[])) AS v (id, tries, next_at) "
  "WHERE notify_deliveries.id = v.id",
  NULL,
};

/* What one claim has found and decided. */
typedef struct
{
  gint64 now;
  NbRowset *keys; /* of all lines that it locked */
  NbRows *heads;
  NbPreferences *preferences;
  NbRowset *gone;       /* deliveries to delete */
  NbRowset *deliveries; /* id, tries, next_at */
  NbRowset *lines;      /* their states */
  NbRowset *released;   /* keys of lines whose oldest delivery goes, or that have none */
} Claim;

static void
clear_claim (Claim *self)
{
  g_clear_pointer (&self->keys, nb_rowset_free);
  g_clear_pointer (&self->heads, nb_rows_free);
  g_clear_pointer (&self->preferences, nb_preferences_free);
  g_clear_pointer (&self->gone, nb_rowset_free);
  g_clear_pointer (&self->deliveries, nb_rowset_free);
  g_clear_pointer (&self->lines, nb_rowset_free);
  g_clear_pointer (&self->released, nb_rowset_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Claim, clear_claim)

static gboolean
lock_lines (NbRound *self, Claim *claim, NbTransaction *transaction, GError **error)
{
  for (guint i = 0; i < self->channels->len; i++)
    {
      const NbRoundChannel *channel = g_ptr_array_index (self->channels, i);
      g_autoptr (NbRows) due = NULL;

      if (channel->room == 0)
        continue;
      due = nb_lines_lock_due (transaction, channel->name, claim->now, channel->room, error);
      if (due == NULL)
        return FALSE;
      for (gsize j = 0; j < nb_rows_get_n (due); j++)
        nb_rowset_add (claim->keys, channel->name, nb_rows_get_int (due, j, 0), nb_rows_get_int (due, j, 1));
    }
  return TRUE;
}

static NbRoundChannel *
find_channel (NbRound *self, const char *name)
{
  for (guint i = 0; i < self->channels->len; i++)
    {
      NbRoundChannel *channel = g_ptr_array_index (self->channels, i);

      if (g_str_equal (channel->name, name))
        return channel;
    }
  return NULL;
}

static gboolean
load_wishes (Claim *claim, NbTransaction *transaction, GError **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  g_autoptr (NbRowset) people = nb_rowset_new ("x");

  for (gsize i = 0; i < nb_rows_get_n (claim->heads); i++)
    {
      gint64 person = nb_rows_get_int (claim->heads, i, COLUMN_PERSON);

      if (g_hash_table_add (seen, g_memdup2 (&person, sizeof person)))
        nb_rowset_add (people, person);
    }
  claim->preferences = nb_preferences_load (transaction, people, error);
  return claim->preferences != NULL;
}

static void
set_aside (Claim *claim, gsize row, gint64 next_at)
{
  nb_rowset_add (claim->deliveries, nb_rows_get_int (claim->heads, row, COLUMN_ID),
                 nb_rows_get_int (claim->heads, row, COLUMN_TRIES), next_at);
  nb_rowset_add (claim->lines, nb_rows_get_text (claim->heads, row, COLUMN_CHANNEL),
                 nb_rows_get_int (claim->heads, row, COLUMN_TARGET), nb_rows_get_int (claim->heads, row, COLUMN_PERSON),
                 next_at, (gint64)0);
}

static void
take (NbRound *self, Claim *claim, gsize row, NbMessage *message)
{
  const NbRows *heads = claim->heads;
  NbParcel *parcel = g_new0 (NbParcel, 1);
  gint64 until = claim->now + NB_ROUND_LEASE;
  const char *language = nb_rows_get_text (heads, row, COLUMN_LANGUAGE);

  parcel->id = nb_rows_get_int (heads, row, COLUMN_ID);
  parcel->tries = nb_rows_get_int (heads, row, COLUMN_TRIES) + 1;
  parcel->person = nb_rows_get_int (heads, row, COLUMN_PERSON);
  parcel->target = nb_rows_get_int (heads, row, COLUMN_TARGET);
  parcel->channel = g_strdup (nb_rows_get_text (heads, row, COLUMN_CHANNEL));
  parcel->message = message;
  parcel->nickname = g_strdup (nb_rows_get_text (heads, row, COLUMN_NICKNAME));
  parcel->email = g_strdup (nb_rows_get_text (heads, row, COLUMN_EMAIL));
  parcel->language = g_strdup (language != NULL && *language != '\0' ? language : "ko");
  g_ptr_array_add (self->taken, parcel);
  nb_rowset_add (claim->deliveries, parcel->id, parcel->tries, until);
  nb_rowset_add (claim->lines, parcel->channel, parcel->target, parcel->person, until, (gint64)1);
}

/* Deletes the delivery, so that the next one has its turn. */
static void
forget (Claim *claim, gsize row)
{
  if (!nb_rows_is_null (claim->heads, row, COLUMN_ID))
    nb_rowset_add (claim->gone, nb_rows_get_int (claim->heads, row, COLUMN_ID));
  nb_rowset_add (claim->released, nb_rows_get_text (claim->heads, row, COLUMN_CHANNEL),
                 nb_rows_get_int (claim->heads, row, COLUMN_TARGET),
                 nb_rows_get_int (claim->heads, row, COLUMN_PERSON));
}

/* Decides about the oldest delivery of one line. */
static void
judge (NbRound *self, Claim *claim, gsize row)
{
  NbRoundChannel *channel = find_channel (self, nb_rows_get_text (claim->heads, row, COLUMN_CHANNEL));
  gint64 person = nb_rows_get_int (claim->heads, row, COLUMN_PERSON);
  gint64 next_at = nb_rows_get_int (claim->heads, row, COLUMN_NEXT_AT);
  gint64 quiet_until = claim->now;
  g_autoptr (NbMessage) message = NULL;

  if (nb_rows_is_null (claim->heads, row, 0))
    {
      forget (claim, row);
      return;
    }
  message = nb_message_new_from_row (claim->heads, row);
  /* A newer version knows the kind, and may run beside this one. */
  if (message == NULL)
    next_at = claim->now + NB_ROUND_LEASE;
  else if (channel->is_chosen && !nb_preferences_want (claim->preferences, person, message->kind, channel->name))
    {
      channel->n_unwanted++;
      forget (claim, row);
      return;
    }
  if (channel->is_chosen)
    quiet_until = nb_preferences_wait_until (claim->preferences, person, claim->now);
  if (MAX (next_at, quiet_until) > claim->now)
    set_aside (claim, row, MAX (next_at, quiet_until));
  else
    {
      channel->n_taken++;
      take (self, claim, row, g_steal_pointer (&message));
    }
}

static gboolean
write_rows (NbTransaction *transaction, const NbSql *sql, const NbRowset *rows, GError **error)
{
  gint64 n = (gint64)nb_rowset_get_n_rows (rows);

  return n == 0 || nb_transaction_execute_exactly (transaction, n, sql, NB_PARAMS (NB_ROWS (rows)), error);
}

gboolean
nb_round_claim (NbRound *self, NbTransaction *transaction, GError **error)
{
  g_auto (Claim) claim = {
    .now = nb_transaction_now (transaction),
    .keys = nb_rowset_new (NB_LINE_KEY_COLUMNS),
    .gone = nb_rowset_new ("x"),
    .deliveries = nb_rowset_new ("xxx"),
    .lines = nb_rowset_new (NB_LINE_STATE_COLUMNS),
    .released = nb_rowset_new (NB_LINE_KEY_COLUMNS),
  };

  g_ptr_array_set_size (self->taken, 0);
  for (guint i = 0; i < self->channels->len; i++)
    {
      NbRoundChannel *channel = g_ptr_array_index (self->channels, i);

      channel->n_taken = 0;
      channel->n_unwanted = 0;
    }
  if (!lock_lines (self, &claim, transaction, error))
    return FALSE;
  if (nb_rowset_get_n_rows (claim.keys) == 0)
    return TRUE;
  claim.heads = nb_transaction_query (transaction, &load_heads, NB_PARAMS (NB_ROWS (claim.keys)), error);
  if (claim.heads == NULL || !load_wishes (&claim, transaction, error))
    return FALSE;
  for (gsize i = 0; i < nb_rows_get_n (claim.heads); i++)
    judge (self, &claim, i);
  return write_rows (transaction, &delete_deliveries, claim.gone, error)
         && write_rows (transaction, &set_deliveries, claim.deliveries, error)
         && nb_lines_set (transaction, claim.lines, error)
         && nb_lines_release (transaction, claim.released, claim.now, error);
}
