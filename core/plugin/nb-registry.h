/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What core and the running plugins have registered, each entry with its owner's id. Used on the main loop. */
#pragma once

#include "core/plugin/nb-consumer.h"
#include <neighborbid/neighborbid.h>

G_BEGIN_DECLS

#define NB_TYPE_REGISTRY (nb_registry_get_type ())
G_DECLARE_FINAL_TYPE (NbRegistry, nb_registry, NB, REGISTRY, GObject)

typedef struct
{
  char *owner; /* "core" or a plugin's id */
  char *method;
  char *pattern;
  NbRouteFlags flags;
  NbHandler handler;             /* (nullable): none for sockets */
  const NbSocketHandler *socket; /* (nullable): takes WebSockets there, and nothing else */
  gpointer user_data;
} NbRoute;

typedef struct
{
  char *owner;
  char *path;
  char *label;
  gboolean signed_in_only;
} NbLink;

/* Counted by reference: a reading under way keeps one that was removed. */
typedef struct
{
  char *owner;
  char *path;
  NbBadgeFunc function;
  gpointer user_data;
  GRWLock lock; /* held to read while its function runs, so that its end waits for that */
  gboolean is_ended;
} NbBadge;

void nb_badge_unref (gpointer badge);
/* On a store thread: calls its function. Once it has ended the plugin is not called, and @count is 0. */
gboolean nb_badge_count (NbBadge *self, NbTransaction *transaction, gint64 person, gint64 *count, GError **error);

typedef struct
{
  char *owner;
  char *path; /* below the owner's `static` */
} NbScript;

typedef struct
{
  char *owner;
  char *slot;
  char *template_name;
  NbPanelFunc function;
  gpointer user_data;
} NbPanel;

typedef struct
{
  char *owner;
  char *name;
  char *title;
  NbCheckFunc function;
  gpointer user_data;
} NbCheck;

typedef struct
{
  char *owner;
  char *name;
  NbHealthFunc function;
  gpointer user_data;
} NbHealthItem;

/* Counted by reference: a reading under way keeps one that was removed. */
typedef struct
{
  char *owner;
  char *name;
  char *label; /* (nullable) */
  char *help;
  NbGaugeFunc function;
  gpointer user_data;
  GDestroyNotify destroy;
  gboolean is_removed;
  gboolean is_reading;
  gboolean was_read;
} NbGauge;

void nb_gauge_unref (gpointer gauge);

NbRegistry *nb_registry_new (void);

gboolean nb_registry_add_service (NbRegistry *self, const char *owner, GType type, GObject *service, GError **error);
gpointer nb_registry_find_service (NbRegistry *self, GType type);
gboolean nb_registry_add_auction_type (NbRegistry *self, const char *owner, const char *name, NbAuctionType *type,
                                       GError **error);
/* (transfer full) (nullable); callable from any thread: store threads look types up while the main loop stops plugins
 */
NbAuctionType *nb_registry_ref_auction_type (NbRegistry *self, const char *name);
/* Whether nobody may learn before the end who leads, and at which price; as it was when the type came; callable from
 * any thread */
gboolean nb_registry_is_auction_type_sealed (NbRegistry *self, const char *name);
/* (transfer full) (nullable): whose type it is, for reports; callable from any thread */
char *nb_registry_dup_auction_type_owner (NbRegistry *self, const char *name);
/* (transfer full) (element-type utf8): names, sorted; free with g_ptr_array_unref(); callable from any thread */
GPtrArray *nb_registry_list_auction_types (NbRegistry *self);
gboolean nb_registry_add_route (NbRegistry *self, const char *owner, const char *method, const char *pattern,
                                NbRouteFlags flags, NbHandler handler, gpointer user_data, GError **error);
gboolean nb_registry_add_socket_route (NbRegistry *self, const char *owner, const char *pattern,
                                       const NbSocketHandler *handler, gpointer user_data, GError **error);
gboolean nb_registry_add_state_handler (NbRegistry *self, const char *owner, NbStateFunc function, gpointer user_data,
                                        GError **error);
gboolean nb_registry_add_health (NbRegistry *self, const char *owner, const char *name, NbHealthFunc function,
                                 gpointer user_data, GError **error);
gboolean nb_registry_add_event_handler (NbRegistry *self, const char *owner, const char *kind, NbEventHandler handler,
                                        gpointer user_data, GError **error);
gboolean nb_registry_add_check (NbRegistry *self, const char *owner, const char *name, const char *title,
                                NbCheckFunc function, gpointer user_data, GError **error);
/* Once one was added its user data is freed by @destroy; a refused one stays the caller's. */
gboolean nb_registry_add_gauge (NbRegistry *self, const char *owner, const char *name, const char *label,
                                const char *help, NbGaugeFunc function, gpointer user_data, GDestroyNotify destroy,
                                GError **error);
/* @consumer: (transfer none): for the whole host one */
gboolean nb_registry_set_consumer (NbRegistry *self, const char *owner, const NbConsumer *consumer, gpointer user_data,
                                   GError **error);
/* (transfer none) (nullable) */
NbConsumerItem *nb_registry_get_consumer (NbRegistry *self);
/* Before @owner stops: its consumer, if it has one, is called no more, and no call is under way when this returns. */
void nb_registry_end_consumer (NbRegistry *self, const char *owner);
gboolean nb_registry_add_notifier (NbRegistry *self, const char *owner, NbNotifier *notifier, GError **error);
/* (transfer full) (element-type NbNotifier): by name; callable from any thread */
GPtrArray *nb_registry_list_notifiers (NbRegistry *self);
gboolean nb_registry_add_link (NbRegistry *self, const char *owner, const char *path, const char *label,
                               gboolean signed_in_only, GError **error);
/* @path: of a link of @owner */
gboolean nb_registry_add_badge (NbRegistry *self, const char *owner, const char *path, NbBadgeFunc function,
                                gpointer user_data, GError **error);
/* As the last step before @owner stops: its badges are not called any more. */
void nb_registry_end_badges (NbRegistry *self, const char *owner);
gboolean nb_registry_add_script (NbRegistry *self, const char *owner, const char *path, GError **error);
gboolean nb_registry_add_panel (NbRegistry *self, const char *owner, const char *slot, const char *template_name,
                                NbPanelFunc function, gpointer user_data, GError **error);
gboolean nb_registry_add_timer (NbRegistry *self, const char *owner, guint seconds, GSourceFunc function,
                                gpointer user_data, GError **error);
/* Below it each plugin may have a folder of its own for what it keeps. */
void nb_registry_set_state_root (NbRegistry *self, const char *dir);
const char *nb_registry_get_state_root (NbRegistry *self); /* (nullable) */
/* That the process serves a site, said before the plugins start; a command doesn't. */
void nb_registry_set_serving (NbRegistry *self);
gboolean nb_registry_is_serving (NbRegistry *self);
/* That it has the role `jobs`, likewise. */
void nb_registry_set_jobs (NbRegistry *self);
gboolean nb_registry_does_jobs (NbRegistry *self);
/* Where templates, static files and translations of @owner are: @dir/templates, @dir/static, @dir/locale */
void nb_registry_set_data_dir (NbRegistry *self, const char *owner, const char *dir);
const char *nb_registry_get_data_dir (NbRegistry *self, const char *owner);
/* (transfer container) (element-type utf8): the owners that have a data dir, in order of registration */
GPtrArray *nb_registry_list_data_owners (NbRegistry *self);

/* (transfer none) (element-type NbRoute) and so on, in order of registration */
GPtrArray *nb_registry_get_routes (NbRegistry *self);
GPtrArray *nb_registry_get_links (NbRegistry *self);
GPtrArray *nb_registry_get_badges (NbRegistry *self);
GPtrArray *nb_registry_get_scripts (NbRegistry *self);
GPtrArray *nb_registry_get_panels (NbRegistry *self);
GPtrArray *nb_registry_get_checks (NbRegistry *self);
GPtrArray *nb_registry_get_gauges (NbRegistry *self);
GPtrArray *nb_registry_get_healths (NbRegistry *self); /* of NbHealthItem */

/* Gives @events (element-type NbEvent) to the handlers; connected to the store's `committed`. */
void nb_registry_dispatch_events (NbRegistry *self, GPtrArray *events);

/* Whether anyone asks for states, so that none is made in vain. */
gboolean nb_registry_has_state_handlers (NbRegistry *self);
void nb_registry_dispatch_state (NbRegistry *self, NbAuctionState *state);

/* Undoes everything of @owner, in reverse order. What is removed is freed only after "changed" was emitted. */
void nb_registry_remove_owner (NbRegistry *self, const char *owner);

/* Between the two, additions are gathered into one "changed". Removals are told at once all the same. */
void nb_registry_freeze (NbRegistry *self);
void nb_registry_thaw (NbRegistry *self);

/* Signals: "changed" (anything but timers and event handlers came or went; the router rebuilds itself) */

G_END_DECLS
