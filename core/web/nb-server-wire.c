/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Answers given before libsoup has a request to answer: whole, as bytes for the wire. */
#include "core/web/nb-server-wire.h"

#include "core/web/nb-body-json.h"
#include "core/web/nb-problem.h"
#include <glib/gi18n.h>
#include <libsoup/soup.h>
#include <neighborbid/nb-request.h>

GBytes *
nb_wire_problem (const GError *error, guint status, NbTranslateFunc translate, gpointer user_data)
{
  g_autoptr (JsonObject) problem = nb_problem_new (error, status, translate, user_data);
  const guint code = json_object_get_int_member (problem, "status");
  const guint retry = nb_problem_retry_seconds (error);
  g_autofree char *now = nb_time_to_json (g_get_real_time ());
  g_autoptr (GString) body = g_string_new (NULL);
  GString *answer = g_string_new (NULL);

  json_object_set_string_member (problem, "server_time", now);
  nb_json_write_object (body, problem);
  g_string_append_printf (answer,
                          "HTTP/1.1 %u %s\r\n"
                          "Content-Type: " NB_PROBLEM_TYPE "\r\n"
                          "Content-Length: %" G_GSIZE_FORMAT "\r\n"
                          "Cache-Control: no-store\r\n"
                          "X-Content-Type-Options: nosniff\r\n"
                          "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n"
                          "Connection: close\r\n",
                          code, soup_status_get_phrase (code), body->len);
  if (retry > 0)
    g_string_append_printf (answer, "Retry-After: %u\r\n", retry);
  g_string_append (answer, "\r\n");
  g_string_append_len (answer, body->str, body->len);
  return g_string_free_to_bytes (answer);
}

GBytes *
nb_wire_refuse_head (NbHeadState state, const char *why)
{
  const NbErrorCode code = state == NB_HEAD_TOO_LARGE ? NB_ERROR_TOO_LARGE : NB_ERROR_MALFORMED_REQUEST;
  g_autoptr (GError) error = nb_error_new (code, why, NULL);

  return nb_wire_problem (error, state == NB_HEAD_LENGTH_REQUIRED ? 411 : 0, NULL, NULL);
}

GBytes *
nb_wire_busy (void)
{
  g_autoptr (GError) error = nb_error_new (NB_ERROR_BUSY, N_ ("there are too many connections"), NULL);

  return nb_wire_problem (error, 0, NULL, NULL);
}
