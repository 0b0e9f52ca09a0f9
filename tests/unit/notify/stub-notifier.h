/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A channel that reaches people at places that a test names, and never delivers. */
#pragma once

#include <neighborbid/neighborbid.h>

#define STUB_TYPE_NOTIFIER (stub_notifier_get_type ())
G_DECLARE_FINAL_TYPE (StubNotifier, stub_notifier, STUB, NOTIFIER, GObject)

/* @title: (nullable). Each person whose id is at least @first is reached at @n_targets places: 1 and on; at 0 alone for
 * @n_targets 0. */
NbNotifier *stub_notifier_new (const char *name, const char *title, gint64 first, guint n_targets);
