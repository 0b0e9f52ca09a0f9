/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The internal listener: is it alive, is it ready, what does it count. */
#pragma once

#include <neighborbid/nb-request.h>

G_BEGIN_DECLS

/* Answers a request that came by the internal listener: /livez, /readyz, /metrics. */
void nb_internal_respond (NbRequest *request);

G_END_DECLS
