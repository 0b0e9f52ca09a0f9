/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lists demo auctions and bids on them, through the catalogue and the bid engine. */
#include "core/app/nb-demo.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>

#include "core/app/nb-demo-listings.h"

#define MINUTE (G_GINT64_CONSTANT (60) * G_USEC_PER_SEC)
#define DISTRICT_PREFIX 5

typedef struct
{
  NbHost *host;
  const NbDemoOptions *options;
  GPtrArray *people; /* (element-type NbDemoPerson) */
  GPtrArray *types;  /* (element-type utf8) */
  NbDemoReport *report;
} Demo;

/* Runs the main context until an asynchronous call has answered. */
static void
on_answer (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **)user_data = g_object_ref (result);
}

static void
wait_for (GAsyncResult **result)
{
  while (!*result)
    g_main_context_iteration (NULL, TRUE);
}

static gboolean
count_people (NbTransaction *transaction, gpointer user_data, GError **error)
{
  static const NbSql sql = { "SELECT count (*) FROM people", "SELECT CAST (count (*) AS bigint) FROM people", "x" };
  g_autoptr (NbRows) rows = nb_transaction_query (transaction, &sql, NB_NO_PARAMS, error);

  if (!rows)
    return FALSE;
  *(gint64 *)user_data = nb_rows_get_int (rows, 0, 0);
  return TRUE;
}

gboolean
nb_demo_is_possible (NbHost *host, gboolean *is_possible, GError **error)
{
  gint64 count = 0;

  if (!nb_store_read (host->store, count_people, &count, error))
    return FALSE;
  *is_possible = count == 0;
  return TRUE;
}

/* The file is made before anything else, so that nothing is left without its tokens. */
static int
open_tokens (const NbDemoOptions *options, GError **error)
{
  int file = g_open (options->tokens_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

  if (file < 0 || fchmod (file, 0600) != 0)
    g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno), "%s: %s", options->tokens_path,
                 g_strerror (errno));
  return file;
}

static gboolean
write_tokens (Demo *self, int file, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < self->people->len; i++)
    {
      const NbDemoPerson *person = self->people->pdata[i];
      g_string_append_printf (text, "%" G_GINT64_FORMAT " %s %s\n", person->id, person->username, person->token);
    }
  for (gsize done = 0; done < text->len;)
    {
      gssize n = write (file, text->str + done, text->len - done);
      if (n <= 0)
        {
          g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno), "%s: %s", self->options->tokens_path,
                       g_strerror (errno));
          return FALSE;
        }
      done += (gsize)n;
    }
  return TRUE;
}

/* Within what the site allows. */
static gint64
choose_end (Demo *self, const NbDemoListing *item, guint round)
{
  NbCatalogueOptions options = nb_host_settings_get_catalogue_options (self->host->settings);
  gint64 duration = (item->minutes + round) * MINUTE;

  return nb_store_now (self->host->store) + CLAMP (duration, options.min_duration + MINUTE, options.max_duration);
}

static NbAuctionView *
list_auction (Demo *self, guint number, GError **error)
{
  const NbDemoListing *item = &nb_demo_listings[number % nb_demo_n_listings];
  guint round = number / nb_demo_n_listings;
  const NbDemoPerson *seller = self->people->pdata[number % self->people->len];
  const char *type = self->types->pdata[number % self->types->len];
  g_autoptr (NbAuctionType) rules = nb_registry_ref_auction_type (self->host->registry, type);
  g_autofree char *title = round ? g_strdup_printf ("%s (%u)", item->title, round + 1) : g_strdup (item->title);
  g_autoptr (GVariant) terms = nb_demo_make_terms (rules, item->start_price, item->buy_now_price, error);
  g_autoptr (GAsyncResult) result = NULL;
  NbListing listing = { .type = type,
                        .seller = seller->id,
                        .title = title,
                        .description = item->description,
                        .category = item->category,
                        .condition = item->condition,
                        .region = *seller->region ? seller->region : NULL,
                        .ends_at = choose_end (self, item, round),
                        .terms = terms };
  gboolean is_replay;

  if (!terms)
    return NULL;
  nb_catalogue_list_async (self->host->catalogue, &listing, on_answer, &result);
  wait_for (&result);
  return nb_catalogue_list_finish (self->host->catalogue, result, &is_replay, error);
}

/* Someone of the same district, if there is one, so that regional types take the bid. */
static const NbDemoPerson *
choose_bidder (Demo *self, guint number, guint turn)
{
  const NbDemoPerson *seller = self->people->pdata[number % self->people->len];
  const NbDemoPerson *fallback = NULL;

  for (guint i = 1; i < self->people->len; i++)
    {
      const NbDemoPerson *person = self->people->pdata[(number + turn * 7 + i) % self->people->len];
      if (person->id == seller->id)
        continue;
      if (strncmp (person->region, seller->region, DISTRICT_PREFIX) == 0)
        return person;
      fallback = person;
    }
  return fallback;
}

/* Bids the least that stands. Returns: what the next bid must name, or 0 when this one was refused, which the rules of
 * a type may do */
static NbMoney
bid (Demo *self, gint64 auction, gint64 person, NbMoney amount)
{
  NbBidRequest request = {
    .auction = auction, .person = person, .kind = NB_BID_AMOUNT, .amount = amount, .quantity = 1, .expected_seq = -1
  };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  NbBidResult answer = { 0 };

  nb_bid_engine_bid_async (self->host->engine, &request, on_answer, &result);
  wait_for (&result);
  if (!nb_bid_engine_bid_finish (self->host->engine, result, &answer, &error))
    {
      g_debug ("demo bid of %" G_GINT64_FORMAT ": %s", amount, error->message);
      return 0;
    }
  self->report->bids++;
  return answer.min_next;
}

static void
bid_on (Demo *self, NbAuctionView *view, guint number)
{
  NbMoney amount = view->quote.min_next;
  guint turns = number * 5 % 7 % 5;

  for (guint turn = 0; turn < turns && amount > 0 && amount <= self->options->balance / 4; turn++)
    {
      const NbDemoPerson *bidder = choose_bidder (self, number, turn);
      if (!bidder)
        return;
      amount = bid (self, nb_auction_get_id (view->auction), bidder->id, amount);
    }
}

/* Returns: (transfer full) (nullable) (element-type utf8): the auction types that auctions are listed with, in turn */
static GPtrArray *
choose_types (NbHost *host, const NbDemoOptions *options, GError **error)
{
  g_autoptr (GPtrArray) running = nb_registry_list_auction_types (host->registry);
  g_autoptr (GPtrArray) chosen = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < running->len; i++)
    if (!options->type || g_str_equal (running->pdata[i], options->type))
      g_ptr_array_add (chosen, g_strdup (running->pdata[i]));
  if (chosen->len == 0 && (options->type || options->auctions > 0))
    {
      g_set_error (error, NB_HOST_ERROR, NB_HOST_ERROR_CONFIG, "no running plugin offers the auction type '%s'",
                   options->type ? options->type : "any");
      return NULL;
    }
  return g_steal_pointer (&chosen);
}

static gboolean
seed (Demo *self, int tokens, GError **error)
{
  self->people = nb_demo_add_people (self->host, self->options, error);
  if (!self->people)
    return FALSE;
  self->report->people = self->people->len;
  if (tokens >= 0 && !write_tokens (self, tokens, error))
    return FALSE;
  for (guint i = 0; i < self->options->auctions; i++)
    {
      g_autoptr (NbAuctionView) view = list_auction (self, i, error);
      if (!view)
        return FALSE;
      self->report->auctions++;
      bid_on (self, view, i);
    }
  return TRUE;
}

gboolean
nb_demo_seed (NbHost *host, const NbDemoOptions *options, NbDemoReport *report, GError **error)
{
  g_autoptr (GPtrArray) types = choose_types (host, options, error);
  Demo self = { .host = host, .options = options, .types = types, .report = report };
  gboolean is_possible;
  gboolean is_done;
  int tokens = -1;

  *report = (NbDemoReport){ 0 };
  if (!types || !nb_demo_is_possible (host, &is_possible, error))
    return FALSE;
  if (!is_possible)
    {
      g_set_error (error, NB_HOST_ERROR, NB_HOST_ERROR_DATABASE,
                   "the database has people in it; demo data needs an empty one");
      return FALSE;
    }
  if (options->tokens_path && (tokens = open_tokens (options, error)) < 0)
    return FALSE;
  is_done = seed (&self, tokens, error);
  if (tokens >= 0)
    close (tokens);
  g_clear_pointer (&self.people, g_ptr_array_unref);
  return is_done;
}
