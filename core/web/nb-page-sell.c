/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Listing something: form, review, publish. */
#include "core/web/nb-page-sell.h"

#include "core/web/nb-api-json.h"
#include "core/web/nb-page-form.h"
#include "core/web/nb-pages.h"
#include <glib/gi18n.h>
#include <string.h>

#define MINUTE (60 * G_USEC_PER_SEC)
#define REVIEW_TIME (20 * MINUTE)

typedef struct
{
  NbSite *site;
  NbRequest *request;
  JsonObject *values; /* texts, and `terms`, an object of texts */
} Form;

static void
form_free (Form *form)
{
  g_object_unref (form->request);
  g_clear_pointer (&form->values, json_object_unref);
  g_free (form);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Form, form_free)

static const char *
typed (const Form *form, const char *name)
{
  return nb_page_get_text (form->values, name);
}

static void
show_again (const Form *form, const GError *error)
{
  nb_page_sell_show_form (form->site, form->request, typed (form, "type"), form->values, error);
}

static void
on_sell (NbRequest *request, gpointer user_data)
{
  nb_page_sell_show_form (user_data, request, nb_request_get_query (request, "type"), NULL, NULL);
}

static void
list_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Form) form = user_data;
  g_autoptr (GError) error = NULL;
  gboolean is_replay = FALSE;
  g_autoptr (NbAuctionView) view = nb_catalogue_list_finish (NB_CATALOGUE (source), result, &is_replay, &error);
  g_autofree char *path = NULL;

  if (view == NULL && nb_error_get_code (error) == NB_ERROR_INTERNAL)
    nb_request_respond_error (form->request, error);
  else if (view == NULL)
    show_again (form, error);
  else
    {
      path = g_strdup_printf ("/auctions/%" G_GINT64_FORMAT, nb_auction_get_id (view->auction));
      nb_request_flash (form->request, nb_request_gettext (form->request, N_ ("Your auction is listed. Good luck!")));
      nb_request_redirect (form->request, path);
    }
}

/* The end that the chosen span leads to, counted from now. */
static gint64
count_end (const Form *form)
{
  const char *text = typed (form, "duration");
  guint64 minutes = 0;

  if (text == NULL || !g_ascii_string_to_unsigned (text, 10, 1, 366 * 24 * 60, &minutes, NULL))
    return 0;
  return nb_store_now (form->site->store) + (gint64)minutes * MINUTE;
}

/* The end that the review showed, so that the same form sent twice is the same listing; a review that lay around for
 * longer is counted anew. */
static gint64
find_end (const Form *form)
{
  const char *text = typed (form, "ends_at");
  gint64 counted = count_end (form);
  gint64 shown = 0;

  if (text == NULL || !g_ascii_string_to_signed (text, 10, 0, G_MAXINT64, &shown, NULL))
    return counted;
  return counted >= shown && counted - shown < REVIEW_TIME ? shown : counted;
}

static void
publish (Form *form, GVariant *terms)
{
  NbListing listing = {
    .type = typed (form, "type"),
    .seller = nb_request_get_person (form->request),
    .title = json_object_get_string_member_with_default (form->values, "title", ""),
    .description = json_object_get_string_member_with_default (form->values, "description", ""),
    .category = typed (form, "category"),
    .condition = typed (form, "condition"),
    .region = typed (form, "region"),
    .ends_at = find_end (form),
    .terms = terms,
    .key = nb_request_get_idempotency_key (form->request),
  };

  nb_catalogue_list_async (form->site->catalogue, &listing, list_cb, form);
}

/* What can be found wrong before anything is published. */
static gboolean
check (const Form *form, NbAuctionType *type, GVariant *terms, GError **error)
{
  gint64 ends_at = count_end (form);
  const char *title = typed (form, "title");
  GError *fault;

  if (title == NULL || ends_at == 0)
    {
      fault = nb_error_new (NB_ERROR_VALIDATION_FAILED, N_ ("{name} is required"), "name",
                            title == NULL ? "title" : "duration", NULL);
      nb_error_set_field (fault, title == NULL ? "title" : "duration");
      g_propagate_error (error, fault);
      return FALSE;
    }
  return nb_auction_type_validate_terms (type, terms, nb_store_now (form->site->store), ends_at, error);
}

/* Puts in a missing object of terms, and takes `\r\n` of text areas for what it is. */
static void
tidy (JsonObject *values)
{
  const char *text = nb_page_get_text (values, "description");

  if (!json_object_has_member (values, "terms"))
    json_object_set_object_member (values, "terms", json_object_new ());
  if (text != NULL)
    {
      GString *plain = g_string_new (text);

      g_string_replace (plain, "\r\n", "\n", 0);
      json_object_set_string_member (values, "description", plain->str);
      g_string_free (plain, TRUE);
    }
}

static void
take_step (Form *form, const char *step)
{
  g_autoptr (Form) own = form;
  g_autoptr (NbAuctionType) type
      = typed (form, "type") != NULL ? nb_registry_ref_auction_type (form->site->registry, typed (form, "type")) : NULL;
  NbTypeDescription *description = type != NULL ? nb_auction_type_describe (type) : NULL;
  g_autoptr (GVariant) terms = NULL;
  g_autoptr (GError) error = NULL;

  if (description == NULL)
    error = nb_error_new (NB_ERROR_VALIDATION_FAILED, N_ ("there is no such kind of auction, or it is switched off"),
                          NULL);
  else
    terms = nb_terms_from_json (json_object_get_object_member (form->values, "terms"), type, TRUE, &error);
  if (terms != NULL)
    g_variant_ref_sink (terms);
  if (g_strcmp0 (step, "edit") == 0 || terms == NULL || !check (form, type, terms, &error))
    show_again (form, error);
  else if (g_strcmp0 (step, "publish") == 0)
    publish (g_steal_pointer (&own), terms);
  else
    nb_page_sell_show_review (form->site, form->request, description, form->values, count_end (form));
  g_clear_pointer (&description, nb_type_description_free);
}

static void
on_submit (NbRequest *request, gpointer user_data)
{
  static const NbField fields[] = {
    { "type", NB_FIELD_TEXT, TRUE, 1, 32 },      { "step", NB_FIELD_TEXT, FALSE, 0, 16 },
    { "title", NB_FIELD_TEXT, FALSE, 0, 400 },   { "description", NB_FIELD_TEXT, FALSE, 0, 20000 },
    { "category", NB_FIELD_TEXT, FALSE, 0, 64 }, { "condition", NB_FIELD_TEXT, FALSE, 0, 64 },
    { "region", NB_FIELD_TEXT, FALSE, 0, 16 },   { "duration", NB_FIELD_TEXT, FALSE, 0, 8 },
    { "ends_at", NB_FIELD_TEXT, FALSE, 0, 20 },  { "terms", NB_FIELD_OBJECT },
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) body = nb_request_read_body (request, fields, G_N_ELEMENTS (fields), &error);
  g_autofree char *step = NULL;
  Form *form;

  if (body == NULL)
    {
      nb_request_respond_error (request, error);
      return;
    }
  form = g_new0 (Form, 1);
  form->site = user_data;
  form->request = g_object_ref (request);
  form->values = g_steal_pointer (&body);
  tidy (form->values);
  step = g_strdup (typed (form, "step"));
  if (nb_request_get_person (request) != 0)
    take_step (form, step);
  else
    {
      nb_page_sign_in_first (request, "/sell", form->values);
      form_free (form);
    }
}

gboolean
nb_page_sell_register (NbSite *site, GError **error)
{
  return nb_pages_add_route (site, "GET", "/sell", NB_ROUTE_SIGNED_IN, on_sell, error)
         && nb_pages_add_route (site, "POST", "/sell", NB_ROUTE_NEEDS_KEY, on_submit, error);
}
