/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A plain WebSocket client for tests: it waits for what must come, and fails the test when it doesn't within a minute.
 */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef struct
{
  int fd;
  GByteArray *unread;
  guint close_code; /* of the server's close frame; 0: none came yet */
  gboolean is_over; /* the server closed the connection */
} NbTestSocket;

/* @headers: (nullable): lines with CR LF, such as Authorization. An answer other than 101 fails the test. */
NbTestSocket *nb_test_socket_open (guint16 port, const char *path, const char *headers);
/* As above, but tells what the server answered. Returns: (nullable): NULL when @status isn't 101 */
NbTestSocket *nb_test_socket_try (guint16 port, const char *path, const char *headers, guint *status);
/* Drops the connection, without a close frame. */
void nb_test_socket_free (NbTestSocket *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbTestSocket, nb_test_socket_free)

void nb_test_socket_send (NbTestSocket *self, const char *text);
/* Sends many messages by one write. */
void nb_test_socket_send_many (NbTestSocket *self, const char *const *texts, gsize n_texts);
/* Any frame: @opcode of RFC 6455. */
void nb_test_socket_send_frame (NbTestSocket *self, guint8 opcode, const void *data, gsize length);
/* Returns: (transfer full) (nullable): the next text message, answering pings meanwhile; NULL once it is closed */
char *nb_test_socket_receive (NbTestSocket *self);
/* The same without waiting. Returns: (nullable): NULL also when nothing is there */
char *nb_test_socket_poll (NbTestSocket *self);
/* The next message, which must be a JSON object. Returns: (nullable): NULL once it is closed */
JsonObject *nb_test_socket_next (NbTestSocket *self);
/* The next message of this type; others before it are skipped. Fails the test when the socket is closed first. */
JsonObject *nb_test_socket_await (NbTestSocket *self, const char *type);
/* Reads on until the server closed it, and compares the code. */
void nb_test_socket_assert_closed (NbTestSocket *self, guint code);

G_END_DECLS
