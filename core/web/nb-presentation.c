/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What people read: translations and templates, of the host and of each plugin. */
#include "core/web/nb-presentation.h"

#include <string.h>

struct _NbPresentation
{
  NbRegistry *registry;
  NbCatalog *catalog;
  NbTemplates *host;
  GHashTable *plugins; /* owner to NbTemplates */
  GHashTable *domains; /* owners whose translations were loaded */
};

static void
templates_free (gpointer data)
{
  nb_templates_free (data);
}

static NbTemplates *
make_host_templates (const char *web_dir, GError **error)
{
  g_autofree char *dir = web_dir != NULL ? g_build_filename (web_dir, "templates", NULL) : g_strdup ("");
  g_autoptr (NbTemplates) templates = nb_templates_new (dir, NB_CATALOG_DOMAIN, NULL);

  if (web_dir != NULL && !nb_templates_check (templates, error))
    return NULL;
  return g_steal_pointer (&templates);
}

NbPresentation *
nb_presentation_new (NbRegistry *registry, const char *web_dir, const char *locale_dir, GError **error)
{
  NbPresentation *self = g_new0 (NbPresentation, 1);

  self->registry = registry;
  self->catalog = nb_catalog_new ();
  self->plugins = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, templates_free);
  self->domains = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->host = make_host_templates (web_dir, error);
  if (self->host != NULL
      && (locale_dir == NULL || nb_catalog_load (self->catalog, locale_dir, NB_CATALOG_DOMAIN, error)))
    return self;
  nb_presentation_free (self);
  return NULL;
}

void
nb_presentation_free (NbPresentation *self)
{
  g_hash_table_unref (self->plugins);
  g_hash_table_unref (self->domains);
  g_clear_pointer (&self->host, nb_templates_free);
  nb_catalog_free (self->catalog);
  g_free (self);
}

static void
load_domain (NbPresentation *self, const char *owner)
{
  const char *dir = nb_registry_get_data_dir (self->registry, owner);
  g_autofree char *locale = dir != NULL ? g_build_filename (dir, "locale", NULL) : NULL;
  g_autoptr (GError) error = NULL;

  if (strcmp (owner, "core") == 0 || locale == NULL || !g_hash_table_add (self->domains, g_strdup (owner)))
    return;
  if (!nb_catalog_load (self->catalog, locale, owner, &error))
    g_warning ("the translations of %s are left out: %s", owner, error->message);
}

/* An auction type has messages of its own even when its plugin has no route. */
static void
load_domains (NbPresentation *self)
{
  g_autoptr (GPtrArray) owners = nb_registry_list_data_owners (self->registry);

  for (guint i = 0; i < owners->len; i++)
    load_domain (self, g_ptr_array_index (owners, i));
}

void
nb_presentation_forget_plugins (NbPresentation *self)
{
  GHashTableIter iter;
  gpointer owner;

  g_hash_table_remove_all (self->plugins);
  g_hash_table_iter_init (&iter, self->domains);
  while (g_hash_table_iter_next (&iter, &owner, NULL))
    nb_catalog_unload (self->catalog, owner);
  g_hash_table_remove_all (self->domains);
}

NbCatalog *
nb_presentation_get_catalog (NbPresentation *self)
{
  if (g_hash_table_size (self->domains) == 0)
    load_domains (self);
  return self->catalog;
}

NbTemplates *
nb_presentation_get_templates (NbPresentation *self, const char *owner)
{
  NbTemplates *templates = g_hash_table_lookup (self->plugins, owner);
  const char *dir = nb_registry_get_data_dir (self->registry, owner);
  g_autofree char *path = NULL;

  if (templates != NULL)
    return templates;
  if (strcmp (owner, "core") == 0 || dir == NULL)
    return self->host;
  path = g_build_filename (dir, "templates", NULL);
  templates = nb_templates_new (path, owner, self->host);
  g_hash_table_insert (self->plugins, g_strdup (owner), templates);
  return templates;
}
