/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the command line asks of the load. */
#pragma once

#include "bench/ws-load.h"

#include <gio/gio.h>

/* Fills the options, addresses, auctions, bidders and peers. Everything has a bound. */
gboolean ws_options_parse (WsLoad *load, int *argc, char ***argv, GError **error);
