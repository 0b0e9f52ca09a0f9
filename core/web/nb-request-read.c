/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a request brings: its query, its body, its language. */
#include "core/web/nb-request-state.h"

#include "core/web/nb-body-json.h"
#include "core/web/nb-body.h"
#include <glib/gi18n.h>
#include <string.h>

#define QUERY_MAX_VALUES 64
#define QUERY_MAX_BYTES 512

static gboolean
refuse_query (GError **error)
{
  nb_set_error (error, NB_ERROR_MALFORMED_REQUEST,
                N_ ("a query parameter is repeated, longer than 512 bytes or no valid UTF-8"), NULL);
  return FALSE;
}

static gboolean
read_pair (NbRequest *self, const char *text, gsize length, GError **error)
{
  const char *equals = memchr (text, '=', length);
  const gsize name_length = equals != NULL ? (gsize)(equals - text) : length;
  g_autofree char *name = nb_form_decode (text, name_length);
  g_autofree char *value = equals != NULL ? nb_form_decode (equals + 1, length - name_length - 1) : g_strdup ("");

  if (name == NULL || value == NULL || strlen (value) > QUERY_MAX_BYTES || g_hash_table_contains (self->query, name)
      || g_hash_table_size (self->query) >= QUERY_MAX_VALUES)
    return refuse_query (error);
  g_hash_table_insert (self->query, g_steal_pointer (&name), g_steal_pointer (&value));
  return TRUE;
}

gboolean
nb_request_read_query (NbRequest *self, GError **error)
{
  const char *text = g_uri_get_query (soup_server_message_get_uri (self->message));

  if (text == NULL)
    return TRUE;
  self->query = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  while (*text != '\0')
    {
      const gsize length = strcspn (text, "&");

      if (length > 0 && !read_pair (self, text, length, error))
        return FALSE;
      text += length + (text[length] == '&');
    }
  return TRUE;
}

static GBytes *
get_body (NbRequest *self)
{
  return soup_message_body_flatten (soup_server_message_get_request_body (self->message));
}

static gboolean
take_field (JsonObject *form, const char *name, char **value, GError **error)
{
  JsonNode *node = json_object_get_member (form, name);

  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_VALUE (node))
    return nb_form_refuse_twice (error);
  *value = json_node_dup_string (node);
  json_object_remove_member (form, name);
  return TRUE;
}

gboolean
nb_request_read_form (NbRequest *self, GError **error)
{
  g_autoptr (GBytes) body = NULL;
  gsize length;
  const char *text;

  if (nb_body_kind (nb_request_get_header (self, "Content-Type")) != NB_BODY_FORM)
    return TRUE;
  body = get_body (self);
  text = g_bytes_get_data (body, &length);
  self->form = nb_form_read (text != NULL ? text : "", length, error);
  return self->form != NULL && take_field (self->form, "csrf_token", &self->csrf_field, error)
         && take_field (self->form, "idempotency_key", &self->key, error);
}

static JsonObject *
read_json (NbRequest *self, GError **error)
{
  const NbBodyKind kind = nb_body_kind (nb_request_get_header (self, "Content-Type"));
  g_autoptr (GBytes) body = get_body (self);
  gsize length;
  const char *text = g_bytes_get_data (body, &length);

  if (kind == NB_BODY_NONE && length == 0)
    return json_object_new ();
  if (kind == NB_BODY_JSON)
    return nb_json_read (text != NULL ? text : "", length, error);
  nb_set_error (error, NB_ERROR_UNSUPPORTED_MEDIA_TYPE,
                N_ ("the body must be application/json or application/x-www-form-urlencoded"), NULL);
  return NULL;
}

JsonObject *
nb_request_read_body (NbRequest *self, const NbField *fields, gsize n_fields, GError **error)
{
  g_autoptr (JsonObject) body = self->form != NULL ? json_object_ref (self->form) : read_json (self, error);

  return body != NULL ? nb_fields_check (body, self->form != NULL, fields, n_fields, error) : NULL;
}

static const char *
known_language (const char *text)
{
  if (text != NULL && g_ascii_strncasecmp (text, "ko", 2) == 0 && !g_ascii_isalpha (text[2]))
    return "ko";
  if (text != NULL && g_ascii_strncasecmp (text, "en", 2) == 0 && !g_ascii_isalpha (text[2]))
    return "en";
  return NULL;
}

/* The known language with the highest weight; the first of equals. */
static const char *
from_accept_language (const char *header)
{
  const char *best = NULL;
  double best_weight = 0;

  while (header != NULL && *header != '\0')
    {
      const char *language = known_language (header);
      const gsize length = strcspn (header, ",");
      const char *q = memmem (header, length, ";q=", 3);
      const double weight = q != NULL ? g_ascii_strtod (q + 3, NULL) : 1;

      if (language != NULL && weight > best_weight)
        {
          best = language;
          best_weight = weight;
        }
      header += length;
      header += strspn (header, ", \t");
    }
  return best;
}

void
nb_request_choose_language (NbRequest *self)
{
  g_autofree char *cookie = nb_request_get_cookie (self, NB_LANGUAGE_COOKIE);
  const char *language = known_language (cookie);

  if (language == NULL && self->session != NULL)
    language = known_language (self->session->account->language);
  if (language == NULL)
    language = from_accept_language (nb_request_get_header (self, "Accept-Language"));
  self->language = language != NULL ? language : "ko";
}
