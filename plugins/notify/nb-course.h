/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How people's standing in one auction changed by several events, and who of them doesn't know it yet. */
#pragma once

#include <neighborbid/neighborbid.h>

G_BEGIN_DECLS

typedef enum
{
  NB_RANK_NONE,
  NB_RANK_LEADING,
  NB_RANK_OUTBID
} NbRank;

typedef struct
{
  gint64 person;
  NbRank known; /* what they were told, or know by their own bid */
  NbRank now;   /* NB_RANK_NONE: no event of the course is about them, or all are old */
  gint64 seq;       /* of the newest event about them */
  gint64 event;     /* its id */
} NbStander;

typedef struct _NbCourse NbCourse;

NbCourse *nb_course_new (gint64 auction);
void nb_course_free (NbCourse *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbCourse, nb_course_free)

gint64 nb_course_get_auction (const NbCourse *self);
/* Takes a `bid-accepted` or an `outbid`. Returns: FALSE for one that lacks what it must have */
gboolean nb_course_add (NbCourse *self, const NbEvent *event);
/* Returns: (transfer none) (element-type NbStander): everyone whom its events are about */
GPtrArray *nb_course_get_standers (NbCourse *self);
/* Sets what was stored for @person, as of @seq; before the fold. */
void nb_course_set_known (NbCourse *self, gint64 person, NbRank known, gint64 seq);
/* Goes through the events in the order of their seq. What an event says of someone that is not newer than what is known
 * of them is old, and is ignored. */
void nb_course_fold (NbCourse *self);

G_END_DECLS
