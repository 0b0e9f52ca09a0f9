/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `neighborbid serve`: the site itself, in one process or under a supervisor. */
#include "core/app/nb-cli-commands.h"
#include "core/app/nb-cli-host.h"
#include "core/app/nb-log.h"
#include "core/app/nb-serve.h"
#include "core/app/nb-supervisor.h"

typedef struct
{
  NbInvocation *invocation;
  gboolean is_dev;
  char *workers;      /* (nullable) */
  char *roles;        /* (nullable) */
  char **plugin_dirs; /* (nullable) */
  char **fallbacks;   /* (nullable) */
  NbConfigFlag flags[3];
  NbWorkerLink link;
  NbGivenSockets sockets;
} Serve;

/* What --dev changes where nothing else is set. */
static char **
make_dev_fallbacks (void)
{
  g_autofree char *folder = g_build_filename (g_get_user_state_dir (), "neighborbid", "dev", NULL);
  g_autofree char *data_dir = g_strconcat ("server.data-dir=", folder, NULL);
  const char *const fallbacks[] = { data_dir, "server.log=text", "auctions.min-duration=5s", NULL };

  return g_strdupv ((char **)fallbacks);
}

static NbExit
fail (Serve *self, const GError *error)
{
  nb_invocation_fail (self->invocation, error);
  return self->invocation->exit;
}

/* @settings: (transfer full). Returns: (nullable): NULL with the exit code set */
static NbHost *
open_host (Serve *self, NbHostSettings *settings)
{
  return nb_invocation_open_host_with (self->invocation, settings, (const char *const *)self->plugin_dirs,
                                       NB_STAGE_SCHEMA);
}

static NbConfigSources
get_sources (Serve *self)
{
  return nb_invocation_get_sources (self->invocation, (const char *const *)self->fallbacks);
}

/* What is done once, before the workers start: so they find all as it should be and don't wait for each other. */
static NbExit
prepare (Serve *self, NbHostSettings *settings)
{
  g_autoptr (NbHost) host = open_host (self, settings);
  g_autoptr (GError) error = NULL;

  if (!host)
    return self->invocation->exit;
  if (!nb_host_migrate (host, TRUE, &error) || !nb_host_start_core (host, TRUE, &error))
    return fail (self, error);
  if (!self->is_dev)
    return NB_EXIT_FINE;
  if (!nb_host_start_plugins (host, &error))
    return fail (self, error);
  nb_serve_add_demo (host);
  return NB_EXIT_FINE;
}

/* A worker never migrates: what is newer on the disk than the processes beside it waits for the next start of all. */
static NbExit
serve (Serve *self, NbHostSettings *settings)
{
  gboolean is_worker = self->link.kind == NB_LINK_WORKER;
  g_autoptr (GError) error = NULL;
  NbServeOptions options = {
    .host = open_host (self, settings),
    .sources = get_sources (self),
    .with_demo = self->is_dev && !is_worker,
    .link = &self->link,
    .sockets = &self->sockets,
  };

  if (!options.host)
    return self->invocation->exit;
  if (!nb_host_migrate (options.host, !is_worker, &error))
    nb_host_free (options.host);
  else if (nb_serve (&options, &error))
    return NB_EXIT_FINE;
  return fail (self, error);
}

static NbExit
supervise (Serve *self, NbHostSettings *settings)
{
  NbSupervisorOptions options = {
    .settings = settings,
    .sources = get_sources (self),
    .words = (const char *const *)self->invocation->words,
    .sockets = &self->sockets,
  };

  return nb_supervise (&options);
}

static NbExit
run (Serve *self)
{
  NbHostSettings *settings = nb_invocation_load_settings (self->invocation, (const char *const *)self->fallbacks);

  if (!settings)
    return self->invocation->exit;
  nb_serve_apply_log (settings);
  if (self->sockets.sockets && !(settings->roles & (NB_ROLE_WEB | NB_ROLE_LIVE)))
    {
      g_printerr ("neighborbid: this process was given sockets of the site, but without the roles web and live it "
                  "answers on none\n");
      nb_host_settings_free (settings);
      return NB_EXIT_CONFIG;
    }
  if (self->link.kind == NB_LINK_PREPARER)
    return prepare (self, settings);
  if (self->link.kind == NB_LINK_NONE && nb_settings_get_int (settings->server, "workers") > 1)
    return supervise (self, settings);
  return serve (self, settings);
}

static gboolean
parse (Serve *self)
{
  GOptionEntry entries[] = {
    { "dev", 0, 0, G_OPTION_ARG_NONE, &self->is_dev,
      "For trying out: a private data folder, demo data in an empty database, short auctions allowed, log as text",
      NULL },
    { "workers", 0, 0, G_OPTION_ARG_STRING, &self->workers,
      "Serve with so many processes, and replace those that die; more than one needs PostgreSQL", "N" },
    { "role", 0, 0, G_OPTION_ARG_STRING, &self->roles,
      "Do only this much: web (pages and the API), live (WebSockets), jobs (closing auctions), ',' between them",
      "ROLES" },
    { "plugin-dir", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &self->plugin_dirs,
      "Look for plugins here as well; may be repeated", "DIR" },
    { NULL }
  };
  NbConfigFlag *flag = self->flags;

  if (!nb_invocation_parse (self->invocation, entries, 0, 0))
    return FALSE;
  if (self->is_dev)
    self->fallbacks = make_dev_fallbacks ();
  if (self->workers)
    *flag++ = (NbConfigFlag){ "--workers", "server", "workers", self->workers };
  if (self->roles)
    *flag++ = (NbConfigFlag){ "--role", "server", "roles", self->roles };
  self->invocation->flags = self->flags;
  return TRUE;
}

/* What the environment says of sockets and of a supervisor is for this process and no further one. */
static gboolean
take_environment (Serve *self)
{
  g_autoptr (GError) error = NULL;

  if (nb_worker_link_take (&self->link, &error) && nb_given_sockets_take (&self->sockets, &error))
    {
      if (self->link.kind == NB_LINK_WORKER)
        nb_log_set_worker (self->link.number);
      return TRUE;
    }
  fail (self, error);
  return FALSE;
}

static void
clear (Serve *self)
{
  nb_given_sockets_clear (&self->sockets);
  g_free (self->workers);
  g_free (self->roles);
  g_strfreev (self->plugin_dirs);
  g_strfreev (self->fallbacks);
}

NbExit
nb_cli_serve (NbInvocation *invocation)
{
  Serve self = { .invocation = invocation };
  NbExit result = take_environment (&self) && parse (&self) ? run (&self) : invocation->exit;

  clear (&self);
  return result;
}
