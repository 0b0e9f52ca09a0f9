/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Folds the events of one auction: who was outbid or leads again by what others did. */
#include "nb-course.h"

typedef struct
{
  gint64 seq;
  guint at; /* keeps the order of what became true together */
  gint64 event;
  gboolean is_bid;
  gint64 leader; /* of a bid; 0: nobody, or sealed */
  GArray *people;
} Turn;

struct _NbCourse
{
  gint64 auction;
  GArray *turns;
  GPtrArray *standers;
  GHashTable *by_person;
};

static void
turn_clear (gpointer data)
{
  Turn *turn = data;

  g_array_unref (turn->people);
}

NbCourse *
nb_course_new (gint64 auction)
{
  NbCourse *self = g_new0 (NbCourse, 1);

  self->auction = auction;
  self->turns = g_array_new (FALSE, FALSE, sizeof (Turn));
  g_array_set_clear_func (self->turns, turn_clear);
  self->standers = g_ptr_array_new_with_free_func (g_free);
  self->by_person = g_hash_table_new (g_int64_hash, g_int64_equal);
  return self;
}

void
nb_course_free (NbCourse *self)
{
  g_array_unref (self->turns);
  g_hash_table_unref (self->by_person);
  g_ptr_array_unref (self->standers);
  g_free (self);
}

gint64
nb_course_get_auction (const NbCourse *self)
{
  return self->auction;
}

GPtrArray *
nb_course_get_standers (NbCourse *self)
{
  return self->standers;
}

static NbStander *
find_stander (NbCourse *self, gint64 person)
{
  return g_hash_table_lookup (self->by_person, &person);
}

static void
add_stander (NbCourse *self, gint64 person)
{
  NbStander *stander;

  if (find_stander (self, person) != NULL)
    return;
  stander = g_new0 (NbStander, 1);
  stander->person = person;
  g_ptr_array_add (self->standers, stander);
  g_hash_table_insert (self->by_person, &stander->person, stander);
}

/* Returns: (transfer full) (nullable): the event's list of people */
static GArray *
read_people (GVariant *payload)
{
  g_autoptr (GVariant) list = g_variant_lookup_value (payload, "people", G_VARIANT_TYPE ("ax"));
  GArray *people;
  const gint64 *ids;
  gsize n_ids;

  if (list == NULL)
    return NULL;
  ids = g_variant_get_fixed_array (list, &n_ids, sizeof (gint64));
  people = g_array_new (FALSE, FALSE, sizeof (gint64));
  if (n_ids > 0)
    g_array_append_vals (people, ids, (guint)n_ids);
  return people;
}

gboolean
nb_course_add (NbCourse *self, const NbEvent *event)
{
  GVariant *payload = nb_event_get_payload (event);
  Turn turn = {
    .at = self->turns->len,
    .event = nb_event_get_id (event),
    .is_bid = g_str_equal (nb_event_get_kind (event), "bid-accepted"),
  };

  if (!g_variant_lookup (payload, "seq", "x", &turn.seq)
      || (turn.is_bid && !g_variant_lookup (payload, "leader", "x", &turn.leader)))
    return FALSE;
  turn.people = read_people (payload);
  if (turn.people == NULL)
    return FALSE;
  g_array_append_val (self->turns, turn);
  if (turn.leader != 0)
    add_stander (self, turn.leader);
  for (guint i = 0; !turn.is_bid && i < turn.people->len; i++)
    add_stander (self, g_array_index (turn.people, gint64, i));
  return TRUE;
}

void
nb_course_set_known (NbCourse *self, gint64 person, NbRank known, gint64 seq)
{
  NbStander *stander = find_stander (self, person);

  if (stander == NULL)
    return;
  stander->known = known;
  stander->seq = seq;
}

static int
compare_turns (gconstpointer a, gconstpointer b)
{
  const Turn *one = a, *other = b;

  if (one->seq != other->seq)
    return one->seq < other->seq ? -1 : 1;
  return one->at < other->at ? -1 : one->at > other->at;
}

static gboolean
has_person (const GArray *people, gint64 person)
{
  for (guint i = 0; i < people->len; i++)
    if (g_array_index (people, gint64, i) == person)
      return TRUE;
  return FALSE;
}

static gboolean
move (NbCourse *self, const Turn *turn, gint64 person, NbRank standing)
{
  NbStander *stander = find_stander (self, person);

  if (turn->seq <= stander->seq)
    return FALSE;
  stander->seq = turn->seq;
  stander->event = turn->event;
  stander->now = standing;
  return TRUE;
}

/* Whoever bids is answered that they lead; whoever was never told otherwise knows it too. */
static void
move_leader (NbCourse *self, const Turn *turn)
{
  NbStander *stander = find_stander (self, turn->leader);
  gboolean is_news = stander->known == NB_RANK_OUTBID || stander->now == NB_RANK_OUTBID;

  if (move (self, turn, turn->leader, NB_RANK_LEADING) && (!is_news || has_person (turn->people, turn->leader)))
    stander->known = NB_RANK_LEADING;
}

void
nb_course_fold (NbCourse *self)
{
  g_array_sort (self->turns, compare_turns);
  for (guint i = 0; i < self->turns->len; i++)
    {
      const Turn *turn = &g_array_index (self->turns, Turn, i);

      if (turn->leader != 0)
        move_leader (self, turn);
      for (guint j = 0; !turn->is_bid && j < turn->people->len; j++)
        move (self, turn, g_array_index (turn->people, gint64, j), NB_RANK_OUTBID);
    }
}
