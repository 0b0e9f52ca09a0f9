/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who is told of a change of their standing: tables of events, and seeded bids against a plain model. */
#include "plugins/notify/nb-course.h"

#define AUCTION 7
#define N_PEOPLE 6

static NbEvent *
event_new (const char *kind, gint64 seq, gint64 leader, const gint64 *people, gsize n_people)
{
  GVariantBuilder payload;

  g_variant_builder_init (&payload, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&payload, "{sv}", "seq", g_variant_new_int64 (seq));
  if (leader >= 0)
    g_variant_builder_add (&payload, "{sv}", "leader", g_variant_new_int64 (leader));
  g_variant_builder_add (&payload, "{sv}", "people",
                         g_variant_new_fixed_array (G_VARIANT_TYPE_INT64, people, n_people, sizeof (gint64)));
  return nb_event_new (kind, 1, AUCTION, g_variant_builder_end (&payload));
}

/* Each word: `b` or `o`, the seq, for `b` the leader, and people, such as `b2:3:3,4` or `o2:1`. */
static void
add_word (NbCourse *course, const char *word)
{
  g_auto (GStrv) parts = g_strsplit (word + 1, ":", 3);
  gboolean is_bid = *word == 'b';
  g_auto (GStrv) names = g_strsplit (parts[is_bid ? 2 : 1], ",", -1);
  g_autoptr (GArray) people = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (NbEvent) event = NULL;

  for (guint i = 0; names[i] != NULL; i++)
    {
      gint64 person = g_ascii_strtoll (names[i], NULL, 10);

      g_array_append_val (people, person);
    }
  event = event_new (is_bid ? "bid-accepted" : "outbid", g_ascii_strtoll (parts[0], NULL, 10),
                     is_bid ? g_ascii_strtoll (parts[1], NULL, 10) : -1, (gint64 *)people->data, people->len);
  g_assert_true (nb_course_add (course, event));
}

/* Each word: a person, `L` or `O`, and the seq, such as `3L5`. */
static void
set_known (NbCourse *course, const char *word)
{
  char *end;
  gint64 person = g_ascii_strtoll (word, &end, 10);

  nb_course_set_known (course, person, *end == 'L' ? NB_RANK_LEADING : NB_RANK_OUTBID,
                       g_ascii_strtoll (end + 1, NULL, 10));
}

/* Returns: (transfer full): who is told what, such as `1O 3L` */
static char *
fold (const char *known, const char *events)
{
  g_auto (GStrv) known_words = g_strsplit (known, " ", -1);
  g_auto (GStrv) words = g_strsplit (events, " ", -1);
  g_autoptr (NbCourse) course = nb_course_new (AUCTION);
  g_autoptr (GString) told = g_string_new (NULL);
  GPtrArray *standers;

  for (guint i = 0; words[i] != NULL; i++)
    add_word (course, words[i]);
  for (guint i = 0; known_words[i] != NULL; i++)
    if (*known_words[i] != '\0')
      set_known (course, known_words[i]);
  nb_course_fold (course);
  standers = nb_course_get_standers (course);
  for (gint64 person = 1; person <= 9; person++)
    for (guint i = 0; i < standers->len; i++)
      {
        const NbStander *stander = g_ptr_array_index (standers, i);

        if (stander->person == person && stander->now != NB_RANK_NONE && stander->now != stander->known)
          g_string_append_printf (told, "%s%d%c", told->len > 0 ? " " : "", (int)person,
                                  stander->now == NB_RANK_LEADING ? 'L' : 'O');
      }
  return g_string_free (g_steal_pointer (&told), FALSE);
}

static void
test_table (void)
{
  static const struct
  {
    const char *what;
    const char *known;
    const char *events;
    const char *told;
  } cases[] = {
    { "who leads by the own bid knows", "", "b1:1:1", "" },
    { "the one before is outbid", "1L1", "b2:2:2 o2:1", "1O" },
    { "also when both come together", "", "b1:1:1 b2:2:2 o2:1", "1O" },
    { "a bid below a standing maximum is outbid at once", "1L1", "b2:1:2 o2:2", "2O" },
    { "once, however often", "1L1", "b2:1:2 o2:2 b3:1:2 o3:2 b4:1:2 o4:2", "2O" },
    { "and not again later", "1L1 2O4", "b5:1:2 o5:2", "" },
    { "a duel of two maxima is one message", "1L1", "b2:2:2 o2:1 b3:1:1 o3:2 b4:2:2 o4:1 b5:1:1 o5:2", "2O" },
    { "a duel that ends as it began", "1O1 2L1", "b2:1:1 o2:2 b3:2:2 o3:1", "1O" },
    { "who was told and led meanwhile is told again", "1O2", "b3:1:1 b4:2:2 o4:1", "1O" },
    { "leading by what others did", "1O2 2L2", "b3:1:3 o3:3,2", "1L 2O 3O" },
    { "leading by the own bid after having been outbid", "1O2 2L2", "b3:1:1 o3:2", "2O" },
    { "raising the own maximum changes nothing", "1L1", "b2:1:1", "" },
    { "someone else's bid that changes no leader", "1L1", "b2:1:3 o2:3", "3O" },
    { "outbid and leading again before anyone was told", "1L1", "b2:2:2 o2:1 b3:1:2", "" },
    { "what is old is ignored", "1L5 2O5", "b4:2:2 o4:1 b5:1:1 o5:2", "" },
    { "what is old and what is new", "1L5", "b4:2:2 o4:1 b6:2:2 o6:1", "1O" },
    { "the order of seq counts, not that of coming", "1L1", "b3:1:1 o3:2 b2:2:2 o2:1", "2O" },
    { "who led before anything was kept", "", "b2:1:2 o2:2", "2O" },
    { "outbid at once, and leading by what others did", "", "b2:1:2 o2:2 b3:2:3 o3:3,1", "1O 2L 3O" },
    { "sealed: nobody leads", "", "b1:0:1,2 b2:0:3", "" },
    { "several at once", "1L1", "b2:4:2,3,4 o2:2,3,1", "1O 2O 3O" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *told = fold (cases[i].known, cases[i].events);

      g_test_message ("%s", cases[i].what);
      g_assert_cmpstr (told, ==, cases[i].told);
    }
}

static void
test_broken (void)
{
  g_autoptr (NbCourse) course = nb_course_new (AUCTION);
  g_autoptr (NbEvent) no_people = nb_event_new ("outbid", 1, AUCTION, g_variant_new_parsed ("{'seq': <int64 3>}"));
  g_autoptr (NbEvent) no_seq
      = nb_event_new ("outbid", 1, AUCTION, g_variant_new_parsed ("{'people': <@ax []>, 'seq': <'3'>}"));
  g_autoptr (NbEvent) no_leader
      = nb_event_new ("bid-accepted", 1, AUCTION, g_variant_new_parsed ("{'people': <@ax []>, 'seq': <int64 3>}"));

  g_assert_false (nb_course_add (course, no_people));
  g_assert_false (nb_course_add (course, no_seq));
  g_assert_false (nb_course_add (course, no_leader));
  nb_course_fold (course);
  g_assert_cmpuint (nb_course_get_standers (course)->len, ==, 0);
}

/* An auction with maxima, batches of bids, and what people know. */
typedef struct
{
  GRand *rand;
  gint64 max[N_PEOPLE + 1];
  gint64 leader;
  gint64 seq;
  NbRank known[N_PEOPLE + 1]; /* by the model */
  NbRank kept[N_PEOPLE + 1];  /* what was stored after each portion */
  gint64 kept_seq[N_PEOPLE + 1];
  gboolean has_bid[N_PEOPLE + 1];
  guint n_told;
} Model;

/* As the engine tells of a batch: those who led, or bid, before and do not lead now. */
static void
bid_batch (Model *model, NbCourse *course)
{
  g_autoptr (GArray) people = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (GArray) outbid = g_array_new (FALSE, FALSE, sizeof (gint64));
  gboolean is_in[N_PEOPLE + 1] = { FALSE };
  g_autoptr (NbEvent) accepted = NULL;
  gint64 old_leader = model->leader;

  for (int n = g_rand_int_range (model->rand, 1, 5); n > 0; n--)
    {
      gint64 person = g_rand_int_range (model->rand, 1, N_PEOPLE + 1);
      gint64 max = model->max[model->leader] + g_rand_int_range (model->rand, -3, 4);

      if (max <= model->max[person])
        continue;
      model->max[person] = max;
      model->has_bid[person] = TRUE;
      if (model->leader == 0 || max > model->max[model->leader])
        model->leader = person;
      if (!is_in[person])
        g_array_append_val (people, person);
      is_in[person] = TRUE;
    }
  if (people->len == 0)
    return;
  model->seq++;
  accepted = event_new ("bid-accepted", model->seq, model->leader, (gint64 *)people->data, people->len);
  g_assert_true (nb_course_add (course, accepted));
  for (gint64 person = 1; person <= N_PEOPLE; person++)
    if (person != model->leader && (is_in[person] || person == old_leader))
      g_array_append_val (outbid, person);
  if (outbid->len > 0)
    {
      g_autoptr (NbEvent) event = event_new ("outbid", model->seq, -1, (gint64 *)outbid->data, outbid->len);

      g_assert_true (nb_course_add (course, event));
    }
  if (is_in[model->leader])
    model->known[model->leader] = NB_RANK_LEADING;
}

static void
check_portion (Model *model, NbCourse *course)
{
  GPtrArray *standers = nb_course_get_standers (course);

  for (gint64 person = 1; person <= N_PEOPLE; person++)
    if (model->kept[person] != NB_RANK_NONE)
      nb_course_set_known (course, person, model->kept[person], model->kept_seq[person]);
  nb_course_fold (course);
  for (guint i = 0; i < standers->len; i++)
    {
      const NbStander *stander = g_ptr_array_index (standers, i);
      NbRank truth = stander->person == model->leader ? NB_RANK_LEADING : NB_RANK_OUTBID;

      g_assert_cmpint (stander->now, ==, truth);
      g_assert_cmpint (stander->known, ==, model->known[stander->person]);
      model->n_told += stander->known != truth;
      model->known[stander->person] = model->kept[stander->person] = truth;
      model->kept_seq[stander->person] = stander->seq;
    }
}

/* Returns: how many messages there were */
static guint
run_model (guint32 seed, int portion_max)
{
  Model model = { .rand = g_rand_new_with_seed (seed) };
  g_autoptr (GRand) portions = g_rand_new_with_seed (seed + 1);

  for (int left = 60; left > 0;)
    {
      g_autoptr (NbCourse) course = nb_course_new (AUCTION);
      int n = MIN (left, g_rand_int_range (portions, 1, portion_max + 1));

      for (int i = 0; i < n; i++)
        bid_batch (&model, course);
      check_portion (&model, course);
      left -= n;
    }
  /* In the end everyone knows the truth. */
  for (gint64 person = 1; person <= N_PEOPLE; person++)
    if (model.has_bid[person])
      g_assert_cmpint (model.known[person], ==, person == model.leader ? NB_RANK_LEADING : NB_RANK_OUTBID);
  g_rand_free (model.rand);
  return model.n_told;
}

static void
test_model (void)
{
  for (int round = 0; round < 300; round++)
    {
      guint32 seed = (guint32)g_test_rand_int ();
      guint one_by_one = run_model (seed, 1);
      guint together = run_model (seed, 60);

      g_test_message ("seed %u: %u messages one by one, %u together", seed, one_by_one, together);
      g_assert_cmpuint (together, <=, one_by_one);
      run_model (seed, 7);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/notify/course/who-is-told-what", test_table);
  g_test_add_func ("/notify/course/a-broken-event-is-refused", test_broken);
  g_test_add_func ("/notify/course/equals-a-plain-model", test_model);
  return g_test_run ();
}
