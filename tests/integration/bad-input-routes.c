/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The routes as a table, and good bodies with one thing wrong. */
#include "tests/integration/bad-input-routes.h"

#include <string.h>

static const BadField sign_up_fields[] = {
  { "username", BAD_TEXT, TRUE, "\"bad-input\"", 32 },
  { "password", BAD_TEXT, TRUE, "\"tangerine-orchard\"", 256 },
  { "nickname", BAD_TEXT, TRUE, "\"이웃\"", 30 },
  { "region", BAD_TEXT, FALSE, NULL, 10 },
  { "email", BAD_TEXT, FALSE, NULL, 254 },
  { "language", BAD_TEXT, FALSE, NULL, 2 },
  { NULL },
};

static const BadField sign_in_fields[] = {
  { "username", BAD_TEXT, TRUE, "\"nobody-of-that-name\"", 1024 },
  { "password", BAD_TEXT, TRUE, "\"tangerine-orchard\"", 1024 },
  { NULL },
};

static const BadField amount_fields[] = {
  { "amount", BAD_MONEY, TRUE, "1000" },
  { NULL },
};

static const BadField listing_fields[] = {
  { "type", BAD_TEXT, TRUE, "\"local\"", 32 },
  { "title", BAD_TEXT, TRUE, "\"의자\"", 100 },
  { "description", BAD_TEXT, TRUE, "\"\"", 5000 },
  { "category", BAD_TEXT, FALSE, NULL, 64 },
  { "region", BAD_TEXT, FALSE, NULL, 10 },
  { "condition", BAD_TEXT, FALSE, NULL, 64 },
  { "starts_at", BAD_TIME, FALSE, NULL },
  { "ends_at", BAD_TIME, TRUE, "\"END\"" },
  { "quantity", BAD_COUNT, FALSE, NULL },
  { "terms", BAD_OBJECT, TRUE, NULL },
  { "terms.start_price", BAD_MONEY, TRUE, "10000" },
  { "terms.step", BAD_MONEY, FALSE, NULL },
  { "terms.reserve_price", BAD_MONEY, FALSE, NULL },
  { "terms.buy_now_price", BAD_MONEY, FALSE, NULL },
  { "terms.extend_window_s", BAD_COUNT, FALSE, NULL },
  { "terms.extend_max_s", BAD_COUNT, FALSE, NULL },
  { NULL },
};

static const BadField bid_fields[] = {
  { "amount", BAD_MONEY, TRUE, "10000" },
  { "quantity", BAD_COUNT, FALSE, NULL },
  { "expected_seq", BAD_SEQ, FALSE, NULL },
  { NULL },
};

static const BadField max_fields[] = {
  { "max", BAD_MONEY, FALSE, "10000" },
  { NULL },
};

static const BadField price_fields[] = {
  { "price", BAD_MONEY, TRUE, "10000" },
  { NULL },
};

static const BadField reason_fields[] = {
  { "reason", BAD_TEXT, FALSE, NULL, 500 },
  { NULL },
};

static const BadField webhook_fields[] = {
  { "url", BAD_TEXT, TRUE, "\"https://example.com/hook\"", 2048 },
  { "kinds", BAD_LIST, FALSE, NULL },
  { NULL },
};

static const BadField webhook_change_fields[] = {
  { "url", BAD_TEXT, FALSE, NULL, 2048 },
  { "kinds", BAD_LIST, FALSE, NULL },
  { "is_enabled", BAD_FLAG, FALSE, NULL },
  { NULL },
};

static const BadField mark_fields[] = {
  { "up_to", BAD_TEXT, FALSE, NULL, 19 },
  { NULL },
};

static const BadField wish_fields[] = {
  { "preferences", BAD_OBJECT, FALSE, "{}" },
  { "quiet_hours", BAD_OBJECT, FALSE, NULL },
  { "channels", BAD_LIST, FALSE, NULL },
  { "server_time", BAD_TEXT, FALSE, NULL, 40 },
  { NULL },
};

const BadRoute bad_routes[] = {
  { "description", "GET", "/api/v1/openapi.json", FALSE, FALSE, NULL },
  { "sign up", "POST", "/api/v1/accounts", FALSE, FALSE, sign_up_fields },
  { "sign in", "POST", "/api/v1/sessions", FALSE, FALSE, sign_in_fields },
  { "sign out", "DELETE", "/api/v1/sessions/current", TRUE, FALSE, NULL },
  { "sessions", "GET", "/api/v1/sessions", TRUE, FALSE, NULL },
  { "end session", "DELETE", "/api/v1/sessions/{id:id}", TRUE, FALSE, NULL },
  { "me", "GET", "/api/v1/me", TRUE, FALSE, NULL },
  { "regions", "GET", "/api/v1/regions", FALSE, FALSE, NULL },
  { "wallet", "GET", "/api/v1/wallet", TRUE, FALSE, NULL },
  { "entries", "GET", "/api/v1/wallet/entries", TRUE, FALSE, NULL },
  { "deposit", "POST", "/api/v1/wallet/deposits", TRUE, TRUE, amount_fields },
  { "withdraw", "POST", "/api/v1/wallet/withdrawals", TRUE, TRUE, amount_fields },
  { "types", "GET", "/api/v1/auction-types", FALSE, FALSE, NULL },
  { "search", "GET", "/api/v1/auctions", FALSE, FALSE, NULL },
  { "list", "POST", "/api/v1/auctions", TRUE, FALSE, listing_fields },
  { "auction", "GET", "/api/v1/auctions/{id:id}", FALSE, FALSE, NULL },
  { "history", "GET", "/api/v1/auctions/{id:id}/bids", FALSE, FALSE, NULL },
  { "bid", "POST", "/api/v1/auctions/{id:id}/bids", TRUE, FALSE, bid_fields },
  { "maximum", "POST", "/api/v1/auctions/{id:id}/bids", TRUE, FALSE, max_fields },
  { "buy now", "POST", "/api/v1/auctions/{id:id}/buy-now", TRUE, FALSE, price_fields },
  { "cancel", "POST", "/api/v1/auctions/{id:id}/cancel", TRUE, FALSE, reason_fields },
  { "is watched", "GET", "/api/v1/auctions/{id:id}/watch", TRUE, FALSE, NULL },
  { "watch", "PUT", "/api/v1/auctions/{id:id}/watch", TRUE, FALSE, NULL },
  { "unwatch", "DELETE", "/api/v1/auctions/{id:id}/watch", TRUE, FALSE, NULL },
  { "deliveries", "GET", "/api/v1/admin/deliveries", TRUE, FALSE, NULL },
  { "retry delivery", "POST", "/api/v1/admin/deliveries/{id:id}/retry", TRUE, FALSE, NULL },
  { "drop delivery", "DELETE", "/api/v1/admin/deliveries/{id:id}", TRUE, FALSE, NULL },
  { "webhooks", "GET", "/api/v1/webhooks", TRUE, FALSE, NULL },
  { "new webhook", "POST", "/api/v1/webhooks", TRUE, FALSE, webhook_fields },
  { "webhook", "GET", "/api/v1/webhooks/{id:id}", TRUE, FALSE, NULL },
  { "change webhook", "PATCH", "/api/v1/webhooks/{id:id}", TRUE, FALSE, webhook_change_fields },
  { "delete webhook", "DELETE", "/api/v1/webhooks/{id:id}", TRUE, FALSE, NULL },
  { "renew webhook", "POST", "/api/v1/webhooks/{id:id}/secret", TRUE, FALSE, NULL },
  { "test webhook", "POST", "/api/v1/webhooks/{id:id}/test", TRUE, FALSE, NULL },
  { "messages", "GET", "/api/v1/notifications", TRUE, FALSE, NULL },
  { "message", "GET", "/api/v1/notifications/{id:id}", TRUE, FALSE, NULL },
  { "read message", "POST", "/api/v1/notifications/{id:id}/read", TRUE, FALSE, NULL },
  { "read messages", "POST", "/api/v1/notifications/read", TRUE, FALSE, mark_fields },
  { "wishes", "GET", "/api/v1/notification-preferences", TRUE, FALSE, NULL },
  { "wish", "PUT", "/api/v1/notification-preferences", TRUE, FALSE, wish_fields },
  { NULL },
};

gboolean
bad_route_is_for_admins (const BadRoute *self)
{
  return g_str_has_prefix (self->pattern, "/api/v1/admin/");
}

char *
bad_route_make_target (const BadRoute *self, const char *id)
{
  g_auto (GStrv) parts = g_strsplit (self->pattern, "{id:id}", 2);

  return g_strjoinv (id, parts);
}

static void
add_member (GString *object, const char *name, const char *value)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autoptr (GDateTime) tomorrow = g_date_time_add_days (now, 1);
  g_autofree char *end = g_date_time_format (tomorrow, "\"%Y-%m-%dT%H:%M:%SZ\"");

  if (value != NULL)
    g_string_append_printf (object, "%s\"%s\":%s", object->len > 1 ? "," : "", name,
                            strcmp (value, "\"END\"") == 0 ? end : value);
}

char *
bad_route_make_body (const BadRoute *self, const BadField *field, const char *value)
{
  g_autoptr (GString) terms = g_string_new ("{");
  GString *body = g_string_new ("{");
  gboolean has_terms = FALSE;

  for (const BadField *f = self->fields; f != NULL && f->name != NULL; f++)
    {
      const char *text = f == field ? value : f->good;

      if (g_str_has_prefix (f->name, "terms."))
        {
          add_member (terms, f->name + strlen ("terms."), text);
          has_terms = TRUE;
        }
      else
        add_member (body, f->name, text);
    }
  g_string_append_c (terms, '}');
  if (has_terms && (field == NULL || strcmp (field->name, "terms") != 0))
    add_member (body, "terms", terms->str);
  g_string_append_c (body, '}');
  return g_string_free (body, FALSE);
}

BadRequest
bad_route_make_request (const BadRoute *self, BadSite *site, const char *target, const char *body)
{
  const gboolean is_write = strcmp (self->method, "GET") != 0;

  return (BadRequest){ .method = self->method,
                       .target = target,
                       .token = self->is_signed_in ? site->bidder_token : NULL,
                       .key = is_write && self->needs_key ? "bad-input" : NULL,
                       .type = body != NULL ? "application/json" : NULL,
                       .body = body };
}
