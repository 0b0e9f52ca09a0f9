/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Judges addresses by the registries of special-purpose addresses (RFC 6890 and its updates). */
#include "nb-webhook-address.h"

#include <netinet/in.h>
#include <string.h>

#define IPV4_BYTES 4
#define IPV6_BYTES 16
#define MAX_NETWORKS 64

struct _NbNetworks
{
  GPtrArray *masks; /* of GInetAddressMask */
};

typedef struct
{
  guint8 bytes[IPV6_BYTES];
  guint bits;
} Block;

static const Block not_public_ipv4[] = {
  { { 0 }, 8 },             /* this network */
  { { 10 }, 8 },            /* private */
  { { 100, 64 }, 10 },      /* behind a carrier's translation */
  { { 127 }, 8 },           /* loopback */
  { { 169, 254 }, 16 },     /* link-local, and the metadata of many a cloud */
  { { 172, 16 }, 12 },      /* private */
  { { 192, 0, 0 }, 24 },    /* protocol assignments */
  { { 192, 0, 2 }, 24 },    /* documentation */
  { { 192, 88, 99 }, 24 },  /* relays of 6to4 */
  { { 192, 168 }, 16 },     /* private */
  { { 198, 18 }, 15 },      /* benchmarks */
  { { 198, 51, 100 }, 24 }, /* documentation */
  { { 203, 0, 113 }, 24 },  /* documentation */
  { { 224 }, 4 },           /* multicast */
  { { 240 }, 4 },           /* reserved, and broadcast */
};

/* Only 2000::/3 is handed out, so that loopback, unique local, link-local, multicast and the like lie outside of it. */
static const Block global_ipv6 = { { 0x20 }, 3 };

static const Block not_public_ipv6[] = {
  { { 0x20, 0x01 }, 23 },             /* protocol assignments: Teredo, benchmarks, ORCHID */
  { { 0x20, 0x01, 0x0d, 0xb8 }, 32 }, /* documentation */
  { { 0x3f, 0xff }, 20 },             /* documentation */
};

/* Where the IPv4 address of these begins, that is where a packet to them ends up. */
static const struct
{
  Block block;
  guint offset;
} carriers[] = {
  { { { [10] = 0xff, [11] = 0xff }, 96 }, 12 }, /* ::ffff:0:0/96, which a socket takes for IPv4 */
  { { { 0x00, 0x64, 0xff, 0x9b }, 96 }, 12 },   /* 64:ff9b::/96, NAT64 */
  { { { 0x20, 0x02 }, 16 }, 2 },                /* 2002::/16, 6to4 */
};

static gboolean
is_inside (const guint8 *bytes, const Block *block)
{
  const guint whole = block->bits / 8;
  const guint rest = block->bits % 8;

  return memcmp (bytes, block->bytes, whole) == 0
         && (rest == 0 || (bytes[whole] >> (8 - rest)) == (block->bytes[whole] >> (8 - rest)));
}

static gboolean
is_public_ipv4 (const guint8 *bytes)
{
  for (gsize i = 0; i < G_N_ELEMENTS (not_public_ipv4); i++)
    if (is_inside (bytes, &not_public_ipv4[i]))
      return FALSE;
  return TRUE;
}

/* ISATAP: the host's part of the address is an IPv4 address behind 0000:5efe or 0200:5efe. */
static gboolean
is_isatap (const guint8 *bytes)
{
  return (bytes[8] & 0xfd) == 0 && bytes[9] == 0 && bytes[10] == 0x5e && bytes[11] == 0xfe;
}

static gboolean
is_public_ipv6 (const guint8 *bytes)
{
  for (gsize i = 0; i < G_N_ELEMENTS (carriers); i++)
    if (is_inside (bytes, &carriers[i].block))
      return is_public_ipv4 (bytes + carriers[i].offset);
  if (!is_inside (bytes, &global_ipv6) || (is_isatap (bytes) && !is_public_ipv4 (bytes + 12)))
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (not_public_ipv6); i++)
    if (is_inside (bytes, &not_public_ipv6[i]))
      return FALSE;
  return TRUE;
}

gboolean
nb_address_is_public (const guint8 *bytes, gsize length)
{
  if (length == IPV4_BYTES)
    return is_public_ipv4 (bytes);
  return length == IPV6_BYTES && is_public_ipv6 (bytes);
}

static gboolean
refuse (const char *network, const char *reason, GError **error)
{
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "“%s” %s", network, reason);
  return FALSE;
}

/* GLib warns of lengths that are none, so they are looked at first. */
static gboolean
is_length (const char *text, gboolean is_ipv6)
{
  guint64 bits;

  return g_ascii_string_to_unsigned (text, 10, 0, is_ipv6 ? 128 : 32, &bits, NULL);
}

static gboolean
add_network (NbNetworks *self, const char *network, GError **error)
{
  const char *slash = strchr (network, '/');
  g_autoptr (GInetAddressMask) mask = NULL;

  if (slash == NULL)
    return refuse (network, "is no network: write it as ADDRESS/BITS, such as 127.0.0.1/32 or fd00::/8", error);
  if (is_length (slash + 1, strchr (network, ':') != NULL))
    mask = g_inet_address_mask_new_from_string (network, NULL);
  if (mask == NULL)
    return refuse (network,
                   "is no network such as 127.0.0.1/32 or fd00::/8, or its address has bits beyond those that it names",
                   error);
  if (g_inet_address_get_family (g_inet_address_mask_get_address (mask)) == G_SOCKET_FAMILY_IPV6
      && is_inside (g_inet_address_to_bytes (g_inet_address_mask_get_address (mask)), &carriers[0].block))
    return refuse (network, "is IPv4 inside of IPv6: write it as a network of IPv4", error);
  g_ptr_array_add (self->masks, g_steal_pointer (&mask));
  return TRUE;
}

static void
networks_clear (gpointer networks)
{
  g_ptr_array_unref (((NbNetworks *)networks)->masks);
}

NbNetworks *
nb_networks_new (const char *text, GError **error)
{
  g_autoptr (NbNetworks) self = g_atomic_rc_box_new0 (NbNetworks);
  g_auto (GStrv) parts = g_strsplit (text, ";", MAX_NETWORKS + 1);

  self->masks = g_ptr_array_new_with_free_func (g_object_unref);
  if (text[0] == '\0')
    return g_steal_pointer (&self);
  if (g_strv_length (parts) > MAX_NETWORKS)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "more than %d networks", MAX_NETWORKS);
      return NULL;
    }
  for (gsize i = 0; parts[i] != NULL; i++)
    if (!add_network (self, g_strstrip (parts[i]), error))
      return NULL;
  return g_steal_pointer (&self);
}

NbNetworks *
nb_networks_ref (NbNetworks *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
nb_networks_unref (NbNetworks *self)
{
  g_atomic_rc_box_release_full (self, networks_clear);
}

gboolean
nb_networks_check (const char *text, GError **error)
{
  g_autoptr (NbNetworks) networks = nb_networks_new (text, error);

  return networks != NULL;
}

gboolean
nb_networks_is_empty (const NbNetworks *self)
{
  return self->masks->len == 0;
}

static gboolean
is_allowed (const NbNetworks *self, const guint8 *bytes, gsize length)
{
  g_autoptr (GInetAddress) address
      = g_inet_address_new_from_bytes (bytes, length == IPV4_BYTES ? G_SOCKET_FAMILY_IPV4 : G_SOCKET_FAMILY_IPV6);

  for (guint i = 0; i < self->masks->len; i++)
    if (g_inet_address_mask_matches (g_ptr_array_index (self->masks, i), address))
      return TRUE;
  return FALSE;
}

NbAddressRank
nb_networks_judge_bytes (const NbNetworks *self, const guint8 *bytes, gsize length)
{
  if (length != IPV4_BYTES && length != IPV6_BYTES)
    return NB_ADDRESS_REFUSED;
  if (length == IPV6_BYTES && is_inside (bytes, &carriers[0].block))
    return nb_networks_judge_bytes (self, bytes + carriers[0].offset, IPV4_BYTES);
  if (is_allowed (self, bytes, length))
    return NB_ADDRESS_ALLOWED;
  return nb_address_is_public (bytes, length) ? NB_ADDRESS_PUBLIC : NB_ADDRESS_REFUSED;
}

NbAddressRank
nb_networks_judge (const NbNetworks *self, const struct sockaddr *address, gsize length)
{
  struct sockaddr_in ipv4;
  struct sockaddr_in6 ipv6;

  if (address->sa_family == AF_INET && length >= sizeof ipv4)
    {
      memcpy (&ipv4, address, sizeof ipv4);
      return nb_networks_judge_bytes (self, (const guint8 *)&ipv4.sin_addr, IPV4_BYTES);
    }
  if (address->sa_family == AF_INET6 && length >= sizeof ipv6)
    {
      memcpy (&ipv6, address, sizeof ipv6);
      return nb_networks_judge_bytes (self, (const guint8 *)&ipv6.sin6_addr, IPV6_BYTES);
    }
  return NB_ADDRESS_REFUSED;
}
