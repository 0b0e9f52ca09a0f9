/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A server in threads of its own that answers as its paths say, and notes what was asked of it. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* /STATUS answers with it (429 says to wait 7 seconds, 302 points to /200), /long with 100 KiB, /never not at all. */
typedef struct _WireServer WireServer;

/* @is_mail: speaks SMTP instead, takes any mail, and never answers QUIT */
WireServer *wire_server_new (gboolean is_mail);
void wire_server_free (WireServer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WireServer, wire_server_free)

guint16 wire_server_get_port (WireServer *self);
/* Returns: how many requests came so far; callable while it serves, as the others */
guint wire_server_get_n_asked (WireServer *self);
/* Returns: the most connections that were open at a time */
guint wire_server_get_n_open_max (WireServer *self);
guint wire_server_get_n_connections (WireServer *self);

G_END_DECLS
