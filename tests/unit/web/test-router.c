/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The router finds what a plain search would find, and the other small parts of the server keep their word. */
#include "core/web/nb-compress.h"
#include "core/web/nb-cookie.h"
#include "core/web/nb-csrf.h"
#include "core/web/nb-rate-limiter.h"
#include "core/web/nb-request-head.h"
#include "core/web/nb-router.h"
#include "core/web/nb-server-proxies.h"

#include <string.h>

static NbRouter *
make_router (const char *const *patterns)
{
  g_autoptr (GPtrArray) routes = g_ptr_array_new_with_free_func (g_free);

  for (gsize i = 0; patterns[i] != NULL; i++)
    {
      NbRoute *route = g_new0 (NbRoute, 1);
      const char *space = strchr (patterns[i], ' ');

      route->owner = (char *)"core";
      route->method = (char *)(strncmp (patterns[i], "GET ", 4) == 0 ? "GET" : "POST");
      route->pattern = (char *)space + 1;
      g_ptr_array_add (routes, route);
    }
  return nb_router_new (routes);
}

static void
assert_match (NbRouter *router, const char *method, const char *path, const char *pattern)
{
  g_auto (NbMatch) match = nb_router_match (router, method, path);

  if (g_strcmp0 (match.target != NULL ? match.target->route.pattern : NULL, pattern) != 0)
    g_error ("%s %s led to %s", method, path, match.target != NULL ? match.target->route.pattern : "nothing");
}

static void
test_order (void)
{
  static const char *const patterns[]
      = { "GET /",      "GET /a",          "GET /a/",         "GET /a/{name}",    "GET /a/{x:id}",
          "GET /a/new", "GET /{any}/deep", "GET /a/{x:id}/b", "POST /a/{x:id}/b", "GET /a/new/c",
          NULL };
  g_autoptr (NbRouter) router = make_router (patterns);

  assert_match (router, "GET", "/", "/");
  assert_match (router, "HEAD", "/a", "/a");
  assert_match (router, "GET", "/a/", "/a/");
  assert_match (router, "GET", "/a/new", "/a/new");
  assert_match (router, "GET", "/a/%6eew", "/a/new");
  assert_match (router, "GET", "/a/12", "/a/{x:id}");
  assert_match (router, "GET", "/a/012", "/a/{name}");
  assert_match (router, "GET", "/a/9223372036854775808", "/a/{name}");
  assert_match (router, "GET", "/a/12/b", "/a/{x:id}/b");
  assert_match (router, "POST", "/a/12/b", "/a/{x:id}/b");
  assert_match (router, "GET", "/a/x/b", NULL);
  /* The literal `a` leads nowhere here, the parameter does. */
  assert_match (router, "GET", "/a/deep", "/a/{name}");
  assert_match (router, "GET", "/z/deep", "/{any}/deep");
  assert_match (router, "GET", "/a//b", NULL);
  assert_match (router, "GET", "//", NULL);
  assert_match (router, "GET", "/A", NULL);
}

static void
test_refusals (void)
{
  static const char *const patterns[] = { "GET /a/{name}", "POST /a/{name}", NULL };
  g_autoptr (NbRouter) router = make_router (patterns);
  g_autoptr (GString) deep = g_string_new (NULL);
  g_auto (NbMatch) other = nb_router_match (router, "PUT", "/a/b");

  g_assert_cmpint (other.kind, ==, NB_MATCH_OTHER_METHOD);
  g_assert_cmpstr (other.allow, ==, "GET, HEAD, POST");
  for (int i = 0; i < 100; i++)
    g_string_append (deep, "/x");
  g_assert_cmpint (nb_router_match (router, "GET", deep->str).kind, ==, NB_MATCH_MALFORMED);
  g_assert_cmpint (nb_router_match (router, "GET", "/a/%ff").kind, ==, NB_MATCH_MALFORMED);
  g_assert_cmpint (nb_router_match (router, "GET", "/a/%00").kind, ==, NB_MATCH_MALFORMED);
  g_assert_cmpint (nb_router_match (router, "GET", "a").kind, ==, NB_MATCH_MALFORMED);
}

/* Returns: how well @pattern fits @path by its segments, as text that sorts best first; NULL when it does not */
static char *
fit (const char *pattern, const char *path)
{
  g_auto (GStrv) wanted = g_strsplit (pattern + 1, "/", -1);
  g_auto (GStrv) given = g_strsplit (path + 1, "/", -1);
  g_autoptr (GString) rank = g_string_new (NULL);
  gint64 id;

  if (g_strv_length (wanted) != g_strv_length (given))
    return NULL;
  for (guint i = 0; wanted[i] != NULL; i++)
    {
      if (strcmp (wanted[i], given[i]) == 0)
        g_string_append_c (rank, '0');
      else if (strcmp (wanted[i], "{x:id}") == 0 && nb_id_parse (given[i], &id))
        g_string_append_c (rank, '1');
      else if (strcmp (wanted[i], "{y}") == 0 && given[i][0] != '\0')
        g_string_append_c (rank, '2');
      else
        return NULL;
    }
  return g_string_free (g_steal_pointer (&rank), FALSE);
}

static const char *
search (const char *const *patterns, const char *path)
{
  const char *best = NULL;
  g_autofree char *best_rank = NULL;

  for (gsize i = 0; patterns[i] != NULL; i++)
    {
      const char *pattern = strchr (patterns[i], ' ') + 1;
      g_autofree char *rank = fit (pattern, path);

      if (rank == NULL || (best_rank != NULL && strcmp (rank, best_rank) >= 0))
        continue;
      best = pattern;
      g_free (best_rank);
      best_rank = g_steal_pointer (&rank);
    }
  return best;
}

static char *
random_path (const char *const *segments, guint n)
{
  GString *path = g_string_new (NULL);

  for (int i = g_test_rand_int_range (1, 5); i > 0; i--)
    g_string_append_printf (path, "/%s", segments[g_test_rand_int_range (0, n)]);
  return g_string_free (path, FALSE);
}

static void
test_equals_search (void)
{
  static const char *const in_patterns[] = { "a", "b", "7", "{x:id}", "{y}" };
  static const char *const in_paths[] = { "a", "b", "7", "8", "c", "" };

  for (int round = 0; round < 300; round++)
    {
      g_autoptr (GPtrArray) patterns = g_ptr_array_new_with_free_func (g_free);
      g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
      g_autoptr (NbRouter) router = NULL;

      for (int i = 0; i < 12; i++)
        {
          g_autofree char *path = random_path (in_patterns, G_N_ELEMENTS (in_patterns));
          char *pattern = g_strconcat ("GET ", path, NULL);

          g_ptr_array_add (patterns, pattern);
          if (g_hash_table_contains (seen, pattern))
            g_ptr_array_remove_index (patterns, patterns->len - 1);
          else
            g_hash_table_add (seen, pattern);
        }
      g_ptr_array_add (patterns, NULL);
      router = make_router ((const char *const *)patterns->pdata);
      for (int i = 0; i < 50; i++)
        {
          g_autofree char *path = random_path (in_paths, G_N_ELEMENTS (in_paths));

          assert_match (router, "GET", path, search ((const char *const *)patterns->pdata, path));
        }
    }
}

/* A head is judged the same, however its bytes come in. */
static void
test_head_in_pieces (void)
{
  static const char *const heads[] = {
    "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    "POST /x HTTP/1.1\r\nHost: a:80\r\nContent-Length: 12\r\nExpect: 100-continue\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nX: y\n\r\n",
    "GET / HTTP/1.0\r\n\r\n",
    "GET / HTTP/1.1\r\n\r\n",
    "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (heads); i++)
    {
      const gsize length = strlen (heads[i]);
      const char *why;
      NbHead whole = { 0 };
      const NbHeadState expected = nb_head_scan (&whole, heads[i], length, &why);
      NbHead pieces = { 0 };
      NbHeadState state = NB_HEAD_MORE;

      for (gsize n = 1; n <= length && state == NB_HEAD_MORE; n++)
        state = nb_head_scan (&pieces, heads[i], n, &why);
      g_assert_cmpint (state, ==, expected);
      g_assert_cmpuint (pieces.body_length, ==, whole.body_length);
      g_assert_cmpuint (pieces.expect_offset, ==, whole.expect_offset);
      if (state == NB_HEAD_COMPLETE)
        g_assert_cmpuint (pieces.size, ==, length);
    }
}

static void
test_csrf (void)
{
  const char *token = "0123456789abcdef0123456789abcdef";
  g_autofree char *a = nb_csrf_mask (token);
  g_autofree char *b = nb_csrf_mask (token);
  g_autofree char *damaged = g_strdup (a);

  damaged[strlen (damaged) - 1] ^= 1;
  g_assert_cmpstr (a, !=, b);
  g_assert_true (nb_csrf_matches (token, a));
  g_assert_true (nb_csrf_matches (token, b));
  g_assert_true (nb_csrf_matches (token, token));
  g_assert_false (nb_csrf_matches (token, damaged));
  g_assert_false (nb_csrf_matches (token, ""));
  g_assert_false (nb_csrf_matches ("", ""));
  g_assert_false (nb_csrf_matches (token, "0123456789abcdef0123456789abcdee"));
}

static void
test_limiter (void)
{
  g_autoptr (NbRateLimiter) limiter = nb_rate_limiter_new (2, 3);
  g_autoptr (NbRateLimiter) none = nb_rate_limiter_new (0, 0);
  gint64 now = G_USEC_PER_SEC;

  for (int i = 0; i < 3; i++)
    g_assert_cmpuint (nb_rate_limiter_take (limiter, "a", now), ==, 0);
  g_assert_cmpuint (nb_rate_limiter_look (limiter, "a", now), >, 0);
  g_assert_cmpuint (nb_rate_limiter_take (limiter, "a", now), <=, 501);
  g_assert_cmpuint (nb_rate_limiter_take (limiter, "b", now), ==, 0);
  g_assert_cmpuint (nb_rate_limiter_look (limiter, "c", now), ==, 0);
  now += G_USEC_PER_SEC / 2 + 1;
  g_assert_cmpuint (nb_rate_limiter_take (limiter, "a", now), ==, 0);
  g_assert_cmpuint (nb_rate_limiter_take (limiter, "a", now), >, 0);
  for (int i = 0; i < 100; i++)
    g_assert_cmpuint (nb_rate_limiter_take (none, "a", now), ==, 0);
}

static void
test_limiter_is_bounded (void)
{
  g_autoptr (NbRateLimiter) limiter = nb_rate_limiter_new (1, 1);

  g_assert_cmpuint (nb_rate_limiter_take (limiter, "first", 1), ==, 0);
  for (guint i = 0; i < NB_RATE_LIMITER_MAX_KEYS + 1000; i++)
    {
      char key[16];

      g_snprintf (key, sizeof key, "%u", i);
      nb_rate_limiter_take (limiter, key, 1);
    }
  g_assert_cmpuint (nb_rate_limiter_get_size (limiter), ==, NB_RATE_LIMITER_MAX_KEYS);
}

static void
test_cookies (void)
{
  g_autofree char *found = nb_cookie_find ("xa=0; a=1; aa=2", "a");
  g_autofree char *last = nb_cookie_find ("x=0;  b=2", "b");
  g_autofree char *empty = nb_cookie_find ("b=; c=1", "b");

  g_assert_cmpstr (found, ==, "1");
  g_assert_cmpstr (last, ==, "2");
  g_assert_cmpstr (empty, ==, "");
  g_assert_null (nb_cookie_find ("a; ab=1;;= ;", "b"));
  g_assert_null (nb_cookie_find (NULL, "b"));
}

static void
test_addresses (void)
{
  g_autofree char *v4 = nb_address_key ("10.1.2.3");
  g_autofree char *v6 = nb_address_key ("2001:db8:1:2:3:4:5:6");
  g_autofree char *same = nb_address_key ("2001:db8:1:2::9");

  g_assert_cmpstr (v4, ==, "10.1.2.3");
  g_assert_cmpstr (v6, ==, "2001:db8:1:2::/64");
  g_assert_cmpstr (same, ==, v6);
}

static void
test_accept_encoding (void)
{
  g_assert_true (nb_compress_is_accepted ("gzip"));
  g_assert_true (nb_compress_is_accepted ("br;q=1.0, GZIP;q=0.5"));
  g_assert_false (nb_compress_is_accepted ("gzip;q=0"));
  g_assert_false (nb_compress_is_accepted ("gzip; q=0.0, br"));
  g_assert_false (nb_compress_is_accepted ("gzipx, br"));
  g_assert_false (nb_compress_is_accepted (",,;"));
  g_assert_false (nb_compress_is_accepted (NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/web/router/literals-then-ids-then-names", test_order);
  g_test_add_func ("/web/router/refusals", test_refusals);
  g_test_add_func ("/web/router/equals-a-plain-search", test_equals_search);
  g_test_add_func ("/web/head/in-pieces", test_head_in_pieces);
  g_test_add_func ("/web/csrf/masked-tokens", test_csrf);
  g_test_add_func ("/web/limiter/buckets", test_limiter);
  g_test_add_func ("/web/limiter/is-bounded", test_limiter_is_bounded);
  g_test_add_func ("/web/cookie/find", test_cookies);
  g_test_add_func ("/web/address/keys", test_addresses);
  g_test_add_func ("/web/compress/accept-encoding", test_accept_encoding);
  return g_test_run ();
}
