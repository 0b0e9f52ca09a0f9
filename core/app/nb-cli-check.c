/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `neighborbid check`: the configuration and the plugins that it names, without touching data. */
#include "core/app/nb-cli-commands.h"
#include "core/app/nb-cli-host.h"

NbExit
nb_cli_check (NbInvocation *invocation)
{
  g_autoptr (NbHost) host = NULL;

  if (!nb_invocation_parse (invocation, NULL, 0, 0))
    return invocation->exit;
  host = nb_invocation_open_host (invocation, NB_STAGE_LOOK);
  if (!host)
    return invocation->exit;
  g_print ("The configuration is fine.\n");
  return NB_EXIT_FINE;
}
