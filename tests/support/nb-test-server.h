/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A real server on a thread of its own, and raw sockets to talk to it. */
#pragma once

#include "core/web/nb-server.h"

G_BEGIN_DECLS

typedef struct _NbTestServer NbTestServer;

/* Runs on the server's thread: registers routes, fills @site. Runs again as `tear_down` before the thread ends. */
typedef void (*NbTestServerFunc) (NbSite *site, gpointer user_data);

/* Sensible options for a test: a port that the system chooses, an internal listener, no limits. */
void nb_test_server_default_options (NbServerOptions *options);
/* Starts a server. The site has an empty registry; @set_up adds to it. @tear_down: (nullable) */
NbTestServer *nb_test_server_new (const NbServerOptions *options, NbTestServerFunc set_up, NbTestServerFunc tear_down,
                                  gpointer user_data);
/* Stops it gracefully, in at most @timeout microseconds. */
void nb_test_server_free (NbTestServer *self, gint64 timeout);
guint16 nb_test_server_get_port (NbTestServer *self);
guint16 nb_test_server_get_internal_port (NbTestServer *self);
/* Runs @function on the server's thread and waits for it. */
void nb_test_server_invoke (NbTestServer *self, void (*function) (NbServer *server, gpointer user_data),
                            gpointer user_data);

/* A blocking socket to @port; reading gives up after 10 s. */
int nb_test_connect (guint16 port);
void nb_test_send (int fd, const char *text);
/* Returns: (transfer full): all that comes until the server closes */
char *nb_test_read_all (int fd);
/* Returns: (transfer full): one answer, by its Content-Length. @body_length: (out) (optional) */
char *nb_test_read_answer (int fd, gsize *body_length);
/* One request on a connection of its own. Returns: (transfer full): the whole answer */
char *nb_test_request (guint16 port, const char *request);
/* As above, from its parts: adds Host, Connection: close and Content-Length. @headers: (nullable) lines with CR LF */
char *nb_test_ask (guint16 port, const char *method, const char *target, const char *headers, const char *body);
/* The status of an answer; 0 when it is none */
guint nb_test_status (const char *answer);
/* Returns: (transfer full) (nullable): a header's value */
char *nb_test_header (const char *answer, const char *name);
/* Returns: (transfer none): what follows the headers */
const char *nb_test_body (const char *answer);
/* Fails the test unless @answer is a problem with @status and @code. */
void nb_test_assert_problem (const char *answer, guint status, const char *code);
/* Open descriptors of this process. */
guint nb_test_count_descriptors (void);

G_END_DECLS
