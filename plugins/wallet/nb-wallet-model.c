/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Puts a statement and the two forms into the words and figures of the wallet page. */
#include "nb-wallet-model.h"

#include <glib/gi18n.h>

static const NbMoney presets[] = { 10000, 50000, 100000 };

static const struct
{
  const char *kind;
  const char *label;
} labels[] = {
  { "deposit", N_ ("Charged") },
  { "withdraw", N_ ("Withdrawn") },
  { "hold", N_ ("Locked for a bid") },
  { "release", N_ ("Unlocked") },
  { "capture", N_ ("Paid for a purchase") },
  { "payout", N_ ("Earned by a sale") },
  { "refund", N_ ("Refunded") },
  { "adjust", N_ ("Corrected") },
};

const char *
nb_wallet_model_kind_label (const char *kind)
{
  for (gsize i = 0; i < G_N_ELEMENTS (labels); i++)
    if (g_str_equal (labels[i].kind, kind))
      return labels[i].label;
  return kind;
}

static void
set_auction (JsonObject *item, gint64 auction, const char *title)
{
  g_autofree char *href = g_strdup_printf ("/auctions/%" G_GINT64_FORMAT, auction);
  g_autofree char *id = g_strdup_printf ("%" G_GINT64_FORMAT, auction);

  json_object_set_string_member (item, "href", href);
  json_object_set_string_member (item, "title", title != NULL ? title : id);
}

static JsonArray *
make_holds (const NbWalletStatement *statement)
{
  JsonArray *holds = json_array_new ();

  for (guint i = 0; i < statement->holds->len; i++)
    {
      const NbStatementHold *hold = &g_array_index (statement->holds, NbStatementHold, i);
      JsonObject *item = json_object_new ();

      set_auction (item, hold->auction, hold->title);
      json_object_set_int_member (item, "amount", hold->amount);
      json_object_set_int_member (item, "since", hold->since);
      json_object_set_int_member (item, "ends_at", hold->ends_at);
      json_array_add_object_element (holds, item);
    }
  return holds;
}

/* The sign is what happens to the money that can be spent; what leaves the locked part was taken from that before. */
static const char *
sign_of (const NbStatementLine *line)
{
  if (g_str_equal (line->to, "available"))
    return "+";
  return g_str_equal (line->from, "available") ? "−" : "";
}

static JsonArray *
make_lines (NbRequest *request, const NbWalletStatement *statement)
{
  JsonArray *lines = json_array_new ();

  for (guint i = 0; i < statement->lines->len; i++)
    {
      const NbStatementLine *line = &g_array_index (statement->lines, NbStatementLine, i);
      JsonObject *item = json_object_new ();

      json_object_set_int_member (item, "at", line->at);
      json_object_set_string_member (item, "label",
                                     nb_request_gettext (request, nb_wallet_model_kind_label (line->kind)));
      json_object_set_string_member (item, "sign", sign_of (line));
      json_object_set_int_member (item, "amount", line->amount);
      json_object_set_int_member (item, "available", line->after.available);
      json_object_set_int_member (item, "locked", line->after.locked);
      if (line->auction != 0)
        set_auction (item, line->auction, line->title);
      json_array_add_object_element (lines, item);
    }
  return lines;
}

static void
add_filter (JsonArray *filters, const char *href, const char *label, gboolean is_current)
{
  JsonObject *filter = json_object_new ();

  json_object_set_string_member (filter, "href", href);
  json_object_set_string_member (filter, "label", label);
  json_object_set_boolean_member (filter, "is_current", is_current);
  json_array_add_object_element (filters, filter);
}

static JsonArray *
make_filters (NbRequest *request, const NbWalletStatement *statement)
{
  JsonArray *filters = json_array_new ();

  add_filter (filters, "/wallet#entries", nb_request_gettext (request, N_ ("Everything")), statement->kind == NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (labels); i++)
    {
      g_autofree char *href = g_strdup_printf ("/wallet?kind=%s#entries", labels[i].kind);

      add_filter (filters, href, nb_request_gettext (request, labels[i].label),
                  g_strcmp0 (statement->kind, labels[i].kind) == 0);
    }
  return filters;
}

static JsonArray *
make_presets (NbMoney most)
{
  JsonArray *array = json_array_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (presets); i++)
    if (presets[i] <= most)
      {
        JsonObject *preset = json_object_new ();

        json_object_set_int_member (preset, "amount", presets[i]);
        json_array_add_object_element (array, preset);
      }
  return array;
}

/* A form with its own key, and with what was wrong when it is shown again. */
static JsonObject *
make_form (const NbWalletFault *fault)
{
  JsonObject *form = json_object_new ();
  g_autofree char *key = g_uuid_string_random ();

  json_object_set_string_member (form, "key", fault != NULL && fault->key != NULL ? fault->key : key);
  json_object_set_string_member (form, "value", fault != NULL && fault->amount != NULL ? fault->amount : "");
  if (fault != NULL)
    json_object_set_string_member (form, "fault", fault->reason);
  return form;
}

static void
set_pages (JsonObject *model, const NbWalletStatement *statement)
{
  g_autofree char *csv = g_strdup_printf ("/wallet/entries.csv%s%s", statement->kind != NULL ? "?kind=" : "",
                                          statement->kind != NULL ? statement->kind : "");

  json_object_set_string_member (model, "csv_href", csv);
  if (statement->has_more)
    {
      gint64 last = g_array_index (statement->lines, NbStatementLine, statement->lines->len - 1).id;
      g_autofree char *next = g_strdup_printf ("/wallet?kind=%s&cursor=%" G_GINT64_FORMAT "#entries",
                                               statement->kind != NULL ? statement->kind : "", last);

      json_object_set_string_member (model, "next_href", next);
    }
  if (statement->before != G_MAXINT64)
    json_object_set_string_member (model, "first_href", "/wallet#entries");
}

JsonObject *
nb_wallet_model_new (NbTeller *teller, NbRequest *request, const NbWalletStatement *statement,
                     const NbWalletFault *fault)
{
  const NbTellerOptions *options = nb_teller_get_options (teller);
  NbPaymentProvider *provider = nb_teller_get_provider (teller);
  JsonObject *model = json_object_new ();

  json_object_set_int_member (model, "available", statement->balance.available);
  json_object_set_int_member (model, "locked", statement->balance.locked);
  json_object_set_int_member (model, "total", statement->balance.available + statement->balance.locked);
  json_object_set_array_member (model, "holds", make_holds (statement));
  json_object_set_boolean_member (model, "has_holds", statement->holds->len > 0);
  json_object_set_boolean_member (model, "has_more_holds", statement->has_more_holds);
  json_object_set_array_member (model, "entries", make_lines (request, statement));
  json_object_set_boolean_member (model, "has_entries", statement->lines->len > 0);
  json_object_set_array_member (model, "filters", make_filters (request, statement));
  json_object_set_int_member (model, "deposit_max", options->deposit_max);
  json_object_set_array_member (model, "presets", make_presets (options->deposit_max));
  json_object_set_boolean_member (model, "is_demo", options->is_manual);
  if (provider != NULL)
    json_object_set_string_member (model, "provider",
                                   nb_payment_provider_get_title (provider, nb_request_get_language (request)));
  if (fault != NULL)
    {
      json_object_set_string_member (model, "error", fault->reason);
      json_object_set_string_member (model, "field_href", fault->is_withdrawal ? "#withdrawal" : "#deposit");
    }
  json_object_set_object_member (model, "deposit", make_form (fault != NULL && !fault->is_withdrawal ? fault : NULL));
  json_object_set_object_member (model, "withdrawal", make_form (fault != NULL && fault->is_withdrawal ? fault : NULL));
  set_pages (model, statement);
  return model;
}
