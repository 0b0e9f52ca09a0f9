/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Answers as text. */
#include "core/engine/nb-answer.h"

#include "core/domain/nb-error-private.h"

#include <stdio.h>
#include <string.h>

#define RESULT_PREFIX "result:"
#define ERROR_PREFIX "error:"

static gboolean
is_passing (const GError *error)
{
  switch (nb_error_get_code (error))
    {
    case NB_ERROR_BUSY:
    case NB_ERROR_SHUTTING_DOWN:
    case NB_ERROR_FEATURE_DISABLED:
    case NB_ERROR_RATE_LIMITED:
    case NB_ERROR_INTERNAL:
      return TRUE;
    default:
      return FALSE;
    }
}

char *
nb_answer_to_text (const NbEngineCommand *command)
{
  const NbBidResult *result = &command->result;

  if (command->error != NULL)
    {
      g_autofree char *text = is_passing (command->error) ? NULL : nb_error_to_text (command->error);

      return text != NULL ? g_strconcat (ERROR_PREFIX, text, NULL) : NULL;
    }
  return g_strdup_printf (RESULT_PREFIX "%" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %d"
                                        " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT
                                        " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT,
                          result->bid, result->auction, result->seq, (int)result->standing, result->amount,
                          result->price, result->min_next, result->ends_at, result->hold);
}

static gboolean
read_result (NbBidResult *result, const char *text)
{
  NbBidResult read = { .is_replay = TRUE };
  int standing;

  if (sscanf (text,
              "%" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %d %" G_GINT64_FORMAT " %" G_GINT64_FORMAT
              " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT,
              &read.bid, &read.auction, &read.seq, &standing, &read.amount, &read.price, &read.min_next, &read.ends_at,
              &read.hold)
      != 9)
    return FALSE;
  read.standing = (NbStanding)standing;
  *result = read;
  return TRUE;
}

void
nb_answer_from_text (NbEngineCommand *command, const char *text)
{
  GError *error = NULL;

  command->result.is_replay = TRUE;
  if (g_str_has_prefix (text, RESULT_PREFIX) && read_result (&command->result, text + strlen (RESULT_PREFIX)))
    return;
  if (g_str_has_prefix (text, ERROR_PREFIX))
    error = nb_error_from_text (text + strlen (ERROR_PREFIX));
  if (error == NULL)
    error = nb_error_new (NB_ERROR_INTERNAL, "the stored answer “{text}” can't be read", "text", text, NULL);
  nb_engine_command_refuse (command, error);
}
