/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What messages say: every kind, whatever people wrote into titles and reasons. */
#include "plugins/notify/nb-message.h"

#include <string.h>

static char *
dup_subject (NbKind kind, const char *title, NbMoney price)
{
  NbMessage message = { .kind = kind, .auction = 42, .title = (char *)title, .price = price, .detail = (char *)"" };

  return nb_message_dup_subject (&message, NULL, NULL);
}

static char *
dup_text (NbKind kind, const char *title, NbMoney price, const char *detail)
{
  NbMessage message = { .kind = kind, .auction = 42, .title = (char *)title, .price = price, .detail = (char *)detail };

  return nb_message_dup_text (&message, NULL, NULL);
}

static void
test_every_kind (void)
{
  for (guint kind = 0; kind < NB_N_KINDS; kind++)
    {
      g_autofree char *subject = dup_subject (kind, "Chair", 12000);
      g_autofree char *text = dup_text (kind, "Chair", 12000, "no_bids");
      g_autofree char *bare = dup_text (kind, "", 0, "");
      NbKind found;

      g_assert_true (nb_kind_find (nb_kind_name (kind), &found));
      g_assert_cmpint (found, ==, kind);
      g_assert_true (strstr (subject, "Chair") != NULL || strstr (subject, "12,000원") != NULL);
      g_assert_null (strchr (text, '{'));
      g_assert_null (strchr (bare, '{'));
      g_assert_nonnull (strstr (text, "Nobody bid."));
      g_assert_true (g_str_has_suffix (bare, "."));
    }
}

static void
test_subject (void)
{
  g_autofree char *broken = dup_subject (NB_KIND_OUTBID, "Chair\r\nBcc: all@example.org\t\x7f\xe2\x80\xa8x\xc2\x85", 1);
  g_autofree char *money = dup_subject (NB_KIND_ADJUSTMENT, "", -5000);
  g_autofree char *nothing = dup_subject (NB_KIND_OUTBID, "\n", 1);

  g_assert_cmpstr (broken, ==, "You were outbid: Chair  Bcc: all@example.org   x");
  g_assert_cmpstr (money, ==, "Your wallet was corrected: -5,000원");
  g_assert_cmpstr (nothing, ==, "You were outbid");
}

/* Titles may look like placeholders or markup: they are neither filled nor escaped. */
static void
test_placeholders (void)
{
  g_autofree char *text = dup_text (NB_KIND_CANCELLED, "{price} <b>{title}</b> & {detail}", 7, "{title}\n%s");

  g_assert_nonnull (strstr (text, "“{price} <b>{title}</b> & {detail}” was cancelled."));
  g_assert_true (g_str_has_suffix (text, "Reason: {title} %s"));
}

static void
test_variants (void)
{
  g_autofree char *sold = dup_text (NB_KIND_LOST, "Chair", 9000, "");
  g_autofree char *unsold = dup_text (NB_KIND_LOST, "Chair", 0, "reserve_not_met");
  g_autofree char *down = dup_text (NB_KIND_ADJUSTMENT, "", -5000, "");
  g_autofree char *sealed = dup_text (NB_KIND_ENDING_SOON, "Chair", 0, "");

  g_assert_nonnull (strstr (sold, "someone else for 9,000원"));
  g_assert_nonnull (strstr (unsold, "without a sale"));
  g_assert_nonnull (strstr (unsold, "The reserve price was not reached."));
  g_assert_nonnull (strstr (down, "5,000원 was taken out"));
  g_assert_null (strstr (sealed, "원"));
}

static void
test_json (void)
{
  NbMessage message = { .id = 1234567890123456789,
                        .person = 3,
                        .kind = NB_KIND_WON,
                        .auction = 42,
                        .title = (char *)"Chair",
                        .price = 9000,
                        .detail = (char *)"",
                        .at = 1000000 };
  g_autoptr (JsonObject) object = nb_message_to_json (&message, NULL, NULL);

  g_assert_cmpstr (json_object_get_string_member (object, "id"), ==, "1234567890123456789");
  g_assert_cmpstr (json_object_get_string_member (object, "kind"), ==, "won");
  g_assert_cmpstr (json_object_get_string_member (object, "group"), ==, "bids");
  g_assert_cmpstr (json_object_get_string_member (object, "path"), ==, "/auctions/42");
  g_assert_cmpstr (json_object_get_string_member (object, "created_at"), ==, "1970-01-01T00:00:01.000Z");
  g_assert_true (json_object_get_null_member (object, "read_at"));
  g_assert_false (json_object_has_member (object, "text"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/notify/message/every-kind-has-its-words", test_every_kind);
  g_test_add_func ("/notify/message/a-subject-is-one-line", test_subject);
  g_test_add_func ("/notify/message/titles-are-no-templates", test_placeholders);
  g_test_add_func ("/notify/message/what-it-depends-on", test_variants);
  g_test_add_func ("/notify/message/as-json", test_json);
  return g_test_run ();
}
