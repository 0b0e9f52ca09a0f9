/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Compares rooms with the database: the truth when Redis lost a message, is gone, or says what never was. */
#include "nb-room-text.h"
#include "nb-rooms.h"
#include "nb-watcher.h"

#include <glib/gi18n.h>

/* Rooms compared by one query; one query at a time. */
#define MAX_ROOMS 500
#define RETRY_MS 1000

/* One room in a query. What was known before the query began is in the database if it is true: every state is told
 * after its commit. */
typedef struct
{
  NbRoom *room;
  NbAuctionState *before; /* (nullable) */
  GPtrArray *resyncs;     /* (nullable): of NbWatcher: who asked */
} Item;

typedef struct
{
  NbRooms *rooms;
  GPtrArray *items;
} Query;

static void
item_free (gpointer data)
{
  Item *self = data;

  nb_room_unref (self->room);
  g_clear_pointer (&self->before, nb_auction_state_unref);
  g_clear_pointer (&self->resyncs, g_ptr_array_unref);
  g_free (self);
}

static void
query_free (Query *self)
{
  nb_rooms_unref (self->rooms);
  g_ptr_array_unref (self->items);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Query, query_free)

static Item *
item_new (NbRoom *room)
{
  Item *self = g_new0 (Item, 1);

  self->room = room;
  self->before = room->newest != NULL ? nb_auction_state_ref (room->newest) : NULL;
  self->resyncs = g_steal_pointer (&room->resyncs);
  room->is_queued = FALSE;
  return self;
}

/* Whether what the room was told can't have been: it is ahead of the database, or of the same seq and something else.
 */
static gboolean
is_false (const NbAuctionState *told, const NbAuctionState *stored)
{
  if (told == NULL || told->seq < stored->seq)
    return FALSE;
  return told->seq > stored->seq || told->status != stored->status || told->price != stored->price
         || told->leader != stored->leader || told->bid_count != stored->bid_count || told->ends_at != stored->ends_at;
}

static void
compare (Item *item, NbAuctionState *stored)
{
  NbRoom *room = item->room;

  room->stored_seq = stored->seq;
  if (is_false (item->before, stored))
    {
      g_warning ("the room of auction %" G_GINT64_FORMAT " was told seq %" G_GINT64_FORMAT
                 ", and the database says seq %" G_GINT64_FORMAT
                 ": does anyone else write to this Redis, or was the database restored?",
                 room->auction, item->before->seq, stored->seq);
      if (room->rooms->bus != NULL)
        nb_room_bus_correct (room->rooms->bus, stored);
      nb_room_replace_state (room, stored);
    }
  else
    nb_room_take_state (room, stored);
}

/* @stored: what was just read. A watcher that was told something newer meanwhile gets that: its seq only grows. */
static void
answer (NbRoom *room, NbWatcher *watcher, NbAuctionState *stored)
{
  const gint64 now = nb_market_now (room->rooms->market);
  NbAuctionState *state = stored->seq >= watcher->seq || room->newest == NULL ? stored : room->newest;

  if (watcher->socket == NULL)
    return;
  watcher->seq = MAX (watcher->seq, state->seq);
  nb_watcher_send (watcher, nb_room_text_frame ("state", now, state->state));
  if (state->ended == NULL)
    return;
  watcher->was_told_end = TRUE;
  nb_watcher_send (watcher, nb_room_text_frame ("ended", now, state->ended));
}

static void
answer_all (Item *item, NbAuctionState *stored)
{
  for (guint i = 0; item->resyncs != NULL && i < item->resyncs->len; i++)
    answer (item->room, item->resyncs->pdata[i], stored);
}

static void
tell_failure (Item *item)
{
  g_autoptr (GError) error = nb_error_new (NB_ERROR_BUSY, N_ ("the auction can't be read now; ask again"), NULL);

  nb_error_set_retry_after (error, RETRY_MS);
  for (guint i = 0; item->resyncs != NULL && i < item->resyncs->len; i++)
    nb_watcher_send_error (item->resyncs->pdata[i], error);
}

static void start_query (NbRooms *self);

static GHashTable *
index_states (GPtrArray *states)
{
  GHashTable *table = g_hash_table_new (g_int64_hash, g_int64_equal);

  for (guint i = 0; i < states->len; i++)
    g_hash_table_insert (table, &((NbAuctionState *)states->pdata[i])->auction, states->pdata[i]);
  return table;
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Query) query = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) states = nb_market_load_states_finish (NB_MARKET (source), result, &error);
  g_autoptr (GHashTable) table = states != NULL ? index_states (states) : NULL;

  if (states == NULL)
    g_debug ("rooms couldn't be compared with the database: %s", error->message);
  for (guint i = 0; i < query->items->len; i++)
    {
      Item *item = query->items->pdata[i];
      NbAuctionState *stored = table != NULL ? g_hash_table_lookup (table, &item->room->auction) : NULL;

      if (table == NULL)
        {
          tell_failure (item);
          continue;
        }
      if (stored == NULL)
        {
          nb_room_dismiss (item->room);
          continue;
        }
      compare (item, stored);
      answer_all (item, stored);
    }
  query->rooms->is_checking = FALSE;
  start_query (query->rooms);
}

static void
start_query (NbRooms *self)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  Query *query;

  if (self->is_checking || self->is_stopped || self->checks.length == 0)
    return;
  query = g_new0 (Query, 1);
  query->rooms = nb_rooms_ref (self);
  query->items = g_ptr_array_new_with_free_func (item_free);
  while (self->checks.length > 0 && ids->len < MAX_ROOMS)
    {
      NbRoom *room = g_queue_pop_head (&self->checks);

      g_array_append_val (ids, room->auction);
      g_ptr_array_add (query->items, item_new (room));
    }
  self->is_checking = TRUE;
  nb_market_load_states_async (self->market, (const gint64 *)ids->data, ids->len, on_read, query);
}

static void
queue (NbRoom *room, gboolean is_urgent)
{
  NbRooms *rooms = room->rooms;

  if (!room->is_queued)
    {
      room->is_queued = TRUE;
      if (is_urgent)
        g_queue_push_head (&rooms->checks, nb_room_ref (room));
      else
        g_queue_push_tail (&rooms->checks, nb_room_ref (room));
    }
}

void
nb_room_check (NbRoom *room, NbWatcher *watcher)
{
  if (watcher != NULL)
    {
      if (room->resyncs == NULL)
        room->resyncs = g_ptr_array_new_with_free_func (nb_watcher_unref);
      g_ptr_array_add (room->resyncs, nb_watcher_ref (watcher));
    }
  queue (room, watcher != NULL);
  start_query (room->rooms);
}

/* Nothing follows an end; but only the database knows whether there was one. */
static gboolean
is_settled (const NbRoom *room)
{
  return room->newest != NULL && room->newest->ended != NULL && room->newest->seq == room->stored_seq;
}

void
nb_rooms_check_all (NbRooms *self)
{
  GHashTableIter iter;
  gpointer room;

  self->checked_at = g_get_monotonic_time ();
  g_hash_table_iter_init (&iter, self->table);
  while (g_hash_table_iter_next (&iter, NULL, &room))
    if (!is_settled (room) && ((NbRoom *)room)->members.length > 0)
      queue (room, FALSE);
  start_query (self);
}

static void
drop (gpointer room)
{
  g_clear_pointer (&((NbRoom *)room)->resyncs, g_ptr_array_unref);
  nb_room_unref (room);
}

void
nb_rooms_drop_checks (NbRooms *self)
{
  g_queue_clear_full (&self->checks, drop);
}
