/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sets of templates: files found by name, compiled on first use, kept. */
#include "core/web/nb-template-format.h"
#include "core/web/nb-template-private.h"

#include <string.h>

#define SUFFIX ".mustache"

struct _NbTemplates
{
  char *dir;
  char *domain;
  NbTemplates *parent;
  GHashTable *sources;  /* name → text, of templates without a file */
  GHashTable *compiled; /* name, newline, indent → NbTemplate */
};

static void
template_free (gpointer data)
{
  NbTemplate *template = data;

  nb_node_free (template->root);
  g_free ((gpointer) template->name);
  g_free (template);
}

NbTemplates *
nb_templates_new (const char *dir, const char *domain, NbTemplates *parent)
{
  NbTemplates *self = g_new0 (NbTemplates, 1);

  self->dir = g_strdup (dir);
  self->domain = g_strdup (domain);
  self->parent = parent;
  self->sources = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->compiled = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, template_free);
  return self;
}

void
nb_templates_free (NbTemplates *self)
{
  g_hash_table_unref (self->compiled);
  g_hash_table_unref (self->sources);
  g_free (self->domain);
  g_free (self->dir);
  g_free (self);
}

void
nb_templates_clear (NbTemplates *self)
{
  g_hash_table_remove_all (self->compiled);
}

void
nb_templates_add (NbTemplates *self, const char *name, const char *source)
{
  g_hash_table_replace (self->sources, g_strdup (name), g_strdup (source));
  nb_templates_clear (self);
}

/* Reads the template's text. Returns: FALSE with @error; TRUE with @source NULL where this set has no such template */
static gboolean
read_source (NbTemplates *self, const char *name, char **source, GError **error)
{
  const char *kept = g_hash_table_lookup (self->sources, name);
  g_autofree char *base = g_strconcat (name, SUFFIX, NULL);
  g_autofree char *path = self->dir == NULL ? NULL : g_build_filename (self->dir, base, NULL);
  gsize length = 0;

  *source = g_strdup (kept);
  if (kept != NULL || path == NULL || !g_file_test (path, G_FILE_TEST_IS_REGULAR))
    return TRUE;
  if (!g_file_get_contents (path, source, &length, error))
    return FALSE;
  if (g_utf8_validate (*source, (gssize)length, NULL))
    return TRUE;
  g_clear_pointer (source, g_free);
  g_set_error (error, NB_MUSTACHE_ERROR, NB_MUSTACHE_ERROR_SYNTAX, "%s: not UTF-8", path);
  return FALSE;
}

static const NbTemplate *
compile (NbTemplates *self, const char *name, const char *key, const char *source, const char *indent, GError **error)
{
  g_autofree char *indented = indent == NULL ? NULL : nb_mustache_indent (source, indent);
  g_autofree char *shown = g_strconcat (name, SUFFIX, NULL);
  NbNode *root = nb_mustache_compile (shown, indented == NULL ? source : indented, nb_template_format_find, error);
  NbTemplate *template;

  if (root == NULL)
    return NULL;
  template = g_new0 (NbTemplate, 1);
  template->root = root;
  template->name = g_steal_pointer (&shown);
  template->domain = self->domain;
  g_hash_table_replace (self->compiled, g_strdup (key), template);
  return template;
}

const NbTemplate *
nb_templates_find (NbTemplates *self, const char *name, const char *indent, GError **error)
{
  g_autofree char *made = indent == NULL ? NULL : g_strconcat (name, "\n", indent, NULL);
  const char *key = made == NULL ? name : made;

  for (NbTemplates *set = self; set != NULL; set = set->parent)
    {
      const NbTemplate *template = g_hash_table_lookup (set->compiled, key);
      g_autofree char *source = NULL;

      if (template != NULL)
        return template;
      if (!read_source (set, name, &source, error))
        return NULL;
      if (source != NULL)
        return compile (set, name, key, source, indent, error);
    }
  g_set_error (error, NB_MUSTACHE_ERROR, NB_MUSTACHE_ERROR_MISSING, "there is no template “%s” in %s", name,
               self->dir == NULL ? "the set" : self->dir);
  return NULL;
}

gboolean
nb_templates_check (NbTemplates *self, GError **error)
{
  g_autoptr (GDir) folder = self->dir == NULL ? NULL : g_dir_open (self->dir, 0, NULL);
  const char *file;

  while (folder != NULL && (file = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *name = NULL;

      if (!g_str_has_suffix (file, SUFFIX))
        continue;
      name = g_strndup (file, strlen (file) - strlen (SUFFIX));
      if (nb_templates_find (self, name, NULL, error) == NULL)
        return FALSE;
    }
  return TRUE;
}

gboolean
nb_templates_render (NbTemplates *self, const char *name, JsonObject *globals, JsonObject *model,
                     const NbTemplateScope *scope, GString *out, GError **error)
{
  g_autofree char *bare = g_str_has_suffix (name, SUFFIX) ? g_strndup (name, strlen (name) - strlen (SUFFIX)) : NULL;
  const NbTemplate *template = nb_templates_find (self, bare == NULL ? name : bare, NULL, error);
  gsize length = out->len;

  if (template == NULL)
    return FALSE;
  if (nb_template_render (self, template, globals, model, scope, out, error))
    return TRUE;
  g_string_truncate (out, length);
  return FALSE;
}
