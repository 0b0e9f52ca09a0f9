/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Shows what can be stopped, and stops it: by the page's two forms, or by a mail provider's one click (RFC 8058). */
#include "nb-mail-page.h"

#include "nb-mail-text.h"
#include "nb-mail-wish.h"

#include <glib/gi18n.h>
#include <string.h>

#define PATTERN NB_MAIL_UNSUBSCRIBE_PATH "{token}"
#define CHOICE_CHARACTERS 40

typedef enum
{
  CHOICE_LOOK,
  CHOICE_ONE_CLICK,
  CHOICE_OFF,
  CHOICE_NEVER
} Choice;

typedef struct
{
  NbRequest *request;
  Choice choice;
  gboolean is_known; /* whether the token is one */
} Visit;

static Visit *
visit_new (NbRequest *request, Choice choice)
{
  Visit *self = g_new0 (Visit, 1);

  self->request = g_object_ref (request);
  self->choice = choice;
  return self;
}

static void
visit_free (Visit *self)
{
  g_object_unref (self->request);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Visit, visit_free)

static const char *
get_token (const Visit *visit)
{
  return nb_request_get_param (visit->request, "token");
}

/* In a store thread. */

static gboolean
look (NbTransaction *transaction, gpointer user_data, GError **error)
{
  Visit *visit = user_data;
  g_autofree char *address = NULL;

  if (!nb_mail_wish_check_token (transaction, get_token (visit), &address, error))
    return FALSE;
  visit->is_known = address != NULL;
  return TRUE;
}

static gboolean
stop_mail (NbTransaction *transaction, gpointer user_data, GError **error)
{
  Visit *visit = user_data;
  g_autofree char *address = NULL;

  if (!nb_mail_wish_check_token (transaction, get_token (visit), &address, error))
    return FALSE;
  visit->is_known = address != NULL;
  if (!visit->is_known)
    return TRUE;
  if (visit->choice == CHOICE_NEVER)
    return nb_mail_wish_refuse (transaction, address, error);
  return nb_mail_wish_switch_off (transaction, nb_mail_token_get_person (get_token (visit)), error);
}

/* On the main loop. */

static void
respond_unknown (NbRequest *request)
{
  g_autoptr (GError) error = nb_error_new (NB_ERROR_NOT_FOUND, N_ ("there is nothing at this address"), NULL);

  nb_request_respond_error (request, error);
}

static void
looked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Visit) visit = user_data;
  g_autoptr (GError) error = NULL;
  JsonObject *model;

  if (!nb_store_read_finish (NB_STORE (source), result, &error))
    nb_request_respond_error (visit->request, error);
  else if (!visit->is_known)
    respond_unknown (visit->request);
  else
    {
      model = json_object_new ();
      json_object_set_string_member (model, "path", nb_request_get_path (visit->request));
      nb_request_respond_page (visit->request, 200, "unsubscribe.mustache", model);
    }
}

static void
respond_stopped (const Visit *visit)
{
  static const char done[] = "no more mail is sent\n";
  g_autoptr (GBytes) bytes = NULL;

  if (visit->choice == CHOICE_ONE_CLICK)
    {
      bytes = g_bytes_new_static (done, strlen (done));
      nb_request_respond_bytes (visit->request, 200, "text/plain; charset=utf-8", bytes);
      return;
    }
  nb_request_flash (visit->request,
                    nb_request_gettext (visit->request, visit->choice == CHOICE_NEVER
                                                            ? N_ ("We will never write to this address again.")
                                                            : N_ ("This account gets no more mail.")));
  nb_request_redirect (visit->request, nb_request_get_path (visit->request));
}

static void
stopped_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Visit) visit = user_data;
  g_autoptr (GError) error = NULL;

  if (!nb_store_transact_finish (NB_STORE (source), result, &error))
    nb_request_respond_error (visit->request, error);
  else if (!visit->is_known)
    respond_unknown (visit->request);
  else
    respond_stopped (visit);
}

static void
on_page (NbRequest *request, gpointer user_data)
{
  Visit *visit = visit_new (request, CHOICE_LOOK);

  nb_store_read_async (NB_STORE (user_data), look, visit, NULL, NULL, looked_cb, visit);
}

static gboolean
is_text (JsonObject *body, const char *name, const char *text)
{
  return json_object_has_member (body, name) && strcmp (json_object_get_string_member (body, name), text) == 0;
}

static gboolean
take_body (JsonObject *body, Choice *choice, GError **error)
{
  GError *fault;

  if (is_text (body, "choice", "off"))
    *choice = CHOICE_OFF;
  else if (is_text (body, "choice", "never"))
    *choice = CHOICE_NEVER;
  else if (is_text (body, "List-Unsubscribe", "One-Click"))
    *choice = CHOICE_ONE_CLICK;
  else
    {
      fault = nb_error_new (NB_ERROR_VALIDATION_FAILED, N_ ("the choice must be 'off' or 'never'"), NULL);
      nb_error_set_field (fault, "choice");
      g_propagate_error (error, fault);
      return FALSE;
    }
  return TRUE;
}

/* Some providers send the one click as multipart/form-data. It says nothing that the address does not. */
static gboolean
read_choice (NbRequest *request, Choice *choice, GError **error)
{
  static const NbField fields[] = {
    { "choice", NB_FIELD_TEXT, FALSE, 1, CHOICE_CHARACTERS },
    { "List-Unsubscribe", NB_FIELD_TEXT, FALSE, 1, CHOICE_CHARACTERS },
  };
  g_autoptr (GError) fault = NULL;
  g_autoptr (JsonObject) body = nb_request_read_body (request, fields, G_N_ELEMENTS (fields), &fault);

  if (body != NULL)
    return take_body (body, choice, error);
  if (!g_error_matches (fault, NB_ERROR, NB_ERROR_UNSUPPORTED_MEDIA_TYPE))
    {
      g_propagate_error (error, g_steal_pointer (&fault));
      return FALSE;
    }
  *choice = CHOICE_ONE_CLICK;
  return TRUE;
}

static void
on_form (NbRequest *request, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  Choice choice;
  Visit *visit;

  if (!read_choice (request, &choice, &error))
    {
      nb_request_respond_error (request, error);
      return;
    }
  visit = visit_new (request, choice);
  nb_store_transact_async (NB_STORE (user_data), stop_mail, visit, NULL, NULL, stopped_cb, visit);
}

gboolean
nb_mail_page_add_routes (NbContext *context, NbStore *store, GError **error)
{
  return nb_context_add_route (context, "GET", PATTERN, NB_ROUTE_PAGE, on_page, store, error)
         && nb_context_add_route (context, "POST", PATTERN, NB_ROUTE_PAGE, on_form, store, error);
}
