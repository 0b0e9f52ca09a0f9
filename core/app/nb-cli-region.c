/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `neighborbid region import`: takes over a list of regions, such as the full official one. */
#include "core/app/nb-cli-commands.h"
#include "core/app/nb-cli-host.h"

typedef struct
{
  const char *path;
  gint64 count;
} Import;

static gboolean
import (NbTransaction *transaction, gpointer user_data, GError **error)
{
  Import *self = user_data;

  self->count = nb_regions_import (transaction, self->path, error);
  return self->count >= 0;
}

NbExit
nb_cli_region_import (NbInvocation *invocation)
{
  g_autoptr (NbHost) host = NULL;
  g_autoptr (GError) error = NULL;
  Import self = { 0 };

  if (!nb_invocation_parse (invocation, NULL, 1, 1))
    return invocation->exit;
  host = nb_invocation_open_host (invocation, NB_STAGE_WRITE);
  if (!host)
    return invocation->exit;
  self.path = invocation->arguments[0];
  if (!nb_store_transact (host->store, import, &self, &error))
    {
      nb_invocation_fail (invocation, error);
      return invocation->exit;
    }
  g_print ("%" G_GINT64_FORMAT " regions taken over; a server that runs knows them after its next start.\n",
           self.count);
  return NB_EXIT_FINE;
}
