/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether bytes that come in pieces are UTF-8: told at the first byte that can't be. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Zeroed at first, and again wherever `left` is 0: between two characters. */
typedef struct
{
  guint8 left;   /* bytes that the character still lacks */
  guint8 lowest; /* bounds of the next of them */
  guint8 highest;
} NbWsUtf8;

/* Takes the next @length bytes of a text. Returns: whether it may still become UTF-8; it is whole when `left` is 0 */
gboolean nb_ws_utf8_check (NbWsUtf8 *self, const guint8 *data, gsize length);

G_END_DECLS
