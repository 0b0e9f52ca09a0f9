/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who is behind the sockets: one record for each session, whatever the number of its sockets. */
#pragma once

#include "core/account/nb-accounts.h"

G_BEGIN_DECLS

typedef struct _NbSocket NbSocket;
typedef struct _NbSocketPeople NbSocketPeople;

typedef struct
{
  gint64 session;
  gint64 id;
  char *nickname;
  gint64 used_at; /* by the store's clock, when the session was last marked as used by a socket */
  GQueue sockets;
} NbSocketPerson;

NbSocketPeople *nb_socket_people_new (void);
void nb_socket_people_free (NbSocketPeople *self);
/* Adds @link, of a socket, to those of @session. Returns: (transfer none) */
NbSocketPerson *nb_socket_people_add (NbSocketPeople *self, const NbSession *session, GList *link);
/* The record goes with its last socket. */
void nb_socket_people_remove (NbSocketPeople *self, NbSocketPerson *person, GList *link);
NbSocketPerson *nb_socket_people_find (NbSocketPeople *self, gint64 session); /* (nullable) */
/* Returns: (transfer full) (element-type gint64): the sessions that have sockets */
GArray *nb_socket_people_list (NbSocketPeople *self);

G_END_DECLS
