/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The registered consumer of the outbox: called on store threads, ended by the main loop. */
#pragma once

#include <neighborbid/nb-plugin.h>

G_BEGIN_DECLS

/* Counted by reference: whoever is about to call it keeps one that was removed. */
typedef struct
{
  char *owner;
  GMutex lock; /* held while its function runs, so that its end waits for that */
  const NbConsumer *consumer;
  gpointer user_data;
  gboolean is_ended; /* under the lock */
} NbConsumerItem;

/* @consumer: (transfer none) */
NbConsumerItem *nb_consumer_item_new (const char *owner, const NbConsumer *consumer, gpointer user_data);
NbConsumerItem *nb_consumer_item_ref (NbConsumerItem *self);
void nb_consumer_item_unref (NbConsumerItem *self);
/* On a store thread. Once it has ended the plugin is not called, and the error is %G_IO_ERROR_CANCELLED. */
gboolean nb_consumer_item_consume (NbConsumerItem *self, NbTransaction *transaction, GPtrArray *events, GError **error);
/* On the main loop: tells it that a portion was committed; nothing once it has ended. */
void nb_consumer_item_tell (NbConsumerItem *self);
/* On the main loop: no call begins any more, and one that is under way has returned. */
void nb_consumer_item_end (NbConsumerItem *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbConsumerItem, nb_consumer_item_unref)

G_END_DECLS
