/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The answer to a request: status, headers that every answer has, body, log line, count. */
#include "core/web/nb-request-state.h"

#include "core/plugin/nb-plugin-errors.h"
#include "core/web/nb-body-json.h"
#include "core/web/nb-problem.h"
#include "core/web/nb-server-wire.h"
#include <glib/gi18n.h>
#include <string.h>

#define CONTENT_SECURITY_POLICY                                                                                        \
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src "       \
  "'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"

char *
nb_time_to_json (gint64 at)
{
  const time_t seconds = at / G_USEC_PER_SEC;
  struct tm parts;

  gmtime_r (&seconds, &parts);
  return g_strdup_printf ("%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday,
                          parts.tm_hour, parts.tm_min, parts.tm_sec, (int)(at % G_USEC_PER_SEC / 1000));
}

void
nb_request_set_header (NbRequest *self, const char *name, const char *value)
{
  g_return_if_fail (!self->is_answered && !self->is_answering);
  g_return_if_fail (strpbrk (name, "\r\n:") == NULL && strpbrk (value, "\r\n") == NULL);

  soup_message_headers_append (soup_server_message_get_response_headers (self->message), name, value);
}

static void
add_security_headers (NbRequest *self, SoupMessageHeaders *headers)
{
  soup_message_headers_append (headers, "X-Content-Type-Options", "nosniff");
  soup_message_headers_append (headers, "Content-Security-Policy", CONTENT_SECURITY_POLICY);
  soup_message_headers_append (headers, "Referrer-Policy", "same-origin");
  soup_message_headers_append (headers, "Cross-Origin-Opener-Policy", "same-origin");
  soup_message_headers_append (headers, "Cross-Origin-Resource-Policy", "same-origin");
  if (self->server->is_https)
    soup_message_headers_append (headers, "Strict-Transport-Security", "max-age=31536000");
}

static void
add_headers (NbRequest *self, const char *content_type)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (self->message);

  if (content_type != NULL)
    soup_message_headers_replace (headers, "Content-Type", content_type);
  add_security_headers (self, headers);
  /* What a person sees may differ from what the next one may see, or a moment later. */
  if (soup_message_headers_get_one (headers, "Cache-Control") == NULL)
    soup_message_headers_append (headers, "Cache-Control",
                                 self->is_page && self->session == NULL ? "private, no-cache" : "no-store");
  if (self->is_page)
    soup_message_headers_append (headers, "Vary", "Accept-Language, Cookie");
  soup_message_headers_append (headers, "X-Request-Id", self->id);
}

static void
log_request (NbRequest *self, guint status, gint64 duration, gsize length)
{
  if (!self->server->log_requests || self->is_internal)
    return;
  g_log_structured ("neighborbid", G_LOG_LEVEL_INFO, "REQUEST_ID", self->id, "MESSAGE",
                    "%s %s %s %u %" G_GSIZE_FORMAT " B %.3f ms person=%" G_GINT64_FORMAT " id=%s", self->address,
                    self->method, self->path, status, length, duration / 1000.0, nb_request_get_person (self),
                    self->id);
}

static void
count_answer (NbRequest *self, guint status, gsize length)
{
  const gint64 duration = g_get_monotonic_time () - self->began;

  log_request (self, status, duration, length);
  if (self->target != NULL)
    nb_target_count (self->target, status, duration / (double)G_USEC_PER_SEC);
  else if (!self->is_internal)
    nb_server_count_unrouted (self->server, status);
  if (self->is_counted)
    nb_server_request_ended (self->server, self->target->route.owner);
  self->is_counted = FALSE;
}

/* Only what was asked for by GET: answers to writes may carry a fresh secret beside what the client sent, and their
 * length would tell of it. The one secret in pages, the CSRF token, is masked anew in each. Returns: (transfer full)
 * (nullable) */
static GBytes *
compress (NbRequest *self, const char *content_type, GBytes *bytes)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (self->message);
  GBytes *compressed;

  if (bytes == NULL || content_type == NULL || g_bytes_get_size (bytes) < NB_COMPRESS_MIN_BYTES
      || !nb_request_is_safe (self) || !nb_compress_is_text (content_type)
      || soup_message_headers_get_one (headers, "ETag") != NULL)
    return NULL;
  soup_message_headers_append (headers, "Vary", "Accept-Encoding");
  if (!nb_compress_is_accepted (nb_request_get_header (self, "Accept-Encoding")))
    return NULL;
  compressed = nb_compressor_gzip (self->server->compressor, bytes);
  if (compressed != NULL)
    soup_message_headers_append (headers, "Content-Encoding", "gzip");
  return compressed;
}

void
nb_request_answer (NbRequest *self, guint status, const char *content_type, GBytes *bytes)
{
  g_autoptr (GBytes) compressed = NULL;
  NbPeer *peer = nb_peers_find (self->message, NULL);

  if (self->is_answered || self->is_answering)
    {
      g_critical ("%s %s was answered twice", self->method, self->path);
      return;
    }
  add_headers (self, content_type);
  compressed = compress (self, content_type, bytes);
  if (compressed != NULL)
    bytes = compressed;
  self->is_answered = TRUE;
  soup_server_message_set_status (self->message, status, NULL);
  if (bytes != NULL)
    soup_message_body_append_bytes (soup_server_message_get_response_body (self->message), bytes);
  count_answer (self, status, bytes != NULL ? g_bytes_get_size (bytes) : 0);
  if (peer == NULL)
    return;
  if (self->server->is_draining || self->server->stopping != NULL)
    soup_message_headers_replace (soup_server_message_get_response_headers (self->message), "Connection", "close");
  nb_peer_answer_given (peer);
  if (self->is_paused)
    soup_server_message_unpause (self->message);
}

void
nb_request_switch (NbRequest *self)
{
  NbPeer *peer = nb_peers_find (self->message, NULL);

  soup_message_headers_append (soup_server_message_get_response_headers (self->message), "X-Request-Id", self->id);
  self->is_answered = TRUE;
  count_answer (self, soup_server_message_get_status (self->message), 0);
  if (peer == NULL)
    return;
  nb_peer_answer_given (peer);
  if (self->is_paused)
    soup_server_message_unpause (self->message);
}

static void
answer_json (NbRequest *self, guint status, const char *content_type, JsonObject *object)
{
  g_autofree char *now = nb_time_to_json (nb_server_now (self->server));
  GString *text = g_string_sized_new (512);
  g_autoptr (GBytes) bytes = NULL;

  json_object_set_string_member (object, "server_time", now);
  nb_json_write_object (text, object);
  bytes = g_string_free_to_bytes (text);
  nb_request_answer (self, status, content_type, bytes);
}

void
nb_request_respond_json (NbRequest *self, guint status, JsonObject *object)
{
  answer_json (self, status, "application/json; charset=utf-8", object);
  json_object_unref (object);
}

static const char *
translate (const char *msgid, gpointer user_data)
{
  return nb_request_gettext (user_data, msgid);
}

/* What every refusal has, told as a problem or as a page. */
static void
prepare_error (NbRequest *self, const GError *error)
{
  const guint retry = nb_problem_retry_seconds (error);

  if (nb_error_get_code (error) == NB_ERROR_INTERNAL)
    {
      g_warning ("%s %s failed (request %s): %s", self->method, self->path, self->id, error->message);
      if (self->target != NULL)
        nb_plugin_errors_count (self->target->route.owner);
    }
  if (retry > 0)
    {
      g_autofree char *seconds = g_strdup_printf ("%u", retry);

      nb_request_set_header (self, "Retry-After", seconds);
    }
}

void
nb_request_respond_problem (NbRequest *self, const GError *error, guint status)
{
  JsonObject *problem = nb_problem_new (error, status, translate, self);
  const guint code = json_object_get_int_member (problem, "status");

  if (code == 401)
    nb_request_set_header (self, "WWW-Authenticate", "Bearer");
  answer_json (self, code, NB_PROBLEM_TYPE, problem);
  json_object_unref (problem);
}

GBytes *
nb_request_refusal (NbServer *server, SoupServerMessage *message, NbPeer *peer, const GError *error)
{
  g_autoptr (NbRequest) self = nb_request_new (server, message, peer, FALSE);
  GBytes *answer;

  nb_request_choose_language (self);
  answer = nb_wire_problem (error, 0, translate, self);
  self->is_answered = TRUE;
  count_answer (self, nb_error_code_status (nb_error_get_code (error)), 0);
  return answer;
}

void
nb_request_respond_error (NbRequest *self, const GError *error)
{
  prepare_error (self, error);
  if (!self->is_page || !nb_request_respond_error_page (self, error))
    nb_request_respond_problem (self, error, 0);
}

void
nb_request_respond_bytes (NbRequest *self, guint status, const char *content_type, GBytes *bytes)
{
  nb_request_answer (self, status, content_type, bytes);
}

void
nb_request_respond_empty (NbRequest *self, guint status)
{
  nb_request_answer (self, status, NULL, NULL);
}

void
nb_request_redirect (NbRequest *self, const char *location)
{
  g_return_if_fail (location[0] == '/' && location[1] != '/' && location[1] != '\\');

  nb_request_set_header (self, "Location", location);
  nb_request_answer (self, 303, NULL, NULL);
}
