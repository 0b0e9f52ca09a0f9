/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The ceiling for live rooms: one room on one epoll set that decides nothing and keeps nothing. Every bid is the next
 * price; after each round of reading, one state of the size asked for goes to every socket, one write each. Prints its
 * port, serves until its input closes. */
#include "bench/ws-json.h"
#include "bench/ws-wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_CLIENTS 20000
#define STATE_MAX 4096
#define READ_MAX 8192

typedef struct _Client Client;

struct _Client
{
  int fd;
  Client *next_gone;
  guint place; /* in the room */
  gboolean is_greeted;
  gboolean is_behind; /* what is written now isn't the newest state */
  gint64 person;
  char *rest; /* (nullable): of a frame that the socket didn't take whole */
  gsize n_rest;
  gsize n_read;
  char read[READ_MAX + 1];
};

static int poll_fd;
static Client *room[MAX_CLIENTS];
static guint n_room;
static gsize wanted_bytes = 300;
static Client *gone; /* freed after the round, as an event of it may name them */
static gint64 seq, price = 1000, last_person;
static char state[STATE_MAX + 16];
static gsize n_state;

static void
die (const char *what)
{
  fprintf (stderr, "ws-ceiling: %s: %s\n", what, strerror (errno));
  exit (1);
}

static void
watch (Client *self, int operation, guint32 events)
{
  struct epoll_event event = { .events = events, .data.ptr = self };

  if (epoll_ctl (poll_fd, operation, self->fd, &event) != 0)
    die ("epoll_ctl");
}

static void
leave (Client *self)
{
  if (self->fd < 0)
    return;
  close (self->fd);
  self->fd = -1;
  room[self->place] = room[--n_room];
  room[self->place]->place = self->place;
  self->next_gone = gone;
  gone = self;
}

static void
free_gone (void)
{
  while (gone != NULL)
    {
      Client *client = gone;

      gone = client->next_gone;
      g_free (client->rest);
      g_free (client);
    }
}

/* Writes what it can, and keeps the rest for when there is room. */
static void
put (Client *self, const char *data, gsize length)
{
  ssize_t n = self->rest != NULL ? 0 : send (self->fd, data, length, MSG_NOSIGNAL | MSG_DONTWAIT);

  if (n < 0 && errno != EAGAIN)
    {
      leave (self);
      return;
    }
  n = MAX (n, 0);
  if ((gsize)n == length)
    return;
  if (self->rest == NULL)
    watch (self, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
  self->rest = g_realloc (self->rest, self->n_rest + length - (gsize)n);
  memcpy (self->rest + self->n_rest, data + n, length - (gsize)n);
  self->n_rest += length - (gsize)n;
}

static void
put_text (Client *self, const char *text, int length)
{
  char frame[WS_HEAD_MAX + WS_SMALL_MAX];

  put (self, frame, ws_wire_write (frame, WS_TEXT, text, (gsize)length, FALSE));
}

/* Pads the frame to the size asked for. */
static void
write_state (void)
{
  char *text = state + 4;
  int n = snprintf (text, STATE_MAX,
                    "{\"type\":\"state\",\"seq\":%" G_GINT64_FORMAT ",\"price\":%" G_GINT64_FORMAT
                    ",\"min_next\":%" G_GINT64_FORMAT ",\"last_bid\":{\"seq\":%" G_GINT64_FORMAT
                    ",\"bidder\":\"%" G_GINT64_FORMAT "\",\"amount\":%" G_GINT64_FORMAT "},\"pad\":\"",
                    seq, price, price + 1, seq, last_person, price);
  gsize length = MAX (wanted_bytes - 4, (gsize)n + 2);

  memset (text + n, '-', length - (gsize)n - 2);
  memcpy (text + length - 2, "\"}", 2);
  state[0] = (char)0x81;
  state[1] = 126;
  state[2] = (char)(length >> 8);
  state[3] = (char)(length & 0xff);
  n_state = length + 4;
}

static void
show (Client *self)
{
  self->is_behind = self->rest != NULL;
  if (!self->is_behind)
    put (self, state, n_state);
}

static void
show_all (void)
{
  write_state ();
  for (guint i = n_room; i > 0; i--)
    show (room[i - 1]);
}

/* Answers a bid at once. Returns: whether it made a new price */
static gboolean
answer (Client *self, const WsFrame *frame)
{
  WsValue text = { frame->payload, frame->length };
  gint64 amount = ws_json_get_int (text, "amount", 0);
  gboolean is_new = amount > price;
  char id[65], out[WS_SMALL_MAX];
  int n;

  if (frame->opcode != WS_TEXT || !ws_json_is (text, "type", "bid"))
    return FALSE;
  ws_json_copy (text, "id", id, sizeof id);
  if (!is_new)
    n = snprintf (out, sizeof out,
                  "{\"type\":\"bid_result\",\"id\":\"%s\",\"ok\":false,\"error\":{\"code\":\"bid_too_low\","
                  "\"min_next\":%" G_GINT64_FORMAT "}}",
                  id, price + 1);
  else
    {
      price = amount;
      last_person = self->person;
      seq++;
      n = snprintf (out, sizeof out,
                    "{\"type\":\"bid_result\",\"id\":\"%s\",\"ok\":true,\"result\":{\"seq\":%" G_GINT64_FORMAT
                    ",\"min_next\":%" G_GINT64_FORMAT "}}",
                    id, seq, price + 1);
    }
  put_text (self, out, n);
  return is_new;
}

/* The token of a bidder is the person's id. */
static void
greet (Client *self, const char *head)
{
  const char *key = strcasestr (head, "\r\nSec-WebSocket-Key: "),
             *token = strcasestr (head, "\r\nAuthorization: Bearer ");
  char accept[WS_ACCEPT_SIZE], key_text[WS_KEY_SIZE] = "", out[WS_SMALL_MAX];
  int n;

  if (key != NULL)
    g_strlcpy (key_text, key + 21, sizeof key_text);
  ws_wire_make_accept (key_text, accept);
  n = snprintf (out, sizeof out,
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                "Sec-WebSocket-Accept: %s\r\n\r\n",
                accept);
  put (self, out, (gsize)n);
  self->is_greeted = TRUE;
  self->person = token != NULL ? atoll (token + 24) : 0;
  n = snprintf (out, sizeof out,
                "{\"type\":\"hello\",\"auction\":{\"price\":%" G_GINT64_FORMAT ",\"min_next\":%" G_GINT64_FORMAT
                ",\"step\":1},\"seq\":%" G_GINT64_FORMAT ",\"you\":{\"id\":\"%" G_GINT64_FORMAT "\"}}",
                price, price + 1, seq, self->person);
  put_text (self, out, n);
}

/* Returns: the bytes taken */
static gsize
take_head (Client *self)
{
  char *end = strstr (self->read, "\r\n\r\n");

  if (end == NULL)
    return 0;
  end[3] = '\0';
  greet (self, self->read);
  return (gsize)(end + 4 - self->read);
}

/* Returns: whether there is a new price */
static gboolean
take (Client *self)
{
  gboolean is_new = FALSE;
  gsize done = self->is_greeted ? 0 : take_head (self);
  WsFrame frame;

  while (self->is_greeted && self->fd >= 0)
    {
      int found = ws_wire_parse (self->read + done, self->n_read - done, TRUE, &frame);

      if (found < 0 || (found > 0 && frame.opcode == WS_CLOSE))
        leave (self);
      if (found <= 0 || self->fd < 0)
        break;
      is_new |= answer (self, &frame);
      done += frame.whole;
    }
  memmove (self->read, self->read + done, self->n_read - done);
  self->n_read -= done;
  return is_new;
}

static gboolean
read_some (Client *self)
{
  ssize_t n = recv (self->fd, self->read + self->n_read, READ_MAX - self->n_read, MSG_DONTWAIT);

  if (n == 0 || (n < 0 && errno != EAGAIN))
    {
      leave (self);
      return FALSE;
    }
  self->n_read += (gsize)MAX (n, 0);
  self->read[self->n_read] = '\0';
  return take (self);
}

static void
flush (Client *self)
{
  ssize_t n = send (self->fd, self->rest, self->n_rest, MSG_NOSIGNAL | MSG_DONTWAIT);

  if (n < 0 && errno != EAGAIN)
    leave (self);
  if (n <= 0)
    return;
  self->n_rest -= (gsize)n;
  memmove (self->rest, self->rest + n, self->n_rest);
  if (self->n_rest > 0)
    return;
  g_clear_pointer (&self->rest, g_free);
  watch (self, EPOLL_CTL_MOD, EPOLLIN);
  if (self->is_behind)
    show (self);
}

static gboolean
serve (Client *self, guint32 events)
{
  if (self->fd >= 0 && (events & EPOLLOUT) != 0)
    flush (self);
  return self->fd >= 0 && (events & ~(guint32)EPOLLOUT) != 0 && read_some (self);
}

static void
welcome (int listener)
{
  int fd, on = 1;

  while (n_room < MAX_CLIENTS && (fd = accept4 (listener, NULL, NULL, SOCK_CLOEXEC)) >= 0)
    {
      Client *client = g_new0 (Client, 1);

      client->fd = fd;
      client->place = n_room;
      room[n_room++] = client;
      setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      watch (client, EPOLL_CTL_ADD, EPOLLIN);
    }
}

static int
listen_somewhere (void)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t size = sizeof address;
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

  if (fd < 0 || bind (fd, (struct sockaddr *)&address, sizeof address) != 0 || listen (fd, 1024) != 0
      || getsockname (fd, (struct sockaddr *)&address, &size) != 0)
    die ("listen");
  printf ("%d\n", ntohs (address.sin_port));
  fflush (stdout);
  return fd;
}

static void
serve_until_input_closes (int listener)
{
  struct epoll_event events[512], event = { .events = EPOLLIN, .data.ptr = NULL },
                                  input = { .events = EPOLLIN | EPOLLHUP };

  input.data.ptr = &event;
  if (epoll_ctl (poll_fd, EPOLL_CTL_ADD, listener, &event) != 0 || epoll_ctl (poll_fd, EPOLL_CTL_ADD, 0, &input) != 0)
    die ("epoll_ctl");
  for (;;)
    {
      int n = epoll_wait (poll_fd, events, G_N_ELEMENTS (events), -1);
      gboolean is_new = FALSE;

      for (int i = 0; i < n; i++)
        {
          if (events[i].data.ptr == &event)
            return;
          if (events[i].data.ptr == NULL)
            welcome (listener);
          else
            is_new |= serve (events[i].data.ptr, events[i].events);
        }
      if (is_new)
        show_all ();
      free_gone ();
    }
}

int
main (int argc, char **argv)
{
  struct rlimit limit;

  if (argc > 2 || (argc == 2 && (atoi (argv[1]) < 1 || atoi (argv[1]) > STATE_MAX)))
    {
      fprintf (stderr, "usage: ws-ceiling [BYTES OF A STATE, at most %d]\n", STATE_MAX);
      return 2;
    }
  if (argc == 2)
    wanted_bytes = (gsize)atoi (argv[1]);
  if (getrlimit (RLIMIT_NOFILE, &limit) == 0)
    {
      limit.rlim_cur = limit.rlim_max;
      setrlimit (RLIMIT_NOFILE, &limit);
    }
  poll_fd = epoll_create1 (EPOLL_CLOEXEC);
  serve_until_input_closes (listen_somewhere ());
  return 0;
}
