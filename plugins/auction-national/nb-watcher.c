/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A socket in a room: what is sent to it, and the messages that come before it was greeted. */
#include "nb-watcher.h"

#include "nb-room-text.h"
#include "nb-rooms.h"

#include <string.h>

/* What may wait for the `hello`. */
#define EARLY_MAX 16
#define EARLY_MAX_BYTES 16384

NbWatcher *
nb_watcher_new (NbSocket *socket, NbRoom *room)
{
  NbWatcher *self = g_rc_box_new0 (NbWatcher);

  self->socket = socket;
  self->room = nb_room_ref (room);
  self->link.data = self;
  self->seq = -1;
  g_queue_push_tail_link (&room->joining, &self->link);
  return self;
}

NbWatcher *
nb_watcher_ref (NbWatcher *self)
{
  return g_rc_box_acquire (self);
}

static void
finish (gpointer data)
{
  NbWatcher *self = data;

  g_clear_pointer (&self->early, g_ptr_array_unref);
  nb_room_unref (self->room);
}

void
nb_watcher_unref (gpointer watcher)
{
  g_rc_box_release_full (watcher, finish);
}

void
nb_watcher_detach (NbWatcher *self)
{
  nb_room_remove (self->room, self);
  self->socket = NULL;
  g_clear_pointer (&self->early, g_ptr_array_unref);
}

void
nb_watcher_send (NbWatcher *self, GBytes *frame)
{
  if (self->socket != NULL)
    nb_socket_send (self->socket, frame);
  g_bytes_unref (frame);
}

void
nb_watcher_send_error (NbWatcher *self, const GError *error)
{
  g_autofree char *detail = NULL;
  GString *text;

  if (self->socket == NULL)
    return;
  detail = nb_socket_tell_error (self->socket, error);
  text = nb_room_text_begin ("error", nb_market_now (self->room->rooms->market));
  g_string_append_c (text, ',');
  nb_room_text_add_error (text, error, detail);
  nb_watcher_send (self, nb_room_text_end (text));
}

void
nb_watcher_close (NbWatcher *self, NbSocketClose code, const char *reason)
{
  self->is_closing = TRUE;
  if (self->socket != NULL)
    nb_socket_close (self->socket, code, reason);
}

static void
keep_early (NbWatcher *self, const char *text, gsize length)
{
  if (self->early == NULL)
    self->early = g_ptr_array_new_with_free_func (g_free);
  if (self->early->len == EARLY_MAX || self->early_bytes + length > EARLY_MAX_BYTES)
    {
      nb_watcher_close (self, NB_SOCKET_POLICY, "too many messages before the greeting");
      return;
    }
  self->early_bytes += length;
  g_ptr_array_add (self->early, g_strndup (text, length));
}

void
nb_watcher_take_text (NbWatcher *self, const char *text, gsize length)
{
  if (self->seq < 0)
    keep_early (self, text, length);
  else
    nb_watcher_obey (self, text, length);
}

void
nb_watcher_take_early (NbWatcher *self)
{
  g_autoptr (GPtrArray) early = g_steal_pointer (&self->early);

  for (guint i = 0; early != NULL && i < early->len && self->socket != NULL && !self->is_closing; i++)
    nb_watcher_obey (self, early->pdata[i], strlen (early->pdata[i]));
}
