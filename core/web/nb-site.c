/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The registration of the routes of core. */
#include "core/web/nb-site.h"

gboolean
nb_site_register (NbSite *site, GError **error)
{
  return TRUE;
}
