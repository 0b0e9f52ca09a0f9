/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is registered: conflicts, order, and that all of one owner goes at once. */
#include "core/plugin/nb-plugin-error.h"
#include "core/plugin/nb-registry.h"

#include <glib/gstdio.h>

typedef struct
{
  NbRegistry *registry;
  guint n_changes;
} Fixture;

static void
on_changed (NbRegistry *registry, gpointer user_data)
{
  ((Fixture *)user_data)->n_changes++;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->registry = nb_registry_new ();
  fixture->n_changes = 0;
  g_signal_connect (fixture->registry, "changed", G_CALLBACK (on_changed), fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_assert_finalize_object (fixture->registry);
}

static void
on_request (NbRequest *request, gpointer user_data)
{
}

static gboolean
add_route (Fixture *fixture, const char *owner, const char *method, const char *pattern, GError **error)
{
  return nb_registry_add_route (fixture->registry, owner, method, pattern, NB_ROUTE_DEFAULT, on_request, NULL, error);
}

static void
assert_refused (gboolean is_added, GError *error, NbPluginErrorCode code, const char *message)
{
  g_autoptr (GError) owned = error;

  g_assert_false (is_added);
  g_assert_error (owned, NB_PLUGIN_ERROR, (int)code);
  g_assert_cmpstr (owned->message, ==, message);
}

static void
test_route_conflicts (Fixture *fixture, gconstpointer data)
{
  GError *error = NULL;

  g_assert_true (add_route (fixture, "core", "GET", "/", &error));
  g_assert_true (add_route (fixture, "core", "GET", "/auctions/{id:id}/bids", &error));
  g_assert_true (add_route (fixture, "shop", "POST", "/auctions/{id:id}/bids", &error));
  g_assert_true (add_route (fixture, "shop", "GET", "/auctions/new/bids", &error));
  gboolean is_added = add_route (fixture, "shop", "GET", "/auctions/{auction}/bids", &error);
  assert_refused (is_added, g_steal_pointer (&error), NB_PLUGIN_ERROR_CONFLICT,
                  "route 'GET /auctions/{auction}/bids' is already claimed by core, as 'GET /auctions/{id:id}/bids'");
  is_added = add_route (fixture, "shop", "HEAD", "/x", &error);
  assert_refused (is_added, g_steal_pointer (&error), NB_PLUGIN_ERROR_INVALID,
                  "route 'HEAD /x': expected the method GET, POST, PUT, PATCH or DELETE");
  g_assert_cmpuint (fixture->n_changes, ==, 4);
}

static void
test_bad_patterns (Fixture *fixture, gconstpointer data)
{
  static const char *const patterns[] = { "",     "x",        "/x/",   "//",   "/{",   "/{}", "/{a",  "/{a:int}",
                                          "/{A}", "/{a}/{a}", "/{a}b", "/a?b", "/a b", "/..", "/./a", "/\xff" };

  for (guint i = 0; i < G_N_ELEMENTS (patterns); i++)
    {
      g_autoptr (GError) error = NULL;
      g_assert_false (add_route (fixture, "shop", "GET", patterns[i], &error));
      g_assert_error (error, NB_PLUGIN_ERROR, NB_PLUGIN_ERROR_INVALID);
    }
  g_assert_cmpuint (nb_registry_get_routes (fixture->registry)->len, ==, 0);
}

static void
test_other_conflicts (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GObject) thing = g_object_new (G_TYPE_OBJECT, NULL);
  GError *error = NULL;

  g_assert_true (nb_registry_add_service (fixture->registry, "a", G_TYPE_OBJECT, thing, &error));
  gboolean is_added = nb_registry_add_service (fixture->registry, "b", G_TYPE_OBJECT, thing, &error);
  assert_refused (is_added, g_steal_pointer (&error), NB_PLUGIN_ERROR_CONFLICT,
                  "service 'GObject' is already claimed by a");
  is_added = nb_registry_add_service (fixture->registry, "b", NB_TYPE_WALLET, thing, &error);
  assert_refused (is_added, g_steal_pointer (&error), NB_PLUGIN_ERROR_INVALID, "service GObject isn't a NbWallet");
  g_assert_true (nb_registry_add_link (fixture->registry, "a", "/x", "X", FALSE, &error));
  is_added = nb_registry_add_link (fixture->registry, "b", "/x", "X", FALSE, &error);
  assert_refused (is_added, g_steal_pointer (&error), NB_PLUGIN_ERROR_CONFLICT, "link '/x' is already claimed by a");
  is_added = nb_registry_add_panel (fixture->registry, "b", "cellar", "x.mustache", NULL, NULL, &error);
  assert_refused (is_added, g_steal_pointer (&error), NB_PLUGIN_ERROR_INVALID,
                  "panel 'x.mustache': found the slot 'cellar', expected me, home, auction or bidding");
  is_added = nb_registry_add_timer (fixture->registry, "b", 0, NULL, NULL, &error);
  assert_refused (is_added, g_steal_pointer (&error), NB_PLUGIN_ERROR_INVALID,
                  "timer of 0 seconds: expected at least 1");
}

static gboolean
count_calls (NbTransaction *transaction, gint64 person, gint64 *count, gpointer user_data, GError **error)
{
  *count = ++*(int *)user_data + person;
  return TRUE;
}

static gboolean
add_badge (Fixture *fixture, const char *owner, int *n_calls, GError **error)
{
  return nb_registry_add_badge (fixture->registry, owner, "/x", count_calls, n_calls, error);
}

static void
test_badge_conflicts (Fixture *fixture, gconstpointer data)
{
  GError *error = NULL;
  gboolean is_added = add_badge (fixture, "a", NULL, &error);

  assert_refused (is_added, g_steal_pointer (&error), NB_PLUGIN_ERROR_INVALID,
                  "badge '/x': expected the path of a link that a added before");
  g_assert_true (nb_registry_add_link (fixture->registry, "a", "/x", "X", TRUE, &error));
  is_added = add_badge (fixture, "b", NULL, &error);
  assert_refused (is_added, g_steal_pointer (&error), NB_PLUGIN_ERROR_INVALID,
                  "badge '/x': expected the path of a link that b added before");
  g_assert_true (add_badge (fixture, "a", NULL, &error));
  is_added = add_badge (fixture, "a", NULL, &error);
  assert_refused (is_added, g_steal_pointer (&error), NB_PLUGIN_ERROR_CONFLICT, "badge '/x' is already claimed by a");
}

/* Who holds one that was taken back may still ask it; the plugin hears nothing of that. */
static void
test_removed_badge (Fixture *fixture, gconstpointer data)
{
  int n_calls = 0;
  gint64 count = 0;
  g_autoptr (GError) error = NULL;
  NbBadge *badge;

  g_assert_true (nb_registry_add_link (fixture->registry, "a", "/x", "X", TRUE, &error));
  g_assert_true (add_badge (fixture, "a", &n_calls, &error));
  badge = g_atomic_rc_box_acquire (g_ptr_array_index (nb_registry_get_badges (fixture->registry), 0));
  g_assert_true (nb_badge_count (badge, NULL, 40, &count, &error));
  g_assert_cmpint (count, ==, 41);
  nb_registry_remove_owner (fixture->registry, "a");
  g_assert_cmpuint (nb_registry_get_badges (fixture->registry)->len, ==, 0);
  g_assert_true (nb_badge_count (badge, NULL, 40, &count, &error));
  g_assert_cmpint (count, ==, 0);
  g_assert_cmpint (n_calls, ==, 1);
  nb_badge_unref (badge);
}

static void
test_scripts (Fixture *fixture, gconstpointer data)
{
  static const char *const bad[]
      = { "", "inbox.css", "/js/inbox.js", "../inbox.js", "js/../../inbox.js", "js/none.js" };
  g_autofree char *folder = g_dir_make_tmp ("nb-registry-XXXXXX", NULL);
  g_autofree char *dir = g_build_filename (folder, "static", NULL);
  g_autofree char *file = g_build_filename (dir, "inbox.js", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir (dir, 0700), ==, 0);
  g_assert_true (g_file_set_contents (file, "1;", -1, &error));
  nb_registry_set_data_dir (fixture->registry, "a", folder);
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) inner = NULL;

      g_assert_false (nb_registry_add_script (fixture->registry, "a", bad[i], &inner));
      g_assert_error (inner, NB_PLUGIN_ERROR, NB_PLUGIN_ERROR_INVALID);
    }
  g_assert_true (nb_registry_add_script (fixture->registry, "a", "inbox.js", &error));
  g_assert_cmpuint (nb_registry_get_scripts (fixture->registry)->len, ==, 1);
  g_assert_cmpint (g_remove (file) + g_remove (dir) + g_remove (folder), ==, 0);
}

static void
test_remove_owner (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GObject) thing = g_object_new (G_TYPE_OBJECT, NULL);
  gpointer watched = thing;
  g_autoptr (GError) error = NULL;

  g_object_add_weak_pointer (thing, &watched);
  g_assert_true (add_route (fixture, "a", "GET", "/a", &error));
  g_assert_true (add_route (fixture, "b", "GET", "/b", &error));
  g_assert_true (nb_registry_add_service (fixture->registry, "a", G_TYPE_OBJECT, thing, &error));
  nb_registry_set_data_dir (fixture->registry, "a", "/tmp/a");
  g_clear_object (&thing);
  g_assert_nonnull (watched);
  fixture->n_changes = 0;
  nb_registry_remove_owner (fixture->registry, "a");
  g_assert_cmpuint (fixture->n_changes, ==, 1);
  g_assert_null (watched);
  g_assert_null (nb_registry_get_data_dir (fixture->registry, "a"));
  g_assert_cmpuint (nb_registry_get_routes (fixture->registry)->len, ==, 1);
  nb_registry_remove_owner (fixture->registry, "a");
  g_assert_cmpuint (fixture->n_changes, ==, 1);
  g_assert_true (add_route (fixture, "b", "GET", "/a", &error));
}

/* A router that still holds routes when it is told may look at them one last time. */
static void
read_first_route (NbRegistry *registry, gpointer user_data)
{
  const NbRoute **route = user_data;

  if (*route != NULL)
    g_assert_cmpstr ((*route)->pattern, ==, "/a");
  *route = NULL;
}

static void
test_removed_lives_until_told (Fixture *fixture, gconstpointer data)
{
  const NbRoute *route = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (add_route (fixture, "a", "GET", "/a", &error));
  route = g_ptr_array_index (nb_registry_get_routes (fixture->registry), 0);
  g_signal_connect (fixture->registry, "changed", G_CALLBACK (read_first_route), &route);
  nb_registry_remove_owner (fixture->registry, "a");
  g_assert_null (route);
}

static void
test_freeze (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  nb_registry_freeze (fixture->registry);
  g_assert_true (add_route (fixture, "a", "GET", "/a", &error));
  g_assert_true (add_route (fixture, "b", "GET", "/b", &error));
  g_assert_cmpuint (fixture->n_changes, ==, 0);
  nb_registry_thaw (fixture->registry);
  g_assert_cmpuint (fixture->n_changes, ==, 1);
  nb_registry_freeze (fixture->registry);
  nb_registry_remove_owner (fixture->registry, "a");
  g_assert_cmpuint (fixture->n_changes, ==, 2);
  nb_registry_thaw (fixture->registry);
  g_assert_cmpuint (fixture->n_changes, ==, 2);
}

typedef struct
{
  Fixture *fixture;
  GString *heard;
} Hearing;

static void
hear (const NbEvent *event, gpointer user_data)
{
  g_string_append_printf (((Hearing *)user_data)->heard, "%s ", nb_event_get_kind (event));
}

static void
hear_and_remove (const NbEvent *event, gpointer user_data)
{
  Hearing *hearing = user_data;

  hear (event, hearing);
  nb_registry_remove_owner (hearing->fixture->registry, "a");
  nb_registry_remove_owner (hearing->fixture->registry, "b");
}

static GPtrArray *
make_events (void)
{
  static const char *const kinds[] = { "auction-opened", "auction-closed" };
  GPtrArray *events = g_ptr_array_new ();

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    g_ptr_array_add (events, nb_event_new (kinds[i], 1, 1, g_variant_new_array (G_VARIANT_TYPE ("{sv}"), NULL, 0)));
  return events;
}

static void
free_events (GPtrArray *events)
{
  for (guint i = 0; i < events->len; i++)
    nb_event_unref (g_ptr_array_index (events, i));
  g_ptr_array_unref (events);
}

static void
test_events (Fixture *fixture, gconstpointer data)
{
  Hearing all = { fixture, g_string_new (NULL) }, closed = { fixture, g_string_new (NULL) };
  GPtrArray *events = make_events ();
  g_autoptr (GError) error = NULL;

  nb_registry_add_event_handler (fixture->registry, "a", NULL, hear, &all, &error);
  nb_registry_add_event_handler (fixture->registry, "b", "auction-closed", hear, &closed, &error);
  nb_registry_dispatch_events (fixture->registry, events);
  g_assert_cmpstr (all.heard->str, ==, "auction-opened auction-closed ");
  g_assert_cmpstr (closed.heard->str, ==, "auction-closed ");
  free_events (events);
  g_string_free (all.heard, TRUE);
  g_string_free (closed.heard, TRUE);
}

static void
test_events_after_removal (Fixture *fixture, gconstpointer data)
{
  Hearing first = { fixture, g_string_new (NULL) }, second = { fixture, g_string_new (NULL) };
  GPtrArray *events = make_events ();
  g_autoptr (GError) error = NULL;

  nb_registry_add_event_handler (fixture->registry, "a", NULL, hear_and_remove, &first, &error);
  nb_registry_add_event_handler (fixture->registry, "b", NULL, hear, &second, &error);
  nb_registry_dispatch_events (fixture->registry, events);
  g_assert_cmpstr (first.heard->str, ==, "auction-opened ");
  g_assert_cmpstr (second.heard->str, ==, "");
  free_events (events);
  g_string_free (first.heard, TRUE);
  g_string_free (second.heard, TRUE);
}

#define add_test(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_test ("/plugin/registry/route-conflicts", test_route_conflicts);
  add_test ("/plugin/registry/bad-patterns", test_bad_patterns);
  add_test ("/plugin/registry/other-conflicts", test_other_conflicts);
  add_test ("/plugin/registry/badge-conflicts", test_badge_conflicts);
  add_test ("/plugin/registry/removed-badge", test_removed_badge);
  add_test ("/plugin/registry/scripts", test_scripts);
  add_test ("/plugin/registry/owner-goes-at-once", test_remove_owner);
  add_test ("/plugin/registry/removed-lives-until-told", test_removed_lives_until_told);
  add_test ("/plugin/registry/additions-are-gathered", test_freeze);
  add_test ("/plugin/registry/events-reach-handlers", test_events);
  add_test ("/plugin/registry/removed-handlers-hear-nothing", test_events_after_removal);
  return g_test_run ();
}
