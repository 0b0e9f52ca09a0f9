/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Searching auctions with filters, sorts and cursors. */
#include "core/engine/nb-search.h"

#include "core/domain/nb-auction-private.h"
#include "core/engine/nb-auction-row.h"
#include "core/engine/nb-auction-view.h"
#include "core/engine/nb-cursor.h"
#include "core/engine/nb-words.h"
#include "core/store/nb-store-private.h"

#include <glib/gi18n.h>
#include <string.h>

#define MAX_LIMIT 100
#define MAX_TEXT 200
#define MAX_PARAMS 24
#define MAX_TOTAL 10000

/* How each sort walks: the tag of its cursors, its key, and its direction. */
static const struct
{
  const char *tag;
  const char *key;
  gboolean descends;
} sorts[] = {
  [NB_SORT_RECENT] = { "recent", NULL, TRUE },
  [NB_SORT_END_SOON] = { "end", "a.ends_at", FALSE },
  [NB_SORT_PRICE_ASC] = { "asc", "a.asking_price", FALSE },
  [NB_SORT_PRICE_DESC] = { "desc", "a.asking_price", TRUE },
};

/* A statement in the making: text in both dialects and its parameters. */
typedef struct
{
  GString *sqlite;
  GString *postgresql;
  NbParam params[MAX_PARAMS];
  gsize n_params;
  GPtrArray *texts; /* that live as long as this */
} NbQuery;

static void
nb_query_clear (NbQuery *self)
{
  g_string_free (self->sqlite, TRUE);
  g_string_free (self->postgresql, TRUE);
  g_ptr_array_unref (self->texts);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NbQuery, nb_query_clear)

static void
nb_query_init (NbQuery *self)
{
  *self = (NbQuery){ .sqlite = g_string_new (NULL),
                     .postgresql = g_string_new (NULL),
                     .texts = g_ptr_array_new_with_free_func (g_free) };
}

static void
add_sql (NbQuery *self, const char *text)
{
  g_string_append (self->sqlite, text);
  g_string_append (self->postgresql, text);
}

static void
add_int (NbQuery *self, const char *condition, gint64 value)
{
  add_sql (self, condition);
  self->params[self->n_params++] = NB_INT (value);
}

static void
add_text (NbQuery *self, const char *condition, const char *value)
{
  if (value == NULL || *value == '\0')
    return;
  add_sql (self, condition);
  self->params[self->n_params++] = NB_TEXT (value);
}

static const char *
keep (NbQuery *self, char *text)
{
  g_ptr_array_add (self->texts, text);
  return text;
}

NbSearchJob *
nb_search_job_new (NbStore *store, NbRegistry *registry, const NbSearch *search, gboolean wants_total)
{
  NbSearchJob *self = g_new0 (NbSearchJob, 1);
  NbSearch *copy = &self->search;
  const char **const fields[]
      = { &copy->type, &copy->status, &copy->region, &copy->category, &copy->condition, &copy->text, &copy->cursor };

  self->store = g_object_ref (store);
  self->registry = g_object_ref (registry);
  self->wants_total = wants_total;
  *copy = *search;
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      self->texts[i] = g_strdup (*fields[i]);
      *fields[i] = self->texts[i];
    }
  return self;
}

void
nb_search_page_free (NbSearchPage *self)
{
  g_ptr_array_unref (self->items);
  g_free (self->next_cursor);
  g_free (self);
}

void
nb_search_job_free (NbSearchJob *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->texts); i++)
    g_free (self->texts[i]);
  g_clear_pointer (&self->page, nb_search_page_free);
  g_object_unref (self->store);
  g_object_unref (self->registry);
  g_free (self);
}

static gboolean
fault (GError **error, const char *field, const char *msgid)
{
  GError *wrong = nb_error_new (NB_ERROR_VALIDATION_FAILED, msgid, NULL);

  nb_error_set_field (wrong, field);
  g_propagate_error (error, wrong);
  return FALSE;
}

/* What is shown as closing is stored as open and past its end. */
static gboolean
add_status (NbQuery *self, const NbSearch *search, gint64 now, GError **error)
{
  NbAuctionStatus status = NB_AUCTION_OPEN;

  if (search->status == NULL || *search->status == '\0')
    {
      if (search->sort != NB_SORT_RECENT)
        add_sql (self, " AND a.status = 'open'");
      return TRUE;
    }
  if (!nb_auction_status_from_name (search->status, &status))
    return fault (error, "status", N_ ("a status is scheduled, open, closing, sold, unsold, cancelled or paused"));
  if (status == NB_AUCTION_CLOSING)
    add_int (self, " AND a.status = 'open' AND a.ends_at <= ##now::gint64", now);
  else if (status == NB_AUCTION_OPEN)
    add_int (self, " AND a.status = 'open' AND a.ends_at > ##now::gint64", now);
  else
    add_text (self, " AND a.status = ##status::string", search->status);
  return TRUE;
}

/* Codes share a prefix with what lies above, and all have ten digits: a range of texts that any collation orders alike.
 */
static gboolean
add_region (NbQuery *self, const char *region, GError **error)
{
  gsize significant = 10;
  char low[11], high[11];

  if (region == NULL || *region == '\0')
    return TRUE;
  if (strlen (region) != 10 || strspn (region, "0123456789") != 10)
    return fault (error, "region", N_ ("a region is a code of ten digits"));
  if (g_str_has_suffix (region, "00000000"))
    significant = 2;
  else if (g_str_has_suffix (region, "00000"))
    significant = 5;
  else if (g_str_has_suffix (region, "00"))
    significant = 8;
  memset (low, '0', 10);
  memset (high, '9', 10);
  memcpy (low, region, significant);
  memcpy (high, region, significant);
  low[10] = high[10] = '\0';
  add_text (self, " AND a.region >= ##low::string", keep (self, g_strdup (low)));
  add_text (self, " AND a.region <= ##high::string", keep (self, g_strdup (high)));
  return TRUE;
}

/* Returns: FALSE with @finds_nothing set for a text without a word */
static gboolean
add_words (NbQuery *self, const NbSearch *search, gboolean is_sqlite, gboolean *finds_nothing, GError **error)
{
  g_autoptr (GPtrArray) words = NULL;

  if (search->text == NULL || *search->text == '\0')
    return TRUE;
  if (strlen (search->text) > MAX_TEXT * 4 || !g_utf8_validate (search->text, -1, NULL)
      || g_utf8_strlen (search->text, -1) > MAX_TEXT)
    return fault (error, "q", N_ ("a search has at most 200 characters"));
  words = nb_words_query (search->text);
  *finds_nothing = words == NULL;
  if (words == NULL)
    return TRUE;
  g_string_append (self->sqlite,
                   " AND a.id IN (SELECT rowid FROM auction_words WHERE auction_words MATCH ##words::string)");
  g_string_append (self->postgresql, " AND a.id IN (SELECT rowid FROM auction_words WHERE words @@ "
                                     "CAST (##words::string AS tsquery))");
  self->params[self->n_params++]
      = NB_TEXT (keep (self, is_sqlite ? nb_words_to_fts5 (words) : nb_words_to_tsquery (words)));
  return TRUE;
}

static gboolean
add_filters (NbQuery *self, const NbSearchJob *job, gint64 now, gboolean *finds_nothing, GError **error)
{
  const NbSearch *search = &job->search;

  add_sql (self, "WHERE 1 = 1");
  add_text (self, " AND a.type = ##type::string", search->type);
  add_text (self, " AND a.category = ##category::string", search->category);
  add_text (self, " AND a.item_condition = ##condition::string", search->condition);
  if (search->min_price > 0)
    add_int (self, " AND a.asking_price >= ##min::gint64", search->min_price);
  if (search->max_price > 0)
    add_int (self, " AND a.asking_price <= ##max::gint64", search->max_price);
  if (search->seller > 0)
    add_int (self, " AND a.seller_id = ##seller::gint64", search->seller);
  if (search->bidder > 0)
    add_int (self, " AND a.id IN (SELECT b.auction_id FROM bids AS b WHERE b.person_id = ##bidder::gint64)",
             search->bidder);
  return add_status (self, search, now, error) && add_region (self, search->region, error)
         && add_words (self, search, nb_store_is_sqlite (job->store), finds_nothing, error);
}

static gboolean
add_page (NbQuery *self, const NbSearch *search, GError **error)
{
  const char *key = sorts[search->sort].key;
  gboolean descends = sorts[search->sort].descends;
  g_autofree char *order = NULL;
  gint64 from = 0, id = 0;

  if (search->cursor != NULL && *search->cursor != '\0')
    {
      g_autofree char *after = NULL;
      const char *beyond = descends ? "<" : ">";

      if (!nb_cursor_parse (search->cursor, sorts[search->sort].tag, &from, &id, error))
        return FALSE;
      if (key != NULL)
        {
          after = g_strdup_printf (" AND %s %s= ##from::gint64 AND (%s %s ##from::gint64 OR a.id %s ##id::gint64)", key,
                                   beyond, key, beyond, beyond);
          add_int (self, after, from);
          self->params[self->n_params++] = NB_INT (id);
        }
      else
        add_int (self, " AND a.id < ##id::gint64", id);
    }
  if (key != NULL)
    order = g_strdup_printf (" ORDER BY %s%s, a.id%s", key, descends ? " DESC" : "", descends ? " DESC" : "");
  add_sql (self, order != NULL ? order : " ORDER BY a.id DESC");
  add_int (self, " LIMIT ##limit::gint64", (gint64)search->limit + 1);
  return TRUE;
}

static NbRows *
run_query (NbTransaction *transaction, const NbSearchJob *job, NbQuery *query, const char *letters, GError **error)
{
  const NbSql *sql = nb_store_intern_sql (job->store, query->sqlite->str, query->postgresql->str, letters);

  return nb_transaction_query (transaction, sql, query->params, query->n_params, error);
}

static gboolean
count (NbTransaction *transaction, NbSearchJob *self, GError **error)
{
  g_auto (NbQuery) query;
  g_autoptr (NbRows) rows = NULL;
  gboolean finds_nothing = FALSE;

  nb_query_init (&query);
  add_sql (&query, "SELECT count(*) FROM (SELECT a.id FROM auctions AS a ");
  if (!add_filters (&query, self, nb_transaction_now (transaction), &finds_nothing, error))
    return FALSE;
  add_int (&query, " LIMIT ##limit::gint64) AS found", MAX_TOTAL);
  rows = run_query (transaction, self, &query, "x", error);
  if (rows == NULL)
    return FALSE;
  self->page->total = nb_rows_get_int (rows, 0, 0);
  return TRUE;
}

/* The asking price lies in the index alone, so a cursor's key is read where the view does not have it. */
static gint64
get_key (const NbSearch *search, const NbRows *rows, gsize row)
{
  guint asking = (guint)strlen (NB_VIEW_LETTERS);

  switch (search->sort)
    {
    case NB_SORT_END_SOON:
      return nb_rows_get_int (rows, row, 10);
    case NB_SORT_PRICE_ASC:
    case NB_SORT_PRICE_DESC:
      return nb_rows_get_int (rows, row, asking);
    default:
      return 0;
    }
}

static gboolean
read_page (NbTransaction *transaction, NbSearchJob *self, const NbRows *rows, GError **error)
{
  const NbSearch *search = &self->search;
  gsize n = MIN (nb_rows_get_n (rows), search->limit);

  for (gsize i = 0; i < n; i++)
    {
      NbAuctionView *view
          = nb_auction_view_from_row (rows, i, self->registry, search->viewer, nb_transaction_now (transaction), error);

      if (view == NULL)
        return FALSE;
      g_ptr_array_add (self->page->items, view);
    }
  if (nb_rows_get_n (rows) > search->limit)
    self->page->next_cursor
        = nb_cursor_new (sorts[search->sort].tag, get_key (search, rows, n - 1), nb_rows_get_int (rows, n - 1, 0));
  return TRUE;
}

gboolean
nb_search_job_run (NbTransaction *transaction, gpointer job, GError **error)
{
  NbSearchJob *self = job;
  g_auto (NbQuery) query;
  g_autoptr (NbRows) rows = NULL;
  gboolean finds_nothing = FALSE;

  nb_query_init (&query);
  g_clear_pointer (&self->page, nb_search_page_free);
  self->page = g_new0 (NbSearchPage, 1);
  self->page->items = g_ptr_array_new_with_free_func ((GDestroyNotify)nb_auction_view_unref);
  self->page->total = -1;
  if (self->search.limit < 1 || self->search.limit > MAX_LIMIT)
    return fault (error, "limit", N_ ("a limit lies between 1 and 100"));
  add_sql (&query, NB_VIEW_SELECT ", a.asking_price " NB_VIEW_FROM);
  if (!add_filters (&query, self, nb_transaction_now (transaction), &finds_nothing, error)
      || !add_page (&query, &self->search, error))
    return FALSE;
  if (finds_nothing)
    {
      self->page->total = self->wants_total ? 0 : -1;
      return TRUE;
    }
  rows = run_query (transaction, self, &query, NB_VIEW_LETTERS "x", error);
  if (rows == NULL || !read_page (transaction, self, rows, error))
    return FALSE;
  return !self->wants_total || count (transaction, self, error);
}
