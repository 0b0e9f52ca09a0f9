/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Puts a mail together with GMime: two alternatives, encoded headers, and what providers ask of automatic mail. */
#include "nb-mail-letter.h"

#include <gmime/gmime.h>
#include <string.h>

#define KOREA_AHEAD_SECONDS (9 * 60 * 60)

static void
set_up_gmime (void)
{
  static gsize once = 0;

  if (g_once_init_enter (&once))
    {
      g_mime_init ();
      g_once_init_leave (&once, 1);
    }
}

static gboolean
stays_on_line (gunichar character)
{
  const GUnicodeType type = g_unichar_type (character);

  return type != G_UNICODE_CONTROL && type != G_UNICODE_LINE_SEPARATOR && type != G_UNICODE_PARAGRAPH_SEPARATOR;
}

/* Returns: (transfer full): @text on one line, whatever it holds */
static char *
dup_one_line (const char *text)
{
  GString *out = g_string_new (NULL);

  for (const char *c = text; *c != '\0'; c = g_utf8_next_char (c))
    {
      const gunichar character = g_utf8_get_char (c);

      g_string_append_unichar (out, stays_on_line (character) ? character : ' ');
    }
  return g_string_free (out, FALSE);
}

/* Returns: (transfer full): @text with CR LF at the ends of its lines, which encodings hide from whoever sends it */
static char *
dup_with_line_ends (const char *text)
{
  GString *out = g_string_sized_new (strlen (text) + 64);

  for (const char *c = text; *c != '\0'; c++)
    {
      if (*c == '\n')
        g_string_append_c (out, '\r');
      if (*c != '\r')
        g_string_append_c (out, *c);
    }
  return g_string_free (out, FALSE);
}

static void
add_part (GMimeMultipart *body, const char *subtype, const char *text)
{
  GMimeTextPart *part = g_mime_text_part_new_with_subtype (subtype);
  g_autofree char *canonical = dup_with_line_ends (text);

  g_mime_text_part_set_text (part, canonical);
  g_mime_text_part_set_charset (part, "utf-8");
  g_mime_part_set_content_encoding (
      GMIME_PART (part), g_mime_part_get_best_content_encoding (GMIME_PART (part), GMIME_ENCODING_CONSTRAINT_7BIT));
  g_mime_multipart_add (body, GMIME_OBJECT (part));
  g_object_unref (part);
}

static void
add_body (GMimeMessage *message, const NbMailLetter *self)
{
  GMimeMultipart *body = g_mime_multipart_new_with_subtype ("alternative");

  add_part (body, "plain", self->text);
  add_part (body, "html", self->html);
  g_mime_message_set_mime_part (message, GMIME_OBJECT (body));
  g_object_unref (body);
}

/* A line of its own, which is never folded: an address with a break in it is none. */
static void
add_raw_header (GMimeMessage *message, const char *name, const char *value)
{
  GMimeHeaderList *headers = g_mime_object_get_header_list (GMIME_OBJECT (message));
  g_autofree char *raw = g_strconcat (" ", value, "\n", NULL);

  g_mime_header_list_append (headers, name, "", NULL);
  g_mime_header_set_raw_value (g_mime_header_list_get_header (headers, name), raw);
}

static void
add_headers (GMimeMessage *message, const NbMailLetter *self)
{
  g_autofree char *id = g_strdup_printf ("%" G_GINT64_FORMAT, self->notice->id);
  g_autofree char *message_id = g_strdup_printf ("%s@%s", id, self->host);
  g_autofree char *unsubscribe = g_strconcat ("<", self->unsubscribe_url, ">", NULL);

  g_mime_message_set_message_id (message, message_id);
  add_raw_header (message, "X-NeighborBid-Id", id);
  add_raw_header (message, "Content-Language", self->notice->language);
  add_raw_header (message, "Auto-Submitted", "auto-generated");
  add_raw_header (message, "List-Unsubscribe", unsubscribe);
  add_raw_header (message, "List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
}

static void
add_people (GMimeMessage *message, const NbMailLetter *self)
{
  g_autofree char *nickname = dup_one_line (self->notice->nickname);

  g_mime_message_add_mailbox (message, GMIME_ADDRESS_TYPE_FROM, *self->sender_name != '\0' ? self->sender_name : NULL,
                              self->sender_address);
  g_mime_message_add_mailbox (message, GMIME_ADDRESS_TYPE_TO, *nickname != '\0' ? nickname : NULL, self->notice->email);
}

static void
add_date (GMimeMessage *message)
{
  g_autoptr (GTimeZone) korea = g_time_zone_new_offset (KOREA_AHEAD_SECONDS);
  g_autoptr (GDateTime) now = g_date_time_new_now (korea);

  g_mime_message_set_date (message, now);
}

static GBytes *
write_message (GMimeMessage *message)
{
  GMimeFormatOptions *options = g_mime_format_options_new ();
  GByteArray *bytes = g_byte_array_new ();
  GMimeStream *stream = g_mime_stream_mem_new_with_byte_array (bytes);

  g_mime_format_options_set_newline_format (options, GMIME_NEWLINE_FORMAT_DOS);
  g_mime_stream_mem_set_owner (GMIME_STREAM_MEM (stream), FALSE);
  g_mime_object_write_to_stream (GMIME_OBJECT (message), options, stream);
  g_object_unref (stream);
  g_mime_format_options_free (options);
  return g_byte_array_free_to_bytes (bytes);
}

GBytes *
nb_mail_letter_write (const NbMailLetter *self)
{
  g_autofree char *subject = dup_one_line (self->notice->subject);
  GMimeMessage *message;
  GBytes *bytes;

  set_up_gmime ();
  message = g_mime_message_new (TRUE);
  add_people (message, self);
  add_date (message);
  g_mime_message_set_subject (message, subject, "UTF-8");
  add_headers (message, self);
  add_body (message, self);
  bytes = write_message (message);
  g_object_unref (message);
  return bytes;
}
