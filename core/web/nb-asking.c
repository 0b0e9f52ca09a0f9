/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A request that waits. */
#include "core/web/nb-asking.h"

NbAsking *
nb_asking_new (NbSite *site, NbRequest *request)
{
  NbAsking *self = g_new (NbAsking, 1);

  *self = (NbAsking){ site, g_object_ref (request) };
  return self;
}

void
nb_asking_free (NbAsking *self)
{
  g_object_unref (self->request);
  g_free (self);
}
