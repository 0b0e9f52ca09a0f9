/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A plugin, its life, and what it asks of the host. */
#pragma once

#include <neighborbid/nb-auction-type.h>
#include <neighborbid/nb-event.h>
#include <neighborbid/nb-market.h>
#include <neighborbid/nb-notifier.h>
#include <neighborbid/nb-request.h>
#include <neighborbid/nb-settings.h>
#include <neighborbid/nb-socket.h>
#include <neighborbid/nb-store.h>

G_BEGIN_DECLS

/**
 * NbContext:
 *
 * One plugin's way to the host. All that it registers is undone by the host, in reverse, when its `start` fails or it
 * stops. Used on the main loop.
 *
 * Since: 1.0
 */
typedef struct _NbContext NbContext;

#define NB_TYPE_PLUGIN (nb_plugin_get_type ())
NB_PUBLIC
G_DECLARE_DERIVABLE_TYPE (NbPlugin, nb_plugin, NB, PLUGIN, GObject)

/**
 * NbPluginClass:
 * @settings: (nullable): the keys of its config section, ended by one without a name; unknown keys are errors
 * @configure: (nullable): takes over @settings, at start and again at reload; FALSE with an error keeps the old ones
 * @start: (nullable): registers what it brings
 * @ready: (nullable): every plugin has started
 * @stop: (nullable): ends what it began itself; what went through the context is undone by the host afterwards.
 *   Not called after a `start` that failed, which must have left nothing else behind
 *
 * Called on the main loop, `configure` first. They must not wait: a database is asked by the asynchronous functions.
 *
 * Since: 1.0
 */
struct _NbPluginClass
{
  GObjectClass parent_class;

  const NbSetting *settings;
  gboolean (*configure) (NbPlugin *self, NbSettings *settings, GError **error);
  gboolean (*start) (NbPlugin *self, NbContext *context, GError **error);
  gboolean (*ready) (NbPlugin *self, NbContext *context, GError **error);
  void (*stop) (NbPlugin *self);

  /*< private >*/
  gpointer reserved[12];
};

/** NbAbi: what a plugin's module says before any of its code runs. */
typedef struct
{
  guint32 magic;
  guint16 major;
  guint16 minor;
  guint32 class_size;
} NbAbi;

#define NB_ABI_MAGIC 0x4e424431u

/**
 * NB_PLUGIN_DEFINE:
 * @get_type: the type function of the plugin's class
 *
 * Makes the two symbols that the host looks for. Use it once, in one file of the plugin.
 */
#define NB_PLUGIN_DEFINE(get_type)                                                                                     \
  G_MODULE_EXPORT extern const NbAbi nb_plugin_abi;                                                                    \
  const NbAbi nb_plugin_abi = { NB_ABI_MAGIC, NB_ABI_MAJOR, NB_ABI_MINOR, sizeof (NbPluginClass) };                    \
  G_MODULE_EXPORT GType nb_plugin_type (void);                                                                         \
  GType nb_plugin_type (void)                                                                                          \
  {                                                                                                                    \
    return get_type ();                                                                                                \
  }

/** NbEventHandler: gets an @event after its commit, on the main loop, at most once; what must not be lost reads the
 * outbox. */
typedef void (*NbEventHandler) (const NbEvent *event, gpointer user_data);

/**
 * NbConsumer:
 * @consume: takes @events (of NbEvent, in the order in which they were written) that were committed: on a store thread,
 *   inside the transaction that takes them out of the outbox. Whatever it writes stands if and only if they are out. One
 *   that can't be taken fails alone (so @events may come again in smaller portions) and is offered again after growing
 *   pauses, eight times in all, then it waits for an operator; kinds that it doesn't know it passes over. An error
 *   `busy` counts for none of them: all are offered again soon. The plugin's `stop` comes after its last call
 * @consumed: (nullable): on the main loop of the process that did it, after the commit
 *
 * Takes every event of the outbox exactly once, as far as the database is concerned, in one process at a time. Events
 * of one auction, and of one person's wallet, come in the order in which they became true.
 *
 * Since: 1.0
 */
typedef struct
{
  gboolean (*consume) (NbTransaction *transaction, GPtrArray *events, gpointer user_data, GError **error);
  void (*consumed) (gpointer user_data);

  /*< private >*/
  gpointer reserved[2];
} NbConsumer;

/**
 * NbBadgeFunc:
 * @transaction: a transaction that only reads
 * @count: (out): what the link shows, 0 for nothing
 *
 * Counts what waits for @person behind a link of the navigation, for every page that they are shown: it must be quick.
 * Returns: %FALSE with @error set when it could not look; the link then shows nothing
 */
typedef gboolean (*NbBadgeFunc) (NbTransaction *transaction, gint64 person, gint64 *count, gpointer user_data,
                                 GError **error);

/**
 * NbCheckFunc:
 * @transaction: a transaction that only reads
 * @faults: (element-type utf8): add a sentence for each fault found, with g_strdup_printf()
 *
 * One check of `neighborbid doctor`. Returns: %FALSE with @error set when it could not look
 */
typedef gboolean (*NbCheckFunc) (NbTransaction *transaction, GPtrArray *faults, gpointer user_data, GError **error);

/**
 * NbSamples:
 *
 * The values of one gauge at one reading.
 *
 * Since: 1.0
 */
typedef struct _NbSamples NbSamples;

/**
 * nb_samples_add:
 * @label: (nullable): the value of the gauge's label, %NULL for a gauge without one; never an auction or a person
 *
 * Gives one value. A gauge without a label has one, one with a label as many as there are, at most 100.
 *
 * Since: 1.0
 */
NB_PUBLIC void nb_samples_add (NbSamples *self, const char *label, double value);

/**
 * NbGaugeFunc:
 * @transaction: a transaction that only reads
 * @samples: takes the values
 *
 * Reads one gauge, about every 15 seconds, on a store thread. Returns: %FALSE with @error set when it could not look;
 * the gauge then has no value until the next reading
 */
typedef gboolean (*NbGaugeFunc) (NbTransaction *transaction, NbSamples *samples, gpointer user_data, GError **error);

/** NbPanelFunc: adds what a plugin shows on a page of the host. Returns: (transfer full) (nullable): the model for its
 * template, or %NULL to show nothing this time */
typedef JsonObject *(*NbPanelFunc) (NbRequest *request, gpointer user_data);

/**
 * NbHealth:
 * @NB_HEALTH_FINE: all is well
 * @NB_HEALTH_DEGRADED: it works with less: told, but the process serves
 * @NB_HEALTH_DOWN: it can't work: the process is not ready
 */
typedef enum
{
  NB_HEALTH_FINE,
  NB_HEALTH_DEGRADED,
  NB_HEALTH_DOWN
} NbHealth;

/** NbHealthFunc: one part of `/readyz`, asked on the main loop. @reason: (out) (transfer full): what is wrong, when
 * something is */
typedef NbHealth (*NbHealthFunc) (char **reason, gpointer user_data);

/** nb_context_get_store: Returns: (transfer none): the store, for the plugin's own tables and for transactions */
NB_PUBLIC NbStore *nb_context_get_store (NbContext *self);
/** nb_context_is_serving: Returns: whether this process serves a site; FALSE where a command of the command line runs,
 * which starts plugins for their types and checks alone: nothing should be begun there that others would notice */
NB_PUBLIC gboolean nb_context_is_serving (NbContext *self);
/** nb_context_does_jobs: Returns: whether this process has the role `jobs`: closing, delivering, deleting what is old.
 * As nb_context_is_serving(), FALSE where a command runs */
NB_PUBLIC gboolean nb_context_does_jobs (NbContext *self);
/**
 * nb_context_dup_state_dir:
 *
 * Makes the plugin's own folder below the host's `data-dir`, where it was not there yet, for its user alone. All
 * processes of a site share it.
 *
 * Returns: (transfer full) (nullable): its path, or %NULL with @error set when it can't be made
 * Since: 1.0
 */
NB_PUBLIC char *nb_context_dup_state_dir (NbContext *self, GError **error);
/** nb_context_find_service: Returns: (transfer none) (nullable): the running service that implements the contract @type
 */
NB_PUBLIC gpointer nb_context_find_service (NbContext *self, GType type);
/** nb_context_add_service: offers @service under the contract @type, such as %NB_TYPE_WALLET. FALSE when another plugin
 * offers it; so for all below */
NB_PUBLIC gboolean nb_context_add_service (NbContext *self, GType type, GObject *service, GError **error);
/** nb_context_add_auction_type: offers @type under @name, 1 to 32 of a-z, 0-9 and `-` */
NB_PUBLIC gboolean nb_context_add_auction_type (NbContext *self, const char *name, NbAuctionType *type, GError **error);
/**
 * nb_context_add_route:
 * @method: `GET` (which also answers HEAD), `POST`, `PUT`, `PATCH` or `DELETE`
 * @pattern: a path such as `/api/v1/auctions/{id:id}/bids`; `{name:id}` takes an id, `{name}` one segment
 */
NB_PUBLIC gboolean nb_context_add_route (NbContext *self, const char *method, const char *pattern, NbRouteFlags flags,
                                         NbHandler handler, gpointer user_data, GError **error);
/**
 * nb_context_add_socket_route:
 * @pattern: a path for WebSockets, such as `/ws/auctions/{id:id}`
 * @handler: (transfer none): kept by the caller for as long as the route is there
 *
 * Takes WebSockets at @pattern: anyone may connect whose `Origin` is the site's own; a token that is none is refused, a
 * cookie that is none means signed out. Any other request there is refused. When the plugin stops, its sockets are
 * closed with 4410, and `closed` of each was called, before `stop`.
 */
NB_PUBLIC gboolean nb_context_add_socket_route (NbContext *self, const char *pattern, const NbSocketHandler *handler,
                                                gpointer user_data, GError **error);
/** nb_context_add_state_handler: @function gets the public state of auctions with live rooms after each commit */
NB_PUBLIC gboolean nb_context_add_state_handler (NbContext *self, NbStateFunc function, gpointer user_data,
                                                 GError **error);
/** nb_context_add_health: a part of `/readyz` under @name, such as `redis` */
NB_PUBLIC gboolean nb_context_add_health (NbContext *self, const char *name, NbHealthFunc function, gpointer user_data,
                                          GError **error);
/** nb_context_add_event_handler: @kind: (nullable): %NULL for every kind */
NB_PUBLIC gboolean nb_context_add_event_handler (NbContext *self, const char *kind, NbEventHandler handler,
                                                 gpointer user_data, GError **error);
/** nb_context_set_consumer: makes the plugin the one that takes the events of the outbox; @consumer: (transfer none):
 * kept by the caller. FALSE when another plugin takes them. Set it wherever the plugin starts: the host calls it where
 * it serves with the role `jobs`, keeps events for it, and lets `doctor` look after them. Without any consumer events are
 * deleted after a while */
NB_PUBLIC gboolean nb_context_set_consumer (NbContext *self, const NbConsumer *consumer, gpointer user_data,
                                            GError **error);
/** nb_context_add_notifier: offers a channel under its name. FALSE when another plugin offers one of that name */
NB_PUBLIC gboolean nb_context_add_notifier (NbContext *self, NbNotifier *notifier, GError **error);
/** nb_context_list_notifiers: Returns: (transfer full) (element-type NbNotifier): the channels of all running plugins,
 * by name; free with g_ptr_array_unref(). Callable from any thread */
NB_PUBLIC GPtrArray *nb_context_list_notifiers (NbContext *self);
/** nb_context_add_timer: calls @function every @seconds on the main loop */
NB_PUBLIC gboolean nb_context_add_timer (NbContext *self, guint seconds, GSourceFunc function, gpointer user_data,
                                         GError **error);
/** nb_context_add_check: a check for `neighborbid doctor`; @name such as `ledger-sums` */
NB_PUBLIC gboolean nb_context_add_check (NbContext *self, const char *name, const char *title, NbCheckFunc function,
                                         gpointer user_data, GError **error);
/**
 * nb_context_add_gauge:
 * @name: what `/metrics` shows after `neighborbid_`: 1 to 64 of a-z, 0-9 and `_`, a letter first
 * @label: (nullable): the name of its label, such as `type`
 * @help: one line that says what it tells
 * @destroy: (nullable): frees @user_data once no reading uses it any more, which may be a while after the plugin
 * stopped
 */
NB_PUBLIC gboolean nb_context_add_gauge (NbContext *self, const char *name, const char *label, const char *help,
                                         NbGaugeFunc function, gpointer user_data, GDestroyNotify destroy,
                                         GError **error);
/** nb_context_add_link: a link in the site's navigation; @label is an English msgid of the plugin's translations. Where
 * the page at @path has %NB_ROUTE_ADMIN, administrators alone are shown it */
NB_PUBLIC gboolean nb_context_add_link (NbContext *self, const char *path, const char *label, gboolean signed_in_only,
                                        GError **error);
/** nb_context_add_badge: a number beside the link to @path that this plugin added before, for people who are signed in;
 * @function isn't called any more once `stop` is */
NB_PUBLIC gboolean nb_context_add_badge (NbContext *self, const char *path, NbBadgeFunc function, gpointer user_data,
                                         GError **error);
/** nb_context_add_script: loads the plugin's static file @path, such as `js/inbox.js`, as a module on every page of
 * people who are signed in. FALSE when there is no such file */
NB_PUBLIC gboolean nb_context_add_script (NbContext *self, const char *path, GError **error);
/** nb_context_add_panel: a part of the host's page @slot (`me`, `home`, `auction`, and `bidding`: the top of the
 * auction's bid box), rendered with @template_name, which sees the page's own model as `page`; one that comes out empty
 * is left out */
NB_PUBLIC gboolean nb_context_add_panel (NbContext *self, const char *slot, const char *template_name,
                                         NbPanelFunc function, gpointer user_data, GError **error);

G_END_DECLS
