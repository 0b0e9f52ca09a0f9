/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Answers for people: pages from templates, in the reader's language, and messages that wait for the next page. */
#include "core/web/nb-request-state.h"

#include "core/web/nb-badges.h"
#include "core/web/nb-pages.h"
#include <string.h>

#define FLASH_COOKIE "nb_flash"
#define FLASH_MAX_BYTES 1024
#define FLASH_SECONDS 300

const char *
nb_request_gettext (NbRequest *self, const char *msgid)
{
  return nb_catalog_lookup (nb_presentation_get_catalog (self->server->presentation), self->language, NULL, msgid);
}

void
nb_request_flash (NbRequest *self, const char *message)
{
  const gsize length = MIN (strlen (message), FLASH_MAX_BYTES);
  const char *end;
  g_autofree char *value = NULL;

  g_utf8_validate (message, length, &end);
  value = g_base64_encode ((const guint8 *)message, end - message);
  nb_request_set_cookie (self, FLASH_COOKIE, value, FLASH_SECONDS);
}

/* Returns: (transfer full) (nullable): the message left by the answer before; it is shown once */
static char *
take_flash (NbRequest *self)
{
  g_autofree char *value = nb_request_get_cookie (self, FLASH_COOKIE);
  g_autofree guchar *bytes = NULL;
  gsize length;

  if (value == NULL || value[0] == '\0' || strlen (value) > FLASH_MAX_BYTES * 2)
    return NULL;
  nb_request_set_cookie (self, FLASH_COOKIE, "", 0);
  bytes = g_base64_decode (value, &length);
  return g_utf8_validate_len ((const char *)bytes, length, NULL) ? g_strndup ((const char *)bytes, length) : NULL;
}

const char *
nb_request_get_static_url (NbRequest *self, const char *path)
{
  return nb_server_get_static_url (self->server, path);
}

static const char *
find_static_url (const char *path, gpointer user_data)
{
  return nb_server_get_static_url (user_data, path);
}

/* @flash: (nullable). Returns: (transfer full) (nullable) */
static GString *
render_into (NbRequest *self, const char *owner, const char *template_name, JsonObject *model, const char *flash,
             GError **error)
{
  NbPresentation *presentation = self->server->presentation;
  const NbTemplateScope scope = { .language = self->language,
                                  .catalog = nb_presentation_get_catalog (presentation),
                                  .now = nb_server_now (self->server),
                                  .static_url = find_static_url,
                                  .static_data = self->server };
  g_autoptr (JsonObject) globals = nb_pages_make_globals (self->server->site->registry, self, flash);
  g_autoptr (GString) out = g_string_sized_new (16384);

  if (!nb_templates_render (nb_presentation_get_templates (presentation, owner), template_name, globals, model, &scope,
                            out, error))
    return NULL;
  return g_steal_pointer (&out);
}

static GBytes *
render (NbRequest *self, const char *owner, const char *template_name, JsonObject *model, GError **error)
{
  g_autofree char *flash = take_flash (self);
  GString *out = render_into (self, owner, template_name, model, flash, error);

  return out != NULL ? g_string_free_to_bytes (out) : NULL;
}

char *
nb_request_render_part (NbRequest *self, const char *owner, const char *template_name, JsonObject *model)
{
  g_autoptr (GError) error = NULL;
  GString *out = render_into (self, owner, template_name, model, NULL, &error);

  if (out != NULL)
    return g_string_free (out, FALSE);
  g_warning ("%s is left out of %s: %s", template_name, self->path, error->message);
  return NULL;
}

static const char *
get_owner (NbRequest *self)
{
  return self->target != NULL ? self->target->route.owner : "core";
}

static void
respond_rendered (NbRequest *self, guint status, const char *template_name, JsonObject *model)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) page = render (self, get_owner (self), template_name, model, &error);

  if (page != NULL)
    nb_request_answer (self, status, "text/html; charset=utf-8", page);
  else
    nb_request_respond_error (self, error);
}

/* A page that waits for its badges. */
typedef struct
{
  NbRequest *request;
  guint status;
  char *template_name;
  JsonObject *model;
} WaitingPage;

static void
on_badges (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree WaitingPage *page = user_data;
  g_autoptr (NbRequest) self = page->request;
  g_autoptr (JsonObject) model = page->model;
  g_autofree char *template_name = page->template_name;

  self->badges = nb_badges_read_finish (NB_SERVER (source), result);
  self->is_answering = FALSE;
  respond_rendered (self, page->status, template_name, model);
}

void
nb_request_respond_page (NbRequest *self, guint status, const char *template_name, JsonObject *model)
{
  g_autoptr (JsonObject) owned = model;
  WaitingPage *page;

  if (self->session == NULL || self->is_answered || self->is_answering || !nb_badges_exist (self->server))
    {
      respond_rendered (self, status, template_name, owned);
      return;
    }
  self->is_answering = TRUE;
  page = g_new (WaitingPage, 1);
  *page = (WaitingPage){ g_object_ref (self), status, g_strdup (template_name), g_steal_pointer (&owned) };
  nb_badges_read_async (self->server, nb_request_get_person (self), on_badges, page);
}

gboolean
nb_request_respond_error_page (NbRequest *self, const GError *error)
{
  g_autoptr (GError) fault = NULL;
  g_autoptr (JsonObject) model = nb_pages_make_error (self, error);
  g_autoptr (GBytes) page
      = self->server->web_dir != NULL ? render (self, "core", "error.mustache", model, &fault) : NULL;

  if (fault != NULL)
    g_warning ("the error page can't be rendered: %s", fault->message);
  if (page != NULL)
    nb_request_answer (self, nb_error_code_status (nb_error_get_code (error)), "text/html; charset=utf-8", page);
  return page != NULL;
}
