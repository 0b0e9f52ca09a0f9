/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The calls of the contracts for channels and for the queue of what they deliver. */
#include <neighborbid/nb-notifier.h>

G_DEFINE_INTERFACE (NbNotifier, nb_notifier, G_TYPE_OBJECT)
G_DEFINE_INTERFACE (NbDeliveries, nb_deliveries, G_TYPE_OBJECT)

static void
nb_notifier_default_init (NbNotifierInterface *iface)
{
}

static void
nb_deliveries_default_init (NbDeliveriesInterface *iface)
{
}

const char *
nb_notifier_get_name (NbNotifier *self)
{
  g_return_val_if_fail (NB_IS_NOTIFIER (self), NULL);
  return NB_NOTIFIER_GET_IFACE (self)->get_name (self);
}

const char *
nb_notifier_get_title (NbNotifier *self)
{
  g_return_val_if_fail (NB_IS_NOTIFIER (self), NULL);
  return NB_NOTIFIER_GET_IFACE (self)->get_title (self);
}

gboolean
nb_notifier_find_targets (NbNotifier *self, NbTransaction *transaction, const NbRowset *people, GArray *targets,
                          GError **error)
{
  g_return_val_if_fail (NB_IS_NOTIFIER (self), FALSE);
  return NB_NOTIFIER_GET_IFACE (self)->find_targets (self, transaction, people, targets, error);
}

void
nb_notifier_deliver_async (NbNotifier *self, const NbNotice *notice, GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (NB_IS_NOTIFIER (self) && notice != NULL);
  NB_NOTIFIER_GET_IFACE (self)->deliver_async (self, notice, callback, user_data);
}

NbDelivery
nb_notifier_deliver_finish (NbNotifier *self, GAsyncResult *result, guint *retry_after, GError **error)
{
  g_return_val_if_fail (NB_IS_NOTIFIER (self) && retry_after != NULL, NB_DELIVERY_REFUSED);
  *retry_after = 0;
  return NB_NOTIFIER_GET_IFACE (self)->deliver_finish (self, result, retry_after, error);
}

void
nb_queued_free (NbQueued *self)
{
  g_free (self->kind);
  g_free (self->channel);
  g_free (self->reason);
  g_free (self);
}

GPtrArray *
nb_deliveries_list (NbDeliveries *self, NbTransaction *transaction, gboolean dead_only, guint limit, GError **error)
{
  g_return_val_if_fail (NB_IS_DELIVERIES (self), NULL);
  return NB_DELIVERIES_GET_IFACE (self)->list (self, transaction, dead_only, limit, error);
}

gint64
nb_deliveries_retry (NbDeliveries *self, NbTransaction *transaction, gint64 id, GError **error)
{
  g_return_val_if_fail (NB_IS_DELIVERIES (self), -1);
  return NB_DELIVERIES_GET_IFACE (self)->retry (self, transaction, id, error);
}

gint64
nb_deliveries_drop (NbDeliveries *self, NbTransaction *transaction, gint64 id, GError **error)
{
  g_return_val_if_fail (NB_IS_DELIVERIES (self), -1);
  return NB_DELIVERIES_GET_IFACE (self)->drop (self, transaction, id, error);
}
