/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Webhooks and the log as channels of a real server: what is delivered, what is written down, and both switched off. */
#include "tests/integration/live-site.h"
#include "tests/support/nb-test-server.h"
#include "tests/unit/notify/wire-server.h"

#include <string.h>

#define ALLOW "plugin notify.webhook-allow=127.0.0.1/32"
#define PATIENCE_S 60
#define N_THREADS 12
#define N_WEBHOOKS 5

static void
set_up (LiveSite *self, NbTestDatabaseKind kind, const char *const *sets)
{
  *self = (LiveSite){ 0 };
  live_site_set_up_with (self, kind, sets);
}

static void
pause_for (gint64 deadline, const char *what)
{
  if (g_get_monotonic_time () > deadline)
    g_error ("waited in vain for %s", what);
  g_usleep (20000);
}

static char *
add_webhook (LiveSite *self, const LivePerson *person, WireServer *server, const char *path)
{
  g_autofree char *body = g_strdup_printf ("{\"url\":\"http://127.0.0.1:%u%s\",\"kinds\":[\"deposit\"]}",
                                           wire_server_get_port (server), path);
  g_autoptr (JsonObject) hook = live_expect (self, person, "POST", "/api/v1/webhooks", NULL, body, 201);

  return g_strconcat ("/api/v1/webhooks/", json_object_get_string_member (hook, "id"), NULL);
}

static void
deposit (LiveSite *self, const LivePerson *person, const char *key)
{
  g_autoptr (JsonObject) answer
      = live_expect (self, person, "POST", "/api/v1/wallet/deposits", key, "{\"amount\":4321}", 201);

  g_assert_true (json_object_has_member (answer, "entry"));
}

/* Waits until the webhook at @path has a member @name that is not null. Returns: (transfer full): the webhook */
static JsonObject *
wait_for (LiveSite *self, const LivePerson *person, const char *path, const char *name)
{
  const gint64 deadline = g_get_monotonic_time () + PATIENCE_S * G_USEC_PER_SEC;

  for (;;)
    {
      JsonObject *hook = live_expect (self, person, "GET", path, NULL, NULL, 200);

      if (!json_object_get_null_member (hook, name))
        return hook;
      json_object_unref (hook);
      pause_for (deadline, name);
    }
}

static void
test_outcomes (gconstpointer data)
{
  static const char *const sets[] = { ALLOW, "plugin notify.retry-first=20ms", "plugin notify.tries-max=2", NULL };
  g_autoptr (WireServer) server = wire_server_new (FALSE);
  g_autoptr (LivePerson) hana = NULL;
  g_autoptr (JsonObject) fine = NULL;
  g_autoptr (JsonObject) broken = NULL;
  g_autoptr (JsonObject) gone = NULL;
  LiveSite site;

  set_up (&site, (NbTestDatabaseKind)GPOINTER_TO_INT (data), sets);
  hana = live_join (&site, "hana", "1168010100");
  {
    g_autofree char *to_fine = add_webhook (&site, hana, server, "/204");
    g_autofree char *to_broken = add_webhook (&site, hana, server, "/500");
    g_autofree char *to_gone = add_webhook (&site, hana, server, "/410");

    deposit (&site, hana, "first");
    fine = wait_for (&site, hana, to_fine, "delivered_at");
    broken = wait_for (&site, hana, to_broken, "failure");
    gone = wait_for (&site, hana, to_gone, "failure");
  }
  g_assert_true (json_object_get_null_member (fine, "failure"));
  g_assert_true (json_object_get_boolean_member (fine, "is_enabled"));
  g_assert_cmpstr (json_object_get_string_member (broken, "failure"), ==, "answered 500");
  g_assert_true (json_object_get_boolean_member (broken, "is_enabled"));
  g_assert_cmpstr (json_object_get_string_member (gone, "failure"), ==, "answered 410");
  g_assert_false (json_object_get_boolean_member (gone, "is_enabled"));
  live_site_tear_down (&site, NULL);
}

/* Many requests at a time can't make more than anybody may have. */

typedef struct
{
  LiveSite *site;
  const LivePerson *person;
} Adder;

static gpointer
add_one (gpointer user_data)
{
  const Adder *adder = user_data;
  g_autofree char *answer
      = live_ask (adder->site, adder->person, "POST", "/api/v1/webhooks", NULL, "{\"url\":\"https://example.com/\"}");

  return GUINT_TO_POINTER (nb_test_status (answer));
}

static void
test_limit (gconstpointer data)
{
  g_autoptr (LivePerson) hana = NULL;
  GThread *threads[N_THREADS];
  guint n_added = 0;
  guint n_refused = 0;
  LiveSite site;
  Adder adder;

  set_up (&site, (NbTestDatabaseKind)GPOINTER_TO_INT (data), NULL);
  hana = live_join (&site, "hana", "1168010100");
  adder = (Adder){ &site, hana };
  for (guint i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("adder", add_one, &adder);
  for (guint i = 0; i < N_THREADS; i++)
    {
      const guint status = GPOINTER_TO_UINT (g_thread_join (threads[i]));

      n_added += status == 201;
      n_refused += status == 409;
    }
  g_assert_cmpuint (n_added, ==, N_WEBHOOKS);
  g_assert_cmpuint (n_refused, ==, N_THREADS - N_WEBHOOKS);
  live_site_tear_down (&site, NULL);
}

static char *
read_log (LiveSite *self)
{
  char *text = NULL;

  g_assert_true (g_file_get_contents (self->site->log_path, &text, NULL, NULL));
  return text;
}

static void
test_log (void)
{
  static const char *const sets[] = { "plugin notify.log=on", NULL };
  const gint64 deadline = g_get_monotonic_time () + PATIENCE_S * G_USEC_PER_SEC;
  g_autoptr (LivePerson) hana = NULL;
  g_autofree char *line = NULL;
  LiveSite site;

  set_up (&site, NB_TEST_SQLITE, sets);
  hana = live_join (&site, "hana", "1168010100");
  deposit (&site, hana, "first");
  while (line == NULL)
    {
      g_autofree char *log = read_log (&site);
      const char *found = strstr (log, "\"kind\":\"deposit\"");
      const char *start = found;

      while (start != NULL && start > log && start[-1] != '\n')
        start--;
      if (found != NULL && strchr (found, '\n') != NULL)
        line = g_strndup (start, strchr (found, '\n') - start);
      else
        pause_for (deadline, "a line in the log");
    }
  g_assert_nonnull (strstr (line, "\"level\":\"info\""));
  g_assert_nonnull (strstr (line, "\"message_id\":\""));
  g_assert_nonnull (strstr (line, hana->id));
  /* None of its words. */
  g_assert_null (strstr (line, "hana"));
  g_assert_null (strstr (line, "4,321"));
  live_site_tear_down (&site, NULL);
}

static void
test_off (void)
{
  static const char *const sets[] = { "plugin notify.webhook=off", NULL };
  g_autoptr (LivePerson) hana = NULL;
  g_autofree char *api = NULL;
  g_autofree char *page = NULL;
  LiveSite site;

  set_up (&site, NB_TEST_SQLITE, sets);
  hana = live_join (&site, "hana", "1168010100");
  api = live_ask (&site, hana, "GET", "/api/v1/webhooks", NULL, NULL);
  page = live_ask (&site, hana, "GET", "/inbox/webhooks", NULL, NULL);
  nb_test_assert_problem (api, 404, "not_found");
  g_assert_cmpuint (nb_test_status (page), ==, 404);
  live_site_tear_down (&site, NULL);
}

/* A site whose own webhook can't be signed does without the plugin, and says why. */
static void
test_bad_settings (void)
{
  static const struct
  {
    const char *const sets[3];
    const char *told;
  } rows[] = {
    { { "plugin notify.webhook-url=https://example.com/" }, "webhook-url and webhook-secret belong together" },
    { { "plugin notify.webhook-secret=whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" },
      "webhook-url and webhook-secret belong together" },
    { { "plugin notify.webhook-url=https://example.com/", "plugin notify.webhook-secret=whsec_tooShort" },
      "webhook-secret: the secret of a webhook must be whsec_ and 24 to 64 random bytes in base64" },
    { { "plugin notify.webhook-url=https://10.0.0.1/",
        "plugin notify.webhook-secret=whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" },
      "the address must be one of the public internet" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *log = NULL;
      LiveSite site;

      set_up (&site, NB_TEST_SQLITE, rows[i].sets);
      log = read_log (&site);
      if (strstr (log, rows[i].told) == NULL)
        g_error ("“%s” is not in:\n%s", rows[i].told, log);
      g_assert_null (strstr (log, "tooShort"));
      live_site_tear_down (&site, NULL);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/notify-webhook/outcomes/sqlite", GINT_TO_POINTER (NB_TEST_SQLITE), test_outcomes);
  g_test_add_data_func ("/notify-webhook/outcomes/postgresql", GINT_TO_POINTER (NB_TEST_POSTGRESQL), test_outcomes);
  g_test_add_data_func ("/notify-webhook/limit/sqlite", GINT_TO_POINTER (NB_TEST_SQLITE), test_limit);
  g_test_add_data_func ("/notify-webhook/limit/postgresql", GINT_TO_POINTER (NB_TEST_POSTGRESQL), test_limit);
  g_test_add_func ("/notify-webhook/log", test_log);
  g_test_add_func ("/notify-webhook/off", test_off);
  g_test_add_func ("/notify-webhook/bad-settings", test_bad_settings);
  return g_test_run ();
}
