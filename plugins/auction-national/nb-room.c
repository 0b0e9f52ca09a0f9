/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Merges states, and gives the newest to everyone in the room, in portions that let the loop breathe. */
#include "nb-room.h"

#include "nb-room-text.h"
#include "nb-rooms.h"
#include "nb-watcher.h"

/* Members served in one turn of the main loop; queueing a frame takes well under a microsecond, writing it a few. */
#define PORTION 512
/* A watcher is told at most this often how many watch. */
#define COUNT_PAUSE (2 * G_USEC_PER_SEC)

NbRoom *
nb_room_new (NbRooms *rooms, gint64 auction)
{
  NbRoom *self = g_rc_box_new0 (NbRoom);

  self->rooms = nb_rooms_ref (rooms);
  self->auction = auction;
  g_queue_init (&self->joining);
  g_queue_init (&self->members);
  return self;
}

NbRoom *
nb_room_ref (NbRoom *self)
{
  return g_rc_box_acquire (self);
}

static void
clear_frames (NbRoom *self)
{
  g_clear_pointer (&self->state_frame, g_bytes_unref);
  g_clear_pointer (&self->ended_frame, g_bytes_unref);
  g_clear_pointer (&self->count_frame, g_bytes_unref);
}

static void
finish (gpointer data)
{
  NbRoom *self = data;

  clear_frames (self);
  g_clear_pointer (&self->newest, nb_auction_state_unref);
  g_clear_pointer (&self->resyncs, g_ptr_array_unref);
  g_free (self->hello);
  nb_rooms_unref (self->rooms);
}

void
nb_room_unref (NbRoom *self)
{
  g_rc_box_release_full (self, finish);
}

static void
stop_source (GSource **source)
{
  if (*source == NULL)
    return;
  g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

void
nb_room_close (NbRoom *self)
{
  stop_source (&self->pass);
  stop_source (&self->timer);
  self->is_passing = FALSE;
  self->cursor = NULL;
}

GSource *
nb_room_attach (GSource *source, GSourceFunc function, gpointer user_data)
{
  g_source_set_callback (source, function, user_data, NULL);
  g_source_attach (source, g_main_context_get_thread_default ());
  return source;
}

gboolean
nb_room_is_over (NbRoom *self)
{
  return self->newest != NULL && self->newest->ended != NULL;
}

static GBytes *
get_state_frame (NbRoom *self)
{
  if (self->state_frame == NULL)
    self->state_frame = nb_room_text_frame ("state", nb_market_now (self->rooms->market), self->newest->state);
  return self->state_frame;
}

static GBytes *
get_ended_frame (NbRoom *self)
{
  if (self->ended_frame == NULL)
    self->ended_frame = nb_room_text_frame ("ended", nb_market_now (self->rooms->market), self->newest->ended);
  return self->ended_frame;
}

static GBytes *
get_count_frame (NbRoom *self)
{
  if (self->count_frame == NULL)
    {
      GString *text = nb_room_text_begin ("watchers", nb_market_now (self->rooms->market));

      nb_room_text_add_int (text, "count", self->count);
      self->count_frame = nb_room_text_end (text);
    }
  return self->count_frame;
}

/* A slow socket has better things to get than a count. */
static void
tell_count (NbRoom *self, NbWatcher *watcher)
{
  const gint64 now = g_get_monotonic_time ();

  if (watcher->told_count == self->count || nb_socket_is_slow (watcher->socket)
      || (watcher->counted_at != 0 && now - watcher->counted_at < COUNT_PAUSE))
    return;
  watcher->told_count = self->count;
  watcher->counted_at = now;
  nb_socket_send (watcher->socket, get_count_frame (self));
}

/* Gives @watcher what it lacks. Each send may find that the socket has to go. */
static void
catch_up (NbRoom *self, NbWatcher *watcher)
{
  g_autoptr (NbWatcher) keep = nb_watcher_ref (watcher);

  if (self->newest != NULL && watcher->seq < self->newest->seq)
    {
      watcher->seq = self->newest->seq;
      nb_socket_send_newest (watcher->socket, get_state_frame (self));
    }
  if (watcher->socket != NULL && !watcher->was_told_end && nb_room_is_over (self))
    {
      watcher->was_told_end = TRUE;
      nb_socket_send (watcher->socket, get_ended_frame (self));
    }
  if (watcher->socket != NULL)
    tell_count (self, watcher);
}

static void request_pass (NbRoom *self);

static void
end_pass (NbRoom *self)
{
  self->is_passing = FALSE;
  clear_frames (self);
  if (self->pass_since != 0)
    nb_metric_observe (self->rooms->fanout, (double)(g_get_monotonic_time () - self->pass_since) / G_USEC_PER_SEC);
  self->pass_since = 0;
  if (self->is_due)
    request_pass (self);
}

/* Returns: whether someone is left. */
static gboolean
serve_portion (NbRoom *self)
{
  for (guint i = 0; i < PORTION && self->cursor != NULL; i++)
    {
      NbWatcher *watcher = self->cursor->data;

      self->cursor = self->cursor->next;
      catch_up (self, watcher);
    }
  return self->cursor != NULL;
}

static gboolean
on_pass (gpointer user_data)
{
  g_autoptr (NbRoom) self = nb_room_ref (user_data);

  if (serve_portion (self))
    return G_SOURCE_CONTINUE;
  g_clear_pointer (&self->pass, g_source_unref);
  if (self->is_passing)
    end_pass (self);
  return G_SOURCE_REMOVE;
}

static void
begin_pass (NbRoom *self)
{
  g_autoptr (NbRoom) keep = nb_room_ref (self);

  self->is_passing = TRUE;
  self->is_due = FALSE;
  if (self->waiting_since != 0)
    self->passed_at = g_get_monotonic_time ();
  self->pass_since = self->waiting_since;
  self->waiting_since = 0;
  clear_frames (self);
  self->cursor = self->members.head;
  if (serve_portion (self))
    {
      GSource *source = g_idle_source_new ();

      g_source_set_priority (source, G_PRIORITY_DEFAULT);
      self->pass = nb_room_attach (source, on_pass, self);
    }
  else if (self->is_passing)
    end_pass (self);
}

static gboolean
on_interval_over (gpointer user_data)
{
  NbRoom *self = user_data;

  g_clear_pointer (&self->timer, g_source_unref);
  begin_pass (self);
  return G_SOURCE_REMOVE;
}

/* The first state after silence goes at once, the next ones when the interval is over; while a pass is under way, its
 * end begins the next, so that a room which can't keep up sends less often. */
static void
request_pass (NbRoom *self)
{
  const gint64 wait = self->passed_at + self->rooms->interval - g_get_monotonic_time ();

  if (self->members.length == 0)
    return;
  self->is_due = TRUE;
  if (self->is_passing || self->timer != NULL)
    return;
  if (self->passed_at == 0 || wait <= 0)
    begin_pass (self);
  else
    self->timer = nb_room_attach (g_timeout_source_new ((guint)((wait + 999) / 1000)), on_interval_over, self);
}

gboolean
nb_room_take_state (NbRoom *self, NbAuctionState *state)
{
  if (self->newest != NULL && state->seq <= self->newest->seq)
    return FALSE;
  g_clear_pointer (&self->newest, nb_auction_state_unref);
  self->newest = nb_auction_state_ref (state);
  g_clear_pointer (&self->state_frame, g_bytes_unref);
  g_clear_pointer (&self->ended_frame, g_bytes_unref);
  if (self->members.length == 0)
    return TRUE;
  if (self->waiting_since == 0)
    self->waiting_since = g_get_monotonic_time ();
  request_pass (self);
  return TRUE;
}

static GPtrArray *
list_members (NbRoom *self)
{
  GPtrArray *list = g_ptr_array_new_with_free_func (nb_watcher_unref);

  for (GList *l = self->members.head; l != NULL; l = l->next)
    g_ptr_array_add (list, nb_watcher_ref (l->data));
  return list;
}

static void
send_away (NbRoom *self, NbSocketClose code, const char *reason)
{
  g_autoptr (GPtrArray) members = list_members (self);

  for (guint i = 0; i < members->len; i++)
    nb_watcher_close (members->pdata[i], code, reason);
}

void
nb_room_replace_state (NbRoom *self, NbAuctionState *state)
{
  g_clear_pointer (&self->newest, nb_auction_state_unref);
  self->newest = nb_auction_state_ref (state);
  g_clear_pointer (&self->hello, g_free);
  clear_frames (self);
  send_away (self, NB_SOCKET_LEAVING, "the room was told something false: come back");
}

void
nb_room_dismiss (NbRoom *self)
{
  g_clear_pointer (&self->hello, g_free);
  send_away (self, NB_SOCKET_SWITCHED_OFF, "this auction has no live room now");
}

void
nb_room_take_count (NbRoom *self, guint count)
{
  self->count = count;
  g_clear_pointer (&self->count_frame, g_bytes_unref);
  request_pass (self);
}

void
nb_room_admit (NbRoom *self, NbWatcher *watcher, gint64 seq)
{
  g_queue_unlink (&self->joining, &watcher->link);
  g_queue_push_tail_link (&self->members, &watcher->link);
  watcher->seq = seq;
  self->count = MAX (self->count, self->members.length);
  g_clear_pointer (&self->count_frame, g_bytes_unref);
  if (!self->is_passing)
    clear_frames (self);
  catch_up (self, watcher);
  if (!self->is_passing)
    clear_frames (self);
}

void
nb_room_remove (NbRoom *self, NbWatcher *watcher)
{
  if (self->cursor == &watcher->link)
    self->cursor = watcher->link.next;
  g_queue_unlink (watcher->seq < 0 ? &self->joining : &self->members, &watcher->link);
}
