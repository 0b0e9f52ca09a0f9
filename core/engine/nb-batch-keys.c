/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Idempotency keys of a batch: claimed before anything else, answered from memory or the database, stored at the end.
 */
#include "core/engine/nb-answer.h"
#include "core/engine/nb-batch.h"
#include "core/store/nb-transaction.h"

#include <glib/gi18n.h>
#include <string.h>

typedef struct
{
  gint64 person;
  char *key;
  char *fingerprint; /* of the first use */
  char *answer;      /* (nullable): not given yet */
  gboolean is_ours;  /* claimed by this batch */
} NbRequestKey;

static const NbSql claim_keys = {
  "INSERT INTO request_keys (person_id, key, fingerprint, answer, created_at) "
  "SELECT json_extract (value, '$[0]'), json_extract (value, '$[1]'), json_extract (value, '$[2]'), '', ##now::gint64 "
  "FROM json_each (##rows::string) WHERE 1 ON CONFLICT DO NOTHING",
  "INSERT INTO request_keys (person_id, key, fingerprint, answer, created_at) "
  "SELECT v.person, v.key, v.fingerprint, '', CAST (##now::gint64 AS bigint) FROM unnest (CAST (##c0::string AS "
  "bigint[]), "
  "CAST (##c1::string AS text[]), CAST (##c2::string AS text[])) AS v (person, key, fingerprint) ON CONFLICT DO "
  "NOTHING",
  NULL,
};

static const NbSql read_keys = {
  "SELECT k.person_id, k.key, k.fingerprint, k.answer FROM json_each (##rows::string) AS j JOIN request_keys AS k "
  "ON k.person_id = json_extract (j.value, '$[0]') AND k.key = json_extract (j.value, '$[1]')",
  "SELECT k.person_id, k.key, k.fingerprint, k.answer FROM unnest (CAST (##c0::string AS bigint[]), "
  "CAST (##c1::string AS text[]), CAST (##c2::string AS text[])) AS v (person, key, fingerprint) "
  "JOIN request_keys AS k ON k.person_id = v.person AND k.key = v.key",
  "xsss",
};

static const NbSql store_answers = {
  "UPDATE request_keys SET answer = v.answer FROM (SELECT json_extract (value, '$[0]') AS person, "
  "json_extract (value, '$[1]') AS key, json_extract (value, '$[2]') AS answer FROM json_each (##rows::string)) AS v "
  "WHERE request_keys.person_id = v.person AND request_keys.key = v.key",
  "UPDATE request_keys SET answer = v.answer FROM unnest (CAST (##c0::string AS bigint[]), "
  "CAST (##c1::string AS text[]), CAST (##c2::string AS text[])) AS v (person, key, answer) "
  "WHERE request_keys.person_id = v.person AND request_keys.key = v.key",
  NULL,
};

static const NbSql drop_keys = {
  "DELETE FROM request_keys WHERE (person_id, key) IN "
  "(SELECT json_extract (value, '$[0]'), json_extract (value, '$[1]') FROM json_each (##rows::string))",
  "DELETE FROM request_keys USING unnest (CAST (##c0::string AS bigint[]), CAST (##c1::string AS text[])) "
  "AS v (person, key) WHERE request_keys.person_id = v.person AND request_keys.key = v.key",
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
static GPtrArray *
collect_keys (NbBatch *self)
{
  GPtrArray *sorted = g_ptr_array_new ();

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
      key->is_ours = TRUE;
      g_hash_table_add (self->keys, key);
      g_ptr_array_add (sorted, key);
    }
  g_ptr_array_sort (sorted, compare_keys);
  return sorted;
}

/* A key without an answer is one that this batch claimed. */
static void
take_stored (NbBatch *self, const NbRows *rows)
{
  for (gsize i = 0; i < nb_rows_get_n (rows); i++)
    {
      NbRequestKey *key = find_key (self, nb_rows_get_int (rows, i, 0), nb_rows_get_text (rows, i, 1));
      const char *answer = nb_rows_get_text (rows, i, 3);

      if (key == NULL || answer == NULL || *answer == '\0')
        continue;
      key->is_ours = FALSE;
      g_free (key->fingerprint);
      key->fingerprint = g_strdup (nb_rows_get_text (rows, i, 2));
      key->answer = g_strdup (answer);
    }
}

/* Keys that were there already are read; one that went away between the two statements was pruned, and is claimed when
 * the transaction runs again. */
static gboolean
read_stored (NbBatch *self, const NbRowset *wanted, GError **error)
{
  g_autoptr (NbRows) rows = nb_transaction_query (self->transaction, &read_keys, NB_PARAMS (NB_ROWS (wanted)), error);
  g_autoptr (GError) gone = NULL;

  if (rows == NULL)
    return FALSE;
  if (nb_rows_get_n (rows) == nb_rowset_get_n_rows (wanted))
    {
      take_stored (self, rows);
      return TRUE;
    }
  g_set_error (&gone, NB_STORE_ERROR, NB_STORE_ERROR_CONFLICT, "a request key went away");
  nb_transaction_fail (self->transaction, NB_FAILURE_CONFLICT, gone);
  g_propagate_error (error, g_steal_pointer (&gone));
  return FALSE;
}

gboolean
nb_batch_claim_keys (NbBatch *self, GError **error)
{
  g_autoptr (NbRowset) rows = nb_rowset_new ("xss");
  g_autoptr (GPtrArray) sorted = NULL;
  gint64 claimed;

  self->keys = g_hash_table_new_full (hash_key, equal_keys, free_key, NULL);
  sorted = collect_keys (self);
  if (sorted->len == 0)
    return TRUE;
  for (guint i = 0; i < sorted->len; i++)
    {
      const NbRequestKey *key = g_ptr_array_index (sorted, i);

      nb_rowset_add (rows, key->person, key->key, key->fingerprint);
    }
  claimed
      = nb_transaction_execute (self->transaction, &claim_keys, NB_PARAMS (NB_INT (self->now), NB_ROWS (rows)), error);
  if (claimed < 0)
    return FALSE;
  return claimed == (gint64)sorted->len || read_stored (self, rows, error);
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
  g_autoptr (NbRowset) answers = nb_rowset_new ("xss");
  g_autoptr (NbRowset) dropped = nb_rowset_new ("xs");
  GHashTableIter iter;
  gpointer item;

  g_hash_table_iter_init (&iter, self->keys);
  while (g_hash_table_iter_next (&iter, &item, NULL))
    {
      const NbRequestKey *key = item;

      if (!key->is_ours)
        continue;
      if (key->answer != NULL)
        nb_rowset_add (answers, key->person, key->key, key->answer);
      else
        nb_rowset_add (dropped, key->person, key->key);
    }
  if (nb_rowset_get_n_rows (answers) > 0
      && !nb_transaction_execute_exactly (self->transaction, (gint64)nb_rowset_get_n_rows (answers), &store_answers,
                                          NB_PARAMS (NB_ROWS (answers)), error))
    return FALSE;
  return nb_rowset_get_n_rows (dropped) == 0
         || nb_transaction_execute_exactly (self->transaction, (gint64)nb_rowset_get_n_rows (dropped), &drop_keys,
                                            NB_PARAMS (NB_ROWS (dropped)), error);
}
