/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* libpq's pipeline mode, for writes inside a transaction: libgda waits for each answer before it sends the next. */
#include "core/store/nb-pq-pipeline.h"

#include "core/store/nb-statement.h"
#include "core/store/nb-store-private.h"

/* A statement as one connection has prepared it. */
typedef struct
{
  char *name;
  GArray *places; /* (element-type guint): the parameter that each $1, $2, … stands for */
} Prepared;

typedef struct
{
  const NbSql *sql;
  const char *name; /* lives as long as the connection */
  GPtrArray *values;
  NbExpectation expectation;
} Deferred;

static void
free_prepared (gpointer data)
{
  Prepared *self = data;

  g_free (self->name);
  g_array_unref (self->places);
  g_free (self);
}

static void
free_deferred (gpointer data)
{
  Deferred *self = data;

  g_ptr_array_unref (self->values);
  g_free (self);
}

NbFailure
nb_pq_classify (PGconn *handle, const char *state)
{
  static const struct
  {
    const char *prefix;
    NbFailure failure;
  } kinds[] = {
    { "40001", NB_FAILURE_CONFLICT }, { "40P01", NB_FAILURE_CONFLICT }, { "55P03", NB_FAILURE_CONFLICT },
    { "57P01", NB_FAILURE_LINK },     { "57P02", NB_FAILURE_LINK },     { "57P03", NB_FAILURE_LINK },
    { "25P03", NB_FAILURE_LINK },     { "08", NB_FAILURE_LINK },        { "23", NB_FAILURE_CONSTRAINT },
    { "53", NB_FAILURE_FULL },        { "58030", NB_FAILURE_FULL },
  };

  if (PQstatus (handle) != CONNECTION_OK)
    return NB_FAILURE_LINK;
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_str_has_prefix (state, kinds[i].prefix))
      return kinds[i].failure;
  return NB_FAILURE_STATEMENT;
}

gboolean
nb_pq_check_result (NbConnection *connection, const PGresult *result, GError **error)
{
  ExecStatusType status = PQresultStatus (result);

  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK)
    return TRUE;
  return nb_connection_fail (
      connection,
      nb_pq_classify (connection->native, result != NULL ? PQresultErrorField (result, PG_DIAG_SQLSTATE) : "08006"),
      PQerrorMessage (connection->native), error);
}

static Prepared *
prepare (NbConnection *connection, NbStatement *statement, GError **error)
{
  const NbSql *sql = statement->sql;
  g_autofree char *text = NULL;
  g_autoptr (GArray) places = g_array_new (FALSE, FALSE, sizeof (guint));
  Prepared *self;
  PGresult *result;
  char name[32];

  if (statement->native != NULL)
    return statement->native;
  text = nb_statement_number_each (statement, sql->postgresql != NULL ? sql->postgresql : sql->sqlite, places);
  g_snprintf (name, sizeof name, "nb_deferred_%u", connection->n_prepared++);
  result = PQprepare (connection->native, name, text, (int)statement->param_types->len,
                      (const Oid *)(gpointer)statement->param_types->data);
  if (!nb_pq_check_result (connection, result, error))
    {
      PQclear (result);
      return NULL;
    }
  PQclear (result);
  self = g_new0 (Prepared, 1);
  self->name = g_strdup (name);
  self->places = g_steal_pointer (&places);
  statement->native = self;
  statement->free_native = free_prepared;
  return self;
}

static GPtrArray *
copy_values (const NbStatement *statement, const Prepared *prepared)
{
  GPtrArray *values = g_ptr_array_new_full (prepared->places->len, g_free);

  for (guint i = 0; i < prepared->places->len; i++)
    {
      guint place = g_array_index (prepared->places, guint, i);
      const char *text = nb_statement_get_text (statement, place);

      g_ptr_array_add (values, text != NULL
                                   ? g_strdup (text)
                                   : g_strdup_printf ("%" G_GINT64_FORMAT, nb_statement_get_int (statement, place)));
    }
  return values;
}

gboolean
nb_pq_pipeline_add (NbConnection *connection, NbStatement *statement, const NbExpectation *expectation, GError **error)
{
  const Prepared *prepared = prepare (connection, statement, error);
  Deferred *deferred;

  if (prepared == NULL)
    return FALSE;
  deferred = g_new0 (Deferred, 1);
  deferred->sql = statement->sql;
  deferred->name = prepared->name;
  deferred->values = copy_values (statement, prepared);
  deferred->expectation = *expectation;
  if (connection->deferred == NULL)
    connection->deferred = g_ptr_array_new_with_free_func (free_deferred);
  g_ptr_array_add (connection->deferred, deferred);
  return TRUE;
}

static gboolean
send_all (NbConnection *connection, const GPtrArray *all)
{
  if (!PQenterPipelineMode (connection->native))
    return FALSE;
  for (guint i = 0; i < all->len; i++)
    {
      const Deferred *deferred = g_ptr_array_index (all, i);

      if (!PQsendQueryPrepared (connection->native, deferred->name, (int)deferred->values->len,
                                (const char *const *)deferred->values->pdata, NULL, NULL, 0))
        return FALSE;
    }
  return PQpipelineSync (connection->native);
}

static gboolean
check_one (NbConnection *connection, const Deferred *deferred, const PGresult *result, GError **error)
{
  gint64 touched;

  if (!nb_pq_check_result (connection, result, error))
    return FALSE;
  touched = g_ascii_strtoll (PQcmdTuples ((PGresult *)result), NULL, 10);
  return nb_connection_check_rows (connection, deferred->sql, &deferred->expectation, touched, error);
}

/* All answers are taken in, also those after the first failure, so that the connection can go on. Each statement's ends
 * with a NULL, and the last is that of the synchronisation. */
static gboolean
receive_all (NbConnection *connection, const GPtrArray *all, GError **error)
{
  gboolean is_fine = TRUE;

  for (guint i = 0; i < all->len; i++)
    {
      PGresult *result = PQgetResult (connection->native);

      is_fine = is_fine && check_one (connection, g_ptr_array_index (all, i), result, error);
      while (result != NULL)
        {
          PQclear (result);
          result = PQgetResult (connection->native);
        }
    }
  PQclear (PQgetResult (connection->native));
  return is_fine;
}

gboolean
nb_pq_pipeline_run (NbConnection *connection, GError **error)
{
  g_autoptr (GPtrArray) all = g_steal_pointer (&connection->deferred);
  gboolean is_fine;

  if (all == NULL)
    return TRUE;
  is_fine = send_all (connection, all)
                ? receive_all (connection, all, error)
                : nb_connection_fail (connection, NB_FAILURE_LINK, PQerrorMessage (connection->native), error);
  if (PQexitPipelineMode (connection->native) || !is_fine)
    return is_fine;
  return nb_connection_fail (connection, NB_FAILURE_LINK, PQerrorMessage (connection->native), error);
}
