/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The way of a request from its path to its handler: route, limits, session, proof of origin. */
#include "core/web/nb-request-state.h"

#include "core/web/nb-csrf.h"
#include "core/web/nb-internal.h"
#include "core/web/nb-socket-upgrade.h"
#include <glib/gi18n.h>
#include <string.h>

#define SESSION_COOKIE "nb_session"
#define SIGN_IN_PATH "/sign-in"

static void
respond (NbRequest *self, GError *error)
{
  nb_request_respond_error (self, error);
  g_error_free (error);
}

static void
respond_limited (NbRequest *self, guint milliseconds)
{
  GError *error = nb_error_new (NB_ERROR_RATE_LIMITED, N_ ("too many requests; try again in a moment"), NULL);

  nb_error_set_retry_after (error, milliseconds);
  respond (self, error);
}

static gboolean
has_flag (NbRequest *self, NbRouteFlags flag)
{
  return (self->target->route.flags & flag) != 0;
}

/* Returns: whether it may go on; else it was answered */
static gboolean
pass_limit (NbRequest *self, NbRateLimiter *limiter, const char *key)
{
  const guint wait = nb_rate_limiter_take (limiter, key, self->began);

  if (wait > 0)
    respond_limited (self, wait);
  return wait == 0;
}

static gboolean
pass_limits (NbRequest *self)
{
  g_autofree char *key = NULL;

  if (nb_request_is_safe (self))
    return TRUE;
  if (self->session != NULL && !has_flag (self, NB_ROUTE_SIGN_IN | NB_ROUTE_SIGN_UP))
    key = g_strdup_printf ("p%" G_GINT64_FORMAT, nb_request_get_person (self));
  else
    key = nb_address_key (self->address);
  if (has_flag (self, NB_ROUTE_SIGN_IN))
    return pass_limit (self, self->server->sign_ins, key);
  if (has_flag (self, NB_ROUTE_SIGN_UP))
    return pass_limit (self, self->server->sign_ups, key);
  return pass_limit (self, self->server->writes, key);
}

static gboolean
check_origin (NbRequest *self, GError **error)
{
  const NbOrigin origin = { .fetch_site = nb_request_get_header (self, "Sec-Fetch-Site"),
                            .origin = nb_request_get_header (self, "Origin"),
                            .host = nb_request_get_header (self, "Host") };

  if (nb_origin_is_own (&origin, self->server->base_url))
    return TRUE;
  nb_set_error (error, NB_ERROR_ORIGIN_NOT_ALLOWED, N_ ("this request came from another site"), NULL);
  return FALSE;
}

static gboolean
check_token (NbRequest *self, GError **error)
{
  const char *header = nb_request_get_header (self, "X-CSRF-Token");
  const char *presented = header != NULL ? header : self->csrf_field;

  if (presented != NULL && nb_csrf_matches (self->session->csrf_token, presented))
    return TRUE;
  nb_set_error (error, NB_ERROR_CSRF_FAILED, N_ ("the form is out of date; load the page again and repeat"), NULL);
  return FALSE;
}

/* A bearer token is sent by nobody but its owner's program; a cookie is sent by the browser whoever asked for it. */
static gboolean
check_intent (NbRequest *self, GError **error)
{
  if (nb_request_is_safe (self) || (self->session != NULL && !self->is_by_cookie))
    return TRUE;
  return check_origin (self, error) && (self->session == NULL || check_token (self, error));
}

static gboolean
check_right (NbRequest *self, GError **error)
{
  if (has_flag (self, NB_ROUTE_SIGNED_IN | NB_ROUTE_ADMIN) && self->session == NULL)
    {
      nb_set_error (error, NB_ERROR_NOT_SIGNED_IN, N_ ("you need to sign in first"), NULL);
      return FALSE;
    }
  if (has_flag (self, NB_ROUTE_ADMIN) && !nb_request_has_role (self, "admin"))
    {
      nb_set_error (error, NB_ERROR_ADMIN_ONLY, N_ ("only an administrator may do this"), NULL);
      return FALSE;
    }
  return TRUE;
}

static gboolean
is_valid_key (const char *key)
{
  gsize length;

  for (length = 0; key[length] != '\0'; length++)
    if (length >= 128 || key[length] <= ' ' || key[length] >= 0x7f)
      return FALSE;
  return length > 0;
}

static gboolean
refuse_key (GError **error, const char *msgid)
{
  GError *fault = nb_error_new (NB_ERROR_VALIDATION_FAILED, msgid, NULL);

  nb_error_set_field (fault, "Idempotency-Key");
  g_propagate_error (error, fault);
  return FALSE;
}

static gboolean
take_key (NbRequest *self, GError **error)
{
  const char *header = nb_request_get_header (self, "Idempotency-Key");

  if (nb_request_is_safe (self))
    return TRUE;
  if (header != NULL)
    {
      g_free (self->key);
      self->key = g_strdup (header);
    }
  if (self->key != NULL && !is_valid_key (self->key))
    return refuse_key (error, N_ ("Idempotency-Key must be 1 to 128 visible ASCII characters"));
  if (self->key == NULL && has_flag (self, NB_ROUTE_NEEDS_KEY))
    return refuse_key (error, N_ ("this call needs an Idempotency-Key"));
  return TRUE;
}

static const char *
own_referer_path (NbRequest *self)
{
  const char *referer = nb_request_get_header (self, "Referer");
  const char *path = NULL;

  if (referer != NULL && g_str_has_prefix (referer, self->server->base_url))
    path = referer + strlen (self->server->base_url);
  return path != NULL && path[0] == '/' ? path : "/";
}

static void
send_to_sign_in (NbRequest *self)
{
  g_autofree char *target
      = nb_request_is_safe (self) ? nb_request_get_target (self) : g_strdup (own_referer_path (self));
  g_autofree char *next = g_uri_escape_string (target, NULL, FALSE);
  g_autofree char *location = g_strconcat (SIGN_IN_PATH "?next=", next, NULL);

  nb_request_redirect (self, location);
}

static void
enter_handler (NbRequest *self)
{
  GError *error = NULL;

  if (self->session != NULL)
    nb_request_choose_language (self);
  if (!pass_limits (self))
    return;
  if (!nb_request_read_form (self, &error) || !check_intent (self, &error))
    {
      respond (self, error);
      return;
    }
  if (!check_right (self, &error))
    {
      if (self->is_page && g_error_matches (error, NB_ERROR, NB_ERROR_NOT_SIGNED_IN))
        {
          g_error_free (error);
          send_to_sign_in (self);
        }
      else
        respond (self, error);
      return;
    }
  if (!take_key (self, &error))
    {
      respond (self, error);
      return;
    }
  if (self->target->route.socket != NULL)
    nb_socket_upgrade (self);
  else
    self->target->route.handler (self, self->target->route.user_data);
}

/* A program that shows a token which is none must learn of it; a browser's old cookie only means signed out. */
static void
enter_without_session (NbRequest *self)
{
  if (self->is_by_cookie)
    {
      self->is_by_cookie = FALSE;
      nb_request_end_session (self);
      enter_handler (self);
      return;
    }
  respond (self, nb_error_new (NB_ERROR_NOT_SIGNED_IN, N_ ("the token is unknown or its session has ended"), NULL));
}

static void
find_session_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NbRequest) self = NB_REQUEST (user_data);
  g_autoptr (GError) error = NULL;

  self->session = nb_accounts_find_session_finish (NB_ACCOUNTS (source), result, &error);
  if (self->session != NULL)
    enter_handler (self);
  else if (g_error_matches (error, NB_ERROR, NB_ERROR_NOT_SIGNED_IN))
    {
      g_autofree char *key = nb_address_key (self->address);

      nb_rate_limiter_take (self->server->strangers, key, self->began);
      enter_without_session (self);
    }
  else
    nb_request_respond_error (self, error);
}

static char *
get_token (NbRequest *self)
{
  const char *header = nb_request_get_header (self, "Authorization");
  char *cookie;

  if (header != NULL && g_ascii_strncasecmp (header, "Bearer ", 7) == 0)
    return g_strdup (header + 7);
  cookie = nb_request_get_cookie (self, SESSION_COOKIE);
  self->is_by_cookie = cookie != NULL && cookie[0] != '\0';
  if (!self->is_by_cookie)
    g_clear_pointer (&cookie, g_free);
  return cookie;
}

static void
look_up_session (NbRequest *self, NbAccounts *accounts, const char *token)
{
  g_autofree char *key = nb_address_key (self->address);
  const guint wait = nb_rate_limiter_look (self->server->strangers, key, self->began);

  if (wait > 0)
    respond_limited (self, wait);
  else
    nb_accounts_find_session_async (accounts, token, find_session_cb, g_object_ref (self));
}

static void
find_session (NbRequest *self)
{
  NbAccounts *accounts = self->server->site->accounts;
  g_autofree char *token = has_flag (self, NB_ROUTE_NO_SESSION) || accounts == NULL ? NULL : get_token (self);

  if (token == NULL)
    {
      enter_handler (self);
      return;
    }
  self->session = nb_accounts_peek_session (accounts, token);
  if (self->session != NULL)
    enter_handler (self);
  else
    look_up_session (self, accounts, token);
}

static gboolean
wants_page (NbRequest *self)
{
  const char *accept = nb_request_get_header (self, "Accept");

  return accept != NULL && strstr (accept, "text/html") != NULL && !g_str_has_prefix (self->path, "/api/");
}

static gboolean
is_for_page (NbRequest *self, const NbMatch *match)
{
  return match->kind == NB_MATCH_FOUND ? (match->target->route.flags & NB_ROUTE_PAGE) != 0 : wants_page (self);
}

static void
enter_route (NbRequest *self, NbMatch *match)
{
  self->target = g_steal_pointer (&match->target);
  self->values = g_steal_pointer (&match->values);
  self->is_page = has_flag (self, NB_ROUTE_PAGE);
  if (nb_server_is_quiescing (self->server, self->target->route.owner))
    {
      respond (self, nb_error_new (NB_ERROR_FEATURE_DISABLED, N_ ("this feature is switched off"), NULL));
      return;
    }
  self->is_counted = TRUE;
  nb_server_request_began (self->server, self->target->route.owner);
  if (self->target->route.socket == NULL || nb_socket_upgrade_check (self))
    find_session (self);
}

static gboolean
is_socket (const NbMatch *match)
{
  return match->kind == NB_MATCH_FOUND && match->target->route.socket != NULL;
}

/* Other processes of the site have the role that this address needs: whoever asks here was sent to the wrong one. */
static void
refuse_role (NbRequest *self, const char *role)
{
  self->is_page = FALSE;
  respond (self,
           nb_error_new (NB_ERROR_NOT_FOUND, N_ ("this process does not serve this address: it lacks the role {role}"),
                         "role", role, NULL));
}

static void
refuse_match (NbRequest *self, NbMatch *match)
{
  self->is_page = wants_page (self);
  if (match->kind == NB_MATCH_OTHER_METHOD)
    {
      nb_request_set_header (self, "Allow", match->allow);
      respond (self, nb_error_new (NB_ERROR_METHOD_NOT_ALLOWED, N_ ("this address does not take {method}"), "method",
                                   self->method, NULL));
    }
  else if (match->kind == NB_MATCH_MALFORMED)
    respond (self, nb_error_new (NB_ERROR_MALFORMED_REQUEST, N_ ("the address is malformed"), NULL));
  else
    respond (self, nb_error_new (NB_ERROR_NOT_FOUND, N_ ("there is nothing at this address"), NULL));
}

static void
dispatch_route (NbRequest *self)
{
  g_auto (NbMatch) match = nb_router_match (nb_server_get_router (self->server), self->method, self->path);
  GError *error = NULL;

  if (self->server->no_web && !is_socket (&match))
    refuse_role (self, "web");
  else if (self->server->no_live && is_socket (&match))
    refuse_role (self, "live");
  else if (!nb_request_read_query (self, &error))
    {
      self->is_page = is_for_page (self, &match);
      respond (self, error);
    }
  else if (match.kind == NB_MATCH_FOUND)
    enter_route (self, &match);
  else
    refuse_match (self, &match);
}

void
nb_request_dispatch (NbRequest *self)
{
  nb_request_choose_language (self);
  if (self->is_internal)
    nb_internal_respond (self);
  else if (g_str_has_prefix (self->path, NB_STATIC_PREFIX) && !self->server->no_web)
    nb_static_respond (nb_server_get_files (self->server), self);
  else
    dispatch_route (self);
}
