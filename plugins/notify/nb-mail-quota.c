/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Counts in hours that begin with the first mail; when one is over, all counts begin anew. */
#include "nb-mail-quota.h"

#include "nb-mail-address.h"

#define HOUR (G_TIME_SPAN_HOUR)
/* What a process remembers; beyond it an hour ends early. */
#define ADDRESSES_MAX 200000

struct _NbMailQuota
{
  GHashTable *counts; /* address in small letters → how many */
  gint64 until;
  guint hourly_max;
};

NbMailQuota *
nb_mail_quota_new (void)
{
  NbMailQuota *self = g_new0 (NbMailQuota, 1);

  self->counts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return self;
}

void
nb_mail_quota_free (NbMailQuota *self)
{
  g_hash_table_unref (self->counts);
  g_free (self);
}

void
nb_mail_quota_set_max (NbMailQuota *self, guint hourly_max)
{
  self->hourly_max = hourly_max;
}

gboolean
nb_mail_quota_has_room (NbMailQuota *self, const char *address, gboolean is_of_bids, gint64 now)
{
  g_autofree char *folded = nb_mail_address_fold (address);
  const guint bound = is_of_bids ? self->hourly_max - self->hourly_max / 3 : self->hourly_max;

  if (self->hourly_max == 0 || now >= self->until)
    return TRUE;
  return GPOINTER_TO_UINT (g_hash_table_lookup (self->counts, folded)) < bound;
}

void
nb_mail_quota_count (NbMailQuota *self, const char *address, gint64 now)
{
  char *folded = nb_mail_address_fold (address);
  guint count;

  if (now >= self->until || g_hash_table_size (self->counts) >= ADDRESSES_MAX)
    {
      g_hash_table_remove_all (self->counts);
      self->until = now + HOUR;
    }
  count = GPOINTER_TO_UINT (g_hash_table_lookup (self->counts, folded));
  g_hash_table_insert (self->counts, folded, GUINT_TO_POINTER (count + 1));
}
