/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Shows a table of boxes, kinds by channels, and the quiet hours, and takes them back as one form. */
#include "nb-settings-page.h"

#include "nb-inbox.h"
#include "nb-preference-sheet.h"

#include <glib/gi18n.h>
#include <string.h>

typedef struct
{
  NbNotify *parts;
  NbRequest *request;
  NbPreferenceSheet *sheet;
  GError *fault; /* (nullable): why the form was refused */
} Visit;

static Visit *
visit_new (NbNotify *parts, NbRequest *request)
{
  Visit *self = g_new0 (Visit, 1);

  self->parts = parts;
  self->request = g_object_ref (request);
  self->sheet = nb_preference_sheet_new (parts->context, nb_request_get_person (request));
  return self;
}

static void
visit_free (Visit *self)
{
  g_object_unref (self->request);
  nb_preference_sheet_free (self->sheet);
  g_clear_error (&self->fault);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Visit, visit_free)

static const NbChannelChoice *
get_channel (const Visit *visit, guint place)
{
  return nb_preference_sheet_get_channels (visit->sheet)->pdata[place];
}

static JsonArray *
make_channels (const Visit *visit)
{
  JsonArray *channels = json_array_new ();

  for (guint i = 0; i < nb_preference_sheet_get_channels (visit->sheet)->len; i++)
    {
      JsonObject *channel = json_object_new ();

      json_object_set_string_member (channel, "name", get_channel (visit, i)->name);
      json_object_set_string_member (channel, "title",
                                     nb_request_gettext (visit->request, get_channel (visit, i)->title));
      json_array_add_object_element (channels, channel);
    }
  return channels;
}

static JsonArray *
make_boxes (const Visit *visit, NbKind kind)
{
  JsonArray *boxes = json_array_new ();

  for (guint i = 0; i < nb_preference_sheet_get_channels (visit->sheet)->len; i++)
    {
      const NbChannelChoice *channel = get_channel (visit, i);
      JsonObject *box = json_object_new ();
      g_autofree char *name = g_strdup_printf ("preferences.%s.%s", nb_kind_name (kind), channel->name);

      json_object_set_string_member (box, "name", name);
      json_object_set_string_member (box, "channel", nb_request_gettext (visit->request, channel->title));
      json_object_set_boolean_member (box, "is_on", nb_preference_sheet_get (visit->sheet, kind, i));
      json_array_add_object_element (boxes, box);
    }
  return boxes;
}

static JsonArray *
make_kinds (const Visit *visit, NbGroup group)
{
  JsonArray *kinds = json_array_new ();

  for (guint i = 0; i < NB_N_KINDS; i++)
    {
      JsonObject *kind;

      if (nb_kind_group ((NbKind)i) != group)
        continue;
      kind = json_object_new ();
      json_object_set_string_member (kind, "title", nb_request_gettext (visit->request, nb_kind_title ((NbKind)i)));
      json_object_set_array_member (kind, "boxes", make_boxes (visit, (NbKind)i));
      json_array_add_object_element (kinds, kind);
    }
  return kinds;
}

static JsonArray *
make_groups (const Visit *visit)
{
  JsonArray *groups = json_array_new ();

  for (guint i = 0; i < NB_N_GROUPS; i++)
    {
      JsonObject *group = json_object_new ();

      json_object_set_string_member (group, "title", nb_request_gettext (visit->request, nb_group_title ((NbGroup)i)));
      json_object_set_int_member (group, "columns", nb_preference_sheet_get_channels (visit->sheet)->len + 1);
      json_object_set_array_member (group, "kinds", make_kinds (visit, (NbGroup)i));
      json_array_add_object_element (groups, group);
    }
  return groups;
}

static gboolean
has_channel (const Visit *visit, const char *name)
{
  for (guint i = 0; i < nb_preference_sheet_get_channels (visit->sheet)->len; i++)
    if (strcmp (get_channel (visit, i)->name, name) == 0)
      return TRUE;
  return FALSE;
}

static char *
say_fault (const Visit *visit)
{
  g_autofree char *reason = nb_error_localize (visit->fault, nb_inbox_translate, visit->request);
  const gunichar first = g_utf8_get_char (reason);
  GString *text = g_string_new (NULL);

  g_string_append_unichar (text, g_unichar_toupper (first));
  g_string_append (text, g_utf8_next_char (reason));
  g_string_append_c (text, '.');
  return g_string_free (text, FALSE);
}

static void
set_quiet (JsonObject *model, const Visit *visit)
{
  const char *field = visit->fault != NULL ? nb_error_get_field (visit->fault) : NULL;
  g_autofree char *from = NULL;
  g_autofree char *to = NULL;
  g_autofree char *reason = NULL;

  nb_preference_sheet_get_quiet (visit->sheet, &from, &to);
  json_object_set_string_member (model, "from", from);
  json_object_set_string_member (model, "to", to);
  if (visit->fault == NULL)
    return;
  reason = say_fault (visit);
  json_object_set_string_member (model, "error", reason);
  if (g_strcmp0 (field, "quiet_hours.from") == 0)
    {
      json_object_set_string_member (model, "from_fault", reason);
      json_object_set_string_member (model, "field_href", "#quiet-from");
    }
  else if (g_strcmp0 (field, "quiet_hours.to") == 0)
    {
      json_object_set_string_member (model, "to_fault", reason);
      json_object_set_string_member (model, "field_href", "#quiet-to");
    }
}

static void
respond (const Visit *visit)
{
  const guint status = visit->fault != NULL ? nb_error_code_status (nb_error_get_code (visit->fault)) : 200;
  JsonObject *model = json_object_new ();

  json_object_set_array_member (model, "channels", make_channels (visit));
  json_object_set_array_member (model, "groups", make_groups (visit));
  json_object_set_boolean_member (model, "lacks_address",
                                  has_channel (visit, "mail") && !nb_preference_sheet_has_email (visit->sheet));
  json_object_set_boolean_member (model, "has_webhooks", has_channel (visit, "webhook"));
  set_quiet (model, visit);
  nb_request_respond_page (visit->request, status, "inbox-settings.mustache", model);
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
show (Visit *visit)
{
  nb_store_read_async (visit->parts->store, nb_preference_sheet_read, visit->sheet, NULL, NULL, read_cb, visit);
}

static void
on_page (NbRequest *request, gpointer user_data)
{
  show (visit_new (user_data, request));
}

static void
written_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Visit) visit = user_data;
  g_autoptr (GError) error = NULL;

  if (!nb_store_transact_finish (NB_STORE (source), result, &error))
    {
      nb_request_respond_error (visit->request, error);
      return;
    }
  nb_request_flash (visit->request, nb_request_gettext (visit->request, N_ ("Your choices are saved.")));
  nb_request_redirect (visit->request, "/inbox/settings");
}

static void
on_form (NbRequest *request, gpointer user_data)
{
  NbNotify *parts = user_data;
  g_autoptr (Visit) visit = visit_new (parts, request);
  NbPreferenceSheet *sheet = visit->sheet;

  if (nb_preference_sheet_take_body (sheet, request, &visit->fault))
    nb_store_transact_async (parts->store, nb_preference_sheet_write, sheet, NULL, NULL, written_cb,
                             g_steal_pointer (&visit));
  else if (nb_error_get_code (visit->fault) == NB_ERROR_VALIDATION_FAILED)
    show (g_steal_pointer (&visit));
  else
    nb_request_respond_error (request, visit->fault);
}

gboolean
nb_settings_page_add_routes (NbNotify *parts, GError **error)
{
  const NbRouteFlags flags = NB_ROUTE_PAGE | NB_ROUTE_SIGNED_IN;

  return nb_context_add_route (parts->context, "GET", "/inbox/settings", flags, on_page, parts, error)
         && nb_context_add_route (parts->context, "POST", "/inbox/settings", flags, on_form, parts, error);
}
