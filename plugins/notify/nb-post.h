/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writes messages, and a delivery for each channel that their people want and can be reached by. */
#pragma once

#include "nb-kinds.h"

#include <neighborbid/neighborbid.h>

G_BEGIN_DECLS

/* Deliveries of one person that may wait in one line; what comes beyond is given up at once, and stands in the list of
 * the dead. */
#define NB_POST_LINE_MAX 200

/* Messages that one transaction writes together. */
typedef struct _NbPost NbPost;

/* @notifiers: (element-type NbNotifier): the running channels */
NbPost *nb_post_new (GPtrArray *notifiers);
void nb_post_free (NbPost *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbPost, nb_post_free)

/* A message that is there already, of the same event, person and kind, is written once. @price, @detail, @title as in
 * NbMessage */
void nb_post_add (NbPost *self, gint64 event, gint64 person, NbKind kind, gint64 auction, const char *title,
                  NbMoney price, const char *detail);
/* Writes all that was added, with a few statements, and lets deliveries that wait stand in line with nb_lines_join().
 * People who want a message nowhere get none. */
gboolean nb_post_write (NbPost *self, NbTransaction *transaction, GError **error);

G_END_DECLS
