/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Gives up what nobody takes, for its channel doesn't run. */
#pragma once

#include <neighborbid/neighborbid.h>

G_BEGIN_DECLS

/* An NbChoreFunc: gives up what has been due, and was not taken, for @age microseconds. */
gboolean nb_delivery_sweep (NbTransaction *transaction, gint64 age, gboolean *has_more, GError **error);

G_END_DECLS
