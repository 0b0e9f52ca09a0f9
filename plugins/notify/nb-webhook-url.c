/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads addresses of webhooks and makes them anew from their parts, so that none says more than was checked. */
#include "nb-webhook-url.h"

#include <arpa/inet.h>
#include <glib/gi18n.h>
#include <neighborbid/neighborbid.h>
#include <string.h>

#define HOST_MAX 253
#define LABEL_MAX 63
#define PORT_MAX 65535

static gboolean
refuse (GError **error, const char *msgid)
{
  GError *fault = nb_error_new (NB_ERROR_VALIDATION_FAILED, msgid, NULL);

  nb_error_set_field (fault, "url");
  g_propagate_error (error, fault);
  return FALSE;
}

static gboolean
refuse_address (GError **error)
{
  return refuse (error, N_ ("the address must be one of the public internet"));
}

/* A backslash is a slash to some programs; letters outside of ASCII are several to others. */
static gboolean
check_bytes (const char *text, GError **error)
{
  if (strlen (text) > NB_WEBHOOK_URL_MAX)
    return refuse (error, N_ ("the address has more than 2,048 bytes"));
  for (const char *c = text; *c != '\0'; c++)
    if (!g_ascii_isgraph (*c) || strchr ("\\<>\"{}|^`", *c) != NULL)
      return refuse (error, N_ ("the address has characters that must be percent-encoded, or a name in punycode"));
  return TRUE;
}

static gboolean
check_literal (const guint8 *bytes, gsize length, gboolean is_plain, const NbNetworks *allowed, GError **error)
{
  const NbAddressRank rank = nb_networks_judge_bytes (allowed, bytes, length);

  if (rank == NB_ADDRESS_REFUSED || (rank == NB_ADDRESS_PUBLIC && is_plain))
    return refuse_address (error);
  return TRUE;
}

static gboolean
is_label (const char *label)
{
  const gsize length = strlen (label);

  if (length == 0 || length > LABEL_MAX || label[0] == '-' || label[length - 1] == '-')
    return FALSE;
  return strspn (label, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == length;
}

/* 127.1, 0x7f.1, 0177.0.0.1 and 2130706433 are addresses to some programs. */
static gboolean
looks_like_number (const char *label)
{
  const gsize length = strlen (label);

  if (strspn (label, "0123456789") == length)
    return TRUE;
  return g_ascii_strncasecmp (label, "0x", 2) == 0 && strspn (label + 2, "0123456789abcdefABCDEF") == length - 2;
}

static gboolean
check_name (const char *host, const NbNetworks *allowed, GError **error)
{
  g_auto (GStrv) labels = g_strsplit (host, ".", -1);
  const guint n_labels = g_strv_length (labels);
  const char *last = labels[n_labels - 1];

  if (strlen (host) > HOST_MAX)
    return refuse (error, N_ ("the address has a host name that is too long"));
  for (guint i = 0; i < n_labels; i++)
    if (!is_label (labels[i]))
      return refuse (error, N_ ("the address has a host that is no name and no IP address"));
  if (looks_like_number (last))
    return refuse (error, N_ ("the address has an IP address in an unusual form: write its four numbers in decimal"));
  if (nb_networks_is_empty (allowed) && (n_labels == 1 || g_ascii_strcasecmp (last, "localhost") == 0))
    return refuse_address (error);
  return TRUE;
}

static gboolean
check_host (const char *host, gboolean is_plain, const NbNetworks *allowed, GError **error)
{
  guint8 bytes[16];

  if (host == NULL || host[0] == '\0')
    return refuse (error, N_ ("the address lacks a host"));
  if (inet_pton (AF_INET, host, bytes) == 1)
    return check_literal (bytes, 4, is_plain, allowed, error);
  if (strchr (host, ':') == NULL)
    return check_name (host, allowed, error);
  if (inet_pton (AF_INET6, host, bytes) == 1)
    return check_literal (bytes, 16, is_plain, allowed, error);
  return refuse (error, N_ ("the address has a host that is no name and no IP address"));
}

static gboolean
check_parts (GUri *uri, gboolean *is_plain, const NbNetworks *allowed, GError **error)
{
  const int port = g_uri_get_port (uri);

  *is_plain = g_str_equal (g_uri_get_scheme (uri), "http");
  if (!*is_plain && !g_str_equal (g_uri_get_scheme (uri), "https"))
    return refuse (error, N_ ("the address must begin with https://"));
  if (*is_plain && nb_networks_is_empty (allowed))
    return refuse (error, N_ ("the address must begin with https://"));
  if (g_uri_get_userinfo (uri) != NULL)
    return refuse (error, N_ ("the address must hold no user and no password: the signature says who sends"));
  if (g_uri_get_fragment (uri) != NULL)
    return refuse (error, N_ ("the address must have nothing after a #"));
  if (port == 0 || port > PORT_MAX)
    return refuse (error, N_ ("the port of the address must be from 1 to 65535"));
  return check_host (g_uri_get_host (uri), *is_plain, allowed, error);
}

static char *
make (GUri *uri, gboolean is_plain)
{
  const char *host = g_uri_get_host (uri);
  const gboolean is_ipv6 = strchr (host, ':') != NULL;
  g_autofree char *port = g_uri_get_port (uri) > 0 ? g_strdup_printf (":%d", g_uri_get_port (uri)) : g_strdup ("");
  const char *path = g_uri_get_path (uri);
  const char *query = g_uri_get_query (uri);

  return g_strconcat (is_plain ? "http://" : "https://", is_ipv6 ? "[" : "", host, is_ipv6 ? "]" : "", port,
                      path[0] == '\0' ? "/" : path, query != NULL ? "?" : "", query != NULL ? query : "", NULL);
}

/* What GUri takes for a host it decodes first; here it has to stand in plain letters. */
static gboolean
has_plain_host (const char *text)
{
  const char *host = strstr (text, "://");

  return host != NULL && memchr (host + 3, '%', strcspn (host + 3, "/?#")) == NULL;
}

char *
nb_webhook_url_read (const char *text, const NbNetworks *allowed, GError **error)
{
  g_autoptr (GUri) uri = NULL;
  gboolean is_plain;

  if (!check_bytes (text, error))
    return NULL;
  if (!has_plain_host (text) || (uri = g_uri_parse (text, G_URI_FLAGS_ENCODED, NULL)) == NULL)
    {
      refuse (error, N_ ("the address can't be read: it must be such as https://example.com/hook"));
      return NULL;
    }
  if (!check_parts (uri, &is_plain, allowed, error))
    return NULL;
  return make (uri, is_plain);
}

gboolean
nb_webhook_url_is_plain (const char *url)
{
  return g_str_has_prefix (url, "http://");
}
