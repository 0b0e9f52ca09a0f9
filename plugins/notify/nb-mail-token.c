/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `PERSON-MAC`: HMAC-SHA-256 over the person and the address, in hexadecimal. */
#include "nb-mail-token.h"

#include "nb-mail-address.h"

#include <neighborbid/neighborbid.h>
#include <string.h>

#define MAC_DIGITS 64

char *
nb_mail_token_new (const guint8 *key, gint64 person, const char *address)
{
  g_autofree char *folded = nb_mail_address_fold (address);
  g_autofree char *text = g_strdup_printf ("unsubscribe\n%" G_GINT64_FORMAT "\n%s", person, folded);
  g_autofree char *mac = g_compute_hmac_for_string (G_CHECKSUM_SHA256, key, NB_MAIL_KEY_BYTES, text, -1);

  return g_strdup_printf ("%" G_GINT64_FORMAT "-%s", person, mac);
}

gint64
nb_mail_token_get_person (const char *token)
{
  const char *dash = strchr (token, '-');
  g_autofree char *digits = dash != NULL ? g_strndup (token, (gsize)(dash - token)) : NULL;
  gint64 person;

  return dash != NULL && strlen (dash + 1) == MAC_DIGITS && nb_id_parse (digits, &person) ? person : 0;
}

gboolean
nb_mail_token_matches (const char *token, const guint8 *key, gint64 person, const char *address)
{
  g_autofree char *right = nb_mail_token_new (key, person, address);
  const gsize length = strlen (right);
  guint8 differences = 0;

  if (strlen (token) != length)
    return FALSE;
  for (gsize i = 0; i < length; i++)
    differences |= (guint8)(token[i] ^ right[i]);
  return differences == 0;
}
