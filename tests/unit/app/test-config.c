/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The configuration: what is read, what wins, and that every fault is told with its place. */
#include <glib/gstdio.h>
#include <string.h>

#include "core/app/nb-host-settings.h"

typedef struct
{
  char *dir;
  char *file;
  GPtrArray *faults;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autofree char *more = NULL;

  fixture->dir = g_dir_make_tmp ("nb-config-XXXXXX", NULL);
  fixture->file = g_build_filename (fixture->dir, "site.conf", NULL);
  fixture->faults = nb_config_faults_new ();
  more = g_build_filename (fixture->dir, "conf.d", NULL);
  g_assert_no_errno (g_mkdir (more, 0700));
}

static void
remove_folder (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir && (name = g_dir_read_name (dir)))
    {
      g_autofree char *inner = g_build_filename (path, name, NULL);
      if (g_file_test (inner, G_FILE_TEST_IS_DIR))
        remove_folder (inner);
      else
        g_unlink (inner);
    }
  g_rmdir (path);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  remove_folder (fixture->dir);
  g_free (fixture->dir);
  g_free (fixture->file);
  g_ptr_array_unref (fixture->faults);
}

static void
write_file (Fixture *fixture, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (fixture->dir, name, NULL);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
}

/* All faults, a line each, with the fixture's folder taken out. */
static char *
print_faults (Fixture *fixture)
{
  GString *lines = g_string_new (NULL);
  g_autofree char *dir = g_strconcat (fixture->dir, "/", NULL);

  for (guint i = 0; i < fixture->faults->len; i++)
    {
      g_autofree char *line = nb_config_fault_print (fixture->faults->pdata[i]);
      g_string_append_printf (lines, "%s\n", line);
    }
  g_string_replace (lines, dir, "", 0);
  return g_string_free (lines, FALSE);
}

static NbHostSettings *
load (Fixture *fixture, const char *const *sets, const char *const *environment)
{
  NbConfigSources sources = { .file = fixture->file, .sets = sets, .environment = environment };
  g_autoptr (NbConfig) config = nb_config_new (&sources, fixture->faults);

  return nb_host_settings_new (config, fixture->faults);
}

typedef struct
{
  const char *text; /* the file */
  const char *line; /* the whole of what is told */
} FaultCase;

static const FaultCase fault_cases[] = {
  { "[server]\nlisten=127.0.0.1:1\nlisten=127.0.0.1:2\n",
    "site.conf:3: [server] listen: set twice: line 2 sets it already" },
  { "[server]\n\n[server]\n", "site.conf:3: [server]: opened twice: line 1 opens it already" },
  { "[server]\nlisen=127.0.0.1:1\n", "site.conf:2: [server] 'lisen': unknown key, did you mean 'listen'?" },
  { "[servr]\n", "site.conf:1: [servr]: unknown section, did you mean 'server'?" },
  { "[servr]\nlisten=127.0.0.1:1\n", "site.conf:1: [servr]: unknown section, did you mean 'server'?" },
  { "[auctions]\nmin-duration=soon\n",
    "site.conf:2: [auctions] min-duration: found 'soon', expected a duration from 1s to 365d, in seconds or with a "
    "unit as in 90s, 5m, 3h, 3d" },
  { "[auctions]\nmin-duration=0\n",
    "site.conf:2: [auctions] min-duration: found '0', expected a duration from 1s to 365d, in seconds or with a "
    "unit as in 90s, 5m, 3h, 3d" },
  { "[auctions]\nmin-duration=31d\n", "site.conf:2: [auctions] min-duration: is longer than max-duration" },
  { "[auctions]\nmax-duration=30\n", "site.conf:2: [auctions] min-duration: is longer than max-duration" },
  { "[auctions]\nsettlement=imediate\n",
    "site.conf:2: [auctions] settlement: found 'imediate', expected one of: immediate, did you mean 'immediate'?" },
  { "[auctions]\nfee-percent=101\n",
    "site.conf:2: [auctions] fee-percent: found '101', expected a percentage from 0 to 100 with up to two decimals" },
  { "[limits]\nwrites-per-second=-1\n",
    "site.conf:2: [limits] writes-per-second: found '-1', expected a whole number from 0 to 1000000" },
  { "[limits]\nwrites-per-second=1e3\n",
    "site.conf:2: [limits] writes-per-second: found '1e3', expected a whole number from 0 to 1000000" },
  { "[limits]\nwrites-per-second=20 # a lot\n",
    "site.conf:2: [limits] writes-per-second: a comment must have a line of its own" },
  { "[server] # ours\n", "site.conf:1: nothing may follow ']'; a comment must have a line of its own" },
  { "[server\n", "site.conf:1: a section line must end with ']'" },
  { "[SERVER]\n", "site.conf:1: 'SERVER' can't name a section: lower-case letters, digits, dashes and spaces can" },
  { "[]\n", "site.conf:1: '' can't name a section: lower-case letters, digits, dashes and spaces can" },
  { "[server]\nListen=127.0.0.1:1\n",
    "site.conf:2: [server]: 'Listen' can't name a key: lower-case letters, digits and dashes can" },
  { "[server]\n=127.0.0.1:1\n",
    "site.conf:2: [server]: '' can't name a key: lower-case letters, digits and dashes can" },
  { "listen=127.0.0.1:1\n", "site.conf:1: listen: stands before the first [section]" },
  { "[server]\nlisten\n", "site.conf:2: [server]: 'listen' is neither [section] nor key=value" },
  { "[server]\nlisten=a\x01z\n", "site.conf:2: [server] listen: the value holds a control character" },
  { "[server]\nlisten=a\xffz\n", "site.conf:2: [server] listen: the value is not valid UTF-8" },
  { "[database]\nurl=mysql://root:hunter2@db/x\n",
    "site.conf:2: [database] url: found 'mysql://root:***@db/x', expected sqlite:auto, sqlite:/path or "
    "postgresql://…" },
  { "[database]\nurl=sqlite:relative.db\n",
    "site.conf:2: [database] url: found 'sqlite:relative.db', expected sqlite:auto, sqlite:/path or postgresql://…" },
  { "[server]\nlisten=\n", "site.conf:2: [server] listen: names no address" },
  { "[server]\nlisten=127.0.0.1:1;nonsense\n",
    "site.conf:2: [server] listen: 'nonsense' must be host:port (port 0 to 65535) or unix:/path" },
  { "[server]\ninternal-listen=127.0.0.1:65536\n",
    "site.conf:2: [server] internal-listen: '127.0.0.1:65536' must be host:port (port 0 to 65535) or unix:/path" },
  { "[server]\nbase-url=ftp://a.example\n",
    "site.conf:2: [server] base-url: 'ftp://a.example' must be http:// or https:// and a host, without a path or a "
    "slash at the end" },
  { "[server]\nlisten=unix:/run/x\n",
    "site.conf:2: [server] listen: begins with a Unix socket, so base-url must say how people reach the site" },
  { "[server]\ndata-dir=relative\n",
    "site.conf:2: [server] data-dir: found 'relative', expected a folder's full path" },
  { "[plugins]\npath=relative\n", "site.conf:2: [plugins] path: found 'relative', expected a folder's full path" },
};

static void
test_faults (Fixture *fixture, gconstpointer data)
{
  const FaultCase *fault = data;
  g_autofree char *expected = g_strconcat (fault->line, "\n", NULL);
  g_autofree char *found = NULL;
  g_autoptr (NbHostSettings) settings = NULL;

  write_file (fixture, "site.conf", fault->text);
  settings = load (fixture, NULL, NULL);
  found = print_faults (fixture);
  g_assert_cmpstr (found, ==, expected);
  g_assert_true (settings == NULL || strstr (fault->text, "[servr]") == NULL);
}

static void
test_all_faults_at_once (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NbHostSettings) settings = NULL;
  g_autofree char *found = NULL;

  write_file (fixture, "site.conf", "[server]\nx=1\ny\n[limits]\nwrites-per-second=a\n");
  settings = load (fixture, NULL, NULL);
  found = print_faults (fixture);
  g_assert_null (settings);
  g_assert_cmpstr (found, ==,
                   "site.conf:3: [server]: 'y' is neither [section] nor key=value\n"
                   "site.conf:2: [server] 'x': unknown key\n"
                   "site.conf:5: [limits] writes-per-second: found 'a', expected a whole number from 0 to 1000000\n");
}

static void
assert_listen (Fixture *fixture, const char *const *sets, const char *const *environment, const char *value,
               const char *origin)
{
  g_autoptr (NbHostSettings) settings = load (fixture, sets, environment);
  g_autofree char *faults = print_faults (fixture);
  const NbConfigEntry *entry;

  g_assert_cmpstr (faults, ==, "");
  entry = nb_config_find (settings->config, "server", "listen");
  g_assert_cmpstr (nb_settings_get_text (settings->server, "listen"), ==, value);
  if (origin)
    g_assert_true (g_str_has_suffix (entry->origin, origin));
  else
    g_assert_null (entry);
}

static void
test_precedence (Fixture *fixture, gconstpointer data)
{
  const char *const sets[] = { "server.listen=127.0.0.1:4", "server.listen=127.0.0.1:5", NULL };
  const char *const environment[] = { "HOME=/", "NEIGHBORBID__SERVER__LISTEN=127.0.0.1:3", NULL };

  write_file (fixture, "site.conf", "# nothing yet\n\n");
  assert_listen (fixture, NULL, NULL, "127.0.0.1:8080", NULL);
  write_file (fixture, "site.conf", "[server]\nlisten = 127.0.0.1:1\n");
  assert_listen (fixture, NULL, NULL, "127.0.0.1:1", "site.conf:2");
  write_file (fixture, "conf.d/20-b.conf", "[server]\nlisten=127.0.0.1:22\n");
  write_file (fixture, "conf.d/10-a.conf", "[server]\nlisten=127.0.0.1:21\n");
  write_file (fixture, "conf.d/30-c.conf.off", "[server]\nlisten=127.0.0.1:23\n");
  assert_listen (fixture, NULL, NULL, "127.0.0.1:22", "20-b.conf:2");
  assert_listen (fixture, NULL, environment, "127.0.0.1:3", "NEIGHBORBID__SERVER__LISTEN");
  assert_listen (fixture, sets, environment, "127.0.0.1:5", "--set");
}

static void
test_environment_names (Fixture *fixture, gconstpointer data)
{
  g_autofree char *secret = g_build_filename (fixture->dir, "secret", NULL);
  g_autofree char *by_file = g_strconcat ("NEIGHBORBID__DATABASE__URL__FILE=", secret, NULL);
  const char *const environment[] = { "NEIGHBORBID__SERVER__INTERNAL_LISTEN=127.0.0.1:9",
                                      "NEIGHBORBID__PLUGIN_ACME_ONE__SOME_KEY=x", by_file, NULL };
  g_autoptr (NbHostSettings) settings = NULL;
  const NbConfigEntry *entry;

  write_file (fixture, "site.conf", "");
  write_file (fixture, "secret", "postgresql://me:hunter2@db/x\n");
  settings = load (fixture, NULL, environment);
  g_assert_cmpuint (fixture->faults->len, ==, 0);
  g_assert_cmpstr (nb_settings_get_text (settings->server, "internal-listen"), ==, "127.0.0.1:9");
  g_assert_cmpstr (nb_settings_get_text (settings->database, "url"), ==, "postgresql://me:hunter2@db/x");
  entry = nb_config_find (settings->config, "plugin acme-one", "some-key");
  g_assert_nonnull (entry);
  g_assert_cmpstr (entry->value, ==, "x");
}

typedef struct
{
  const char *set;      /* either this */
  const char *variable; /* or this */
  const char *line;
} FlagCase;

static const FlagCase flag_cases[] = {
  { "server.listen", NULL, "--set: 'server.listen' is not section.key=value" },
  { "listen=1", NULL, "--set: 'listen=1' is not section.key=value" },
  { "server.lisen=1", NULL, "--set: [server] 'lisen': unknown key, did you mean 'listen'?" },
  { "plugin a.b.c=1", NULL, "--set: names no section and key in lower-case letters, digits and dashes" },
  { ".x=1", NULL, "--set: names no section and key in lower-case letters, digits and dashes" },
  { "server.listen=a\nb", NULL, "--set: [server] listen: the value holds a control character" },
  { "limits.writes-per-second=many", NULL,
    "--set: [limits] writes-per-second: found 'many', expected a whole number from 0 to 1000000" },
  { NULL, "NEIGHBORBID__SERVER=1", "NEIGHBORBID__SERVER: is not NEIGHBORBID__SECTION__KEY or …__FILE" },
  { NULL, "NEIGHBORBID__SERVER__LISEN=1",
    "NEIGHBORBID__SERVER__LISEN: [server] 'lisen': unknown key, did you mean 'listen'?" },
  { NULL, "NEIGHBORBID__SERVR__LISTEN=1",
    "NEIGHBORBID__SERVR__LISTEN: [servr]: unknown section, did you mean 'server'?" },
  { NULL, "NEIGHBORBID__DATABASE__URL__FILE=/does/not/exist",
    "NEIGHBORBID__DATABASE__URL__FILE: Failed to open file “/does/not/exist”: No such file or directory" },
};

static void
test_flags (Fixture *fixture, gconstpointer data)
{
  const FlagCase *flag = data;
  const char *const sets[] = { flag->set, NULL };
  const char *const environment[] = { flag->variable, NULL };
  g_autoptr (NbHostSettings) settings = NULL;
  g_autofree char *expected = g_strconcat (flag->line, "\n", NULL);
  g_autofree char *found = NULL;

  write_file (fixture, "site.conf", "");
  settings = load (fixture, sets, environment);
  found = print_faults (fixture);
  g_assert_cmpstr (found, ==, expected);
}

static void
test_set_and_file_variable (Fixture *fixture, gconstpointer data)
{
  const char *const environment[]
      = { "NEIGHBORBID__DATABASE__URL=sqlite:auto", "NEIGHBORBID__DATABASE__URL__FILE=/dev/null", NULL };
  g_autoptr (NbHostSettings) settings = NULL;
  g_autofree char *found = NULL;

  write_file (fixture, "site.conf", "");
  settings = load (fixture, NULL, environment);
  found = print_faults (fixture);
  g_assert_cmpstr (found, ==, "NEIGHBORBID__DATABASE__URL__FILE: set twice: directly and as __FILE\n");
}

static void
test_missing_file (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NbHostSettings) settings = load (fixture, NULL, NULL);

  g_assert_cmpuint (fixture->faults->len, ==, 1);
}

static void
free_entry (gpointer entry)
{
  nb_config_entry_free (entry);
}

/* However a file is cut, reading it ends, with or without faults. */
static void
test_torn (Fixture *fixture, gconstpointer data)
{
  static const char text[] = "# ours\n[server]\nlisten=127.0.0.1:8080;unix:/run/x\nbase-url=https://이웃.example\n"
                             "[plugin acme-one]\nk=v\n[limits]\nwrites-per-second=20\n";

  for (gsize length = 0; length <= strlen (text); length++)
    {
      g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func (free_entry);
      g_autoptr (GPtrArray) faults = nb_config_faults_new ();
      g_autofree char *torn = g_memdup2 (text, length + 1);

      nb_config_file_parse ("torn.conf", torn, length, entries, faults);
      g_assert_cmpuint (faults->len, <=, 1);
      for (gsize i = 0; i < length; i++)
        {
          char kept = torn[i];
          torn[i] = (char)(length * 31 + i);
          nb_config_file_parse ("torn.conf", torn, length, entries, faults);
          torn[i] = kept;
        }
    }
}

static void
test_masks (void)
{
  static const char *const cases[][2] = {
    { "sqlite:auto", "sqlite:auto" },
    { "postgresql://me:hunter2@db/x", "postgresql://me:***@db/x" },
    { "postgresql://me:hun@ter:2@db/x", "postgresql://me:***@db/x" },
    { "postgresql://me@db/x", "postgresql://me@db/x" },
    { "postgresql:///x?host=/run&password=hunter2&port=1", "postgresql:///x?host=/run&password=***&port=1" },
    { "redis://:hunter2@localhost/0", "redis://:***@localhost/0" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *masked = nb_config_mask_addresses (cases[i][0]);
      g_assert_cmpstr (masked, ==, cases[i][1]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (fault_cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/app/config/fault/%02" G_GSIZE_FORMAT, i);
      g_test_add (path, Fixture, &fault_cases[i], set_up, test_faults, tear_down);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (flag_cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/app/config/flag/%02" G_GSIZE_FORMAT, i);
      g_test_add (path, Fixture, &flag_cases[i], set_up, test_flags, tear_down);
    }
  g_test_add ("/app/config/all-faults-at-once", Fixture, NULL, set_up, test_all_faults_at_once, tear_down);
  g_test_add ("/app/config/precedence", Fixture, NULL, set_up, test_precedence, tear_down);
  g_test_add ("/app/config/environment-names", Fixture, NULL, set_up, test_environment_names, tear_down);
  g_test_add ("/app/config/set-and-file-variable", Fixture, NULL, set_up, test_set_and_file_variable, tear_down);
  g_test_add ("/app/config/missing-file", Fixture, NULL, set_up, test_missing_file, tear_down);
  g_test_add ("/app/config/torn", Fixture, NULL, set_up, test_torn, tear_down);
  g_test_add_func ("/app/config/addresses-are-masked", test_masks);
  return g_test_run ();
}
