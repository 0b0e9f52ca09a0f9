/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Says yes to every payment at once, and calls itself a demonstration. */
#include "nb-manual-provider.h"

struct _NbManualProvider
{
  GObject parent_instance;
};

static void nb_manual_provider_iface_init (NbPaymentProviderInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (NbManualProvider, nb_manual_provider, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (NB_TYPE_PAYMENT_PROVIDER, nb_manual_provider_iface_init))

NbPaymentProvider *
nb_manual_provider_new (void)
{
  return g_object_new (NB_TYPE_MANUAL_PROVIDER, NULL);
}

static const char *
get_title (NbPaymentProvider *self, const char *language)
{
  return g_strcmp0 (language, "ko") == 0 ? "manual (시연용 결제)" : "manual (demo payment)";
}

static void
collect_async (NbPaymentProvider *self, gint64 person, NbMoney amount, const char *key, GAsyncReadyCallback callback,
               gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);

  g_task_set_source_tag (task, collect_async);
  g_task_return_pointer (task, g_strdup_printf ("manual:%" G_GINT64_FORMAT ":%s", person, key != NULL ? key : ""),
                         g_free);
}

static char *
collect_finish (NbPaymentProvider *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
nb_manual_provider_iface_init (NbPaymentProviderInterface *iface)
{
  iface->get_title = get_title;
  iface->collect_async = collect_async;
  iface->collect_finish = collect_finish;
}

static void
nb_manual_provider_class_init (NbManualProviderClass *klass)
{
}

static void
nb_manual_provider_init (NbManualProvider *self)
{
}
