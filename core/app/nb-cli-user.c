/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `neighborbid user add` and `user role`: people and their roles, for operators. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "core/app/nb-cli-audit.h"
#include "core/app/nb-cli-commands.h"
#include "core/app/nb-cli-host.h"

#define MAX_PASSWORD_BYTES 2048

typedef struct
{
  NbSignUp sign_up;
  const char *password_hash;
  const char *roles;
  gint64 id;
} Change;

static gboolean
add (NbTransaction *transaction, gpointer user_data, GError **error)
{
  Change *self = user_data;

  self->id = nb_accounts_create (transaction, &self->sign_up, self->password_hash, self->roles, error);
  return self->id > 0 && nb_cli_audit (transaction, "user-add", self->sign_up.username, self->roles, error);
}

static gboolean
set_roles (NbTransaction *transaction, gpointer user_data, GError **error)
{
  Change *self = user_data;

  return nb_accounts_set_roles (transaction, self->sign_up.username, self->roles, error)
         && nb_cli_audit (transaction, "user-role", self->sign_up.username, self->roles, error);
}

/* One line from standard input; on a terminal it is asked for and not shown. */
static char *
read_line (void)
{
  gboolean is_terminal = isatty (STDIN_FILENO);
  char line[MAX_PASSWORD_BYTES] = "";
  struct termios before;

  if (is_terminal && tcgetattr (STDIN_FILENO, &before) == 0)
    {
      struct termios hidden = before;
      hidden.c_lflag &= ~(tcflag_t)ECHO;
      g_printerr ("Password: ");
      tcsetattr (STDIN_FILENO, TCSAFLUSH, &hidden);
    }
  if (!fgets (line, sizeof line, stdin))
    line[0] = '\0';
  if (is_terminal)
    {
      tcsetattr (STDIN_FILENO, TCSAFLUSH, &before);
      g_printerr ("\n");
    }
  line[strcspn (line, "\r\n")] = '\0';
  return g_strdup (line);
}

static char *
read_password (const char *path, GError **error)
{
  char *text = NULL;

  if (!path)
    return read_line ();
  if (!g_file_get_contents (path, &text, NULL, error))
    return NULL;
  text[strcspn (text, "\r\n")] = '\0';
  return text;
}

/* Returns: FALSE with the exit code set */
static gboolean
run (NbInvocation *invocation, NbTransactFunc function, Change *change)
{
  g_autoptr (NbHost) host = nb_invocation_open_host (invocation, NB_STAGE_WRITE);
  g_autoptr (GError) error = NULL;

  if (!host)
    return FALSE;
  if (nb_store_transact (host->store, function, change, &error))
    return TRUE;
  nb_invocation_fail (invocation, error);
  return FALSE;
}

NbExit
nb_cli_user_add (NbInvocation *invocation)
{
  g_autofree char *nickname = NULL;
  g_autofree char *region = NULL;
  g_autofree char *email = NULL;
  g_autofree char *roles = NULL;
  g_autofree char *path = NULL;
  GOptionEntry entries[]
      = { { "nickname", 0, 0, G_OPTION_ARG_STRING, &nickname, "What others see (the username)", "NAME" },
          { "region", 0, 0, G_OPTION_ARG_STRING, &region, "Where they live: a region's code", "CODE" },
          { "email", 0, 0, G_OPTION_ARG_STRING, &email, "Their address", "EMAIL" },
          { "role", 0, 0, G_OPTION_ARG_STRING, &roles, "Their roles, such as 'admin'", "ROLES" },
          { "password-file", 0, 0, G_OPTION_ARG_FILENAME, &path, "Read the password from this file's first line",
            "FILE" },
          { NULL } };
  g_autofree char *password = NULL;
  g_autofree char *hash = NULL;
  g_autoptr (GError) error = NULL;
  Change change = { 0 };

  if (!nb_invocation_parse (invocation, entries, 1, 1))
    return invocation->exit;
  password = read_password (path, &error);
  hash = password ? nb_accounts_hash_password (password, &error) : NULL;
  if (!hash)
    {
      nb_invocation_fail (invocation, error);
      return invocation->exit;
    }
  change.sign_up = (NbSignUp){ .username = invocation->arguments[0],
                               .password = password,
                               .nickname = nickname ? nickname : invocation->arguments[0],
                               .region = region,
                               .email = email };
  change.password_hash = hash;
  change.roles = roles ? roles : "";
  if (!run (invocation, add, &change))
    return invocation->exit;
  g_print ("%" G_GINT64_FORMAT " %s\n", change.id, change.sign_up.username);
  return NB_EXIT_FINE;
}

NbExit
nb_cli_user_role (NbInvocation *invocation)
{
  Change change = { 0 };

  if (!nb_invocation_parse (invocation, NULL, 2, 2))
    return invocation->exit;
  change.sign_up.username = invocation->arguments[0];
  change.roles = invocation->arguments[1];
  if (!run (invocation, set_roles, &change))
    return invocation->exit;
  g_print ("%s: %s\n", change.sign_up.username, *change.roles ? change.roles : "no roles");
  return NB_EXIT_FINE;
}
