/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who may bid in a neighbourhood auction, asked of the real plugin through the real host. */
#include "core/domain/nb-auction-private.h"
#include "core/plugin/nb-plugin-host.h"
#include "tests/support/nb-test-database.h"
#include "tests/support/nb-test-loop.h"
#include "tests/support/nb-test-plugins.h"

#define START_PRICE 10000

typedef struct
{
  NbTestLoop loop;
  NbTestDatabase *database;
  NbStore *store;
  NbRegistry *registry;
  NbPluginHost *host;
  NbAuctionType *type;
} Fixture;

static const NbPlace yeoksam = { "1168010100", 37500000, 127037000 };
static const NbPlace daechi = { "1168010600", 37497000, 127063000 };
static const NbPlace seongsu = { "1120011500", 37541000, 127057000 }; /* 4.9 km away, across the river */
static const NbPlace suwon = { "4111710500", 37253000, 127071000 };
static const NbPlace nowhere = { "", 0, 0 };
static const NbPlace seoul = { "1100000000", 37500000, 127037000 };

static void
set_up (Fixture *self, gconstpointer data)
{
  static const char *const ids[] = { "wallet", "auction-local", NULL };
  g_autoptr (GError) error = NULL;

  nb_test_loop_set_up (&self->loop, 240);
  self->database = nb_test_database_new (NB_TEST_SQLITE);
  self->store = nb_store_new (nb_test_database_get_url (self->database), NULL, &error);
  g_assert_no_error (error);
  self->registry = nb_registry_new ();
  self->host = nb_test_plugins_start (self->store, self->registry, ids);
  self->type = nb_registry_ref_auction_type (self->registry, "local");
  g_assert_nonnull (self->type);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_object_unref (self->type);
  nb_plugin_host_stop (self->host);
  nb_store_stop (self->store);
  nb_test_loop_tear_down (&self->loop);
  g_assert_finalize_object (self->host);
  g_assert_finalize_object (self->registry);
  g_assert_finalize_object (self->store);
  nb_test_database_free (self->database);
}

static void
free_section (gpointer section)
{
  g_hash_table_unref (section);
}

/* Reloads with these settings of the plugin. Returns: whether they were taken */
static gboolean
reload (Fixture *self, const char *eligibility, const char *radius_km)
{
  g_autoptr (GHashTable) sections = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, free_section);
  g_autoptr (GPtrArray) faults = g_ptr_array_new_with_free_func (nb_setting_fault_free);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GHashTable *section = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  g_hash_table_insert (section, g_strdup ("eligibility"), g_strdup (eligibility));
  if (radius_km != NULL)
    g_hash_table_insert (section, g_strdup ("radius-km"), g_strdup (radius_km));
  g_hash_table_insert (sections, (gpointer) "auction-local", section);
  nb_plugin_host_reload_async (self->host, NULL, sections, faults, nb_test_loop_keep_result, &result);
  nb_test_loop_run_until_result (&self->loop, &result);
  return nb_plugin_host_reload_finish (self->host, result, &error);
}

static NbAuction *
make_auction (const NbPlace *place)
{
  GVariantDict terms;
  NbAuction *auction;

  g_variant_dict_init (&terms, NULL);
  g_variant_dict_insert (&terms, "start_price", "x", (gint64)START_PRICE);
  auction = nb_auction_new (1, "local", 1, g_variant_dict_end (&terms));
  auction->status = NB_AUCTION_OPEN;
  auction->starts_at = 1;
  auction->ends_at = auction->original_ends_at = 1000000;
  auction->place = *place;
  return auction;
}

/* Returns: what a bid from @there on an auction at @here is refused with, or NULL when it stands */
static GError *
bid (Fixture *self, const NbPlace *here, const NbPlace *there)
{
  g_autoptr (NbAuction) auction = make_auction (here);
  NbBid offer = { .id = 1, .person = 2, .kind = NB_BID_AMOUNT, .amount = START_PRICE, .quantity = 1, .at = 500 };
  g_autoptr (NbDecision) decision = NULL;
  GError *error = NULL;

  offer.place = *there;
  decision = nb_auction_type_on_bid (self->type, auction, &offer, 500, &error);
  g_assert_true ((decision != NULL) == (error == NULL));
  return error;
}

static void
assert_allowed (Fixture *self, const NbPlace *here, const NbPlace *there)
{
  g_autoptr (GError) error = bid (self, here, there);

  g_assert_no_error (error);
}

static void
assert_refused (Fixture *self, const NbPlace *here, const NbPlace *there, const char *words)
{
  g_autoptr (GError) error = bid (self, here, there);
  g_autofree char *told = NULL;

  g_assert_error (error, NB_ERROR, NB_ERROR_REGION_NOT_ALLOWED);
  told = nb_error_localize (error, NULL, NULL);
  g_assert_nonnull (g_strstr_len (told, -1, words));
}

static void
test_default (Fixture *self, gconstpointer data)
{
  assert_allowed (self, &yeoksam, &daechi);
  assert_allowed (self, &yeoksam, &seongsu);
  assert_refused (self, &yeoksam, &suwon, "6 km");
  assert_refused (self, &yeoksam, &nowhere, "set the 시/군/구");
  assert_refused (self, &yeoksam, &seoul, "set the 시/군/구");
}

static void
test_no_neighbourhood (Fixture *self, gconstpointer data)
{
  assert_allowed (self, &nowhere, &yeoksam);
  assert_allowed (self, &nowhere, &nowhere);
  assert_allowed (self, &seoul, &suwon);
  g_assert_true (reload (self, "region", "0"));
  assert_allowed (self, &nowhere, &suwon);
}

static void
test_reload (Fixture *self, gconstpointer data)
{
  g_assert_true (reload (self, "region", "0"));
  assert_allowed (self, &yeoksam, &daechi);
  assert_refused (self, &yeoksam, &seongsu, "own 시/군/구");
  g_assert_true (reload (self, "region", "500"));
  assert_allowed (self, &yeoksam, &suwon);
  assert_refused (self, &yeoksam, &nowhere, "set the 시/군/구");
  g_assert_true (reload (self, "anyone", NULL));
  assert_allowed (self, &yeoksam, &nowhere);
  assert_allowed (self, &nowhere, &suwon);
  g_assert_false (reload (self, "region", "501"));
  g_assert_false (reload (self, "nobody", NULL));
  assert_allowed (self, &yeoksam, &nowhere);
}

/* Being a neighbour does not make up for a low bid. */
static void
test_english_rules_hold (Fixture *self, gconstpointer data)
{
  g_autoptr (NbAuction) auction = make_auction (&yeoksam);
  NbBid low = { .id = 1, .person = 2, .kind = NB_BID_AMOUNT, .amount = START_PRICE - 1, .quantity = 1, .at = 500 };
  g_autoptr (GError) error = NULL;
  NbQuote quote = { 0 };

  low.place = daechi;
  g_assert_null (nb_auction_type_on_bid (self->type, auction, &low, 500, &error));
  g_assert_error (error, NB_ERROR, NB_ERROR_BID_TOO_LOW);
  nb_auction_type_quote (self->type, auction, 2, 500, &quote);
  g_assert_cmpint (quote.min_next, ==, START_PRICE);
}

static void
test_description (Fixture *self, gconstpointer data)
{
  NbTypeDescription *description = nb_auction_type_describe (self->type);

  g_assert_cmpstr (nb_type_description_get_title (description, "ko"), ==, "동네 경매");
  g_assert_cmpstr (nb_type_description_get_title (description, "en"), ==, "Neighbourhood auction");
  g_assert_cmpstr (nb_type_description_get_rule (description, "ko"), !=,
                   nb_type_description_get_rule (description, "en"));
  g_assert_cmpint (nb_type_description_get_capabilities (description), ==, NB_CAPABILITY_REGIONAL);
  nb_type_description_free (description);
}

/* Returns: what the type says that it can do after a reload with @live */
static NbCapabilities
capabilities_with (Fixture *self, const char *live)
{
  g_autoptr (GHashTable) sections = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, free_section);
  g_autoptr (GPtrArray) faults = g_ptr_array_new_with_free_func (nb_setting_fault_free);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GHashTable *section = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  NbTypeDescription *description;
  NbCapabilities capabilities;

  g_hash_table_insert (section, g_strdup ("live"), g_strdup (live));
  g_hash_table_insert (sections, (gpointer) "auction-local", section);
  nb_plugin_host_reload_async (self->host, NULL, sections, faults, nb_test_loop_keep_result, &result);
  nb_test_loop_run_until_result (&self->loop, &result);
  g_assert_true (nb_plugin_host_reload_finish (self->host, result, &error));
  g_assert_no_error (error);
  description = nb_auction_type_describe (self->type);
  capabilities = nb_type_description_get_capabilities (description);
  nb_type_description_free (description);
  return capabilities;
}

static void
test_live (Fixture *self, gconstpointer data)
{
  g_assert_cmpint (capabilities_with (self, "on"), ==, NB_CAPABILITY_REGIONAL | NB_CAPABILITY_LIVE);
  g_assert_cmpint (capabilities_with (self, "off"), ==, NB_CAPABILITY_REGIONAL);
}

static gpointer
bid_often (gpointer data)
{
  Fixture *self = data;

  for (int i = 0; i < 2000; i++)
    {
      g_autoptr (GError) error = bid (self, &yeoksam, &suwon);

      g_assert_true (error == NULL || g_error_matches (error, NB_ERROR, NB_ERROR_REGION_NOT_ALLOWED));
    }
  return NULL;
}

static void
test_reload_while_bids_are_judged (Fixture *self, gconstpointer data)
{
  GThread *threads[2];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("bidder", bid_often, self);
  for (int i = 0; i < 50; i++)
    g_assert_true (reload (self, i % 2 == 0 ? "anyone" : "region", NULL));
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  assert_refused (self, &yeoksam, &suwon, "6 km");
}

static void
add (const char *path, void (*test) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, NULL, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("/auction-local/neighbours-alone-may-bid", test_default);
  add ("/auction-local/no-neighbourhood-is-open-to-everyone", test_no_neighbourhood);
  add ("/auction-local/reload-changes-who-may-bid", test_reload);
  add ("/auction-local/english-rules-hold", test_english_rules_hold);
  add ("/auction-local/description", test_description);
  add ("/auction-local/rooms-are-one-switch", test_live);
  add ("/auction-local/reload-while-bids-are-judged", test_reload_while_bids_are_judged);
  return g_test_run ();
}
