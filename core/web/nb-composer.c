/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Texts for people who are not on the site just now: translations, templates and addresses outside of a request. */
#include "core/web/nb-composer.h"

#include "core/web/nb-server-private.h"

#include <string.h>

struct _NbComposer
{
  GObject parent_instance;

  NbServer *server; /* (nullable): not owned */
};

G_DEFINE_FINAL_TYPE (NbComposer, nb_composer, G_TYPE_OBJECT)

static void
nb_composer_dispose (GObject *object)
{
  NbComposer *self = NB_COMPOSER (object);

  g_clear_weak_pointer (&self->server);
  G_OBJECT_CLASS (nb_composer_parent_class)->dispose (object);
}

static void
nb_composer_class_init (NbComposerClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = nb_composer_dispose;
}

static void
nb_composer_init (NbComposer *self)
{
}

NbComposer *
nb_composer_new (NbServer *server)
{
  NbComposer *self = g_object_new (NB_TYPE_COMPOSER, NULL);

  g_set_weak_pointer (&self->server, server);
  return self;
}

gboolean
nb_composer_register (NbSite *site, GError **error)
{
  g_autoptr (NbComposer) composer = nb_composer_new (site->server);

  return nb_registry_add_service (site->registry, "core", NB_TYPE_COMPOSER, G_OBJECT (composer), error);
}

const char *
nb_composer_gettext (NbComposer *self, const char *owner, const char *language, const char *msgid)
{
  NbCatalog *catalog;
  const char *text = msgid;

  g_return_val_if_fail (NB_IS_COMPOSER (self) && owner != NULL && language != NULL && msgid != NULL, msgid);

  if (self->server == NULL)
    return msgid;
  catalog = nb_presentation_get_catalog (self->server->presentation);
  if (strcmp (owner, "core") != 0)
    text = nb_catalog_lookup (catalog, language, owner, msgid);
  return text != msgid ? text : nb_catalog_lookup (catalog, language, NB_CATALOG_DOMAIN, msgid);
}

static const char *
find_static_url (const char *path, gpointer server)
{
  return nb_server_get_static_url (server, path);
}

static gboolean
is_plain (const char *template_name)
{
  return g_str_has_suffix (template_name, ".txt.mustache") || g_str_has_suffix (template_name, ".txt");
}

char *
nb_composer_render (NbComposer *self, const char *owner, const char *template_name, const char *language,
                    JsonObject *model, GError **error)
{
  g_autoptr (GString) out = g_string_sized_new (4096);
  NbTemplateScope scope = { .language = language, .static_url = find_static_url };

  g_return_val_if_fail (NB_IS_COMPOSER (self) && owner != NULL && template_name != NULL, NULL);
  g_return_val_if_fail (language != NULL && model != NULL, NULL);

  if (self->server == NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CLOSED, "the site is not served any more");
      return NULL;
    }
  scope.catalog = nb_presentation_get_catalog (self->server->presentation);
  scope.now = nb_server_now (self->server);
  scope.static_data = self->server;
  scope.is_plain = is_plain (template_name);
  if (!nb_templates_render (nb_presentation_get_templates (self->server->presentation, owner), template_name, NULL,
                            model, &scope, out, error))
    return NULL;
  return g_string_free (g_steal_pointer (&out), FALSE);
}

char *
nb_composer_dup_url (NbComposer *self, const char *path)
{
  g_return_val_if_fail (NB_IS_COMPOSER (self) && path != NULL && path[0] == '/', NULL);

  return g_strconcat (self->server != NULL ? self->server->base_url : "", path, NULL);
}
