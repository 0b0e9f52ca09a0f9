/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads the settings of mail and refuses what does not go together, before anything is sent. */
#include "nb-mail-account.h"

#include "nb-mail-address.h"

#include <gio/gio.h>
#include <string.h>

#define SMTP_PORT 25
#define SMTPS_PORT 465

static gboolean
refuse (GError **error, const char *sentence)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, sentence);
  return FALSE;
}

static gboolean
is_host (const char *host)
{
  static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:";

  return host != NULL && *host != '\0' && host[strspn (host, allowed)] == '\0';
}

/* Returns: (transfer full) (nullable): the parts of @text, or NULL where it is no mail server's address */
static GUri *
parse_url (const char *text)
{
  g_autoptr (GUri) url = g_uri_parse (text, G_URI_FLAGS_NONE, NULL);

  if (url == NULL || (strcmp (g_uri_get_scheme (url), "smtp") != 0 && strcmp (g_uri_get_scheme (url), "smtps") != 0))
    return NULL;
  if (g_uri_get_userinfo (url) != NULL || g_uri_get_query (url) != NULL || g_uri_get_fragment (url) != NULL)
    return NULL;
  if (strcmp (g_uri_get_path (url), "") != 0 && strcmp (g_uri_get_path (url), "/") != 0)
    return NULL;
  if (!is_host (g_uri_get_host (url)) || g_uri_get_port (url) == 0)
    return NULL;
  return g_steal_pointer (&url);
}

gboolean
nb_mail_url_check (const char *text, GError **error)
{
  g_autoptr (GUri) url = NULL;

  if (*text == '\0')
    return TRUE;
  /* What may be a password is not told again. */
  if (strchr (text, '@') != NULL)
    return refuse (error, "a name or a password does not belong into it; say mail-user and mail-password");
  url = parse_url (text);
  if (url != NULL)
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
               "'%s' is no mail server; write smtp://host:port or smtps://host:port", text);
  return FALSE;
}

static gboolean
is_loopback (const char *host)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (host);

  return address != NULL ? g_inet_address_get_is_loopback (address) : g_ascii_strcasecmp (host, "localhost") == 0;
}

static char *
dup_server (GUri *url)
{
  const gboolean is_tls = strcmp (g_uri_get_scheme (url), "smtps") == 0;
  const int port = g_uri_get_port (url) > 0 ? g_uri_get_port (url) : is_tls ? SMTPS_PORT : SMTP_PORT;
  const char *host = g_uri_get_host (url);
  const gboolean is_ipv6 = strchr (host, ':') != NULL;

  return g_strdup_printf ("%s://%s%s%s:%d", g_uri_get_scheme (url), is_ipv6 ? "[" : "", host, is_ipv6 ? "]" : "", port);
}

/* Returns: (transfer full) (nullable): NULL for an empty one */
static char *
dup_set (NbSettings *settings, const char *name)
{
  const char *text = nb_settings_get_text (settings, name);

  return *text != '\0' ? g_strdup (text) : NULL;
}

static gboolean
read_tls (NbMailAccount *self, NbSettings *settings, GUri *url, GError **error)
{
  const char *tls = nb_settings_get_text (settings, "mail-tls");

  self->is_tls_from_start = strcmp (g_uri_get_scheme (url), "smtps") == 0;
  self->use_ssl = strcmp (tls, "required") == 0 || self->is_tls_from_start ? CURLUSESSL_ALL
                  : strcmp (tls, "off") == 0                               ? CURLUSESSL_NONE
                                                                           : CURLUSESSL_TRY;
  if (self->is_tls_from_start && strcmp (tls, "off") == 0)
    return refuse (error, "mail-tls=off does not go with smtps://, which is TLS from the start; write smtp://");
  self->ca_file = dup_set (settings, "mail-ca-file");
  if (self->ca_file == NULL || g_file_test (self->ca_file, G_FILE_TEST_IS_REGULAR))
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "mail-ca-file: there is no file '%s'", self->ca_file);
  return FALSE;
}

static gboolean
read_user (NbMailAccount *self, NbSettings *settings, GUri *url, GError **error)
{
  self->user = dup_set (settings, "mail-user");
  self->password = g_strdup (nb_settings_get_text (settings, "mail-password"));
  if (self->user == NULL && *self->password != '\0')
    return refuse (error, "mail-password is set, but no mail-user");
  if (self->user != NULL && *self->password == '\0')
    return refuse (error, "mail-user is set, but no mail-password");
  if (self->user != NULL && self->use_ssl != CURLUSESSL_ALL && !is_loopback (g_uri_get_host (url)))
    return refuse (error, "mail-user's password would cross the network in clear; say mail-tls=required, or smtps:// "
                          "in mail-url");
  return TRUE;
}

gboolean
nb_mail_account_read (NbSettings *settings, NbMailAccount **account, GError **error)
{
  g_autoptr (NbMailAccount) self = g_new0 (NbMailAccount, 1);
  const char *from = nb_settings_get_text (settings, "mail-from");
  g_autoptr (GUri) url = NULL;

  *account = NULL;
  if (*nb_settings_get_text (settings, "mail-url") == '\0')
    return TRUE;
  url = parse_url (nb_settings_get_text (settings, "mail-url"));
  if (url == NULL)
    return nb_mail_url_check (nb_settings_get_text (settings, "mail-url"), error);
  if (*from == '\0')
    return refuse (error, "mail-url is set, but no mail-from: whose mail is it? write mail-from=Name <address>");
  self->server = dup_server (url);
  if (!nb_mail_sender_parse (from, &self->name, &self->address, error) || !read_tls (self, settings, url, error)
      || !read_user (self, settings, url, error))
    return FALSE;
  *account = g_steal_pointer (&self);
  return TRUE;
}

void
nb_mail_account_free (NbMailAccount *self)
{
  if (self == NULL)
    return;
  g_free (self->server);
  g_free (self->name);
  g_free (self->address);
  g_free (self->user);
  g_free (self->password);
  g_free (self->ca_file);
  g_free (self);
}

void
nb_mail_account_apply (const NbMailAccount *self, CURL *easy, const char *hello)
{
  g_autofree char *url = g_strconcat (self->server, "/", hello != NULL ? hello : "localhost", NULL);

  curl_easy_setopt (easy, CURLOPT_PROTOCOLS_STR, self->is_tls_from_start ? "smtps" : "smtp");
  curl_easy_setopt (easy, CURLOPT_URL, url);
  curl_easy_setopt (easy, CURLOPT_USE_SSL, self->use_ssl);
  curl_easy_setopt (easy, CURLOPT_MAIL_FROM, self->address);
  if (self->ca_file != NULL)
    curl_easy_setopt (easy, CURLOPT_CAINFO, self->ca_file);
  if (self->user == NULL)
    return;
  curl_easy_setopt (easy, CURLOPT_USERNAME, self->user);
  curl_easy_setopt (easy, CURLOPT_PASSWORD, self->password);
}
