/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which addresses people may give for a webhook. */
#include "plugins/notify/nb-webhook-url.h"

#include <neighborbid/neighborbid.h>
#include <string.h>

/* Each is refused where no network is allowed. */
static const char *const refused[] = {
  /* no address at all */
  "",
  " ",
  "/",
  "//",
  "x",
  "hook",
  "example.com",
  "example.com/hook",
  "//example.com/",
  "https:",
  "https:/",
  "https://",
  "https:///",
  "https:///hook",
  "https:example.com",
  "https:/example.com",
  "https://?x",
  "https://:443/",
  "https://.",
  "https://./",
  "https://..",
  "https://.example.com/",
  "https://example.com./",
  "https://example..com/",
  "https://exa mple.com/",
  " https://example.com/",
  "https://example.com/ ",
  "https://example.com/a b",
  "https://-example.com/",
  "https://example-.com/",
  "https://exam!ple.com/",
  "https://example.com,/",
  "https://exam$ple.com/",
  "https://exam'ple.com/",
  "https://(example).com/",
  "https://*.example.com/",
  /* other ways than HTTPS */
  "http://example.com/",
  "HTTP://example.com/",
  "ftp://example.com/",
  "file:///etc/passwd",
  "file://example.com/x",
  "gopher://example.com/",
  "dict://example.com/",
  "ldap://example.com/",
  "smb://example.com/",
  "ws://example.com/",
  "wss://example.com/",
  "data:text/plain,x",
  "javascript:alert(1)",
  "unix:/run/x",
  "mailto:a@example.com",
  "https+unix://x/",
  "httpss://example.com/",
  "http:/example.com/",
  /* users, fragments, ports */
  "https://user@example.com/",
  "https://user:pass@example.com/",
  "https://@example.com/",
  "https://:@example.com/",
  "https://example.com@evil.example/",
  "https://evil.example#@example.com/",
  "https://example.com/#x",
  "https://example.com/hook#",
  "https://example.com:0/",
  "https://example.com:65536/",
  "https://example.com:99999/",
  "https://example.com:-1/",
  "https://example.com:x/",
  "https://example.com:443x/",
  "https://example.com: 443/",
  "https://example.com:1:2/",
  "https://example.com:+443/",
  "https://example.com:4294967739/",
  /* characters */
  "https://example.com/\n",
  "https://example.com/\r\nX: y",
  "https://example.com/\tx",
  "https://example.com/\x01",
  "https://example.com/\x7f",
  "https://example.com\\@evil.example/",
  "https:\\\\example.com\\",
  "https://example.com/\\x",
  "https://example.com/<x>",
  "https://example.com/\"x\"",
  "https://example.com/{x}",
  "https://example.com/x|y",
  "https://example.com/^",
  "https://example.com/`x`",
  "https://한국.kr/",
  "https://example.com/의자",
  "https://ex%61mple.com/",
  "https://%65xample.com/",
  "https://example%2ecom/",
  "https://example.com%00.evil.example/",
  "https://127%2e0%2e0%2e1/",
  "https://①②⑦.⓪.⓪.①/",
  "https://127。0。0。1/",
  "https://example。com/",
  "https://\xff/",
  "https://example.com/\xff",
  "https://%6cocalhost/",
  "https://example.com%2f@evil.example/",
  /* this machine and its network */
  "https://localhost/",
  "https://localhost:8080/",
  "https://LOCALHOST/",
  "https://LocalHost/",
  "https://foo.localhost/",
  "https://a.b.localhost/",
  "https://intranet/",
  "https://router/",
  "https://metadata/",
  "https://db:5432/",
  "https://127.0.0.1/",
  "https://127.0.0.1:8080/",
  "https://127.1.2.3/",
  "https://0.0.0.0/",
  "https://10.0.0.1/",
  "https://172.16.0.1/",
  "https://192.168.0.1/",
  "https://169.254.169.254/latest/meta-data/",
  "https://100.64.0.1/",
  "https://224.0.0.1/",
  "https://255.255.255.255/",
  "https://192.0.2.1/",
  "https://198.18.0.1/",
  "https://[::1]/",
  "https://[::]/",
  "https://[::1]:8080/",
  "https://[0:0:0:0:0:0:0:1]/",
  "https://[::ffff:127.0.0.1]/",
  "https://[::ffff:7f00:1]/",
  "https://[::127.0.0.1]/",
  "https://[64:ff9b::7f00:1]/",
  "https://[64:ff9b::10.0.0.1]/",
  "https://[2002:7f00:1::]/",
  "https://[2001:db8::1]/",
  "https://[2001::1]/",
  "https://[fc00::1]/",
  "https://[fd00::1]/",
  "https://[fe80::1]/",
  "https://[fe80::1%25eth0]/",
  "https://[fe80::1%eth0]/",
  "https://[fec0::1]/",
  "https://[ff02::1]/",
  "https://[::ffff:169.254.169.254]/",
  "https://[2606:4700:4700::1111%25lo]/",
  /* IPv4 in forms that some take */
  "https://127.1/",
  "https://127.0.1/",
  "https://2130706433/",
  "https://017700000001/",
  "https://0x7f000001/",
  "https://0x7f.1/",
  "https://0x7f.0.0.1/",
  "https://0177.0.0.1/",
  "https://0177.0.0.01/",
  "https://00.0.0.0/",
  "https://127.0.0.0x1/",
  "https://127.0.0.1.1/",
  "https://127.0.0.1./",
  "https://127.0.0.256/",
  "https://1.1.1.1.1/",
  "https://08.8.8.8/",
  "https://8.8.8.08/",
  "https://010.8.8.8/",
  "https://8.8.8/",
  "https://8.8/",
  "https://8/",
  "https://0/",
  "https://0x/",
  "https://0x8.8.8.8/",
  "https://0X7F.1/",
  "https://1e3/x@",
  "https://4294967295/",
  "https://999999999999/",
  "https://1.2.3.4.5.6/",
  "https://example.1/",
  "https://example.0x7f/",
  "https://127.0.0.1%20/",
  "https://-1/",
  /* brackets */
  "https://[]/",
  "https://[127.0.0.1]/",
  "https://[x]/",
  "https://[::1/",
  "https://::1/",
  "https://::1]/",
  "https://[::g]/",
  "https://[1:2:3]/",
  "https://[2606:4700:4700::1111/",
  "https://2606:4700:4700::1111/",
  "https://[v1.x]/",
  "https://[2606:4700:4700::1111]x/",
  "https://x[2606:4700:4700::1111]/",
  "https://[[2606:4700:4700::1111]]/",
};

/* And what is asked then. */
static const struct
{
  const char *text;
  const char *url;
} taken[] = {
  { "https://example.com", "https://example.com/" },
  { "https://example.com/", "https://example.com/" },
  { "HTTPS://example.com/Hook", "https://example.com/Hook" },
  { "https://example.com/hook?token=a%20b&x=1", "https://example.com/hook?token=a%20b&x=1" },
  { "https://example.com?x", "https://example.com/?x" },
  { "https://example.com:443/", "https://example.com:443/" },
  { "https://example.com:8443/hook", "https://example.com:8443/hook" },
  { "https://example.com:1/", "https://example.com:1/" },
  { "https://example.com:65535/", "https://example.com:65535/" },
  { "https://a.b.c.d.example.co.kr/x/y/z", "https://a.b.c.d.example.co.kr/x/y/z" },
  { "https://xn--3e0b707e.kr/", "https://xn--3e0b707e.kr/" },
  { "https://a_b.example.com/", "https://a_b.example.com/" },
  { "https://1password.com/", "https://1password.com/" },
  { "https://1.1.1.1/", "https://1.1.1.1/" },
  { "https://8.8.8.8:8443/x", "https://8.8.8.8:8443/x" },
  { "https://[2606:4700:4700::1111]/", "https://[2606:4700:4700::1111]/" },
  { "https://[2606:4700:4700::1111]:8443/x", "https://[2606:4700:4700::1111]:8443/x" },
  { "https://example.com/@me", "https://example.com/@me" },
  { "https://example.com/a:b;c=d,e!f$g'(h)*~", "https://example.com/a:b;c=d,e!f$g'(h)*~" },
  { "https://example.com/%EC%9D%98%EC%9E%90", "https://example.com/%EC%9D%98%EC%9E%90" },
  { "https://localhost.example.com/", "https://localhost.example.com/" },
  { "https://127.0.0.1.example.com/", "https://127.0.0.1.example.com/" },
  { "https://0x7f.example.com/", "https://0x7f.example.com/" },
};

/* Where 127.0.0.1/32 and 10.0.0.0/8 are allowed. */
static const struct
{
  const char *text;
  gboolean is_taken;
} with_networks[] = {
  { "http://127.0.0.1/", TRUE },        { "https://127.0.0.1/", TRUE },      { "http://10.9.8.7:8080/x", TRUE },
  { "http://localhost:8080/", TRUE },   { "http://hooks.internal/", TRUE },  { "https://intranet/", TRUE },
  { "https://8.8.8.8/", TRUE },         { "https://example.com/", TRUE },    { "http://[::ffff:127.0.0.1]/", TRUE },
  { "http://8.8.8.8/", FALSE },         { "http://127.0.0.2/", FALSE },      { "https://127.0.0.2/", FALSE },
  { "http://192.168.0.1/", FALSE },     { "https://192.168.0.1/", FALSE },   { "http://[::1]/", FALSE },
  { "https://[::1]/", FALSE },          { "http://127.1/", FALSE },          { "http://2130706433/", FALSE },
  { "http://0x7f.0.0.1/", FALSE },      { "http://0177.0.0.1/", FALSE },     { "http://user@127.0.0.1/", FALSE },
  { "http://127.0.0.1/#x", FALSE },     { "http://127.0.0.1:0/", FALSE },    { "ftp://127.0.0.1/", FALSE },
  { "http://169.254.169.254/", FALSE }, { "http://[2606:4700::1]/", FALSE },
};

static void
assert_refused (const char *text, const NbNetworks *networks)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *url = nb_webhook_url_read (text, networks, &error);

  if (url != NULL)
    g_error ("“%s” was taken, as %s", text, url);
  g_assert_error (error, NB_ERROR, NB_ERROR_VALIDATION_FAILED);
  g_assert_cmpstr (nb_error_get_field (error), ==, "url");
}

static void
assert_taken (const char *text, const char *expected, const NbNetworks *networks)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *url = nb_webhook_url_read (text, networks, &error);

  if (url == NULL)
    g_error ("“%s” was refused: %s", text, error->message);
  if (expected != NULL)
    g_assert_cmpstr (url, ==, expected);
}

static void
test_refused (void)
{
  g_autoptr (NbNetworks) none = nb_networks_new ("", NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++)
    assert_refused (refused[i], none);
}

static void
test_taken (void)
{
  g_autoptr (NbNetworks) none = nb_networks_new ("", NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (taken); i++)
    {
      assert_taken (taken[i].text, taken[i].url, none);
      /* What was made of it is itself one, and stays as it is. */
      assert_taken (taken[i].url, taken[i].url, none);
    }
}

static void
test_with_networks (void)
{
  g_autoptr (NbNetworks) networks = nb_networks_new ("127.0.0.1/32;10.0.0.0/8", NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (with_networks); i++)
    if (with_networks[i].is_taken)
      assert_taken (with_networks[i].text, NULL, networks);
    else
      assert_refused (with_networks[i].text, networks);
}

static void
test_length (void)
{
  g_autoptr (NbNetworks) none = nb_networks_new ("", NULL);
  g_autoptr (GString) text = g_string_new ("https://example.com/");

  while (text->len < NB_WEBHOOK_URL_MAX)
    g_string_append_c (text, 'x');
  assert_taken (text->str, text->str, none);
  g_string_append_c (text, 'x');
  assert_refused (text->str, none);
}

/* Whatever bytes come, the answer is a URL without surprises or an error, never a crash. */
static void
test_random_bytes (void)
{
  static const char letters[] = "https://[]@:%.#?/\\0x7f1ab-_\xc3\xa9 \n";
  g_autoptr (NbNetworks) none = nb_networks_new ("", NULL);

  for (guint i = 0; i < 20000; i++)
    {
      g_autoptr (GString) text = g_string_new (g_test_rand_int_range (0, 4) > 0 ? "https://" : "");
      const int length = g_test_rand_int_range (0, 30);
      g_autofree char *url = NULL;

      for (int j = 0; j < length; j++)
        g_string_append_c (text, letters[g_test_rand_int_range (0, (int)sizeof letters - 1)]);
      url = nb_webhook_url_read (text->str, none, NULL);
      if (url != NULL)
        {
          g_assert_true (g_str_has_prefix (url, "https://"));
          g_assert_null (strpbrk (url, "\\# \n\xc3\xa9"));
          g_assert_null (memchr (url, '@', strcspn (url + 8, "/?") + 8));
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/notify/webhook-url/refused", test_refused);
  g_test_add_func ("/notify/webhook-url/taken", test_taken);
  g_test_add_func ("/notify/webhook-url/with-allowed-networks", test_with_networks);
  g_test_add_func ("/notify/webhook-url/length", test_length);
  g_test_add_func ("/notify/webhook-url/random-bytes", test_random_bytes);
  return g_test_run ();
}
