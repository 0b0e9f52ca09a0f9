/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A real server on a database of its own, and people who call its API. */
#include "tests/integration/live-site.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/nb-test-server.h"

static const char *const flags[] = {
  "auctions.min-duration=1s",   "limits.sign-ups-per-minute=0",     "limits.sign-ins-per-minute=0",
  "limits.writes-per-second=0", "limits.connections-per-address=0",
};

static void
add_set (GPtrArray *arguments, const char *set)
{
  g_ptr_array_add (arguments, (gpointer) "--set");
  g_ptr_array_add (arguments, (gpointer)set);
}

static void
add_sets (GPtrArray *arguments, const char *const *sets)
{
  for (guint i = 0; sets != NULL && sets[i] != NULL; i++)
    add_set (arguments, sets[i]);
}

NbTestSite *
live_site_start_another (LiveSite *self, const char *const *sets)
{
  static guint n_logs;
  g_autoptr (GPtrArray) arguments = g_ptr_array_new ();
  g_autofree char *log = g_strdup_printf ("%s/log-%u", nb_test_database_get_folder (self->database), n_logs++);

  g_ptr_array_add (arguments, (gpointer) "-c");
  g_ptr_array_add (arguments, self->config);
  add_set (arguments, self->data_dir);
  add_set (arguments, self->url);
  for (gsize i = 0; i < G_N_ELEMENTS (flags); i++)
    add_set (arguments, flags[i]);
  add_sets (arguments, (const char *const *)self->sets);
  add_sets (arguments, sets);
  g_ptr_array_add (arguments, NULL);
  return nb_test_site_start ((const char *const *)arguments->pdata, log);
}

void
live_site_reload (LiveSite *self, NbTestSite *site, const char *config)
{
  g_assert_true (g_file_set_contents (self->config, config, -1, NULL));
  g_subprocess_send_signal (site->process, SIGHUP);
}

guint16
live_site_get_port (NbTestSite *site)
{
  return (guint16)atoi (strrchr (site->url, ':') + 1);
}

void
live_site_set_up_with (LiveSite *self, NbTestDatabaseKind kind, const char *const *sets)
{
  self->database = nb_test_database_new (kind);
  self->data_dir = g_strdup_printf ("server.data-dir=%s/data", nb_test_database_get_folder (self->database));
  self->url = g_strconcat ("database.url=", nb_test_database_get_url (self->database), NULL);
  self->sets = g_strdupv ((char **)sets);
  self->config = g_build_filename (nb_test_database_get_folder (self->database), "site.conf", NULL);
  g_assert_true (g_file_set_contents (self->config, "", -1, NULL));
  self->site = live_site_start_another (self, NULL);
  self->port = live_site_get_port (self->site);
}

void
live_site_set_up (LiveSite *self, gconstpointer data)
{
  live_site_set_up_with (self, (NbTestDatabaseKind)GPOINTER_TO_INT (data), NULL);
}

void
live_site_tear_down (LiveSite *self, gconstpointer data)
{
  g_clear_pointer (&self->site, nb_test_site_free);
  nb_test_database_free (self->database);
  g_free (self->data_dir);
  g_free (self->url);
  g_strfreev (self->sets);
  g_free (self->config);
}

void
live_person_free (LivePerson *self)
{
  g_free (self->id);
  g_free (self->token);
  g_free (self);
}

/* @key: (nullable): the Idempotency-Key */
char *
live_ask (LiveSite *self, const LivePerson *person, const char *method, const char *target, const char *key,
          const char *body)
{
  g_autoptr (GString) headers = g_string_new (NULL);

  if (person != NULL)
    g_string_append_printf (headers, "Authorization: Bearer %s\r\n", person->token);
  if (key != NULL)
    g_string_append_printf (headers, "Idempotency-Key: %s\r\n", key);
  if (body != NULL)
    g_string_append (headers, "Content-Type: application/json\r\n");
  return nb_test_ask (self->port, method, target, headers->str, body);
}

JsonObject *
live_read_object (const char *answer)
{
  g_autoptr (JsonNode) node = json_from_string (nb_test_body (answer), NULL);

  g_assert_true (node != NULL && JSON_NODE_HOLDS_OBJECT (node));
  return json_node_dup_object (node);
}

JsonObject *
live_expect (LiveSite *self, const LivePerson *person, const char *method, const char *target, const char *key,
             const char *body, guint status)
{
  g_autofree char *answer = live_ask (self, person, method, target, key, body);

  if (nb_test_status (answer) != status)
    g_error ("%s %s %s: %s", method, target, body != NULL ? body : "", answer);
  return live_read_object (answer);
}

gint64
live_get_int (JsonObject *object, const char *name)
{
  if (!json_object_has_member (object, name))
    g_error ("there is no %s", name);
  return json_object_get_int_member (object, name);
}

LivePerson *
live_join (LiveSite *self, const char *username, const char *region)
{
  g_autofree char *account = g_strdup_printf (
      "{\"username\":\"%s\",\"password\":\"tangerine-orchard\",\"nickname\":\"%s\",\"region\":\"%s\"}", username,
      username, region);
  g_autofree char *credentials = g_strdup_printf ("{\"username\":\"%s\",\"password\":\"tangerine-orchard\"}", username);
  g_autoptr (JsonObject) created = live_expect (self, NULL, "POST", "/api/v1/accounts", NULL, account, 201);
  g_autoptr (JsonObject) session = live_expect (self, NULL, "POST", "/api/v1/sessions", NULL, credentials, 200);
  LivePerson *person = g_new0 (LivePerson, 1);

  person->id = g_strdup (json_object_get_string_member (created, "id"));
  person->token = g_strdup (json_object_get_string_member (session, "token"));
  return person;
}

void
live_assert_wallet (LiveSite *self, const LivePerson *person, gint64 available, gint64 locked)
{
  g_autoptr (JsonObject) me = live_expect (self, person, "GET", "/api/v1/me", NULL, NULL, 200);

  g_assert_cmpint (live_get_int (me, "available"), ==, available);
  g_assert_cmpint (live_get_int (me, "locked"), ==, locked);
}

NbTestRun *
live_ask_doctor (LiveSite *self)
{
  g_autoptr (GPtrArray) more = g_ptr_array_new ();

  add_set (more, self->data_dir);
  add_set (more, self->url);
  add_sets (more, (const char *const *)self->sets);
  g_ptr_array_add (more, NULL);
  return nb_test_program_run_words ("doctor", (const char *const *)more->pdata);
}

void
live_assert_doctor_is_content (LiveSite *self)
{
  g_autoptr (NbTestRun) run = live_ask_doctor (self);

  if (run->code != 0)
    g_error ("doctor: %s%s", run->out, run->err);
}
