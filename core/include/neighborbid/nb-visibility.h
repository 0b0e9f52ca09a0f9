/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which symbols are public: everything else in the library is hidden by its export list. */
#pragma once

#include <glib.h>

/**
 * NB_PUBLIC:
 *
 * Marks a function as part of the public interface. The build makes the library's export list from these marks.
 */
#define NB_PUBLIC __attribute__ ((visibility ("default"))) extern

/** NB_ABI_MAJOR: a plugin must be built for exactly this major number. */
#define NB_ABI_MAJOR 1
/** NB_ABI_MINOR: a plugin's minor number must not be above the host's. */
#define NB_ABI_MINOR 0
