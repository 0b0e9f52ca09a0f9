/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A socket on the wire: reading, writing, what the peer must keep to, and the way to its end. */
#include "core/web/nb-socket-private.h"

#include "core/web/nb-ws-frame.h"
#include <errno.h>
#include <neighborbid/nb-socket.h>
#include <sys/socket.h>
#include <unistd.h>

#define CLOSE_TICKS (2000 / NB_SOCKET_TICK_MS + 1)
/* Never on the wire: the link broke, or the close frame had no code. */
#define CODE_LOST 1006
#define CODE_NONE 1005

static guint32
next_due (const NbSocket *self)
{
  guint32 due = MIN (self->ping_at, self->heard_at + 2 * self->heartbeat);

  if (self->is_closing)
    return self->close_by;
  return self->slow_since != 0 ? MIN (due, self->slow_since + self->slow_ticks) : due;
}

void
nb_socket_schedule (NbSocket *self)
{
  nb_socket_wheel_remove (&self->hub->wheel, &self->timer);
  nb_socket_wheel_add (&self->hub->wheel, &self->timer, next_due (self));
}

/* What is due has come nearer. */
static void
hurry (NbSocket *self)
{
  if (next_due (self) < self->timer.due)
    nb_socket_schedule (self);
}

void
nb_socket_lose (NbSocket *self)
{
  if (self->fd < 0)
    return;
  if (self->close_code == 0)
    self->close_code = CODE_LOST;
  close (self->fd);
  self->fd = -1;
  self->is_closing = TRUE;
  nb_ws_queue_clear (&self->queue);
  nb_socket_hub_forget (self->hub, self);
}

static void
on_close_written (NbSocket *self)
{
  if (self->has_peer_closed)
    nb_socket_lose (self);
  else if (self->is_cut && !self->is_shut)
    {
      /* What it still sends is read and thrown away: else the kernel would take the close frame back. */
      self->is_shut = TRUE;
      shutdown (self->fd, SHUT_WR);
    }
}

static void
set_blocked (NbSocket *self, gboolean is_blocked)
{
  if (self->is_blocked == is_blocked)
    return;
  self->is_blocked = is_blocked;
  nb_socket_hub_watch (self->hub, self, is_blocked);
}

static void
judge_speed (NbSocket *self)
{
  if (self->queue.unsent <= self->queue_max)
    self->slow_since = 0;
  else if (self->slow_since == 0)
    {
      self->slow_since = nb_socket_hub_get_tick (self->hub);
      hurry (self);
    }
}

void
nb_socket_write (NbSocket *self)
{
  switch (nb_ws_queue_write (&self->queue, self->fd))
    {
    case NB_WS_WRITE_DONE:
      set_blocked (self, FALSE);
      self->slow_since = 0;
      if (self->is_closing)
        on_close_written (self);
      break;
    case NB_WS_WRITE_BLOCKED:
      set_blocked (self, TRUE);
      judge_speed (self);
      break;
    case NB_WS_WRITE_BROKEN:
      nb_socket_lose (self);
      break;
    }
}

void
nb_socket_shut (NbSocket *self, guint code, const char *reason)
{
  g_autoptr (GBytes) frame = NULL;

  if (self->is_closing)
    return;
  frame = nb_ws_close_frame_new (code, reason);
  nb_ws_queue_push (&self->queue, frame);
  self->is_closing = TRUE;
  self->close_code = code != 0 ? (guint16)code : CODE_NONE;
  self->close_by = nb_socket_hub_get_tick (self->hub) + CLOSE_TICKS;
  hurry (self);
  nb_socket_hub_mark (self->hub, self);
  nb_socket_hub_end (self->hub, self);
}

void
nb_socket_cut (NbSocket *self, guint code, const char *reason)
{
  if (self->is_closing)
    return;
  nb_ws_queue_drop (&self->queue);
  nb_socket_shut (self, code, reason);
}

static void
on_text (NbSocket *self, const NbWsEvent *event)
{
  const NbRoute *route = self->target != NULL ? &self->target->route : NULL;

  if (self->is_closing || self->is_deaf || route == NULL)
    return;
  self->hub->count.n_in++;
  route->socket->message (self, (const char *)event->data, event->length, route->user_data);
}

static void
on_ping (NbSocket *self, const NbWsEvent *event)
{
  if (self->is_closing)
    return;
  nb_ws_queue_set_pong (&self->queue, nb_ws_frame_new (NB_WS_PONG, event->data, event->length));
  nb_socket_hub_mark (self->hub, self);
}

static void
on_close (NbSocket *self, const NbWsEvent *event)
{
  self->has_peer_closed = TRUE;
  if (!self->is_closing)
    nb_socket_shut (self, event->code, NULL);
  else if (nb_ws_queue_is_empty (&self->queue))
    nb_socket_lose (self);
}

static void
on_event (NbSocket *self, const NbWsEvent *event)
{
  switch (event->kind)
    {
    case NB_WS_EVENT_TEXT:
      on_text (self, event);
      break;
    case NB_WS_EVENT_PING:
      on_ping (self, event);
      break;
    case NB_WS_EVENT_CLOSE:
      on_close (self, event);
      break;
    case NB_WS_EVENT_FAULT:
      self->is_cut = TRUE;
      nb_socket_shut (self, event->code, NULL);
      break;
    case NB_WS_EVENT_PONG:
    case NB_WS_EVENT_NONE:
      break;
    }
}

void
nb_socket_feed (NbSocket *self, guint8 *data, gsize length)
{
  NbWsEvent event;

  do
    {
      event = nb_ws_parser_next (&self->parser, &data, &length);
      on_event (self, &event);
    }
  while (event.kind != NB_WS_EVENT_NONE && self->fd >= 0);
}

void
nb_socket_read (NbSocket *self)
{
  const gssize n = recv (self->fd, self->hub->buffer, sizeof self->hub->buffer, MSG_DONTWAIT);

  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return;
  if (n <= 0)
    {
      nb_socket_lose (self);
      return;
    }
  self->heard_at = nb_socket_hub_get_tick (self->hub);
  if (!self->is_cut)
    nb_socket_feed (self, self->hub->buffer, n);
}

static void
ping (NbSocket *self, guint32 now)
{
  nb_ws_queue_push (&self->queue, self->hub->ping);
  nb_socket_hub_mark (self->hub, self);
  self->ping_at = now + self->heartbeat;
}

void
nb_socket_on_time (NbSocket *self, guint32 now)
{
  if (self->is_closing)
    {
      if (now >= self->close_by)
        {
          nb_socket_lose (self);
          return;
        }
    }
  else if (self->slow_since != 0 && now >= self->slow_since + self->slow_ticks)
    {
      nb_socket_count_slow (&self->hub->count);
      nb_socket_cut (self, NB_SOCKET_TRY_LATER, "too slow");
    }
  else if (now >= self->heard_at + 2 * self->heartbeat)
    nb_socket_cut (self, NB_SOCKET_POLICY, "silent for too long");
  else if (now >= self->ping_at)
    ping (self, now);
  nb_socket_schedule (self);
}

/* A burst is no slowness yet: what the kernel takes at once is not unsent. */
static void
after_push (NbSocket *self)
{
  self->hub->count.n_out++;
  nb_socket_hub_mark (self->hub, self);
  if (self->queue.unsent <= self->queue_max)
    return;
  if (!self->is_blocked)
    nb_socket_write (self);
  if (self->fd < 0)
    return;
  judge_speed (self);
  if (self->queue.unsent / NB_SOCKET_QUEUE_FACTOR < self->queue_max)
    return;
  nb_socket_count_slow (&self->hub->count);
  nb_socket_cut (self, NB_SOCKET_TRY_LATER, "too slow");
}

void
nb_socket_send (NbSocket *self, GBytes *frame)
{
  g_return_if_fail (self != NULL && frame != NULL);

  if (self->is_closing)
    return;
  nb_ws_queue_push (&self->queue, frame);
  after_push (self);
}

void
nb_socket_send_newest (NbSocket *self, GBytes *frame)
{
  g_return_if_fail (self != NULL && frame != NULL);

  if (self->is_closing)
    return;
  if (self->queue.newest == NULL && !nb_socket_is_slow (self))
    {
      nb_socket_send (self, frame);
      return;
    }
  if (self->queue.newest == NULL)
    self->hub->count.n_out++;
  nb_ws_queue_set_newest (&self->queue, frame);
}

gboolean
nb_socket_is_slow (NbSocket *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return self->queue.unsent > self->queue_max;
}
