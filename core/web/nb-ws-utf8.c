/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether bytes that come in pieces are UTF-8: told at the first byte that can't be. */
#include "core/web/nb-ws-utf8.h"

#include <string.h>

#define HIGH_BITS G_GUINT64_CONSTANT (0x8080808080808080)

/* Returns: how many bytes at the start of @data are ASCII for sure, a multiple of eight */
static gsize
skip_ascii (const guint8 *data, gsize length)
{
  gsize i = 0;

  for (; i + 8 <= length; i += 8)
    {
      guint64 eight;

      memcpy (&eight, data + i, sizeof eight);
      if ((eight & HIGH_BITS) != 0)
        break;
    }
  return i;
}

/* The shortest form alone is right, surrogates are no characters, and the last one is U+10FFFF. */
static gboolean
begin (NbWsUtf8 *self, guint8 byte)
{
  self->lowest = 0x80;
  self->highest = 0xbf;
  if (byte >= 0xc2 && byte <= 0xdf)
    self->left = 1;
  else if (byte >= 0xe0 && byte <= 0xef)
    self->left = 2;
  else if (byte >= 0xf0 && byte <= 0xf4)
    self->left = 3;
  else
    return byte < 0x80;
  if (byte == 0xe0)
    self->lowest = 0xa0;
  else if (byte == 0xed)
    self->highest = 0x9f;
  else if (byte == 0xf0)
    self->lowest = 0x90;
  else if (byte == 0xf4)
    self->highest = 0x8f;
  return TRUE;
}

static gboolean
go_on (NbWsUtf8 *self, guint8 byte)
{
  if (byte < self->lowest || byte > self->highest)
    return FALSE;
  self->left--;
  self->lowest = 0x80;
  self->highest = 0xbf;
  return TRUE;
}

gboolean
nb_ws_utf8_check (NbWsUtf8 *self, const guint8 *data, gsize length)
{
  gsize i = 0;

  while (i < length)
    {
      if (self->left == 0)
        i += skip_ascii (data + i, length - i);
      for (gsize end = MIN (i + 8, length); i < end; i++)
        if (!(self->left > 0 ? go_on (self, data[i]) : begin (self, data[i])))
          return FALSE;
    }
  return TRUE;
}
