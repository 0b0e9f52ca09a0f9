/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Makes the models of the sell form and of its review. */
#include "core/web/nb-page-sell.h"

#include "core/web/nb-page-form.h"
#include "core/web/nb-page-regions.h"
#include "core/web/nb-page-terms.h"

#include "core/engine/nb-categories.h"
#include <glib/gi18n.h>
#include <string.h>

static const struct
{
  const char *minutes;
  const char *label;
} spans[] = {
  { "60", N_ ("1 hour") },   { "360", N_ ("6 hours") }, { "1440", N_ ("1 day") },
  { "4320", N_ ("3 days") }, { "7200", N_ ("5 days") }, { "10080", N_ ("7 days") },
};

static const char *
typed (JsonObject *values, const char *name)
{
  return values != NULL ? nb_page_get_text (values, name) : NULL;
}

static void
add_choice_input (NbRequest *request, JsonArray *fields, const char *name, const char *label, const NbChoice *choices,
                  const char *value)
{
  NbInput input = { .name = name, .kind = NB_INPUT_CHOICE, .label = nb_request_gettext (request, label) };
  JsonObject *field = nb_page_add_input (fields, &input);

  nb_page_add_option (field, "", nb_request_gettext (request, N_ ("Please choose")), value == NULL);
  for (const NbChoice *choice = choices; choice->id != NULL; choice++)
    nb_page_add_option (field, choice->id, nb_choice_get_name (choice, nb_request_get_language (request)),
                        g_strcmp0 (choice->id, value) == 0);
}

static void
add_region_input (NbSite *site, NbRequest *request, JsonArray *fields, JsonObject *values)
{
  const char *selected = typed (values, "region") != NULL ? typed (values, "region") : nb_request_get_region (request);
  NbInput input = {
    .name = "region",
    .kind = NB_INPUT_CHOICE,
    .label = nb_request_gettext (request, N_ ("Where it can be picked up")),
    .is_wide = TRUE,
  };
  JsonObject *field = nb_page_add_input (fields, &input);
  JsonArray *list
      = nb_page_region_options (site, request, selected, nb_request_gettext (request, N_ ("Please choose")));

  for (guint i = 0; i < json_array_get_length (list); i++)
    {
      JsonObject *item = json_array_get_object_element (list, i);

      nb_page_add_option (field, json_object_get_string_member (item, "code"),
                          json_object_get_string_member (item, "name"),
                          json_object_get_boolean_member (item, "is_selected"));
    }
  json_array_unref (list);
}

static JsonArray *
make_details (NbSite *site, NbRequest *request, JsonObject *values)
{
  JsonArray *fields = json_array_new ();
  NbInput title = {
    .name = "title",
    .kind = NB_INPUT_TEXT,
    .label = nb_request_gettext (request, N_ ("Title")),
    .value = typed (values, "title"),
    .maximum = 100,
    .is_required = TRUE,
    .is_wide = TRUE,
  };
  NbInput description = {
    .name = "description",
    .kind = NB_INPUT_LONG,
    .label = nb_request_gettext (request, N_ ("Description")),
    .value = typed (values, "description"),
    .hint = nb_request_gettext (request, N_ ("Size, age, and whatever is not perfect about it.")),
    .maximum = 5000,
    .is_wide = TRUE,
  };

  nb_page_add_input (fields, &title);
  nb_page_add_input (fields, &description);
  add_choice_input (request, fields, "category", N_ ("Category"), nb_categories, typed (values, "category"));
  add_choice_input (request, fields, "condition", N_ ("Condition"), nb_conditions, typed (values, "condition"));
  add_region_input (site, request, fields, values);
  return fields;
}

static void
add_span_input (NbRequest *request, JsonArray *fields, const char *value)
{
  NbInput input
      = { .name = "duration", .kind = NB_INPUT_CHOICE, .label = nb_request_gettext (request, N_ ("Runs for")) };
  JsonObject *field = nb_page_add_input (fields, &input);

  for (gsize i = 0; i < G_N_ELEMENTS (spans); i++)
    nb_page_add_option (field, spans[i].minutes, nb_request_gettext (request, spans[i].label),
                        g_strcmp0 (spans[i].minutes, value != NULL ? value : "4320") == 0);
}

static JsonObject *
make_type (NbSite *site, NbRequest *request, const char *name, gboolean is_current)
{
  g_autoptr (NbAuctionType) type = nb_registry_ref_auction_type (site->registry, name);
  NbTypeDescription *description = nb_auction_type_describe (type);
  const char *language = nb_request_get_language (request);
  JsonObject *item = json_object_new ();

  json_object_set_string_member (item, "id", name);
  json_object_set_string_member (item, "title", nb_type_description_get_title (description, language));
  json_object_set_string_member (item, "rule", nb_type_description_get_rule (description, language));
  json_object_set_boolean_member (item, "is_current", is_current);
  nb_type_description_free (description);
  return item;
}

static void
set_type_fields (NbSite *site, NbRequest *request, JsonObject *model, const char *name, JsonObject *values,
                 const GError *error)
{
  g_autoptr (NbAuctionType) type = nb_registry_ref_auction_type (site->registry, name);
  NbTypeDescription *description = nb_auction_type_describe (type);
  JsonObject *item = make_type (site, request, name, TRUE);
  JsonArray *details = make_details (site, request, values);
  JsonArray *terms = json_array_new ();
  JsonArray *more = json_array_new ();
  JsonObject *term_values = values != NULL && json_object_has_member (values, "terms")
                                ? json_object_get_object_member (values, "terms")
                                : NULL;
  gboolean is_open = nb_page_terms_add_inputs (request, nb_type_description_get_terms_schema (description), term_values,
                                               terms, more);

  add_span_input (request, terms, typed (values, "duration"));
  nb_type_description_free (description);
  if (error != NULL)
    {
      nb_page_set_form_error (request, model, more, error);
      is_open |= json_object_has_member (model, "field_href");
      nb_page_set_form_error (request, model, terms, error);
      nb_page_set_form_error (request, model, details, error);
    }
  json_object_set_boolean_member (item, "has_more_terms", json_array_get_length (more) > 0);
  json_object_set_boolean_member (item, "more_open", is_open);
  json_object_set_array_member (item, "details", details);
  json_object_set_array_member (item, "terms", terms);
  json_object_set_array_member (item, "more_terms", more);
  json_object_set_object_member (model, "type", item);
}

void
nb_page_sell_show_form (NbSite *site, NbRequest *request, const char *name, JsonObject *values, const GError *error)
{
  g_autoptr (GPtrArray) names = nb_registry_list_auction_types (site->registry);
  JsonObject *model = json_object_new ();
  JsonArray *types = json_array_new ();
  guint status = error != NULL ? nb_error_code_status (nb_error_get_code (error)) : 200;
  const char *chosen = NULL;

  for (guint i = 0; i < names->len; i++)
    if (g_strcmp0 (names->pdata[i], name) == 0 || chosen == NULL)
      chosen = names->pdata[i];
  for (guint i = 0; i < names->len; i++)
    json_array_add_object_element (types, make_type (site, request, names->pdata[i], names->pdata[i] == chosen));
  json_object_set_array_member (model, "types", types);
  json_object_set_boolean_member (model, "has_types", names->len > 0);
  json_object_set_boolean_member (model, "has_choice", names->len > 1);
  if (chosen != NULL)
    set_type_fields (site, request, model, chosen, values, error);
  nb_request_respond_page (request, status, "sell.mustache", model);
}

static void
add_fact (NbRequest *request, JsonArray *facts, const char *label, const char *value)
{
  JsonObject *fact;

  if (value == NULL || *value == '\0')
    return;
  fact = json_object_new ();
  json_object_set_string_member (fact, "label", nb_request_gettext (request, label));
  json_object_set_string_member (fact, "value", value);
  json_array_add_object_element (facts, fact);
}

static const char *
choice_name (NbRequest *request, const NbChoice *choices, const char *id)
{
  const NbChoice *choice = id != NULL ? nb_choice_find (choices, id) : NULL;

  return choice != NULL ? nb_choice_get_name (choice, nb_request_get_language (request)) : NULL;
}

/* Hundredths of a percent without needless zeros, such as `3.5%`. */
static char *
percent_text (guint rate)
{
  if (rate % 100 == 0)
    return g_strdup_printf ("%u%%", rate / 100);
  return rate % 10 == 0 ? g_strdup_printf ("%u.%u%%", rate / 100, rate % 100 / 10)
                        : g_strdup_printf ("%u.%02u%%", rate / 100, rate % 100);
}

/* What is left of the start price after the fee; a type without one says nothing. */
static void
set_earning (NbSite *site, JsonObject *model, JsonObject *terms)
{
  guint rate = nb_bid_engine_get_fee_hundredths (site->bid_engine);
  const char *text = terms != NULL ? nb_page_get_text (terms, "start_price") : NULL;
  g_autofree char *percent = percent_text (rate);
  NbMoney start, fee;

  if (text == NULL || !nb_money_parse (text, &start, NULL))
    return;
  fee = start / 10000 * rate + start % 10000 * rate / 10000;
  json_object_set_boolean_member (model, "has_earning", TRUE);
  json_object_set_string_member (model, "fee_percent", percent);
  json_object_set_int_member (model, "start", start);
  json_object_set_int_member (model, "fee", fee);
  json_object_set_int_member (model, "earning", start - fee);
}

void
nb_page_sell_show_review (NbSite *site, NbRequest *request, NbTypeDescription *description, JsonObject *values,
                          gint64 ends_at)
{
  JsonObject *model = json_object_new ();
  JsonArray *facts = json_array_new ();
  JsonArray *kept = json_array_new ();
  JsonObject *terms = json_object_has_member (values, "terms") ? json_object_get_object_member (values, "terms") : NULL;
  g_autofree char *region = nb_page_region_full_name (site, request, nb_page_get_text (values, "region"));
  g_autofree char *end = g_strdup_printf ("%" G_GINT64_FORMAT, ends_at);
  const char *text = nb_page_get_text (values, "description");

  json_object_set_string_member (model, "type_title",
                                 nb_type_description_get_title (description, nb_request_get_language (request)));
  json_object_set_string_member (model, "title", json_object_get_string_member_with_default (values, "title", ""));
  json_object_set_string_member (model, "description", text != NULL ? text : "");
  add_fact (request, facts, N_ ("Category"),
            choice_name (request, nb_categories, nb_page_get_text (values, "category")));
  add_fact (request, facts, N_ ("Condition"),
            choice_name (request, nb_conditions, nb_page_get_text (values, "condition")));
  add_fact (request, facts, N_ ("Neighbourhood"), region);
  if (terms != NULL)
    nb_page_terms_add_facts (request, nb_type_description_get_terms_schema (description), terms, facts);
  json_object_remove_member (values, "ends_at");
  json_object_remove_member (values, "step");
  nb_page_keep_all (kept, values, "");
  nb_page_keep (kept, "ends_at", end);
  set_earning (site, model, terms);
  json_object_set_array_member (model, "facts", facts);
  json_object_set_array_member (model, "kept", kept);
  json_object_set_int_member (model, "ends_at", ends_at);
  nb_request_respond_page (request, 200, "sell-review.mustache", model);
}
