/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The service by which plugins write texts outside of a request. */
#pragma once

#include "core/web/nb-server.h"

#include <neighborbid/nb-composer.h>

G_BEGIN_DECLS

/* @server is not kept alive: without it texts are in English, and no template is there. */
NbComposer *nb_composer_new (NbServer *server);
/* Offers the service, with the owner "core". */
gboolean nb_composer_register (NbSite *site, GError **error);

G_END_DECLS
