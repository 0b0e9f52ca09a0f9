/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Live rooms: the contract by which the host's pages and other plugins find them. */
#pragma once

#include <glib-object.h>
#include <neighborbid/nb-visibility.h>

G_BEGIN_DECLS

/**
 * NbLive:
 *
 * What the plugin with live rooms offers under %NB_TYPE_LIVE. Every auction whose type has %NB_CAPABILITY_LIVE gets a
 * room: a type asks for rooms by that capability alone, and by `Wants=live` in its manifest.
 *
 * Since: 1.0
 */
#define NB_TYPE_LIVE (nb_live_get_type ())
NB_PUBLIC
G_DECLARE_INTERFACE (NbLive, nb_live, NB, LIVE, GObject)

/**
 * NbLiveInterface:
 * @dup_path: the path of the WebSocket of @auction's room
 * @count_watchers: how many watch @auction now, in all processes as far as known
 *
 * Called on the main loop.
 *
 * Since: 1.0
 */
struct _NbLiveInterface
{
  GTypeInterface parent_interface;

  char *(*dup_path) (NbLive *self, gint64 auction);
  guint (*count_watchers) (NbLive *self, gint64 auction);

  /*< private >*/
  gpointer reserved[6];
};

/** nb_live_dup_path: Returns: (transfer full): such as `/ws/auctions/42` */
NB_PUBLIC char *nb_live_dup_path (NbLive *self, gint64 auction);
/** nb_live_count_watchers: Returns: how many watch @auction now, in all processes as far as known */
NB_PUBLIC guint nb_live_count_watchers (NbLive *self, gint64 auction);

G_END_DECLS
