/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `neighborbid db status` and `db migrate`: the database's tables against what this version expects. */
#include "core/app/nb-cli-commands.h"
#include "core/app/nb-cli-host.h"

static const char *
state_name (const NbMigration *migration)
{
  switch (migration->state)
    {
    case NB_MIGRATION_APPLIED:
      return "applied";
    case NB_MIGRATION_PENDING:
      return "pending";
    case NB_MIGRATION_CHANGED:
      return "changed since it was applied";
    default:
      return "unknown to this version";
    }
}

/* Whether this version can't work with the database, whatever is migrated. */
static gboolean
is_bad (const NbMigration *migration)
{
  return migration->state == NB_MIGRATION_CHANGED || migration->state == NB_MIGRATION_UNKNOWN;
}

static void
print_json (GPtrArray *list)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonArray *items = json_array_new ();

  for (guint i = 0; i < list->len; i++)
    {
      const NbMigration *migration = list->pdata[i];
      JsonObject *object = json_object_new ();

      json_object_set_string_member (object, "component", migration->component);
      json_object_set_int_member (object, "number", migration->number);
      json_object_set_string_member (object, "name", migration->name);
      json_object_set_string_member (object, "state", state_name (migration));
      json_array_add_object_element (items, object);
    }
  json_node_take_object (node, json_object_new ());
  json_object_set_array_member (json_node_get_object (node), "items", items);
  nb_print_json (node);
}

static void
print_migration (const NbMigration *migration)
{
  g_print ("%-24s %03d %-24s %s\n", migration->component, migration->number, migration->name, state_name (migration));
}

/* Returns: (nullable): NULL with the exit code set */
static GPtrArray *
list_migrations (NbInvocation *invocation, NbHost *host)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *list = nb_host_list_migrations (host, &error);

  if (!list)
    nb_invocation_fail (invocation, error);
  return list;
}

NbExit
nb_cli_db_status (NbInvocation *invocation)
{
  g_autoptr (NbHost) host = NULL;
  g_autoptr (GPtrArray) list = NULL;
  gboolean is_good = TRUE;

  if (!nb_invocation_parse (invocation, NULL, 0, 0))
    return invocation->exit;
  host = nb_invocation_open_host (invocation, NB_STAGE_SCHEMA);
  if (!host || !(list = list_migrations (invocation, host)))
    return invocation->exit;
  for (guint i = 0; i < list->len; i++)
    {
      is_good = is_good && !is_bad (list->pdata[i]);
      if (!invocation->as_json)
        print_migration (list->pdata[i]);
    }
  if (invocation->as_json)
    print_json (list);
  return is_good ? NB_EXIT_FINE : NB_EXIT_CHECK_FAILED;
}

NbExit
nb_cli_db_migrate (NbInvocation *invocation)
{
  gboolean is_dry_run = FALSE;
  GOptionEntry entries[]
      = { { "dry-run", 'n', 0, G_OPTION_ARG_NONE, &is_dry_run, "Only tell what would be applied", NULL }, { NULL } };
  g_autoptr (NbHost) host = NULL;
  g_autoptr (GPtrArray) list = NULL;
  g_autoptr (GError) error = NULL;
  guint n_pending = 0;

  if (!nb_invocation_parse (invocation, entries, 0, 0))
    return invocation->exit;
  host = nb_invocation_open_host (invocation, NB_STAGE_SCHEMA);
  if (!host || !(list = list_migrations (invocation, host)))
    return invocation->exit;
  if (!is_dry_run && !nb_host_migrate (host, TRUE, &error))
    {
      nb_invocation_fail (invocation, error);
      return invocation->exit;
    }
  for (guint i = 0; i < list->len; i++)
    {
      const NbMigration *migration = list->pdata[i];
      if (migration->state != NB_MIGRATION_PENDING)
        continue;
      n_pending++;
      g_print ("%s %s %03d %s\n", is_dry_run ? "would apply" : "applied", migration->component, migration->number,
               migration->name);
    }
  if (n_pending == 0)
    g_print ("The database is up to date.\n");
  return NB_EXIT_FINE;
}
