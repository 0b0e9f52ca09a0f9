/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A server whose sockets do what their peers ask for, and clients that write any frames by hand. */
#pragma once

#include "tests/support/nb-test-server.h"
#include "tests/support/nb-test-ws.h"

#include <neighborbid/nb-socket.h>

G_BEGIN_DECLS

/* First bytes of frames. */
#define FRAME_TEXT 0x81
#define FRAME_PART 0x01
#define FRAME_MORE 0x00
#define FRAME_LAST 0x80
#define FRAME_CLOSE 0x88
#define FRAME_PING 0x89
#define FRAME_PONG 0x8a

/* The state of the site; changed on the server's thread alone. */
typedef struct
{
  NbTestServer *server;
  NbSocketHandler handler;
  NbSocketHandler neighbour; /* of the route /other, which belongs to another owner */
  GPtrArray *open;           /* of NbSocket */
  guint n_opened;
  guint n_closed;
  gboolean is_chained;     /* each `closed` closes the next one */
  NbTestServerFunc set_up; /* (nullable) more of it */
  gpointer user_data;
} SocketSite;

/* Starts it. @options: (nullable). Its routes: `/ws`, and `/ws/{how}`, where `shut` is closed while it is opened, of
 * the owner `acme`; `/other` of `core`; and GET `/hello`. A text is echoed, but these: `all TEXT` goes to all; `newest
 * TEXT` goes to all as the newest; `flood N SIZE` sends N texts of SIZE bytes to all but the asker; `close CODE`;
 * `close-all`; `who`; `write`: counts one; `error`: tells one. */
void socket_site_start (SocketSite *self, const NbServerOptions *options);
void socket_site_stop (SocketSite *self);
guint16 socket_site_get_port (SocketSite *self);
/* Waits until so many sockets are open, so many were closed. */
void socket_site_await_open (SocketSite *self, guint n);
void socket_site_await_closed (SocketSite *self, guint n);

/* The request of a handshake. @headers: (nullable) lines with CR LF. Returns: (transfer full) */
char *socket_site_handshake (const char *path, const char *headers);
/* Sends a handshake at once with what follows it (nullable). Returns: the answer, up to its empty line */
char *socket_site_ask (int fd, const char *path, const char *headers, const GByteArray *more);
/* A socket that was accepted. */
int socket_site_connect (SocketSite *self, const char *path, const char *headers);
void socket_site_send (int fd, guint8 first, const void *payload, gsize length);
void socket_site_send_text (int fd, const char *text);
/* Returns: (transfer full): the next frame, such as `text(hi)`, `ping()`, `close(1000 bye)`; `end` where the connection
 * ended, `reset` where it broke */
char *socket_site_read (int fd);
void socket_site_expect (int fd, const char *frame);
/* The same, but pings are answered and left out. */
void socket_site_expect_text (int fd, const char *text);

G_END_DECLS
