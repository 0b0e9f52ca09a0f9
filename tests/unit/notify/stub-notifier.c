/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A channel that reaches people at places that a test names, and never delivers. */
#include "tests/unit/notify/stub-notifier.h"

struct _StubNotifier
{
  GObject parent_instance;

  const char *name;
  const char *title;
  gint64 first;
  guint n_targets;
};

static const NbSql list_people = {
  .sqlite = "SELECT value ->> '$[0]' FROM json_each (##rows::string)",
  .postgresql = "SELECT id FROM unnest (CAST (##c0::string AS bigint[])) AS v (id)",
  .columns = "x",
};

static void stub_notifier_init_interface (NbNotifierInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (StubNotifier, stub_notifier, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (NB_TYPE_NOTIFIER, stub_notifier_init_interface))

static const char *
get_name (NbNotifier *notifier)
{
  return STUB_NOTIFIER (notifier)->name;
}

static const char *
get_title (NbNotifier *notifier)
{
  return STUB_NOTIFIER (notifier)->title;
}

static gboolean
find_targets (NbNotifier *notifier, NbTransaction *transaction, const NbRowset *people, GArray *targets, GError **error)
{
  StubNotifier *self = STUB_NOTIFIER (notifier);
  g_autoptr (NbRows) rows = nb_transaction_query (transaction, &list_people, NB_PARAMS (NB_ROWS (people)), error);

  if (rows == NULL)
    return FALSE;
  for (gsize i = 0; i < nb_rows_get_n (rows); i++)
    for (guint j = self->n_targets > 0 ? 1 : 0; j <= self->n_targets; j++)
      {
        NbReach reach = { nb_rows_get_int (rows, i, 0), j };

        if (reach.person >= self->first)
          g_array_append_val (targets, reach);
      }
  return TRUE;
}

static void
stub_notifier_init_interface (NbNotifierInterface *iface)
{
  iface->get_name = get_name;
  iface->get_title = get_title;
  iface->find_targets = find_targets;
}

static void
stub_notifier_class_init (StubNotifierClass *klass)
{
}

static void
stub_notifier_init (StubNotifier *self)
{
}

NbNotifier *
stub_notifier_new (const char *name, const char *title, gint64 first, guint n_targets)
{
  StubNotifier *self = g_object_new (STUB_TYPE_NOTIFIER, NULL);

  self->name = name;
  self->title = title;
  self->first = first;
  self->n_targets = n_targets;
  return NB_NOTIFIER (self);
}
