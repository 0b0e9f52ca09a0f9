/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who may be written to, the site's key, and what the links in mails prove and change. */
#include "plugins/notify/nb-mail-wish.h"

#include <string.h>

#include "tests/unit/notify/notify-fixture.h"

#define PEOPLE 6
#define MAKERS 4

typedef struct
{
  gint64 person;
  const char *address;
  const char *token;
  GArray *targets; /* of NbReach */
  guint8 key[NB_MAIL_KEY_BYTES];
  gboolean is_there;
  gboolean is_refused;
  char *proven;
} Work;

static gboolean
find_cb (NbTransaction *transaction, gpointer user_data, GError **error)
{
  Work *work = user_data;
  g_autoptr (NbRowset) people = nb_rowset_new ("x");

  g_array_set_size (work->targets, 0);
  for (gint64 i = 1; i <= PEOPLE; i++)
    nb_rowset_add (people, i);
  return nb_mail_wish_find_targets (transaction, people, work->targets, error);
}

static gboolean
read_key_cb (NbTransaction *transaction, gpointer user_data, GError **error)
{
  Work *work = user_data;

  return nb_mail_key_read (transaction, work->key, &work->is_there, error);
}

static gboolean
make_key_cb (NbTransaction *transaction, gpointer user_data, GError **error)
{
  return nb_mail_key_make (transaction, ((Work *)user_data)->key, error);
}

static gboolean
refuse_cb (NbTransaction *transaction, gpointer user_data, GError **error)
{
  return nb_mail_wish_refuse (transaction, ((Work *)user_data)->address, error);
}

static gboolean
is_refused_cb (NbTransaction *transaction, gpointer user_data, GError **error)
{
  Work *work = user_data;

  return nb_mail_wish_is_refused (transaction, work->address, &work->is_refused, error);
}

static gboolean
switch_off_cb (NbTransaction *transaction, gpointer user_data, GError **error)
{
  return nb_mail_wish_switch_off (transaction, ((Work *)user_data)->person, error);
}

static gboolean
check_token_cb (NbTransaction *transaction, gpointer user_data, GError **error)
{
  Work *work = user_data;

  g_clear_pointer (&work->proven, g_free);
  return nb_mail_wish_check_token (transaction, work->token, &work->proven, error);
}

static void
run (NotifyFixture *fixture, NbTransactFunc function, Work *work)
{
  g_autoptr (GError) error = NULL;

  nb_store_transact (fixture->store, function, work, &error);
  g_assert_no_error (error);
}

static void
set_address (NotifyFixture *fixture, guint person, const char *address)
{
  g_autofree char *sql = g_strdup_printf ("UPDATE people SET email = '%s' WHERE id = %u", address, person);

  g_free (nb_test_database_run (fixture->database, sql));
}

static void
assert_reached (NotifyFixture *fixture, const char *expected)
{
  Work work = { .targets = g_array_new (FALSE, FALSE, sizeof (NbReach)) };
  g_autoptr (GString) ids = g_string_new (NULL);

  run (fixture, find_cb, &work);
  for (gint64 person = 1; person <= PEOPLE; person++)
    for (guint i = 0; i < work.targets->len; i++)
      if (g_array_index (work.targets, NbReach, i).person == person)
        g_string_append_printf (ids, "%d ", (int)person);
  g_assert_cmpstr (ids->str, ==, expected);
  g_array_unref (work.targets);
}

static void
test_targets (NotifyFixture *fixture)
{
  Work work = { .address = "Kim@Example.KR" };

  notify_fixture_add_people (fixture, PEOPLE);
  assert_reached (fixture, "");
  set_address (fixture, 1, "kim@example.kr");
  set_address (fixture, 2, "KIM@example.kr");
  set_address (fixture, 3, "lee@example.kr");
  set_address (fixture, 4, "no address");
  set_address (fixture, 5, "a@b.kr>x");
  assert_reached (fixture, "1 2 3 ");
  run (fixture, is_refused_cb, &work);
  g_assert_false (work.is_refused);
  run (fixture, refuse_cb, &work);
  run (fixture, refuse_cb, &work);
  run (fixture, is_refused_cb, &work);
  g_assert_true (work.is_refused);
  assert_reached (fixture, "3 ");
}

static void
made_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  guint *left = user_data;
  g_autoptr (GError) error = NULL;

  nb_store_transact_finish (NB_STORE (source), result, &error);
  g_assert_no_error (error);
  (*left)--;
}

static gboolean
is_zero (gpointer user_data)
{
  return *(const guint *)user_data == 0;
}

/* Whoever is first makes it, and everybody gets that one. */
static void
test_key (NotifyFixture *fixture)
{
  static const guint8 none[NB_MAIL_KEY_BYTES] = { 0 };
  Work works[MAKERS] = { 0 };
  Work reader = { 0 };
  guint left = MAKERS;

  run (fixture, read_key_cb, &reader);
  g_assert_false (reader.is_there);
  for (gsize i = 0; i < MAKERS; i++)
    nb_store_transact_async (fixture->store, make_key_cb, &works[i], NULL, NULL, made_cb, &left);
  nb_test_loop_run_until (&fixture->loop, is_zero, &left);
  run (fixture, read_key_cb, &reader);
  g_assert_true (reader.is_there);
  g_assert_cmpint (memcmp (reader.key, none, sizeof none), !=, 0);
  for (gsize i = 0; i < MAKERS; i++)
    g_assert_cmpmem (works[i].key, sizeof works[i].key, reader.key, sizeof reader.key);
  g_assert_cmpint (notify_fixture_count (fixture, "SELECT COUNT (*) FROM notify_keys"), ==, 1);
}

static void
assert_proves (NotifyFixture *fixture, const char *token, const char *address)
{
  Work work = { .token = token };

  run (fixture, check_token_cb, &work);
  g_assert_cmpstr (work.proven, ==, address);
  g_free (work.proven);
}

static void
test_tokens (NotifyFixture *fixture)
{
  Work work = { 0 };
  g_autofree char *token = NULL;

  notify_fixture_add_people (fixture, 2);
  set_address (fixture, 1, "kim@example.kr");
  set_address (fixture, 2, "kim@example.kr");
  assert_proves (fixture, "1-0000000000000000000000000000000000000000000000000000000000000000", NULL);
  run (fixture, make_key_cb, &work);
  token = nb_mail_token_new (work.key, 1, "kim@example.kr");
  assert_proves (fixture, token, "kim@example.kr");
  token[0] = '2';
  assert_proves (fixture, token, NULL);
  token[0] = '9';
  assert_proves (fixture, token, NULL);
  token[0] = '1';
  set_address (fixture, 1, "other@example.kr");
  assert_proves (fixture, token, NULL);
}

static void
test_switch_off (NotifyFixture *fixture)
{
  static const char off[] = "SELECT COUNT (*) FROM notify_preferences WHERE channel = 'mail' AND person_id = 1";
  static const char all[] = "SELECT COUNT (*) FROM notify_preferences";
  Work work = { .person = 1 };

  notify_fixture_add_people (fixture, 2);
  run (fixture, switch_off_cb, &work);
  run (fixture, switch_off_cb, &work);
  g_assert_cmpint (notify_fixture_count (fixture, off), ==, NB_N_KINDS);
  g_assert_cmpint (notify_fixture_count (fixture, all), ==, NB_N_KINDS);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  notify_fixture_add_test ("/notify/mail-wish/targets", 120, test_targets);
  notify_fixture_add_test ("/notify/mail-wish/key-of-several", 120, test_key);
  notify_fixture_add_test ("/notify/mail-wish/tokens", 120, test_tokens);
  notify_fixture_add_test ("/notify/mail-wish/switch-off", 120, test_switch_off);
  return g_test_run ();
}
