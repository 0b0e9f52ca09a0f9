/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The queue of a socket keeps its order whatever the kernel takes at once, and its wheel forgets nobody. */
#include "core/web/nb-socket-wheel.h"
#include "core/web/nb-ws-frame.h"
#include "core/web/nb-ws-queue.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A pair of sockets of which the first takes little at a time. */
typedef struct
{
  int fds[2];
  NbWsQueue queue;
  GByteArray *got;
} Pipe;

static void
pipe_open (Pipe *self)
{
  const int little = 1;

  *self = (Pipe){ .got = g_byte_array_new () };
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, self->fds), ==, 0);
  setsockopt (self->fds[0], SOL_SOCKET, SO_SNDBUF, &little, sizeof little);
}

static void
pipe_close (Pipe *self)
{
  nb_ws_queue_clear (&self->queue);
  g_assert_true (nb_ws_queue_is_empty (&self->queue));
  g_assert_cmpuint (self->queue.unsent, ==, 0);
  g_byte_array_unref (self->got);
  close (self->fds[0]);
  close (self->fds[1]);
}

static void
pipe_read (Pipe *self, gsize most)
{
  g_autofree guint8 *bytes = g_malloc (most);
  const gssize n = recv (self->fds[1], bytes, most, MSG_DONTWAIT);

  if (n > 0)
    g_byte_array_append (self->got, bytes, n);
}

static void
pipe_drain (Pipe *self)
{
  NbWsWrite state;

  do
    {
      state = nb_ws_queue_write (&self->queue, self->fds[0]);
      pipe_read (self, 65536);
    }
  while (state == NB_WS_WRITE_BLOCKED);
  g_assert_cmpint (state, ==, NB_WS_WRITE_DONE);
  pipe_read (self, 65536);
  g_assert_cmpuint (self->queue.unsent, ==, 0);
  g_assert_null (self->queue.ring);
}

/* Takes the next frame off what came. Returns: (transfer full) (nullable): its payload; @first: (out): its first byte
 */
static char *
pipe_take_frame (Pipe *self, guint8 *first)
{
  const guint8 *bytes = self->got->data;
  gsize size, length;
  char *payload;

  if (self->got->len == 0)
    return NULL;
  g_assert_cmpuint (self->got->len, >=, 2);
  *first = bytes[0];
  size = bytes[1] < 126 ? 2 : 4;
  length = bytes[1] < 126 ? bytes[1] : (gsize)bytes[2] << 8 | bytes[3];
  g_assert_cmpuint (self->got->len, >=, size + length);
  payload = g_strndup ((const char *)bytes + size, length);
  g_byte_array_remove_range (self->got, 0, size + length);
  return payload;
}

static GBytes *
numbered_frame (NbWsOpcode opcode, guint number, gsize length)
{
  g_autofree char *filler = g_strnfill (length, '.');
  g_autofree char *text = g_strdup_printf ("%u %s", number, filler);

  return nb_ws_frame_new (opcode, text, MIN (strlen (text), opcode == NB_WS_PONG ? NB_WS_CONTROL_MAX : 60000));
}

typedef struct
{
  guint n_pushed;
  guint last_newest;
  guint last_pong;
} Sent;

static void
do_something (Pipe *self, GRand *rand, guint number, Sent *sent)
{
  const gsize length = g_rand_int_range (rand, 0, g_rand_int_range (rand, 0, 8) == 0 ? 9000 : 100);
  g_autoptr (GBytes) frame = numbered_frame (NB_WS_TEXT, number, length);

  switch (g_rand_int_range (rand, 0, 8))
    {
    case 0:
    case 1:
      nb_ws_queue_push (&self->queue, frame);
      sent->n_pushed++;
      break;
    case 2:
      nb_ws_queue_set_newest (&self->queue, frame);
      sent->last_newest = number;
      break;
    case 3:
      nb_ws_queue_set_pong (&self->queue, numbered_frame (NB_WS_PONG, number, length));
      sent->last_pong = number;
      break;
    case 4:
    case 5:
      nb_ws_queue_write (&self->queue, self->fds[0]);
      break;
    default:
      pipe_read (self, g_rand_int_range (rand, 1, 4000));
    }
}

/* Texts come in the order in which they were given, pongs in theirs; the last of each kind comes for sure. */
static void
check_stream (Pipe *self, const Sent *sent)
{
  guint last = 0, last_pong = 0, n_texts = 0;
  gboolean has_newest = sent->last_newest == 0;
  guint8 first = 0;

  for (;;)
    {
      g_autofree char *payload = pipe_take_frame (self, &first);
      const guint number = payload != NULL ? (guint)atoi (payload) : 0;

      if (payload == NULL)
        break;
      g_assert_cmpuint (number, >, first == 0x8a ? last_pong : last);
      n_texts += first == 0x81;
      has_newest |= first == 0x81 && number == sent->last_newest;
      if (first == 0x8a)
        last_pong = number;
      else
        last = number;
    }
  g_assert_true (has_newest);
  g_assert_cmpuint (last_pong, ==, sent->last_pong);
  g_assert_cmpuint (n_texts, >=, sent->n_pushed);
}

static void
test_queue_order (void)
{
  const guint32 seed = g_test_rand_int ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);

  g_test_message ("seed %u", seed);
  for (guint round = 0; round < 200; round++)
    {
      Sent sent = { 0 };
      Pipe pipe;

      pipe_open (&pipe);
      for (guint number = 1; number < 300; number++)
        do_something (&pipe, rand, number, &sent);
      pipe_drain (&pipe);
      check_stream (&pipe, &sent);
      pipe_close (&pipe);
    }
}

static void
push_text (Pipe *self, char filler, gsize length)
{
  g_autofree char *text = g_strnfill (length, filler);
  g_autoptr (GBytes) frame = nb_ws_frame_new (NB_WS_TEXT, text, length);

  nb_ws_queue_push (&self->queue, frame);
}

/* What was begun is finished, for a frame can't be left in the middle; the rest is forgotten. */
static void
test_queue_drop (void)
{
  Pipe pipe;
  guint8 first = 0;
  g_autofree char *begun = NULL;
  g_autofree char *behind = NULL;
  g_autofree char *nothing = NULL;

  pipe_open (&pipe);
  push_text (&pipe, 'a', 50000);
  g_assert_cmpint (nb_ws_queue_write (&pipe.queue, pipe.fds[0]), ==, NB_WS_WRITE_BLOCKED);
  g_assert_cmpuint (pipe.queue.offset, >, 0);
  for (guint i = 0; i < 20; i++)
    push_text (&pipe, 'b', 1000);
  nb_ws_queue_set_pong (&pipe.queue, nb_ws_frame_new (NB_WS_PONG, "c", 1));
  nb_ws_queue_drop (&pipe.queue);
  push_text (&pipe, 'd', 10);
  pipe_drain (&pipe);
  begun = pipe_take_frame (&pipe, &first);
  g_assert_cmpuint (strlen (begun), ==, 50000);
  behind = pipe_take_frame (&pipe, &first);
  g_assert_cmpstr (behind, ==, "dddddddddd");
  nothing = pipe_take_frame (&pipe, &first);
  g_assert_null (nothing);
  pipe_close (&pipe);
}

static void
test_queue_broken (void)
{
  Pipe pipe;

  pipe_open (&pipe);
  close (pipe.fds[1]);
  push_text (&pipe, 'a', 10);
  g_assert_cmpint (nb_ws_queue_write (&pipe.queue, pipe.fds[0]), ==, NB_WS_WRITE_BROKEN);
  nb_ws_queue_clear (&pipe.queue);
  g_byte_array_unref (pipe.got);
  close (pipe.fds[0]);
}

#define N_TIMERS 200

/* Each comes out in the first turn that is not before it is due, however far the turns go. */
static void
test_wheel (void)
{
  const guint32 seed = g_test_rand_int ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  g_autofree NbSocketWheel *wheel = g_new0 (NbSocketWheel, 1);
  g_autofree NbSocketTimer *timers = g_new0 (NbSocketTimer, N_TIMERS);
  guint32 now = 0;

  g_test_message ("seed %u", seed);
  for (guint i = 0; i < N_TIMERS; i++)
    {
      timers[i].link.data = &timers[i];
      nb_socket_wheel_add (wheel, &timers[i], g_rand_int_range (rand, 0, 1000));
    }
  for (guint round = 0; round < 2000; round++)
    {
      GQueue due = G_QUEUE_INIT;
      GList *link;

      now += g_rand_int_range (rand, 0, round % 50 == 0 ? 600 : 4);
      nb_socket_wheel_turn (wheel, now, &due);
      while ((link = g_queue_pop_head_link (&due)) != NULL)
        {
          NbSocketTimer *timer = link->data;

          g_assert_cmpuint (timer->due, <=, now);
          nb_socket_wheel_add (wheel, timer, now + g_rand_int_range (rand, 0, 700));
          g_assert_cmpuint (timer->due, >, now);
        }
      for (guint i = 0; i < N_TIMERS; i++)
        g_assert_cmpuint (timers[i].due, >, now);
    }
  for (guint i = 0; i < N_TIMERS; i++)
    nb_socket_wheel_remove (wheel, &timers[i]);
  for (guint i = 0; i < NB_SOCKET_WHEEL_SLOTS; i++)
    g_assert_cmpuint (wheel->slots[i].length, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/web/ws-queue/order", test_queue_order);
  g_test_add_func ("/web/ws-queue/drop", test_queue_drop);
  g_test_add_func ("/web/ws-queue/broken", test_queue_broken);
  g_test_add_func ("/web/socket-wheel", test_wheel);
  return g_test_run ();
}
