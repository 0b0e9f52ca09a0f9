/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lets a plugin's consumer be called on store threads and end on the main loop, never both at once. */
#include "core/plugin/nb-consumer.h"

NbConsumerItem *
nb_consumer_item_new (const char *owner, const NbConsumer *consumer, gpointer user_data)
{
  NbConsumerItem *self = g_atomic_rc_box_new0 (NbConsumerItem);

  self->owner = g_strdup (owner);
  g_mutex_init (&self->lock);
  self->consumer = consumer;
  self->user_data = user_data;
  return self;
}

NbConsumerItem *
nb_consumer_item_ref (NbConsumerItem *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
consumer_item_clear (gpointer data)
{
  NbConsumerItem *self = data;

  g_mutex_clear (&self->lock);
  g_free (self->owner);
}

void
nb_consumer_item_unref (NbConsumerItem *self)
{
  g_atomic_rc_box_release_full (self, consumer_item_clear);
}

gboolean
nb_consumer_item_consume (NbConsumerItem *self, NbTransaction *transaction, GPtrArray *events, GError **error)
{
  g_autoptr (GMutexLocker) G_GNUC_UNUSED locker = g_mutex_locker_new (&self->lock);

  if (!self->is_ended)
    return self->consumer->consume (transaction, events, self->user_data, error);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "%s has stopped and takes no events", self->owner);
  return FALSE;
}

void
nb_consumer_item_tell (NbConsumerItem *self)
{
  /* It ends on this thread, so no lock is needed to look, and the plugin may end it from within. */
  if (!self->is_ended && self->consumer->consumed != NULL)
    self->consumer->consumed (self->user_data);
}

void
nb_consumer_item_end (NbConsumerItem *self)
{
  g_autoptr (GMutexLocker) G_GNUC_UNUSED locker = g_mutex_locker_new (&self->lock);

  self->is_ended = TRUE;
}
