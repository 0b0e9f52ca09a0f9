/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `neighborbid plugin list` and `plugin info`: which plugins there are, and what each says of itself. */
#include "core/app/nb-cli-commands.h"
#include "core/app/nb-cli-host.h"

static void
add_list (JsonObject *object, const char *name, char **values)
{
  JsonArray *array = json_array_new ();

  for (char **value = values; value && *value; value++)
    json_array_add_string_element (array, *value);
  json_object_set_array_member (object, name, array);
}

static void
add_text (JsonObject *object, const char *name, const char *value)
{
  if (value)
    json_object_set_string_member (object, name, value);
  else
    json_object_set_null_member (object, name);
}

static JsonObject *
describe (const NbPluginInfo *info)
{
  JsonObject *object = json_object_new ();

  add_text (object, "id", info->id);
  add_text (object, "name", nb_plugin_info_get_name (info, "en"));
  add_text (object, "version", info->version);
  add_text (object, "mode", nb_plugin_mode_name (info->mode));
  add_text (object, "state", nb_plugin_state_name (info->state));
  add_text (object, "reason", info->reason);
  add_list (object, "provides", info->provides);
  add_list (object, "requires", info->requires);
  add_list (object, "wants", info->wants);
  add_text (object, "folder", info->dir);
  return object;
}

static void
print_list (GPtrArray *list)
{
  g_print ("%-24s %-10s %-10s %-10s %s\n", "ID", "VERSION", "MODE", "STATE", "REASON");
  for (guint i = 0; i < list->len; i++)
    {
      const NbPluginInfo *info = list->pdata[i];
      g_print ("%-24s %-10s %-10s %-10s %s\n", info->id, info->version ? info->version : "-",
               nb_plugin_mode_name (info->mode), nb_plugin_state_name (info->state), info->reason ? info->reason : "");
    }
}

static void
print_list_json (GPtrArray *list)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonArray *items = json_array_new ();

  for (guint i = 0; i < list->len; i++)
    json_array_add_object_element (items, describe (list->pdata[i]));
  json_node_take_object (node, json_object_new ());
  json_object_set_array_member (json_node_get_object (node), "items", items);
  nb_print_json (node);
}

/* The plugins as they stand, also where some of them can't start: the list is there to tell why. */
static NbHost *
look (NbInvocation *invocation, NbExit *result)
{
  NbHostSettings *settings = nb_invocation_load_settings (invocation, NULL);
  g_autoptr (GPtrArray) faults = nb_config_faults_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (NbHost) host = NULL;

  *result = invocation->exit;
  if (!settings)
    return NULL;
  host = nb_host_new (settings, FALSE, &error);
  *result = host && nb_host_load_plugins (host, NULL, faults, &error) ? NB_EXIT_FINE : NB_EXIT_CONFIG;
  nb_print_faults (faults);
  if (error)
    nb_print_error (error);
  return g_steal_pointer (&host);
}

NbExit
nb_cli_plugin_list (NbInvocation *invocation)
{
  g_autoptr (NbHost) host = NULL;
  g_autoptr (GPtrArray) list = NULL;
  NbExit result;

  if (!nb_invocation_parse (invocation, NULL, 0, 0))
    return invocation->exit;
  host = look (invocation, &result);
  if (!host)
    return result;
  list = nb_plugin_host_list (host->plugins);
  if (invocation->as_json)
    print_list_json (list);
  else
    print_list (list);
  return result;
}

static void
print_words (const char *title, char **words)
{
  g_autofree char *joined = words ? g_strjoinv (", ", words) : g_strdup ("");

  g_print ("%-10s %s\n", title, *joined ? joined : "-");
}

static void
print_info (NbHost *host, const NbPluginInfo *info)
{
  const NbSetting *key = nb_plugin_host_get_specs (host->plugins, info->id);

  g_print ("%s %s\n", nb_plugin_info_get_name (info, "en"), info->version ? info->version : "");
  g_print ("%-10s %s\n%-10s %s\n%-10s %s\n", "id", info->id, "mode", nb_plugin_mode_name (info->mode), "state",
           nb_plugin_state_name (info->state));
  if (info->reason)
    g_print ("%-10s %s\n", "reason", info->reason);
  print_words ("provides", info->provides);
  print_words ("requires", info->requires);
  print_words ("wants", info->wants);
  g_print ("%-10s %s\n", "folder", info->dir ? info->dir : "-");
  if (key && key->name)
    g_print ("\nSettings of [plugin %s]:\n", info->id);
  for (; key && key->name; key++)
    g_print ("  %s=%s\n    %s\n", key->name, key->fallback, key->help ? key->help : "");
}

NbExit
nb_cli_plugin_info (NbInvocation *invocation)
{
  g_autoptr (NbHost) host = NULL;
  g_autoptr (GPtrArray) list = NULL;
  NbExit result;

  if (!nb_invocation_parse (invocation, NULL, 1, 1))
    return invocation->exit;
  host = look (invocation, &result);
  if (!host)
    return result;
  list = nb_plugin_host_list (host->plugins);
  for (guint i = 0; i < list->len; i++)
    {
      const NbPluginInfo *info = list->pdata[i];
      if (!g_str_equal (info->id, invocation->arguments[0]))
        continue;
      if (invocation->as_json)
        {
          g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
          json_node_take_object (node, describe (info));
          nb_print_json (node);
        }
      else
        print_info (host, info);
      return result;
    }
  return nb_invocation_refuse (invocation, "there is no plugin '%s'", invocation->arguments[0]);
}
