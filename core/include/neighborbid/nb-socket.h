/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* WebSocket connections: how a plugin is told of them and sends on them. */
#pragma once

#include <neighborbid/nb-request.h>

G_BEGIN_DECLS

/**
 * NbSocket:
 *
 * One person's, or a stranger's, open WebSocket. The host does the handshake, the frames, pings, bounds and the
 * closing; its owner gets whole text messages. It is the host's: valid from `opened` until `closed` returns. Used on
 * the main loop.
 *
 * Since: 1.0
 */
typedef struct _NbSocket NbSocket;

/**
 * NbSocketClose:
 *
 * Close codes of RFC 6455 and, from 4000 on, of the API.
 *
 * Since: 1.0
 */
typedef enum
{
  NB_SOCKET_NORMAL = 1000,
  NB_SOCKET_LEAVING = 1001, /* the server restarts: come back, with jitter */
  NB_SOCKET_PROTOCOL_ERROR = 1002,
  NB_SOCKET_UNSUPPORTED = 1003,  /* a binary frame */
  NB_SOCKET_INVALID_TEXT = 1007, /* not UTF-8 */
  NB_SOCKET_POLICY = 1008,
  NB_SOCKET_TOO_LARGE = 1009,
  NB_SOCKET_TRY_LATER = 1013, /* too slow, or too many */
  NB_SOCKET_SESSION_ENDED = 4401,
  NB_SOCKET_NOT_FOUND = 4404,
  NB_SOCKET_SWITCHED_OFF = 4410
} NbSocketClose;

/**
 * NbSocketHandler:
 * @message_max: bytes of a whole message that is let in, 0 for 4096; a larger one closes with 1009
 * @heartbeat_s: seconds between pings, 0 for 25; a peer silent for two of them is closed
 * @queue_max: unsent bytes above which a socket counts as slow, 0 for 65536; see nb_socket_send_newest(). At eight
 * times that it is closed with 1013
 * @slow_timeout_ms: how long a socket may stay slow before it is closed with 1013, 0 for 10000
 * @opened: the handshake is done: @request tells the route's parameters, who it is and their language; it is gone when
 *   this returns, while @socket may be kept until `closed`
 * @message: a whole text message: valid UTF-8, with a NUL behind it, @length bytes
 * @closed: the socket is gone when this returns, whoever ended it; exactly once for each `opened`
 *
 * What a route for sockets is told, on the main loop. A callback may close any socket; `closed` of the one whose
 * callback runs comes after it has returned. The structure outlives the route; its numbers are read at each handshake.
 *
 * Since: 1.0
 */
typedef struct
{
  gsize message_max;
  guint heartbeat_s;
  gsize queue_max;
  guint slow_timeout_ms;
  void (*opened) (NbSocket *socket, NbRequest *request, gpointer user_data);
  void (*message) (NbSocket *socket, const char *text, gsize length, gpointer user_data);
  void (*closed) (NbSocket *socket, gpointer user_data);

  /*< private >*/
  gpointer reserved[4];
} NbSocketHandler;

/**
 * nb_socket_frame_new:
 * @text: the message, valid UTF-8
 * @length: its bytes
 *
 * Makes the frame of a text message, so that one serves a whole room.
 *
 * Returns: (transfer full): the bytes for the wire
 * Since: 1.0
 */
NB_PUBLIC GBytes *nb_socket_frame_new (const char *text, gsize length);

/** nb_socket_send: queues @frame behind what waits (also behind a frame of nb_socket_send_newest() that waits); it is
 * written before the main loop sleeps */
NB_PUBLIC void nb_socket_send (NbSocket *self, GBytes *frame);

/**
 * nb_socket_send_newest:
 * @frame: what replaces any earlier one of this kind
 *
 * Queues @frame when the socket keeps up; else it waits, in place of an earlier one that waits, until what is unsent
 * has drained. So a slow peer gets fewer of them, and always the newest.
 *
 * Since: 1.0
 */
NB_PUBLIC void nb_socket_send_newest (NbSocket *self, GBytes *frame);

/** nb_socket_is_slow: Returns: whether more than `queue_max` bytes are unsent: what can be left out should be */
NB_PUBLIC gboolean nb_socket_is_slow (NbSocket *self);

/**
 * nb_socket_close:
 * @code: why
 * @reason: (nullable): up to 123 bytes for a person who debugs
 *
 * Sends what is queued and then the close frame, and waits a little for the peer's. Nothing is delivered any more;
 * `closed` follows.
 *
 * Since: 1.0
 */
NB_PUBLIC void nb_socket_close (NbSocket *self, NbSocketClose code, const char *reason);

/** nb_socket_get_person: Returns: who it is; 0 when signed out. When that session ends, the host closes with 4401 */
NB_PUBLIC gint64 nb_socket_get_person (NbSocket *self);
/** nb_socket_get_nickname: Returns: (transfer none) (nullable) */
NB_PUBLIC const char *nb_socket_get_nickname (NbSocket *self);
/** nb_socket_get_language: Returns: (transfer none): `ko` or `en` */
NB_PUBLIC const char *nb_socket_get_language (NbSocket *self);
/** nb_socket_tell_error: Returns: (transfer full): @error as a sentence in the language of @self, without inner details
 */
NB_PUBLIC char *nb_socket_tell_error (NbSocket *self, const GError *error);
/**
 * nb_socket_take_write:
 *
 * Counts a change that this person asks for against the site's limit, which holds over HTTP and sockets together.
 *
 * Returns: 0, or the milliseconds to wait: then the change must be refused
 * Since: 1.0
 */
NB_PUBLIC guint nb_socket_take_write (NbSocket *self);
/** nb_socket_set_data: keeps the owner's own @data with the socket; it is not freed */
NB_PUBLIC void nb_socket_set_data (NbSocket *self, gpointer data);
NB_PUBLIC gpointer nb_socket_get_data (NbSocket *self);

G_END_DECLS
