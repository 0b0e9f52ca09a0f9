/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Adds a line to a file for each delivery, so that it outlives the process. */
#include "tests/unit/notify/recorder.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/notify/fault-point.h"

struct _TestRecorder
{
  GObject parent_instance;

  int fd;
};

static const NbSql select_people = {
  .sqlite = "SELECT value ->> '$[0]' FROM json_each (##rows::string)",
  .postgresql = "SELECT person FROM unnest (CAST (##c0::string AS bigint[])) AS p (person)",
  .columns = "x",
};

static const char *
get_name (NbNotifier *notifier)
{
  return "recorder";
}

static const char *
get_title (NbNotifier *notifier)
{
  return NULL;
}

static gboolean
find_targets (NbNotifier *notifier, NbTransaction *transaction, const NbRowset *people, GArray *targets, GError **error)
{
  g_autoptr (NbRows) rows = nb_transaction_query (transaction, &select_people, NB_PARAMS (NB_ROWS (people)), error);

  if (rows == NULL)
    return FALSE;
  fault_point_set_consumer ();
  for (gsize i = 0; i < nb_rows_get_n (rows); i++)
    {
      NbReach reach = { nb_rows_get_int (rows, i, 0), 0 };

      g_array_append_val (targets, reach);
    }
  return TRUE;
}

static gint64
get_price (const NbNotice *notice)
{
  JsonNode *price = json_object_get_member (notice->data, "price");

  return price != NULL && JSON_NODE_HOLDS_VALUE (price) ? json_node_get_int (price) : 0;
}

static gboolean
end_cb (gpointer user_data)
{
  g_task_return_boolean (G_TASK (user_data), TRUE);
  return G_SOURCE_REMOVE;
}

static void
deliver_async (NbNotifier *notifier, const NbNotice *notice, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autofree char *line
      = g_strdup_printf ("%" G_GINT64_FORMAT " %s %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT "\n",
                         notice->id, notice->kind, notice->person, notice->auction, get_price (notice));
  GTask *task = g_task_new (notifier, NULL, callback, user_data);
  g_autoptr (GSource) idle = g_idle_source_new ();

  fault_point_reach (FAULT_DELIVERY_TAKEN);
  if (write (TEST_RECORDER (notifier)->fd, line, strlen (line)) != (gssize)strlen (line))
    g_error ("a delivery can't be written down");
  fault_point_reach (FAULT_DELIVERY_MADE);
  g_task_set_source_tag (task, deliver_async);
  g_source_set_callback (idle, end_cb, task, g_object_unref);
  g_source_attach (idle, g_main_context_get_thread_default ());
}

static NbDelivery
deliver_finish (NbNotifier *notifier, GAsyncResult *result, guint *retry_after, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error) ? NB_DELIVERY_DONE : NB_DELIVERY_AGAIN;
}

static void
implement_notifier (NbNotifierInterface *iface)
{
  iface->get_name = get_name;
  iface->get_title = get_title;
  iface->find_targets = find_targets;
  iface->deliver_async = deliver_async;
  iface->deliver_finish = deliver_finish;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (TestRecorder, test_recorder, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (NB_TYPE_NOTIFIER, implement_notifier))

static void
finalize (GObject *object)
{
  close (TEST_RECORDER (object)->fd);
  G_OBJECT_CLASS (test_recorder_parent_class)->finalize (object);
}

static void
test_recorder_class_init (TestRecorderClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = finalize;
}

static void
test_recorder_init (TestRecorder *self)
{
}

TestRecorder *
test_recorder_new (const char *path)
{
  TestRecorder *self = g_object_new (TEST_TYPE_RECORDER, NULL);

  self->fd = open (path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (self->fd < 0)
    g_error ("%s can't be opened", path);
  return self;
}
