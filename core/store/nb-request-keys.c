/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Idempotency keys: the first use of a key does the work and keeps its answer, a later one is given that answer. */
#include "core/store/nb-transaction.h"

#include <glib/gi18n.h>
#include <neighborbid/nb-error.h>

/* On PostgreSQL a second use waits here until the first has ended, and then finds its answer, or takes its place. */
static const NbSql insert_key = {
  .sqlite = "INSERT INTO request_keys (person_id, key, fingerprint, created_at) "
            "VALUES (##person::gint64, ##key::string, ##fingerprint::string, ##at::gint64) ON CONFLICT DO NOTHING",
};

static const NbSql select_key = {
  .sqlite = "SELECT fingerprint, answer FROM request_keys WHERE person_id = ##person::gint64 AND key = ##key::string",
  .columns = "ss",
};

static const NbSql update_answer = {
  .sqlite = "UPDATE request_keys SET answer = ##answer::string "
            "WHERE person_id = ##person::gint64 AND key = ##key::string",
};

static gboolean
find_answer (NbTransaction *self, gint64 person, const char *key, const char *fingerprint, char **stored,
             GError **error)
{
  g_autoptr (NbRows) rows = nb_transaction_query (self, &select_key, NB_PARAMS (NB_INT (person), NB_TEXT (key)), error);
  g_autoptr (GError) gone = NULL;

  if (rows == NULL)
    return FALSE;
  if (nb_rows_get_n (rows) == 0)
    {
      /* It was pruned between the two statements. */
      g_set_error (&gone, NB_STORE_ERROR, NB_STORE_ERROR_CONFLICT, "a request key went away");
      nb_transaction_fail (self, NB_FAILURE_CONFLICT, gone);
      g_propagate_error (error, g_steal_pointer (&gone));
      return FALSE;
    }
  if (g_strcmp0 (nb_rows_get_text (rows, 0, 0), fingerprint) != 0)
    {
      nb_set_error (error, NB_ERROR_IDEMPOTENCY_KEY_REUSED, N_ ("this key was used for another request before"), NULL);
      return FALSE;
    }
  *stored = g_strdup (nb_rows_get_text (rows, 0, 1));
  return TRUE;
}

gboolean
nb_transaction_claim_key (NbTransaction *self, gint64 person, const char *key, const char *fingerprint, char **stored,
                          GError **error)
{
  gint64 touched;

  g_return_val_if_fail (self != NULL && fingerprint != NULL && stored != NULL, FALSE);

  *stored = NULL;
  if (key == NULL)
    return TRUE;
  touched = nb_transaction_execute (
      self, &insert_key, NB_PARAMS (NB_INT (person), NB_TEXT (key), NB_TEXT (fingerprint), NB_INT (self->now)), error);
  if (touched < 0)
    return FALSE;
  return touched == 1 || find_answer (self, person, key, fingerprint, stored, error);
}

gboolean
nb_transaction_store_answer (NbTransaction *self, gint64 person, const char *key, const char *answer, GError **error)
{
  g_return_val_if_fail (self != NULL && answer != NULL, FALSE);

  if (key == NULL)
    return TRUE;
  return nb_transaction_execute_exactly (self, 1, &update_answer,
                                         NB_PARAMS (NB_TEXT (answer), NB_INT (person), NB_TEXT (key)), error);
}
