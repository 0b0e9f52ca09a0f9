/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Signing up, in and out, and the language. What someone was about to do is carried through. */
#include "core/web/nb-page-form.h"
#include "core/web/nb-page-regions.h"
#include "core/web/nb-page-sell.h"
#include "core/web/nb-pages.h"

#include <glib/gi18n.h>
#include <string.h>

#define YEAR (365 * 24 * 60 * 60)

/* A form of this page on its way. */
typedef struct
{
  NbSite *site;
  NbRequest *request;
  JsonObject *body;
} Form;

static void
form_free (Form *form)
{
  g_object_unref (form->request);
  g_clear_pointer (&form->body, json_object_unref);
  g_free (form);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Form, form_free)

static const char *const carried_names[] = { "next", "amount", "max" };

/* What was carried here: by the address, or by the form that was sent. Returns: (transfer none) (nullable) */
static const char *
carried (NbRequest *request, JsonObject *body, const char *name)
{
  const char *text = body != NULL ? nb_page_get_text (body, name) : nb_request_get_query (request, name);
  NbMoney amount;

  if (text == NULL || *text == '\0')
    return NULL;
  if (strcmp (name, "next") == 0)
    return nb_page_is_own_path (text) ? text : NULL;
  return nb_money_parse (text, &amount, NULL) ? text : NULL;
}

/* Returns: (transfer full): where to go on after signing in */
static char *
next_location (NbRequest *request, JsonObject *body)
{
  const char *next = carried (request, body, "next");

  return nb_page_link (next != NULL ? next : "/", "amount", carried (request, body, "amount"), "max",
                       carried (request, body, "max"), NULL);
}

/* The form that someone had filled in when the session ended. Returns: (transfer none) (nullable) */
static JsonObject *
carried_form (JsonObject *body)
{
  return body != NULL && json_object_has_member (body, "form") ? json_object_get_object_member (body, "form") : NULL;
}

static void
set_carried (NbRequest *request, JsonObject *body, JsonObject *model)
{
  JsonArray *kept = json_array_new ();
  const char *amount = carried (request, body, "amount");
  const char *shown = amount != NULL ? amount : carried (request, body, "max");
  g_autofree char *query = nb_page_link ("", "next", carried (request, body, "next"), "amount", amount, "max",
                                         carried (request, body, "max"), NULL);
  g_autofree char *text = NULL;
  NbMoney money;

  for (gsize i = 0; i < G_N_ELEMENTS (carried_names); i++)
    nb_page_keep (kept, carried_names[i], carried (request, body, carried_names[i]));
  if (carried_form (body) != NULL)
    nb_page_keep_all (kept, carried_form (body), "form.");
  json_object_set_boolean_member (model, "keeps_form", carried_form (body) != NULL);
  json_object_set_array_member (model, "kept", kept);
  json_object_set_string_member (model, "carry_query", query);
  if (shown != NULL && nb_money_parse (shown, &money, NULL))
    {
      text = nb_money_format (money);
      json_object_set_string_member (model, "carried_amount", text);
    }
}

static const char *
typed (JsonObject *body, const char *name)
{
  return body != NULL ? nb_page_get_text (body, name) : NULL;
}

static void
add_name_and_password (NbRequest *request, JsonArray *fields, JsonObject *body, gboolean is_new)
{
  NbInput username = {
    .name = "username",
    .label = nb_request_gettext (request, N_ ("Username")),
    .value = typed (body, "username"),
    .hint = is_new ? nb_request_gettext (request, N_ ("3 to 32 of a-z, 0-9, dots, underscores and hyphens.")) : NULL,
    .autocomplete = "username",
    .maximum = 32,
    .is_required = TRUE,
  };
  NbInput password = {
    .name = "password",
    .kind = NB_INPUT_PASSWORD,
    .label = nb_request_gettext (request, N_ ("Password")),
    .hint = is_new ? nb_request_gettext (request, N_ ("8 characters or more.")) : NULL,
    .autocomplete = is_new ? "new-password" : "current-password",
    .maximum = 256,
    .is_required = TRUE,
  };

  nb_page_add_input (fields, &username);
  nb_page_add_input (fields, &password);
}

static void
respond_form (NbRequest *request, const char *template_name, JsonObject *model, JsonArray *fields, const GError *error)
{
  guint status = 200;

  if (error != NULL)
    {
      nb_page_set_form_error (request, model, fields, error);
      status = nb_error_code_status (nb_error_get_code (error));
    }
  json_object_set_array_member (model, "fields", fields);
  nb_request_respond_page (request, status, template_name, model);
}

static void
show_sign_in (NbRequest *request, JsonObject *body, const GError *error)
{
  JsonObject *model = json_object_new ();
  JsonArray *fields = json_array_new ();

  set_carried (request, body, model);
  add_name_and_password (request, fields, body, FALSE);
  respond_form (request, "sign-in.mustache", model, fields, error);
}

void
nb_page_sign_in_first (NbRequest *request, const char *next, JsonObject *values)
{
  g_autoptr (JsonObject) body = json_object_new ();

  json_object_set_string_member (body, "next", next);
  json_object_set_object_member (body, "form", json_object_ref (values));
  show_sign_in (request, body, NULL);
}

static void
add_region_input (NbSite *site, NbRequest *request, JsonArray *fields, const char *selected)
{
  NbInput input = {
    .name = "region",
    .kind = NB_INPUT_CHOICE,
    .label = nb_request_gettext (request, N_ ("Neighbourhood")),
    .hint = nb_request_gettext (request, N_ ("Neighbourhood auctions are for those who live near.")),
  };
  JsonObject *field = nb_page_add_input (fields, &input);
  JsonArray *list = nb_page_region_options (site, request, selected, nb_request_gettext (request, N_ ("Later")));

  for (guint i = 0; i < json_array_get_length (list); i++)
    {
      JsonObject *item = json_array_get_object_element (list, i);

      nb_page_add_option (field, json_object_get_string_member (item, "code"),
                          json_object_get_string_member (item, "name"),
                          json_object_get_boolean_member (item, "is_selected"));
    }
  json_array_unref (list);
}

static void
show_sign_up (NbSite *site, NbRequest *request, JsonObject *body, const GError *error)
{
  JsonObject *model = json_object_new ();
  JsonArray *fields = json_array_new ();
  NbInput nickname = {
    .name = "nickname",
    .label = nb_request_gettext (request, N_ ("Nickname")),
    .value = typed (body, "nickname"),
    .autocomplete = "nickname",
    .maximum = 30,
    .is_required = TRUE,
  };

  set_carried (request, body, model);
  add_name_and_password (request, fields, body, TRUE);
  nb_page_add_input (fields, &nickname);
  add_region_input (site, request, fields, typed (body, "region"));
  respond_form (request, "sign-up.mustache", model, fields, error);
}

static void
on_sign_in_page (NbRequest *request, gpointer user_data)
{
  g_autofree char *next = next_location (request, NULL);

  if (nb_request_get_person (request) != 0)
    nb_request_redirect (request, next);
  else
    show_sign_in (request, NULL, NULL);
}

static void
on_sign_up_page (NbRequest *request, gpointer user_data)
{
  g_autofree char *next = next_location (request, NULL);

  if (nb_request_get_person (request) != 0)
    nb_request_redirect (request, next);
  else
    show_sign_up (user_data, request, NULL, NULL);
}

/* `terms.start_price` was one name on its way; it is a text in an object again. */
static JsonObject *
unfold (JsonObject *flat)
{
  JsonObject *values = json_object_new ();
  JsonObject *terms = json_object_new ();
  g_autoptr (GList) names = json_object_get_members (flat);

  for (GList *at = names; at != NULL; at = at->next)
    {
      const char *name = at->data;
      const char *text = json_object_get_string_member_with_default (flat, name, "");

      if (g_str_has_prefix (name, "terms."))
        json_object_set_string_member (terms, name + strlen ("terms."), text);
      else
        json_object_set_string_member (values, name, text);
    }
  json_object_set_object_member (values, "terms", terms);
  return values;
}

static void
go_on_selling (const Form *form)
{
  g_autoptr (JsonObject) values = unfold (carried_form (form->body));

  nb_page_sell_show_form (form->site, form->request, nb_page_get_text (values, "type"), values, NULL);
}

static void
sign_in_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Form) form = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (NbSession) session = nb_accounts_sign_in_finish (NB_ACCOUNTS (source), result, &error);
  g_autofree char *next = NULL;

  if (session == NULL)
    {
      if (nb_error_get_code (error) == NB_ERROR_INTERNAL)
        nb_request_respond_error (form->request, error);
      else
        show_sign_in (form->request, form->body, error);
      return;
    }
  next = next_location (form->request, form->body);
  nb_request_start_session (form->request, session);
  if (carried_form (form->body) != NULL && strcmp (next, "/sell") == 0)
    go_on_selling (form);
  else
    nb_request_redirect (form->request, next);
}

static void
start_sign_in (Form *form)
{
  nb_accounts_sign_in_from_async (form->site->accounts, json_object_get_string_member (form->body, "username"),
                                  json_object_get_string_member (form->body, "password"),
                                  nb_request_get_address (form->request), sign_in_cb, form);
}

static Form *
form_new (NbSite *site, NbRequest *request, JsonObject *body)
{
  Form *form = g_new0 (Form, 1);

  form->site = site;
  form->request = g_object_ref (request);
  form->body = json_object_ref (body);
  return form;
}

static void
on_sign_in (NbRequest *request, gpointer user_data)
{
  static const NbField fields[] = {
    { "username", NB_FIELD_TEXT, TRUE, 0, 256 }, { "password", NB_FIELD_TEXT, TRUE, 0, 1024 },
    { "next", NB_FIELD_TEXT, FALSE, 0, 1024 },   { "amount", NB_FIELD_TEXT, FALSE, 0, 32 },
    { "max", NB_FIELD_TEXT, FALSE, 0, 32 },      { "form", NB_FIELD_OBJECT },
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) body = nb_request_read_body (request, fields, G_N_ELEMENTS (fields), &error);

  if (body == NULL)
    nb_request_respond_error (request, error);
  else
    start_sign_in (form_new (user_data, request, body));
}

static void
sign_up_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Form) form = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (NbAccount) account = nb_accounts_sign_up_finish (NB_ACCOUNTS (source), result, &error);

  if (account == NULL)
    {
      if (nb_error_get_code (error) == NB_ERROR_INTERNAL)
        nb_request_respond_error (form->request, error);
      else
        show_sign_up (form->site, form->request, form->body, error);
      return;
    }
  nb_request_flash (form->request, nb_request_gettext (form->request, N_ ("Welcome! You are signed in now.")));
  start_sign_in (g_steal_pointer (&form));
}

static void
on_sign_up (NbRequest *request, gpointer user_data)
{
  static const NbField fields[] = {
    { "username", NB_FIELD_TEXT, TRUE, 0, 256 }, { "password", NB_FIELD_TEXT, TRUE, 0, 1024 },
    { "nickname", NB_FIELD_TEXT, TRUE, 0, 256 }, { "region", NB_FIELD_TEXT, FALSE, 0, 16 },
    { "next", NB_FIELD_TEXT, FALSE, 0, 1024 },   { "amount", NB_FIELD_TEXT, FALSE, 0, 32 },
    { "max", NB_FIELD_TEXT, FALSE, 0, 32 },
  };
  NbSite *site = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) body = nb_request_read_body (request, fields, G_N_ELEMENTS (fields), &error);
  NbSignUp sign_up;

  if (body == NULL)
    {
      nb_request_respond_error (request, error);
      return;
    }
  sign_up = (NbSignUp){
    .username = json_object_get_string_member (body, "username"),
    .password = json_object_get_string_member (body, "password"),
    .nickname = json_object_get_string_member (body, "nickname"),
    .region = typed (body, "region"),
    .language = nb_request_get_language (request),
  };
  nb_accounts_sign_up_async (site->accounts, &sign_up, sign_up_cb, form_new (site, request, body));
}

static void
sign_out_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NbRequest) request = user_data;
  g_autoptr (GError) error = NULL;

  if (!nb_accounts_sign_out_finish (NB_ACCOUNTS (source), result, &error))
    {
      nb_request_respond_error (request, error);
      return;
    }
  nb_request_end_session (request);
  nb_request_flash (request, nb_request_gettext (request, N_ ("You are signed out.")));
  nb_request_redirect (request, "/");
}

static void
on_sign_out (NbRequest *request, gpointer user_data)
{
  NbSite *site = user_data;
  NbSession *session = nb_request_get_session (request);

  if (session == NULL)
    nb_request_redirect (request, "/");
  else
    nb_accounts_sign_out_async (site->accounts, session, sign_out_cb, g_object_ref (request));
}

static void
on_language (NbRequest *request, gpointer user_data)
{
  static const NbField fields[] = {
    { "language", NB_FIELD_TEXT, TRUE, 2, 2 },
    { "next", NB_FIELD_TEXT, FALSE, 0, 1024 },
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) body = nb_request_read_body (request, fields, G_N_ELEMENTS (fields), &error);
  const char *language = body != NULL ? typed (body, "language") : NULL;
  g_autofree char *next = NULL;

  if (body != NULL && g_strcmp0 (language, "ko") != 0 && g_strcmp0 (language, "en") != 0)
    error = nb_error_new (NB_ERROR_VALIDATION_FAILED, N_ ("the language must be 'ko' or 'en'"), NULL);
  if (error != NULL)
    {
      nb_request_respond_error (request, error);
      return;
    }
  next = next_location (request, body);
  nb_request_set_cookie (request, NB_LANGUAGE_COOKIE, language, YEAR);
  nb_request_redirect (request, next);
}

gboolean
nb_page_sign_register (NbSite *site, GError **error)
{
  return nb_pages_add_route (site, "GET", "/sign-in", NB_ROUTE_DEFAULT, on_sign_in_page, error)
         && nb_pages_add_route (site, "POST", "/sign-in", NB_ROUTE_SIGN_IN, on_sign_in, error)
         && nb_pages_add_route (site, "GET", "/sign-up", NB_ROUTE_DEFAULT, on_sign_up_page, error)
         && nb_pages_add_route (site, "POST", "/sign-up", NB_ROUTE_SIGN_UP, on_sign_up, error)
         && nb_pages_add_route (site, "POST", "/sign-out", NB_ROUTE_DEFAULT, on_sign_out, error)
         && nb_pages_add_route (site, "POST", "/language", NB_ROUTE_DEFAULT, on_language, error);
}
