/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads the options of a command and prints its help. */
#include "core/app/nb-cli.h"

#include <neighborbid/nb-error.h>

static GOptionContext *
make_context (NbInvocation *self, gboolean *wants_help)
{
  const NbCliCommand *command = self->command;
  GOptionEntry config[] = { { "config", 'c', 0, G_OPTION_ARG_FILENAME, &self->config_file,
                              "Read this configuration, and conf.d beside it", "FILE" },
                            { "set", 0, 0, G_OPTION_ARG_STRING_ARRAY, &self->sets,
                              "Set one value over all others; may be repeated", "SECTION.KEY=VALUE" },
                            { NULL } };
  GOptionEntry json[] = { { "json", 0, 0, G_OPTION_ARG_NONE, &self->as_json, "Answer with JSON", NULL }, { NULL } };
  GOptionEntry help[] = { { "help", 'h', 0, G_OPTION_ARG_NONE, wants_help, "Show this help", NULL }, { NULL } };
  GOptionContext *context = g_option_context_new (command->arguments);

  g_option_context_set_help_enabled (context, FALSE);
  g_option_context_set_summary (context, command->summary);
  if (command->flags & NB_CLI_CONFIG)
    g_option_context_add_main_entries (context, config, NULL);
  if (command->flags & NB_CLI_JSON)
    g_option_context_add_main_entries (context, json, NULL);
  g_option_context_add_main_entries (context, help, NULL);
  return context;
}

/* GOption takes the name of the program from here; it is the command's. */
static char **
make_argv (NbInvocation *self)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autofree char *name = g_strconcat ("neighborbid ", self->command->name, NULL);

  g_strv_builder_add (builder, name);
  g_strv_builder_addv (builder, (const char **)self->words);
  return g_strv_builder_end (builder);
}

/* Takes what is left after the options, without the `--` that may divide them. */
static gboolean
take_arguments (NbInvocation *self, char **argv, guint least, guint most)
{
  char **rest = argv + 1;

  if (*rest && g_str_equal (*rest, "--"))
    rest++;
  self->arguments = g_strdupv (rest);
  if (g_strv_length (rest) >= least && g_strv_length (rest) <= most)
    return TRUE;
  if (most == 0)
    self->exit = nb_invocation_refuse (self, "takes no argument, but got '%s'", rest[0]);
  else
    self->exit = nb_invocation_refuse (self, "needs %s", self->command->arguments);
  return FALSE;
}

gboolean
nb_invocation_parse (NbInvocation *self, const GOptionEntry *entries, guint least, guint most)
{
  gboolean wants_help = FALSE;
  g_autoptr (GOptionContext) context = make_context (self, &wants_help);
  g_auto (GStrv) argv = make_argv (self);
  g_autofree char *name = g_strconcat ("neighborbid ", self->command->name, NULL);
  g_autoptr (GError) error = NULL;

  if (entries)
    g_option_context_add_main_entries (context, entries, NULL);
  g_set_prgname (name);
  if (!g_option_context_parse_strv (context, &argv, &error))
    {
      self->exit = nb_invocation_refuse (self, "%s", error->message);
      return FALSE;
    }
  if (wants_help)
    {
      g_autofree char *help = g_option_context_get_help (context, TRUE, NULL);
      g_print ("%s", help);
      self->exit = NB_EXIT_FINE;
      return FALSE;
    }
  return take_arguments (self, argv, least, most);
}

void
nb_invocation_clear (NbInvocation *self)
{
  g_clear_pointer (&self->words, g_strfreev);
  g_clear_pointer (&self->config_file, g_free);
  g_clear_pointer (&self->sets, g_strfreev);
  g_clear_pointer (&self->arguments, g_strfreev);
}

NbExit
nb_invocation_refuse (NbInvocation *self, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_printerr ("neighborbid %s: %s\nTry 'neighborbid %s --help'.\n", self->command->name, message, self->command->name);
  return NB_EXIT_USAGE;
}

void
nb_print_json (JsonNode *node)
{
  g_autofree char *text = json_to_string (node, TRUE);

  g_print ("%s\n", text);
}

NbExit
nb_print_error (const GError *error)
{
  g_printerr ("neighborbid: %s\n", error->message);
  return g_error_matches (error, NB_ERROR, NB_ERROR_BUSY) ? NB_EXIT_TRY_AGAIN : NB_EXIT_RUNTIME;
}
