/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Checks a listing's fields, and names the one at fault. */
#include "core/engine/nb-listing-check.h"

#include "core/engine/nb-categories.h"

#include <glib/gi18n.h>
#include <string.h>

#define MAX_TITLE 100
#define MAX_DESCRIPTION 5000
#define MAX_QUANTITY 1000000
#define MAX_TERMS_BYTES 8192
/* A start that passed while the seller filled in the form is now; one before that is a mistake. */
#define START_GRACE (10 * 60 * G_USEC_PER_SEC)
#define MAX_START_AHEAD (G_GINT64_CONSTANT (365) * 24 * 3600 * G_USEC_PER_SEC)

gboolean
nb_listing_fault (GError **error, const char *field, const char *msgid)
{
  GError *fault = nb_error_new (NB_ERROR_VALIDATION_FAILED, msgid, NULL);

  nb_error_set_field (fault, field);
  g_propagate_error (error, fault);
  return FALSE;
}

NbAuctionType *
nb_listing_find_type (NbRegistry *registry, const NbListing *listing, GError **error)
{
  g_autoptr (NbAuctionType) type
      = listing->type != NULL ? nb_registry_ref_auction_type (registry, listing->type) : NULL;
  NbTypeDescription *description;
  NbCapabilities capabilities;

  if (type == NULL)
    {
      nb_listing_fault (error, "type", N_ ("there is no such kind of auction, or it is switched off"));
      return NULL;
    }
  description = nb_auction_type_describe (type);
  capabilities = nb_type_description_get_capabilities (description);
  nb_type_description_free (description);
  if (listing->quantity < 0 || listing->quantity > MAX_QUANTITY
      || (listing->quantity > 1 && !(capabilities & NB_CAPABILITY_QUANTITY)))
    {
      nb_listing_fault (error, "quantity", N_ ("this kind of auction does not sell that many pieces at once"));
      return NULL;
    }
  return g_steal_pointer (&type);
}

static gboolean
is_text (const char *text, glong max)
{
  return text != NULL && strlen (text) <= (gsize)max * 4 && g_utf8_validate (text, -1, NULL)
         && g_utf8_strlen (text, -1) <= max;
}

static gboolean
is_blank (const char *text)
{
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    if (g_unichar_isgraph (g_utf8_get_char (p)))
      return FALSE;
  return TRUE;
}

/* Characters that turn the text around them would let a listing misread what stands beside it. */
static gboolean
turns_text (gunichar c)
{
  return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

static gboolean
has_turns (const char *text)
{
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    if (turns_text (g_utf8_get_char (p)))
      return TRUE;
  return FALSE;
}

static gboolean
is_one_line (const char *text)
{
  return strpbrk (text, "\n\r\t") == NULL && strstr (text, "\u2028") == NULL && strstr (text, "\u2029") == NULL;
}

static gboolean
is_choice (const NbChoice *choices, const char *id)
{
  return id == NULL || *id == '\0' || nb_choice_find (choices, id) != NULL;
}

static gboolean
check_texts (const NbListing *listing, GError **error)
{
  if (!is_text (listing->title, MAX_TITLE) || is_blank (listing->title))
    return nb_listing_fault (error, "title", N_ ("a title has 1 to 100 characters"));
  if (!is_one_line (listing->title) || has_turns (listing->title))
    return nb_listing_fault (error, "title", N_ ("a title is one line, without control characters"));
  if (!is_text (listing->description, MAX_DESCRIPTION))
    return nb_listing_fault (error, "description", N_ ("a description has at most 5,000 characters"));
  if (has_turns (listing->description))
    return nb_listing_fault (error, "description", N_ ("a description has no characters that turn the text around"));
  if (!is_choice (nb_categories, listing->category))
    return nb_listing_fault (error, "category", N_ ("there is no such category"));
  if (!is_choice (nb_conditions, listing->condition))
    return nb_listing_fault (error, "condition", N_ ("there is no such condition"));
  return TRUE;
}

static gboolean
set_duration_fault (GError **error, const char *msgid, gint64 duration)
{
  g_autofree char *seconds = g_strdup_printf ("%" G_GINT64_FORMAT, duration / G_USEC_PER_SEC);
  GError *fault = nb_error_new (NB_ERROR_VALIDATION_FAILED, msgid, "seconds", seconds, NULL);

  nb_error_set_field (fault, "ends_at");
  g_propagate_error (error, fault);
  return FALSE;
}

static gboolean
check_times (const NbListing *listing, const NbCatalogueOptions *options, gint64 now, GError **error)
{
  gint64 starts_at = MAX (listing->starts_at, now);

  if (listing->starts_at != 0 && listing->starts_at < now - START_GRACE)
    return nb_listing_fault (error, "starts_at", N_ ("the start lies in the past"));
  if (listing->starts_at > now + MAX_START_AHEAD)
    return nb_listing_fault (error, "starts_at", N_ ("the start lies more than a year ahead"));
  if (listing->ends_at < starts_at || listing->ends_at - starts_at < options->min_duration)
    return set_duration_fault (error, N_ ("an auction runs for at least {seconds} seconds"), options->min_duration);
  if (listing->ends_at - starts_at > options->max_duration)
    return set_duration_fault (error, N_ ("an auction runs for at most {seconds} seconds"), options->max_duration);
  return TRUE;
}

/* A type names its term; whoever lists knows it as a part of the terms. */
static gboolean
check_terms (const NbListing *listing, NbAuctionType *type, gint64 starts_at, GError **error)
{
  GError *fault = NULL;
  const char *field;

  if (nb_auction_type_validate_terms (type, listing->terms, starts_at, listing->ends_at, &fault))
    return TRUE;
  field = fault->domain == NB_ERROR ? nb_error_get_field (fault) : NULL;
  if (field != NULL && !g_str_has_prefix (field, "terms"))
    {
      g_autofree char *full = g_strconcat ("terms.", field, NULL);

      nb_error_set_field (fault, full);
    }
  g_propagate_error (error, fault);
  return FALSE;
}

gboolean
nb_listing_check (const NbListing *listing, const NbCatalogueOptions *options, NbAuctionType *type, gint64 now,
                  GError **error)
{
  if (!check_texts (listing, error) || !check_times (listing, options, now, error))
    return FALSE;
  if (!g_variant_is_of_type (listing->terms, G_VARIANT_TYPE_VARDICT)
      || g_variant_get_size (listing->terms) > MAX_TERMS_BYTES)
    return nb_listing_fault (error, "terms", N_ ("the terms are too large"));
  return check_terms (listing, type, MAX (listing->starts_at, now), error);
}
