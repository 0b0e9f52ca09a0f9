/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Channels by which people are told what happened, and the list of what still waits to be told. */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>
#include <neighborbid/nb-store.h>

G_BEGIN_DECLS

/**
 * NbNotice:
 * @id: the message's id: the same at every try and in every channel, so that receivers can drop doubles
 * @person: whom it is for
 * @nickname: their name on the site
 * @email: their address, empty for none
 * @language: `ko` or `en`
 * @kind: such as `outbid`
 * @auction: the auction that it is about, or 0
 * @at: when it became true, in microseconds since the epoch
 * @subject: one line in their language
 * @text: a few sentences in their language
 * @path: where it is on the site, such as `/auctions/42`
 * @target: what the channel's `find_targets` gave with them
 * @data: the message as the API shows it
 *
 * One message on its way through one channel. Immutable; valid until the delivery has ended.
 *
 * Since: 1.0
 */
typedef struct
{
  gint64 id;
  gint64 person;
  const char *nickname;
  const char *email;
  const char *language;
  const char *kind;
  gint64 auction;
  gint64 at;
  const char *subject;
  const char *text;
  const char *path;
  gint64 target;
  JsonObject *data;

  /*< private >*/
  gpointer reserved[4];
} NbNotice;

/** NbReach: someone who can be reached by a channel, and where: @target is the channel's own number, 0 where it has
 * but one place for a person. */
typedef struct
{
  gint64 person;
  gint64 target;
} NbReach;

/**
 * NbDelivery:
 * @NB_DELIVERY_DONE: taken over by the other side
 * @NB_DELIVERY_AGAIN: it may go through later
 * @NB_DELIVERY_REFUSED: it never will, as it stands
 * @NB_DELIVERY_LEFT_OUT: it isn't sent, and that is no failure: its person wants it no more, or got too many
 */
typedef enum
{
  NB_DELIVERY_DONE,
  NB_DELIVERY_AGAIN,
  NB_DELIVERY_REFUSED,
  NB_DELIVERY_LEFT_OUT
} NbDelivery;

/**
 * NbNotifier:
 *
 * A channel, such as mail, registered with nb_context_add_notifier(). What is due, in which order, how often it is
 * tried and when it is given up is the business of whoever calls it.
 *
 * Since: 1.0
 */
#define NB_TYPE_NOTIFIER (nb_notifier_get_type ())
NB_PUBLIC
G_DECLARE_INTERFACE (NbNotifier, nb_notifier, NB, NOTIFIER, GObject)

/**
 * NbNotifierInterface:
 * @get_name: (transfer none): 1 to 32 of a-z, 0-9 and `-`, such as `mail`; it never changes
 * @get_title: (transfer none): an English msgid of the plugin's translations, such as `Mail`; %NULL: people can't
 * choose it, everything goes there (a log)
 * @find_targets: on a store thread, in the transaction that writes the messages: adds to @targets (of #NbReach) those
 *   of @people (a rowset of one column, their ids) who can be reached, each as often as there are places
 * @deliver_async: on the main loop: tries once; must end, within a minute
 * @deliver_finish: how it ended; where it failed, @error says why, for an operator; @retry_after: seconds
 *   that the other side asked to wait, 0 for none
 *
 * Since: 1.0
 */
struct _NbNotifierInterface
{
  GTypeInterface parent_interface;

  const char *(*get_name) (NbNotifier *self);
  const char *(*get_title) (NbNotifier *self);
  gboolean (*find_targets) (NbNotifier *self, NbTransaction *transaction, const NbRowset *people, GArray *targets,
                            GError **error);
  void (*deliver_async) (NbNotifier *self, const NbNotice *notice, GAsyncReadyCallback callback, gpointer user_data);
  NbDelivery (*deliver_finish) (NbNotifier *self, GAsyncResult *result, guint *retry_after, GError **error);

  /*< private >*/
  gpointer reserved[8];
};

/** nb_notifier_get_name: Returns: (transfer none): such as `mail`; the functions below likewise call the hook of their
 * name */
NB_PUBLIC const char *nb_notifier_get_name (NbNotifier *self);
/** nb_notifier_get_title: Returns: (transfer none) (nullable): a msgid, or %NULL for a channel that nobody chooses */
NB_PUBLIC const char *nb_notifier_get_title (NbNotifier *self);
/** nb_notifier_find_targets: adds to @targets (of #NbReach) who of @people can be reached, and where */
NB_PUBLIC gboolean nb_notifier_find_targets (NbNotifier *self, NbTransaction *transaction, const NbRowset *people,
                                             GArray *targets, GError **error);
/** nb_notifier_deliver_async: tries once to hand @notice over; it must live until @callback */
NB_PUBLIC void nb_notifier_deliver_async (NbNotifier *self, const NbNotice *notice, GAsyncReadyCallback callback,
                                          gpointer user_data);
/** nb_notifier_deliver_finish: @retry_after: (out): seconds that the other side asked to wait, 0 for none. Returns: how
 * it ended; where it failed, @error says why */
NB_PUBLIC NbDelivery nb_notifier_deliver_finish (NbNotifier *self, GAsyncResult *result, guint *retry_after,
                                                 GError **error);

/**
 * NbQueued:
 * @id: the delivery's own
 * @message: what is to be delivered
 * @person: to whom
 * @kind: of the message
 * @channel: by which
 * @created_at: in microseconds since the epoch
 * @next_at: when it is tried next
 * @tries: how often it was tried
 * @is_dead: whether it was given up
 * @reason: why the last try failed; empty before
 *
 * One message that waits, or that was given up.
 *
 * Since: 1.0
 */
typedef struct
{
  gint64 id;
  gint64 message;
  gint64 person;
  char *kind;
  char *channel;
  gint64 created_at;
  gint64 next_at;
  gint64 tries;
  gboolean is_dead;
  char *reason;
} NbQueued;

NB_PUBLIC void nb_queued_free (NbQueued *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbQueued, nb_queued_free)

/**
 * NbDeliveries:
 *
 * The queue of messages that channels have still to deliver, as operators see it: a service under %NB_TYPE_DELIVERIES.
 *
 * Since: 1.0
 */
#define NB_TYPE_DELIVERIES (nb_deliveries_get_type ())
NB_PUBLIC
G_DECLARE_INTERFACE (NbDeliveries, nb_deliveries, NB, DELIVERIES, GObject)

/**
 * NbDeliveriesInterface:
 * @list: (transfer full) (element-type NbQueued): oldest first, at most @limit; @dead_only leaves out those that wait
 * @retry: makes what was given up wait again, due at once: delivery @id, or all for 0. Returns how many, -1 with @error
 * @drop: deletes what was given up, likewise
 *
 * Since: 1.0
 */
struct _NbDeliveriesInterface
{
  GTypeInterface parent_interface;

  GPtrArray *(*list) (NbDeliveries *self, NbTransaction *transaction, gboolean dead_only, guint limit, GError **error);
  gint64 (*retry) (NbDeliveries *self, NbTransaction *transaction, gint64 id, GError **error);
  gint64 (*drop) (NbDeliveries *self, NbTransaction *transaction, gint64 id, GError **error);

  /*< private >*/
  gpointer reserved[4];
};

/** nb_deliveries_list: Returns: (transfer full) (element-type NbQueued): what waits or was given up, oldest first */
NB_PUBLIC GPtrArray *nb_deliveries_list (NbDeliveries *self, NbTransaction *transaction, gboolean dead_only,
                                         guint limit, GError **error);
/** nb_deliveries_retry: makes delivery @id (0: all) that was given up wait again. Returns: how many, -1 with @error set
 */
NB_PUBLIC gint64 nb_deliveries_retry (NbDeliveries *self, NbTransaction *transaction, gint64 id, GError **error);
/** nb_deliveries_drop: deletes delivery @id (0: all) that was given up. Returns: how many, -1 with @error set */
NB_PUBLIC gint64 nb_deliveries_drop (NbDeliveries *self, NbTransaction *transaction, gint64 id, GError **error);

G_END_DECLS
