/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Mail before it is sent: addresses, settings that go together, links, bounds, and the letter itself. */
#include <gmime/gmime.h>
#include <string.h>

#include "plugins/notify/nb-mail-account.h"
#include "plugins/notify/nb-mail-address.h"
#include "plugins/notify/nb-mail-letter.h"
#include "plugins/notify/nb-mail-quota.h"
#include "plugins/notify/nb-mail-token.h"

static void
test_addresses (void)
{
  static const char *const good[] = { "a@b.kr", "Kim.Minji+auction@mail.example.co.kr", "x@localhost", "o'neil@b.kr" };
  static const char *const bad[]
      = { "",         "a",           "@b.kr",    "a@",        "a@@b.kr",       "a b@c.kr",      "a@b kr",
          "a@b.kr\r", "a@b.kr\nX:1", "<a@b.kr>", "a@b.kr>",   "a@b.kr,c@d.kr", "a@b..kr",       "a@-b.kr",
          ".a@b.kr",  "a.@b.kr",     "김@b.kr",  "a@한국.kr", "\"a\"@b.kr",    "a@[127.0.0.1]", "a@b.kr SIZE=1",
          "a;b@c.kr", "a@b_c.kr",    "a\\b@c.kr" };
  g_autofree char *local = g_strnfill (65, 'a');
  g_autofree char *long_local = g_strconcat (local, "@b.kr", NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    g_assert_true (nb_mail_address_is_sendable (good[i]));
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    if (nb_mail_address_is_sendable (bad[i]))
      g_error ("'%s' passed", bad[i]);
  g_assert_false (nb_mail_address_is_sendable (long_local));
}

static void
assert_sender (const char *text, const char *name, const char *address)
{
  g_autofree char *its_name = NULL;
  g_autofree char *its_address = NULL;
  g_autoptr (GError) error = NULL;

  nb_mail_sender_parse (text, &its_name, &its_address, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (its_name, ==, name);
  g_assert_cmpstr (its_address, ==, address);
}

static void
test_senders (void)
{
  static const char *const bad[] = { "NeighborBid",  "N <a@b.kr",        "N a@b.kr>",    "<>",
                                     "N <a@b.kr> x", "N\nB: x <a@b.kr>", "N <<a@b.kr>>", "a@b.kr, c@d.kr" };

  assert_sender ("a@b.kr", "", "a@b.kr");
  assert_sender (" <a@b.kr> ", "", "a@b.kr");
  assert_sender ("이웃 경매, 서울 <a@b.kr>", "이웃 경매, 서울", "a@b.kr");
  assert_sender ("\"Neighbor Bid\" <a@b.kr>", "Neighbor Bid", "a@b.kr");
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      if (nb_mail_sender_check (bad[i], &error))
        g_error ("'%s' passed", bad[i]);
      g_assert_nonnull (strstr (error->message, "is no sender"));
    }
}

static void
test_urls (void)
{
  static const char *const good[] = { "", "smtp://127.0.0.1:25", "smtps://mail.example.kr", "smtp://[::1]:2525/" };
  static const char *const bad[]
      = { "127.0.0.1:25",       "http://a.kr",       "smtp://",       "smtp://a.kr:0", "smtp://a.kr:65536",
          "smtp://a.kr/path",   "smtp://a.kr?x",     "smtp://a.kr#x", "smtp://a%20b",  "smtp://a b",
          "smtp://u:p@a.kr:25", "smtp://a.kr\r\nX:", "mailto:a@b.kr", "smtp:a.kr" };

  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    g_assert_true (nb_mail_url_check (good[i], NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      if (nb_mail_url_check (bad[i], &error))
        g_error ("'%s' passed", bad[i]);
      g_assert_null (strstr (error->message, "u:p"));
    }
}

static void
test_tokens (void)
{
  guint8 key[NB_MAIL_KEY_BYTES] = { 1, 2, 3 };
  guint8 other_key[NB_MAIL_KEY_BYTES] = { 1, 2, 4 };
  g_autofree char *token = nb_mail_token_new (key, 42, "Kim@Example.kr");
  const gsize length = strlen (token);

  g_assert_cmpint (nb_mail_token_get_person (token), ==, 42);
  g_assert_true (nb_mail_token_matches (token, key, 42, "kim@example.kr"));
  g_assert_false (nb_mail_token_matches (token, key, 43, "kim@example.kr"));
  g_assert_false (nb_mail_token_matches (token, key, 42, "lim@example.kr"));
  g_assert_false (nb_mail_token_matches (token, other_key, 42, "kim@example.kr"));
  for (gsize i = 0; i < length; i++)
    {
      g_autofree char *changed = g_strdup (token);

      changed[i] = changed[i] == 'a' ? 'b' : 'a';
      g_assert_false (nb_mail_token_matches (changed, key, 42, "kim@example.kr"));
      changed[i] = '\0';
      g_assert_false (nb_mail_token_matches (changed, key, 42, "kim@example.kr"));
      g_assert_cmpint (nb_mail_token_get_person (changed), ==, 0);
    }
}

static void
test_quota (void)
{
  g_autoptr (NbMailQuota) quota = nb_mail_quota_new ();
  const gint64 hour = G_TIME_SPAN_HOUR;

  nb_mail_quota_set_max (quota, 6);
  for (guint i = 0; i < 4; i++)
    {
      g_assert_true (nb_mail_quota_has_room (quota, "a", TRUE, hour));
      nb_mail_quota_count (quota, "a", hour);
    }
  g_assert_false (nb_mail_quota_has_room (quota, "a", TRUE, hour));
  g_assert_false (nb_mail_quota_has_room (quota, "A", TRUE, hour));
  g_assert_true (nb_mail_quota_has_room (quota, "a", FALSE, hour));
  nb_mail_quota_count (quota, "A", hour);
  nb_mail_quota_count (quota, "a", 2 * hour - 1);
  g_assert_false (nb_mail_quota_has_room (quota, "a", FALSE, 2 * hour - 1));
  g_assert_true (nb_mail_quota_has_room (quota, "b", TRUE, 2 * hour - 1));
  g_assert_true (nb_mail_quota_has_room (quota, "a", TRUE, 2 * hour));
  nb_mail_quota_set_max (quota, 0);
  g_assert_true (nb_mail_quota_has_room (quota, "a", TRUE, hour));
}

/* Whose words are anything: they stay words. */
static GBytes *
write_hostile (const char *html)
{
  const NbNotice notice = {
    .id = 77,
    .nickname = "철수\r\nBcc: evil@example.kr",
    .email = "kim@example.kr",
    .language = "ko",
    .subject = "낙찰\r\nBcc: evil@example.kr\r\n\r\n본문 \xe2\x80\xa8 끝",
  };
  const NbMailLetter letter = {
    .notice = &notice,
    .sender_name = "이웃경매",
    .sender_address = "no-reply@example.kr",
    .host = "bid.example.kr",
    .unsubscribe_url = "https://bid.example.kr/notifications/unsubscribe/1-2",
    .text = "첫 줄\n.\n..점\n",
    .html = html,
  };

  return nb_mail_letter_write (&letter);
}

static GMimeMessage *
parse (GBytes *letter)
{
  gsize size;
  const char *bytes = g_bytes_get_data (letter, &size);
  GMimeStream *stream = g_mime_stream_mem_new_with_buffer (bytes, size);
  GMimeParser *parser = g_mime_parser_new_with_stream (stream);
  GMimeMessage *message = g_mime_parser_construct_message (parser, NULL);

  g_object_unref (parser);
  g_object_unref (stream);
  g_assert_nonnull (message);
  return message;
}

static void
assert_header (GMimeMessage *message, const char *name, const char *value)
{
  g_autofree char *text = g_strdup (g_mime_object_get_header (GMIME_OBJECT (message), name));

  g_assert_cmpstr (text != NULL ? g_strstrip (text) : NULL, ==, value);
}

static void
assert_lines_are_bounded (GBytes *letter)
{
  gsize size;
  const char *bytes = g_bytes_get_data (letter, &size);
  g_autofree char *text = g_strndup (bytes, size);
  g_auto (GStrv) lines = g_strsplit (text, "\r\n", -1);

  g_assert_cmpuint (strlen (text), ==, size);
  for (gsize i = 0; lines[i] != NULL; i++)
    {
      g_assert_cmpuint (strlen (lines[i]), <=, 998);
      g_assert_null (strpbrk (lines[i], "\r\n"));
      for (const char *c = lines[i]; *c != '\0'; c++)
        g_assert_cmpint ((guchar)*c, <, 0x80);
    }
}

static void
test_letter (void)
{
  g_autofree char *html = g_strnfill (5000, 'x');
  g_autoptr (GBytes) letter = write_hostile (html);
  GMimeMessage *message = parse (letter);
  GMimeMultipart *parts = GMIME_MULTIPART (g_mime_message_get_mime_part (message));
  g_autofree char *text = g_mime_text_part_get_text (GMIME_TEXT_PART (g_mime_multipart_get_part (parts, 0)));

  assert_lines_are_bounded (letter);
  g_assert_cmpint (g_mime_header_list_get_count (g_mime_object_get_header_list (GMIME_OBJECT (message))), ==, 10);
  assert_header (message, "Bcc", NULL);
  assert_header (message, "X-NeighborBid-Id", "77");
  assert_header (message, "List-Unsubscribe", "<https://bid.example.kr/notifications/unsubscribe/1-2>");
  assert_header (message, "List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
  g_assert_cmpstr (g_mime_message_get_message_id (message), ==, "77@bid.example.kr");
  g_assert_cmpstr (g_mime_message_get_subject (message), ==, "낙찰  Bcc: evil@example.kr    본문   끝");
  g_assert_cmpint (internet_address_list_length (g_mime_message_get_addresses (message, GMIME_ADDRESS_TYPE_TO)), ==, 1);
  g_assert_cmpstr (text, ==, "첫 줄\r\n.\r\n..점\r\n");
  g_object_unref (message);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/notify/mail/addresses", test_addresses);
  g_test_add_func ("/notify/mail/senders", test_senders);
  g_test_add_func ("/notify/mail/urls", test_urls);
  g_test_add_func ("/notify/mail/tokens", test_tokens);
  g_test_add_func ("/notify/mail/quota", test_quota);
  g_test_add_func ("/notify/mail/letter", test_letter);
  return g_test_run ();
}
