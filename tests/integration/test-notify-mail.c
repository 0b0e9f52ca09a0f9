/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What people are sent by mail: the real program, and a real mail server that comes, goes, refuses and is secured. */
#include <string.h>

#include "tests/integration/mail-stage.h"
#include "tests/support/nb-test-server.h"

#define DEAD "SELECT COUNT (*) FROM notify_deliveries WHERE channel = 'mail' AND is_dead = 1"
#define TRIES "SELECT COALESCE (MAX (tries), 0) FROM notify_deliveries WHERE channel = 'mail'"
#define IS_EMPTY "SELECT CASE WHEN COUNT (*) = 0 THEN 1 ELSE 0 END FROM notify_deliveries"
#define MINJIS                                                                                                         \
  "SELECT COUNT (*) FROM notify_messages WHERE kind = 'outbid'"                                                        \
  " AND person_id = (SELECT id FROM people WHERE username = 'minji')"
#define FORM "Content-Type: application/x-www-form-urlencoded\r\n"

typedef struct
{
  NbTestDatabaseKind kind;
  void (*function) (MailStage *stage);
  const char *tls; /* (nullable): how mail is secured; the server then has a certificate, and asks who sends */
  gboolean is_off; /* at first */
} Case;

static const char *
get_text (JsonObject *mail, const char *name)
{
  return json_object_get_string_member (mail, name);
}

/* Returns: the mails to Minji, who is outbid by Jisoo for the first time */
static GPtrArray *
outbid_minji (MailStage *stage)
{
  mail_stage_bid (stage, stage->minji);
  mail_stage_outbid (stage, stage->jisoo);
  return nb_test_mail_wait (&stage->mail, MAIL_MINJI, MAIL_OUTBID, 1);
}

/* What every mail must have, both for people and for mail providers. */
static void
assert_is_whole (MailStage *stage, JsonObject *mail)
{
  g_assert_cmpstr (get_text (mail, "sender"), ==, "no-reply@example.kr");
  g_assert_cmpstr (nb_test_mail_get_header (mail, "from"), ==, "이웃경매 <no-reply@example.kr>");
  g_assert_cmpstr (nb_test_mail_get_header (mail, "to"), ==, "minji <" MAIL_MINJI ">");
  g_assert_cmpstr (nb_test_mail_get_header (mail, "content-language"), ==, "ko");
  g_assert_cmpstr (nb_test_mail_get_header (mail, "auto-submitted"), ==, "auto-generated");
  g_assert_cmpstr (nb_test_mail_get_header (mail, "list-unsubscribe-post"), ==, "List-Unsubscribe=One-Click");
  g_assert_nonnull (strstr (nb_test_mail_get_header (mail, "date"), "+0900"));
  g_assert_cmpint (json_object_get_int_member (mail, "n_headers"), ==, 12);
  g_assert_cmpint (json_object_get_int_member (mail, "longest_line"), <=, 998);
  g_assert_false (json_object_get_boolean_member (mail, "has_bare_end"));
}

static void
assert_id_is_the_messages (MailStage *stage, JsonObject *mail)
{
  g_autofree char *sql = g_strdup_printf ("SELECT COUNT (*) FROM notify_messages WHERE id = %s AND kind = 'outbid'",
                                          nb_test_mail_get_header (mail, "x-neighborbid-id"));
  g_autofree char *id = g_strdup_printf ("<%s@127.0.0.1>", nb_test_mail_get_header (mail, "x-neighborbid-id"));

  g_assert_cmpint (mail_stage_count (stage, sql), ==, 1);
  g_assert_cmpstr (nb_test_mail_get_header (mail, "message-id"), ==, id);
}

static void
assert_says (const char *body, const char *text)
{
  if (strstr (body, text) == NULL)
    g_error ("'%s' is not in: %s", text, body);
}

static void
assert_bodies_are_readable (JsonObject *mail)
{
  const char *text = get_text (mail, "text");
  const char *html = get_text (mail, "html");

  g_assert_cmpstr (get_text (mail, "parts"), ==, "text/plain,text/html");
  assert_says (nb_test_mail_get_header (mail, "subject"), "의자 <b>&amp; \"등받이\"");
  assert_says (text, "minji님, 안녕하세요.");
  assert_says (text, "의자 <b>&amp; \"등받이\"");
  assert_says (text, "11,000원");
  assert_says (text, "http://127.0.0.1:");
  assert_says (html, "의자 &lt;b&gt;&amp;amp; &quot;등받이&quot;");
  assert_says (html, "11,000원");
  assert_says (html, "<html lang=\"ko\">");
  g_assert_null (strstr (html, "<b>"));
  g_assert_null (strstr (html, "<img"));
  g_assert_null (strstr (text, "{"));
}

/* Returns: (transfer full): the path of the link by which the reader of @mail stops mail; it is in both bodies */
static char *
dup_stop_path (JsonObject *mail)
{
  const char *header = nb_test_mail_get_header (mail, "list-unsubscribe");
  const char *path = strstr (header, "/notifications/unsubscribe/");
  g_autofree char *url = g_strndup (header + 1, strlen (header) - 2);

  g_assert_nonnull (path);
  g_assert_true (g_str_has_prefix (header, "<http://127.0.0.1:") && g_str_has_suffix (header, ">"));
  assert_says (get_text (mail, "text"), url);
  assert_says (get_text (mail, "html"), url);
  return g_strndup (path, strlen (path) - 1);
}

/* One mail for each change, to whom it is about. */
static void
test_outbid (MailStage *stage)
{
  g_autoptr (GPtrArray) first = outbid_minji (stage);
  g_autoptr (GPtrArray) second = NULL;
  g_autoptr (GPtrArray) others = NULL;
  g_autofree char *path = dup_stop_path (g_ptr_array_index (first, 0));

  assert_is_whole (stage, g_ptr_array_index (first, 0));
  assert_id_is_the_messages (stage, g_ptr_array_index (first, 0));
  assert_bodies_are_readable (g_ptr_array_index (first, 0));
  mail_stage_outbid (stage, stage->minji);
  others = nb_test_mail_wait (&stage->mail, MAIL_JISOO, MAIL_OUTBID, 1);
  mail_stage_outbid (stage, stage->jisoo);
  second = nb_test_mail_wait (&stage->mail, MAIL_MINJI, MAIL_OUTBID, 2);
  g_assert_cmpuint (second->len, ==, 2);
  g_assert_cmpstr (nb_test_mail_get_header (g_ptr_array_index (second, 0), "message-id"), !=,
                   nb_test_mail_get_header (g_ptr_array_index (second, 1), "message-id"));
  g_assert_cmpuint (others->len, ==, 1);
}

/* Bids go on while the mail server is away, and what it missed comes when it is back. */
static void
test_server_away (MailStage *stage)
{
  g_autoptr (GPtrArray) before = outbid_minji (stage);
  g_autoptr (GPtrArray) after = NULL;
  gint64 began, written;

  nb_test_mail_stop (&stage->mail);
  began = g_get_monotonic_time ();
  for (guint i = 0; i < 5; i++)
    {
      mail_stage_bid (stage, stage->minji);
      mail_stage_bid (stage, stage->jisoo);
    }
  g_test_message ("ten bids while the mail server was away: %.1f ms",
                  (double)(g_get_monotonic_time () - began) / G_TIME_SPAN_MILLISECOND);
  mail_stage_outbid (stage, stage->minji);
  mail_stage_outbid (stage, stage->jisoo);
  written = mail_stage_count (stage, MINJIS);
  mail_stage_wait_count (stage, TRIES, 1);
  nb_test_mail_start (&stage->mail);
  after = nb_test_mail_wait (&stage->mail, MAIL_MINJI, MAIL_OUTBID, (guint)written);
  mail_stage_wait_count (stage, IS_EMPTY, 1);
  g_assert_cmpint (before->len, <, written);
  g_assert_cmpuint (after->len, ==, written);
  g_assert_cmpint (mail_stage_count (stage, DEAD), ==, 0);
}

/* What the server takes ill for now is sent later, with the same id; what it never will is for the operator. */
static void
test_refusals (MailStage *stage)
{
  g_autoptr (GPtrArray) mails = NULL;
  g_autofree char *reason = NULL;

  nb_test_mail_answer (&stage->mail, "DATA", "451 4.7.1 not now");
  mail_stage_bid (stage, stage->minji);
  mail_stage_bid (stage, stage->jisoo);
  mail_stage_wait_count (stage, TRIES, 2);
  nb_test_mail_answer (&stage->mail, "DATA", NULL);
  mails = nb_test_mail_wait (&stage->mail, MAIL_MINJI, MAIL_OUTBID, 1);
  g_assert_cmpint (mail_stage_count (stage, DEAD), ==, 0);

  nb_test_mail_answer (&stage->mail, "RCPT", "550 5.1.1 nobody of that name");
  mail_stage_outbid (stage, stage->minji);
  mail_stage_wait_count (stage, DEAD, 1);
  reason = nb_test_database_run (stage->live.database, "SELECT reason FROM notify_deliveries WHERE is_dead = 1");
  g_assert_cmpstr (reason, ==, "the mail server refused it for good: 550 5.1.1 nobody of that name");
  nb_test_mail_answer (&stage->mail, "RCPT", NULL);
  nb_test_mail_answer (&stage->mail, "DATA", "554 5.6.0 no such thing");
  mail_stage_outbid (stage, stage->jisoo);
  mail_stage_wait_count (stage, DEAD, 2);
  nb_test_mail_answer (&stage->mail, "DATA", NULL);
}

/* A sender that the server does not know is the operator's to mend: nothing is given up for it. */
static void
test_sender_refused (MailStage *stage)
{
  g_autoptr (GPtrArray) mails = NULL;

  nb_test_mail_answer (&stage->mail, "MAIL", "550 5.7.1 not from you");
  mail_stage_bid (stage, stage->minji);
  mail_stage_bid (stage, stage->jisoo);
  mail_stage_wait_count (stage, TRIES, 1);
  nb_test_mail_answer (&stage->mail, "MAIL", NULL);
  mails = nb_test_mail_wait (&stage->mail, MAIL_MINJI, MAIL_OUTBID, 1);
  g_assert_cmpint (mail_stage_count (stage, DEAD), ==, 0);
}

static guint
post (MailStage *stage, const char *path, const char *headers, const char *body)
{
  g_autofree char *answer = nb_test_ask (stage->live.port, "POST", path, headers, body);

  return nb_test_status (answer);
}

static guint
look (MailStage *stage, const char *path)
{
  g_autofree char *answer = nb_test_ask (stage->live.port, "GET", path, "Accept: text/html\r\n", NULL);

  return nb_test_status (answer);
}

/* All that was written has gone its way, and nothing came to Minji. */
static void
assert_silent_for_minji (MailStage *stage)
{
  g_autoptr (GPtrArray) before = nb_test_mail_list (&stage->mail, MAIL_MINJI, "");
  g_autoptr (GPtrArray) others = NULL;
  g_autoptr (GPtrArray) after = NULL;

  mail_stage_outbid (stage, stage->minji);
  mail_stage_outbid (stage, stage->jisoo);
  others = nb_test_mail_wait (&stage->mail, MAIL_JISOO, MAIL_OUTBID, 1);
  mail_stage_wait_count (stage, IS_EMPTY, 1);
  after = nb_test_mail_list (&stage->mail, MAIL_MINJI, "");
  g_assert_cmpuint (after->len, ==, before->len);
}

static void
assert_wrong_links_tell_nothing (MailStage *stage, const char *path)
{
  g_autofree char *other = g_strdup (path);
  const gsize last = strlen (path) - 1;

  other[last] = path[last] == '0' ? '1' : '0';
  g_assert_cmpuint (look (stage, other), ==, 404);
  g_assert_cmpuint (post (stage, other, FORM, "List-Unsubscribe=One-Click"), ==, 404);
  g_assert_cmpuint (look (stage, "/notifications/unsubscribe/x"), ==, 404);
  g_assert_cmpuint (look (stage, "/notifications/unsubscribe/1-2"), ==, 404);
}

/* A mail provider's one click, without a session. */
static void
test_one_click (MailStage *stage)
{
  g_autoptr (GPtrArray) mails = outbid_minji (stage);
  g_autofree char *path = dup_stop_path (g_ptr_array_index (mails, 0));

  assert_wrong_links_tell_nothing (stage, path);
  g_assert_cmpuint (look (stage, path), ==, 200);
  g_assert_cmpuint (post (stage, path, FORM, "choice=maybe"), ==, 422);
  g_assert_cmpint (mail_stage_count (stage, "SELECT COUNT (*) FROM notify_preferences"), ==, 0);
  g_assert_cmpuint (post (stage, path, FORM, "List-Unsubscribe=One-Click"), ==, 200);
  assert_silent_for_minji (stage);
  g_assert_cmpuint (post (stage, path, FORM, "List-Unsubscribe=One-Click"), ==, 200);
}

/* The same as a form with a file in it would be sent, which RFC 8058 prefers. */
static void
test_one_click_in_parts (MailStage *stage)
{
  g_autoptr (GPtrArray) mails = outbid_minji (stage);
  g_autofree char *path = dup_stop_path (g_ptr_array_index (mails, 0));

  g_assert_cmpuint (post (stage, path, "Content-Type: multipart/form-data; boundary=x\r\n",
                          "--x\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--x--"),
                    ==, 200);
  assert_silent_for_minji (stage);
}

static void
test_never_again (MailStage *stage)
{
  g_autoptr (GPtrArray) mails = NULL;
  g_autoptr (GPtrArray) others = NULL;
  g_autoptr (GPtrArray) after = NULL;
  g_autofree char *path = NULL;
  g_autofree char *address = NULL;

  mail_stage_bid (stage, stage->jisoo);
  mail_stage_outbid (stage, stage->minji);
  mails = nb_test_mail_wait (&stage->mail, MAIL_JISOO, MAIL_OUTBID, 1);
  path = dup_stop_path (g_ptr_array_index (mails, 0));
  g_assert_cmpuint (post (stage, path, FORM, "choice=never"), ==, 303);
  address = nb_test_database_run (stage->live.database, "SELECT address FROM notify_refused_addresses");
  g_assert_cmpstr (address, ==, "jisoo.kim@example.kr");
  g_assert_cmpint (mail_stage_count (stage, "SELECT COUNT (*) FROM notify_preferences"), ==, 0);
  mail_stage_outbid (stage, stage->jisoo);
  mail_stage_outbid (stage, stage->minji);
  others = nb_test_mail_wait (&stage->mail, MAIL_MINJI, MAIL_OUTBID, 1);
  mail_stage_wait_count (stage, IS_EMPTY, 1);
  after = nb_test_mail_list (&stage->mail, MAIL_JISOO, MAIL_OUTBID);
  g_assert_cmpuint (after->len, ==, 1);
}

static void
test_secured (MailStage *stage)
{
  g_autoptr (GPtrArray) mails = outbid_minji (stage);
  JsonObject *mail = g_ptr_array_index (mails, 0);

  g_assert_true (json_object_get_boolean_member (mail, "is_tls"));
  g_assert_cmpstr (get_text (mail, "user"), ==, "site");
}

static void
wait_for_reason (MailStage *stage, const char *reason)
{
  g_autofree char *sql
      = g_strdup_printf ("SELECT COUNT (*) FROM notify_deliveries WHERE is_dead = 0 AND reason LIKE '%%%s%%'", reason);

  mail_stage_bid (stage, stage->minji);
  mail_stage_bid (stage, stage->jisoo);
  mail_stage_wait_count (stage, sql, 1);
}

static void
test_certificate_unknown (MailStage *stage)
{
  wait_for_reason (stage, "certificate can''t be trusted");
}

static void
test_wrong_password (MailStage *stage)
{
  wait_for_reason (stage, "does not accept mail-user");
}

static void
test_no_tls_offered (MailStage *stage)
{
  wait_for_reason (stage, "offers no TLS");
}

/* The config file is read again: there is mail from now on. */
static void
test_reload (MailStage *stage)
{
  g_autofree char *config = mail_stage_dup_config (stage);
  g_autoptr (GPtrArray) mails = NULL;

  mail_stage_bid (stage, stage->minji);
  mail_stage_bid (stage, stage->jisoo);
  live_site_reload (&stage->live, stage->live.site, config);
  do
    {
      mail_stage_outbid (stage, stage->minji);
      mail_stage_outbid (stage, stage->jisoo);
      g_clear_pointer (&mails, g_ptr_array_unref);
      mails = nb_test_mail_list (&stage->mail, MAIL_MINJI, MAIL_OUTBID);
    }
  while (mails->len == 0);
}

/* What does not go together is refused at start, in one sentence. */
static void
test_settings (void)
{
  static const struct
  {
    const char *sets[5];
    const char *sentence;
  } cases[] = {
    { { "mail-url=smtp://127.0.0.1:25" }, "mail-url is set, but no mail-from" },
    { { "mail-url=127.0.0.1:25" }, "'127.0.0.1:25' is no mail server" },
    { { "mail-from=no-reply" }, "'no-reply' is no sender" },
    { { "mail-url=smtp://mail.example.kr", "mail-from=a@b.kr", "mail-user=u", "mail-password=p" },
      "mail-user's password would cross the network in clear" },
    { { "mail-url=smtp://127.0.0.1", "mail-from=a@b.kr", "mail-password=p" },
      "mail-password is set, but no mail-user" },
    { { "mail-url=smtp://127.0.0.1", "mail-from=a@b.kr", "mail-user=u" }, "mail-user is set, but no mail-password" },
    { { "mail-url=smtps://127.0.0.1", "mail-from=a@b.kr", "mail-tls=off" }, "mail-tls=off does not go with smtps://" },
    { { "mail-url=smtp://127.0.0.1", "mail-from=a@b.kr", "mail-ca-file=/nowhere.pem" },
      "there is no file '/nowhere.pem'" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (NbTestDatabase) database = nb_test_database_new (NB_TEST_SQLITE);
      g_autofree char *data_dir = g_strconcat ("server.data-dir=", nb_test_database_get_folder (database), NULL);
      g_autoptr (GStrvBuilder) arguments = g_strv_builder_new ();
      g_auto (GStrv) all = NULL;
      g_autoptr (NbTestRun) run = NULL;

      g_strv_builder_add_many (arguments, "serve", "--set", data_dir, "--set", "server.listen=127.0.0.1:0", "--set",
                               "server.internal-listen=127.0.0.1:0", "--set", "plugins.notify=required", NULL);
      for (gsize j = 0; j < G_N_ELEMENTS (cases[i].sets) && cases[i].sets[j] != NULL; j++)
        {
          g_autofree char *set = g_strconcat ("plugin notify.", cases[i].sets[j], NULL);

          g_strv_builder_add_many (arguments, "--set", set, NULL);
        }
      all = g_strv_builder_end (arguments);
      run = nb_test_program_run ((const char *const *)all, NULL);
      g_assert_cmpint (run->code, ==, 78);
      assert_says (run->err, cases[i].sentence);
    }
}

static GStrv
make_sets (MailStage *stage, const Case *test)
{
  g_autoptr (GStrvBuilder) sets = g_strv_builder_new ();
  g_autofree char *url = g_strdup_printf ("plugin notify.mail-url=smtp://127.0.0.1:%u", stage->mail.port);
  g_autofree char *ca = g_strconcat ("plugin notify.mail-ca-file=", stage->mail.certificate, NULL);

  if (test->is_off)
    return g_strv_builder_end (sets);
  g_strv_builder_add (sets, url);
  g_strv_builder_add (sets, "plugin notify.mail-from=이웃경매 <no-reply@example.kr>");
  if (test->tls == NULL)
    return g_strv_builder_end (sets);
  g_strv_builder_add (sets, "plugin notify.mail-tls=required");
  g_strv_builder_add (sets, "plugin notify.mail-user=site");
  g_strv_builder_add (sets, strcmp (test->tls, "wrong") == 0 ? "plugin notify.mail-password=apples"
                                                             : "plugin notify.mail-password=tangerine");
  if (stage->mail.certificate != NULL && strcmp (test->tls, "unknown") != 0)
    g_strv_builder_add (sets, ca);
  return g_strv_builder_end (sets);
}

static void
run_case (gconstpointer data)
{
  const Case *test = data;
  MailStage stage = { 0 };
  g_auto (GStrv) sets = NULL;

  nb_test_mail_set_up (&stage.mail);
  if (test->tls != NULL && strcmp (test->tls, "none") != 0)
    {
      nb_test_mail_make_certificate (&stage.mail);
      stage.mail.user = g_strdup ("site:tangerine");
    }
  nb_test_mail_start (&stage.mail);
  sets = make_sets (&stage, test);
  mail_stage_set_up (&stage, test->kind, (const char *const *)sets);
  test->function (&stage);
  mail_stage_tear_down (&stage);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *path;
    Case test;
  } cases[] = {
    { "sqlite/outbid", { NB_TEST_SQLITE, test_outbid } },
    { "postgresql/outbid", { NB_TEST_POSTGRESQL, test_outbid } },
    { "sqlite/server-away", { NB_TEST_SQLITE, test_server_away } },
    { "sqlite/refusals", { NB_TEST_SQLITE, test_refusals } },
    { "sqlite/sender-refused", { NB_TEST_SQLITE, test_sender_refused } },
    { "sqlite/one-click", { NB_TEST_SQLITE, test_one_click } },
    { "sqlite/one-click-in-parts", { NB_TEST_SQLITE, test_one_click_in_parts } },
    { "sqlite/never-again", { NB_TEST_SQLITE, test_never_again } },
    { "postgresql/never-again", { NB_TEST_POSTGRESQL, test_never_again } },
    { "sqlite/secured", { NB_TEST_SQLITE, test_secured, "known" } },
    { "sqlite/certificate-unknown", { NB_TEST_SQLITE, test_certificate_unknown, "unknown" } },
    { "sqlite/wrong-password", { NB_TEST_SQLITE, test_wrong_password, "wrong" } },
    { "sqlite/no-tls-offered", { NB_TEST_SQLITE, test_no_tls_offered, "none" } },
    { "sqlite/reload", { NB_TEST_SQLITE, test_reload, NULL, TRUE } },
  };

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/notify-mail/settings", test_settings);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/notify-mail/", cases[i].path, NULL);

      g_test_add_data_func (path, &cases[i].test, run_case);
    }
  return g_test_run ();
}
