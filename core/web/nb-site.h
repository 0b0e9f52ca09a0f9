/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the handlers of core get as their user data, and the registration of all of them. */
#pragma once

#include "core/account/nb-accounts.h"
#include "core/account/nb-regions.h"
#include "core/engine/nb-bid-engine.h"
#include "core/engine/nb-catalogue.h"
#include "core/plugin/nb-plugin-host.h"

G_BEGIN_DECLS

typedef struct _NbServer NbServer;

/* Nothing in it is owned; all of it outlives the server. */
typedef struct
{
  NbStore *store;
  NbRegistry *registry;
  NbAccounts *accounts;
  NbRegions *regions;
  NbCatalogue *catalogue;
  NbBidEngine *bid_engine;
  NbPluginHost *plugin_host; /* (nullable) for /readyz */
  NbServer *server; /* set by nb_server_new() */
} NbSite;

/* Registers the routes and the service of core, with the owner "core". @site outlives the registry's entries. */
gboolean nb_site_register (NbSite *site, GError **error);

G_END_DECLS
