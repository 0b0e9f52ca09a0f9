/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Checks the terms of an ascending auction. */
#pragma once

#include <glib.h>

/* @terms: an a{sv}. Returns: FALSE with validation_failed and its field */
gboolean nb_english_terms_check (GVariant *terms, GError **error);
