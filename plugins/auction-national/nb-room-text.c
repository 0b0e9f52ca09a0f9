/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Builds messages as strings: thousands a second are answers to bids. */
#include "nb-room-text.h"

#include <string.h>

/* `2026-11-21T04:38:21` */
#define SECOND_LENGTH 19

/* Appends @now as RFC 3339 with milliseconds. The second's text is kept, for most messages fall into the same one. */
static void
append_time (GString *text, gint64 now)
{
  static gint64 second = -1;
  static char printed[SECOND_LENGTH + 1];
  const guint millisecond = (guint)(now / 1000 % 1000);
  const char digits[] = { '.', (char)('0' + millisecond / 100), (char)('0' + millisecond / 10 % 10),
                          (char)('0' + millisecond % 10), 'Z' };

  if (now / G_USEC_PER_SEC != second)
    {
      g_autofree char *full = nb_time_to_json (now);

      g_strlcpy (printed, full, sizeof printed);
      second = now / G_USEC_PER_SEC;
    }
  g_string_append_len (text, printed, SECOND_LENGTH);
  g_string_append_len (text, digits, sizeof digits);
}

GString *
nb_room_text_begin (const char *type, gint64 now)
{
  GString *text = g_string_sized_new (512);

  g_string_append (text, "{\"type\":\"");
  g_string_append (text, type);
  g_string_append (text, "\",\"server_time\":\"");
  append_time (text, now);
  g_string_append_c (text, '"');
  return text;
}

GBytes *
nb_room_text_end (GString *text)
{
  GBytes *frame;

  g_string_append_c (text, '}');
  frame = nb_socket_frame_new (text->str, text->len);
  g_string_free (text, TRUE);
  return frame;
}

GBytes *
nb_room_text_frame (const char *type, gint64 now, const char *members)
{
  GString *text = nb_room_text_begin (type, now);
  const gsize length = strlen (members);

  /* Without the braces of the object. */
  if (length > 2)
    {
      g_string_append_c (text, ',');
      g_string_append_len (text, members + 1, length - 2);
    }
  return nb_room_text_end (text);
}

void
nb_room_text_add_name (GString *text, const char *name)
{
  g_string_append (text, ",\"");
  g_string_append (text, name);
  g_string_append (text, "\":");
}

void
nb_room_text_add_text (GString *text, const char *name, const char *value)
{
  nb_room_text_add_name (text, name);
  nb_json_write_text (text, value);
}

void
nb_room_text_add_int (GString *text, const char *name, gint64 value)
{
  nb_room_text_add_name (text, name);
  g_string_append_printf (text, "%" G_GINT64_FORMAT, value);
}

void
nb_room_text_add_error (GString *text, const GError *error, const char *detail)
{
  g_string_append (text, "\"code\":");
  nb_json_write_text (text, nb_error_code_name (nb_error_get_code (error)));
  nb_room_text_add_text (text, "detail", detail);
  if (error->domain != NB_ERROR)
    return;
  if (nb_error_get_field (error) != NULL)
    nb_room_text_add_text (text, "field", nb_error_get_field (error));
  if (nb_error_get_min_next (error) > 0)
    nb_room_text_add_int (text, "min_next", nb_error_get_min_next (error));
  if (nb_error_get_current_price (error) > 0)
    nb_room_text_add_int (text, "current_price", nb_error_get_current_price (error));
  if (nb_error_get_retry_after (error) > 0)
    nb_room_text_add_int (text, "retry_after_ms", nb_error_get_retry_after (error));
}
