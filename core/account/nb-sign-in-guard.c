/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Counts failed sign-ins per account and address: some are free, then each doubles the wait, up to a bound. */
#include "core/account/nb-sign-in-guard.h"

#include <glib/gi18n.h>
#include <neighborbid/nb-error.h>

#include "core/account/nb-bounded-map.h"

#define MAX_ENTRIES 16384
#define FREE_FAILURES 5
#define LONGEST_WAIT (G_GINT64_CONSTANT (300) * G_USEC_PER_SEC)
#define FORGET_AFTER (G_GINT64_CONSTANT (900) * G_USEC_PER_SEC)

typedef struct
{
  guint failures;
  gint64 last_at;
  gint64 wait_until;
} Entry;

struct _NbSignInGuard
{
  NbBoundedMap *entries;
};

NbSignInGuard *
nb_sign_in_guard_new (void)
{
  NbSignInGuard *self = g_new0 (NbSignInGuard, 1);

  self->entries = nb_bounded_map_new (MAX_ENTRIES, g_free);
  return self;
}

void
nb_sign_in_guard_free (NbSignInGuard *self)
{
  nb_bounded_map_free (self->entries);
  g_free (self);
}

/* A digest, so that a long name takes no more room than a short one. */
static char *
make_key (const char *username, const char *address)
{
  g_autofree char *text = g_strdup_printf ("%s\n%s", address, username);

  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);
}

static Entry *
find (NbSignInGuard *self, const char *key, gint64 now)
{
  Entry *entry = nb_bounded_map_lookup (self->entries, key);

  if (entry != NULL && now - entry->last_at > FORGET_AFTER)
    {
      nb_bounded_map_remove (self->entries, key);
      entry = NULL;
    }
  return entry;
}

gboolean
nb_sign_in_guard_check (NbSignInGuard *self, const char *username, const char *address, gint64 now, GError **error)
{
  g_autofree char *key = make_key (username, address);
  Entry *entry = find (self, key, now);
  GError *refusal;

  if (entry == NULL || now >= entry->wait_until)
    return TRUE;
  refusal = nb_error_new (NB_ERROR_RATE_LIMITED, N_ ("too many failed tries to sign in; wait a little and try again"),
                          NULL);
  nb_error_set_retry_after (refusal, (guint)((entry->wait_until - now + 999) / 1000));
  g_propagate_error (error, refusal);
  return FALSE;
}

void
nb_sign_in_guard_failed (NbSignInGuard *self, const char *username, const char *address, gint64 now)
{
  g_autofree char *key = make_key (username, address);
  Entry *entry = find (self, key, now);
  guint doublings;

  if (entry == NULL)
    {
      entry = g_new0 (Entry, 1);
      nb_bounded_map_set (self->entries, key, entry);
    }
  entry->failures++;
  entry->last_at = now;
  if (entry->failures < FREE_FAILURES)
    return;
  doublings = MIN (entry->failures - FREE_FAILURES, 16);
  entry->wait_until = now + MIN ((gint64)G_USEC_PER_SEC << doublings, LONGEST_WAIT);
}

void
nb_sign_in_guard_succeeded (NbSignInGuard *self, const char *username, const char *address)
{
  g_autofree char *key = make_key (username, address);

  nb_bounded_map_remove (self->entries, key);
}
