/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What all commands share: their options, their arguments, their help, and how they answer. */
#pragma once

#include <json-glib/json-glib.h>

#include "core/app/nb-config.h"
#include "core/app/nb-exit.h"

G_BEGIN_DECLS

typedef struct _NbInvocation NbInvocation;

typedef enum
{
  NB_CLI_PLAIN = 0,
  NB_CLI_CONFIG = 1 << 0, /* takes -c and --set */
  NB_CLI_JSON = 1 << 1    /* takes --json */
} NbCliFlags;

typedef struct
{
  const char *name;      /* one word, or two as in "plugin list" */
  const char *arguments; /* for the help, such as "FILE"; may be empty */
  const char *summary;   /* for the list of commands */
  NbCliFlags flags;
  NbExit (*run) (NbInvocation *invocation);
} NbCliCommand;

/* One call of a command. The members below the line are set by nb_invocation_parse(). */
struct _NbInvocation
{
  const NbCliCommand *command;
  char **words; /* what followed the command's name */

  char *config_file; /* (nullable) */
  char **sets;       /* (nullable) */
  gboolean as_json;
  char **arguments;          /* what is no option, ended by NULL */
  const NbConfigFlag *flags; /* (nullable): what options of this command's own set in the configuration */
  NbExit exit;               /* why nb_invocation_parse() returned FALSE */
};

/* Reads the options in @entries (ended by an empty one) beside the shared ones, and between @least and @most arguments.
 * Returns: FALSE when the command has nothing more to do: its help was printed, or its use was wrong */
gboolean nb_invocation_parse (NbInvocation *self, const GOptionEntry *entries, guint least, guint most);
void nb_invocation_clear (NbInvocation *self);

/* Says on standard error that the command's use was wrong. Returns: %NB_EXIT_USAGE */
NbExit nb_invocation_refuse (NbInvocation *self, const char *format, ...) G_GNUC_PRINTF (2, 3);
/* Prints @node as indented JSON on standard output. */
void nb_print_json (JsonNode *node);
/* Says on standard error what went wrong. Returns: the exit code that fits @error */
NbExit nb_print_error (const GError *error);

G_END_DECLS
