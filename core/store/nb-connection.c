/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What all connections share: opening, parsing once, running statements through libgda. */
#include "core/store/nb-connection.h"

#include "core/store/nb-pq-guard.h"
#include "core/store/nb-statement.h"
#include "core/store/nb-store-private.h"

#include <libgda/sql-parser/gda-sql-parser.h>

/* Exported by libgda for its providers; the header that declares it needs one that is not installed. */
extern gpointer gda_connection_internal_get_provider_data (GdaConnection *connection);

/* libgda finds and loads its providers on first use, and not from several threads; and closing walks a table of the
 * provider that all connections share. */
static GMutex opening;

static void
free_statement (gpointer data)
{
  nb_statement_free (data);
}

gboolean
nb_connection_fail (NbConnection *self, NbFailure failure, const char *reason, GError **error)
{
  static const NbStoreError codes[] = {
    [NB_FAILURE_NONE] = NB_STORE_ERROR_STATEMENT,
    [NB_FAILURE_STATEMENT] = NB_STORE_ERROR_STATEMENT,
    [NB_FAILURE_CONSTRAINT] = NB_STORE_ERROR_CONSTRAINT,
    [NB_FAILURE_CONFLICT] = NB_STORE_ERROR_CONFLICT,
    [NB_FAILURE_LINK] = NB_STORE_ERROR_LINK,
    [NB_FAILURE_FULL] = NB_STORE_ERROR_FULL,
  };
  g_autofree char *text = g_strstrip (g_strdup (reason != NULL ? reason : "no reason given"));

  self->failure = failure;
  g_set_error_literal (error, NB_STORE_ERROR, (int)codes[failure], text);
  return FALSE;
}

gpointer
nb_connection_get_provider_data (NbConnection *self, GError **error)
{
  GdaServerProvider *provider = gda_connection_get_provider (self->gda);
  const char *version = gda_server_provider_get_version (provider);
  gpointer data = gda_connection_internal_get_provider_data (self->gda);

  if (version != NULL && g_str_has_prefix (version, "5.2.") && data != NULL)
    return data;
  g_set_error (error, NB_STORE_ERROR, NB_STORE_ERROR_STATEMENT, "libgda %s is not the 5.2 that the store knows",
               version != NULL ? version : "of no version");
  return NULL;
}

GHashTable *
nb_connection_new_statements (void)
{
  return g_hash_table_new_full (NULL, NULL, NULL, free_statement);
}

NbConnection *
nb_connection_open (const NbBackend *backend, const char *target, NbOpenMode mode, GHashTable *statements,
                    GError **error)
{
  g_autoptr (NbConnection) self = g_new0 (NbConnection, 1);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&opening);

  nb_sqlite_settle_process ();
  gda_init ();
  self->backend = backend;
  self->statements = statements != NULL ? g_hash_table_ref (statements) : nb_connection_new_statements ();
  self->gda = backend->open (target, error);
  if (self->gda == NULL)
    return NULL;
  if (!backend->attach (self, target, mode, error))
    return NULL;
  self->parser = gda_connection_create_parser (self->gda);
  if (self->parser == NULL)
    self->parser = gda_sql_parser_new ();
  return g_steal_pointer (&self);
}

void
nb_connection_close (NbConnection *self)
{
  GHashTableIter iter;
  gpointer statement;

  g_hash_table_iter_init (&iter, self->statements);
  while (g_hash_table_iter_next (&iter, NULL, &statement))
    nb_statement_drop_native (statement);
  g_clear_pointer (&self->statements, g_hash_table_unref);
  nb_connection_drop_deferred (self);
  g_clear_object (&self->parser);
  if (self->gda != NULL)
    {
      g_mutex_lock (&opening);
      nb_pq_guard_enter ();
      gda_connection_close_no_warning (self->gda);
      g_object_unref (self->gda);
      nb_pq_guard_leave ();
      g_mutex_unlock (&opening);
    }
  g_free (self);
}

void
nb_connection_enter (NbConnection *self, const NbStatement *statement)
{
  nb_pq_guard_enter ();
  nb_pq_guard_set_types ((const Oid *)(gpointer)statement->param_types->data, statement->param_types->len);
}

void
nb_connection_leave (NbConnection *self)
{
  nb_pq_guard_set_types (NULL, 0);
  nb_pq_guard_leave ();
}

gboolean
nb_connection_fail_from_gda (NbConnection *self, const GError *inner, GError **error)
{
  return nb_connection_fail (self, self->backend->classify (self), inner != NULL ? inner->message : NULL, error);
}

static NbStatement *
prepare (NbConnection *self, const NbSql *sql, const NbParam *params, gsize n_params, gboolean is_query, GError **error)
{
  NbStatement *statement = nb_statement_find (self, sql, error);

  self->failure = NB_FAILURE_STATEMENT;
  if (statement == NULL)
    return NULL;
  if ((statement->types != NULL) != is_query)
    {
      g_critical ("statement «%s» %s", sql->sqlite,
                  is_query ? "names no columns, so execute it" : "answers rows, so query it");
      nb_connection_fail (self, NB_FAILURE_STATEMENT, "a statement with columns is queried, one without is executed",
                          error);
      return NULL;
    }
  if (!nb_statement_bind (statement, params, n_params, error))
    return NULL;
  self->failure = NB_FAILURE_NONE;
  return statement;
}

NbRows *
nb_connection_query (NbConnection *self, const NbSql *sql, const NbParam *params, gsize n_params, GError **error)
{
  NbStatement *statement = prepare (self, sql, params, n_params, TRUE, error);

  return statement != NULL ? self->backend->query (self, statement, error) : NULL;
}

gint64
nb_connection_execute (NbConnection *self, const NbSql *sql, const NbParam *params, gsize n_params, GError **error)
{
  NbStatement *statement = prepare (self, sql, params, n_params, FALSE, error);

  return statement != NULL ? self->backend->execute (self, statement, error) : -1;
}

gboolean
nb_connection_check_rows (NbConnection *self, const NbSql *sql, const NbExpectation *expectation, gint64 touched,
                          GError **error)
{
  if (touched == expectation->n_rows)
    return TRUE;
  self->failure = expectation->is_conflict ? NB_FAILURE_CONFLICT : NB_FAILURE_STATEMENT;
  g_set_error (error, NB_STORE_ERROR, expectation->is_conflict ? NB_STORE_ERROR_CONFLICT : NB_STORE_ERROR_ROWS,
               "«%s» touched %" G_GINT64_FORMAT " rows, not %" G_GINT64_FORMAT, sql->sqlite, touched,
               expectation->n_rows);
  return FALSE;
}

gboolean
nb_connection_expect (NbConnection *self, const NbSql *sql, const NbParam *params, gsize n_params,
                      const NbExpectation *expectation, GError **error)
{
  NbStatement *statement = prepare (self, sql, params, n_params, FALSE, error);
  gint64 touched;

  if (statement == NULL)
    return FALSE;
  if (self->backend->defer != NULL)
    return self->backend->defer (self, statement, expectation, error);
  touched = self->backend->execute (self, statement, error);
  return touched >= 0 && nb_connection_check_rows (self, sql, expectation, touched, error);
}

gboolean
nb_connection_settle (NbConnection *self, GError **error)
{
  return self->deferred == NULL || self->backend->settle (self, error);
}

void
nb_connection_drop_deferred (NbConnection *self)
{
  g_clear_pointer (&self->deferred, g_ptr_array_unref);
}
