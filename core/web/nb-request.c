/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An HTTP request as a handler sees it: what was asked, and by whom. */
#include "core/web/nb-request-state.h"

#include "core/web/nb-body-json.h"
#include "core/web/nb-body.h"
#include "core/web/nb-cookie.h"
#include "core/web/nb-csrf.h"
#include <glib/gi18n.h>
#include <string.h>

#define SESSION_COOKIE "nb_session"

G_DEFINE_FINAL_TYPE (NbRequest, nb_request, G_TYPE_OBJECT)

static void
nb_request_dispose (GObject *object)
{
  NbRequest *self = NB_REQUEST (object);

  if (self->message != NULL && !self->is_answered)
    {
      g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "a handler gave no answer");

      nb_request_respond_error (self, error);
    }
  G_OBJECT_CLASS (nb_request_parent_class)->dispose (object);
}

static void
nb_request_finalize (GObject *object)
{
  NbRequest *self = NB_REQUEST (object);

  g_clear_object (&self->message);
  g_clear_object (&self->server);
  g_clear_pointer (&self->target, nb_target_unref);
  g_clear_pointer (&self->values, g_ptr_array_unref);
  g_clear_pointer (&self->query, g_hash_table_unref);
  g_clear_pointer (&self->session, nb_session_unref);
  g_clear_pointer (&self->form, json_object_unref);
  g_clear_pointer (&self->badges, json_object_unref);
  g_free (self->path);
  g_free (self->id);
  g_free (self->address);
  g_free (self->csrf_field);
  g_free (self->key);
  g_free (self->masked_token);
  G_OBJECT_CLASS (nb_request_parent_class)->finalize (object);
}

static void
nb_request_class_init (NbRequestClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = nb_request_dispose;
  G_OBJECT_CLASS (klass)->finalize = nb_request_finalize;
}

static void
nb_request_init (NbRequest *self)
{
}

static gboolean
is_visible (const char *text, gsize maximum)
{
  gsize length;

  for (length = 0; text[length] != '\0'; length++)
    if (length >= maximum || text[length] <= ' ' || text[length] >= 0x7f)
      return FALSE;
  return length > 0;
}

/* An id from a proxy of ours ties its log to this one. */
static char *
choose_id (NbRequest *self, NbPeer *peer)
{
  const char *given = nb_request_get_header (self, "X-Request-Id");

  if (given != NULL && is_visible (given, 64) && nb_proxies_trust (self->server->proxies, nb_peer_get_address (peer)))
    return g_strdup (given);
  return g_strdup_printf ("%08x%08x", g_random_int (), g_random_int ());
}

NbRequest *
nb_request_new (NbServer *server, SoupServerMessage *message, NbPeer *peer, gboolean is_internal)
{
  NbRequest *self = g_object_new (NB_TYPE_REQUEST, NULL);

  self->server = g_object_ref (server);
  self->message = g_object_ref (message);
  self->method = soup_server_message_get_method (message);
  self->path = g_strdup (g_uri_get_path (soup_server_message_get_uri (message)));
  self->began = g_get_monotonic_time ();
  self->is_internal = is_internal;
  self->address = nb_proxies_find_client (server->proxies, nb_peer_get_address (peer),
                                          nb_request_get_header (self, "X-Forwarded-For"));
  self->id = choose_id (self, peer);
  self->language = "ko";
  return self;
}

const char *
nb_request_get_header (NbRequest *self, const char *name)
{
  return soup_message_headers_get_list (soup_server_message_get_request_headers (self->message), name);
}

char *
nb_request_get_cookie (NbRequest *self, const char *name)
{
  g_autofree char *full = nb_cookie_name (name, self->server->is_https);

  return nb_cookie_find (nb_request_get_header (self, "Cookie"), full);
}

void
nb_request_set_cookie (NbRequest *self, const char *name, const char *value, gint64 max_age)
{
  g_autofree char *cookie = nb_cookie_format (name, value, max_age, self->server->is_https);

  nb_request_set_header (self, "Set-Cookie", cookie);
}

void
nb_request_start_session (NbRequest *self, NbSession *session)
{
  const gint64 left = (session->expires_at - nb_server_now (self->server)) / G_USEC_PER_SEC;

  g_return_if_fail (session->token != NULL);
  nb_request_set_cookie (self, SESSION_COOKIE, session->token, MAX (left, 1));
  /* A page that is answered at once is this person's already. */
  if (self->session == NULL && session->account != NULL)
    self->session = nb_session_ref (session);
}

void
nb_request_end_session (NbRequest *self)
{
  nb_request_set_cookie (self, SESSION_COOKIE, "", 0);
}

NbSession *
nb_request_get_session (NbRequest *self)
{
  return self->session;
}

const char *
nb_request_get_address (NbRequest *self)
{
  return self->address;
}

char *
nb_request_get_target (NbRequest *self)
{
  const char *query = g_uri_get_query (soup_server_message_get_uri (self->message));

  return query != NULL ? g_strconcat (self->path, "?", query, NULL) : g_strdup (self->path);
}

gboolean
nb_request_is_safe (NbRequest *self)
{
  return strcmp (self->method, "GET") == 0 || strcmp (self->method, "HEAD") == 0;
}

const char *
nb_request_get_method (NbRequest *self)
{
  return self->method;
}

const char *
nb_request_get_path (NbRequest *self)
{
  return self->path;
}

const char *
nb_request_get_param (NbRequest *self, const char *name)
{
  for (guint i = 0; self->target != NULL && i < self->target->names->len; i++)
    if (strcmp (g_ptr_array_index (self->target->names, i), name) == 0)
      return g_ptr_array_index (self->values, i);
  g_critical ("the route has no parameter '%s'", name);
  return "";
}

gint64
nb_request_get_param_id (NbRequest *self, const char *name)
{
  gint64 id = 0;

  if (!nb_id_parse (nb_request_get_param (self, name), &id))
    g_critical ("the parameter '%s' is not of the kind {name:id}", name);
  return id;
}

const char *
nb_request_get_query (NbRequest *self, const char *name)
{
  return self->query != NULL ? g_hash_table_lookup (self->query, name) : NULL;
}

gint64
nb_request_get_person (NbRequest *self)
{
  return self->session != NULL ? self->session->account->id : 0;
}

const char *
nb_request_get_nickname (NbRequest *self)
{
  return self->session != NULL ? self->session->account->nickname : "";
}

const char *
nb_request_get_region (NbRequest *self)
{
  return self->session != NULL ? self->session->account->region : "";
}

gboolean
nb_request_has_role (NbRequest *self, const char *role)
{
  return self->session != NULL && nb_account_has_role (self->session->account, role);
}

const char *
nb_request_get_language (NbRequest *self)
{
  return self->language;
}

const char *
nb_request_get_csrf_token (NbRequest *self)
{
  if (self->session == NULL)
    return "";
  if (self->masked_token == NULL)
    self->masked_token = nb_csrf_mask (self->session->csrf_token);
  return self->masked_token;
}

const char *
nb_request_get_idempotency_key (NbRequest *self)
{
  return self->key;
}

gboolean
nb_request_is_form (NbRequest *self)
{
  return self->form != NULL;
}

JsonObject *
nb_request_get_badges (NbRequest *self)
{
  return self->badges;
}
