/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A socket of `/ws/me`: what is sent to it, and the little that its client may say. */
#pragma once

#include "nb-message.h"

G_BEGIN_DECLS

typedef struct
{
  NbSocket *socket; /* (nullable): NULL once it is closed */
  NbStore *store;   /* for its clock */
  NbComposer *composer;
  gint64 person;
  gboolean is_greeted;
  guint n_faults;  /* messages that were none */
  gint64 commands; /* monotonic: when, by the pace, the next one would be due */
} NbInboxListener;

NbInboxListener *nb_inbox_listener_new (NbSocket *socket, NbStore *store, NbComposer *composer);
NbInboxListener *nb_inbox_listener_ref (NbInboxListener *self);
void nb_inbox_listener_unref (gpointer listener);

/* Each does nothing once the socket is gone; any of them may close it. */
void nb_inbox_listener_greet (NbInboxListener *self, gint64 unread);
void nb_inbox_listener_tell_unread (NbInboxListener *self, gint64 unread);
void nb_inbox_listener_tell_message (NbInboxListener *self, const NbMessage *message, gint64 unread);
/* Does what a message of the client asks. */
void nb_inbox_listener_obey (NbInboxListener *self, const char *text, gsize length);

G_END_DECLS
