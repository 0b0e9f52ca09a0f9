/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads the address of a database, and settles what libpq would leave open. */
#include "core/store/nb-target.h"

#include "core/store/nb-store-private.h"

#include <libpq-fe.h>
#include <string.h>

/* A link that swallows everything must be noticed within seconds. What the address itself says wins. */
static const struct
{
  const char *keyword;
  const char *value;
} settled[] = {
  { "connect_timeout", "5" },
  { "keepalives_idle", "5" },
  { "keepalives_interval", "2" },
  { "keepalives_count", "3" },
  { "tcp_user_timeout", "10000" },
  { "client_encoding", "UTF8" },
  { "fallback_application_name", "neighborbid" },
};

static void
append_setting (GString *out, const char *keyword, const char *value)
{
  g_string_append_printf (out, "%s='", keyword);
  for (; *value != '\0'; value++)
    {
      if (*value == '\'' || *value == '\\')
        g_string_append_c (out, '\\');
      g_string_append_c (out, *value);
    }
  g_string_append (out, "' ");
}

static gboolean
is_given (const PQconninfoOption *options, const char *keyword)
{
  for (; options->keyword != NULL; options++)
    if (options->val != NULL && strcmp (options->keyword, keyword) == 0)
      return TRUE;
  return FALSE;
}

static char *
parse_postgresql (const char *url, GError **error)
{
  char *reason = NULL;
  PQconninfoOption *options = PQconninfoParse (url, &reason);
  GString *out = g_string_new (NULL);

  if (options == NULL)
    {
      g_set_error (error, NB_STORE_ERROR, NB_STORE_ERROR_STATEMENT, "database address: %s",
                   reason != NULL ? g_strchomp (reason) : "can't be read");
      PQfreemem (reason);
      g_string_free (out, TRUE);
      return NULL;
    }
  for (const PQconninfoOption *option = options; option->keyword != NULL; option++)
    if (option->val != NULL)
      append_setting (out, option->keyword, option->val);
  for (gsize i = 0; i < G_N_ELEMENTS (settled); i++)
    if (!is_given (options, settled[i].keyword))
      append_setting (out, settled[i].keyword, settled[i].value);
  PQconninfoFree (options);
  return g_string_free (out, FALSE);
}

const NbBackend *
nb_target_parse (const char *url, char **target, GError **error)
{
  const char *path = url + strlen ("sqlite:");

  *target = NULL;
  if (g_str_has_prefix (url, "postgresql://") || g_str_has_prefix (url, "postgres://"))
    {
      *target = parse_postgresql (url, error);
      return *target != NULL ? &nb_backend_postgresql : NULL;
    }
  if (g_str_has_prefix (url, "sqlite:") && *path != '\0' && !g_str_has_prefix (path, ":memory:")
      && !g_str_has_suffix (path, "/"))
    {
      *target = g_canonicalize_filename (path, NULL);
      return &nb_backend_sqlite;
    }
  /* Not told: the address may hold a password. */
  g_set_error_literal (error, NB_STORE_ERROR, NB_STORE_ERROR_STATEMENT,
                       "database address: expected sqlite:/path/to/file or postgresql://host/database");
  return NULL;
}
