/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads the address of a database. */
#pragma once

#include "core/store/nb-connection.h"

G_BEGIN_DECLS

/* @target: (out) (transfer full): what nb_connection_open() wants. Returns: (nullable): which database @url means */
const NbBackend *nb_target_parse (const char *url, char **target, GError **error);

G_END_DECLS
