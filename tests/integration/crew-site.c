/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What tests of several processes need. */
#include "tests/integration/crew-site.h"

#include <json-glib/json-glib.h>
#include <stdlib.h>
#include <string.h>

#include "tests/integration/bid-storm.h"

#define PATIENCE (60 * G_USEC_PER_SEC)

void
crew_site_configure (CrewSite *self, const char *more)
{
  g_autofree char *text = g_strdup_printf (
      "[server]\ndata-dir=%s/data\nlog=json\n[database]\nurl=%s\n[plugin auction-local]\neligibility=anyone\n"
      "[auctions]\nmin-duration=1s\n[limits]\nwrites-per-second=0\nconnections-per-address=0\n"
      "sign-ins-per-minute=0\nsign-ups-per-minute=0\n%s",
      nb_test_database_get_folder (self->database), nb_test_database_get_url (self->database), more);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (self->config, text, -1, &error);
  g_assert_no_error (error);
}

void
crew_site_set_up (CrewSite *self, gconstpointer data)
{
  const char *folder;

  self->database = nb_test_database_new (NB_TEST_POSTGRESQL);
  folder = nb_test_database_get_folder (self->database);
  self->config = g_build_filename (folder, "site.conf", NULL);
  self->log = g_build_filename (folder, "log", NULL);
  crew_site_configure (self, "");
}

void
crew_site_tear_down (CrewSite *self, gconstpointer data)
{
  nb_test_database_free (self->database);
  g_free (self->config);
  g_free (self->log);
}

char **
crew_site_make_arguments (CrewSite *self, const char *words)
{
  g_autofree char *all = g_strdup_printf ("-c %s%s%s", self->config, *words ? " " : "", words);

  return g_strsplit (all, " ", -1);
}

NbTestSite *
crew_site_start (CrewSite *self, const char *words)
{
  g_auto (GStrv) arguments = crew_site_make_arguments (self, words);

  return nb_test_site_start ((const char *const *)arguments, self->log);
}

NbTestRun *
crew_site_expect (CrewSite *self, const char *command, int code)
{
  const char *const more[] = { "-c", self->config, NULL };
  NbTestRun *result = nb_test_program_run_words (command, more);

  if (result->code != code)
    g_error ("neighborbid %s: ended with %d, expected %d\n%s%s", command, result->code, code, result->out, result->err);
  return result;
}

char **
crew_site_add_people (CrewSite *self, guint n)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autofree char *path = g_strconcat (nb_test_database_get_folder (self->database), "/tokens", NULL);
  g_autofree char *command
      = g_strdup_printf ("demo seed --people %u --auctions 0 --balance 1000000000000 --tokens %s", n, path);
  g_autoptr (NbTestRun) seeded = crew_site_expect (self, command, 0);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  lines = g_strsplit (g_strchomp (text), "\n", -1);
  for (char **line = lines; *line; line++)
    {
      g_auto (GStrv) words = g_strsplit (*line, " ", -1);
      g_strv_builder_add (builder, words[2]);
    }
  return g_strv_builder_end (builder);
}

char *
crew_site_list_auction (const NbTestSite *site, const char *type, const char *token)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autoptr (GDateTime) end = g_date_time_add_hours (now, 2);
  g_autofree char *ends_at = g_date_time_format (end, "%Y-%m-%dT%H:%M:%S.000Z");
  g_autofree char *body
      = g_strdup_printf ("{\"type\":\"%s\",\"title\":\"crew\",\"description\":\"-\",\"ends_at\":\"%s\","
                         "\"terms\":{\"start_price\":1,\"step\":1}}",
                         type, ends_at);
  g_autofree char *answer = NULL;
  g_autoptr (JsonNode) node = NULL;

  g_assert_cmpuint (bid_storm_call (site->url, token, "POST", "/api/v1/auctions", body, &answer), ==, 201);
  node = json_from_string (answer, NULL);
  return g_strdup (json_object_get_string_member (json_node_get_object (node), "id"));
}

void
crew_site_assert_all_there (CrewSite *self, GPtrArray *bids)
{
  g_autoptr (GString) sql = g_string_new ("SELECT count(*) FROM bids WHERE id IN (0");
  g_autofree char *expected = g_strdup_printf ("%u", bids->len);
  g_autofree char *found = NULL;
  g_autoptr (NbTestRun) healthy = NULL;

  for (guint i = 0; i < bids->len; i++)
    g_string_append_printf (sql, ",%s", (const char *)bids->pdata[i]);
  g_string_append (sql, ")");
  found = nb_test_database_run (self->database, sql->str);
  g_assert_cmpstr (found, ==, expected);
  healthy = crew_site_expect (self, "doctor", 0);
}

gsize
crew_site_wait_for_log (CrewSite *self, const char *text, gsize from)
{
  gint64 deadline = g_get_monotonic_time () + PATIENCE;

  while (g_get_monotonic_time () < deadline)
    {
      g_autofree char *log = NULL;
      gsize length = 0;
      const char *found;

      g_assert_true (g_file_get_contents (self->log, &log, &length, NULL));
      found = length > from ? strstr (log + from, text) : NULL;
      if (found)
        return (gsize)(found - log) + strlen (text);
      g_usleep (10000);
    }
  g_error ("the log never said '%s'", text);
}

gsize
crew_site_get_log_end (CrewSite *self)
{
  g_autofree char *log = NULL;
  gsize length = 0;

  g_assert_true (g_file_get_contents (self->log, &log, &length, NULL));
  return length;
}

GPid
crew_site_wait_for_worker (CrewSite *self, guint number, gsize from)
{
  g_autofree char *text = g_strdup_printf ("worker %u is ready (process ", number);
  gsize end = crew_site_wait_for_log (self, text, from);
  g_autofree char *log = NULL;

  g_assert_true (g_file_get_contents (self->log, &log, NULL, NULL));
  return atoi (log + end);
}

/* Whose parent died may stay for a while as a zombie that nobody asked for. */
static gboolean
is_running (GPid pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/stat", (int)pid);
  g_autofree char *text = NULL;
  const char *after_name;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return FALSE;
  after_name = strrchr (text, ')');
  return after_name && after_name[2] != 'Z' && after_name[2] != 'X';
}

void
crew_site_wait_for_end (GPid pid)
{
  gint64 deadline = g_get_monotonic_time () + PATIENCE;

  while (is_running (pid))
    {
      if (g_get_monotonic_time () > deadline)
        g_error ("process %d does not end", (int)pid);
      g_usleep (10000);
    }
}

guint16
crew_site_get_port (const char *url)
{
  return (guint16)atoi (strrchr (url, ':') + 1);
}
