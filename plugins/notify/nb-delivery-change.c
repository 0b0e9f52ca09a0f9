/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Works off what was given up a portion at a time, so that bids find the database free in between. */
#include "nb-delivery-change.h"

#include "nb-dead-letters.h"

#include <glib/gi18n.h>

typedef struct
{
  NbDeliveryChange change;
  gint64 id; /* or 0 */
  gint64 actor;
  char *reason;
  gint64 from;
  /* Of the portion that ran last. */
  gint64 last;
  gint64 n;
  gint64 total;
} Change;

static void
change_free (gpointer data)
{
  Change *self = data;

  g_free (self->reason);
  g_free (self);
}

static gboolean
write_audit (const Change *self, NbTransaction *transaction, GError **error)
{
  static const NbSql sql = { "INSERT INTO audit (id, at, actor, action, subject, reason) VALUES (##id::gint64, "
                             "##at::gint64, ##actor::string, ##action::string, ##subject::string, ##reason::string)",
                             NULL, NULL };
  g_autofree char *actor = g_strdup_printf ("person:%" G_GINT64_FORMAT, self->actor);
  g_autofree char *subject
      = self->id != 0 ? g_strdup_printf ("delivery:%" G_GINT64_FORMAT, self->id) : g_strdup ("delivery:all");
  const char *action = self->change == NB_DELIVERY_RETRY ? "delivery-retry" : "delivery-drop";

  return nb_transaction_execute_exactly (transaction, 1, &sql,
                                         NB_PARAMS (NB_INT (nb_id_new ()), NB_INT (nb_transaction_now (transaction)),
                                                    NB_TEXT (actor), NB_TEXT (action), NB_TEXT (subject),
                                                    NB_TEXT (self->reason)),
                                         error);
}

static gboolean
run_portion (NbTransaction *transaction, gpointer user_data, GError **error)
{
  Change *self = user_data;
  gint64 to = self->id != 0 ? self->id : G_MAXINT64;

  self->n = self->change == NB_DELIVERY_RETRY ? nb_dead_letters_retry (transaction, self->from, to, &self->last, error)
                                              : nb_dead_letters_drop (transaction, self->from, to, &self->last, error);
  if (self->n < 0)
    return FALSE;
  if (self->n == 0 && self->id != 0)
    {
      nb_set_error (error, NB_ERROR_NOT_FOUND, N_ ("no such message was given up"), NULL);
      return FALSE;
    }
  return self->n == 0 || self->total > 0 || write_audit (self, transaction, error);
}

static void
portion_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  Change *self = g_task_get_task_data (task);
  GError *error = NULL;

  if (!nb_store_transact_finish (NB_STORE (source), result, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  self->total += self->n;
  self->from = self->last + 1;
  if (self->n < NB_DEAD_LETTERS_PORTION)
    g_task_return_int (task, (gssize)self->total);
  else
    nb_store_transact_async (NB_STORE (source), run_portion, self, NULL, NULL, portion_cb, g_steal_pointer (&task));
}

void
nb_delivery_change_async (NbStore *store, NbDeliveryChange change, gint64 id, gint64 actor, const char *reason,
                          GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (store, NULL, callback, user_data);
  Change *self = g_new0 (Change, 1);

  g_task_set_source_tag (task, nb_delivery_change_async);
  *self = (Change){ .change = change, .id = id, .actor = actor, .reason = g_strdup (reason), .from = id };
  g_task_set_task_data (task, self, change_free);
  nb_store_transact_async (store, run_portion, self, NULL, NULL, portion_cb, task);
}

gint64
nb_delivery_change_finish (NbStore *store, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, store), -1);
  return g_task_propagate_int (G_TASK (result), error);
}
