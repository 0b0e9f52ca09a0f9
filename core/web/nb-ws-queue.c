/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Frames that wait to be written to one socket: shared bytes, several in one write. */
#include "core/web/nb-ws-queue.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#define FRAMES_A_WRITE 64
/* A burst's ring is given back when it is written. */
#define RING_MIN_SIZE 8

static guint32
capacity (const NbWsQueue *self)
{
  return self->ring != NULL ? self->size : NB_WS_QUEUE_FEW;
}

static GBytes **
slot (NbWsQueue *self, guint32 i)
{
  GBytes **slots = self->ring != NULL ? self->ring : self->few;

  return &slots[(self->first + i) & (capacity (self) - 1)];
}

static void
grow (NbWsQueue *self)
{
  const guint32 size = MAX (capacity (self) * 2, RING_MIN_SIZE);
  GBytes **ring = g_new (GBytes *, size);

  for (guint32 i = 0; i < self->length; i++)
    ring[i] = *slot (self, i);
  g_free (self->ring);
  self->ring = ring;
  self->size = size;
  self->first = 0;
}

static void
append (NbWsQueue *self, GBytes *frame)
{
  if (self->length == capacity (self))
    grow (self);
  *slot (self, self->length++) = frame;
  self->unsent += g_bytes_get_size (frame);
}

static void
prepend (NbWsQueue *self, GBytes *frame)
{
  if (self->length == capacity (self))
    grow (self);
  self->first = (self->first - 1) & (capacity (self) - 1);
  *slot (self, 0) = frame;
  self->length++;
  self->unsent += g_bytes_get_size (frame);
}

static void
forget_ring (NbWsQueue *self)
{
  g_clear_pointer (&self->ring, g_free);
  self->first = 0;
}

static void
drop_from (NbWsQueue *self, guint32 start)
{
  for (guint32 i = start; i < self->length; i++)
    {
      GBytes *frame = *slot (self, i);

      self->unsent -= g_bytes_get_size (frame);
      g_bytes_unref (frame);
    }
  self->length = MIN (self->length, start);
  g_clear_pointer (&self->newest, g_bytes_unref);
  g_clear_pointer (&self->pong, g_bytes_unref);
}

void
nb_ws_queue_drop (NbWsQueue *self)
{
  drop_from (self, self->offset > 0 ? 1 : 0);
  if (self->length == 0)
    forget_ring (self);
}

void
nb_ws_queue_clear (NbWsQueue *self)
{
  self->unsent += self->offset;
  self->offset = 0;
  drop_from (self, 0);
  forget_ring (self);
}

void
nb_ws_queue_push (NbWsQueue *self, GBytes *frame)
{
  if (self->newest != NULL)
    append (self, g_steal_pointer (&self->newest));
  append (self, g_bytes_ref (frame));
}

void
nb_ws_queue_set_newest (NbWsQueue *self, GBytes *frame)
{
  g_bytes_ref (frame);
  g_clear_pointer (&self->newest, g_bytes_unref);
  self->newest = frame;
}

void
nb_ws_queue_set_pong (NbWsQueue *self, GBytes *frame)
{
  g_clear_pointer (&self->pong, g_bytes_unref);
  self->pong = frame;
}

gboolean
nb_ws_queue_is_empty (const NbWsQueue *self)
{
  return self->length == 0 && self->newest == NULL && self->pong == NULL;
}

/* A pong goes between two frames, as early as it can: it takes its place behind a frame that is partly written. */
static void
place_pong (NbWsQueue *self)
{
  GBytes *begun;

  if (self->pong == NULL)
    return;
  if (self->offset == 0)
    {
      prepend (self, g_steal_pointer (&self->pong));
      return;
    }
  begun = *slot (self, 0);
  *slot (self, 0) = g_steal_pointer (&self->pong);
  self->unsent += g_bytes_get_size (*slot (self, 0)) - g_bytes_get_size (begun);
  prepend (self, begun);
}

/* One that the kernel did not take waits in its own place again: a later one replaces it. */
static void
take_pong_back (NbWsQueue *self, GBytes *pong)
{
  const guint32 at = self->offset > 0 ? 1 : 0;

  if (pong == NULL || at >= self->length || *slot (self, at) != pong)
    return;
  if (at == 1)
    *slot (self, 1) = *slot (self, 0);
  self->first = (self->first + 1) & (capacity (self) - 1);
  self->length--;
  self->unsent -= g_bytes_get_size (pong);
  self->pong = pong;
}

static guint
gather (NbWsQueue *self, struct iovec *parts, gsize *total)
{
  const guint n = MIN (self->length, FRAMES_A_WRITE);

  *total = 0;
  for (guint i = 0; i < n; i++)
    {
      gsize length;
      const char *data = g_bytes_get_data (*slot (self, i), &length);
      const gsize skip = i == 0 ? self->offset : 0;

      parts[i] = (struct iovec){ (char *)data + skip, length - skip };
      *total += length - skip;
    }
  return n;
}

static void
take_written (NbWsQueue *self, gsize written)
{
  self->unsent -= written;
  while (written > 0)
    {
      GBytes *frame = *slot (self, 0);
      const gsize left = g_bytes_get_size (frame) - self->offset;

      if (written < left)
        {
          self->offset += written;
          return;
        }
      written -= left;
      self->offset = 0;
      self->first = (self->first + 1) & (capacity (self) - 1);
      self->length--;
      g_bytes_unref (frame);
    }
}

static NbWsWrite
write_some (NbWsQueue *self, int fd)
{
  struct iovec parts[FRAMES_A_WRITE];
  gsize total;
  struct msghdr message = { .msg_iov = parts, .msg_iovlen = gather (self, parts, &total) };
  const gssize n = sendmsg (fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);

  if (n < 0)
    return errno == EAGAIN || errno == EINTR ? NB_WS_WRITE_BLOCKED : NB_WS_WRITE_BROKEN;
  take_written (self, n);
  return (gsize)n == total ? NB_WS_WRITE_DONE : NB_WS_WRITE_BLOCKED;
}

NbWsWrite
nb_ws_queue_write (NbWsQueue *self, int fd)
{
  NbWsWrite result = NB_WS_WRITE_DONE;

  while (result == NB_WS_WRITE_DONE && !nb_ws_queue_is_empty (self))
    {
      GBytes *pong = self->pong;

      place_pong (self);
      if (self->length == 0)
        append (self, g_steal_pointer (&self->newest));
      result = write_some (self, fd);
      if (result == NB_WS_WRITE_BLOCKED)
        take_pong_back (self, pong);
    }
  if (self->length == 0)
    forget_ring (self);
  return result;
}
