/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A folder of plugins made for one test, and a host that reads it. */
#pragma once

#include "core/plugin/nb-plugin-host.h"
#include "tests/support/nb-test-loop.h"

G_BEGIN_DECLS

typedef struct
{
  NbTestLoop loop;
  char *folder;
  NbRegistry *registry;
  NbPluginHost *host;
  GHashTable *modes;
  GHashTable *sections;
  GPtrArray *faults;
} NbPluginFixture;

void nb_plugin_fixture_set_up (NbPluginFixture *self, gconstpointer data);
void nb_plugin_fixture_tear_down (NbPluginFixture *self, gconstpointer data);

/* Lays out a plugin @id whose module is tests/plugins/@module; @lines: more lines for its manifest, such as
 * `Requires=a\n`. */
void nb_plugin_fixture_add (NbPluginFixture *self, const char *id, const char *module, const char *lines);
/* Writes FOLDER/@path with @text. */
void nb_plugin_fixture_write (NbPluginFixture *self, const char *path, const char *text);
void nb_plugin_fixture_set_mode (NbPluginFixture *self, const char *id, NbPluginMode mode);
void nb_plugin_fixture_set_key (NbPluginFixture *self, const char *id, const char *key, const char *text);
/* Discovers, loads, configures and starts; the first failure ends it. */
gboolean nb_plugin_fixture_start (NbPluginFixture *self, GError **error);
/* The same, which must succeed. */
void nb_plugin_fixture_start_well (NbPluginFixture *self);
/* Asserts what the list tells of @id; FOLDER in @reason stands for the fixture's. */
void nb_plugin_fixture_assert (NbPluginFixture *self, const char *id, NbPluginState state, const char *reason);
/* Asserts that @error says @message, where FOLDER stands for the fixture's. */
void nb_plugin_fixture_assert_error (NbPluginFixture *self, GError *error, const char *message);

/* Runs a test of this fixture. */
#define nb_plugin_fixture_test(path, function)                                                                         \
  g_test_add (path, NbPluginFixture, NULL, nb_plugin_fixture_set_up, function, nb_plugin_fixture_tear_down)

G_END_DECLS
