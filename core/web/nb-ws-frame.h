/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Frames as a server sends them (RFC 6455): whole and unmasked. */
#pragma once

#include "core/web/nb-ws-parser.h"

G_BEGIN_DECLS

/* The most bytes of the reason in a close frame. */
#define NB_WS_REASON_MAX (NB_WS_CONTROL_MAX - 2)

/* Returns: (transfer full): the bytes for the wire */
GBytes *nb_ws_frame_new (NbWsOpcode opcode, const void *data, gsize length);
/* @code: 0 for none; @reason: (nullable): cut where it is too long */
GBytes *nb_ws_close_frame_new (guint code, const char *reason);

G_END_DECLS
