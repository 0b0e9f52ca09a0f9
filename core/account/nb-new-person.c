/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Checks of names, addresses and languages of someone who signs up. */
#include "core/account/nb-new-person.h"

#include <glib/gi18n.h>
#include <string.h>

#define USERNAME_MIN 3
#define USERNAME_MAX 32
#define NICKNAME_MAX 30
#define NICKNAME_MAX_BYTES 360
#define EMAIL_MAX 254
#define EMAIL_LOCAL_MAX 64
#define EMAIL_LABEL_MAX 63

static gpointer
refuse (GError *refusal, const char *field, GError **error)
{
  nb_error_set_field (refusal, field);
  g_propagate_error (error, refusal);
  return NULL;
}

char *
nb_username_fold (const char *username)
{
  gsize length = username != NULL ? strlen (username) : 0;

  if (length < USERNAME_MIN || length > USERNAME_MAX)
    return NULL;
  for (const char *p = username; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p) && strchr ("._-", *p) == NULL)
      return NULL;
  return g_ascii_strdown (username, (gssize)length);
}

/* What can't be seen, or turns the text around it, would let one person look like another. */
static gboolean
is_visible (gunichar c)
{
  static const gunichar fillers[] = { 0x115f, 0x1160, 0x2800, 0x3164, 0xffa0 };

  for (gsize i = 0; i < G_N_ELEMENTS (fillers); i++)
    if (c == fillers[i])
      return FALSE;
  switch (g_unichar_type (c))
    {
    case G_UNICODE_CONTROL:
    case G_UNICODE_FORMAT:
    case G_UNICODE_UNASSIGNED:
    case G_UNICODE_PRIVATE_USE:
    case G_UNICODE_SURROGATE:
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
      return FALSE;
    case G_UNICODE_SPACE_SEPARATOR:
      return c == ' ';
    default:
      return TRUE;
    }
}

char *
nb_nickname_normalize (const char *nickname, GError **error)
{
  g_autofree char *text = NULL;
  glong length;

  if (nickname == NULL || strlen (nickname) > NICKNAME_MAX_BYTES || !g_utf8_validate (nickname, -1, NULL))
    return refuse (nb_error_new (NB_ERROR_VALIDATION_FAILED, N_ ("the nickname must have {min} to {max} characters"),
                                 "min", "1", "max", G_STRINGIFY (NICKNAME_MAX), NULL),
                   "nickname", error);
  text = g_utf8_normalize (nickname, -1, G_NORMALIZE_NFC);
  g_strstrip (text);
  length = g_utf8_strlen (text, -1);
  if (length < 1 || length > NICKNAME_MAX)
    return refuse (nb_error_new (NB_ERROR_VALIDATION_FAILED, N_ ("the nickname must have {min} to {max} characters"),
                                 "min", "1", "max", G_STRINGIFY (NICKNAME_MAX), NULL),
                   "nickname", error);
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    if (!is_visible (g_utf8_get_char (p)))
      return refuse (nb_error_new (NB_ERROR_VALIDATION_FAILED,
                                   N_ ("the nickname must not have invisible or control characters"), NULL),
                     "nickname", error);
  if (g_unichar_ismark (g_utf8_get_char (text)))
    return refuse (
        nb_error_new (NB_ERROR_VALIDATION_FAILED, N_ ("the nickname must begin with a character of its own"), NULL),
        "nickname", error);
  return g_steal_pointer (&text);
}

static gboolean
is_domain (const char *domain)
{
  g_auto (GStrv) labels = g_strsplit (domain, ".", -1);

  if (g_strv_length (labels) < 2)
    return FALSE;
  for (guint i = 0; labels[i] != NULL; i++)
    {
      gsize length = strlen (labels[i]);

      if (length < 1 || length > EMAIL_LABEL_MAX || labels[i][0] == '-' || labels[i][length - 1] == '-')
        return FALSE;
      if (strspn (labels[i], "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") != length)
        return FALSE;
    }
  return TRUE;
}

static gboolean
is_email (const char *email)
{
  static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.!#$%&'*+/=?^_`{|}~-";
  const char *at = strrchr (email, '@');
  gsize local;

  if (at == NULL || strlen (email) > EMAIL_MAX)
    return FALSE;
  local = (gsize)(at - email);
  if (local < 1 || local > EMAIL_LOCAL_MAX || strspn (email, allowed) != local)
    return FALSE;
  if (email[0] == '.' || at[-1] == '.' || strstr (email, "..") != NULL)
    return FALSE;
  return is_domain (at + 1);
}

static gboolean
is_language (const char *language)
{
  return g_str_equal (language, "") || g_str_equal (language, "ko") || g_str_equal (language, "en");
}

static gboolean
is_region_code (const char *code)
{
  return code[0] == '\0' || (strlen (code) == 10 && strspn (code, "0123456789") == 10);
}

NbNewPerson *
nb_new_person_new (const NbSignUp *sign_up, GError **error)
{
  g_autoptr (NbNewPerson) self = g_new0 (NbNewPerson, 1);

  self->region = g_strdup (sign_up->region != NULL ? sign_up->region : "");
  self->email = g_strdup (sign_up->email != NULL ? sign_up->email : "");
  self->language = g_strdup (sign_up->language != NULL ? sign_up->language : "");
  self->username = nb_username_fold (sign_up->username);
  if (self->username == NULL)
    return refuse (nb_error_new (NB_ERROR_VALIDATION_FAILED,
                                 N_ ("the username must have {min} to {max} of a-z, 0-9, '.', '_' and '-'"), "min",
                                 G_STRINGIFY (USERNAME_MIN), "max", G_STRINGIFY (USERNAME_MAX), NULL),
                   "username", error);
  self->nickname = nb_nickname_normalize (sign_up->nickname, error);
  if (self->nickname == NULL)
    return NULL;
  if (!is_region_code (self->region))
    return refuse (nb_error_new (NB_ERROR_VALIDATION_FAILED, N_ ("the region must be a code of ten digits"), NULL),
                   "region", error);
  if (self->email[0] != '\0' && !is_email (self->email))
    return refuse (nb_error_new (NB_ERROR_VALIDATION_FAILED, N_ ("the email must look like name@example.kr"), NULL),
                   "email", error);
  if (!is_language (self->language))
    return refuse (nb_error_new (NB_ERROR_VALIDATION_FAILED, N_ ("the language must be 'ko' or 'en'"), NULL),
                   "language", error);
  return g_steal_pointer (&self);
}

void
nb_new_person_free (NbNewPerson *self)
{
  g_free (self->username);
  g_free (self->nickname);
  g_free (self->region);
  g_free (self->email);
  g_free (self->language);
  g_free (self);
}
