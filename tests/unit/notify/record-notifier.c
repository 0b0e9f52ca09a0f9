/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A channel that keeps every try, in order, and ends it when and how a test says. */
#include "tests/unit/notify/record-notifier.h"

struct _RecordNotifier
{
  GObject parent_instance;

  char *name;
  char *title;
  GArray *tries; /* of RecordedTry */
  gboolean lets_through;
};

typedef struct
{
  NbDelivery result;
  guint retry_after;
  char *reason;
} Ended;

static void record_notifier_init_interface (NbNotifierInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (RecordNotifier, record_notifier, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (NB_TYPE_NOTIFIER, record_notifier_init_interface))

static void
ended_free (gpointer data)
{
  Ended *ended = data;

  g_free (ended->reason);
  g_free (ended);
}

static void
clear_try (gpointer data)
{
  RecordedTry *self = data;

  g_free (self->subject);
  g_clear_object (&self->task);
}

static const char *
get_name (NbNotifier *notifier)
{
  return RECORD_NOTIFIER (notifier)->name;
}

static const char *
get_title (NbNotifier *notifier)
{
  return RECORD_NOTIFIER (notifier)->title;
}

static gboolean
find_targets (NbNotifier *notifier, NbTransaction *transaction, const NbRowset *people, GArray *targets, GError **error)
{
  static const NbSql sql = {
    .sqlite = "SELECT value ->> '$[0]' FROM json_each (##rows::string)",
    .postgresql = "SELECT id FROM unnest (CAST (##c0::string AS bigint[])) AS v (id)",
    .columns = "x",
  };
  g_autoptr (NbRows) rows = nb_transaction_query (transaction, &sql, NB_PARAMS (NB_ROWS (people)), error);

  for (gsize i = 0; rows != NULL && i < nb_rows_get_n (rows); i++)
    {
      NbReach reach = { nb_rows_get_int (rows, i, 0), 0 };

      g_array_append_val (targets, reach);
    }
  return rows != NULL;
}

static void
deliver_async (NbNotifier *notifier, const NbNotice *notice, GAsyncReadyCallback callback, gpointer user_data)
{
  RecordNotifier *self = RECORD_NOTIFIER (notifier);
  RecordedTry try
      = { notice->id, notice->person, g_strdup (notice->subject), g_task_new (self, NULL, callback, user_data) };

  g_array_append_val (self->tries, try);
  if (self->lets_through)
    record_notifier_end (self, self->tries->len - 1, NB_DELIVERY_DONE, 0, NULL);
}

static NbDelivery
deliver_finish (NbNotifier *notifier, GAsyncResult *result, guint *retry_after, GError **error)
{
  Ended *ended = g_task_propagate_pointer (G_TASK (result), NULL);
  NbDelivery delivery = ended->result;

  *retry_after = ended->retry_after;
  if (ended->reason != NULL)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, ended->reason);
  ended_free (ended);
  return delivery;
}

static void
record_notifier_init_interface (NbNotifierInterface *iface)
{
  iface->get_name = get_name;
  iface->get_title = get_title;
  iface->find_targets = find_targets;
  iface->deliver_async = deliver_async;
  iface->deliver_finish = deliver_finish;
}

static void
record_notifier_finalize (GObject *object)
{
  RecordNotifier *self = RECORD_NOTIFIER (object);

  g_free (self->name);
  g_free (self->title);
  g_array_unref (self->tries);
  G_OBJECT_CLASS (record_notifier_parent_class)->finalize (object);
}

static void
record_notifier_class_init (RecordNotifierClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = record_notifier_finalize;
}

static void
record_notifier_init (RecordNotifier *self)
{
  self->tries = g_array_new (FALSE, TRUE, sizeof (RecordedTry));
  g_array_set_clear_func (self->tries, clear_try);
}

RecordNotifier *
record_notifier_new (const char *name, const char *title)
{
  RecordNotifier *self = g_object_new (RECORD_TYPE_NOTIFIER, NULL);

  self->name = g_strdup (name);
  self->title = g_strdup (title);
  return self;
}

guint
record_notifier_get_n (RecordNotifier *self)
{
  return self->tries->len;
}

const RecordedTry *
record_notifier_get (RecordNotifier *self, guint index)
{
  g_assert_cmpuint (index, <, self->tries->len);
  return &g_array_index (self->tries, RecordedTry, index);
}

void
record_notifier_end (RecordNotifier *self, guint index, NbDelivery result, guint retry_after, const char *reason)
{
  RecordedTry *try = &g_array_index (self->tries, RecordedTry, index);
  g_autoptr (GTask) task = g_steal_pointer (&try->task);
  Ended *ended = g_new (Ended, 1);

  g_assert_nonnull (task);
  *ended = (Ended){ result, retry_after, g_strdup (reason) };
  g_task_return_pointer (task, ended, ended_free);
}

void
record_notifier_let_through (RecordNotifier *self)
{
  self->lets_through = TRUE;
  for (guint i = 0; i < self->tries->len; i++)
    if (record_notifier_get (self, i)->task != NULL)
      record_notifier_end (self, i, NB_DELIVERY_DONE, 0, NULL);
}
