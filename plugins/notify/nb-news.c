/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sorts events. */
#include "nb-news.h"

#include <string.h>

static const struct
{
  const char *name;
  gboolean is_of_course;
} kinds[] = {
  { "bid-accepted", TRUE },       { "outbid", TRUE },          { "auction-closed", FALSE },
  { "auction-cancelled", FALSE }, { "auction-paused", FALSE }, { "auction-resumed", FALSE },
  { "wallet-moved", FALSE },
};

/* Returns: its place in kinds, or -1 */
static int
find_kind (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (strcmp (kinds[i].name, name) == 0)
      return (int)i;
  return -1;
}

/* Of a newer version nobody knows what it means. */
static gboolean
is_known_version (const NbEvent *event, int kind)
{
  static gint told[G_N_ELEMENTS (kinds)];

  if (nb_event_get_version (event) <= 1)
    return TRUE;
  if (g_atomic_int_compare_and_exchange (&told[kind], 0, 1))
    g_warning ("events %s of version %u are passed over: this version of notifications knows version 1",
               kinds[kind].name, nb_event_get_version (event));
  return FALSE;
}

void
nb_news_warn (const NbEvent *event)
{
  g_warning ("event %" G_GINT64_FORMAT " is passed over: a %s without what it must have", nb_event_get_id (event),
             nb_event_get_kind (event));
}

static NbCourse *
find_course (NbNews *self, GHashTable *by_auction, gint64 auction)
{
  NbCourse *course = g_hash_table_lookup (by_auction, &auction);

  if (course != NULL)
    return course;
  course = nb_course_new (auction);
  g_ptr_array_add (self->courses, course);
  g_hash_table_insert (by_auction, g_memdup2 (&auction, sizeof auction), course);
  return course;
}

static void
add_auction (NbNews *self, GHashTable *seen, gint64 auction)
{
  if (auction != 0 && g_hash_table_add (seen, g_memdup2 (&auction, sizeof auction)))
    nb_rowset_add (self->auctions, auction);
}

NbNews *
nb_news_new (GPtrArray *events)
{
  NbNews *self = g_new0 (NbNews, 1);
  g_autoptr (GHashTable) by_auction = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);

  self->courses = g_ptr_array_new_with_free_func ((GDestroyNotify)nb_course_free);
  self->outcomes = g_ptr_array_new_with_free_func ((GDestroyNotify)nb_event_unref);
  self->auctions = nb_rowset_new ("x");
  for (guint i = 0; i < events->len; i++)
    {
      NbEvent *event = g_ptr_array_index (events, i);
      int kind = find_kind (nb_event_get_kind (event));

      if (kind < 0 || !is_known_version (event, kind))
        continue;
      add_auction (self, seen, nb_event_get_auction (event));
      if (!kinds[kind].is_of_course)
        g_ptr_array_add (self->outcomes, nb_event_ref (event));
      else if (!nb_course_add (find_course (self, by_auction, nb_event_get_auction (event)), event))
        nb_news_warn (event);
    }
  return self;
}

void
nb_news_free (NbNews *self)
{
  g_ptr_array_unref (self->courses);
  g_ptr_array_unref (self->outcomes);
  nb_rowset_free (self->auctions);
  g_free (self);
}
