/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A state as other processes read it: a line of numbers, then the JSON of the state, then that of the end. */
#include "nb-room-bus.h"

#include <string.h>

/* Raised when a reader of the former number would be wrong; what has another number is dropped. */
#define FORMAT "1"
#define MAX_BYTES 65536
#define N_NUMBERS 8

enum
{
  NUMBER_FORMAT,
  NUMBER_AUCTION,
  NUMBER_SEQ,
  NUMBER_STATUS,
  NUMBER_PRICE,
  NUMBER_LEADER,
  NUMBER_BID_COUNT,
  NUMBER_ENDS_AT
};

char *
nb_room_payload_write (const NbAuctionState *state)
{
  return g_strdup_printf (FORMAT " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %s %" G_GINT64_FORMAT " %" G_GINT64_FORMAT
                                 " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT "\n%s\n%s",
                          state->auction, state->seq, nb_auction_status_name (state->status), state->price,
                          state->leader, state->bid_count, state->ends_at, state->state,
                          state->ended != NULL ? state->ended : "");
}

gint64
nb_room_payload_peek_seq (const char *payload)
{
  const char *space = g_str_has_prefix (payload, FORMAT " ") ? strchr (payload + strlen (FORMAT " "), ' ') : NULL;

  return space != NULL ? g_ascii_strtoll (space + 1, NULL, 10) : 0;
}

static gboolean
refuse (GError **error, const char *why)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, why);
  return FALSE;
}

static gboolean
read_number (const char *text, gint64 *number)
{
  return g_ascii_string_to_signed (text, 10, 0, G_MAXINT64, number, NULL);
}

static gboolean
read_numbers (const char *line, NbAuctionState *fields, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (line, " ", N_NUMBERS + 1);

  if (g_strv_length (parts) != N_NUMBERS || strcmp (parts[NUMBER_FORMAT], FORMAT) != 0)
    return refuse (error, "it has another format");
  if (!read_number (parts[NUMBER_AUCTION], &fields->auction) || !read_number (parts[NUMBER_SEQ], &fields->seq)
      || !nb_auction_status_from_name (parts[NUMBER_STATUS], &fields->status)
      || !read_number (parts[NUMBER_PRICE], &fields->price) || !read_number (parts[NUMBER_LEADER], &fields->leader)
      || !read_number (parts[NUMBER_BID_COUNT], &fields->bid_count)
      || !read_number (parts[NUMBER_ENDS_AT], &fields->ends_at))
    return refuse (error, "its numbers can't be read");
  return TRUE;
}

/* Watchers get the text as it is, so it must be an object, and one of this seq. */
static gboolean
check_object (const char *text, gint64 seq, GError **error)
{
  g_autoptr (JsonObject) object = nb_json_read (text, strlen (text), error);

  if (object == NULL)
    return FALSE;
  return json_object_get_int_member_with_default (object, "seq", -1) == seq || refuse (error, "its texts disagree");
}

NbAuctionState *
nb_room_payload_read (gint64 auction, const char *payload, gsize length, GError **error)
{
  g_auto (GStrv) lines = length <= MAX_BYTES ? g_strsplit (payload, "\n", 3) : g_new0 (char *, 1);
  NbAuctionState fields = { 0 };

  if (g_strv_length (lines) != 3 || strlen (payload) != length)
    {
      refuse (error, "it isn't of three lines");
      return NULL;
    }
  if (!read_numbers (lines[0], &fields, error))
    return NULL;
  if (fields.auction != auction)
    {
      refuse (error, "it is of another auction");
      return NULL;
    }
  fields.state = lines[1];
  fields.ended = *lines[2] != '\0' ? lines[2] : NULL;
  if (!check_object (fields.state, fields.seq, error)
      || (fields.ended != NULL && !check_object (fields.ended, fields.seq, error)))
    return NULL;
  return nb_auction_state_new (&fields);
}
