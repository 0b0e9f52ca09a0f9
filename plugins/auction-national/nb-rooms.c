/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds the room for each socket and each state, and looks after all of them once a second. */
#include "nb-rooms.h"

#include "nb-watcher.h"

/* How often rooms are compared with the database: with Redis messages rarely miss, without it this is how rooms of
 * other processes go on. */
#define CHECK_PAUSE (10 * G_USEC_PER_SEC)
#define CHECK_PAUSE_ALONE (G_USEC_PER_SEC * 9 / 10)

static void
unref_room (gpointer room)
{
  nb_room_unref (room);
}

static void
room_free (gpointer room)
{
  nb_room_close (room);
  nb_room_unref (room);
}

NbRooms *
nb_rooms_new (NbMarket *market)
{
  NbRooms *self = g_rc_box_new0 (NbRooms);

  g_set_object (&self->market, market);
  self->table = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, room_free);
  g_queue_init (&self->hellos);
  g_queue_init (&self->checks);
  self->rooms_gauge = nb_metrics_gauge ("rooms", "Auctions with watchers in this process.", NULL);
  self->fanout = nb_metrics_duration ("ws_fanout_seconds",
                                      "From a state reaching a room until its last socket was given it.", NULL);
  return self;
}

NbRooms *
nb_rooms_ref (NbRooms *self)
{
  return g_rc_box_acquire (self);
}

static void
finish (gpointer data)
{
  NbRooms *self = data;

  g_hash_table_unref (self->table);
  g_clear_object (&self->market);
}

void
nb_rooms_unref (NbRooms *self)
{
  g_rc_box_release_full (self, finish);
}

void
nb_rooms_stop (NbRooms *self)
{
  self->is_stopped = TRUE;
  g_clear_pointer (&self->bus, nb_room_bus_free);
  nb_rooms_drop_hellos (self);
  nb_rooms_drop_checks (self);
  g_hash_table_remove_all (self->table);
  nb_metric_set (self->rooms_gauge, 0);
}

NbRoom *
nb_rooms_find (NbRooms *self, gint64 auction)
{
  return g_hash_table_lookup (self->table, &auction);
}

/* A list of its own: whatever is done to a room may end it. */
static GPtrArray *
list_rooms (NbRooms *self)
{
  GPtrArray *list = g_ptr_array_new_with_free_func (unref_room);
  GHashTableIter iter;
  gpointer room;

  g_hash_table_iter_init (&iter, self->table);
  while (g_hash_table_iter_next (&iter, NULL, &room))
    g_ptr_array_add (list, nb_room_ref (room));
  return list;
}

void
nb_rooms_set_bus (NbRooms *self, NbRoomBus *bus)
{
  g_autoptr (GPtrArray) rooms = list_rooms (self);

  g_clear_pointer (&self->bus, nb_room_bus_free);
  self->bus = bus;
  for (guint i = 0; i < rooms->len; i++)
    {
      const NbRoom *room = rooms->pdata[i];

      nb_room_bus_subscribe (bus, room->auction);
      nb_room_bus_report_count (bus, room->auction, room->members.length);
    }
}

static NbRoom *
get_room (NbRooms *self, gint64 auction)
{
  NbRoom *room = nb_rooms_find (self, auction);

  if (room != NULL)
    return room;
  room = nb_room_new (self, auction);
  g_hash_table_insert (self->table, &room->auction, room);
  nb_metric_set (self->rooms_gauge, g_hash_table_size (self->table));
  if (self->bus != NULL)
    nb_room_bus_subscribe (self->bus, auction);
  return room;
}

static void
drop_room (NbRooms *self, NbRoom *room)
{
  if (self->bus != NULL)
    {
      nb_room_bus_report_count (self->bus, room->auction, 0);
      nb_room_bus_unsubscribe (self->bus, room->auction);
    }
  g_hash_table_remove (self->table, &room->auction);
  nb_metric_set (self->rooms_gauge, g_hash_table_size (self->table));
}

void
nb_rooms_open (NbRooms *self, NbSocket *socket, gint64 auction)
{
  NbWatcher *watcher;
  NbRoom *room;

  nb_socket_set_data (socket, NULL);
  if (self->n_watchers >= self->watchers_max)
    {
      nb_socket_close (socket, NB_SOCKET_TRY_LATER, "too many are watching");
      return;
    }
  self->n_watchers++;
  room = get_room (self, auction);
  watcher = nb_watcher_new (socket, room);
  nb_socket_set_data (socket, watcher);
  nb_room_hello (room, watcher);
}

void
nb_rooms_take_text (NbRooms *self, NbSocket *socket, const char *text, gsize length)
{
  NbWatcher *watcher = nb_socket_get_data (socket);

  if (watcher != NULL)
    nb_watcher_take_text (watcher, text, length);
}

void
nb_rooms_closed (NbRooms *self, NbSocket *socket)
{
  NbWatcher *watcher = nb_socket_get_data (socket);
  g_autoptr (NbRoom) room = watcher != NULL ? nb_room_ref (watcher->room) : NULL;

  if (watcher == NULL)
    return;
  nb_socket_set_data (socket, NULL);
  self->n_watchers--;
  nb_watcher_detach (watcher);
  nb_watcher_unref (watcher);
  if (room->members.length + room->joining.length == 0)
    drop_room (self, room);
}

void
nb_rooms_take_commit (NbRooms *self, NbAuctionState *state)
{
  NbRoom *room = nb_rooms_find (self, state->auction);

  if (self->bus != NULL)
    nb_room_bus_publish (self->bus, state);
  if (room != NULL)
    nb_room_take_state (room, state);
}

/* Tells the others how many watch here, and asks how many do everywhere. */
static void
count (NbRooms *self, NbRoom *room)
{
  if (self->bus != NULL)
    nb_room_bus_report_count (self->bus, room->auction, room->members.length);
  if (self->bus != NULL && nb_room_bus_is_up (self->bus))
    nb_room_bus_ask_count (self->bus, room->auction);
  else
    nb_room_take_count (room, room->members.length);
}

/* Redis that is back isn't back for every process at the same moment: until all are, states may be missed. */
static gboolean
is_settled (NbRooms *self)
{
  return self->bus != NULL && nb_room_bus_is_up (self->bus) && g_get_monotonic_time () - self->bus_up_at > CHECK_PAUSE;
}

void
nb_rooms_tick (NbRooms *self)
{
  const gint64 pause = is_settled (self) ? CHECK_PAUSE : CHECK_PAUSE_ALONE;
  g_autoptr (GPtrArray) rooms = list_rooms (self);

  if (self->bus != NULL)
    nb_room_bus_measure (self->bus);
  for (guint i = 0; i < rooms->len; i++)
    count (self, rooms->pdata[i]);
  if (g_get_monotonic_time () - self->checked_at >= pause)
    nb_rooms_check_all (self);
}

static gint64
get_seq (gint64 auction, gpointer user_data)
{
  NbRoom *room = nb_rooms_find (user_data, auction);

  return room != NULL && room->newest != NULL ? room->newest->seq : 0;
}

static void
on_bus_state (NbAuctionState *state, gpointer user_data)
{
  NbRoom *room = nb_rooms_find (user_data, state->auction);

  if (room != NULL)
    nb_room_take_state (room, state);
}

/* Redis serves, at first or again, perhaps empty: it gets what is known here, and the rooms get what they missed. */
static void
on_bus_up (gpointer user_data)
{
  NbRooms *self = user_data;
  g_autoptr (GPtrArray) rooms = list_rooms (self);

  self->bus_up_at = g_get_monotonic_time ();
  nb_rooms_check_all (self);
  for (guint i = 0; i < rooms->len; i++)
    if (((NbRoom *)rooms->pdata[i])->newest != NULL)
      nb_room_bus_publish (self->bus, ((NbRoom *)rooms->pdata[i])->newest);
}

static void
on_bus_down (gpointer user_data)
{
  nb_rooms_check_all (user_data);
}

static void
on_bus_count (gint64 auction, guint count, gpointer user_data)
{
  NbRoom *room = nb_rooms_find (user_data, auction);

  /* Here at least this many watch, whatever was told. */
  if (room != NULL)
    nb_room_take_count (room, MAX (count, room->members.length));
}

const NbRoomBusEvents nb_rooms_bus_events = {
  .get_seq = get_seq,
  .state = on_bus_state,
  .up = on_bus_up,
  .down = on_bus_down,
  .count = on_bus_count,
};
