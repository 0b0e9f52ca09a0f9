/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Texts outside of a request: translations of a plugin and of the host, templates as HTML and as plain text, addresses.
 */
#include "core/web/nb-composer.h"
#include "core/web/nb-mustache.h"
#include "tests/support/nb-test-loop.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

typedef struct
{
  NbTestLoop loop;
  char *folder;
  NbSite site;
  NbServer *server;
  NbComposer *composer;
} Fixture;

static void
write_file (Fixture *fixture, const char *path, const char *text)
{
  g_autofree char *full = g_build_filename (fixture->folder, path, NULL);
  g_autofree char *dir = g_path_get_dirname (full);

  g_assert_cmpint (g_mkdir_with_parents (dir, 0700), ==, 0);
  g_assert_true (g_file_set_contents (full, text, -1, NULL));
}

/* A plugin with templates of its own, in the wallet's words. */
static void
lay_out_plugin (Fixture *fixture)
{
  g_autofree char *words = g_build_filename (g_getenv ("NB_TEST_BUILD_DIR"), "plugins", "wallet", "locale", NULL);
  g_autofree char *link = g_build_filename (fixture->folder, "locale", NULL);

  write_file (fixture, "templates/mail.html.mustache",
              "<p>{{_ Hello, {name}}} {{name}} {{{name}}} {{money sum}}</p>\n");
  write_file (fixture, "templates/mail.txt.mustache", "{{_ Hello, {name}}} {{name}} {{money sum}} {{site.language}}\n");
  write_file (fixture, "templates/worse.mustache", "{{>nowhere}}");
  g_assert_cmpint (symlink (words, link), ==, 0);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autofree char *web = g_build_filename (g_getenv ("NB_TEST_SOURCE_DIR"), "data", "web", NULL);
  g_autofree char *locale = g_build_filename (g_getenv ("NB_TEST_BUILD_DIR"), "po", NULL);
  const NbServerOptions options = { .listen = "127.0.0.1:0", .base_url = data, .web_dir = web, .locale_dir = locale };
  g_autoptr (GError) error = NULL;

  nb_test_loop_set_up (&fixture->loop, 240);
  fixture->folder = g_dir_make_tmp ("nb-composer-XXXXXX", NULL);
  lay_out_plugin (fixture);
  fixture->site.registry = nb_registry_new ();
  nb_registry_set_data_dir (fixture->site.registry, "wallet", fixture->folder);
  fixture->server = nb_server_new (&fixture->site, &options, &error);
  g_assert_no_error (error);
  g_assert_true (nb_composer_register (&fixture->site, &error));
  fixture->composer = nb_registry_find_service (fixture->site.registry, NB_TYPE_COMPOSER);
  g_assert_true (NB_IS_COMPOSER (fixture->composer));
}

static void
remove_folder (Fixture *fixture)
{
  static const char *const paths[] = {
    "templates/mail.html.mustache", "templates/mail.txt.mustache", "templates/worse.mustache", "templates", "locale", ""
  };

  for (gsize i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autofree char *path = g_build_filename (fixture->folder, paths[i], NULL);

      g_assert_cmpint (g_remove (path), ==, 0);
    }
  g_free (fixture->folder);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  nb_registry_remove_owner (fixture->site.registry, "core");
  if (fixture->server != NULL)
    g_assert_finalize_object (fixture->server);
  g_assert_finalize_object (fixture->site.registry);
  remove_folder (fixture);
  nb_test_loop_tear_down (&fixture->loop);
}

static void
assert_word (Fixture *fixture, const char *owner, const char *language, const char *msgid, const char *expected)
{
  g_assert_cmpstr (nb_composer_gettext (fixture->composer, owner, language, msgid), ==, expected);
}

static void
test_words (Fixture *fixture, gconstpointer data)
{
  assert_word (fixture, "wallet", "ko", "Wallet", "지갑");
  assert_word (fixture, "wallet", "en", "Wallet", "Wallet");
  /* What the plugin lacks the host may have. */
  assert_word (fixture, "wallet", "ko", "unread", "건 안 읽음");
  assert_word (fixture, "core", "ko", "unread", "건 안 읽음");
  assert_word (fixture, "core", "ko", "nobody says so", "nobody says so");
  assert_word (fixture, "nobody", "ko", "unread", "건 안 읽음");
}

static void
assert_rendered (Fixture *fixture, const char *name, const char *expected)
{
  g_autoptr (JsonObject) model = json_object_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  json_object_set_string_member (model, "name", "Kim & 'Lee'");
  json_object_set_int_member (model, "sum", 12000);
  text = nb_composer_render (fixture->composer, "wallet", name, "en", model, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, expected);
}

static void
test_templates (Fixture *fixture, gconstpointer data)
{
  assert_rendered (fixture, "mail.html.mustache",
                   "<p>Hello, Kim &amp; &#39;Lee&#39; Kim &amp; &#39;Lee&#39; Kim & 'Lee' 12,000원</p>\n");
  assert_rendered (fixture, "mail.txt.mustache", "Hello, Kim & 'Lee' Kim & 'Lee' 12,000원 \n");
  assert_rendered (fixture, "mail.txt", "Hello, Kim & 'Lee' Kim & 'Lee' 12,000원 \n");
}

static void
test_broken_templates (Fixture *fixture, gconstpointer data)
{
  static const char *const names[] = { "worse.mustache", "nowhere.mustache" };
  g_autoptr (JsonObject) model = json_object_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (nb_composer_render (fixture->composer, "wallet", names[i], "en", model, &error));
      g_assert_error (error, NB_MUSTACHE_ERROR, NB_MUSTACHE_ERROR_MISSING);
    }
}

static void
test_addresses (Fixture *fixture, gconstpointer data)
{
  g_autofree char *url = nb_composer_dup_url (fixture->composer, "/inbox?a=1");

  g_assert_cmpstr (url, ==, "https://bid.example/inbox?a=1");
}

/* A port that the system chose is in the addresses once the server listens. */
static void
test_port (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) addresses = NULL;
  g_autofree char *expected = NULL;
  g_autofree char *url = NULL;

  g_assert_true (nb_server_start (fixture->server, &error));
  g_assert_no_error (error);
  addresses = nb_server_get_addresses (fixture->server);
  expected = g_strdup_printf ("http://%s/me", addresses[0]);
  url = nb_composer_dup_url (fixture->composer, "/me");
  g_assert_cmpstr (url, ==, expected);
  g_assert_false (g_str_has_suffix (url, ":0/me"));
}

/* A plugin that still holds it then is answered, too. */
static void
test_without_server (Fixture *fixture, gconstpointer data)
{
  g_autoptr (JsonObject) model = json_object_new ();
  g_autoptr (GError) error = NULL;

  g_assert_finalize_object (fixture->server);
  fixture->server = NULL;
  assert_word (fixture, "core", "ko", "unread", "unread");
  g_assert_null (nb_composer_render (fixture->composer, "wallet", "mail.txt", "en", model, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CLOSED);
}

#define add_test(path, url, function) g_test_add (path, Fixture, url, set_up, function, tear_down)
#define SITE "https://bid.example"

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_test ("/web/composer/words", SITE, test_words);
  add_test ("/web/composer/templates", SITE, test_templates);
  add_test ("/web/composer/broken-templates", SITE, test_broken_templates);
  add_test ("/web/composer/addresses", SITE, test_addresses);
  add_test ("/web/composer/chosen-port", "http://127.0.0.1:0", test_port);
  add_test ("/web/composer/without-server", SITE, test_without_server);
  return g_test_run ();
}
