/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The first message: the auction as its reader may see it, read from the database, once for many who join together. */
#include "nb-room-text.h"
#include "nb-rooms.h"
#include "nb-watcher.h"

/* For how long one reading serves whoever is signed out. What changed meanwhile follows it as a state at once. */
#define HELLO_AGE (G_USEC_PER_SEC / 4)
/* Readings under way at the same time; the others wait for their turn. */
#define MAX_READS 32

/* A reading for one who is signed in, or for all who are not and wait in @room. */
typedef struct
{
  NbRoom *room;
  NbWatcher *watcher; /* (nullable) */
  gint64 viewer;
} Read;

static void
read_free (gpointer data)
{
  Read *self = data;

  g_clear_pointer (&self->watcher, nb_watcher_unref);
  nb_room_unref (self->room);
  g_free (self);
}

static void
add_you (GString *text, NbWatcher *watcher, NbMoney hold)
{
  const char *nickname = nb_socket_get_nickname (watcher->socket);

  g_string_append_printf (text, "{\"id\":\"%" G_GINT64_FORMAT "\"", nb_socket_get_person (watcher->socket));
  nb_room_text_add_text (text, "nickname", nickname != NULL ? nickname : "");
  nb_room_text_add_int (text, "hold", hold);
  g_string_append_c (text, '}');
}

/* @auction: the JSON text of the object `auction`. */
static void
send_hello (NbRoom *room, NbWatcher *watcher, const char *auction, gint64 seq, NbMoney hold)
{
  g_autoptr (NbWatcher) keep = nb_watcher_ref (watcher);
  GString *text;

  if (watcher->socket == NULL)
    return;
  text = nb_room_text_begin ("hello", nb_market_now (room->rooms->market));
  nb_room_text_add_name (text, "auction");
  g_string_append (text, auction);
  nb_room_text_add_int (text, "seq", seq);
  nb_room_text_add_name (text, "you");
  if (nb_socket_get_person (watcher->socket) != 0)
    add_you (text, watcher, hold);
  else
    g_string_append (text, "null");
  nb_room_text_add_int (text, "heartbeat_s", room->rooms->heartbeat_s);
  nb_watcher_send (watcher, nb_room_text_end (text));
  if (watcher->socket == NULL)
    return;
  nb_room_admit (room, watcher, seq);
  nb_watcher_take_early (watcher);
}

/* Those who wait in @room for the reading: @watcher, or all who are signed out. Returns: (element-type NbWatcher) */
static GPtrArray *
list_waiting (NbRoom *room, NbWatcher *watcher)
{
  GPtrArray *list = g_ptr_array_new_with_free_func (nb_watcher_unref);

  if (watcher != NULL)
    {
      g_ptr_array_add (list, nb_watcher_ref (watcher));
      return list;
    }
  for (GList *l = room->joining.head; l != NULL; l = l->next)
    if (nb_socket_get_person (((NbWatcher *)l->data)->socket) == 0)
      g_ptr_array_add (list, nb_watcher_ref (l->data));
  return list;
}

static void
refuse (GPtrArray *waiting, NbSocketClose code, const char *reason)
{
  for (guint i = 0; i < waiting->len; i++)
    nb_watcher_close (waiting->pdata[i], code, reason);
}

static void
welcome (NbRoom *room, NbMarketView *view, GPtrArray *waiting, gboolean is_for_anyone)
{
  g_autoptr (GString) auction = g_string_sized_new (1024);

  nb_json_write_object (auction, view->auction);
  nb_room_take_state (room, view->state);
  for (guint i = 0; i < waiting->len; i++)
    send_hello (room, waiting->pdata[i], auction->str, view->state->seq, view->hold);
  if (!is_for_anyone)
    return;
  g_free (room->hello);
  room->hello = g_string_free (g_steal_pointer (&auction), FALSE);
  room->hello_seq = view->state->seq;
  room->hello_at = g_get_monotonic_time ();
}

static void start_reads (NbRooms *rooms);

static void
on_loaded (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Read *read = user_data;
  NbRoom *room = read->room;
  g_autoptr (NbRooms) rooms = nb_rooms_ref (room->rooms);
  g_autoptr (GError) error = NULL;
  g_autoptr (NbMarketView) view = nb_market_load_finish (NB_MARKET (source), result, &error);
  g_autoptr (GPtrArray) waiting = list_waiting (room, read->watcher);

  rooms->n_hellos--;
  if (read->watcher == NULL)
    room->is_hello_asked = FALSE;
  if (view != NULL && view->is_live)
    welcome (room, view, waiting, read->watcher == NULL);
  else if (view != NULL)
    refuse (waiting, NB_SOCKET_SWITCHED_OFF, "this auction has no live room now");
  else if (nb_error_get_code (error) == NB_ERROR_NOT_FOUND)
    refuse (waiting, NB_SOCKET_NOT_FOUND, "there is no such auction");
  else
    {
      g_debug ("reading auction %" G_GINT64_FORMAT " for its room: %s", room->auction, error->message);
      refuse (waiting, NB_SOCKET_TRY_LATER, "too much is asked for now: come back a little later");
    }
  read_free (read);
  start_reads (rooms);
}

static void
start_reads (NbRooms *rooms)
{
  while (rooms->n_hellos < MAX_READS && rooms->hellos.length > 0)
    {
      Read *read = g_queue_pop_head (&rooms->hellos);

      if (read->watcher != NULL && read->watcher->socket == NULL)
        {
          read_free (read);
          continue;
        }
      rooms->n_hellos++;
      nb_market_load_async (rooms->market, read->room->auction, read->viewer, on_loaded, read);
    }
}

static void
queue_read (NbRoom *room, NbWatcher *watcher, gint64 viewer)
{
  Read *read = g_new0 (Read, 1);

  read->room = nb_room_ref (room);
  read->watcher = watcher != NULL ? nb_watcher_ref (watcher) : NULL;
  read->viewer = viewer;
  g_queue_push_tail (&room->rooms->hellos, read);
  start_reads (room->rooms);
}

void
nb_room_hello (NbRoom *room, NbWatcher *watcher)
{
  const gint64 person = nb_socket_get_person (watcher->socket);

  if (person != 0)
    queue_read (room, watcher, person);
  else if (room->hello != NULL && g_get_monotonic_time () - room->hello_at < HELLO_AGE)
    send_hello (room, watcher, room->hello, room->hello_seq, 0);
  else if (!room->is_hello_asked)
    {
      room->is_hello_asked = TRUE;
      queue_read (room, NULL, 0);
    }
}

void
nb_rooms_drop_hellos (NbRooms *self)
{
  g_queue_clear_full (&self->hellos, read_free);
}
