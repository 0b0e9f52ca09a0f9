/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who leads and who was outbid, as far as people know: kept in notify_standings while an auction goes on. */
#pragma once

#include "nb-course.h"
#include "nb-lot.h"
#include "nb-post.h"

G_BEGIN_DECLS

/* Tells those whose standing changed without their knowing, as far as it is still true of the auction as it is in
 * @lots, and writes down what they know now. @courses: (element-type NbCourse) */
gboolean nb_standings_tell (GPtrArray *courses, GHashTable *lots, NbPost *post, NbTransaction *transaction,
                            GError **error);

G_END_DECLS
