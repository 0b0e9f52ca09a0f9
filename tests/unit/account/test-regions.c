/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The importer of regions, what is kept in memory, and the file that ships. */
#include <string.h>

#include <neighborbid/nb-auction.h>
#include <neighborbid/nb-error.h>

#include "core/account/nb-regions.h"
#include "tests/support/nb-test-database.h"
#include "tests/support/nb-test-loop.h"

#define HEADER "code\tname\tname_en\tlatitude\tlongitude\n"
#define SEOUL "1100000000\t서울특별시\tSeoul\t37.567\t126.978\n"
#define GANGNAM "1168000000\t강남구\tGangnam-gu\t37.497\t127.063\n"

typedef struct
{
  NbTestLoop loop;
  NbTestDatabase *database;
  NbStore *store;
  NbRegions *regions;
  char *path;
  gint64 n_imported;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  nb_test_loop_set_up (&self->loop, 240);
  self->database = nb_test_database_new ((NbTestDatabaseKind)GPOINTER_TO_INT (data));
  self->store = nb_test_store_new (self->database);
  self->regions = nb_regions_new ();
  self->path = g_build_filename (nb_test_database_get_folder (self->database), "regions.tsv", NULL);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_assert_finalize_object (self->regions);
  nb_store_stop (self->store);
  nb_test_loop_drain (&self->loop);
  g_assert_finalize_object (self->store);
  nb_test_database_free (self->database);
  nb_test_loop_tear_down (&self->loop);
  g_free (self->path);
}

static gboolean
import_and_load (NbTransaction *transaction, gpointer user_data, GError **error)
{
  Fixture *self = user_data;

  self->n_imported = nb_regions_import (transaction, self->path, error);
  return self->n_imported >= 0 && nb_regions_load (self->regions, transaction, error);
}

static gboolean
import_text (Fixture *self, const char *text, GError **error)
{
  g_assert_true (g_file_set_contents (self->path, text, -1, NULL));
  return nb_store_transact (self->store, import_and_load, self, error);
}

static void
test_import (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) top = NULL;
  g_autoptr (GPtrArray) below = NULL;
  const NbRegion *old;

  g_assert_true (import_text (self,
                              "\xef\xbb\xbf" HEADER SEOUL GANGNAM "1168010100\t역삼동\t\t37.5\t127.0363333\r\n\n"
                              "3600000000\t세종특별자치시\tSejong\t36.48\t127.289\n"
                              "3611000000\t세종특별자치시\tSejong\t36.48\t127.289\n",
                              &error));
  g_assert_no_error (error);
  g_assert_cmpint (self->n_imported, ==, 5);
  old = nb_regions_find (self->regions, "1168010100");
  g_assert_cmpstr (old->full_name, ==, "서울특별시 강남구 역삼동");
  g_assert_cmpstr (old->parent, ==, "1168000000");
  g_assert_cmpint (old->level, ==, 3);
  g_assert_cmpint (old->latitude, ==, 37500000);
  g_assert_cmpint (old->longitude, ==, 127036333);
  g_assert_cmpstr (nb_regions_find (self->regions, "3611000000")->full_name, ==, "세종특별자치시");
  g_assert_null (nb_regions_find (self->regions, "2600000000"));
  g_assert_null (nb_regions_find (self->regions, NULL));
  top = nb_regions_list (self->regions, NULL);
  g_assert_cmpuint (top->len, ==, 2);
  below = nb_regions_list (self->regions, "1100000000");
  g_assert_cmpuint (below->len, ==, 1);

  /* The same codes again replace what stood there; what was found before stays readable. */
  g_assert_true (import_text (self, HEADER "1168010100\t역삼1동\tYeoksam\t37.5\t127.03\n", &error));
  g_assert_no_error (error);
  g_assert_cmpstr (nb_regions_find (self->regions, "1168010100")->name, ==, "역삼1동");
  g_assert_cmpstr (old->name, ==, "역삼동");
}

static const struct
{
  const char *text;
  const char *words;
} faults[] = {
  { "", "line 1" },
  { "code\tname\tname_en\tlat\tlongitude\n", "line 1, column 4 (latitude): expected latitude, found 'lat'" },
  { HEADER "1100000000\t서울\n", "line 2: expected five columns" },
  { HEADER SEOUL GANGNAM "1168010100\ta\tb\t1\t2\t3\n", "line 4: expected five columns" },
  { HEADER "110000000\t서울\t\t37\t127\n", "line 2, column 1 (code): expected ten digits, found '110000000'" },
  { HEADER "11000000000\t서울\t\t37\t127\n", "line 2, column 1 (code)" },
  { HEADER "1168010121\t서울\t\t37\t127\n", "ends in 00" },
  { HEADER SEOUL "1100010100\t서울\t\t37\t127\n", "line 3, column 1 (code)" },
  { HEADER SEOUL SEOUL, "line 3, column 1 (code): expected a code that stands nowhere else (it is on line 2)" },
  { HEADER GANGNAM, "line 2, column 1 (code): expected a code whose parent 1100000000 is known too" },
  { HEADER "1100000000\t\t\t37\t127\n", "column 2 (name)" },
  { HEADER "1100000000\t서울\t\x01\t37\t127\n", "column 3 (name_en)" },
  { HEADER "1100000000\t서울\t\t127.0\t37.5\n", "column 4 (latitude): expected degrees from -90 to 90" },
  { HEADER "1100000000\t서울\t\t37\t1e2\n", "column 5 (longitude)" },
  { HEADER "1100000000\t서울\t\t37\tnan\n", "column 5 (longitude)" },
  { HEADER "1100000000\t서울\t\t37\t\n", "column 5 (longitude)" },
  { HEADER SEOUL "\xff\n", "line 3: expected UTF-8" },
};

static void
test_faults (Fixture *self, gconstpointer data)
{
  for (gsize i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *count = NULL;
      g_autofree char *told = NULL;

      g_assert_false (import_text (self, faults[i].text, &error));
      g_assert_error (error, NB_ERROR, NB_ERROR_VALIDATION_FAILED);
      told = nb_error_localize (error, NULL, NULL);
      if (strstr (told, faults[i].words) == NULL || strstr (told, "regions.tsv") == NULL)
        g_error ("'%s' does not say '%s'", told, faults[i].words);
      count = nb_test_database_run (self->database, "SELECT count(*) FROM regions");
      g_assert_cmpstr (count, ==, "0");
    }
  {
    g_autoptr (GError) error = NULL;

    g_free (self->path);
    self->path = g_strdup ("/nonexistent/regions.tsv");
    g_assert_false (nb_store_transact (self->store, import_and_load, self, &error));
    g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
  }
}

static NbPlace
place_of (const NbRegion *region)
{
  NbPlace place = { .latitude = region->latitude, .longitude = region->longitude };

  return place;
}

/* Returns: how many regions lie below @parent, all of them near it */
static guint
check_children (Fixture *self, const NbRegion *parent, guint max_m)
{
  g_autoptr (GPtrArray) children = nb_regions_list (self->regions, parent->code);
  NbPlace here = place_of (parent);
  guint n = children->len;

  for (guint i = 0; i < children->len; i++)
    {
      const NbRegion *child = children->pdata[i];
      NbPlace there = place_of (child);

      if (nb_place_distance_m (&here, &there) > max_m && !g_str_equal (child->code, "4794000000"))
        g_error ("%s is %u m from %s", child->full_name, nb_place_distance_m (&here, &there), parent->name);
      g_assert_cmpint (child->latitude, >, 33000000);
      g_assert_cmpint (child->latitude, <, 38700000);
      g_assert_cmpint (child->longitude, >, 124500000);
      g_assert_cmpint (child->longitude, <, 132000000);
      g_assert_cmpstr (child->name_en, !=, "");
      if (child->level == 2)
        n += check_children (self, child, 30000);
    }
  return n;
}

static void
test_shipped_file (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) top = NULL;
  guint n = 0;

  g_free (self->path);
  self->path = g_build_filename (g_getenv ("NB_TEST_SOURCE_DIR"), "data", "regions", "kr.tsv", NULL);
  g_assert_true (nb_store_transact (self->store, import_and_load, self, &error));
  g_assert_no_error (error);
  top = nb_regions_list (self->regions, "");
  g_assert_cmpuint (top->len, ==, 17);
  for (guint i = 0; i < top->len; i++)
    {
      const NbRegion *region = top->pdata[i];
      guint below = check_children (self, region, 160000);

      g_assert_cmpuint (below, >, 0);
      n += 1 + below;
    }
  g_assert_cmpuint (n, ==, self->n_imported);
  g_assert_cmpuint (n, >, 1000);
  g_assert_cmpstr (nb_regions_find (self->regions, "1168010100")->full_name, ==, "서울특별시 강남구 역삼동");
  g_assert_cmpstr (nb_regions_find (self->regions, "5111000000")->full_name, ==, "강원특별자치도 춘천시");
  g_assert_cmpstr (nb_regions_find (self->regions, "5211100000")->full_name, ==, "전북특별자치도 전주시 완산구");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (int kind = NB_TEST_SQLITE; kind <= NB_TEST_POSTGRESQL; kind++)
    {
      const char *name = nb_test_database_kind_name ((NbTestDatabaseKind)kind);
      g_autofree char *import = g_strdup_printf ("/account/regions/%s/import-and-load", name);
      g_autofree char *shipped = g_strdup_printf ("/account/regions/%s/shipped-file", name);

      g_test_add (import, Fixture, GINT_TO_POINTER (kind), set_up, test_import, tear_down);
      g_test_add (shipped, Fixture, GINT_TO_POINTER (kind), set_up, test_shipped_file, tear_down);
    }
  g_test_add ("/account/regions/faults-name-file-line-and-column", Fixture, GINT_TO_POINTER (NB_TEST_SQLITE), set_up,
              test_faults, tear_down);
  return g_test_run ();
}
