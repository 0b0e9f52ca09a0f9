/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads a message from its row, and gives it as texts and as JSON. */
#include "nb-message.h"

#include "nb-wording.h"

#include <glib/gi18n.h>

NbMessage *
nb_message_new_from_row (const NbRows *rows, gsize row)
{
  NbMessage *self;
  NbKind kind;

  if (!nb_kind_find (nb_rows_get_text (rows, row, 3), &kind))
    return NULL;
  self = g_new0 (NbMessage, 1);
  self->id = nb_rows_get_int (rows, row, 0);
  self->event = nb_rows_get_int (rows, row, 1);
  self->person = nb_rows_get_int (rows, row, 2);
  self->kind = kind;
  self->auction = nb_rows_get_int (rows, row, 4);
  self->title = g_strdup (nb_rows_get_text (rows, row, 5));
  self->price = nb_rows_get_int (rows, row, 6);
  self->detail = g_strdup (nb_rows_get_text (rows, row, 7));
  self->at = nb_rows_get_int (rows, row, 8);
  self->read_at = nb_rows_get_int (rows, row, 9);
  return self;
}

void
nb_message_free (NbMessage *self)
{
  g_free (self->title);
  g_free (self->detail);
  g_free (self);
}

static gboolean
breaks_lines (gunichar character)
{
  GUnicodeType type = g_unichar_type (character);

  return type == G_UNICODE_CONTROL || type == G_UNICODE_LINE_SEPARATOR || type == G_UNICODE_PARAGRAPH_SEPARATOR;
}

/* Titles and reasons were written by people; whatever would end a line becomes a space. */
static char *
dup_one_line (const char *text)
{
  GString *out = g_string_new (NULL);

  if (text == NULL)
    return g_string_free (out, FALSE);
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar character = g_utf8_get_char (p);

      g_string_append_unichar (out, breaks_lines (character) ? ' ' : character);
    }
  return g_strstrip (g_string_free (out, FALSE));
}

static const char *
say (const char *msgid, NbTranslate translate, gpointer user_data)
{
  return translate != NULL ? translate (msgid, user_data) : msgid;
}

static char *
fill (const NbMessage *self, const char *msgid, NbTranslate translate, gpointer user_data)
{
  g_autofree char *title = dup_one_line (self->title);
  g_autofree char *detail = dup_one_line (self->detail);
  g_autofree char *price = nb_money_format (ABS (self->price));

  return nb_wording_fill (say (msgid, translate, user_data),
                          *title != '\0' ? title : say (N_ ("an auction"), translate, user_data), price, detail);
}

char *
nb_message_dup_subject (const NbMessage *self, NbTranslate translate, gpointer user_data)
{
  const char *what = say (nb_kind_title (self->kind), translate, user_data);
  g_autofree char *title = dup_one_line (self->title);

  if (nb_wording_is_of_wallet (self->kind))
    {
      g_autofree char *price = nb_money_format (self->price);

      return g_strdup_printf ("%s: %s", what, price);
    }
  return *title != '\0' ? g_strdup_printf ("%s: %s", what, title) : g_strdup (what);
}

char *
nb_message_dup_text (const NbMessage *self, NbTranslate translate, gpointer user_data)
{
  const char *reason = nb_wording_reason (self);
  g_autofree char *text = fill (self, nb_wording_text (self), translate, user_data);
  g_autofree char *why = NULL;

  if (reason == NULL)
    return g_steal_pointer (&text);
  why = fill (self, reason, translate, user_data);
  return g_strconcat (text, " ", why, NULL);
}

char *
nb_message_dup_path (const NbMessage *self)
{
  if (nb_wording_is_of_wallet (self->kind) || self->auction == 0)
    return g_strdup ("/wallet");
  return g_strdup_printf ("/auctions/%" G_GINT64_FORMAT, self->auction);
}

static void
set_id (JsonObject *object, const char *name, gint64 id)
{
  g_autofree char *text = NULL;

  if (id == 0)
    {
      json_object_set_null_member (object, name);
      return;
    }
  text = g_strdup_printf ("%" G_GINT64_FORMAT, id);
  json_object_set_string_member (object, name, text);
}

static void
set_time (JsonObject *object, const char *name, gint64 at)
{
  g_autofree char *text = NULL;

  if (at == 0)
    {
      json_object_set_null_member (object, name);
      return;
    }
  text = nb_time_to_json (at);
  json_object_set_string_member (object, name, text);
}

JsonObject *
nb_message_to_json (const NbMessage *self, NbTranslate translate, gpointer user_data)
{
  JsonObject *object = json_object_new ();
  g_autofree char *path = nb_message_dup_path (self);

  set_id (object, "id", self->id);
  json_object_set_string_member (object, "kind", nb_kind_name (self->kind));
  json_object_set_string_member (object, "group", nb_group_name (nb_kind_group (self->kind)));
  set_id (object, "auction_id", self->auction);
  json_object_set_string_member (object, "title", self->title != NULL ? self->title : "");
  if (self->price != 0)
    json_object_set_int_member (object, "price", self->price);
  else
    json_object_set_null_member (object, "price");
  json_object_set_string_member (object, "detail", self->detail != NULL ? self->detail : "");
  json_object_set_string_member (object, "path", path);
  set_time (object, "created_at", self->at);
  set_time (object, "read_at", self->read_at);
  if (translate != NULL)
    {
      g_autofree char *subject = nb_message_dup_subject (self, translate, user_data);
      g_autofree char *text = nb_message_dup_text (self, translate, user_data);

      json_object_set_string_member (object, "subject", subject);
      json_object_set_string_member (object, "text", text);
    }
  return object;
}
