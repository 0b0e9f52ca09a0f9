/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Errors as answers: problem+json (RFC 9457) with the stable codes. */
#include "core/web/nb-problem.h"

char *
nb_problem_title (NbErrorCode code)
{
  char *title = g_strdup (nb_error_code_name (code));

  g_strdelimit (title, "_", ' ');
  title[0] = g_ascii_toupper (title[0]);
  return title;
}

guint
nb_problem_retry_seconds (const GError *error)
{
  const NbErrorCode code = nb_error_get_code (error);
  const guint milliseconds = error->domain == NB_ERROR ? nb_error_get_retry_after (error) : 0;

  if (milliseconds > 0)
    return (milliseconds + 999) / 1000;
  return code == NB_ERROR_RATE_LIMITED || code == NB_ERROR_BUSY || code == NB_ERROR_SHUTTING_DOWN ? 1 : 0;
}

static void
add_facts (JsonObject *problem, const GError *error)
{
  if (nb_error_get_field (error) != NULL)
    json_object_set_string_member (problem, "field", nb_error_get_field (error));
  if (nb_error_get_min_next (error) > 0)
    json_object_set_int_member (problem, "min_next", nb_error_get_min_next (error));
  if (nb_error_get_current_price (error) > 0)
    json_object_set_int_member (problem, "current_price", nb_error_get_current_price (error));
  if (nb_error_get_retry_after (error) > 0)
    json_object_set_int_member (problem, "retry_after_ms", nb_error_get_retry_after (error));
}

JsonObject *
nb_problem_new (const GError *error, guint status, NbTranslateFunc translate, gpointer user_data)
{
  JsonObject *problem = json_object_new ();
  const NbErrorCode code = nb_error_get_code (error);
  g_autofree char *type = g_strconcat ("urn:neighborbid:problem:", nb_error_code_name (code), NULL);
  g_autofree char *title = nb_problem_title (code);
  g_autofree char *detail = nb_error_localize (error, translate, user_data);

  json_object_set_string_member (problem, "type", type);
  json_object_set_string_member (problem, "title", title);
  json_object_set_int_member (problem, "status", status > 0 ? status : nb_error_code_status (code));
  json_object_set_string_member (problem, "detail", detail);
  json_object_set_string_member (problem, "code", nb_error_code_name (code));
  if (error->domain == NB_ERROR)
    add_facts (problem, error);
  return problem;
}
