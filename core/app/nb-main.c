/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds the command that was asked for and runs it. */
#include "core/app/nb-main.h"

#include <locale.h>
#include <string.h>

#include "core/app/nb-cli-commands.h"
#include "core/app/nb-log.h"

static const NbCliCommand commands[] = {
  { "serve", "", "Serve the site until SIGTERM", NB_CLI_CONFIG, nb_cli_serve },
  { "check", "", "Check the configuration: every fault on a line of its own", NB_CLI_CONFIG, nb_cli_check },
  { "config show", "", "Show every setting, secrets masked, and where it came from", NB_CLI_CONFIG | NB_CLI_JSON,
    nb_cli_config_show },
  { "config defaults", "", "Show every setting that there is, its default and what it does", NB_CLI_CONFIG,
    nb_cli_config_defaults },
  { "plugin list", "", "Show each plugin, its state, and why it failed", NB_CLI_CONFIG | NB_CLI_JSON,
    nb_cli_plugin_list },
  { "plugin info", "ID", "Show what one plugin says of itself and what it brings", NB_CLI_CONFIG | NB_CLI_JSON,
    nb_cli_plugin_info },
  { "db status", "", "Show each migration and whether it was applied", NB_CLI_CONFIG | NB_CLI_JSON, nb_cli_db_status },
  { "db migrate", "", "Apply the migrations that are pending", NB_CLI_CONFIG, nb_cli_db_migrate },
  { "doctor", "", "Look for faults in the data", NB_CLI_CONFIG | NB_CLI_JSON, nb_cli_doctor },
  { "user add", "USERNAME", "Add a person; the password is read from standard input or a file", NB_CLI_CONFIG,
    nb_cli_user_add },
  { "user role", "USERNAME ROLES", "Set the roles of a person, such as 'admin'; '' takes all away", NB_CLI_CONFIG,
    nb_cli_user_role },
  { "auction show", "ID", "Show one auction with its holds and bids", NB_CLI_CONFIG | NB_CLI_JSON,
    nb_cli_auction_show },
  { "auction replay", "ID", "Compute one auction again from its bids and compare", NB_CLI_CONFIG | NB_CLI_JSON,
    nb_cli_auction_replay },
  { "outbox list", "", "Show what waits to be delivered, and what was given up", NB_CLI_CONFIG | NB_CLI_JSON,
    nb_cli_outbox_list },
  { "outbox retry", "ID", "Try again to deliver what was given up (or --all)", NB_CLI_CONFIG, nb_cli_outbox_retry },
  { "outbox drop", "ID", "Delete what was given up (or --all), with a --reason", NB_CLI_CONFIG, nb_cli_outbox_drop },
  { "demo seed", "", "Fill an empty database with demo people, auctions and bids", NB_CLI_CONFIG, nb_cli_demo_seed },
  { "region import", "FILE", "Take over regions from a TSV file", NB_CLI_CONFIG, nb_cli_region_import },
};

/* Whether @name is @group's own, or a command below it. */
static gboolean
is_below (const char *name, const char *group)
{
  gsize length = strlen (group);

  return length == 0 || (strncmp (name, group, length) == 0 && name[length] == ' ');
}

static char *
list_commands (const char *group)
{
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "Usage:\n  neighborbid %s%sCOMMAND [OPTION…]\n\nCommands:\n", group, *group ? " " : "");
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    if (is_below (commands[i].name, group))
      {
        g_autofree char *call = g_strconcat (commands[i].name, " ", commands[i].arguments, NULL);
        g_string_append_printf (text, "  %-26s %s\n", call, commands[i].summary);
      }
  g_string_append (text, "\n'neighborbid COMMAND --help' tells the options of a command.\n");
  return g_string_free (text, FALSE);
}

/* Returns: how many of @words name @command; 0 when they name another */
static guint
match_command (const NbCliCommand *command, char **words)
{
  g_auto (GStrv) names = g_strsplit (command->name, " ", -1);
  guint n_names = g_strv_length (names);

  for (guint i = 0; i < n_names; i++)
    if (!words[i] || !g_str_equal (words[i], names[i]))
      return 0;
  return n_names;
}

static int
run_command (const NbCliCommand *command, char **words)
{
  NbInvocation invocation = { .command = command, .words = g_strdupv (words) };
  NbExit result = command->run (&invocation);

  nb_invocation_clear (&invocation);
  return result;
}

static gboolean
is_group (const char *word)
{
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    if (is_below (commands[i].name, word))
      return TRUE;
  return FALSE;
}

/* No command was named: help, or what was wrong. */
static int
answer_without_command (char **words)
{
  const char *group = words[0] && *words[0] && is_group (words[0]) ? words[0] : "";
  const char *next = *group ? words[1] : words[0];
  g_autofree char *list = list_commands (group);

  if (next && (g_str_equal (next, "--help") || g_str_equal (next, "-h")))
    {
      g_print ("%s", list);
      return NB_EXIT_FINE;
    }
  if (next && !*group && g_str_equal (next, "--version"))
    {
      g_print ("neighborbid %s\n", NB_VERSION);
      return NB_EXIT_FINE;
    }
  if (next)
    g_printerr ("neighborbid: there is no command '%s%s%s'\n\n", group, *group ? " " : "", next);
  g_printerr ("%s", list);
  return NB_EXIT_USAGE;
}

int
nb_main (int argc, char **argv)
{
  g_auto (GStrv) words = g_strdupv (argc > 0 ? argv + 1 : argv);

  setlocale (LC_ALL, "");
  nb_log_install (NB_LOG_TEXT, G_LOG_LEVEL_WARNING);
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      guint n_words = match_command (&commands[i], words);

      if (n_words > 0)
        return run_command (&commands[i], words + n_words);
    }
  return answer_without_command (words);
}
