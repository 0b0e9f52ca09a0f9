/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The calls of the contract for live rooms. */
#include <neighborbid/nb-live.h>

G_DEFINE_INTERFACE (NbLive, nb_live, G_TYPE_OBJECT)

static void
nb_live_default_init (NbLiveInterface *iface)
{
}

char *
nb_live_dup_path (NbLive *self, gint64 auction)
{
  g_return_val_if_fail (NB_IS_LIVE (self), NULL);
  return NB_LIVE_GET_IFACE (self)->dup_path (self, auction);
}

guint
nb_live_count_watchers (NbLive *self, gint64 auction)
{
  g_return_val_if_fail (NB_IS_LIVE (self), 0);
  return NB_LIVE_GET_IFACE (self)->count_watchers (self, auction);
}
