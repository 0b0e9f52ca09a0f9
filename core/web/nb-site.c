/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The registration of what core brings: its routes and its services. */
#include "core/web/nb-site.h"

#include "core/web/nb-api-accounts.h"
#include "core/web/nb-api-auctions.h"
#include "core/web/nb-api-description.h"
#include "core/web/nb-api-regions.h"
#include "core/web/nb-api-sessions.h"
#include "core/web/nb-composer.h"
#include "core/web/nb-market.h"
#include "core/web/nb-pages.h"

typedef gboolean (*RegisterFunc) (NbSite *site, GError **error);

static const RegisterFunc parts[] = {
  nb_api_accounts_register, nb_api_auctions_register, nb_api_description_register, nb_api_regions_register,
  nb_api_sessions_register, nb_composer_register,     nb_market_register,          nb_pages_register,
};

gboolean
nb_site_register (NbSite *site, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    if (!parts[i](site, error))
      return FALSE;
  return TRUE;
}
