/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The host's own checks for `neighborbid doctor`. */
#pragma once

#include "core/app/nb-host.h"

G_BEGIN_DECLS

/* Registers them, with the owner "core". */
gboolean nb_doctor_register (NbHost *host, GError **error);
/* Adds a sentence to @faults (element-type utf8) for each migration that keeps this version from working. */
gboolean nb_doctor_check_migrations (NbHost *host, GPtrArray *faults, GError **error);

G_END_DECLS
