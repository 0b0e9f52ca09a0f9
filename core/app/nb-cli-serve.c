/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `neighborbid serve`: the site itself. */
#include "core/app/nb-cli-commands.h"
#include "core/app/nb-cli-host.h"
#include "core/app/nb-serve.h"

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
serve (NbInvocation *invocation, gboolean is_dev, const char *const *fallbacks, const char *const *plugin_dirs)
{
  NbHostSettings *settings = nb_invocation_load_settings (invocation, fallbacks);
  g_autoptr (GError) error = NULL;
  NbServeOptions options;

  if (!settings)
    return invocation->exit;
  nb_serve_apply_log (settings);
  options = (NbServeOptions){
    .host = nb_invocation_open_host_with (invocation, settings, plugin_dirs, NB_STAGE_SCHEMA),
    .sources = nb_invocation_get_sources (invocation, fallbacks),
    .with_demo = is_dev,
  };
  if (!options.host)
    return invocation->exit;
  if (!nb_host_migrate (options.host, TRUE, &error))
    nb_host_free (options.host);
  else if (nb_serve (&options, &error))
    return NB_EXIT_FINE;
  nb_invocation_fail (invocation, error);
  return invocation->exit;
}

NbExit
nb_cli_serve (NbInvocation *invocation)
{
  gboolean is_dev = FALSE;
  g_auto (GStrv) plugin_dirs = NULL;
  g_auto (GStrv) fallbacks = NULL;
  GOptionEntry entries[] = {
    { "dev", 0, 0, G_OPTION_ARG_NONE, &is_dev,
      "For trying out: a private data folder, demo data in an empty database, short auctions allowed, log as text",
      NULL },
    { "plugin-dir", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &plugin_dirs, "Look for plugins here as well; may be repeated",
      "DIR" },
    { NULL }
  };

  if (!nb_invocation_parse (invocation, entries, 0, 0))
    return invocation->exit;
  if (is_dev)
    fallbacks = make_dev_fallbacks ();
  return serve (invocation, is_dev, (const char *const *)fallbacks, (const char *const *)plugin_dirs);
}
