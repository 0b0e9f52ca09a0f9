/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who takes the events of the outbox, and by which channels people can be told. */
#include "core/plugin/nb-registry-private.h"

gboolean
nb_registry_set_consumer (NbRegistry *self, const char *owner, const NbConsumer *consumer, gpointer user_data,
                          GError **error)
{
  const NbConsumerItem *first = nb_registry_get_consumer (self);

  if (first != NULL)
    return nb_registry_refuse_taken ("consumer of", "outbox", first->owner, error);
  nb_registry_record (self, NB_REGISTRATION_CONSUMER, nb_consumer_item_new (owner, consumer, user_data));
  return TRUE;
}

NbConsumerItem *
nb_registry_get_consumer (NbRegistry *self)
{
  const GPtrArray *consumers = self->items[NB_REGISTRATION_CONSUMER];

  return consumers->len > 0 ? g_ptr_array_index (consumers, 0) : NULL;
}

void
nb_registry_end_consumer (NbRegistry *self, const char *owner)
{
  NbConsumerItem *consumer = nb_registry_get_consumer (self);

  if (consumer != NULL && g_str_equal (consumer->owner, owner))
    nb_consumer_item_end (consumer);
}

gboolean
nb_registry_add_notifier (NbRegistry *self, const char *owner, NbNotifier *notifier, GError **error)
{
  NbNotifierItem *added;

  if (!nb_notifier_table_add (self->notifiers, owner, notifier, error))
    return FALSE;
  added = g_new0 (NbNotifierItem, 1);
  added->owner = g_strdup (owner);
  added->notifier = g_object_ref (notifier);
  nb_registry_record (self, NB_REGISTRATION_NOTIFIER, added);
  return TRUE;
}

GPtrArray *
nb_registry_list_notifiers (NbRegistry *self)
{
  return nb_notifier_table_list (self->notifiers);
}
