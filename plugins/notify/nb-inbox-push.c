/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Knows whose pages are open, looks for their news again and again, and tells each page what it was not told yet. */
#include "nb-inbox-push.h"

#include "nb-inbox-person.h"

#define SOCKETS_MAX 10 /* of one person */
#define TICK_SECONDS 1
/* At least from the beginning of one look to that of the next: what comes in between is found by the same one. */
#define PAUSE (G_USEC_PER_SEC / 20)
/* A change is stamped when its transaction begins and can be seen when that has ended. */
#define OVERLAP (5 * G_USEC_PER_SEC)
#define KEPT (60 * G_USEC_PER_SEC)

struct _NbInboxPush
{
  NbStore *store;
  NbComposer *composer;
  GHashTable *people;    /* person → NbInboxPerson */
  GHashTable *newcomers; /* (element-type gint64): people with sockets that were not greeted */
  gint64 looked_at;      /* by the store's clock: from when on there may be news */
  gint64 started_at;     /* monotonic: of the last look */
  GSource *source;       /* (nullable): of the next look */
  gboolean is_looking;
  gboolean is_due;
  gboolean is_stopped;
};

static void look (NbInboxPush *self);

static void
finish_push (gpointer data)
{
  NbInboxPush *self = data;

  g_hash_table_unref (self->people);
  g_hash_table_unref (self->newcomers);
  g_object_unref (self->store);
  g_object_unref (self->composer);
}

static void
push_unref (NbInboxPush *self)
{
  g_rc_box_release_full (self, finish_push);
}

/* Looking. */

/* A look under way. */
typedef struct
{
  NbInboxPush *push;
  NbInboxLook *look;
  gint64 at;
} Job;

static void
job_free (Job *self)
{
  nb_inbox_look_free (self->look);
  push_unref (self->push);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Job, job_free)

static void
take_all_news (NbInboxPush *self, const Job *job)
{
  const gint64 kept_since = job->look->since - KEPT;
  GHashTableIter iter;
  gpointer news;

  g_hash_table_iter_init (&iter, job->look->news);
  while (g_hash_table_iter_next (&iter, NULL, &news))
    {
      NbInboxPerson *person = g_hash_table_lookup (self->people, &((NbInboxNews *)news)->person);

      if (person == NULL)
        continue;
      g_rc_box_acquire (person);
      nb_inbox_person_take_news (person, news, kept_since);
      nb_inbox_person_unref (person);
    }
}

static void
add_newcomer (NbInboxPush *self, gint64 person)
{
  g_hash_table_add (self->newcomers, g_memdup2 (&person, sizeof person));
}

/* Whoever is still there is looked for again. */
static void
give_newcomers_back (NbInboxPush *self, const GArray *newcomers)
{
  for (guint i = 0; i < newcomers->len; i++)
    if (g_hash_table_contains (self->people, &g_array_index (newcomers, gint64, i)))
      add_newcomer (self, g_array_index (newcomers, gint64, i));
}

static gboolean
on_pause_over (gpointer push)
{
  NbInboxPush *self = push;

  g_clear_pointer (&self->source, g_source_unref);
  look (self);
  return G_SOURCE_REMOVE;
}

static void
plan (NbInboxPush *self)
{
  const gint64 wait = self->started_at + PAUSE - g_get_monotonic_time ();

  self->is_due = TRUE;
  if (self->is_looking || self->source != NULL)
    return;
  if (wait <= 0)
    {
      look (self);
      return;
    }
  self->source = g_timeout_source_new ((guint)((wait + 999) / 1000));
  g_source_set_callback (self->source, on_pause_over, self, NULL);
  g_source_attach (self->source, g_main_context_get_thread_default ());
}

static void
looked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Job) job = user_data;
  g_autoptr (GError) error = NULL;
  NbInboxPush *self = job->push;

  self->is_looking = FALSE;
  if (self->is_stopped)
    return;
  if (nb_store_read_finish (NB_STORE (source), result, &error))
    {
      self->looked_at = job->at;
      take_all_news (self, job);
    }
  else
    {
      g_debug ("open pages hear of new messages a little later: %s", error->message);
      give_newcomers_back (self, job->look->newcomers);
      return;
    }
  if (self->is_due)
    plan (self);
}

static Job *
job_new (NbInboxPush *self)
{
  Job *job = g_new0 (Job, 1);
  GHashTableIter iter;
  gpointer key;

  job->push = g_rc_box_acquire (self);
  job->at = nb_store_now (self->store);
  job->look = nb_inbox_look_new (MIN (self->looked_at, job->at) - OVERLAP);
  g_hash_table_iter_init (&iter, self->people);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    g_array_append_vals (g_hash_table_contains (self->newcomers, key) ? job->look->newcomers : job->look->people, key,
                         1);
  g_hash_table_remove_all (self->newcomers);
  return job;
}

static void
look (NbInboxPush *self)
{
  Job *job;

  self->is_due = FALSE;
  if (g_hash_table_size (self->people) == 0)
    return;
  job = job_new (self);
  self->is_looking = TRUE;
  self->started_at = g_get_monotonic_time ();
  nb_store_read_async (self->store, nb_inbox_look_read, job->look, NULL, NULL, looked_cb, job);
}

void
nb_inbox_push_wake (NbInboxPush *self)
{
  if (self != NULL && g_hash_table_size (self->people) > 0)
    plan (self);
}

static gboolean
on_tick (gpointer push)
{
  nb_inbox_push_wake (push);
  return G_SOURCE_CONTINUE;
}

/* Sockets. */

static NbInboxPerson *
ensure_person (NbInboxPush *self, gint64 id)
{
  NbInboxPerson *person = g_hash_table_lookup (self->people, &id);

  if (person != NULL)
    return person;
  /* Nobody listened, so nothing was looked for. */
  if (g_hash_table_size (self->people) == 0)
    self->looked_at = nb_store_now (self->store);
  person = nb_inbox_person_new (id);
  g_hash_table_insert (self->people, &person->id, person);
  return person;
}

static void
on_opened (NbSocket *socket, NbRequest *request, gpointer user_data)
{
  NbInboxPush *self = user_data;
  const gint64 id = nb_socket_get_person (socket);
  NbInboxListener *listener;
  NbInboxPerson *person;

  if (id == 0)
    {
      nb_socket_close (socket, NB_SOCKET_SESSION_ENDED, "sign in first");
      return;
    }
  person = ensure_person (self, id);
  if (person->listeners->len >= SOCKETS_MAX)
    {
      nb_socket_close (socket, NB_SOCKET_TRY_LATER, "too many sockets of one person");
      return;
    }
  listener = nb_inbox_listener_new (socket, self->store, self->composer);
  g_ptr_array_add (person->listeners, listener);
  nb_socket_set_data (socket, listener);
  add_newcomer (self, id);
  plan (self);
}

static void
on_message (NbSocket *socket, const char *text, gsize length, gpointer user_data)
{
  NbInboxListener *listener = nb_socket_get_data (socket);

  if (listener == NULL)
    return;
  nb_inbox_listener_ref (listener);
  nb_inbox_listener_obey (listener, text, length);
  nb_inbox_listener_unref (listener);
}

static void
on_closed (NbSocket *socket, gpointer user_data)
{
  NbInboxPush *self = user_data;
  NbInboxListener *listener = nb_socket_get_data (socket);
  NbInboxPerson *person = listener != NULL ? g_hash_table_lookup (self->people, &listener->person) : NULL;

  if (person == NULL)
    return;
  listener->socket = NULL;
  g_ptr_array_remove_fast (person->listeners, listener);
  if (person->listeners->len > 0)
    return;
  g_hash_table_remove (self->newcomers, &person->id);
  g_hash_table_remove (self->people, &person->id);
}

static const NbSocketHandler sockets = { .opened = on_opened, .message = on_message, .closed = on_closed };

NbInboxPush *
nb_inbox_push_start (NbNotify *parts, GError **error)
{
  NbInboxPush *self = g_rc_box_new0 (NbInboxPush);

  self->store = g_object_ref (parts->store);
  self->composer = g_object_ref (parts->composer);
  self->people = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, nb_inbox_person_unref);
  self->newcomers = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  if (nb_context_add_socket_route (parts->context, "/ws/me", &sockets, self, error)
      && nb_context_add_timer (parts->context, TICK_SECONDS, on_tick, self, error))
    return self;
  push_unref (self);
  return NULL;
}

void
nb_inbox_push_stop (NbInboxPush *self)
{
  self->is_stopped = TRUE;
  if (self->source != NULL)
    g_source_destroy (self->source);
  g_clear_pointer (&self->source, g_source_unref);
  push_unref (self);
}
