/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Answers for the rooms under the contract of live rooms. */
#include "nb-live-rooms.h"

struct _NbLiveRooms
{
  GObject parent_instance;

  NbRooms *rooms;
};

static char *
dup_path (NbLive *live, gint64 auction)
{
  return g_strdup_printf ("/ws/auctions/%" G_GINT64_FORMAT, auction);
}

static guint
count_watchers (NbLive *live, gint64 auction)
{
  NbRoom *room = nb_rooms_find (NB_LIVE_ROOMS (live)->rooms, auction);

  return room != NULL ? room->count : 0;
}

static void
implement_live (NbLiveInterface *iface)
{
  iface->dup_path = dup_path;
  iface->count_watchers = count_watchers;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (NbLiveRooms, nb_live_rooms, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (NB_TYPE_LIVE, implement_live))

static void
nb_live_rooms_finalize (GObject *object)
{
  nb_rooms_unref (NB_LIVE_ROOMS (object)->rooms);
  G_OBJECT_CLASS (nb_live_rooms_parent_class)->finalize (object);
}

static void
nb_live_rooms_class_init (NbLiveRoomsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = nb_live_rooms_finalize;
}

static void
nb_live_rooms_init (NbLiveRooms *self)
{
}

NbLiveRooms *
nb_live_rooms_new (NbRooms *rooms)
{
  NbLiveRooms *self = g_object_new (NB_TYPE_LIVE_ROOMS, NULL);

  self->rooms = nb_rooms_ref (rooms);
  return self;
}
