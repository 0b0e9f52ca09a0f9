/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads and writes notify_webhooks. */
#include "nb-webhook-table.h"

#include "nb-kinds.h"

#include <glib/gi18n.h>
#include <string.h>

#define COLUMNS "id, person_id, url, kinds, secret, is_enabled, created_at, delivered_at, failed_at, failure"
#define COLUMN_TYPES "xxsssxxxxs"

static const NbSql sql_list = {
  "SELECT " COLUMNS " FROM notify_webhooks WHERE person_id = ##person::gint64 AND id > ##after::gint64 ORDER BY id"
  " LIMIT ##limit::gint64",
  NULL,
  COLUMN_TYPES,
};

static const NbSql sql_load = {
  "SELECT " COLUMNS " FROM notify_webhooks WHERE id = ##id::gint64 AND person_id = ##person::gint64",
  NULL,
  COLUMN_TYPES,
};

/* Of two that change it at a time the second waits, and changes what the first has written. */
static const NbSql sql_lock = {
  "SELECT " COLUMNS " FROM notify_webhooks WHERE id = ##id::gint64 AND person_id = ##person::gint64",
  "SELECT " COLUMNS " FROM notify_webhooks WHERE id = ##id::gint64 AND person_id = ##person::gint64 FOR UPDATE",
  COLUMN_TYPES,
};

/* Of two that add at a time the second waits, and counts what the first added. */
static const NbSql sql_lock_person = {
  "SELECT id FROM people WHERE id = ##id::gint64",
  "SELECT id FROM people WHERE id = ##id::gint64 FOR NO KEY UPDATE",
  "x",
};

static const NbSql sql_count = {
  "SELECT count (*) FROM notify_webhooks WHERE person_id = ##person::gint64",
  NULL,
  "x",
};

static const NbSql sql_add = {
  "INSERT INTO notify_webhooks (id, person_id, url, kinds, secret, is_enabled, created_at) VALUES (##id::gint64,"
  " ##person::gint64, ##url::string, ##kinds::string, ##secret::string, ##is_enabled::gint64, ##now::gint64)",
};

static const NbSql sql_update = {
  "UPDATE notify_webhooks SET url = ##url::string, kinds = ##kinds::string, secret = ##secret::string, is_enabled ="
  " ##is_enabled::gint64, failed_at = 0, failure = '' WHERE id = ##id::gint64 AND person_id = ##person::gint64",
};

static const NbSql sql_delete = {
  "DELETE FROM notify_webhooks WHERE id = ##id::gint64 AND person_id = ##person::gint64",
};

static const NbSql sql_find = {
  "SELECT person_id, id FROM notify_webhooks WHERE is_enabled = 1 AND person_id IN"
  " (SELECT json_extract (value, '$[0]') FROM json_each (##rows::string)) ORDER BY id",
  "SELECT person_id, id FROM notify_webhooks WHERE is_enabled = 1 AND person_id = ANY"
  " (CAST (##c0::string AS bigint[])) ORDER BY id",
  "xx",
};

static const NbSql sql_delivered = {
  "UPDATE notify_webhooks SET delivered_at = ##now::gint64, failure = '' WHERE id = ##id::gint64",
};

static const NbSql sql_failed = {
  "UPDATE notify_webhooks SET failed_at = ##now::gint64, failure = ##failure::string, is_enabled = CASE WHEN"
  " ##is_gone::gint64 = 1 THEN 0 ELSE is_enabled END WHERE id = ##id::gint64",
};

void
nb_webhook_free (NbWebhook *self)
{
  g_free (self->url);
  g_free (self->kinds);
  g_free (self->secret);
  g_free (self->failure);
  g_free (self);
}

static void
destroy (gpointer hook)
{
  nb_webhook_free (hook);
}

static NbWebhook *
webhook_new (const NbRows *rows, gsize row)
{
  NbWebhook *self = g_new0 (NbWebhook, 1);

  self->id = nb_rows_get_int (rows, row, 0);
  self->person = nb_rows_get_int (rows, row, 1);
  self->url = g_strdup (nb_rows_get_text (rows, row, 2));
  self->kinds = g_strdup (nb_rows_get_text (rows, row, 3));
  self->secret = g_strdup (nb_rows_get_text (rows, row, 4));
  self->is_enabled = nb_rows_get_int (rows, row, 5) != 0;
  self->created_at = nb_rows_get_int (rows, row, 6);
  self->delivered_at = nb_rows_get_int (rows, row, 7);
  self->failed_at = nb_rows_get_int (rows, row, 8);
  self->failure = g_strdup (nb_rows_get_text (rows, row, 9));
  return self;
}

gboolean
nb_webhook_wants (const NbWebhook *self, const char *kind)
{
  g_auto (GStrv) kinds = g_strsplit (self->kinds, ",", -1);

  return kinds[0] == NULL || g_strv_contains ((const char *const *)kinds, kind);
}

char *
nb_webhook_kinds_read (JsonArray *names, GError **error)
{
  gboolean is_wanted[NB_N_KINDS] = { FALSE };
  GString *kinds;

  for (guint i = 0; i < json_array_get_length (names); i++)
    {
      const char *name = json_array_get_string_element (names, i);
      NbKind kind;

      if (!nb_kind_find (name, &kind))
        {
          GError *fault
              = nb_error_new (NB_ERROR_VALIDATION_FAILED, N_ ("“{name}” is no kind of message, such as outbid or won"),
                              "name", name, NULL);

          nb_error_set_field (fault, "kinds");
          g_propagate_error (error, fault);
          return NULL;
        }
      is_wanted[kind] = TRUE;
    }
  kinds = g_string_new (NULL);
  for (guint i = 0; i < NB_N_KINDS; i++)
    if (is_wanted[i])
      g_string_append_printf (kinds, "%s%s", kinds->len > 0 ? "," : "", nb_kind_name ((NbKind)i));
  return g_string_free (kinds, FALSE);
}

GPtrArray *
nb_webhooks_list (NbTransaction *transaction, gint64 person, gint64 after, guint limit, GError **error)
{
  g_autoptr (NbRows) rows = nb_transaction_query (transaction, &sql_list,
                                                  NB_PARAMS (NB_INT (person), NB_INT (after), NB_INT (limit)), error);
  GPtrArray *hooks;

  if (rows == NULL)
    return NULL;
  hooks = g_ptr_array_new_with_free_func (destroy);
  for (gsize i = 0; i < nb_rows_get_n (rows); i++)
    g_ptr_array_add (hooks, webhook_new (rows, i));
  return hooks;
}

static gboolean
refuse_unknown (GError **error)
{
  nb_set_error (error, NB_ERROR_NOT_FOUND, N_ ("there is no such webhook"), NULL);
  return FALSE;
}

static NbWebhook *
find_one (NbTransaction *transaction, const NbSql *sql, gint64 person, gint64 id, GError **error)
{
  g_autoptr (NbRows) rows = nb_transaction_query (transaction, sql, NB_PARAMS (NB_INT (id), NB_INT (person)), error);

  if (rows == NULL)
    return NULL;
  if (nb_rows_get_n (rows) == 0)
    {
      refuse_unknown (error);
      return NULL;
    }
  return webhook_new (rows, 0);
}

NbWebhook *
nb_webhooks_load (NbTransaction *transaction, gint64 person, gint64 id, GError **error)
{
  return find_one (transaction, &sql_load, person, id, error);
}

NbWebhook *
nb_webhooks_lock (NbTransaction *transaction, gint64 person, gint64 id, GError **error)
{
  return find_one (transaction, &sql_lock, person, id, error);
}

static gboolean
has_room (NbTransaction *transaction, gint64 person, GError **error)
{
  g_autoptr (NbRows) locked = nb_transaction_query (transaction, &sql_lock_person, NB_PARAMS (NB_INT (person)), error);
  g_autoptr (NbRows) rows
      = locked != NULL ? nb_transaction_query (transaction, &sql_count, NB_PARAMS (NB_INT (person)), error) : NULL;

  if (rows == NULL)
    return FALSE;
  if (nb_rows_get_int (rows, 0, 0) < NB_WEBHOOKS_PER_PERSON)
    return TRUE;
  nb_set_error (error, NB_ERROR_STATE_CONFLICT,
                N_ ("you have {number} webhooks already, which is as many as anyone may have: delete one first"),
                "number", G_STRINGIFY (NB_WEBHOOKS_PER_PERSON), NULL);
  return FALSE;
}

gboolean
nb_webhooks_add (NbTransaction *transaction, const NbWebhook *hook, GError **error)
{
  return has_room (transaction, hook->person, error)
         && nb_transaction_execute_exactly (transaction, 1, &sql_add,
                                            NB_PARAMS (NB_INT (hook->id), NB_INT (hook->person), NB_TEXT (hook->url),
                                                       NB_TEXT (hook->kinds), NB_TEXT (hook->secret),
                                                       NB_INT (hook->is_enabled), NB_INT (hook->created_at)),
                                            error);
}

static gboolean
touch_one (gint64 n_touched, GError **error)
{
  if (n_touched == 0)
    return refuse_unknown (error);
  return n_touched > 0;
}

gboolean
nb_webhooks_update (NbTransaction *transaction, const NbWebhook *hook, GError **error)
{
  return touch_one (
      nb_transaction_execute (transaction, &sql_update,
                              NB_PARAMS (NB_TEXT (hook->url), NB_TEXT (hook->kinds), NB_TEXT (hook->secret),
                                         NB_INT (hook->is_enabled), NB_INT (hook->id), NB_INT (hook->person)),
                              error),
      error);
}

gboolean
nb_webhooks_delete (NbTransaction *transaction, gint64 person, gint64 id, GError **error)
{
  return touch_one (nb_transaction_execute (transaction, &sql_delete, NB_PARAMS (NB_INT (id), NB_INT (person)), error),
                    error);
}

gboolean
nb_webhooks_find (NbTransaction *transaction, const NbRowset *people, GArray *targets, GError **error)
{
  g_autoptr (NbRows) rows = nb_transaction_query (transaction, &sql_find, NB_PARAMS (NB_ROWS (people)), error);

  if (rows == NULL)
    return FALSE;
  for (gsize i = 0; i < nb_rows_get_n (rows); i++)
    {
      const NbReach reach = { nb_rows_get_int (rows, i, 0), nb_rows_get_int (rows, i, 1) };

      g_array_append_val (targets, reach);
    }
  return TRUE;
}

gboolean
nb_webhooks_note (NbTransaction *transaction, gint64 id, const char *failure, gboolean is_gone, GError **error)
{
  const gint64 now = nb_transaction_now (transaction);

  if (failure[0] == '\0')
    return nb_transaction_execute (transaction, &sql_delivered, NB_PARAMS (NB_INT (now), NB_INT (id)), error) >= 0;
  return nb_transaction_execute (transaction, &sql_failed,
                                 NB_PARAMS (NB_INT (now), NB_TEXT (failure), NB_INT (is_gone), NB_INT (id)), error)
         >= 0;
}
