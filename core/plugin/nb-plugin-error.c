/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The domain of errors about plugins. */
#include "core/plugin/nb-plugin-error.h"

G_DEFINE_QUARK (nb - plugin - error - quark, nb_plugin_error)
