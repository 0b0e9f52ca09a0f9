/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which peers are proxies of ours, whose word on the client's address is believed. */
#include "core/web/nb-server-proxies.h"

#include <gio/gio.h>
#include <string.h>

struct _NbProxies
{
  GPtrArray *masks; /* of GInetAddressMask */
  gboolean trusts_unix;
};

static gboolean
add_entry (NbProxies *self, const char *entry, GError **error)
{
  GInetAddressMask *mask;

  if (entry[0] == '\0')
    return TRUE;
  if (strcmp (entry, "unix") == 0)
    {
      self->trusts_unix = TRUE;
      return TRUE;
    }
  mask = g_inet_address_mask_new_from_string (entry, error);
  if (mask == NULL)
    {
      g_prefix_error (error, "trusted proxy '%s': ", entry);
      return FALSE;
    }
  g_ptr_array_add (self->masks, mask);
  return TRUE;
}

NbProxies *
nb_proxies_new (const char *text, GError **error)
{
  NbProxies *self = g_new0 (NbProxies, 1);
  g_auto (GStrv) entries = g_strsplit_set (text != NULL ? text : "", ",;", -1);

  self->masks = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; entries[i] != NULL; i++)
    if (!add_entry (self, g_strstrip (entries[i]), error))
      {
        nb_proxies_free (self);
        return NULL;
      }
  return self;
}

void
nb_proxies_free (NbProxies *self)
{
  g_ptr_array_unref (self->masks);
  g_free (self);
}

gboolean
nb_proxies_trust (NbProxies *self, const char *address)
{
  g_autoptr (GInetAddress) inet = NULL;

  if (self->masks->len == 0 || strcmp (address, "unix") == 0)
    return self->trusts_unix && strcmp (address, "unix") == 0;
  inet = g_inet_address_new_from_string (address);
  for (guint i = 0; inet != NULL && i < self->masks->len; i++)
    if (g_inet_address_mask_matches (g_ptr_array_index (self->masks, i), inet))
      return TRUE;
  return FALSE;
}

char *
nb_proxies_find_client (NbProxies *self, const char *peer, const char *forwarded_for)
{
  g_auto (GStrv) hops = NULL;

  if (forwarded_for == NULL || !nb_proxies_trust (self, peer))
    return g_strdup (peer);
  hops = g_strsplit (forwarded_for, ",", 64);
  for (guint i = g_strv_length (hops); i > 0; i--)
    {
      const char *hop = g_strstrip (hops[i - 1]);
      g_autoptr (GInetAddress) inet = g_inet_address_new_from_string (hop);

      if (inet == NULL)
        break;
      if (!nb_proxies_trust (self, hop))
        return g_inet_address_to_string (inet);
    }
  return g_strdup (peer);
}

char *
nb_address_key (const char *address)
{
  g_autoptr (GInetAddress) inet = strchr (address, ':') != NULL ? g_inet_address_new_from_string (address) : NULL;
  g_autofree char *network = NULL;
  guint8 bytes[16];
  g_autoptr (GInetAddress) masked = NULL;

  if (inet == NULL || g_inet_address_get_family (inet) != G_SOCKET_FAMILY_IPV6)
    return g_strdup (address);
  memcpy (bytes, g_inet_address_to_bytes (inet), sizeof bytes);
  memset (bytes + 8, 0, 8);
  masked = g_inet_address_new_from_bytes (bytes, G_SOCKET_FAMILY_IPV6);
  network = g_inet_address_to_string (masked);
  return g_strconcat (network, "/64", NULL);
}
