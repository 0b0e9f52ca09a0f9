/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lists what waits or was given up, and has what was given up sent again or dropped. */
#include "nb-delivery-desk.h"

#include "nb-courier-metrics.h"
#include "nb-dead-letters.h"
#include "nb-delivery-api.h"
#include "nb-delivery-checks.h"
#include "nb-delivery-page.h"

struct _NbDeliveryDesk
{
  GObject parent_instance;
};

static void nb_delivery_desk_init_interface (NbDeliveriesInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (NbDeliveryDesk, nb_delivery_desk, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (NB_TYPE_DELIVERIES, nb_delivery_desk_init_interface))

#define SELECT_QUEUED                                                                                                  \
  "SELECT d.id, d.message_id, d.person_id, m.kind, d.channel, d.created_at, d.next_at, d.tries, d.is_dead, d.reason "  \
  "FROM notify_deliveries AS d LEFT JOIN notify_messages AS m ON m.id = d.message_id "
#define QUEUED_COLUMNS "xxxssxxxxs"

static NbQueued *
queued_new (const NbRows *rows, gsize row)
{
  NbQueued *self = g_new0 (NbQueued, 1);
  const char *kind = nb_rows_get_text (rows, row, 3);

  self->id = nb_rows_get_int (rows, row, 0);
  self->message = nb_rows_get_int (rows, row, 1);
  self->person = nb_rows_get_int (rows, row, 2);
  self->kind = g_strdup (kind != NULL ? kind : "");
  self->channel = g_strdup (nb_rows_get_text (rows, row, 4));
  self->created_at = nb_rows_get_int (rows, row, 5);
  self->next_at = nb_rows_get_int (rows, row, 6);
  self->tries = nb_rows_get_int (rows, row, 7);
  self->is_dead = nb_rows_get_int (rows, row, 8) != 0;
  self->reason = g_strdup (nb_rows_get_text (rows, row, 9));
  return self;
}

static void
free_queued (gpointer data)
{
  nb_queued_free (data);
}

static GPtrArray *
list (NbDeliveries *deliveries, NbTransaction *transaction, gboolean dead_only, guint limit, GError **error)
{
  static const NbSql all = { SELECT_QUEUED "ORDER BY d.id LIMIT ##limit::gint64", NULL, QUEUED_COLUMNS };
  static const NbSql dead
      = { SELECT_QUEUED "WHERE d.is_dead = 1 ORDER BY d.id LIMIT ##limit::gint64", NULL, QUEUED_COLUMNS };
  g_autoptr (NbRows) rows
      = nb_transaction_query (transaction, dead_only ? &dead : &all, NB_PARAMS (NB_INT (limit)), error);
  GPtrArray *found;

  if (rows == NULL)
    return NULL;
  found = g_ptr_array_new_with_free_func (free_queued);
  for (gsize i = 0; i < nb_rows_get_n (rows); i++)
    g_ptr_array_add (found, queued_new (rows, i));
  return found;
}

typedef gint64 (*PortionFunc) (NbTransaction *transaction, gint64 from, gint64 to, gint64 *last, GError **error);

static gint64
change (PortionFunc function, NbTransaction *transaction, gint64 id, GError **error)
{
  gint64 last = id - 1;
  gint64 total = 0;
  gint64 n;

  do
    {
      n = function (transaction, last + 1, id != 0 ? id : G_MAXINT64, &last, error);
      if (n < 0)
        return -1;
      total += n;
    }
  while (n == NB_DEAD_LETTERS_PORTION);
  return total;
}

static gint64
retry (NbDeliveries *deliveries, NbTransaction *transaction, gint64 id, GError **error)
{
  return change (nb_dead_letters_retry, transaction, id, error);
}

static gint64
drop (NbDeliveries *deliveries, NbTransaction *transaction, gint64 id, GError **error)
{
  return change (nb_dead_letters_drop, transaction, id, error);
}

static void
nb_delivery_desk_init_interface (NbDeliveriesInterface *iface)
{
  iface->list = list;
  iface->retry = retry;
  iface->drop = drop;
}

static void
nb_delivery_desk_class_init (NbDeliveryDeskClass *klass)
{
}

static void
nb_delivery_desk_init (NbDeliveryDesk *self)
{
}

NbDeliveryDesk *
nb_delivery_desk_new (void)
{
  return g_object_new (NB_TYPE_DELIVERY_DESK, NULL);
}

gboolean
nb_delivery_desk_register (NbNotify *parts, GError **error)
{
  g_autoptr (NbDeliveryDesk) desk = nb_delivery_desk_new ();

  return nb_context_add_service (parts->context, NB_TYPE_DELIVERIES, G_OBJECT (desk), error)
         && nb_courier_metrics_add_gauges (parts->context, error) && nb_delivery_checks_register (parts->context, error)
         && nb_delivery_api_register (parts, error) && nb_delivery_page_register (parts, error);
}
