/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Declares and reads the sections of the configuration that belong to the host. */
#include "core/app/nb-host-settings.h"

#include <string.h>

#include "core/app/nb-paths.h"
#include "core/plugin/nb-settings-private.h"
#include "core/plugin/nb-wording.h"

#define DAY (24 * 60 * 60)

static const NbSetting server_keys[] = {
  { "listen", NB_SETTING_TEXT, "127.0.0.1:8080", .needs_restart = TRUE,
    .help = "where people come in: host:port or unix:/path, several with ';'; port 0: the system chooses" },
  { "internal-listen", NB_SETTING_TEXT, "127.0.0.1:9180", .needs_restart = TRUE,
    .help = "where /livez, /readyz and /metrics are answered; never let strangers reach it" },
  { "workers", NB_SETTING_INT, "1", 1, NB_WORKERS_MAX, .needs_restart = TRUE,
    .help = "processes that serve side by side, replaced when they die; more than one needs PostgreSQL" },
  { "roles", NB_SETTING_TEXT, "web,live,jobs", .needs_restart = TRUE,
    .help
    = "what this host does: web (pages and the API), live (WebSockets), jobs (closing auctions), ',' between them" },
  { "base-url", NB_SETTING_TEXT, "", .needs_restart = TRUE,
    .help = "how people reach the site, such as https://auction.example; empty: http and the first address of listen" },
  { "allowed-origins", NB_SETTING_TEXT, "",
    .help = "other web sites whose pages may open sockets here, such as https://partner.example, ',' between them" },
  { "data-dir", NB_SETTING_TEXT, "", .needs_restart = TRUE,
    .help = "where data is kept; empty: $STATE_DIRECTORY, else $XDG_STATE_HOME/neighborbid" },
  { "trusted-proxies", NB_SETTING_TEXT, "", .needs_restart = TRUE,
    .help = "proxies whose X-Forwarded-For is believed: addresses or networks, ',' between them" },
  { "shutdown-timeout", NB_SETTING_DURATION, "30s", 1, 3600, .help = "how long a stop may take before it is forced" },
  { "log", NB_SETTING_CHOICE, "auto", .choices = "auto|text|json",
    .help = "how messages are written; auto: the journal, text on a terminal, JSON lines elsewhere" },
  { "log-level", NB_SETTING_CHOICE, "info", .choices = "warning|info|debug",
    .help = "the least important messages that are written" },
  { NULL }
};
static const NbSetting database_keys[]
    = { { "url", NB_SETTING_TEXT, "sqlite:auto", .needs_restart = TRUE,
          .help = "sqlite:auto (a file in data-dir), sqlite:/path or postgresql://…" },
        { NULL } };
static const NbSetting auctions_keys[] = {
  { "min-duration", NB_SETTING_DURATION, "60s", 1, 365 * DAY, .help = "the shortest time that an auction may run" },
  { "max-duration", NB_SETTING_DURATION, "30d", 1, 365 * DAY, .help = "the longest time that an auction may run" },
  { "settlement", NB_SETTING_CHOICE, "immediate", .choices = "immediate", .needs_restart = TRUE,
    .help = "when the seller is paid; immediate: in the transaction that closes the auction" },
  { "fee-percent", NB_SETTING_PERCENT, "0", .help = "what the platform keeps of each sale" },
  { NULL }
};
static const NbSetting limits_keys[]
    = { { "sign-ups-per-minute", NB_SETTING_INT, "10", 0, 1000000,
          .help = "new accounts from one address; 0: no limit" },
        { "sign-ins-per-minute", NB_SETTING_INT, "20", 0, 1000000, .help = "sign-ins from one address; 0: no limit" },
        { "writes-per-second", NB_SETTING_INT, "20", 0, 1000000, .help = "changes by one person; 0: no limit" },
        { "connections-per-address", NB_SETTING_INT, "200", 0, 1000000, .help = "open connections; 0: no limit" },
        { NULL } };

const NbHostSection nb_host_sections[] = { { "server", server_keys },
                                           { "database", database_keys },
                                           { "auctions", auctions_keys },
                                           { "limits", limits_keys },
                                           { NULL } };

GHashTable *
nb_config_get_section (NbConfig *config, const char *section)
{
  g_autoptr (GPtrArray) entries = nb_config_list_entries (config, section);
  GHashTable *values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  for (guint i = 0; i < entries->len; i++)
    {
      const NbConfigEntry *entry = entries->pdata[i];
      g_hash_table_insert (values, g_strdup (entry->key), g_strdup (entry->value));
    }
  return values;
}

NbSettings *
nb_config_read_section (NbConfig *config, const char *section, const NbSetting *keys, GPtrArray *faults)
{
  g_autoptr (GHashTable) values = nb_config_get_section (config, section);
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (nb_setting_fault_free);
  NbSettings *settings = nb_settings_new (section, keys, values, found);

  for (guint i = 0; i < found->len; i++)
    {
      const NbSettingFault *fault = found->pdata[i];
      const NbConfigEntry *entry = nb_config_find (config, section, fault->key);
      nb_config_faults_add (faults, entry ? entry->origin : "default", NULL, NULL, "%s", fault->sentence);
    }
  return settings;
}

/* Sections that are neither the host's own nor a plugin's. */
static void
find_unknown_sections (NbConfig *config, GPtrArray *faults)
{
  static const char *const known[] = { "server", "database", "plugins", "auctions", "limits", NULL };
  g_autoptr (GPtrArray) sections = nb_config_list_sections (config);

  for (guint i = 0; i < sections->len; i++)
    {
      const char *name = sections->pdata[i];
      g_autoptr (GPtrArray) entries = nb_config_list_entries (config, name);
      const NbConfigEntry *entry = nb_config_find (config, name, "");
      g_autofree char *hint = nb_wording_did_you_mean (name, known);

      if (g_strv_contains (known, name) || g_str_has_prefix (name, "plugin "))
        continue;
      if (!entry)
        entry = entries->pdata[0];
      nb_config_faults_add (faults, entry->origin, name, NULL, "unknown section%s", hint);
    }
}

/* What the keys can't say one by one. */
static void
check_auctions (NbHostSettings *self, GPtrArray *faults)
{
  const NbConfigEntry *entry = nb_config_find (self->config, "auctions", "min-duration");

  if (nb_settings_get_int (self->auctions, "min-duration") <= nb_settings_get_int (self->auctions, "max-duration"))
    return;
  if (!entry)
    entry = nb_config_find (self->config, "auctions", "max-duration");
  nb_config_faults_add (faults, entry->origin, "auctions", "min-duration", "is longer than max-duration");
}

static void
check_database (NbHostSettings *self, GPtrArray *faults)
{
  const char *url = nb_settings_get_text (self->database, "url");
  const NbConfigEntry *entry = nb_config_find (self->config, "database", "url");
  g_autofree char *masked = nb_config_mask_addresses (url);

  if (g_str_equal (url, "sqlite:auto") || (g_str_has_prefix (url, "sqlite:/") && strlen (url) > strlen ("sqlite:/"))
      || g_str_has_prefix (url, "postgresql://"))
    return;
  nb_config_faults_add (faults, entry->origin, "database", "url",
                        "found '%s', expected sqlite:auto, sqlite:/path or postgresql://…", masked);
}

static void
check_roles (NbHostSettings *self, GPtrArray *faults)
{
  const NbConfigEntry *entry = nb_config_find (self->config, "server", "roles");
  g_autofree char *fault = NULL;

  if (!nb_roles_parse (nb_settings_get_text (self->server, "roles"), &self->roles, &fault))
    nb_config_faults_add (faults, entry->origin, "server", "roles", "%s", fault);
}

/* Two processes that write to one file of SQLite would only wait for each other, and hand events to nobody but
 * themselves. */
static void
check_workers (NbHostSettings *self, GPtrArray *faults)
{
  const NbConfigEntry *entry = nb_config_find (self->config, "server", "workers");
  gint64 workers = nb_settings_get_int (self->server, "workers");

  if (workers > 1 && g_str_has_prefix (nb_settings_get_text (self->database, "url"), "sqlite:"))
    nb_config_faults_add (faults, entry->origin, "server", "workers",
                          "found %d, but SQLite takes one process that writes; several need PostgreSQL "
                          "([database] url=postgresql://…)",
                          (int)workers);
}

/* A folder that depends on where the program was started would be another one next time. */
static void
check_data_dir (NbHostSettings *self, GPtrArray *faults)
{
  const char *set = nb_settings_get_text (self->server, "data-dir");
  const NbConfigEntry *entry = nb_config_find (self->config, "server", "data-dir");

  if (entry && *set != '\0' && !g_path_is_absolute (set))
    nb_config_faults_add (faults, entry->origin, "server", "data-dir", "found '%.200s', expected a folder's full path",
                          set);
}

static void
read_plugin_dirs (NbHostSettings *self, GPtrArray *faults)
{
  const NbConfigEntry *entry = nb_config_find (self->config, "plugins", "path");
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) parts = g_strsplit (entry ? entry->value : "", ";", -1);

  for (char **part = parts; *part; part++)
    {
      g_strstrip (*part);
      if (**part == '\0')
        continue;
      if (!g_path_is_absolute (*part) || !g_file_test (*part, G_FILE_TEST_IS_DIR))
        nb_config_faults_add (faults, entry->origin, "plugins", "path", "found '%.200s', expected a folder's full path",
                              *part);
      g_strv_builder_add (builder, *part);
    }
  self->plugin_dirs = g_strv_builder_end (builder);
}

NbHostSettings *
nb_host_settings_new (NbConfig *config, GPtrArray *faults)
{
  g_autoptr (NbHostSettings) self = g_new0 (NbHostSettings, 1);
  guint before = faults->len;

  self->config = nb_config_ref (config);
  find_unknown_sections (config, faults);
  self->server = nb_config_read_section (config, "server", server_keys, faults);
  self->database = nb_config_read_section (config, "database", database_keys, faults);
  self->auctions = nb_config_read_section (config, "auctions", auctions_keys, faults);
  self->limits = nb_config_read_section (config, "limits", limits_keys, faults);
  read_plugin_dirs (self, faults);
  if (self->server)
    {
      nb_host_settings_check_addresses (self, faults);
      check_data_dir (self, faults);
      check_roles (self, faults);
    }
  if (self->auctions)
    check_auctions (self, faults);
  if (self->database)
    check_database (self, faults);
  if (self->server && self->database)
    check_workers (self, faults);
  return faults->len == before ? g_steal_pointer (&self) : NULL;
}

void
nb_host_settings_free (NbHostSettings *self)
{
  g_clear_pointer (&self->config, nb_config_unref);
  g_clear_pointer (&self->server, nb_settings_unref);
  g_clear_pointer (&self->database, nb_settings_unref);
  g_clear_pointer (&self->auctions, nb_settings_unref);
  g_clear_pointer (&self->limits, nb_settings_unref);
  g_clear_pointer (&self->plugin_dirs, g_strfreev);
  g_free (self);
}

char *
nb_host_settings_get_data_dir (NbHostSettings *self)
{
  const char *set = nb_settings_get_text (self->server, "data-dir");

  return *set ? g_strdup (set) : nb_paths_default_state_dir ();
}

char *
nb_host_settings_get_database_url (NbHostSettings *self)
{
  const char *url = nb_settings_get_text (self->database, "url");
  g_autofree char *dir = nb_host_settings_get_data_dir (self);

  if (!g_str_equal (url, "sqlite:auto"))
    return g_strdup (url);
  return g_strconcat ("sqlite:", dir, "/neighborbid.db", NULL);
}
