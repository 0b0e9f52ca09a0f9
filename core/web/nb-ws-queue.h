/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Frames that wait to be written to one socket: shared bytes, several in one write. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* So many frames wait without memory of their own. */
#define NB_WS_QUEUE_FEW 2

/* Zeroed at first. */
typedef struct
{
  GBytes **ring; /* (nullable) when more than a few wait */
  GBytes *few[NB_WS_QUEUE_FEW];
  GBytes *newest; /* (nullable) waits until all the others are written */
  GBytes *pong;   /* (nullable) goes first */
  guint32 size;   /* of the ring, a power of two */
  guint32 first;
  guint32 length;
  guint32 offset; /* bytes of the first one that are written */
  guint32 unsent; /* bytes of all but the newest and the pong */
} NbWsQueue;

typedef enum
{
  NB_WS_WRITE_DONE, /* nothing is left */
  NB_WS_WRITE_BLOCKED,
  NB_WS_WRITE_BROKEN
} NbWsWrite;

void nb_ws_queue_clear (NbWsQueue *self);
/* Behind what waits, the newest too. */
void nb_ws_queue_push (NbWsQueue *self, GBytes *frame);
/* In place of an earlier newest one, which waits until the others are written. */
void nb_ws_queue_set_newest (NbWsQueue *self, GBytes *frame);
/* In place of an earlier one that was not begun. @frame: (transfer full) */
void nb_ws_queue_set_pong (NbWsQueue *self, GBytes *frame);
/* Forgets all but a frame that is partly written. */
void nb_ws_queue_drop (NbWsQueue *self);
gboolean nb_ws_queue_is_empty (const NbWsQueue *self);
NbWsWrite nb_ws_queue_write (NbWsQueue *self, int fd);

G_END_DECLS
