/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Checks path patterns and reduces them to what they match. */
#include "core/plugin/nb-route-pattern.h"

#include "core/plugin/nb-plugin-error.h"

#include <string.h>

#define ALLOWED "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
#define NAME_CHARS "abcdefghijklmnopqrstuvwxyz0123456789_"

/* Whether @segment is `{name}` or `{name:id}`; @name gets the name. */
static gboolean
parse_parameter (const char *segment, char **name)
{
  gsize length = strlen (segment);

  if (length < 3 || segment[0] != '{' || segment[length - 1] != '}')
    return FALSE;
  g_autofree char *inner = g_strndup (segment + 1, length - 2);
  if (g_str_has_suffix (inner, ":id"))
    inner[strlen (inner) - 3] = '\0';
  if (!g_ascii_islower (inner[0]) || inner[strspn (inner, NAME_CHARS)] != '\0')
    return FALSE;
  *name = g_steal_pointer (&inner);
  return TRUE;
}

static gboolean
append_segment (GString *normal, GPtrArray *names, const char *segment)
{
  g_autofree char *name = NULL;

  if (segment[0] != '{')
    {
      g_string_append_printf (normal, "/%s", segment);
      return segment[0] != '\0' && segment[strspn (segment, ALLOWED)] == '\0' && strcmp (segment, ".") != 0
             && strcmp (segment, "..") != 0;
    }
  if (!parse_parameter (segment, &name) || g_ptr_array_find_with_equal_func (names, name, g_str_equal, NULL))
    return FALSE;
  g_ptr_array_add (names, g_steal_pointer (&name));
  g_string_append (normal, "/{}");
  return TRUE;
}

char *
nb_route_pattern_normalize (const char *pattern, GError **error)
{
  gboolean is_valid = pattern[0] == '/' && strlen (pattern) <= NB_ROUTE_PATTERN_MAX;
  g_auto (GStrv) segments = is_valid ? g_strsplit (pattern + 1, "/", -1) : NULL;
  g_autoptr (GString) normal = g_string_new (NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  if (strcmp (pattern, "/") == 0)
    return g_strdup ("/");
  for (guint i = 0; is_valid && segments[i] != NULL; i++)
    is_valid = append_segment (normal, names, segments[i]);
  if (is_valid)
    return g_strdup (normal->str);
  g_set_error (
      error, NB_PLUGIN_ERROR, NB_PLUGIN_ERROR_INVALID,
      "route pattern '%.*s' isn't well formed: expected segments after '/' that are text, {name} or {name:id}, "
      "with names used once",
      NB_ROUTE_PATTERN_MAX, pattern);
  return NULL;
}

gboolean
nb_route_method_is_valid (const char *method)
{
  static const char *const methods[] = { "GET", "POST", "PUT", "PATCH", "DELETE", NULL };

  return g_strv_contains (methods, method);
}
