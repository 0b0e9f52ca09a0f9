/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sessions seen in the last seconds, by the hash of their token. Used on the main loop. */
#pragma once

#include "core/account/nb-accounts.h"

G_BEGIN_DECLS

/* How long a session is believed after its read from the database began, in microseconds. */
#define NB_SESSION_CACHE_LIFE (G_GINT64_CONSTANT (2) * G_USEC_PER_SEC)

typedef struct _NbSessionCache NbSessionCache;

typedef struct
{
  NbSession *session;
  gint64 read_at;     /* of the steady clock, when its read began */
  gint64 seen_at;     /* of the store's clock, as the database has it or soon will */
  gboolean has_ended; /* signed out here: never again to be believed */
} NbCachedSession;

NbSessionCache *nb_session_cache_new (guint max);
void nb_session_cache_free (NbSessionCache *self);
/* (transfer none) (nullable): also one too old to be believed */
NbCachedSession *nb_session_cache_lookup (NbSessionCache *self, const char *token_hash);
gboolean nb_cached_session_is_fresh (const NbCachedSession *self);
/* Keeps @session, unless it has ended here in the meantime: then FALSE. */
gboolean nb_session_cache_put (NbSessionCache *self, NbSession *session, gint64 read_at, gint64 seen_at);
void nb_session_cache_end (NbSessionCache *self, NbSession *session);
void nb_session_cache_remove (NbSessionCache *self, const char *token_hash);
/* What is known of @person is read again at the next request. */
void nb_session_cache_expire_person (NbSessionCache *self, gint64 person);

G_END_DECLS
