/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A real server on a database of its own, and people who call its API. */
#pragma once

#include <json-glib/json-glib.h>

#include "tests/support/nb-test-database.h"
#include "tests/support/nb-test-program.h"

G_BEGIN_DECLS

typedef struct
{
  NbTestDatabase *database;
  char *data_dir;
  char *url;
  char **sets;  /* beyond those of every test */
  char *config; /* the path of its config file, empty at first */
  NbTestSite *site;
  guint16 port;
} LiveSite;

typedef struct
{
  char *id;
  char *token;
} LivePerson;

void live_site_set_up (LiveSite *self, gconstpointer data);
/* The same with more settings: @sets: (nullable) (array zero-terminated=1): `section.key=value` */
void live_site_set_up_with (LiveSite *self, NbTestDatabaseKind kind, const char *const *sets);
/* Writes the config file and has @site read it: what the settings above don't name can be changed so. */
void live_site_reload (LiveSite *self, NbTestSite *site, const char *config);
/* Starts one more server on the same database and folder, with the same settings and @sets (nullable). */
NbTestSite *live_site_start_another (LiveSite *self, const char *const *sets);
guint16 live_site_get_port (NbTestSite *site);
void live_site_tear_down (LiveSite *self, gconstpointer data);

void live_person_free (LivePerson *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LivePerson, live_person_free)

/* Signs up and in. */
LivePerson *live_join (LiveSite *self, const char *username, const char *region);
/* @key: (nullable): the Idempotency-Key. Returns: (transfer full): the whole answer */
char *live_ask (LiveSite *self, const LivePerson *person, const char *method, const char *target, const char *key,
                const char *body);
/* The same; any other status fails the test. */
JsonObject *live_expect (LiveSite *self, const LivePerson *person, const char *method, const char *target,
                         const char *key, const char *body, guint status);
/* The JSON object in the body of @answer. */
JsonObject *live_read_object (const char *answer);
gint64 live_get_int (JsonObject *object, const char *name);
void live_assert_wallet (LiveSite *self, const LivePerson *person, gint64 available, gint64 locked);
/* What `neighborbid doctor` says with the settings of the site. */
NbTestRun *live_ask_doctor (LiveSite *self);
void live_assert_doctor_is_content (LiveSite *self);

G_END_DECLS
