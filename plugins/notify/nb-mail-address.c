/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Judges addresses strictly: what it lets pass stands in commands to a mail server and in headers. */
#include "nb-mail-address.h"

#include <gio/gio.h>
#include <string.h>

#define ADDRESS_MAX 254
#define LOCAL_MAX 64
#define NAME_MAX_BYTES 200

static gboolean
is_local_part (const char *text, gsize length)
{
  static const char others[] = ".!#$%&'*+/=?^_`{|}~-";

  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum (text[i]) && strchr (others, text[i]) == NULL)
      return FALSE;
  return length >= 1 && length <= LOCAL_MAX && text[0] != '.' && text[length - 1] != '.';
}

static gboolean
is_domain (const char *text)
{
  g_auto (GStrv) labels = g_strsplit (text, ".", -1);
  const guint n = g_strv_length (labels);

  for (guint i = 0; i < n; i++)
    {
      const gsize length = strlen (labels[i]);

      if (length < 1 || length > 63 || labels[i][0] == '-' || labels[i][length - 1] == '-')
        return FALSE;
      for (const char *c = labels[i]; *c != '\0'; c++)
        if (!g_ascii_isalnum (*c) && *c != '-')
          return FALSE;
    }
  return n >= 1;
}

gboolean
nb_mail_address_is_sendable (const char *address)
{
  const char *at = strchr (address, '@');

  return at != NULL && strlen (address) <= ADDRESS_MAX && is_local_part (address, (gsize)(at - address))
         && is_domain (at + 1);
}

char *
nb_mail_address_fold (const char *address)
{
  return g_ascii_strdown (address, -1);
}

static gboolean
is_name (const char *name)
{
  if (strlen (name) > NAME_MAX_BYTES || !g_utf8_validate (name, -1, NULL))
    return FALSE;
  for (const char *c = name; *c != '\0'; c = g_utf8_next_char (c))
    if (g_unichar_iscntrl (g_utf8_get_char (c)) || strchr ("<>\"", *c) != NULL)
      return FALSE;
  return TRUE;
}

/* Returns: (transfer full): @text without what surrounds a quoted name */
static char *
dup_name (const char *text, gsize length)
{
  char *name = g_strstrip (g_strndup (text, length));
  const gsize size = strlen (name);

  if (size >= 2 && name[0] == '"' && name[size - 1] == '"')
    {
      name[size - 1] = '\0';
      memmove (name, name + 1, size - 1);
    }
  return name;
}

gboolean
nb_mail_sender_parse (const char *text, char **name, char **address, GError **error)
{
  const char *open = strchr (text, '<');
  g_autofree char *its_name = open != NULL ? dup_name (text, (gsize)(open - text)) : g_strdup ("");
  g_autofree char *its_address = g_strstrip (g_strdup (open != NULL ? open + 1 : text));
  gboolean is_closed = TRUE;

  if (open != NULL)
    {
      const gsize length = strlen (its_address);

      is_closed = length > 0 && its_address[length - 1] == '>';
      if (is_closed)
        its_address[length - 1] = '\0';
    }
  if (!is_closed || !is_name (its_name) || !nb_mail_address_is_sendable (its_address))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   "'%s' is no sender; write an address as in no-reply@example.kr, or NeighborBid "
                   "<no-reply@example.kr>",
                   text);
      return FALSE;
    }
  if (name != NULL)
    *name = g_steal_pointer (&its_name);
  if (address != NULL)
    *address = g_steal_pointer (&its_address);
  return TRUE;
}

gboolean
nb_mail_sender_check (const char *text, GError **error)
{
  return *text == '\0' || nb_mail_sender_parse (text, NULL, NULL, error);
}
