/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Scripts as they are sent: without the comments that are for who reads the source. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Empties the lines of @script that are nothing but a comment, the first line (the licence) aside, so that every line
 * keeps its number. A text that has anything which goes on over the end of a line, such as a template literal, or seems
 * to have it, is left as it is. Returns: (transfer full) */
GBytes *nb_script_text_shorten (GBytes *script);

G_END_DECLS
