/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Signing up, in and out as JSON, and who one is. */
#include "core/web/nb-api-accounts.h"

#include "core/web/nb-request-private.h"

static const NbField sign_up_fields[] = {
  { .name = "username", .kind = NB_FIELD_TEXT, .is_required = TRUE, .minimum = 1, .maximum = 64 },
  { .name = "password", .kind = NB_FIELD_TEXT, .is_required = TRUE, .minimum = 1, .maximum = 1024 },
  { .name = "nickname", .kind = NB_FIELD_TEXT, .is_required = TRUE, .minimum = 1, .maximum = 200 },
  { .name = "region", .kind = NB_FIELD_TEXT, .minimum = 0, .maximum = 20 },
  { .name = "email", .kind = NB_FIELD_TEXT, .minimum = 0, .maximum = 300 },
  { .name = "language", .kind = NB_FIELD_TEXT, .minimum = 0, .maximum = 8 },
};

static const NbField sign_in_fields[] = {
  { .name = "username", .kind = NB_FIELD_TEXT, .is_required = TRUE, .minimum = 0, .maximum = 1024 },
  { .name = "password", .kind = NB_FIELD_TEXT, .is_required = TRUE, .minimum = 0, .maximum = 1024 },
};

/* What GET /me waits for. */
typedef struct
{
  NbRequest *request;
  NbWallet *wallet;
  gint64 person;
  NbBalance balance;
} Balance;

JsonObject *
nb_api_account_to_json (const NbAccount *account)
{
  g_autofree char *id = g_strdup_printf ("%" G_GINT64_FORMAT, account->id);
  g_autofree char *created_at = nb_time_to_json (account->created_at);
  JsonObject *object = json_object_new ();
  JsonArray *roles = json_array_new ();

  for (guint i = 0; account->roles[i] != NULL; i++)
    json_array_add_string_element (roles, account->roles[i]);
  json_object_set_string_member (object, "id", id);
  json_object_set_string_member (object, "username", account->username);
  json_object_set_string_member (object, "nickname", account->nickname);
  json_object_set_string_member (object, "region", account->region);
  json_object_set_array_member (object, "roles", roles);
  json_object_set_string_member (object, "created_at", created_at);
  return object;
}

static const char *
get_text (JsonObject *body, const char *name)
{
  return json_object_get_string_member_with_default (body, name, NULL);
}

static void
sign_up_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NbRequest) request = NB_REQUEST (user_data);
  g_autoptr (GError) error = NULL;
  g_autoptr (NbAccount) account = nb_accounts_sign_up_finish (NB_ACCOUNTS (source), result, &error);

  if (account == NULL)
    nb_request_respond_error (request, error);
  else
    nb_request_respond_json (request, 201, nb_api_account_to_json (account));
}

static void
on_sign_up (NbRequest *request, gpointer user_data)
{
  NbSite *site = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) body = nb_request_read_body (request, sign_up_fields, G_N_ELEMENTS (sign_up_fields), &error);
  NbSignUp sign_up = { 0 };

  if (body == NULL)
    {
      nb_request_respond_error (request, error);
      return;
    }
  sign_up.username = get_text (body, "username");
  sign_up.password = get_text (body, "password");
  sign_up.nickname = get_text (body, "nickname");
  sign_up.region = get_text (body, "region");
  sign_up.email = get_text (body, "email");
  sign_up.language = get_text (body, "language");
  nb_accounts_sign_up_async (site->accounts, &sign_up, sign_up_cb, g_object_ref (request));
}

static void
sign_in_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NbRequest) request = NB_REQUEST (user_data);
  g_autoptr (GError) error = NULL;
  g_autoptr (NbSession) session = nb_accounts_sign_in_finish (NB_ACCOUNTS (source), result, &error);
  g_autofree char *expires_at = NULL;
  JsonObject *answer;

  if (session == NULL)
    {
      nb_request_respond_error (request, error);
      return;
    }
  expires_at = nb_time_to_json (session->expires_at);
  answer = json_object_new ();
  json_object_set_object_member (answer, "account", nb_api_account_to_json (session->account));
  json_object_set_string_member (answer, "token", session->token);
  json_object_set_string_member (answer, "csrf_token", session->csrf_token);
  json_object_set_string_member (answer, "expires_at", expires_at);
  nb_request_start_session (request, session);
  nb_request_respond_json (request, 200, answer);
}

static void
on_sign_in (NbRequest *request, gpointer user_data)
{
  NbSite *site = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) body = nb_request_read_body (request, sign_in_fields, G_N_ELEMENTS (sign_in_fields), &error);

  if (body == NULL)
    {
      nb_request_respond_error (request, error);
      return;
    }
  nb_accounts_sign_in_from_async (site->accounts, get_text (body, "username"), get_text (body, "password"),
                                  nb_request_get_address (request), sign_in_cb, g_object_ref (request));
}

static void
sign_out_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NbRequest) request = NB_REQUEST (user_data);
  g_autoptr (GError) error = NULL;

  if (!nb_accounts_sign_out_finish (NB_ACCOUNTS (source), result, &error))
    {
      nb_request_respond_error (request, error);
      return;
    }
  nb_request_end_session (request);
  nb_request_respond_empty (request, 204);
}

static void
on_sign_out (NbRequest *request, gpointer user_data)
{
  NbSite *site = user_data;

  nb_accounts_sign_out_async (site->accounts, nb_request_get_session (request), sign_out_cb, g_object_ref (request));
}

static void
balance_free (gpointer data)
{
  Balance *op = data;

  g_object_unref (op->request);
  g_object_unref (op->wallet);
  g_free (op);
}

static gboolean
read_balance (NbTransaction *transaction, gpointer user_data, GError **error)
{
  Balance *op = user_data;

  return nb_wallet_read_balance (op->wallet, transaction, op->person, &op->balance, error);
}

static void
read_balance_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Balance *op = user_data;
  g_autoptr (GError) error = NULL;
  JsonObject *answer;

  if (!nb_store_read_finish (NB_STORE (source), result, &error))
    {
      nb_request_respond_error (op->request, error);
      return;
    }
  answer = nb_api_account_to_json (nb_request_get_session (op->request)->account);
  json_object_set_int_member (answer, "available", op->balance.available);
  json_object_set_int_member (answer, "locked", op->balance.locked);
  nb_request_respond_json (op->request, 200, answer);
}

/* With no wallet there is no money to tell of. */
static void
on_me (NbRequest *request, gpointer user_data)
{
  NbSite *site = user_data;
  NbWallet *wallet = nb_registry_find_service (site->registry, NB_TYPE_WALLET);
  Balance *op;

  if (wallet == NULL)
    {
      nb_request_respond_json (request, 200, nb_api_account_to_json (nb_request_get_session (request)->account));
      return;
    }
  op = g_new0 (Balance, 1);
  op->request = g_object_ref (request);
  op->wallet = g_object_ref (wallet);
  op->person = nb_request_get_person (request);
  nb_store_read_async (site->store, read_balance, op, balance_free, NULL, read_balance_cb, op);
}

static const struct
{
  const char *method;
  const char *pattern;
  NbRouteFlags flags;
  NbHandler handler;
} routes[] = {
  { "POST", "/api/v1/accounts", NB_ROUTE_SIGN_UP, on_sign_up },
  { "POST", "/api/v1/sessions", NB_ROUTE_SIGN_IN, on_sign_in },
  { "DELETE", "/api/v1/sessions/current", NB_ROUTE_SIGNED_IN, on_sign_out },
  { "GET", "/api/v1/me", NB_ROUTE_SIGNED_IN, on_me },
};

gboolean
nb_api_accounts_register (NbSite *site, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (routes); i++)
    if (!nb_registry_add_route (site->registry, "core", routes[i].method, routes[i].pattern, routes[i].flags,
                                routes[i].handler, site, error))
      return FALSE;
  return TRUE;
}
