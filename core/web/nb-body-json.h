/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JSON as strict as RFC 8259 and this platform want it, read and written; nb-json.h tells what each call promises. */
#pragma once

#include <neighborbid/nb-json.h>

G_BEGIN_DECLS

/* How deep objects and lists may lie in each other. */
#define NB_JSON_MAX_DEPTH 16

G_END_DECLS
