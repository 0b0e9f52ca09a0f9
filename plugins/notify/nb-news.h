/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Events as they came, sorted by what has to be done with them. */
#pragma once

#include "nb-course.h"

G_BEGIN_DECLS

typedef struct
{
  GPtrArray *courses;  /* of NbCourse: how leadership went, one for each auction */
  GPtrArray *outcomes; /* of NbEvent: what is told one by one, in order */
  NbRowset *auctions;  /* of one column: all that they are about */
} NbNews;

/* @events: (element-type NbEvent). Kinds that aren't known are passed over, as are newer versions and broken ones, which
 * are logged. */
NbNews *nb_news_new (GPtrArray *events);
void nb_news_free (NbNews *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbNews, nb_news_free)

/* Logs that @event lacks what it must have. */
void nb_news_warn (const NbEvent *event);

G_END_DECLS
