/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The host's own gauges of auctions and of the outbox. */
#pragma once

#include "core/plugin/nb-registry.h"

G_BEGIN_DECLS

/* Registers `auctions_open`, `outbox_pending`, `outbox_dead` and `outbox_oldest_age_seconds` for "core". */
gboolean nb_engine_gauges_register (NbRegistry *registry, GError **error);

G_END_DECLS
