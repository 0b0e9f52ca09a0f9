/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Idempotency keys of a batch: nearly all are new, so they are stored at the end, with their answers, and only when one
 * was there already the batch is rolled back and run again with what is stored. */
#include "core/engine/nb-answer.h"
#include "core/engine/nb-batch.h"
#include "core/store/nb-transaction.h"

#include <glib/gi18n.h>
#include <string.h>

typedef struct
{
  gint64 person;
  char *key;
  char *fingerprint;  /* of the first use */
  char *answer;       /* (nullable): not given yet */
  gboolean is_stored; /* by an earlier transaction */
} NbRequestKey;

static const NbSql read_keys = {
  "SELECT k.person_id, k.key, k.fingerprint, k.answer FROM json_each (##rows::string) AS j JOIN request_keys AS k "
  "ON k.person_id = json_extract (j.value, '$[0]') AND k.key = json_extract (j.value, '$[1]')",
  "SELECT k.person_id, k.key, k.fingerprint, k.answer FROM unnest (CAST (##c0::string AS bigint[]), "
  "CAST (##c1::string AS text[])) AS v (person, key) "
  "JOIN request_keys AS k ON k.person_id = v.person AND k.key = v.key",
  "xsss",
};

static const NbSql insert_keys = {
  "INSERT INTO request_keys (person_id, key, fingerprint, answer, created_at) "
  "SELECT json_extract (value, '$[0]'), json_extract (value, '$[1]'), json_extract (value, '$[2]'), "
  "json_extract (value, '$[3]'), ##now::gint64 FROM json_each (##rows::string) WHERE 1 ON CONFLICT DO NOTHING",
  "INSERT INTO request_keys (person_id, key, fingerprint, answer, created_at) "
  "SELECT v.person, v.key, v.fingerprint, v.answer, CAST (##now::gint64 AS bigint) "
  "FROM unnest (CAST (##c0::string AS bigint[]), CAST (##c1::string AS text[]), CAST (##c2::string AS text[]), "
  "CAST (##c3::string AS text[])) AS v (person, key, fingerprint, answer) ON CONFLICT DO NOTHING",
  NULL,
};

static guint
hash_key (gconstpointer data)
{
  const NbRequestKey *key = data;

  return g_int64_hash (&key->person) ^ g_str_hash (key->key);
}

static gboolean
equal_keys (gconstpointer a, gconstpointer b)
{
  const NbRequestKey *x = a, *y = b;

  return x->person == y->person && g_str_equal (x->key, y->key);
}

static void
free_key (gpointer data)
{
  NbRequestKey *key = data;

  g_free (key->key);
  g_free (key->fingerprint);
  g_free (key->answer);
  g_free (key);
}

static NbRequestKey *
find_key (NbBatch *self, gint64 person, const char *name)
{
  NbRequestKey wanted = { .person = person, .key = (char *)name };

  return g_hash_table_lookup (self->keys, &wanted);
}

static int
compare_keys (gconstpointer a, gconstpointer b)
{
  const NbRequestKey *x = *(NbRequestKey *const *)a, *y = *(NbRequestKey *const *)b;

  if (x->person != y->person)
    return x->person < y->person ? -1 : 1;
  return strcmp (x->key, y->key);
}

/* By ascending person and key, so that two batches never wait for each other. */
static void
collect_keys (NbBatch *self)
{
  self->keys = g_hash_table_new_full (hash_key, equal_keys, free_key, NULL);
  self->ordered_keys = g_ptr_array_new ();
  for (guint i = 0; i < self->commands->len; i++)
    {
      const NbEngineCommand *command = g_ptr_array_index (self->commands, i);
      NbRequestKey *key;

      if (command->key == NULL || find_key (self, command->bid.person, command->key) != NULL)
        continue;
      key = g_new0 (NbRequestKey, 1);
      key->person = command->bid.person;
      key->key = g_strdup (command->key);
      key->fingerprint = nb_engine_command_fingerprint (command);
      g_hash_table_add (self->keys, key);
      g_ptr_array_add (self->ordered_keys, key);
    }
  g_ptr_array_sort (self->ordered_keys, compare_keys);
}

static void
take_stored (NbBatch *self, const NbRows *rows)
{
  for (gsize i = 0; i < nb_rows_get_n (rows); i++)
    {
      NbRequestKey *key = find_key (self, nb_rows_get_int (rows, i, 0), nb_rows_get_text (rows, i, 1));

      if (key == NULL)
        continue;
      key->is_stored = TRUE;
      g_free (key->fingerprint);
      key->fingerprint = g_strdup (nb_rows_get_text (rows, i, 2));
      key->answer = g_strdup (nb_rows_get_text (rows, i, 3));
    }
}

gboolean
nb_batch_find_keys (NbBatch *self, GError **error)
{
  g_autoptr (NbRowset) wanted = nb_rowset_new ("xs");
  g_autoptr (NbRows) rows = NULL;

  collect_keys (self);
  if (self->ordered_keys->len == 0 || !self->reads_keys)
    return TRUE;
  for (guint i = 0; i < self->ordered_keys->len; i++)
    {
      const NbRequestKey *key = g_ptr_array_index (self->ordered_keys, i);

      nb_rowset_add (wanted, key->person, key->key);
    }
  rows = nb_transaction_query (self->transaction, &read_keys, NB_PARAMS (NB_ROWS (wanted)), error);
  if (rows == NULL)
    return FALSE;
  take_stored (self, rows);
  return TRUE;
}

gboolean
nb_batch_replay_key (NbBatch *self, NbEngineCommand *command)
{
  g_autofree char *fingerprint = NULL;
  NbRequestKey *key;

  if (command->key == NULL)
    return FALSE;
  key = find_key (self, command->bid.person, command->key);
  fingerprint = nb_engine_command_fingerprint (command);
  if (!g_str_equal (fingerprint, key->fingerprint))
    {
      nb_engine_command_refuse (command, nb_error_new (NB_ERROR_IDEMPOTENCY_KEY_REUSED,
                                                       N_ ("this idempotency key was used for something else"), NULL));
      return TRUE;
    }
  if (key->answer == NULL)
    return FALSE;
  nb_answer_from_text (command, key->answer);
  return TRUE;
}

void
nb_batch_remember_answer (NbBatch *self, NbEngineCommand *command)
{
  NbRequestKey *key;

  if (command->key == NULL)
    return;
  key = find_key (self, command->bid.person, command->key);
  g_free (key->answer);
  key->answer = nb_answer_to_text (command);
}

gboolean
nb_batch_store_keys (NbBatch *self, GError **error)
{
  g_autoptr (NbRowset) answers = nb_rowset_new ("xsss");
  NbExpectation expectation = { .is_conflict = TRUE };

  for (guint i = 0; i < self->ordered_keys->len; i++)
    {
      const NbRequestKey *key = g_ptr_array_index (self->ordered_keys, i);

      if (!key->is_stored && key->answer != NULL)
        nb_rowset_add (answers, key->person, key->key, key->fingerprint, key->answer);
    }
  expectation.n_rows = (gint64)nb_rowset_get_n_rows (answers);
  return expectation.n_rows == 0
         || nb_transaction_expect_full (self->transaction, &expectation, &insert_keys,
                                        NB_PARAMS (NB_INT (self->now), NB_ROWS (answers)), error);
}
