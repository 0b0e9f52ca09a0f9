/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The short memory of sessions, so that most requests ask no database. */
#include "core/account/nb-session-cache.h"

#include "core/account/nb-bounded-map.h"

struct _NbSessionCache
{
  NbBoundedMap *entries;
};

static void
cached_session_free (gpointer data)
{
  NbCachedSession *self = data;

  nb_session_unref (self->session);
  g_free (self);
}

NbSessionCache *
nb_session_cache_new (guint max)
{
  NbSessionCache *self = g_new0 (NbSessionCache, 1);

  self->entries = nb_bounded_map_new (max, cached_session_free);
  return self;
}

void
nb_session_cache_free (NbSessionCache *self)
{
  nb_bounded_map_free (self->entries);
  g_free (self);
}

NbCachedSession *
nb_session_cache_lookup (NbSessionCache *self, const char *token_hash)
{
  return nb_bounded_map_lookup (self->entries, token_hash);
}

gboolean
nb_cached_session_is_fresh (const NbCachedSession *self)
{
  return !self->has_ended && g_get_monotonic_time () - self->read_at < NB_SESSION_CACHE_LIFE;
}

/* The entry of @session, which takes the place of an older reading of it. */
static NbCachedSession *
renew (NbSessionCache *self, NbSession *session)
{
  NbCachedSession *entry = nb_bounded_map_lookup (self->entries, session->token_hash);

  if (entry == NULL)
    {
      entry = g_new0 (NbCachedSession, 1);
      nb_bounded_map_set (self->entries, session->token_hash, entry);
    }
  nb_session_ref (session);
  g_clear_pointer (&entry->session, nb_session_unref);
  entry->session = session;
  return entry;
}

gboolean
nb_session_cache_put (NbSessionCache *self, NbSession *session, gint64 read_at, gint64 seen_at)
{
  NbCachedSession *entry = renew (self, session);

  if (entry->has_ended)
    return FALSE;
  entry->read_at = read_at;
  entry->seen_at = MAX (entry->seen_at, seen_at);
  return TRUE;
}

void
nb_session_cache_end (NbSessionCache *self, NbSession *session)
{
  renew (self, session)->has_ended = TRUE;
}

void
nb_session_cache_remove (NbSessionCache *self, const char *token_hash)
{
  nb_bounded_map_remove (self->entries, token_hash);
}

static void
expire_if_person (gpointer key, gpointer value, gpointer user_data)
{
  NbCachedSession *entry = value;

  if (entry->session->account->id == *(const gint64 *)user_data)
    entry->read_at = G_MININT64 / 2;
}

void
nb_session_cache_expire_person (NbSessionCache *self, gint64 person)
{
  nb_bounded_map_foreach (self->entries, expire_if_person, &person);
}
