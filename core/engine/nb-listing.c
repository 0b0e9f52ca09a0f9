/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lists an auction: checks every field, opens it when it starts now, writes it with its words. */
#include "core/engine/nb-listing.h"

#include "core/domain/nb-auction-private.h"
#include "core/engine/nb-auction-row.h"
#include "core/engine/nb-auction-view.h"
#include "core/engine/nb-listing-check.h"
#include "core/engine/nb-slot.h"
#include "core/engine/nb-words.h"

#include <glib/gi18n.h>
#include <string.h>

static const NbSql load_seller = {
  "SELECT is_suspended, region FROM people WHERE id = ##id::gint64",
  NULL,
  "xs",
};

static const NbSql load_region = {
  "SELECT latitude, longitude FROM regions WHERE code = ##code::string",
  NULL,
  "xx",
};

static const NbSql insert_auction = {
  "INSERT INTO auctions (id, type, seller_id, title, description, category, item_condition, region, status, seq, "
  "terms, "
  "state, price, asking_price, quantity, starts_at, ends_at, original_ends_at, next_due_at, timer_count, created_at) "
  "VALUES (##id::gint64, ##type::string, ##seller::gint64, ##title::string, ##description::string, "
  "##category::string, ##condition::string, ##region::string, ##status::string, ##seq::gint64, ##terms::string, "
  "##state::string, ##price::gint64, ##asking::gint64, ##quantity::gint64, ##starts::gint64, ##ends::gint64, "
  "##original::gint64, ##due::gint64, ##timers::gint64, ##created::gint64)",
  NULL,
  NULL,
};

static const NbSql insert_words = {
  "INSERT INTO auction_words (rowid, words) VALUES (##id::gint64, ##words::string)",
  "INSERT INTO auction_words (rowid, words) VALUES (##id::gint64, "
  "array_to_tsvector (string_to_array (##words::string, ' ')))",
  NULL,
};

static const NbSql insert_opening = {
  "INSERT INTO bids (id, auction_id, seq, person_id, kind, amount, quantity, shown_amount, region, at) "
  "VALUES (##id::gint64, ##auction::gint64, ##seq::gint64, 0, 'open', 0, 0, -1, '', ##at::gint64)",
  NULL,
  NULL,
};

static const NbSql insert_timer = {
  "INSERT INTO timers (auction_id, name, due_at) VALUES (##auction::gint64, ##name::string, ##due::gint64)",
  NULL,
  NULL,
};

NbListingJob *
nb_listing_job_new (NbRegistry *registry, const NbCatalogueOptions *options, const NbListing *listing)
{
  NbListingJob *self = g_new0 (NbListingJob, 1);
  NbListing *copy = &self->listing;
  const char **const fields[]
      = { &copy->type, &copy->title, &copy->description, &copy->category, &copy->condition, &copy->region, &copy->key };

  self->registry = g_object_ref (registry);
  self->options = *options;
  *copy = *listing;
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      self->texts[i] = g_strdup (*fields[i]);
      *fields[i] = self->texts[i];
    }
  copy->terms = listing->terms != NULL ? g_variant_ref_sink (listing->terms)
                                       : g_variant_ref_sink (g_variant_new ("a{sv}", NULL));
  return self;
}

void
nb_listing_job_free (NbListingJob *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->texts); i++)
    g_free (self->texts[i]);
  g_variant_unref (self->listing.terms);
  g_clear_pointer (&self->view, nb_auction_view_unref);
  g_object_unref (self->registry);
  g_free (self);
}

static gboolean
check_seller (NbTransaction *transaction, const NbListing *listing, NbPlace *place, GError **error)
{
  g_autoptr (NbRows) rows
      = nb_transaction_query (transaction, &load_seller, NB_PARAMS (NB_INT (listing->seller)), error);
  const char *region = listing->region;

  if (rows == NULL)
    return FALSE;
  if (nb_rows_get_n (rows) == 0 || nb_rows_get_int (rows, 0, 0) != 0)
    {
      nb_set_error (error, NB_ERROR_BLOCKED, N_ ("this account may not sell"), NULL);
      return FALSE;
    }
  if (region == NULL || *region == '\0')
    region = nb_rows_get_text (rows, 0, 1);
  g_strlcpy (place->region, region, sizeof place->region);
  return TRUE;
}

static gboolean
check_region (NbTransaction *transaction, const NbListing *listing, NbPlace *place, GError **error)
{
  g_autoptr (NbRows) rows = NULL;

  if (!check_seller (transaction, listing, place, error))
    return FALSE;
  if (*place->region == '\0')
    return TRUE;
  rows = nb_transaction_query (transaction, &load_region, NB_PARAMS (NB_TEXT (place->region)), error);
  if (rows == NULL)
    return FALSE;
  if (nb_rows_get_n (rows) == 0 || (listing->region != NULL && strlen (listing->region) >= sizeof place->region))
    return nb_listing_fault (error, "region", N_ ("there is no such region"));
  place->latitude = (gint32)nb_rows_get_int (rows, 0, 0);
  place->longitude = (gint32)nb_rows_get_int (rows, 0, 1);
  return TRUE;
}

/* An auction that starts now is open from its first row on; no money may move before there is a bid. */
static gboolean
open_at_once (NbSlot *slot, GError **error)
{
  g_autoptr (NbDecision) decision = NULL;

  slot->auction->status = NB_AUCTION_OPEN;
  decision = nb_auction_type_open (slot->type, slot->auction, error);
  if (decision == NULL || !nb_decision_check (decision, slot->auction, 0, error))
    return FALSE;
  if (decision->closes || nb_decision_get_n_holds (decision) > 0)
    {
      nb_set_error (error, NB_ERROR_INTERNAL, "the type “{type}” closes or holds money when an auction opens", "type",
                    slot->auction->type, NULL);
      return FALSE;
    }
  nb_decision_apply (decision, slot->auction, FALSE);
  for (guint i = 0; decision->timers != NULL && i < decision->timers->len; i++)
    {
      const NbDecisionTimer *timer = &g_array_index (decision->timers, NbDecisionTimer, i);

      nb_slot_set_timer (slot, timer->name, timer->due_at);
    }
  return TRUE;
}

static gboolean
write_auction (NbTransaction *transaction, const NbSlot *slot, const NbListing *listing, GError **error)
{
  const NbAuction *auction = slot->auction;
  gint64 now = nb_transaction_now (transaction);
  g_autofree char *terms = nb_variant_to_text (auction->terms);
  g_autofree char *state = nb_variant_to_text (auction->state);
  const char *category = listing->category != NULL ? listing->category : "";
  const char *condition = listing->condition != NULL ? listing->condition : "";

  return nb_transaction_execute_exactly (
      transaction, 1, &insert_auction,
      NB_PARAMS (NB_INT (auction->id), NB_TEXT (auction->type), NB_INT (auction->seller), NB_TEXT (listing->title),
                 NB_TEXT (listing->description), NB_TEXT (category), NB_TEXT (condition),
                 NB_TEXT (auction->place.region), NB_TEXT (nb_auction_status_name (auction->status)),
                 NB_INT (auction->seq), NB_TEXT (terms), NB_TEXT (state), NB_INT (auction->price),
                 NB_INT (nb_asking_price (auction, slot->type, now)), NB_INT (auction->quantity),
                 NB_INT (auction->starts_at), NB_INT (auction->ends_at), NB_INT (auction->original_ends_at),
                 NB_INT (nb_slot_get_next_due (slot)), NB_INT (slot->timers->len), NB_INT (now)),
      error);
}

static gboolean
write_rest (NbTransaction *transaction, const NbSlot *slot, const NbListing *listing, GError **error)
{
  const NbAuction *auction = slot->auction;
  g_autofree char *text = g_strconcat (listing->title, "\n", listing->description, NULL);
  g_autofree char *words = nb_words_index (text);

  if (!nb_transaction_execute_exactly (transaction, 1, &insert_words, NB_PARAMS (NB_INT (auction->id), NB_TEXT (words)),
                                       error))
    return FALSE;
  for (guint i = 0; i < slot->timers->len; i++)
    {
      const NbTimer *timer = &g_array_index (slot->timers, NbTimer, i);

      if (!nb_transaction_execute_exactly (
              transaction, 1, &insert_timer,
              NB_PARAMS (NB_INT (auction->id), NB_TEXT (timer->name), NB_INT (timer->due_at)), error))
        return FALSE;
    }
  return auction->status != NB_AUCTION_OPEN
         || nb_transaction_execute_exactly (transaction, 1, &insert_opening,
                                            NB_PARAMS (NB_INT (nb_id_new ()), NB_INT (auction->id),
                                                       NB_INT (auction->seq), NB_INT (auction->starts_at)),
                                            error);
}

static NbAuction *
make_auction (const NbListing *listing, const NbPlace *place, gint64 now)
{
  NbAuction *auction = nb_auction_new (nb_id_new (), listing->type, listing->seller, listing->terms);

  auction->status = NB_AUCTION_SCHEDULED;
  auction->quantity = MAX (listing->quantity, 1);
  auction->starts_at = MAX (listing->starts_at, now);
  auction->ends_at = listing->ends_at;
  auction->original_ends_at = listing->ends_at;
  auction->place = *place;
  return auction;
}

static void
free_slot (NbSlot **slot)
{
  if (*slot != NULL)
    nb_slot_free (*slot);
}

static gint64
list_new (NbTransaction *transaction, NbListingJob *self, GError **error)
{
  const NbListing *listing = &self->listing;
  gint64 now = nb_transaction_now (transaction);
  NbPlace place = { 0 };
  g_autoptr (NbAuctionType) type = nb_listing_find_type (self->registry, listing, error);
  __attribute__ ((cleanup (free_slot))) NbSlot *slot = NULL;

  if (type == NULL || !nb_listing_check (listing, &self->options, type, now, error)
      || !check_region (transaction, listing, &place, error))
    return 0;
  slot = nb_slot_new (make_auction (listing, &place, now), g_steal_pointer (&type));
  if (slot->auction->starts_at <= now && !open_at_once (slot, error))
    return 0;
  if (!write_auction (transaction, slot, listing, error) || !write_rest (transaction, slot, listing, error))
    return 0;
  nb_transaction_emit (transaction,
                       nb_event_new ("auction-listed", 1, slot->auction->id, g_variant_new ("a{sv}", NULL)));
  return slot->auction->id;
}

static char *
make_fingerprint (const NbListing *listing)
{
  g_autofree char *terms = nb_variant_to_text (listing->terms);
  g_autofree char *all = g_strdup_printf (
      "%s\x1f%s\x1f%s\x1f%s\x1f%s\x1f%s\x1f%" G_GINT64_FORMAT "\x1f%" G_GINT64_FORMAT "\x1f%" G_GINT64_FORMAT "\x1f%s",
      listing->type, listing->title, listing->description, listing->category, listing->condition, listing->region,
      listing->starts_at, listing->ends_at, listing->quantity, terms);
  g_autofree char *digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, all, -1);

  return g_strconcat ("list:", digest, NULL);
}

gboolean
nb_listing_job_run (NbTransaction *transaction, gpointer job, GError **error)
{
  NbListingJob *self = job;
  const NbListing *listing = &self->listing;
  g_autofree char *fingerprint = make_fingerprint (listing);
  g_autofree char *stored = NULL;
  g_autofree char *answer = NULL;
  gint64 id = 0;

  g_clear_pointer (&self->view, nb_auction_view_unref);
  if (!nb_transaction_claim_key (transaction, listing->seller, listing->key, fingerprint, &stored, error))
    return FALSE;
  self->is_replay = stored != NULL;
  id = stored != NULL ? g_ascii_strtoll (stored, NULL, 10) : list_new (transaction, self, error);
  if (id == 0)
    {
      if (stored != NULL)
        nb_set_error (error, NB_ERROR_INTERNAL, "the stored answer “{text}” can't be read", "text", stored, NULL);
      return FALSE;
    }
  answer = g_strdup_printf ("%" G_GINT64_FORMAT, id);
  if (stored == NULL && !nb_transaction_store_answer (transaction, listing->seller, listing->key, answer, error))
    return FALSE;
  self->view = nb_auction_view_load (transaction, self->registry, id, listing->seller, error);
  return self->view != NULL;
}
