/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Puts webhooks into the words of the page. */
#include "nb-webhook-model.h"

#include "nb-kinds.h"

#include <glib/gi18n.h>
#include <string.h>

#define ANSWERED "answered "
#define GONE ANSWERED "410"

static const char *
translate (const char *msgid, gpointer request)
{
  return nb_request_gettext (NB_REQUEST (request), msgid);
}

/* Returns: (transfer full): @msgid in the reader's language with `{status}` filled in */
static char *
fill_status (NbRequest *request, const char *msgid, const char *status)
{
  GString *text = g_string_new (nb_request_gettext (request, msgid));

  g_string_replace (text, "{status}", status, 0);
  return g_string_free (text, FALSE);
}

/* Returns: (transfer full): as sentences begin and end */
static char *
dup_sentence (NbRequest *request, const GError *fault)
{
  g_autofree char *reason = nb_error_localize (fault, translate, request);
  g_autofree char *first = g_utf8_substring (reason, 0, MIN (g_utf8_strlen (reason, -1), 1));
  g_autofree char *upper = g_utf8_strup (first, -1);

  return g_strdup_printf ("%s%s.", upper, reason + strlen (first));
}

static char *
dup_failure (NbRequest *request, const char *failure)
{
  if (g_str_equal (failure, GONE))
    return g_strdup (nb_request_gettext (
        request, N_ ("It answered 410, which says that nobody listens there any more, so it was switched off.")));
  if (g_str_has_prefix (failure, ANSWERED))
    return fill_status (request,
                        N_ ("The last try was answered with {status}. Any status from 200 to 299 says that the "
                            "message arrived."),
                        failure + strlen (ANSWERED));
  if (g_str_equal (failure, nb_hook_outcome_name (NB_HOOK_REFUSED_ADDRESS)))
    return g_strdup (
        nb_request_gettext (request, N_ ("The address leads to a network that this site sends nothing to.")));
  if (g_str_equal (failure, nb_hook_outcome_name (NB_HOOK_TIMED_OUT)))
    return g_strdup (nb_request_gettext (request, N_ ("The last try was not answered in time.")));
  return g_strdup (nb_request_gettext (request, N_ ("At the last try nobody could be reached at the address.")));
}

char *
nb_webhook_model_dup_test (NbRequest *request, const NbHookAnswer *answer)
{
  g_autofree char *failure = nb_hook_answer_dup_failure (answer);
  g_autofree char *status = g_strdup_printf ("%u", answer->status);

  if (failure[0] == '\0')
    return fill_status (request, N_ ("The test arrived: it was answered with {status}."), status);
  if (answer->outcome == NB_HOOK_ANSWERED)
    return fill_status (request, N_ ("The test was answered with {status}, which does not say that it arrived."),
                        status);
  return dup_failure (request, failure);
}

static char *
dup_kinds (NbRequest *request, const NbWebhook *hook)
{
  g_auto (GStrv) names = g_strsplit (hook->kinds, ",", -1);
  GString *text = g_string_new (NULL);

  for (gsize i = 0; names[i] != NULL; i++)
    {
      NbKind kind;

      /* A kind that a later version wrote is shown by its name. */
      g_string_append_printf (text, "%s%s", i > 0 ? ", " : "",
                              nb_kind_find (names[i], &kind) ? nb_request_gettext (request, nb_kind_title (kind))
                                                             : names[i]);
    }
  if (text->len == 0)
    g_string_append (text, nb_request_gettext (request, N_ ("Every kind of message")));
  return g_string_free (text, FALSE);
}

static void
set_text (JsonObject *object, const char *name, const char *text)
{
  json_object_set_string_member (object, name, text != NULL ? text : "");
}

static JsonObject *
make_hook (NbRequest *request, const NbWebhook *hook)
{
  JsonObject *item = json_object_new ();
  g_autofree char *id = g_strdup_printf ("%" G_GINT64_FORMAT, hook->id);
  g_autofree char *kinds = dup_kinds (request, hook);
  g_autofree char *failure = hook->failure[0] != '\0' ? dup_failure (request, hook->failure) : NULL;

  set_text (item, "id", id);
  set_text (item, "url", hook->url);
  set_text (item, "kinds", kinds);
  set_text (item, "failure", failure);
  json_object_set_boolean_member (item, "is_enabled", hook->is_enabled);
  json_object_set_int_member (item, "delivered_at", hook->delivered_at);
  json_object_set_int_member (item, "failed_at", hook->failed_at);
  return item;
}

static gboolean
is_ticked (JsonArray *kinds, const char *name)
{
  for (guint i = 0; kinds != NULL && i < json_array_get_length (kinds); i++)
    if (g_str_equal (json_array_get_string_element (kinds, i), name))
      return TRUE;
  return FALSE;
}

static JsonArray *
make_kinds (NbRequest *request, JsonArray *ticked)
{
  JsonArray *kinds = json_array_new ();

  for (guint i = 0; i < NB_N_KINDS; i++)
    {
      JsonObject *kind = json_object_new ();
      const char *name = nb_kind_name ((NbKind)i);

      set_text (kind, "name", name);
      set_text (kind, "label", nb_request_gettext (request, nb_kind_title ((NbKind)i)));
      json_object_set_boolean_member (kind, "is_ticked", is_ticked (ticked, name));
      json_array_add_object_element (kinds, kind);
    }
  return kinds;
}

static void
set_fault (NbRequest *request, JsonObject *model, const GError *fault)
{
  g_autofree char *sentence = dup_sentence (request, fault);
  const gboolean is_url = fault->domain == NB_ERROR && g_strcmp0 (nb_error_get_field (fault), "url") == 0;

  set_text (model, "error", sentence);
  set_text (model, "field_href", is_url ? "#url" : "");
  set_text (model, "url_fault", is_url ? sentence : "");
}

JsonObject *
nb_webhook_model_new (NbRequest *request, GPtrArray *hooks, const NbWebhookModelExtra *extra)
{
  JsonObject *model = json_object_new ();
  JsonArray *items = json_array_new ();

  for (guint i = 0; i < hooks->len; i++)
    json_array_add_object_element (items, make_hook (request, g_ptr_array_index (hooks, i)));
  json_object_set_array_member (model, "hooks", items);
  json_object_set_boolean_member (model, "has_hooks", hooks->len > 0);
  json_object_set_boolean_member (model, "can_add", hooks->len < NB_WEBHOOKS_PER_PERSON);
  json_object_set_int_member (model, "most", NB_WEBHOOKS_PER_PERSON);
  json_object_set_array_member (model, "kinds", make_kinds (request, extra->kinds));
  set_text (model, "url", extra->url);
  set_text (model, "secret", extra->secret);
  set_text (model, "secret_url", extra->secret_url);
  if (extra->fault != NULL)
    set_fault (request, model, extra->fault);
  return model;
}
