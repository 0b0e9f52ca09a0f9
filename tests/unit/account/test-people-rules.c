/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What names and passwords may be, the bounded map, and the wait after failed sign-ins. */
#include <string.h>

#include "core/account/nb-account-private.h"
#include "core/account/nb-bounded-map.h"
#include "core/account/nb-new-person.h"
#include "core/account/nb-password.h"
#include "core/account/nb-sign-in-guard.h"

static void
assert_refused (const NbSignUp *sign_up, const char *field)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (nb_new_person_new (sign_up, &error));
  g_assert_error (error, NB_ERROR, NB_ERROR_VALIDATION_FAILED);
  g_assert_cmpstr (nb_error_get_field (error), ==, field);
}

static void
test_username (void)
{
  const char *wrong[]
      = { NULL, "", "ab", "with space", "한글이름", "a/b", "abc\n", "012345678901234567890123456789012" };
  g_autofree char *folded = nb_username_fold ("Min.Su_9-X");

  g_assert_cmpstr (folded, ==, "min.su_9-x");
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    assert_refused (&(NbSignUp){ .username = wrong[i], .nickname = "n" }, "username");
}

static void
test_nickname (void)
{
  const char *wrong[] = { NULL,
                          "",
                          "   ",
                          "a\tb",
                          "a\nb",
                          "evil\u202egnp",
                          "zero\u200bwidth",
                          "\u2066x\u2069",
                          "\u3164",
                          "\u0301a",
                          "\xff\xfe",
                          "0123456789012345678901234567890" };
  g_autofree char *composed = nb_nickname_normalize (" \u1112\u1161\u11ab\u1100\u1173\u11af ", NULL);

  g_assert_cmpstr (composed, ==, "한글");
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    assert_refused (&(NbSignUp){ .username = "somebody", .nickname = wrong[i] }, "nickname");
}

static void
test_other_fields (void)
{
  const char *emails[] = { "x", "@example.kr", "a@b", "a b@example.kr", "a@-b.kr", "a@b..kr", ".a@b.kr", "a@b.kr\n" };
  g_autoptr (GError) error = NULL;
  g_autoptr (NbNewPerson) person = nb_new_person_new (&(NbSignUp){ .username = "Somebody",
                                                                   .nickname = "누구",
                                                                   .email = "a.b+c@mail.example.kr",
                                                                   .region = "1168010100",
                                                                   .language = "ko" },
                                                      &error);

  g_assert_no_error (error);
  g_assert_cmpstr (person->username, ==, "somebody");
  g_assert_cmpstr (person->email, ==, "a.b+c@mail.example.kr");
  for (gsize i = 0; i < G_N_ELEMENTS (emails); i++)
    assert_refused (&(NbSignUp){ .username = "somebody", .nickname = "n", .email = emails[i] }, "email");
  assert_refused (&(NbSignUp){ .username = "somebody", .nickname = "n", .language = "fr" }, "language");
  assert_refused (&(NbSignUp){ .username = "somebody", .nickname = "n", .region = "116801010" }, "region");
  assert_refused (&(NbSignUp){ .username = "somebody", .nickname = "n", .region = "11680101ab" }, "region");
}

static void
test_password_rules (void)
{
  const char *wrong[] = { NULL,
                          "short7!",
                          "password1",
                          "Password1",
                          "qwer1234",
                          "DKSSUD123",
                          "aaaaaaaa",
                          "abcdefgh",
                          "9876543210",
                          "some-username",
                          "\xff\xff\xff\xff\xff\xff\xff\xff" };
  g_autofree char *longest = g_strnfill (257, 'x');

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (nb_password_check (wrong[i], "some-username", &error));
      g_assert_error (error, NB_ERROR, NB_ERROR_VALIDATION_FAILED);
      g_assert_cmpstr (nb_error_get_field (error), ==, "password");
    }
  g_assert_false (nb_password_check (longest, NULL, NULL));
  longest[0] = 'y';
  longest[256] = '\0';
  g_assert_true (nb_password_check (longest, NULL, NULL));
  g_assert_true (nb_password_check ("여덟글자비밀번호", NULL, NULL));
}

/* An entry that is too short, or not in lower case, would never be compared with anything. */
static void
test_common_passwords (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  gsize n = 0;

  for (; nb_common_passwords[n] != NULL; n++)
    {
      g_autofree char *lower = g_ascii_strdown (nb_common_passwords[n], -1);

      g_assert_cmpstr (nb_common_passwords[n], ==, lower);
      g_assert_cmpuint (strlen (lower), >=, NB_PASSWORD_MIN_CHARACTERS);
      if (!g_hash_table_add (seen, (gpointer)nb_common_passwords[n]))
        g_error ("twice: %s", nb_common_passwords[n]);
      g_assert_true (nb_password_is_common (nb_common_passwords[n]));
    }
  g_assert_cmpuint (n, >=, 300);
}

static void
test_password_hash (void)
{
  g_autofree char *hash = nb_password_hash ("correct horse", NULL);
  g_autofree char *other = nb_password_hash ("correct horse", NULL);

  g_assert_true (g_str_has_prefix (hash, "$argon2id$"));
  g_assert_cmpstr (hash, !=, other);
  g_assert_true (nb_password_verify ("correct horse", hash));
  g_assert_false (nb_password_verify ("correct horsf", hash));
  g_assert_false (nb_password_verify ("correct horse", NULL));
  g_assert_false (nb_password_verify ("correct horse", ""));
}

static void
test_token (void)
{
  g_autofree char *token = nb_token_new ();
  g_autofree char *other = nb_token_new ();
  g_autofree char *csrf = nb_token_derive_csrf (token);
  g_autofree char *again = nb_token_derive_csrf (token);
  char hash[NB_TOKEN_LENGTH + 1];

  nb_token_hash (token, hash);
  g_assert_true (nb_token_is_valid (token));
  g_assert_cmpstr (token, !=, other);
  g_assert_cmpstr (csrf, ==, again);
  g_assert_cmpstr (csrf, !=, token);
  g_assert_cmpstr (hash, !=, token);
  g_assert_cmpstr (hash, !=, csrf);
  token[5] = 'G';
  g_assert_false (nb_token_is_valid (token));
  g_assert_false (nb_token_is_valid (NULL));
  g_assert_false (nb_token_is_valid (""));
}

static void
test_bounded_map (void)
{
  g_autoptr (NbBoundedMap) map = nb_bounded_map_new (100, g_free);

  nb_bounded_map_set (map, "often", g_strdup ("used"));
  for (guint i = 0; i < 10000; i++)
    {
      g_autofree char *key = g_strdup_printf ("%u", i);

      nb_bounded_map_set (map, key, g_strdup (key));
      g_assert_cmpstr (nb_bounded_map_lookup (map, "often"), ==, "used");
      g_assert_cmpuint (nb_bounded_map_get_size (map), <=, 100);
    }
  g_assert_cmpstr (nb_bounded_map_lookup (map, "9999"), ==, "9999");
  g_assert_null (nb_bounded_map_lookup (map, "5"));
  nb_bounded_map_remove (map, "often");
  g_assert_null (nb_bounded_map_lookup (map, "often"));
}

static void
test_guard_waits (void)
{
  g_autoptr (NbSignInGuard) guard = nb_sign_in_guard_new ();
  g_autoptr (GError) error = NULL;
  gint64 now = 1000;

  for (int i = 0; i < 5; i++)
    {
      g_assert_true (nb_sign_in_guard_check (guard, "victim", "192.0.2.1", now, NULL));
      nb_sign_in_guard_failed (guard, "victim", "192.0.2.1", now);
    }
  g_assert_false (nb_sign_in_guard_check (guard, "victim", "192.0.2.1", now, &error));
  g_assert_error (error, NB_ERROR, NB_ERROR_RATE_LIMITED);
  g_assert_cmpuint (nb_error_get_retry_after (error), ==, 1000);
  /* Neither the owner, elsewhere, nor others at that address wait. */
  g_assert_true (nb_sign_in_guard_check (guard, "victim", "192.0.2.2", now, NULL));
  g_assert_true (nb_sign_in_guard_check (guard, "neighbour", "192.0.2.1", now, NULL));
  now += G_USEC_PER_SEC;
  g_assert_true (nb_sign_in_guard_check (guard, "victim", "192.0.2.1", now, NULL));
  nb_sign_in_guard_failed (guard, "victim", "192.0.2.1", now);
  g_assert_false (nb_sign_in_guard_check (guard, "victim", "192.0.2.1", now + G_USEC_PER_SEC, NULL));
  for (int i = 0; i < 100; i++)
    nb_sign_in_guard_failed (guard, "victim", "192.0.2.1", now);
  g_assert_false (nb_sign_in_guard_check (guard, "victim", "192.0.2.1", now + 299 * G_USEC_PER_SEC, NULL));
  g_assert_true (nb_sign_in_guard_check (guard, "victim", "192.0.2.1", now + 300 * G_USEC_PER_SEC, NULL));
  nb_sign_in_guard_succeeded (guard, "victim", "192.0.2.1");
  g_assert_true (nb_sign_in_guard_check (guard, "victim", "192.0.2.1", now, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/account/rules/username", test_username);
  g_test_add_func ("/account/rules/nickname-has-no-invisible-characters", test_nickname);
  g_test_add_func ("/account/rules/email-language-region", test_other_fields);
  g_test_add_func ("/account/rules/password", test_password_rules);
  g_test_add_func ("/account/rules/common-passwords-are-comparable", test_common_passwords);
  g_test_add_func ("/account/rules/password-hash", test_password_hash);
  g_test_add_func ("/account/rules/token", test_token);
  g_test_add_func ("/account/rules/bounded-map-keeps-what-is-used", test_bounded_map);
  g_test_add_func ("/account/rules/guard-slows-one-address-alone", test_guard_waits);
  return g_test_run ();
}
