/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Connecting, the handshake, and reading: every socket reads into one buffer, which so stays in the processor's cache.
 */
#include "bench/ws-peer.h"
#include "bench/ws-bidder.h"
#include "bench/ws-messages.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define N_SOURCES 16

static void
watch (WsLoad *load, WsPeer *self, int operation, guint32 events)
{
  struct epoll_event event = { .events = events, .data.ptr = self };

  if (epoll_ctl (load->poll, operation, self->fd, &event) != 0)
    g_error ("ws-load: epoll_ctl: %s", g_strerror (errno));
}

/* On loopback from several addresses, as one has ports for no more than 28,000 connections, counting those of the last
 * minute. */
static void
choose_source (const WsLoad *load, const WsPeer *self)
{
  const struct sockaddr_in *to = &load->addresses[self->address];
  struct sockaddr_in from = { .sin_family = AF_INET };
  guint number = (guint)(self - load->peers) % N_SOURCES;
  int on = 1;

  if ((ntohl (to->sin_addr.s_addr) >> 24) != 127)
    return;
  from.sin_addr.s_addr = htonl ((127U << 24) + (1U << 8) + 1 + number);
  setsockopt (self->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  bind (self->fd, (struct sockaddr *)&from, sizeof from);
}

void
ws_peer_connect (WsLoad *load, WsPeer *self)
{
  const struct sockaddr_in *address = &load->addresses[self->address];
  int on = 1, small = 4096;

  self->fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (self->fd < 0)
    g_error ("ws-load: socket: %s", g_strerror (errno));
  choose_source (load, self);
  setsockopt (self->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (self->is_deaf)
    setsockopt (self->fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  self->phase = WS_PEER_CONNECTING;
  load->n_connecting++;
  watch (load, self, EPOLL_CTL_ADD, EPOLLOUT);
  if (connect (self->fd, (const struct sockaddr *)address, sizeof *address) != 0 && errno != EINPROGRESS)
    ws_peer_close (load, self, g_strerror (errno));
}

static void
note_deaf_closed (WsLoad *load)
{
  double seconds = (double)(load->clock.now - load->began_at) / 1e9;

  if (load->n_deaf_closed < G_N_ELEMENTS (load->deaf_closed_at))
    load->deaf_closed_at[load->n_deaf_closed] = seconds;
  load->n_deaf_closed++;
}

void
ws_peer_close (WsLoad *load, WsPeer *self, const char *why)
{
  WsPhase phase = self->phase;

  if (phase == WS_PEER_NEW || phase == WS_PEER_CLOSED)
    return;
  close (self->fd);
  self->phase = WS_PEER_CLOSED;
  g_clear_pointer (&self->rest, g_free);
  self->n_rest = 0;
  if (phase == WS_PEER_CONNECTING || phase == WS_PEER_SHAKING || phase == WS_PEER_GREETED)
    {
      load->n_connecting--;
      ws_names_count (&load->handshakes, why);
      return;
    }
  load->n_open--;
  if (phase == WS_PEER_DEAF)
    note_deaf_closed (load);
  else
    ws_names_count (&load->closes, why);
  if (self->bidder != NULL)
    ws_bidder_on_closed (load, self->bidder);
}

static void
shake (WsLoad *load, WsPeer *self)
{
  const struct sockaddr_in *to = &load->addresses[self->address];
  char key[WS_KEY_SIZE], text[1024], session[160] = "", host[INET_ADDRSTRLEN];
  int fault = 0, length;
  socklen_t size = sizeof fault;

  if (getsockopt (self->fd, SOL_SOCKET, SO_ERROR, &fault, &size) == 0 && fault != 0)
    {
      ws_peer_close (load, self, g_strerror (fault));
      return;
    }
  ws_wire_make_key (key);
  ws_wire_make_accept (key, self->accept);
  inet_ntop (AF_INET, &to->sin_addr, host, sizeof host);
  if (self->bidder != NULL)
    snprintf (session, sizeof session, "Authorization: Bearer %s\r\n", self->bidder->token);
  length = snprintf (text, sizeof text,
                     "GET /ws/auctions/%s HTTP/1.1\r\nHost: %s:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                     "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n%s\r\n",
                     load->auctions[self->auction].id, host, ntohs (to->sin_port), key, session);
  if (send (self->fd, text, (size_t)length, MSG_NOSIGNAL) != length)
    {
      ws_peer_close (load, self, g_strerror (errno));
      return;
    }
  self->phase = WS_PEER_SHAKING;
  watch (load, self, EPOLL_CTL_MOD, self->is_deaf ? EPOLLIN : EPOLLIN | EPOLLRDHUP | EPOLLET);
}

/* Returns: whether the server's head takes the connection over as it must */
static gboolean
is_agreed (const WsPeer *self, const char *head)
{
  g_autofree char *accept = g_strdup_printf ("\r\nSec-WebSocket-Accept: %s\r\n", self->accept);

  return g_str_has_prefix (head, "HTTP/1.1 101 ") && strcasestr (head, "\r\nUpgrade: websocket\r\n") != NULL
         && strcasestr (head, "\r\nConnection: Upgrade\r\n") != NULL && strcasestr (head, accept) != NULL;
}

/* Returns: the bytes of the answer's head, 0 while it isn't whole or when the peer was closed over it */
static gsize
read_head (WsLoad *load, WsPeer *self, const char *data, gsize length)
{
  const char *end = memmem (data, length, "\r\n\r\n", 4);
  g_autofree char *head = NULL;

  if (end == NULL)
    {
      if (length > 8192)
        ws_peer_close (load, self, "a head without an end");
      return 0;
    }
  head = g_strndup (data, (gsize)(end + 4 - data));
  if (!is_agreed (self, head))
    {
      head[MIN (strcspn (head, "\r"), 40)] = '\0';
      ws_peer_close (load, self, head);
      return 0;
    }
  self->phase = WS_PEER_GREETED;
  if (self->is_deaf)
    {
      self->phase = WS_PEER_DEAF;
      load->n_connecting--;
      load->n_open++;
      watch (load, self, EPOLL_CTL_MOD, EPOLLRDHUP);
    }
  return (gsize)(end + 4 - data);
}

/* Returns: the bytes that were whole frames; the peer may be closed then */
static gsize
read_frames (WsLoad *load, WsPeer *self, char *data, gsize length)
{
  gsize done = 0;

  while (self->phase == WS_PEER_GREETED || self->phase == WS_PEER_OPEN)
    {
      WsFrame frame;
      int found = ws_wire_parse (data + done, length - done, FALSE, &frame);

      if (found < 0)
        {
          ws_load_fault (load, "a frame that no server of ours sends: %02x %02x", (guchar)data[done],
                         (guchar)data[done + 1]);
          ws_peer_close (load, self, "bad frame");
        }
      if (found <= 0)
        break;
      ws_messages_take (load, self, &frame);
      done += frame.whole;
    }
  return done;
}

static void
keep_rest (WsPeer *self, const char *data, gsize length)
{
  if (length > 0)
    {
      self->rest = g_realloc (self->rest, length);
      memcpy (self->rest, data, length);
    }
  else
    g_clear_pointer (&self->rest, g_free);
  self->n_rest = length;
}

/* What a frame lacked is read behind its beginning; the buffer has room for two of the longest.
 * Returns: whether more may be there */
static gboolean
read_some (WsLoad *load, WsPeer *self)
{
  char *data = load->read_buffer;
  gsize length = self->n_rest, done = 0, room = self->is_deaf ? 512 : WS_READ_MAX - length;
  ssize_t n;

  if (length > 0)
    memcpy (data, self->rest, length);
  n = recv (self->fd, data + length, room, 0);
  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return errno == EINTR;
  if (n <= 0)
    {
      ws_peer_close (load, self, n == 0 ? "1006, without a close frame" : g_strerror (errno));
      return FALSE;
    }
  load->counts.bytes += (guint64)n;
  length += (gsize)n;
  if (self->phase == WS_PEER_SHAKING)
    done = read_head (load, self, data, length);
  done += read_frames (load, self, data + done, length - done);
  if (self->phase == WS_PEER_CLOSED || self->phase == WS_PEER_DEAF)
    return FALSE;
  keep_rest (self, data + done, length - done);
  return (gsize)n == room;
}

void
ws_peer_on_events (WsLoad *load, WsPeer *self, guint32 events)
{
  if (self->phase == WS_PEER_CLOSED)
    return;
  if (self->phase == WS_PEER_CONNECTING)
    shake (load, self);
  else if (self->phase == WS_PEER_DEAF)
    ws_peer_close (load, self, "deaf");
  else if ((events & (EPOLLIN | EPOLLERR | EPOLLHUP)) != 0)
    /* An end that came along with the last bytes is told this once. */
    while (self->phase != WS_PEER_CLOSED && (read_some (load, self) || (events & EPOLLRDHUP) != 0))
      continue;
}

void
ws_peer_send (WsLoad *load, WsPeer *self, WsOpcode opcode, const char *payload, gsize length)
{
  char frame[WS_HEAD_MAX + WS_SMALL_MAX];
  gsize n = ws_wire_write (frame, opcode, payload, length, TRUE);

  if (send (self->fd, frame, n, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)n)
    ws_peer_close (load, self, "couldn't send");
}

void
ws_peer_probe (WsLoad *load, WsPeer *self)
{
  char frame[WS_HEAD_MAX];
  gsize n = ws_wire_write (frame, WS_PONG, "", 0, TRUE);

  if (self->phase == WS_PEER_DEAF && send (self->fd, frame, n, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 && errno != EAGAIN)
    ws_peer_close (load, self, "deaf");
}
