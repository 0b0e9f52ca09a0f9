/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Shows the inbox by groups, and takes the forms that mark messages as read. */
#include "nb-inbox-page.h"

#include "nb-inbox-push.h"
#include "nb-inbox.h"

#include <glib/gi18n.h>

#define PAGE_ENTRIES 20

/* Someone who waits for the page, or for what a form changes. */
typedef struct
{
  NbNotify *parts;
  NbRequest *request;
  NbInboxReading *reading; /* what the page shows; a form's page */
  NbInboxMark mark;
} Visit;

static Visit *
visit_new (NbNotify *parts, NbRequest *request)
{
  Visit *self = g_new0 (Visit, 1);

  self->parts = parts;
  self->request = g_object_ref (request);
  self->reading = nb_inbox_reading_new (nb_request_get_person (request));
  return self;
}

static void
visit_free (Visit *self)
{
  g_object_unref (self->request);
  nb_inbox_reading_free (self->reading);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Visit, visit_free)

/* Showing. */

static const char *
group_name (int group)
{
  return group == NB_INBOX_ALL_GROUPS ? "" : nb_group_name ((NbGroup)group);
}

/* Returns: (transfer full): the address of a page of the inbox; @action: such as `/inbox`; @before: G_MAXINT64 for the
 * first page */
static char *
make_path (const char *action, int group, gint64 before, const char *anchor)
{
  GString *path = g_string_new (action);
  const char *divider = "?";

  if (group != NB_INBOX_ALL_GROUPS)
    {
      g_string_append_printf (path, "?group=%s", nb_group_name ((NbGroup)group));
      divider = "&";
    }
  if (before != G_MAXINT64)
    g_string_append_printf (path, "%scursor=%" G_GINT64_FORMAT, divider, before);
  g_string_append (path, anchor);
  return g_string_free (path, FALSE);
}

static void
add_tab (JsonArray *tabs, const Visit *visit, int group, const char *label, gint64 unread)
{
  JsonObject *tab = json_object_new ();
  g_autofree char *href = make_path ("/inbox", group, G_MAXINT64, "");

  json_object_set_string_member (tab, "href", href);
  json_object_set_string_member (tab, "label", nb_request_gettext (visit->request, label));
  json_object_set_int_member (tab, "unread", unread);
  json_object_set_boolean_member (tab, "is_current", visit->reading->group == group);
  json_array_add_object_element (tabs, tab);
}

static JsonArray *
make_tabs (const Visit *visit)
{
  JsonArray *tabs = json_array_new ();

  add_tab (tabs, visit, NB_INBOX_ALL_GROUPS, N_ ("All"), nb_inbox_reading_get_unread (visit->reading));
  for (guint i = 0; i < NB_N_GROUPS; i++)
    add_tab (tabs, visit, (int)i, nb_group_title ((NbGroup)i), visit->reading->unread[i]);
  return tabs;
}

static void
add_what_next (JsonObject *item, const NbInboxEntry *entry)
{
  json_object_set_boolean_member (item, "is_open", entry->is_open);
  json_object_set_boolean_member (item, "is_leading", entry->is_leading);
  json_object_set_int_member (item, "current_price", entry->price);
}

static JsonObject *
make_entry (const Visit *visit, const NbInboxEntry *entry)
{
  const NbMessage *message = entry->message;
  JsonObject *item = json_object_new ();
  g_autofree char *id = g_strdup_printf ("%" G_GINT64_FORMAT, message->id);
  g_autofree char *subject = nb_message_dup_subject (message, nb_inbox_translate, visit->request);
  g_autofree char *text = nb_message_dup_text (message, nb_inbox_translate, visit->request);
  g_autofree char *href = nb_message_dup_path (message);
  g_autofree char *place = g_strdup_printf ("/inbox/%s/read", id);
  g_autofree char *action = make_path (place, visit->reading->group, visit->reading->before, "");

  json_object_set_string_member (item, "id", id);
  json_object_set_string_member (item, "subject", subject);
  json_object_set_string_member (item, "text", text);
  json_object_set_string_member (item, "href", href);
  json_object_set_string_member (item, "read_action", action);
  json_object_set_int_member (item, "at", message->at);
  json_object_set_boolean_member (item, "is_unread", message->read_at == 0);
  json_object_set_boolean_member (item, "is_of_auction", g_str_has_prefix (href, "/auctions/"));
  add_what_next (item, entry);
  return item;
}

static JsonArray *
make_entries (const Visit *visit)
{
  JsonArray *entries = json_array_new ();

  for (guint i = 0; i < visit->reading->entries->len; i++)
    json_array_add_object_element (entries, make_entry (visit, visit->reading->entries->pdata[i]));
  return entries;
}

static gint64
shown_unread (const NbInboxReading *reading)
{
  return reading->group == NB_INBOX_ALL_GROUPS ? nb_inbox_reading_get_unread (reading)
                                               : reading->unread[reading->group];
}

static gint64
get_id (const NbInboxReading *reading, guint place)
{
  return ((const NbInboxEntry *)reading->entries->pdata[place])->message->id;
}

static void
set_pages (JsonObject *model, const NbInboxReading *reading)
{
  g_autofree char *first = make_path ("/inbox", reading->group, G_MAXINT64, "");
  g_autofree char *next = NULL;

  if (reading->before != G_MAXINT64)
    json_object_set_string_member (model, "first_href", first);
  if (!reading->has_more || reading->entries->len == 0)
    return;
  next = make_path ("/inbox", reading->group, get_id (reading, reading->entries->len - 1), "");
  json_object_set_string_member (model, "next_href", next);
}

/* What came after the page was made stays unread. */
static void
set_mark_all (JsonObject *model, const NbInboxReading *reading)
{
  g_autofree char *action = make_path ("/inbox/read", reading->group, G_MAXINT64, "");
  g_autofree char *up_to = NULL;

  if (reading->entries->len == 0 || reading->before != G_MAXINT64 || shown_unread (reading) == 0)
    return;
  up_to = g_strdup_printf ("%" G_GINT64_FORMAT, get_id (reading, 0));
  json_object_set_string_member (model, "up_to", up_to);
  json_object_set_string_member (model, "read_all_action", action);
}

static void
respond (const Visit *visit)
{
  const NbInboxReading *reading = visit->reading;
  JsonObject *model = json_object_new ();
  g_autofree char *empty = g_strconcat ("is_empty_", group_name (reading->group), NULL);

  json_object_set_array_member (model, "tabs", make_tabs (visit));
  json_object_set_array_member (model, "entries", make_entries (visit));
  json_object_set_boolean_member (model, "has_entries", reading->entries->len > 0);
  json_object_set_int_member (model, "unread", shown_unread (reading));
  if (reading->entries->len == 0)
    json_object_set_boolean_member (model, empty, TRUE);
  set_pages (model, reading);
  set_mark_all (model, reading);
  nb_request_respond_page (visit->request, 200, "inbox.mustache", model);
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Visit) visit = user_data;
  g_autoptr (GError) error = NULL;

  if (nb_store_read_finish (NB_STORE (source), result, &error))
    respond (visit);
  else
    nb_request_respond_error (visit->request, error);
}

static void
on_page (NbRequest *request, gpointer user_data)
{
  NbNotify *parts = user_data;
  g_autoptr (Visit) visit = visit_new (parts, request);
  g_autoptr (GError) error = NULL;
  NbInboxReading *reading = visit->reading;

  if (!nb_inbox_reading_take_query (reading, request, &error))
    {
      nb_request_respond_error (request, error);
      return;
    }
  reading->limit = PAGE_ENTRIES;
  nb_store_read_async (parts->store, nb_inbox_reading_read, reading, NULL, NULL, read_cb, g_steal_pointer (&visit));
}

/* Forms. */

static void
marked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Visit) visit = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *anchor = NULL;
  g_autofree char *path = NULL;

  if (!nb_store_transact_finish (NB_STORE (source), result, &error))
    {
      nb_request_respond_error (visit->request, error);
      return;
    }
  nb_inbox_push_wake (visit->parts->push);
  anchor = visit->mark.only != 0 ? g_strdup_printf ("#m%" G_GINT64_FORMAT, visit->mark.only) : g_strdup ("");
  path = make_path ("/inbox", visit->reading->group, visit->reading->before, anchor);
  if (visit->mark.only == 0)
    nb_request_flash (visit->request, nb_request_gettext (visit->request, N_ ("Marked as read.")));
  nb_request_redirect (visit->request, path);
}

/* The address of the form tells which page it was on. */
static void
mark (Visit *visit, gint64 only, gint64 up_to)
{
  g_autoptr (Visit) owned = visit;
  g_autoptr (GError) error = NULL;

  if (!nb_inbox_reading_take_query (visit->reading, visit->request, &error))
    {
      nb_request_respond_error (visit->request, error);
      return;
    }
  visit->mark = (NbInboxMark){ visit->reading->person, only, up_to, visit->reading->group };
  nb_store_transact_async (visit->parts->store, nb_inbox_mark, &visit->mark, NULL, NULL, marked_cb,
                           g_steal_pointer (&owned));
}

static void
on_read_one (NbRequest *request, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) body = nb_request_read_body (request, NULL, 0, &error);

  if (body == NULL)
    nb_request_respond_error (request, error);
  else
    mark (visit_new (user_data, request), nb_request_get_param_id (request, "id"), 0);
}

static void
on_read_all (NbRequest *request, gpointer user_data)
{
  static const NbField fields[] = { { "up_to", NB_FIELD_TEXT, TRUE, 1, 19 } };
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) body = nb_request_read_body (request, fields, G_N_ELEMENTS (fields), &error);
  gint64 up_to;

  if (body != NULL && nb_id_parse (json_object_get_string_member (body, "up_to"), &up_to))
    {
      mark (visit_new (user_data, request), 0, up_to);
      return;
    }
  if (error == NULL)
    {
      error = nb_error_new (NB_ERROR_VALIDATION_FAILED, N_ ("up_to must be the id of a message"), NULL);
      nb_error_set_field (error, "up_to");
    }
  nb_request_respond_error (request, error);
}

gboolean
nb_inbox_page_add_routes (NbNotify *parts, GError **error)
{
  const NbRouteFlags flags = NB_ROUTE_PAGE | NB_ROUTE_SIGNED_IN;
  NbContext *context = parts->context;

  return nb_context_add_route (context, "GET", "/inbox", flags, on_page, parts, error)
         && nb_context_add_route (context, "POST", "/inbox/read", flags, on_read_all, parts, error)
         && nb_context_add_route (context, "POST", "/inbox/{id:id}/read", flags, on_read_one, parts, error)
         && nb_context_add_link (context, "/inbox", N_ ("Inbox"), TRUE, error)
         && nb_context_add_badge (context, "/inbox", nb_inbox_count_badge, NULL, error)
         && nb_context_add_script (context, "js/inbox.js", error);
}
