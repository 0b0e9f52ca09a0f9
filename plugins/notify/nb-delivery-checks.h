/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What `neighborbid doctor` looks at in the queue of deliveries. */
#pragma once

#include <neighborbid/neighborbid.h>

G_BEGIN_DECLS

gboolean nb_delivery_checks_register (NbContext *context, GError **error);

G_END_DECLS
