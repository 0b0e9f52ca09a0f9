/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `neighborbid config show` and `config defaults`: what is set and where, and what can be set. */
#include <string.h>

#include "core/app/nb-cli-commands.h"
#include "core/app/nb-cli-host.h"

/* What both commands walk through: every key that there is, section by section. */
typedef struct
{
  const char *section;
  const NbSetting *key;
  const NbConfigEntry *entry; /* (nullable): where it was set */
} Item;

typedef void (*ItemFunc) (const Item *item, gpointer user_data);

static void
visit_section (NbConfig *config, const char *section, const NbSetting *keys, ItemFunc function, gpointer user_data)
{
  for (const NbSetting *key = keys; key && key->name; key++)
    {
      Item item = { section, key, nb_config_find (config, section, key->name) };
      function (&item, user_data);
    }
}

static void
visit_plugins (NbHost *host, ItemFunc function, gpointer user_data)
{
  static const NbSetting path
      = { "path", NB_SETTING_TEXT, "", .help = "more folders with plugins, full paths with ';' between them" };
  static const char *const help = "whether this plugin runs; required: the host does not start without it";
  g_autoptr (GPtrArray) ids = nb_plugin_host_list_ids (host->plugins);
  NbConfig *config = host->settings->config;
  Item first = { "plugins", &path, nb_config_find (config, "plugins", "path") };

  function (&first, user_data);
  for (guint i = 0; i < ids->len; i++)
    {
      NbSetting key
          = { ids->pdata[i], NB_SETTING_CHOICE, "optional", .choices = "required|optional|disabled", .help = help };
      Item item = { "plugins", &key, nb_config_find (config, "plugins", key.name) };
      function (&item, user_data);
    }
  for (guint i = 0; i < ids->len; i++)
    {
      g_autofree char *section = g_strconcat ("plugin ", ids->pdata[i], NULL);
      visit_section (config, section, nb_plugin_host_get_specs (host->plugins, ids->pdata[i]), function, user_data);
    }
}

static void
visit_all (NbHost *host, ItemFunc function, gpointer user_data)
{
  for (const NbHostSection *section = nb_host_sections; section->name; section++)
    visit_section (host->settings->config, section->name, section->keys, function, user_data);
  visit_plugins (host, function, user_data);
}

/* Returns: (transfer full): the value as it may be shown */
static char *
shown_value (const Item *item)
{
  const char *value = item->entry ? item->entry->value : item->key->fallback;

  if (item->key->kind == NB_SETTING_SECRET && *value)
    return g_strdup ("***");
  return nb_config_mask_addresses (value);
}

/* Prints a section line when @item is the first of its section. */
static void
print_section (const Item *item, char **current)
{
  if (g_strcmp0 (*current, item->section) == 0)
    return;
  g_print ("%s[%s]\n", *current ? "\n" : "", item->section);
  g_free (*current);
  *current = g_strdup (item->section);
}

static void
print_value (const Item *item, gpointer user_data)
{
  g_autofree char *value = shown_value (item);

  print_section (item, user_data);
  g_print ("# %s\n%s=%s\n", item->entry ? item->entry->origin : "default", item->key->name, value);
}

static void
print_default (const Item *item, gpointer user_data)
{
  print_section (item, user_data);
  g_print ("# %s", item->key->help ? item->key->help : item->key->name);
  if (item->key->choices)
    g_print (" (%s)", item->key->choices);
  g_print ("%s\n%s=%s\n", item->key->needs_restart ? " (taken at the next start)" : "", item->key->name,
           item->key->fallback);
}

static void
add_value (const Item *item, gpointer user_data)
{
  JsonObject *sections = user_data;
  JsonObject *object = json_object_new ();
  g_autofree char *value = shown_value (item);

  if (!json_object_has_member (sections, item->section))
    json_object_set_object_member (sections, item->section, json_object_new ());
  json_object_set_string_member (object, "value", value);
  json_object_set_string_member (object, "origin", item->entry ? item->entry->origin : "default");
  json_object_set_object_member (json_object_get_object_member (sections, item->section), item->key->name, object);
}

NbExit
nb_cli_config_show (NbInvocation *invocation)
{
  g_autoptr (NbHost) host = NULL;
  g_autofree char *section = NULL;

  if (!nb_invocation_parse (invocation, NULL, 0, 0))
    return invocation->exit;
  host = nb_invocation_open_host (invocation, NB_STAGE_LOOK);
  if (!host)
    return invocation->exit;
  if (invocation->as_json)
    {
      g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
      json_node_take_object (node, json_object_new ());
      visit_all (host, add_value, json_node_get_object (node));
      nb_print_json (node);
    }
  else
    visit_all (host, print_value, &section);
  return NB_EXIT_FINE;
}

NbExit
nb_cli_config_defaults (NbInvocation *invocation)
{
  g_autoptr (NbHost) host = NULL;
  g_autofree char *section = NULL;

  if (!nb_invocation_parse (invocation, NULL, 0, 0))
    return invocation->exit;
  host = nb_invocation_open_host (invocation, NB_STAGE_LOOK);
  if (!host)
    return invocation->exit;
  visit_all (host, print_default, &section);
  return NB_EXIT_FINE;
}
