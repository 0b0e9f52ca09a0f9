/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* HMAC-SHA256 over the id, the time and the body. */
#include "nb-webhook-signature.h"

#include <gio/gio.h>
#include <string.h>
#include <sys/random.h>

#define NEW_BYTES 32
#define LEAST_BYTES 24
#define MOST_BYTES 64
#define SHA256_BYTES 32

char *
nb_webhook_secret_new (void)
{
  guint8 bytes[NEW_BYTES];
  g_autofree char *text = NULL;
  gsize have = 0;

  while (have < sizeof bytes)
    {
      const gssize more = getrandom (bytes + have, sizeof bytes - have, 0);

      if (more > 0)
        have += (gsize)more;
    }
  text = g_base64_encode (bytes, sizeof bytes);
  explicit_bzero (bytes, sizeof bytes);
  return g_strconcat (NB_WEBHOOK_SECRET_PREFIX, text, NULL);
}

/* Returns: (transfer full) (nullable): the bytes of @secret; NULL when it is none */
static guint8 *
decode (const char *secret, gsize *length)
{
  const char *text
      = g_str_has_prefix (secret, NB_WEBHOOK_SECRET_PREFIX) ? secret + strlen (NB_WEBHOOK_SECRET_PREFIX) : "";
  g_autofree guint8 *bytes = g_base64_decode (text, length);
  g_autofree char *again = g_base64_encode (bytes, *length);

  /* GLib's reader passes over what is no base64. */
  if (*length < LEAST_BYTES || *length > MOST_BYTES || !g_str_equal (again, text))
    return NULL;
  return g_steal_pointer (&bytes);
}

gboolean
nb_webhook_secret_check (const char *secret, GError **error)
{
  gsize length = 0;
  g_autofree guint8 *bytes = decode (secret, &length);

  if (bytes != NULL)
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
               "the secret of a webhook must be %s and %d to %d random bytes in base64", NB_WEBHOOK_SECRET_PREFIX,
               LEAST_BYTES, MOST_BYTES);
  return FALSE;
}

char *
nb_webhook_sign (const char *secret, const char *id, gint64 timestamp, const char *body)
{
  gsize key_length = 0;
  g_autofree guint8 *key = decode (secret, &key_length);
  g_autofree char *head = g_strdup_printf ("%s.%" G_GINT64_FORMAT ".", id, timestamp);
  g_autofree char *text = NULL;
  g_autoptr (GHmac) hmac = NULL;
  guint8 digest[SHA256_BYTES];
  gsize length = sizeof digest;

  g_return_val_if_fail (key != NULL, NULL);
  hmac = g_hmac_new (G_CHECKSUM_SHA256, key, key_length);
  g_hmac_update (hmac, (const guint8 *)head, (gssize)strlen (head));
  g_hmac_update (hmac, (const guint8 *)body, (gssize)strlen (body));
  g_hmac_get_digest (hmac, digest, &length);
  text = g_base64_encode (digest, length);
  return g_strconcat ("v1,", text, NULL);
}
