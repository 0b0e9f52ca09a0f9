/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a password may be, and its Argon2id hash. */
#include "core/account/nb-password.h"

#include <gio/gio.h>
#include <glib/gi18n.h>
#include <neighborbid/nb-error.h>
#include <sodium.h>
#include <string.h>

#define OPERATIONS crypto_pwhash_OPSLIMIT_INTERACTIVE
#define MEMORY crypto_pwhash_MEMLIMIT_INTERACTIVE

char *
nb_password_normalize (const char *password)
{
  if (!g_utf8_validate (password, -1, NULL) || g_utf8_strlen (password, -1) > NB_PASSWORD_MAX_CHARACTERS)
    return NULL;
  return g_utf8_normalize (password, -1, G_NORMALIZE_NFC);
}

void
nb_password_wipe (char *password)
{
  if (password == NULL)
    return;
  sodium_memzero (password, strlen (password));
  g_free (password);
}

/* All characters the same, or each one above (or below) the one before: aaaaaaaa, abcdefgh, 98765432. */
static gboolean
is_run (const char *text)
{
  gunichar previous = g_utf8_get_char (text);
  gint64 step = 0;
  gboolean is_second = TRUE;

  for (const char *p = g_utf8_next_char (text); *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);
      gint64 difference = (gint64)c - previous;

      if (is_second)
        step = difference;
      if (difference != step || ABS (step) > 1)
        return FALSE;
      is_second = FALSE;
      previous = c;
    }
  return TRUE;
}

static gpointer
make_common_set (gpointer unused)
{
  GHashTable *set = g_hash_table_new (g_str_hash, g_str_equal);

  for (gsize i = 0; nb_common_passwords[i] != NULL; i++)
    g_hash_table_add (set, (gpointer)nb_common_passwords[i]);
  return set;
}

gboolean
nb_password_is_common (const char *password)
{
  static GOnce once = G_ONCE_INIT;
  GHashTable *set = g_once (&once, make_common_set, NULL);
  g_autofree char *lower = g_utf8_strdown (password, -1);

  return is_run (lower) || g_hash_table_contains (set, lower);
}

static gboolean
refuse (GError *refusal, GError **error)
{
  nb_error_set_field (refusal, "password");
  g_propagate_error (error, refusal);
  return FALSE;
}

gboolean
nb_password_check (const char *password, const char *username, GError **error)
{
  g_autofree char *folded = NULL;
  glong length;

  if (password == NULL || !g_utf8_validate (password, -1, NULL))
    return refuse (nb_error_new (NB_ERROR_VALIDATION_FAILED, N_ ("the password must be valid UTF-8 text"), NULL),
                   error);
  length = g_utf8_strlen (password, -1);
  if (length < NB_PASSWORD_MIN_CHARACTERS || length > NB_PASSWORD_MAX_CHARACTERS)
    return refuse (nb_error_new (NB_ERROR_VALIDATION_FAILED, N_ ("the password must have {min} to {max} characters"),
                                 "min", G_STRINGIFY (NB_PASSWORD_MIN_CHARACTERS), "max",
                                 G_STRINGIFY (NB_PASSWORD_MAX_CHARACTERS), NULL),
                   error);
  folded = g_utf8_strdown (password, -1);
  if (nb_password_is_common (password) || g_strcmp0 (folded, username) == 0)
    return refuse (nb_error_new (NB_ERROR_VALIDATION_FAILED,
                                 N_ ("this password is one of the first that others would guess; choose another"),
                                 NULL),
                   error);
  return TRUE;
}

char *
nb_password_hash (const char *password, GError **error)
{
  char hash[crypto_pwhash_STRBYTES];

  if (sodium_init () < 0
      || crypto_pwhash_str_alg (hash, password, strlen (password), OPERATIONS, MEMORY, crypto_pwhash_ALG_ARGON2ID13)
             != 0)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "no memory to hash a password");
      return NULL;
    }
  return g_strdup (hash);
}

gboolean
nb_password_verify (const char *password, const char *hash)
{
  g_autofree char *discarded = NULL;

  if (hash != NULL && g_str_has_prefix (hash, crypto_pwhash_STRPREFIX))
    return sodium_init () >= 0 && crypto_pwhash_str_verify (hash, password, strlen (password)) == 0;
  discarded = nb_password_hash (password, NULL);
  return FALSE;
}
