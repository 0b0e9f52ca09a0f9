/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Config files and manifests that the real program must refuse: file, line, key and what was expected, then exit 78. */
#include <glib/gstdio.h>
#include <string.h>

#include "tests/support/nb-test-database.h"
#include "tests/support/nb-test-program.h"

#define EXIT_CONFIG 78
#define GOOD_MANIFEST "[Plugin]\nId=acme\nModule=acme\nName=Acme\nVersion=1.0\nApi=1.0\n"

typedef struct
{
  NbTestDatabase *database; /* for its folder */
  char *config;
  char *plugin_dir;
  char *data_dir; /* flag */
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  const char *folder;
  g_autofree char *plugin = NULL;

  self->database = nb_test_database_new (NB_TEST_SQLITE);
  folder = nb_test_database_get_folder (self->database);
  self->config = g_build_filename (folder, "site.conf", NULL);
  self->plugin_dir = g_build_filename (folder, "plugins", NULL);
  self->data_dir = g_strdup_printf ("server.data-dir=%s/data", folder);
  plugin = g_build_filename (self->plugin_dir, "acme", NULL);
  g_assert_cmpint (g_mkdir_with_parents (plugin, 0700), ==, 0);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  nb_test_database_free (self->database);
  g_free (self->config);
  g_free (self->plugin_dir);
  g_free (self->data_dir);
}

static void
write_bytes (const char *path, const char *bytes, gssize length)
{
  g_assert_true (g_file_set_contents (path, bytes, length, NULL));
}

/* Fails the test unless `check` ends with 78 and says @expected; so must `serve`, which must not begin to serve. */
static void
refuses (Fixture *self, const char *expected)
{
  static const char *const commands[] = { "check", "serve" };

  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      const char *const arguments[] = { commands[i], "-c", self->config, "--set", self->data_dir, NULL };
      g_autoptr (NbTestRun) run = nb_test_program_run (arguments, NULL);

      if (run->code != EXIT_CONFIG || strstr (run->err, expected) == NULL || strstr (run->out, "ready") != NULL)
        g_error ("%s ended with %d, expected '%s':\n%.2000s%.2000s", commands[i], run->code, expected, run->out,
                 run->err);
    }
}

/* Files. */

static const struct
{
  const char *text;
  gsize length;
  const char *expected;
} files[] = {
#define CASE(text, expected)                                                                                           \
  {                                                                                                                    \
    text, sizeof text - 1, expected                                                                                    \
  }
  CASE ("[server]\nlisten=127.0.0.1:0\0\n", "site.conf:2: [server]: the line holds a NUL byte"),
  CASE ("\xef\xbb\xbf[server]\n", "site.conf:1: '\xef\xbb\xbf[server]' is neither [section] nor key=value"),
  CASE ("\xff\xfe[\0s\0", "site.conf:1: "),
  CASE ("{\"server\":{}}\n", "site.conf:1: '{\"server\":{}}' is neither [section] nor key=value"),
  CASE ("<server/>\n", "site.conf:1: '<server/>' is neither [section] nor key=value"),
  CASE ("server:\n  listen: x\n", "site.conf:1: 'server:' is neither [section] nor key=value"),
  CASE ("[server]\nlisten[ko]=127.0.0.1:0\n", "site.conf:2: [server]: 'listen[ko]' can't name a key"),
  CASE ("[server]\nlisten=${HOME}\n", "site.conf:2: [server] listen: '${HOME}' must be host:port"),
  CASE ("[server]\nbase-url=javascript:x\n", "site.conf:2: [server] base-url: 'javascript:x' must be"),
  CASE ("[server]\nallowed-origins=https://a.example,javascript:x\n",
        "site.conf:2: [server] allowed-origins: 'javascript:x' must be"),
  CASE ("[server]\nallowed-origins=partner.example\n",
        "site.conf:2: [server] allowed-origins: 'partner.example' must be http:// or https://"),
  CASE ("[server]\nallowed-origins=https://a.example,\n", "site.conf:2: [server] allowed-origins: '' must be"),
  CASE ("[server]\nallowed-origins=https://a.example/path\n", "site.conf:2: [server] allowed-origins: "),
  CASE ("[plugin auction-national]\nredis-url=localhost:6379\n",
        "site.conf:2: [plugin auction-national] redis-url: found 'localhost:6379', expected auto, unix:/path or "
        "redis://"),
  CASE ("[plugin auction-national]\nredis-url=redis://me:secret@localhost\n",
        "site.conf:2: [plugin auction-national] redis-url: found a password in it, which belongs into redis-password"),
  CASE ("[plugin auction-national]\nredis-url=redis://localhost:99999\n",
        "site.conf:2: [plugin auction-national] redis-url: the Redis URL can't be read: it must be redis://"),
  CASE ("[plugin auction-national]\nredis-prefix={a}\n",
        "site.conf:2: [plugin auction-national] redis-prefix: found '{a}', expected 1 to 32 of a-z"),
  CASE ("[auctions]\nmin-duration=99999999999999999999d\n", "site.conf:2: [auctions] min-duration: found"),
  CASE ("[auctions]\nfee-percent=1e1\n", "site.conf:2: [auctions] fee-percent: found '1e1', expected a percentage"),
  CASE ("[plugins]\n../../etc=required\n", "site.conf:2: [plugins]: '../../etc' can't name a key"),
  CASE ("[plugins]\nnosuch=required\n", "site.conf:2: [plugins] nosuch: there is no such plugin"),
  CASE ("[plugins]\nwallet=yes\n",
        "site.conf:2: [plugins] wallet: found 'yes', expected required, optional or disabled"),
  CASE ("[plugins]\npath=/no/such/folder\n", "site.conf:2: [plugins] path: found '/no/such/folder', expected a folder"),
  CASE ("[plugin ]\nx=y\n", "site.conf:1: 'plugin ' can't name a section"),
  CASE ("[plugin auction-local]\nradius-km=-5\n",
        "site.conf:2: [plugin auction-local] radius-km: found '-5', expected a whole number from 0 to 500"),
  CASE ("[plugin auction-local]\neligibility=nobody\n",
        "site.conf:2: [plugin auction-local] eligibility: found 'nobody', expected one of: region, anyone"),
  CASE ("[plugin auction-local]\nradius=5\n",
        "site.conf:2: [plugin auction-local] 'radius': unknown key, did you mean 'radius-km'?"),
#undef CASE
};

static void
test_files (Fixture *self, gconstpointer data)
{
  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      write_bytes (self->config, files[i].text, files[i].length);
      refuses (self, files[i].expected);
    }
}

static void
test_no_file (Fixture *self, gconstpointer data)
{
  g_autofree char *huge = g_strnfill (2 * 1024 * 1024, '#');

  refuses (self, "site.conf: can't be read");
  write_bytes (self->config, huge, -1);
  refuses (self, "site.conf: is larger than");
  g_assert_cmpint (g_unlink (self->config), ==, 0);
  g_assert_cmpint (g_mkdir (self->config, 0700), ==, 0);
  refuses (self, "site.conf: can't be read");
}

/* Manifests, of a plugin that the config requires. */

static const struct
{
  const char *text;
  gsize length;
  const char *expected;
} manifests[] = {
#define CASE(text, expected)                                                                                           \
  {                                                                                                                    \
    text, sizeof text - 1, expected                                                                                    \
  }
  CASE ("", "acme.plugin:1: Id: is missing, expected"),
  CASE ("\xff\n", "acme.plugin:1: found bytes that aren't UTF-8, expected UTF-8 text"),
  CASE ("\0\0\0\n", "acme.plugin:1: "),
  CASE ("{}\n", "acme.plugin:1: found '{}', expected [section], key=value or a line that begins with #"),
  CASE (GOOD_MANIFEST, "acme.so: can't be opened"),
  CASE (GOOD_MANIFEST "Nosuch=1\n", "acme.plugin:7: Nosuch: unknown key, expected Id, Module, Name"),
  CASE (GOOD_MANIFEST "Id=acme\n", "acme.plugin:7: Id: is already in line 2, expected it once"),
  CASE (GOOD_MANIFEST "Requires=nosuch\n", "acme requires nosuch, which isn't installed"),
  CASE (GOOD_MANIFEST "Requires=acme\n", "is in a cycle: acme → acme"),
  CASE (GOOD_MANIFEST "Requires=a", "acme.plugin:7: the last line has no end, expected a line feed"),
  CASE ("[Plugin]\nId=acme\nModule=acme\nName=Acme\nVersion=1.0\nApi=9.0\n",
        "acme.plugin: Api: found 9.0, but this host"),
  CASE ("[Plugin]\nId=acme\nModule=../../acme\nName=Acme\nVersion=1.0\nApi=1.0\n",
        "acme.plugin:3: Module: found '../../acme'"),
  CASE ("[Plugin]\nId=wallet\nModule=acme\nName=Acme\nVersion=1.0\nApi=1.0\n", "Id: 'wallet' is already claimed by"),
  CASE ("[Plugin]\nId=other\nModule=acme\nName=Acme\nVersion=1.0\nApi=1.0\n",
        "[plugins] acme: there is no such plugin"),
#undef CASE
};

static void
test_manifests (Fixture *self, gconstpointer data)
{
  g_autofree char *manifest = g_build_filename (self->plugin_dir, "acme", "acme.plugin", NULL);
  g_autofree char *module = g_build_filename (self->plugin_dir, "acme", "acme.so", NULL);
  g_autofree char *config = g_strdup_printf ("[plugins]\npath=%s\nacme=required\n", self->plugin_dir);

  write_bytes (self->config, config, -1);
  write_bytes (module, "this is no module\n", -1);
  for (gsize i = 0; i < G_N_ELEMENTS (manifests); i++)
    {
      write_bytes (manifest, manifests[i].text, manifests[i].length);
      refuses (self, manifests[i].expected);
    }
}

/* What is optional and broken is told of, and the rest runs. */
static void
test_optional (Fixture *self, gconstpointer data)
{
  g_autofree char *manifest = g_build_filename (self->plugin_dir, "acme", "acme.plugin", NULL);
  g_autofree char *config = g_strdup_printf ("[plugins]\npath=%s\nacme=optional\n", self->plugin_dir);
  const char *const arguments[] = { "check", "-c", self->config, "--set", self->data_dir, NULL };
  g_autoptr (NbTestRun) run = NULL;

  write_bytes (self->config, config, -1);
  write_bytes (manifest, GOOD_MANIFEST "Nosuch=1\n", -1);
  run = nb_test_program_run (arguments, NULL);
  g_assert_cmpint (run->code, ==, 0);
  g_assert_nonnull (strstr (run->err, "acme.plugin:7: Nosuch: unknown key"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/bad-input/config/files", Fixture, NULL, set_up, test_files, tear_down);
  g_test_add ("/bad-input/config/no-file", Fixture, NULL, set_up, test_no_file, tear_down);
  g_test_add ("/bad-input/config/manifests", Fixture, NULL, set_up, test_manifests, tear_down);
  g_test_add ("/bad-input/config/optional", Fixture, NULL, set_up, test_optional, tear_down);
  return g_test_run ();
}
