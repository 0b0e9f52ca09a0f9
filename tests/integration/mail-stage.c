/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sets the stage over the API, as people would. */
#include "tests/integration/mail-stage.h"

#include <neighborbid/nb-request.h>
#include <signal.h>

#define AUCTION_SECONDS 1800
#define PATIENCE (60 * G_USEC_PER_SEC)
#define LOOK_US 20000
#define STEP 1000

static LivePerson *
join (LiveSite *site, const char *username, const char *email)
{
  g_autofree char *account
      = g_strdup_printf ("{\"username\":\"%s\",\"password\":\"tangerine-orchard\",\"nickname\":\"%s\","
                         "\"region\":\"1168010600\",\"email\":\"%s\",\"language\":\"ko\"}",
                         username, username, email);
  g_autofree char *credentials = g_strdup_printf ("{\"username\":\"%s\",\"password\":\"tangerine-orchard\"}", username);
  g_autoptr (JsonObject) created = live_expect (site, NULL, "POST", "/api/v1/accounts", NULL, account, 201);
  g_autoptr (JsonObject) session = live_expect (site, NULL, "POST", "/api/v1/sessions", NULL, credentials, 200);
  LivePerson *person = g_new0 (LivePerson, 1);
  g_autoptr (JsonObject) paid = NULL;

  person->id = g_strdup (json_object_get_string_member (created, "id"));
  person->token = g_strdup (json_object_get_string_member (session, "token"));
  paid = live_expect (site, person, "POST", "/api/v1/wallet/deposits", "first", "{\"amount\":1000000}", 201);
  return person;
}

static char *
list_chair (LiveSite *site, const LivePerson *seller)
{
  g_autofree char *ends_at = nb_time_to_json (g_get_real_time () + AUCTION_SECONDS * (gint64)G_USEC_PER_SEC);
  g_autofree char *body
      = g_strdup_printf ("{\"type\":\"local\",\"title\":\"" MAIL_TITLE "\",\"description\":\"두 번 썼어요\","
                         "\"ends_at\":\"%s\",\"terms\":{\"start_price\":10000,\"step\":%d}}",
                         ends_at, STEP);
  g_autoptr (JsonObject) auction = live_expect (site, seller, "POST", "/api/v1/auctions", NULL, body, 201);

  return g_strconcat ("/api/v1/auctions/", json_object_get_string_member (auction, "id"), "/bids", NULL);
}

char *
mail_stage_dup_config (MailStage *self)
{
  return g_strdup_printf ("[plugin notify]\nmail-url=smtp://127.0.0.1:%u\nmail-from=이웃경매 <no-reply@example.kr>\n",
                          self->mail.port);
}

static char **
make_sets (MailStage *self, const char *const *sets)
{
  g_autoptr (GStrvBuilder) all = g_strv_builder_new ();

  g_strv_builder_add (all, "plugin notify.retry-first=50ms");
  g_strv_builder_add (all, "plugin notify.mail-hourly-max=0");
  for (gsize i = 0; sets != NULL && sets[i] != NULL; i++)
    g_strv_builder_add (all, sets[i]);
  return g_strv_builder_end (all);
}

void
mail_stage_set_up (MailStage *self, NbTestDatabaseKind kind, const char *const *sets)
{
  g_auto (GStrv) all = make_sets (self, sets);
  g_autoptr (LivePerson) seller = NULL;

  live_site_set_up_with (&self->live, kind, (const char *const *)all);
  seller = live_join (&self->live, "seller", "1168010100");
  self->minji = join (&self->live, "minji", MAIL_MINJI);
  self->jisoo = join (&self->live, "jisoo", MAIL_JISOO);
  self->auction = list_chair (&self->live, seller);
  self->price = 10000 - STEP;
}

void
mail_stage_tear_down (MailStage *self)
{
  /* Whatever a sanitizer found in it would show. */
  g_assert_cmpint (nb_test_site_stop (self->live.site, SIGTERM), ==, 0);
  live_site_tear_down (&self->live, NULL);
  nb_test_mail_tear_down (&self->mail);
  g_clear_pointer (&self->minji, live_person_free);
  g_clear_pointer (&self->jisoo, live_person_free);
  g_clear_pointer (&self->auction, g_free);
}

void
mail_stage_bid (MailStage *self, const LivePerson *person)
{
  g_autofree char *body = NULL;
  g_autoptr (JsonObject) bid = NULL;

  self->price += STEP;
  body = g_strdup_printf ("{\"amount\":%" G_GINT64_FORMAT "}", self->price);
  bid = live_expect (&self->live, person, "POST", self->auction, NULL, body, 201);
  g_assert_cmpstr (json_object_get_string_member (bid, "status"), ==, "leading");
}

gint64
mail_stage_count (MailStage *self, const char *sql)
{
  g_autofree char *cell = nb_test_database_run (self->live.database, sql);

  return cell != NULL ? g_ascii_strtoll (cell, NULL, 10) : 0;
}

void
mail_stage_wait_count (MailStage *self, const char *sql, gint64 least)
{
  const gint64 deadline = g_get_monotonic_time () + PATIENCE;

  while (mail_stage_count (self, sql) < least)
    {
      if (g_get_monotonic_time () > deadline)
        g_error ("it does not come to %" G_GINT64_FORMAT ": %s", least, sql);
      g_usleep (LOOK_US);
    }
}

void
mail_stage_outbid (MailStage *self, const LivePerson *person)
{
  static const char written[] = "SELECT COUNT (*) FROM notify_messages WHERE kind = 'outbid'";
  const gint64 before = mail_stage_count (self, written);

  mail_stage_bid (self, person);
  mail_stage_wait_count (self, written, before + 1);
}
