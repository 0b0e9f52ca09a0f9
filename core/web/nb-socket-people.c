/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who is behind the sockets: one record for each session, whatever the number of its sockets. */
#include "core/web/nb-socket-people.h"

struct _NbSocketPeople
{
  GHashTable *by_session; /* session to NbSocketPerson */
};

static void
person_free (gpointer data)
{
  NbSocketPerson *self = data;

  g_free (self->nickname);
  g_free (self);
}

NbSocketPeople *
nb_socket_people_new (void)
{
  NbSocketPeople *self = g_new0 (NbSocketPeople, 1);

  self->by_session = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, person_free);
  return self;
}

void
nb_socket_people_free (NbSocketPeople *self)
{
  g_hash_table_unref (self->by_session);
  g_free (self);
}

NbSocketPerson *
nb_socket_people_add (NbSocketPeople *self, const NbSession *session, GList *link)
{
  NbSocketPerson *person = nb_socket_people_find (self, session->id);

  if (person == NULL)
    {
      person = g_new0 (NbSocketPerson, 1);
      person->session = session->id;
      person->id = session->account->id;
      person->nickname = g_strdup (session->account->nickname);
      g_queue_init (&person->sockets);
      g_hash_table_insert (self->by_session, &person->session, person);
    }
  g_queue_push_tail_link (&person->sockets, link);
  return person;
}

void
nb_socket_people_remove (NbSocketPeople *self, NbSocketPerson *person, GList *link)
{
  g_queue_unlink (&person->sockets, link);
  if (person->sockets.length == 0)
    g_hash_table_remove (self->by_session, &person->session);
}

NbSocketPerson *
nb_socket_people_find (NbSocketPeople *self, gint64 session)
{
  return g_hash_table_lookup (self->by_session, &session);
}

GArray *
nb_socket_people_list (NbSocketPeople *self)
{
  GArray *list = g_array_sized_new (FALSE, FALSE, sizeof (gint64), g_hash_table_size (self->by_session));
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->by_session);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    g_array_append_val (list, ((NbSocketPerson *)value)->session);
  return list;
}
