/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tells apart what the pages of one person know and what is new to them. */
#include "nb-inbox-person.h"

#define MESSAGES_MAX 20 /* told of at once; the number tells of the rest */

static void
finish (gpointer data)
{
  NbInboxPerson *self = data;

  g_ptr_array_unref (self->listeners);
  g_hash_table_unref (self->known);
}

void
nb_inbox_person_unref (gpointer person)
{
  g_rc_box_release_full (person, finish);
}

NbInboxPerson *
nb_inbox_person_new (gint64 id)
{
  NbInboxPerson *self = g_rc_box_new0 (NbInboxPerson);

  self->id = id;
  self->listeners = g_ptr_array_new_with_free_func (nb_inbox_listener_unref);
  self->known = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  return self;
}

static gpointer
ref_listener (gconstpointer listener, gpointer user_data)
{
  return nb_inbox_listener_ref ((NbInboxListener *)listener);
}

static void
add_known (NbInboxPerson *self, const NbMessage *message)
{
  g_hash_table_insert (self->known, g_memdup2 (&message->id, sizeof message->id),
                       g_memdup2 (&message->at, sizeof message->at));
}

static gboolean
is_old (gpointer key, gpointer at, gpointer before)
{
  return *(gint64 *)at < *(gint64 *)before;
}

/* Of @messages, those that the pages don't know. Returns: (transfer container) (element-type NbMessage) */
static GPtrArray *
take_unknown (NbInboxPerson *self, const GPtrArray *messages)
{
  GPtrArray *unknown = g_ptr_array_new ();

  for (guint i = 0; i < messages->len; i++)
    {
      const NbMessage *message = messages->pdata[i];

      if (g_hash_table_contains (self->known, &message->id))
        continue;
      add_known (self, message);
      if (self->is_known)
        g_ptr_array_add (unknown, messages->pdata[i]);
    }
  if (unknown->len > MESSAGES_MAX)
    g_ptr_array_remove_range (unknown, 0, unknown->len - MESSAGES_MAX);
  return unknown;
}

static void
tell (NbInboxListener *listener, const GPtrArray *messages, gint64 unread, gboolean is_other_number)
{
  if (!listener->is_greeted)
    {
      nb_inbox_listener_greet (listener, unread);
      return;
    }
  for (guint i = 0; i < messages->len; i++)
    nb_inbox_listener_tell_message (listener, messages->pdata[i], unread);
  if (messages->len == 0 && is_other_number)
    nb_inbox_listener_tell_unread (listener, unread);
}

void
nb_inbox_person_take_news (NbInboxPerson *self, const NbInboxNews *news, gint64 kept_since)
{
  g_autoptr (GPtrArray) messages = take_unknown (self, news->messages);
  g_autoptr (GPtrArray) listeners = g_ptr_array_copy (self->listeners, ref_listener, NULL);
  const gboolean is_other_number = self->unread != news->unread;

  g_ptr_array_set_free_func (listeners, nb_inbox_listener_unref);
  self->unread = news->unread;
  self->is_known = TRUE;
  g_hash_table_foreach_remove (self->known, is_old, &kept_since);
  for (guint i = 0; i < listeners->len; i++)
    tell (listeners->pdata[i], messages, news->unread, is_other_number);
}
