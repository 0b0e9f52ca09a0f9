/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Renders both bodies and has the letter written around them. */
#include "nb-mail-text.h"

#include "nb-mail-letter.h"
#include "nb-notify.h"

#include <gio/gio.h>
#include <string.h>

#define SETTINGS_PATH "/inbox/settings"
#define NO_HOST "localhost"

/* Returns: (transfer full): of the site's own address */
static char *
dup_host (NbComposer *composer)
{
  g_autofree char *text = nb_composer_dup_url (composer, "/");
  g_autoptr (GUri) url = g_uri_parse (text, G_URI_FLAGS_NONE, NULL);
  const char *host = url != NULL ? g_uri_get_host (url) : NULL;

  /* The colons of an IPv6 address would need brackets, which some take ill. */
  return g_strdup (host != NULL && *host != '\0' && strchr (host, ':') == NULL ? host : NO_HOST);
}

char *
nb_mail_text_dup_hello (NbComposer *composer)
{
  g_autofree char *host = dup_host (composer);
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (host);

  return address == NULL && strchr (host, '.') != NULL ? g_steal_pointer (&host) : NULL;
}

static void
take_url (JsonObject *model, const char *name, NbComposer *composer, const char *path)
{
  g_autofree char *url = nb_composer_dup_url (composer, path);

  json_object_set_string_member (model, name, url);
}

static JsonObject *
make_model (NbComposer *composer, const NbNotice *notice, const char *host, const char *unsubscribe_path)
{
  JsonObject *model = json_object_new ();

  json_object_set_string_member (model, "language", notice->language);
  json_object_set_string_member (model, "nickname", notice->nickname);
  json_object_set_string_member (model, "subject", notice->subject);
  json_object_set_string_member (model, "text", notice->text);
  json_object_set_boolean_member (model, "is_of_auction", notice->auction != 0);
  json_object_set_int_member (model, "at", notice->at);
  json_object_set_string_member (model, "host", host);
  take_url (model, "url", composer, notice->path);
  take_url (model, "settings_url", composer, SETTINGS_PATH);
  take_url (model, "unsubscribe_url", composer, unsubscribe_path);
  return model;
}

GBytes *
nb_mail_text_write (NbComposer *composer, const NbMailAccount *account, const NbNotice *notice, const char *token,
                    GError **error)
{
  g_autofree char *host = dup_host (composer);
  g_autofree char *path = g_strconcat (NB_MAIL_UNSUBSCRIBE_PATH, token, NULL);
  g_autoptr (JsonObject) model = make_model (composer, notice, host, path);
  g_autofree char *text
      = nb_composer_render (composer, NB_NOTIFY_ID, "mail.txt.mustache", notice->language, model, error);
  g_autofree char *html = NULL;
  NbMailLetter letter;

  if (text == NULL)
    return NULL;
  html = nb_composer_render (composer, NB_NOTIFY_ID, "mail.html.mustache", notice->language, model, error);
  if (html == NULL)
    return NULL;
  letter = (NbMailLetter){
    .notice = notice,
    .sender_name = account->name,
    .sender_address = account->address,
    .host = host,
    .unsubscribe_url = json_object_get_string_member (model, "unsubscribe_url"),
    .text = text,
    .html = html,
  };
  return nb_mail_letter_write (&letter);
}
