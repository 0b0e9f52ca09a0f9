/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Session tokens, the hashes that are stored of them, and the CSRF tokens that follow from them. */
#include <sodium.h>
#include <string.h>

#include "core/account/nb-account-private.h"

#define BYTES (NB_TOKEN_LENGTH / 2)

G_STATIC_ASSERT (BYTES >= crypto_generichash_KEYBYTES_MIN && BYTES <= crypto_generichash_BYTES_MAX);

char *
nb_token_new (void)
{
  unsigned char bytes[BYTES];
  char *token = g_malloc (NB_TOKEN_LENGTH + 1);

  if (sodium_init () < 0)
    g_error ("libsodium has no source of randomness");
  randombytes_buf (bytes, sizeof bytes);
  sodium_bin2hex (token, NB_TOKEN_LENGTH + 1, bytes, sizeof bytes);
  sodium_memzero (bytes, sizeof bytes);
  return token;
}

gboolean
nb_token_is_valid (const char *token)
{
  return token != NULL && strnlen (token, NB_TOKEN_LENGTH + 1) == NB_TOKEN_LENGTH
         && strspn (token, "0123456789abcdef") == NB_TOKEN_LENGTH;
}

void
nb_token_hash (const char *token, char hash[NB_TOKEN_LENGTH + 1])
{
  unsigned char digest[BYTES];

  crypto_generichash (digest, sizeof digest, (const unsigned char *)token, NB_TOKEN_LENGTH, NULL, 0);
  sodium_bin2hex (hash, NB_TOKEN_LENGTH + 1, digest, sizeof digest);
}

char *
nb_token_derive_csrf (const char *token)
{
  static const char purpose[] = "neighborbid csrf 1";
  unsigned char digest[BYTES];
  char *csrf = g_malloc (NB_TOKEN_LENGTH + 1);

  crypto_generichash (digest, sizeof digest, (const unsigned char *)purpose, sizeof purpose - 1,
                      (const unsigned char *)token, NB_TOKEN_LENGTH);
  sodium_bin2hex (csrf, NB_TOKEN_LENGTH + 1, digest, sizeof digest);
  return csrf;
}
