/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Proof that a write comes from a page of ours: the session's token, and where the browser says the request began. */
#include "core/web/nb-csrf.h"

#include <sodium.h>
#include <string.h>

/* Tokens longer than this are none of ours. */
#define TOKEN_MAX_BYTES 128

char *
nb_csrf_mask (const char *token)
{
  const gsize length = MIN (strlen (token), TOKEN_MAX_BYTES);
  guint8 bytes[TOKEN_MAX_BYTES * 2];
  char *text = g_malloc (length * 4 + 1);

  randombytes_buf (bytes, length);
  for (gsize i = 0; i < length; i++)
    bytes[length + i] = bytes[i] ^ (guint8)token[i];
  return sodium_bin2hex (text, length * 4 + 1, bytes, length * 2);
}

static gboolean
matches_masked (const char *token, gsize length, const char *presented)
{
  guint8 bytes[TOKEN_MAX_BYTES * 2];
  gsize n;

  if (sodium_hex2bin (bytes, sizeof bytes, presented, length * 4, NULL, &n, NULL) != 0 || n != length * 2)
    return FALSE;
  for (gsize i = 0; i < length; i++)
    bytes[i] ^= bytes[length + i];
  return sodium_memcmp (bytes, token, length) == 0;
}

gboolean
nb_csrf_matches (const char *token, const char *presented)
{
  const gsize length = strlen (token);
  const gsize given = strlen (presented);

  if (length == 0 || length > TOKEN_MAX_BYTES)
    return FALSE;
  if (given == length)
    return sodium_memcmp (presented, token, length) == 0;
  return given == length * 4 && matches_masked (token, length, presented);
}

static gboolean
is_origin_of (const char *origin, const char *base_url)
{
  const char *authority = strstr (base_url, "://");
  const gsize length = authority != NULL ? (gsize)(authority + 3 - base_url) + strcspn (authority + 3, "/") : 0;

  return length > 0 && strlen (origin) == length && g_ascii_strncasecmp (origin, base_url, length) == 0;
}

/* The page came from the name that it now asks: another site can't choose that name for a visitor's browser. */
static gboolean
is_origin_at (const char *origin, const char *host)
{
  const char *authority = strstr (origin, "://");

  return authority != NULL && g_ascii_strcasecmp (authority + 3, host) == 0;
}

gboolean
nb_origin_is_listed (const char *origin, const char *list)
{
  g_auto (GStrv) parts = g_strsplit (list != NULL ? list : "", ",", -1);

  for (guint i = 0; origin != NULL && parts[i] != NULL; i++)
    if (is_origin_of (origin, g_strstrip (parts[i])))
      return TRUE;
  return FALSE;
}

gboolean
nb_origin_is_own (const NbOrigin *self, const char *base_url)
{
  if (self->fetch_site != NULL && strcmp (self->fetch_site, "same-origin") != 0
      && strcmp (self->fetch_site, "none") != 0)
    return FALSE;
  if (self->origin == NULL)
    return TRUE;
  return is_origin_of (self->origin, base_url) || (self->host != NULL && is_origin_at (self->origin, self->host));
}
