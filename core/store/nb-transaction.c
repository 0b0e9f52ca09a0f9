/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a function may do inside its transaction. After a statement has failed nothing goes on but the rollback. */
#include "core/store/nb-transaction.h"

G_DEFINE_QUARK (nb - store - error, nb_store_error)

void
nb_transaction_init (NbTransaction *self, NbConnection *connection, gboolean is_read)
{
  *self = (NbTransaction){ .connection = connection, .is_read = is_read, .now = connection->now };
}

void
nb_transaction_clear (NbTransaction *self)
{
  g_clear_error (&self->reason);
  g_clear_pointer (&self->events, g_ptr_array_unref);
}

void
nb_transaction_reach (NbTransaction *self, NbFaultPoint point)
{
  if (self->hook != NULL)
    self->hook (point, self, self->hook_data);
}

void
nb_transaction_fail (NbTransaction *self, NbFailure failure, const GError *reason)
{
  if (self->reason != NULL)
    return;
  self->failure = failure;
  self->reason = g_error_copy (reason);
}

gboolean
nb_transaction_run (NbTransaction *self, NbTransactFunc function, gpointer user_data, GError **error)
{
  g_autoptr (GError) inner = NULL;
  gboolean is_wanted = function (self, user_data, &inner);

  if (is_wanted && inner == NULL && self->reason == NULL)
    return TRUE;
  if (is_wanted && self->reason == NULL)
    g_critical ("a transaction's function returned TRUE with an error: %s", inner->message);
  if (inner == NULL && self->reason != NULL)
    inner = g_error_copy (self->reason);
  if (inner == NULL)
    {
      g_critical ("a transaction's function returned FALSE without an error");
      g_set_error (&inner, NB_STORE_ERROR, NB_STORE_ERROR_STATEMENT, "a transaction failed without a reason");
    }
  g_propagate_error (error, g_steal_pointer (&inner));
  return FALSE;
}

static gboolean
is_usable (NbTransaction *self, GError **error)
{
  if (self->reason == NULL)
    return TRUE;
  g_propagate_error (error, g_error_copy (self->reason));
  g_prefix_error (error, "this transaction has failed before: ");
  return FALSE;
}

gboolean
nb_transaction_settle (NbTransaction *self, GError **error)
{
  g_autoptr (GError) inner = NULL;

  if (!is_usable (self, error))
    return FALSE;
  if (nb_connection_settle (self->connection, &inner))
    return TRUE;
  nb_transaction_fail (self, self->connection->failure, inner);
  g_propagate_error (error, g_steal_pointer (&inner));
  return FALSE;
}

NbRows *
nb_transaction_query (NbTransaction *self, const NbSql *sql, const NbParam *params, gsize n_params, GError **error)
{
  g_autoptr (GError) inner = NULL;
  NbRows *rows;

  g_return_val_if_fail (self != NULL && sql != NULL, NULL);

  if (!nb_transaction_settle (self, error))
    return NULL;
  rows = nb_connection_query (self->connection, sql, params, n_params, &inner);
  if (rows != NULL)
    return rows;
  nb_transaction_fail (self, self->connection->failure, inner);
  g_propagate_error (error, g_steal_pointer (&inner));
  return NULL;
}

gint64
nb_transaction_execute (NbTransaction *self, const NbSql *sql, const NbParam *params, gsize n_params, GError **error)
{
  g_autoptr (GError) inner = NULL;
  gint64 touched = -1;

  g_return_val_if_fail (self != NULL && sql != NULL, -1);

  if (!nb_transaction_settle (self, error))
    return -1;
  if (self->is_read)
    g_set_error (&inner, NB_STORE_ERROR, NB_STORE_ERROR_REFUSED, "«%s» would write inside a read", sql->sqlite);
  else
    touched = nb_connection_execute (self->connection, sql, params, n_params, &inner);
  if (touched >= 0)
    {
      nb_transaction_reach (self, NB_FAULT_AFTER_WRITE);
      return touched;
    }
  nb_transaction_fail (self, self->is_read ? NB_FAILURE_STATEMENT : self->connection->failure, inner);
  g_propagate_error (error, g_steal_pointer (&inner));
  return -1;
}

gboolean
nb_transaction_execute_exactly (NbTransaction *self, gint64 expected, const NbSql *sql, const NbParam *params,
                                gsize n_params, GError **error)
{
  gint64 touched = nb_transaction_execute (self, sql, params, n_params, error);
  g_autoptr (GError) inner = NULL;

  if (touched < 0)
    return FALSE;
  if (touched == expected)
    return TRUE;
  g_set_error (&inner, NB_STORE_ERROR, NB_STORE_ERROR_ROWS,
               "«%s» touched %" G_GINT64_FORMAT " rows, not %" G_GINT64_FORMAT, sql->sqlite, touched, expected);
  nb_transaction_fail (self, NB_FAILURE_STATEMENT, inner);
  g_propagate_error (error, g_steal_pointer (&inner));
  return FALSE;
}

gboolean
nb_transaction_expect_full (NbTransaction *self, const NbExpectation *expectation, const NbSql *sql,
                            const NbParam *params, gsize n_params, GError **error)
{
  g_autoptr (GError) inner = NULL;

  g_return_val_if_fail (self != NULL && sql != NULL, FALSE);

  if (!is_usable (self, error))
    return FALSE;
  self->connection->failure = NB_FAILURE_STATEMENT;
  if (self->is_read)
    g_set_error (&inner, NB_STORE_ERROR, NB_STORE_ERROR_REFUSED, "«%s» would write inside a read", sql->sqlite);
  else if (nb_connection_expect (self->connection, sql, params, n_params, expectation, &inner))
    {
      nb_transaction_reach (self, NB_FAULT_AFTER_WRITE);
      return TRUE;
    }
  nb_transaction_fail (self, self->connection->failure, inner);
  g_propagate_error (error, g_steal_pointer (&inner));
  return FALSE;
}

gboolean
nb_transaction_expect (NbTransaction *self, gint64 expected, const NbSql *sql, const NbParam *params, gsize n_params,
                       GError **error)
{
  const NbExpectation expectation = { expected, FALSE };

  return nb_transaction_expect_full (self, &expectation, sql, params, n_params, error);
}

static void
free_event (gpointer data)
{
  nb_event_unref (data);
}

void
nb_transaction_emit (NbTransaction *self, NbEvent *event)
{
  g_return_if_fail (self != NULL && event != NULL);

  if (self->is_read)
    {
      g_critical ("event %s is emitted in a read", nb_event_get_kind (event));
      nb_event_unref (event);
      return;
    }
  if (self->events == NULL)
    self->events = g_ptr_array_new_with_free_func (free_event);
  g_ptr_array_add (self->events, event);
}

gint64
nb_transaction_now (NbTransaction *self)
{
  g_return_val_if_fail (self != NULL, 0);
  return self->now;
}
