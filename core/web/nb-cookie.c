/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Cookies: found in a request's header, written for an answer. */
#include "core/web/nb-cookie.h"

#include <string.h>

char *
nb_cookie_find (const char *header, const char *name)
{
  const gsize length = strlen (name);

  while (header != NULL && *header != '\0')
    {
      const gsize size = strcspn (header, ";");

      if (size > length && strncmp (header, name, length) == 0 && header[length] == '=')
        return g_strndup (header + length + 1, size - length - 1);
      header += size;
      header += strspn (header, "; \t");
    }
  return NULL;
}

char *
nb_cookie_name (const char *name, gboolean is_https)
{
  return g_strconcat (is_https ? "__Host-" : "", name, NULL);
}

char *
nb_cookie_format (const char *name, const char *value, gint64 max_age, gboolean is_https)
{
  g_autofree char *full = nb_cookie_name (name, is_https);

  return g_strdup_printf ("%s=%s; Path=/; Max-Age=%" G_GINT64_FORMAT "; HttpOnly; SameSite=Lax%s", full, value, max_age,
                          is_https ? "; Secure" : "");
}
