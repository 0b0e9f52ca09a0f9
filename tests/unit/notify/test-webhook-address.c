/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which addresses are public, by a table and by every address of small blocks, and how networks are allowed. */
#include "plugins/notify/nb-webhook-address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/un.h>

/* The first and last address of every block that is refused, and some within. */
static const char *const refused[] = {
  "0.0.0.0",
  "0.0.0.1",
  "0.255.255.255",
  "10.0.0.0",
  "10.0.0.1",
  "10.1.2.3",
  "10.255.255.255",
  "100.64.0.0",
  "100.64.0.1",
  "100.100.100.200",
  "100.127.255.255",
  "127.0.0.0",
  "127.0.0.1",
  "127.0.1.1",
  "127.1.2.3",
  "127.255.255.255",
  "169.254.0.0",
  "169.254.1.1",
  "169.254.169.253",
  "169.254.169.254",
  "169.254.170.2",
  "169.254.255.255",
  "172.16.0.0",
  "172.16.0.1",
  "172.17.0.1",
  "172.20.10.5",
  "172.31.255.255",
  "192.0.0.0",
  "192.0.0.1",
  "192.0.0.8",
  "192.0.0.170",
  "192.0.0.192",
  "192.0.0.255",
  "192.0.2.0",
  "192.0.2.1",
  "192.0.2.255",
  "192.88.99.0",
  "192.88.99.1",
  "192.88.99.255",
  "192.168.0.0",
  "192.168.0.1",
  "192.168.1.1",
  "192.168.100.100",
  "192.168.255.255",
  "198.18.0.0",
  "198.18.0.1",
  "198.19.0.0",
  "198.19.255.255",
  "198.51.100.0",
  "198.51.100.7",
  "198.51.100.255",
  "203.0.113.0",
  "203.0.113.9",
  "203.0.113.255",
  "224.0.0.0",
  "224.0.0.1",
  "224.0.0.251",
  "232.1.2.3",
  "239.255.255.250",
  "239.255.255.255",
  "240.0.0.0",
  "240.0.0.1",
  "250.1.2.3",
  "255.0.0.0",
  "255.255.255.254",
  "255.255.255.255",

  "::",
  "::1",
  "::2",
  "::ffff",
  "::1:0:0",
  "::7f00:1",
  "::127.0.0.1",
  "::10.0.0.1",
  "::8.8.8.8",
  "::169.254.169.254",
  "::ffff:0.0.0.0",
  "::ffff:127.0.0.1",
  "::ffff:10.1.2.3",
  "::ffff:100.64.0.1",
  "::ffff:169.254.169.254",
  "::ffff:172.16.0.1",
  "::ffff:192.168.0.1",
  "::ffff:192.0.0.1",
  "::ffff:198.18.0.1",
  "::ffff:224.0.0.1",
  "::ffff:255.255.255.255",
  "::ffff:7f00:1",
  "::ffff:a9fe:a9fe",
  "::fffe:8.8.8.8",
  "::ffff:0:127.0.0.1",
  "::ffff:0:8.8.8.8",
  "1::",
  "100::",
  "100::1",
  "100:0:0:1::1",
  "64:ff9b::127.0.0.1",
  "64:ff9b::10.0.0.1",
  "64:ff9b::169.254.169.254",
  "64:ff9b::192.168.1.1",
  "64:ff9b::0.0.0.0",
  "64:ff9b::255.255.255.255",
  "64:ff9b:0:0:0:1::",
  "64:ff9b:1::",
  "64:ff9b:1::8.8.8.8",
  "64:ff9b:1:ffff::1",
  "64:ff9b:2::1",
  "2001::",
  "2001::1",
  "2001:0:53aa:64c:0:0:0:1",
  "2001:0:4136:e378:8000:63bf:3fff:fdd2",
  "2001:1::1",
  "2001:2::1",
  "2001:3::1",
  "2001:4:112::1",
  "2001:10::1",
  "2001:20::1",
  "2001:30::1",
  "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff",
  "2001:db8::",
  "2001:db8::1",
  "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
  "2002:7f00:1::",
  "2002:7f00:1::1",
  "2002:a00:1::1",
  "2002:a9fe:a9fe::1",
  "2002:c0a8:101::1",
  "2002:ac10:1::1",
  "2002:6440:1::1",
  "2002:0:1::",
  "2002:e000:1::1",
  "2002:ffff:ffff::1",
  "3fff::",
  "3fff::1",
  "3fff:fff:ffff::1",
  "4000::1",
  "5f00::1",
  "6000::1",
  "8000::1",
  "c000::1",
  "e000::1",
  "f000::1",
  "fb00::1",
  "fc00::",
  "fc00::1",
  "fcff::1",
  "fd00::",
  "fd00::1",
  "fd12:3456:789a::1",
  "fd00:ec2::254",
  "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
  "fe00::1",
  "fe7f::1",
  "fe80::",
  "fe80::1",
  "fe80::5efe:192.168.0.1",
  "febf:ffff::1",
  "fec0::",
  "fec0::1",
  "feff::1",
  "ff00::",
  "ff01::1",
  "ff02::1",
  "ff02::fb",
  "ff05::2",
  "ff0e::1",
  "ffff::",
  "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
  "2a00:1450:4001:81b:0:5efe:10.0.0.1",
  "2a00:1450:4001:81b:0:5efe:127.0.0.1",
  "2a00:1450:4001:81b:200:5efe:192.168.0.1",
};

/* Those right before and after the blocks, and addresses of all kinds of hosts. */
static const char *const public[] = {
  "1.0.0.0",
  "1.0.0.1",
  "1.1.1.1",
  "8.8.8.8",
  "9.255.255.255",
  "11.0.0.0",
  "52.95.110.1",
  "99.255.255.255",
  "100.0.0.1",
  "100.63.255.255",
  "100.128.0.0",
  "101.0.0.1",
  "126.255.255.255",
  "128.0.0.0",
  "128.0.0.1",
  "169.253.255.255",
  "169.255.0.0",
  "172.15.255.255",
  "172.32.0.0",
  "172.64.1.1",
  "191.255.255.255",
  "192.0.1.0",
  "192.0.1.255",
  "192.0.3.0",
  "192.1.0.1",
  "192.88.98.255",
  "192.88.100.0",
  "192.167.255.255",
  "192.169.0.0",
  "198.17.255.255",
  "198.20.0.0",
  "198.51.99.255",
  "198.51.101.0",
  "203.0.112.255",
  "203.0.114.0",
  "210.89.160.88",
  "211.231.99.17",
  "223.255.255.255",

  "2000::",
  "2000::1",
  "2001:200::",
  "2001:200::1",
  "2001:4860:4860::8888",
  "2001:db7:ffff::1",
  "2001:db9::",
  "2001:dc8::1",
  "2001:500:2f::f",
  "2003::1",
  "2400:cb00:2048:1::6814:55",
  "2404:6800:4004:80a::200e",
  "2606:4700:4700::1111",
  "2a00:1450:4001:81b::200e",
  "2a00:1450:4001:81b:0:5efe:8.8.8.8",
  "3000::1",
  "3ffe::1",
  "3ffe:ffff::1",
  "3fff:1000::",
  "3fff:ffff::1",
  "2002:808:808::1",
  "2002:101:101::",
  "64:ff9b::8.8.8.8",
  "64:ff9b::1.1.1.1",
  "::ffff:8.8.8.8",
  "::ffff:1.1.1.1",
  "::ffff:203.0.114.1",
};

typedef struct
{
  guint8 bytes[16];
  gsize length;
} Address;

static Address
read_address (const char *text)
{
  Address address = { .length = strchr (text, ':') != NULL ? 16 : 4 };

  if (inet_pton (address.length == 16 ? AF_INET6 : AF_INET, text, address.bytes) != 1)
    g_error ("“%s” is no address", text);
  return address;
}

static gboolean
is_public (const char *text)
{
  const Address address = read_address (text);

  return nb_address_is_public (address.bytes, address.length);
}

static void
test_tables (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++)
    if (is_public (refused[i]))
      g_error ("%s must be refused", refused[i]);
  for (gsize i = 0; i < G_N_ELEMENTS (public); i++)
    if (!is_public (public[i]))
      g_error ("%s is public", public[i]);
}

/* Each way to write an IPv4 address into one of IPv6 is no more public than that. */
static void
test_carriers (void)
{
  static const char *const forms[] = {
    "::ffff:%u.%u.%u.%u",   "64:ff9b::%u.%u.%u.%u",        "64:ff9b:1::%u.%u.%u.%u", "::%u.%u.%u.%u",
    "::ffff:0:%u.%u.%u.%u", "2a00:1450::5efe:%u.%u.%u.%u", "fe80::5efe:%u.%u.%u.%u",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      const Address inner = read_address (refused[i]);
      Address outer = { { 0x20, 0x02 }, 16 };

      if (inner.length != 4)
        continue;
      memcpy (outer.bytes + 2, inner.bytes, 4);
      g_assert_false (nb_address_is_public (outer.bytes, 16));
      for (gsize j = 0; j < G_N_ELEMENTS (forms); j++)
        {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
          g_autofree char *text
              = g_strdup_printf (forms[j], inner.bytes[0], inner.bytes[1], inner.bytes[2], inner.bytes[3]);
#pragma GCC diagnostic pop

          if (is_public (text))
            g_error ("%s must be refused", text);
        }
    }
}

/* All first two bytes of IPv4, against the list written in another way. */
static void
test_every_block (void)
{
  for (guint a = 0; a < 256; a++)
    for (guint b = 0; b < 256; b++)
      {
        const guint8 bytes[4] = { (guint8)a, (guint8)b, 77, 77 };
        const gboolean is_special = a == 0 || a == 10 || a == 127 || a >= 224 || (a == 100 && b >= 64 && b <= 127)
                                    || (a == 169 && b == 254) || (a == 172 && b >= 16 && b <= 31)
                                    || (a == 192 && b == 168) || (a == 198 && (b == 18 || b == 19));

        g_assert_cmpint (nb_address_is_public (bytes, 4), ==, !is_special);
      }
}

static void
test_other_lengths (void)
{
  const guint8 bytes[32] = { 8, 8, 8, 8 };
  g_autoptr (NbNetworks) none = nb_networks_new ("", NULL);

  for (gsize length = 0; length <= sizeof bytes; length++)
    {
      g_assert_cmpint (nb_address_is_public (bytes, length), ==, length == 4);
      g_assert_cmpint (nb_networks_judge_bytes (none, bytes, length), ==,
                       length == 4 ? NB_ADDRESS_PUBLIC : NB_ADDRESS_REFUSED);
    }
}

static NbAddressRank
judge (const NbNetworks *networks, const char *text)
{
  const Address address = read_address (text);

  return nb_networks_judge_bytes (networks, address.bytes, address.length);
}

static void
test_allowed (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NbNetworks) networks = nb_networks_new ("127.0.0.1/32; 10.20.0.0/16;fd00::/8;8.8.0.0/16", &error);

  g_assert_no_error (error);
  g_assert_false (nb_networks_is_empty (networks));
  g_assert_cmpint (judge (networks, "127.0.0.1"), ==, NB_ADDRESS_ALLOWED);
  g_assert_cmpint (judge (networks, "::ffff:127.0.0.1"), ==, NB_ADDRESS_ALLOWED);
  g_assert_cmpint (judge (networks, "127.0.0.2"), ==, NB_ADDRESS_REFUSED);
  g_assert_cmpint (judge (networks, "::1"), ==, NB_ADDRESS_REFUSED);
  g_assert_cmpint (judge (networks, "::127.0.0.1"), ==, NB_ADDRESS_REFUSED);
  g_assert_cmpint (judge (networks, "64:ff9b::127.0.0.1"), ==, NB_ADDRESS_REFUSED);
  g_assert_cmpint (judge (networks, "2002:7f00:1::"), ==, NB_ADDRESS_REFUSED);
  g_assert_cmpint (judge (networks, "10.20.255.255"), ==, NB_ADDRESS_ALLOWED);
  g_assert_cmpint (judge (networks, "10.21.0.0"), ==, NB_ADDRESS_REFUSED);
  g_assert_cmpint (judge (networks, "fd12::1"), ==, NB_ADDRESS_ALLOWED);
  g_assert_cmpint (judge (networks, "fc12::1"), ==, NB_ADDRESS_REFUSED);
  g_assert_cmpint (judge (networks, "8.8.8.8"), ==, NB_ADDRESS_ALLOWED);
  g_assert_cmpint (judge (networks, "8.9.8.8"), ==, NB_ADDRESS_PUBLIC);
}

static void
test_sockets (void)
{
  g_autoptr (NbNetworks) networks = nb_networks_new ("127.0.0.1/32", NULL);
  struct sockaddr_in ipv4 = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  struct sockaddr_in6 ipv6 = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
  struct sockaddr_un local = { .sun_family = AF_UNIX, .sun_path = "/run/socket" };
  struct sockaddr any;

  memcpy (&any, &ipv4, sizeof any);
  g_assert_cmpint (nb_networks_judge (networks, &any, sizeof ipv4), ==, NB_ADDRESS_ALLOWED);
  g_assert_cmpint (nb_networks_judge (networks, &any, sizeof ipv4 - 1), ==, NB_ADDRESS_REFUSED);
  g_assert_cmpint (nb_networks_judge (networks, (const struct sockaddr *)(gconstpointer)&ipv6, sizeof ipv6), ==,
                   NB_ADDRESS_REFUSED);
  g_assert_cmpint (nb_networks_judge (networks, (const struct sockaddr *)(gconstpointer)&local, sizeof local), ==,
                   NB_ADDRESS_REFUSED);
  g_assert_true (inet_pton (AF_INET6, "2606:4700:4700::1111", &ipv6.sin6_addr) == 1);
  g_assert_cmpint (nb_networks_judge (networks, (const struct sockaddr *)(gconstpointer)&ipv6, sizeof ipv6), ==,
                   NB_ADDRESS_PUBLIC);
}

static void
test_bad_networks (void)
{
  static const char *const bad[] = {
    "x",
    "127.0.0.1",
    "127.0.0.1/",
    "127.0.0.1/33",
    "127.0.0.1/-1",
    "127.0.0.1/8",
    "10.0.0.1/8",
    "/8",
    "localhost/32",
    "fd00::/129",
    "fd00::1/8",
    "::ffff:127.0.0.1/128",
    "::ffff:0:0/96",
    ";",
    "127.0.0.1/32;",
    ";127.0.0.1/32",
    "127.0.0.1/32,10.0.0.0/8",
    "127.0.0.1/32 10.0.0.0/8",
    "127.1/32",
    "0x7f.0.0.1/32",
    "256.0.0.0/8",
    "1.2.3/24",
  };
  g_autoptr (GString) many = g_string_new ("10.0.0.0/8");

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      if (nb_networks_check (bad[i], &error))
        g_error ("“%s” is no list of networks", bad[i]);
      g_assert_nonnull (error);
    }
  g_assert_true (nb_networks_check ("", NULL));
  g_assert_true (nb_networks_check ("0.0.0.0/0;::/0", NULL));
  for (guint i = 0; i < 63; i++)
    g_string_append (many, ";10.0.0.0/8");
  g_assert_true (nb_networks_check (many->str, NULL));
  g_string_append (many, ";10.0.0.0/8");
  g_assert_false (nb_networks_check (many->str, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/notify/webhook-address/tables", test_tables);
  g_test_add_func ("/notify/webhook-address/what-carries-ipv4-is-judged-by-it", test_carriers);
  g_test_add_func ("/notify/webhook-address/every-block", test_every_block);
  g_test_add_func ("/notify/webhook-address/other-lengths-are-refused", test_other_lengths);
  g_test_add_func ("/notify/webhook-address/allowed-networks", test_allowed);
  g_test_add_func ("/notify/webhook-address/addresses-of-sockets", test_sockets);
  g_test_add_func ("/notify/webhook-address/bad-networks-are-refused", test_bad_networks);
  return g_test_run ();
}
