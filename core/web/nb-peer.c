/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One accepted connection as libsoup sees it: a stream that gives on only whole, checked requests, each within its
 * deadline and length, and that ends without libsoup's help when the peer goes or misbehaves. */
#include "core/web/nb-peer.h"

#include "core/web/nb-peer-input.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>

#define LINGER_TIME G_TIME_SPAN_SECOND
#define LINGER_MAX_BYTES (1024 * 1024)
#define READ_SIZE 16384

struct _NbPeer
{
  GIOStream parent_instance;

  GSocket *socket;
  GIOStream *inner; /* only for its output stream */
  GInputStream *input;
  char *address;
  const NbDeadlines *deadlines;
  const NbPeerEvents *events;
  gpointer user_data;

  SoupServerMessage *message; /* the last that libsoup began; a way to take the connection back */
  NbPhase phase;
  gint64 deadline;    /* monotonic; 0: none */
  GByteArray *buffer; /* read from the socket, not yet given on */
  gsize given;        /* bytes at the start of the buffer that were given on */
  gsize ready;        /* bytes of the buffer that belong to the request and may be given on */
  guint64 body_left;  /* bytes of the body that are not in the buffer yet */
  NbHead head;
  gboolean waits_for_continue;
  gboolean is_draining;
  gsize lingered;
  GSource *reaper;
  GSource *lingerer;
  NbPeerWatch *watch; /* (nullable) */
  gboolean is_watched;
  GSource *waker; /* (nullable) what libsoup waits for while the watch does */
};

G_DEFINE_FINAL_TYPE (NbPeer, nb_peer, G_TYPE_IO_STREAM)

static void
unwatch (NbPeer *self)
{
  if (self->is_watched)
    nb_peer_watch_remove (self->watch, g_socket_get_fd (self->socket));
  self->is_watched = FALSE;
  g_clear_pointer (&self->waker, g_source_unref);
}

static void
set_phase (NbPeer *self, NbPhase phase, gint64 span)
{
  self->phase = phase;
  self->deadline = span > 0 ? g_get_monotonic_time () + span : 0;
}

/* Takes the connection from libsoup, which would leak it when told of an end between two requests, and closes it. */
static void
reap_now (NbPeer *self)
{
  g_autoptr (SoupServerMessage) message = g_steal_pointer (&self->message);
  g_autoptr (GIOStream) stolen = NULL;

  if (message != NULL)
    stolen = soup_server_message_steal_connection (message);
  g_io_stream_close (G_IO_STREAM (self), NULL, NULL);
}

int
nb_peer_detach (NbPeer *self, GBytes **bytes)
{
  const int fd = fcntl (g_socket_get_fd (self->socket), F_DUPFD_CLOEXEC, 0);

  if (fd < 0)
    g_warning ("a connection can't be taken over: %s", g_strerror (errno));
  *bytes = g_bytes_new (self->buffer->data + self->ready, self->buffer->len - self->ready);
  set_phase (self, NB_PHASE_CLOSED, 0);
  reap_now (self);
  return fd;
}

static gboolean
on_reap (gpointer user_data)
{
  NbPeer *self = NB_PEER (user_data);

  g_clear_pointer (&self->reaper, g_source_unref);
  reap_now (self);
  return G_SOURCE_REMOVE;
}

/* libsoup may be in the middle of reading, so the end comes from the main loop. */
static void
reap_later (NbPeer *self)
{
  set_phase (self, NB_PHASE_CLOSED, 0);
  if (self->reaper != NULL)
    return;
  self->reaper = g_idle_source_new ();
  g_source_set_priority (self->reaper, G_PRIORITY_DEFAULT);
  g_source_set_callback (self->reaper, on_reap, g_object_ref (self), g_object_unref);
  g_source_attach (self->reaper, g_main_context_get_thread_default ());
}

/* A fresh connection's send buffer takes little answers whole; a peer that never reads loses the rest. */
static void
send_now (NbPeer *self, const char *data, gsize length)
{
  const gssize n = send (g_socket_get_fd (self->socket), data, length, MSG_DONTWAIT | MSG_NOSIGNAL);

  if (n < (gssize)length)
    g_debug ("a refusal could not be sent whole");
}

static gboolean
on_linger (GSocket *socket, GIOCondition condition, gpointer user_data)
{
  NbPeer *self = NB_PEER (user_data);
  char scratch[READ_SIZE];
  const gssize n = recv (g_socket_get_fd (socket), scratch, sizeof scratch, MSG_DONTWAIT);

  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return G_SOURCE_CONTINUE;
  self->lingered += MAX (n, 0);
  if (n > 0 && self->lingered < LINGER_MAX_BYTES)
    return G_SOURCE_CONTINUE;
  reap_later (self);
  return G_SOURCE_REMOVE;
}

void
nb_peer_refuse (NbPeer *self, GBytes *answer)
{
  gsize length;
  const char *data = g_bytes_get_data (answer, &length);

  if (self->phase == NB_PHASE_LINGER || self->phase == NB_PHASE_CLOSED)
    return;
  send_now (self, data, length);
  g_socket_shutdown (self->socket, FALSE, TRUE, NULL);
  set_phase (self, NB_PHASE_LINGER, LINGER_TIME);
  self->lingerer = g_socket_create_source (self->socket, G_IO_IN, NULL);
  g_source_set_callback (self->lingerer, G_SOURCE_FUNC (on_linger), self, NULL);
  g_source_attach (self->lingerer, g_main_context_get_thread_default ());
}

static void
refuse_head (NbPeer *self, NbHeadState state, const char *why)
{
  g_autoptr (GBytes) answer = self->events->refuse_head (self, state, why, self->user_data);

  nb_peer_refuse (self, answer);
}

/* HTTP/1.0 may come without Host, which libsoup then makes from the local address; a Unix socket has none. */
static void
add_host (NbPeer *self)
{
  static const char field[] = "Host: localhost\r\n";
  const gsize size = sizeof field - 1;
  const gsize at = self->head.size - 2;

  g_byte_array_set_size (self->buffer, self->buffer->len + size);
  memmove (self->buffer->data + at + size, self->buffer->data + at, self->buffer->len - size - at);
  memcpy (self->buffer->data + at, field, size);
  self->head.size += size;
}

static void
accept_head (NbPeer *self)
{
  gsize in_buffer;

  if (!self->head.has_host)
    add_host (self);
  /* `Expect` is answered here: libsoup would promise to read a body that is going to be refused. */
  self->waits_for_continue = self->head.expect_offset != 0;
  if (self->waits_for_continue)
    self->buffer->data[self->head.expect_offset] = 'X';
  in_buffer = MIN ((guint64)(self->buffer->len - self->head.size), self->head.body_length);
  self->ready = self->head.size + in_buffer;
  self->body_left = self->head.body_length - in_buffer;
  self->given = 0;
  set_phase (self, NB_PHASE_BODY, self->deadlines->body);
}

static void
scan_head (NbPeer *self)
{
  const char *why;
  NbHeadState state;

  /* Some clients end a body with a line break that its length does not count. */
  while (self->head.scanned == 0 && self->buffer->len >= 2 && memcmp (self->buffer->data, "\r\n", 2) == 0)
    g_byte_array_remove_range (self->buffer, 0, 2);
  if (self->buffer->len == 0)
    return;
  if (self->phase == NB_PHASE_IDLE)
    set_phase (self, NB_PHASE_HEAD, self->deadlines->head);
  state = nb_head_scan (&self->head, (const char *)self->buffer->data, self->buffer->len, &why);
  if (state == NB_HEAD_COMPLETE)
    accept_head (self);
  else if (state != NB_HEAD_MORE)
    refuse_head (self, state, why);
}

/* Returns: bytes read; 0 when the connection came to its end; -1 when there is nothing now */
static gssize
receive (NbPeer *self, gsize most)
{
  guint8 bytes[READ_SIZE];
  const gssize n = recv (g_socket_get_fd (self->socket), bytes, MIN (most, sizeof bytes), MSG_DONTWAIT);

  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return -1;
  if (n <= 0)
    {
      reap_later (self);
      return 0;
    }
  g_byte_array_append (self->buffer, bytes, n);
  return n;
}

/* Returns: whether the watch waits for it */
static gboolean
watch (NbPeer *self)
{
  if (!self->is_watched && self->watch != NULL)
    self->is_watched = nb_peer_watch_add (self->watch, g_socket_get_fd (self->socket), self);
  return self->is_watched;
}

/* libsoup polls each connection that it has: it gets this one when it asks for something. One that is refused goes by
 * itself. */
void
nb_peer_begin (NbPeer *self)
{
  if (self->phase == NB_PHASE_HEAD && receive (self, READ_SIZE) > 0)
    scan_head (self);
  if (self->phase == NB_PHASE_HEAD && watch (self))
    return;
  unwatch (self);
  if (self->phase == NB_PHASE_BODY || self->phase == NB_PHASE_HEAD)
    self->events->asked (self, self->user_data);
}

void
nb_peer_on_readable (gpointer peer)
{
  NbPeer *self = NB_PEER (peer);

  if (self->waker == NULL)
    {
      nb_peer_begin (self);
      return;
    }
  g_source_set_ready_time (self->waker, 0);
  unwatch (self);
}

/* A source that polls nothing: the watch makes it ready. */
static GSource *
create_waker (NbPeer *self)
{
  g_clear_pointer (&self->waker, g_source_unref);
  self->waker = g_timeout_source_new (G_MAXUINT);
  return g_source_ref (self->waker);
}

static gsize
give (NbPeer *self, void *target, gsize size)
{
  const gsize n = MIN (size, self->ready - self->given);

  memcpy (target, self->buffer->data + self->given, n);
  self->given += n;
  if (self->given == self->ready && self->body_left == 0)
    set_phase (self, NB_PHASE_ANSWER, 0);
  return n;
}

static void
answer_expectation (NbPeer *self)
{
  static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";

  self->waits_for_continue = FALSE;
  send_now (self, go_on, sizeof go_on - 1);
}

static gssize
read_body (NbPeer *self, void *target, gsize size)
{
  gssize n;

  if (self->waits_for_continue)
    answer_expectation (self);
  g_byte_array_set_size (self->buffer, 0);
  self->given = self->ready = 0;
  n = receive (self, MIN (READ_SIZE, self->body_left));
  if (n <= 0)
    return -1;
  self->ready = n;
  self->body_left -= n;
  return give (self, target, size);
}

/* For the input stream. Returns: bytes given, or -1 when there is nothing to give now */
gssize
nb_peer_read (NbPeer *self, void *target, gsize size)
{
  if (self->phase == NB_PHASE_IDLE || self->phase == NB_PHASE_HEAD)
    {
      scan_head (self);
      if ((self->phase == NB_PHASE_IDLE || self->phase == NB_PHASE_HEAD) && receive (self, READ_SIZE) > 0)
        scan_head (self);
    }
  if (self->phase != NB_PHASE_BODY)
    return -1;
  if (self->given < self->ready)
    return give (self, target, size);
  return self->body_left > 0 ? read_body (self, target, size) : -1;
}

/* For the input stream. Returns: whether nb_peer_read() may give something without waiting */
gboolean
nb_peer_has_bytes (NbPeer *self)
{
  if (self->phase == NB_PHASE_BODY)
    return self->given < self->ready;
  return self->phase == NB_PHASE_IDLE && self->buffer->len > 0;
}

/* For the input stream. Returns: (transfer full) (nullable): what to wait for, or %NULL when nothing will come */
GSource *
nb_peer_create_wait (NbPeer *self)
{
  if (nb_peer_has_bytes (self))
    return g_timeout_source_new (0);
  if (self->phase == NB_PHASE_IDLE && watch (self))
    return create_waker (self);
  if (self->phase == NB_PHASE_IDLE || self->phase == NB_PHASE_HEAD
      || (self->phase == NB_PHASE_BODY && self->body_left > 0))
    return g_socket_create_source (self->socket, G_IO_IN, NULL);
  return NULL;
}

void
nb_peer_set_message (NbPeer *self, SoupServerMessage *message)
{
  g_set_object (&self->message, message);
}

void
nb_peer_answer_given (NbPeer *self)
{
  if (self->phase == NB_PHASE_BODY || self->phase == NB_PHASE_ANSWER)
    set_phase (self, NB_PHASE_ANSWER, self->deadlines->answer);
}

void
nb_peer_request_finished (NbPeer *self)
{
  if (self->phase == NB_PHASE_LINGER || self->phase == NB_PHASE_CLOSED)
    return;
  g_byte_array_remove_range (self->buffer, 0, self->ready);
  self->given = self->ready = 0;
  self->body_left = 0;
  self->head = (NbHead){ 0 };
  set_phase (self, NB_PHASE_IDLE, self->deadlines->idle);
  if (self->is_draining)
    reap_later (self);
}

void
nb_peer_drain (NbPeer *self)
{
  self->is_draining = TRUE;
  if (self->phase == NB_PHASE_IDLE)
    reap_later (self);
}

void
nb_peer_abort (NbPeer *self)
{
  g_socket_shutdown (self->socket, TRUE, TRUE, NULL);
  reap_later (self);
}

void
nb_peer_check_deadline (NbPeer *self, gint64 now)
{
  if (self->deadline == 0 || now < self->deadline)
    return;
  self->deadline = 0;
  /* libsoup is writing an answer: it learns of the end from the socket itself. */
  if (self->phase == NB_PHASE_ANSWER)
    g_socket_shutdown (self->socket, TRUE, TRUE, NULL);
  else
    reap_later (self);
}

const char *
nb_peer_get_address (NbPeer *self)
{
  return self->address;
}

static GInputStream *
nb_peer_get_input_stream (GIOStream *stream)
{
  return NB_PEER (stream)->input;
}

static GOutputStream *
nb_peer_get_output_stream (GIOStream *stream)
{
  return g_io_stream_get_output_stream (NB_PEER (stream)->inner);
}

static gboolean
drop_message (gpointer message)
{
  return G_SOURCE_REMOVE;
}

static gboolean
nb_peer_close (GIOStream *stream, GCancellable *cancellable, GError **error)
{
  NbPeer *self = NB_PEER (stream);

  set_phase (self, NB_PHASE_CLOSED, 0);
  unwatch (self);
  if (self->lingerer != NULL)
    g_source_destroy (self->lingerer);
  g_clear_pointer (&self->lingerer, g_source_unref);
  if (self->message != NULL)
    {
      /* libsoup is at work on this very message when it closes the stream. */
      g_autoptr (GSource) source = g_idle_source_new ();

      g_source_set_callback (source, drop_message, g_steal_pointer (&self->message), g_object_unref);
      g_source_attach (source, g_main_context_get_thread_default ());
    }
  g_io_stream_close (self->inner, NULL, NULL);
  if (self->events != NULL)
    g_steal_pointer (&self->events)->closed (self, self->user_data);
  return TRUE;
}

static void
nb_peer_dispose (GObject *object)
{
  NbPeer *self = NB_PEER (object);

  if (self->reaper != NULL)
    g_source_destroy (self->reaper);
  g_clear_pointer (&self->reaper, g_source_unref);
  G_OBJECT_CLASS (nb_peer_parent_class)->dispose (object);
}

static void
nb_peer_finalize (GObject *object)
{
  NbPeer *self = NB_PEER (object);

  nb_peer_input_detach (self->input);
  g_clear_object (&self->input);
  g_clear_object (&self->message);
  g_clear_object (&self->inner);
  g_clear_object (&self->socket);
  g_byte_array_unref (self->buffer);
  g_free (self->address);
  G_OBJECT_CLASS (nb_peer_parent_class)->finalize (object);
}

static void
nb_peer_class_init (NbPeerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GIOStreamClass *stream_class = G_IO_STREAM_CLASS (klass);

  object_class->dispose = nb_peer_dispose;
  object_class->finalize = nb_peer_finalize;
  stream_class->get_input_stream = nb_peer_get_input_stream;
  stream_class->get_output_stream = nb_peer_get_output_stream;
  stream_class->close_fn = nb_peer_close;
}

static void
nb_peer_init (NbPeer *self)
{
  self->buffer = g_byte_array_new ();
}

NbPeer *
nb_peer_new (GSocket *socket, const char *address, const NbDeadlines *deadlines, NbPeerWatch *watch,
             const NbPeerEvents *events, gpointer user_data)
{
  NbPeer *self = g_object_new (NB_TYPE_PEER, NULL);

  self->socket = g_object_ref (socket);
  self->inner = G_IO_STREAM (g_socket_connection_factory_create_connection (socket));
  self->input = nb_peer_input_new (self);
  self->address = g_strdup (address);
  self->deadlines = deadlines;
  self->watch = watch;
  self->events = events;
  self->user_data = user_data;
  set_phase (self, NB_PHASE_HEAD, deadlines->head);
  return self;
}
