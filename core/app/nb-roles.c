/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads the names of roles. */
#include "core/app/nb-roles.h"

#include "core/plugin/nb-wording.h"

/* In the order of the bits. */
static const char *const names[] = { "web", "live", "jobs", NULL };

static int
find_role (const char *name)
{
  for (int i = 0; names[i]; i++)
    if (g_str_equal (names[i], name))
      return i;
  return -1;
}

static char *
explain (const char *name)
{
  g_autofree char *quoted = nb_wording_quote (name);
  g_autofree char *hint = nb_wording_did_you_mean (name, names);

  return g_strdup_printf ("found %s, expected web, live and jobs with ',' between them%s", quoted, hint);
}

gboolean
nb_roles_parse (const char *text, NbRoles *roles, char **fault)
{
  g_auto (GStrv) parts = g_strsplit (*text ? text : " ", ",", -1);
  NbRoles found = 0;

  for (char **part = parts; *part; part++)
    {
      int role = find_role (g_strstrip (*part));
      g_autofree char *why = NULL;

      if (role < 0)
        why = explain (*part);
      else if (found & (1u << role))
        why = g_strdup_printf ("names '%s' twice", *part);
      if (why)
        {
          if (fault)
            *fault = g_steal_pointer (&why);
          return FALSE;
        }
      found |= 1u << role;
    }
  *roles = found;
  return TRUE;
}
