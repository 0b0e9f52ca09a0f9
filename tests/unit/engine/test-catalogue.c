/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Listing, reading and finding auctions on both databases. */
#include "core/store/nb-store-private.h"
#include "tests/unit/engine/engine-fixture.h"

#include <string.h>

static NbListing
make_listing (EngineFixture *self, const char *title)
{
  return (NbListing){ .type = "english",
                      .seller = SELLER,
                      .title = title,
                      .description = "",
                      .ends_at = nb_store_now (self->store) + HOUR,
                      .terms = g_variant_new_parsed ("{'start_price': <int64 1000>, 'reserve_price': <int64 5000>}") };
}

static void
assert_fault (EngineFixture *self, const NbListing *listing, NbErrorCode code, const char *field)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NbAuctionView) view = engine_fixture_list_full (self, listing, NULL, &error);

  g_assert_null (view);
  g_assert_error (error, NB_ERROR, (int)code);
  g_assert_cmpstr (nb_error_get_field (error), ==, field);
}

static void
test_faults_name_the_field (EngineFixture *self)
{
  g_autofree char *long_title = g_strnfill (101, 'x');
  NbListing listing;

  engine_fixture_add_people (self, 2, 0);
  g_free (nb_test_database_run (self->database, "UPDATE people SET is_suspended = 1 WHERE id = 2"));
#define FAULT(change, code, field)                                                                                     \
  listing = make_listing (self, "Chair");                                                                              \
  change;                                                                                                              \
  assert_fault (self, &listing, code, field)
  FAULT (listing.title = " \t ", NB_ERROR_VALIDATION_FAILED, "title");
  FAULT (listing.title = long_title, NB_ERROR_VALIDATION_FAILED, "title");
  FAULT (listing.type = "nonsense", NB_ERROR_VALIDATION_FAILED, "type");
  FAULT (listing.category = "nonsense", NB_ERROR_VALIDATION_FAILED, "category");
  FAULT (listing.condition = "nonsense", NB_ERROR_VALIDATION_FAILED, "condition");
  FAULT (listing.region = "1168010100", NB_ERROR_VALIDATION_FAILED, "region");
  FAULT (listing.starts_at = 1, NB_ERROR_VALIDATION_FAILED, "starts_at");
  FAULT (listing.ends_at = nb_store_now (self->store) - HOUR, NB_ERROR_VALIDATION_FAILED, "ends_at");
  FAULT (listing.ends_at = G_MAXINT64, NB_ERROR_VALIDATION_FAILED, "ends_at");
  FAULT (listing.quantity = 2, NB_ERROR_VALIDATION_FAILED, "quantity");
  FAULT (listing.seller = 2, NB_ERROR_BLOCKED, NULL);
  FAULT (listing.seller = 99, NB_ERROR_BLOCKED, NULL);
#undef FAULT
  g_assert_cmpint (engine_fixture_count (self, "SELECT count(*) FROM auctions"), ==, 0);
}

static void
test_key_lists_once (EngineFixture *self)
{
  NbListing listing = make_listing (self, "Chair");
  g_autoptr (NbAuctionView) first = NULL;
  g_autoptr (NbAuctionView) second = NULL;
  g_autoptr (GError) error = NULL;
  gboolean is_replay = TRUE;

  engine_fixture_add_people (self, 1, 0);
  g_variant_ref_sink (listing.terms);
  listing.key = "list-1";
  first = engine_fixture_list_full (self, &listing, &is_replay, &error);
  g_assert_no_error (error);
  g_assert_false (is_replay);
  second = engine_fixture_list_full (self, &listing, &is_replay, &error);
  g_assert_no_error (error);
  g_assert_true (is_replay);
  g_assert_cmpint (nb_auction_get_id (first->auction), ==, nb_auction_get_id (second->auction));
  listing.title = "Another chair";
  assert_fault (self, &listing, NB_ERROR_IDEMPOTENCY_KEY_REUSED, NULL);
  g_variant_unref (listing.terms);
}

static NbSearchPage *
search (EngineFixture *self, const NbSearch *wanted, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  nb_catalogue_search_async (self->catalogue, wanted, TRUE, nb_test_loop_keep_result, &result);
  nb_test_loop_run_until_result (&self->loop, &result);
  return nb_catalogue_search_finish (self->catalogue, result, error);
}

static void
assert_found (EngineFixture *self, NbSearch wanted, gint64 total)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NbSearchPage) page = NULL;

  wanted.limit = 100;
  page = search (self, &wanted, &error);
  g_assert_no_error (error);
  g_assert_cmpint (page->total, ==, total);
  g_assert_cmpint (page->items->len, ==, total);
}

static void
assert_search_refused (EngineFixture *self, NbSearch wanted, const char *field)
{
  g_autoptr (GError) error = NULL;

  wanted.limit = wanted.limit == 0 ? 10 : wanted.limit;
  g_assert_null (search (self, &wanted, &error));
  g_assert_error (error, NB_ERROR, NB_ERROR_VALIDATION_FAILED);
  g_assert_cmpstr (nb_error_get_field (error), ==, field);
}

static void
list_titled (EngineFixture *self, const char *title, const char *region, const char *category, NbMoney start)
{
  NbListing listing = make_listing (self, title);
  g_autoptr (NbAuctionView) view = NULL;
  g_autoptr (GError) error = NULL;

  g_variant_unref (g_variant_ref_sink (listing.terms));
  listing.terms = g_variant_new_parsed ("{'start_price': <%x>}", start);
  listing.region = region;
  listing.category = category;
  view = engine_fixture_list_full (self, &listing, NULL, &error);
  g_assert_no_error (error);
}

static void
test_search (EngineFixture *self)
{
  engine_fixture_add_people (self, 2, 100000);
  g_free (nb_test_database_run (
      self->database, "INSERT INTO regions (code, parent, level, name, latitude, longitude) VALUES "
                      "('1100000000', '', 1, '서울특별시', 0, 0), ('1168000000', '1100000000', 2, '강남구', 0, 0), "
                      "('1168010100', '1168000000', 3, '역삼동', 0, 0), ('2600000000', '', 1, '부산광역시', 0, 0)"));
  list_titled (self, "캠핑의자", "1168010100", "furniture", 1000);
  list_titled (self, "책상 (원목)", "1168000000", "furniture", 2000);
  list_titled (self, "iPhone 13 미니", "2600000000", "digital", 300000);
  list_titled (self, "'; DROP TABLE auctions; --\"*", NULL, NULL, 4000);
  assert_found (self, (NbSearch){ 0 }, 4);
  assert_found (self, (NbSearch){ .text = "의자" }, 1);
  assert_found (self, (NbSearch){ .text = "핑의" }, 1);
  assert_found (self, (NbSearch){ .text = "책" }, 1);
  assert_found (self, (NbSearch){ .text = "IPHONE 13" }, 1);
  assert_found (self, (NbSearch){ .text = "ipho 미니" }, 1);
  assert_found (self, (NbSearch){ .text = "의자 책상" }, 0);
  assert_found (self, (NbSearch){ .text = "drop\" OR 'x' & | !:*" }, 0);
  assert_found (self, (NbSearch){ .text = "\"'()*:&|!" }, 0);
  assert_found (self, (NbSearch){ .text = "table" }, 1);
  assert_found (self, (NbSearch){ .region = "1100000000" }, 2);
  assert_found (self, (NbSearch){ .region = "1168000000" }, 2);
  assert_found (self, (NbSearch){ .region = "1168010100" }, 1);
  assert_found (self, (NbSearch){ .category = "furniture", .status = "open", .type = "english" }, 2);
  assert_found (self, (NbSearch){ .min_price = 2000, .max_price = 4000 }, 2);
  assert_found (self, (NbSearch){ .seller = SELLER, .sort = NB_SORT_PRICE_DESC }, 4);
  assert_found (self, (NbSearch){ .status = "sold" }, 0);
  assert_found (self, (NbSearch){ .bidder = 2 }, 0);
  assert_search_refused (self, (NbSearch){ .status = "nonsense" }, "status");
  assert_search_refused (self, (NbSearch){ .region = "11" }, "region");
  assert_search_refused (self, (NbSearch){ .cursor = "recent.0.zz" }, "cursor");
  assert_search_refused (self, (NbSearch){ .cursor = "end.1.1" }, "cursor");
  assert_search_refused (self, (NbSearch){ .limit = 101 }, "limit");
}

/* Every auction once, in order, whatever the sort, in pages of two. */
static void
walk (EngineFixture *self, NbSort sort)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  g_autofree char *cursor = NULL;

  do
    {
      NbSearch wanted = { .sort = sort, .limit = 2, .cursor = cursor };
      g_autoptr (GError) error = NULL;
      g_autoptr (NbSearchPage) page = search (self, &wanted, &error);

      g_assert_no_error (error);
      for (guint i = 0; i < page->items->len; i++)
        {
          const NbAuctionView *view = g_ptr_array_index (page->items, i);
          gint64 id = nb_auction_get_id (view->auction);

          g_assert_true (g_hash_table_add (seen, g_memdup2 (&id, sizeof id)));
        }
      g_free (cursor);
      cursor = g_strdup (page->next_cursor);
    }
  while (cursor != NULL);
  g_assert_cmpuint (g_hash_table_size (seen), ==, 7);
}

static void
test_pages (EngineFixture *self)
{
  static const NbMoney prices[] = { 100, 300, 200, 300, 300, 100, 500 };

  engine_fixture_add_people (self, 1, 0);
  for (guint i = 0; i < G_N_ELEMENTS (prices); i++)
    list_titled (self, "Chair", NULL, NULL, prices[i]);
  for (int sort = NB_SORT_RECENT; sort <= NB_SORT_PRICE_DESC; sort++)
    walk (self, (NbSort)sort);
}

static NbHistoryPage *
read_history (EngineFixture *self, gint64 auction, gint64 viewer, guint limit, const char *cursor)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  NbHistoryPage *page;

  nb_catalogue_history_async (self->catalogue, auction, viewer, limit, cursor, nb_test_loop_keep_result, &result);
  nb_test_loop_run_until_result (&self->loop, &result);
  page = nb_catalogue_history_finish (self->catalogue, result, &error);
  g_assert_no_error (error);
  return page;
}

static void
bid_max (EngineFixture *self, gint64 auction, gint64 person, NbMoney max, NbStanding standing, NbMoney price)
{
  NbBidRequest request
      = { .auction = auction, .person = person, .kind = NB_BID_MAX, .amount = max, .quantity = 1, .expected_seq = -1 };
  Answer answer;

  engine_fixture_submit (self->engine, &request, &answer);
  engine_fixture_wait (self, &answer, 1);
  engine_fixture_assert_accepted (&answer, standing, price);
}

/* Of a maximum others see the price it made; a silent raise is seen by its bidder alone. */
static void
test_history (EngineFixture *self)
{
  g_autoptr (NbHistoryPage) public = NULL;
  g_autoptr (NbHistoryPage) own = NULL;
  g_autoptr (NbHistoryPage) first = NULL;
  g_autoptr (NbHistoryPage) second = NULL;
  g_autoptr (NbAuctionView) view = NULL;
  gint64 auction;

  engine_fixture_add_people (self, 3, 100000);
  auction = engine_fixture_list (self, "english", NULL, HOUR);
  bid_max (self, auction, 2, 5000, NB_STANDING_LEADING, 1000);
  bid_max (self, auction, 2, 8000, NB_STANDING_LEADING, 1000);
  bid_max (self, auction, 3, 2000, NB_STANDING_OUTBID, 2100);
  public = read_history (self, auction, 0, 10, NULL);
  own = read_history (self, auction, 2, 10, NULL);
  g_assert_cmpuint (public->items->len, ==, 2);
  g_assert_cmpuint (own->items->len, ==, 3);
  g_assert_cmpint (((NbHistoryItem *)g_ptr_array_index (public->items, 1))->amount, ==, 1000);
  g_assert_cmpint (((NbHistoryItem *)g_ptr_array_index (own->items, 1))->amount, ==, 8000);
  g_assert_true (((NbHistoryItem *)g_ptr_array_index (own->items, 1))->is_own);
  first = read_history (self, auction, 2, 2, NULL);
  second = read_history (self, auction, 2, 2, first->next_cursor);
  g_assert_cmpuint (first->items->len + second->items->len, ==, 3);
  g_assert_null (second->next_cursor);
  view = engine_fixture_get (self, auction, 2);
  g_assert_cmpint (view->own_max, ==, 8000);
  g_assert_cmpstr (view->leader_nickname, ==, "Person 2");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  engine_fixture_add_test ("/engine/catalogue/faults-name-the-field", 240, test_faults_name_the_field);
  engine_fixture_add_test ("/engine/catalogue/key-lists-once", 240, test_key_lists_once);
  engine_fixture_add_test ("/engine/catalogue/search", 240, test_search);
  engine_fixture_add_test ("/engine/catalogue/pages-show-each-once", 240, test_pages);
  engine_fixture_add_test ("/engine/catalogue/history-keeps-maxima-secret", 240, test_history);
  return g_test_run ();
}
