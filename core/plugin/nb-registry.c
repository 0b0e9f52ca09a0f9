/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Keeps what was registered in order, so that all of one owner can be undone in reverse. */
#include "core/plugin/nb-registry-private.h"

#include "core/plugin/nb-plugin-error.h"
#include "core/plugin/nb-route-pattern.h"

#include "core/domain/nb-metrics-private.h"
#include <string.h>

G_DEFINE_FINAL_TYPE (NbRegistry, nb_registry, G_TYPE_OBJECT)

static guint changed_signal;

static void
nb_registry_finalize (GObject *object)
{
  NbRegistry *self = NB_REGISTRY (object);

  while (self->journal->len > 0)
    g_ptr_array_remove_index (self->journal, self->journal->len - 1);
  g_ptr_array_unref (self->journal);
  for (guint kind = 0; kind < NB_N_REGISTRATIONS; kind++)
    g_ptr_array_unref (self->items[kind]);
  nb_type_table_free (self->types);
  nb_notifier_table_free (self->notifiers);
  g_free (self->state_root);
  g_main_context_unref (self->context);
  G_OBJECT_CLASS (nb_registry_parent_class)->finalize (object);
}

static void
nb_registry_class_init (NbRegistryClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = nb_registry_finalize;
  changed_signal = g_signal_new ("changed", NB_TYPE_REGISTRY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
nb_registry_init (NbRegistry *self)
{
  self->context = g_main_context_ref_thread_default ();
  self->types = nb_type_table_new ();
  self->notifiers = nb_notifier_table_new ();
  self->journal = g_ptr_array_new_with_free_func (nb_registration_free);
  for (guint kind = 0; kind < NB_N_REGISTRATIONS; kind++)
    self->items[kind] = g_ptr_array_new ();
}

NbRegistry *
nb_registry_new (void)
{
  return g_object_new (NB_TYPE_REGISTRY, NULL);
}

static void
tell_changed (NbRegistry *self)
{
  self->has_changed = self->frozen > 0;
  if (self->frozen == 0)
    g_signal_emit (self, changed_signal, 0);
}

void
nb_registry_record (NbRegistry *self, NbRegistrationKind kind, gpointer item)
{
  NbRegistration *registration = g_new0 (NbRegistration, 1);

  registration->kind = kind;
  registration->item = item;
  g_ptr_array_add (self->journal, registration);
  g_ptr_array_add (self->items[kind], item);
  if (kind != NB_REGISTRATION_TIMER && kind != NB_REGISTRATION_HANDLER && kind != NB_REGISTRATION_STATE_HANDLER)
    tell_changed (self);
}

gboolean
nb_registry_refuse_taken (const char *what, const char *name, const char *first_owner, GError **error)
{
  g_set_error (error, NB_PLUGIN_ERROR, NB_PLUGIN_ERROR_CONFLICT, "%s '%s' is already claimed by %s", what, name,
               first_owner);
  return FALSE;
}

gboolean
nb_registry_add_service (NbRegistry *self, const char *owner, GType type, GObject *service, GError **error)
{
  if (!g_type_is_a (G_OBJECT_TYPE (service), type))
    {
      g_set_error (error, NB_PLUGIN_ERROR, NB_PLUGIN_ERROR_INVALID, "service %s isn't a %s",
                   G_OBJECT_TYPE_NAME (service), g_type_name (type));
      return FALSE;
    }
  for (guint i = 0; i < self->items[NB_REGISTRATION_SERVICE]->len; i++)
    {
      const NbServiceItem *other = g_ptr_array_index (self->items[NB_REGISTRATION_SERVICE], i);
      if (other->type == type)
        return nb_registry_refuse_taken ("service", g_type_name (type), other->owner, error);
    }

  NbServiceItem *added = g_new0 (NbServiceItem, 1);
  added->owner = g_strdup (owner);
  added->type = type;
  added->object = g_object_ref (service);
  nb_registry_record (self, NB_REGISTRATION_SERVICE, added);
  return TRUE;
}

gpointer
nb_registry_find_service (NbRegistry *self, GType type)
{
  for (guint i = 0; i < self->items[NB_REGISTRATION_SERVICE]->len; i++)
    {
      const NbServiceItem *service = g_ptr_array_index (self->items[NB_REGISTRATION_SERVICE], i);
      if (service->type == type)
        return service->object;
    }
  return NULL;
}

gboolean
nb_registry_add_auction_type (NbRegistry *self, const char *owner, const char *name, NbAuctionType *type,
                              GError **error)
{
  if (!nb_type_table_add (self->types, owner, name, type, error))
    return FALSE;

  NbTypeItem *added = g_new0 (NbTypeItem, 1);
  added->owner = g_strdup (owner);
  added->name = g_strdup (name);
  nb_registry_record (self, NB_REGISTRATION_TYPE, added);
  return TRUE;
}

NbAuctionType *
nb_registry_ref_auction_type (NbRegistry *self, const char *name)
{
  return nb_type_table_ref (self->types, name);
}

gboolean
nb_registry_is_auction_type_sealed (NbRegistry *self, const char *name)
{
  return nb_type_table_is_sealed (self->types, name);
}

char *
nb_registry_dup_auction_type_owner (NbRegistry *self, const char *name)
{
  return nb_type_table_dup_owner (self->types, name);
}

GPtrArray *
nb_registry_list_auction_types (NbRegistry *self)
{
  return nb_type_table_list (self->types);
}

static gboolean
check_route_is_free (NbRegistry *self, const char *method, const char *pattern, GError **error)
{
  g_autofree char *normal = nb_route_pattern_normalize (pattern, error);

  if (normal == NULL)
    return FALSE;
  for (guint i = 0; i < self->items[NB_REGISTRATION_ROUTE]->len; i++)
    {
      const NbRoute *other = g_ptr_array_index (self->items[NB_REGISTRATION_ROUTE], i);
      g_autofree char *taken = nb_route_pattern_normalize (other->pattern, NULL);
      if (strcmp (method, other->method) != 0 || strcmp (normal, taken) != 0)
        continue;
      g_set_error (error, NB_PLUGIN_ERROR, NB_PLUGIN_ERROR_CONFLICT,
                   "route '%s %s' is already claimed by %s, as '%s %s'", method, pattern, other->owner, other->method,
                   other->pattern);
      return FALSE;
    }
  return TRUE;
}

static gboolean
add_route (NbRegistry *self, const NbRoute *fields, GError **error)
{
  const char *method = fields->method, *pattern = fields->pattern;

  if (!nb_route_method_is_valid (method))
    {
      g_set_error (error, NB_PLUGIN_ERROR, NB_PLUGIN_ERROR_INVALID,
                   "route '%.16s %s': expected the method GET, POST, PUT, PATCH or DELETE", method, pattern);
      return FALSE;
    }
  if (!check_route_is_free (self, method, pattern, error))
    return FALSE;

  NbRoute *route = g_memdup2 (fields, sizeof *fields);
  route->owner = g_strdup (fields->owner);
  route->method = g_strdup (method);
  route->pattern = g_strdup (pattern);
  nb_registry_record (self, NB_REGISTRATION_ROUTE, route);
  return TRUE;
}

gboolean
nb_registry_add_route (NbRegistry *self, const char *owner, const char *method, const char *pattern, NbRouteFlags flags,
                       NbHandler handler, gpointer user_data, GError **error)
{
  const NbRoute route = { (char *)owner, (char *)method, (char *)pattern, flags, handler, NULL, user_data };

  return add_route (self, &route, error);
}

gboolean
nb_registry_add_socket_route (NbRegistry *self, const char *owner, const char *pattern, const NbSocketHandler *handler,
                              gpointer user_data, GError **error)
{
  char get[] = "GET";
  const NbRoute route = { (char *)owner, get, (char *)pattern, NB_ROUTE_DEFAULT, NULL, handler, user_data };

  return add_route (self, &route, error);
}

gboolean
nb_registry_add_health (NbRegistry *self, const char *owner, const char *name, NbHealthFunc function,
                        gpointer user_data, GError **error)
{
  for (guint i = 0; i < self->items[NB_REGISTRATION_HEALTH]->len; i++)
    {
      const NbHealthItem *other = g_ptr_array_index (self->items[NB_REGISTRATION_HEALTH], i);
      if (strcmp (other->name, name) == 0)
        return nb_registry_refuse_taken ("part of /readyz", name, other->owner, error);
    }

  NbHealthItem *health = g_new0 (NbHealthItem, 1);
  health->owner = g_strdup (owner);
  health->name = g_strdup (name);
  health->function = function;
  health->user_data = user_data;
  nb_registry_record (self, NB_REGISTRATION_HEALTH, health);
  return TRUE;
}

gboolean
nb_registry_add_check (NbRegistry *self, const char *owner, const char *name, const char *title, NbCheckFunc function,
                       gpointer user_data, GError **error)
{
  for (guint i = 0; i < self->items[NB_REGISTRATION_CHECK]->len; i++)
    {
      const NbCheck *other = g_ptr_array_index (self->items[NB_REGISTRATION_CHECK], i);
      if (strcmp (other->name, name) == 0)
        return nb_registry_refuse_taken ("check", name, other->owner, error);
    }

  NbCheck *check = g_new0 (NbCheck, 1);
  check->owner = g_strdup (owner);
  check->name = g_strdup (name);
  check->title = g_strdup (title);
  check->function = function;
  check->user_data = user_data;
  nb_registry_record (self, NB_REGISTRATION_CHECK, check);
  return TRUE;
}

static gboolean
check_gauge_name (const char *name, GError **error)
{
  gsize length = strspn (name, "abcdefghijklmnopqrstuvwxyz0123456789_");

  if (g_ascii_islower (*name) && name[length] == '\0' && length <= 64)
    return TRUE;
  g_set_error (error, NB_PLUGIN_ERROR, NB_PLUGIN_ERROR_INVALID,
               "metric '%.80s': expected a name of 1 to 64 of a-z, 0-9 and '_', a letter first", name);
  return FALSE;
}

gboolean
nb_registry_add_gauge (NbRegistry *self, const char *owner, const char *name, const char *label, const char *help,
                       NbGaugeFunc function, gpointer user_data, GDestroyNotify destroy, GError **error)
{
  if (!check_gauge_name (name, error) || (label != NULL && !check_gauge_name (label, error)))
    return FALSE;
  for (guint i = 0; i < self->items[NB_REGISTRATION_GAUGE]->len; i++)
    {
      const NbGauge *other = g_ptr_array_index (self->items[NB_REGISTRATION_GAUGE], i);
      if (strcmp (other->name, name) == 0)
        return nb_registry_refuse_taken ("metric", name, other->owner, error);
    }
  if (nb_metrics_has (name))
    return nb_registry_refuse_taken ("metric", name, "core", error);

  NbGauge *gauge = g_rc_box_new0 (NbGauge);
  gauge->owner = g_strdup (owner);
  gauge->name = g_strdup (name);
  gauge->label = g_strdup (label);
  gauge->help = g_strdup (help);
  gauge->function = function;
  gauge->user_data = user_data;
  gauge->destroy = destroy;
  nb_registry_record (self, NB_REGISTRATION_GAUGE, gauge);
  return TRUE;
}

gboolean
nb_registry_add_link (NbRegistry *self, const char *owner, const char *path, const char *label, gboolean signed_in_only,
                      GError **error)
{
  for (guint i = 0; i < self->items[NB_REGISTRATION_LINK]->len; i++)
    {
      const NbLink *other = g_ptr_array_index (self->items[NB_REGISTRATION_LINK], i);
      if (strcmp (other->path, path) == 0)
        return nb_registry_refuse_taken ("link", path, other->owner, error);
    }

  NbLink *link = g_new0 (NbLink, 1);
  link->owner = g_strdup (owner);
  link->path = g_strdup (path);
  link->label = g_strdup (label);
  link->signed_in_only = signed_in_only;
  nb_registry_record (self, NB_REGISTRATION_LINK, link);
  return TRUE;
}

gboolean
nb_registry_add_panel (NbRegistry *self, const char *owner, const char *slot, const char *template_name,
                       NbPanelFunc function, gpointer user_data, GError **error)
{
  static const char *const slots[] = { "me", "home", "auction", "bidding", NULL };

  if (!g_strv_contains (slots, slot))
    {
      g_set_error (error, NB_PLUGIN_ERROR, NB_PLUGIN_ERROR_INVALID,
                   "panel '%s': found the slot '%.40s', expected me, home, auction or bidding", template_name, slot);
      return FALSE;
    }

  NbPanel *panel = g_new0 (NbPanel, 1);
  panel->owner = g_strdup (owner);
  panel->slot = g_strdup (slot);
  panel->template_name = g_strdup (template_name);
  panel->function = function;
  panel->user_data = user_data;
  nb_registry_record (self, NB_REGISTRATION_PANEL, panel);
  return TRUE;
}

gboolean
nb_registry_add_timer (NbRegistry *self, const char *owner, guint seconds, GSourceFunc function, gpointer user_data,
                       GError **error)
{
  if (seconds == 0)
    {
      g_set_error_literal (error, NB_PLUGIN_ERROR, NB_PLUGIN_ERROR_INVALID, "timer of 0 seconds: expected at least 1");
      return FALSE;
    }

  NbTimerItem *timer = g_new0 (NbTimerItem, 1);
  timer->owner = g_strdup (owner);
  timer->source = g_timeout_source_new_seconds (seconds);
  g_source_set_callback (timer->source, function, user_data, NULL);
  g_source_set_name (timer->source, owner);
  g_source_attach (timer->source, self->context);
  nb_registry_record (self, NB_REGISTRATION_TIMER, timer);
  return TRUE;
}

void
nb_registry_set_state_root (NbRegistry *self, const char *dir)
{
  g_free (self->state_root);
  self->state_root = g_strdup (dir);
}

const char *
nb_registry_get_state_root (NbRegistry *self)
{
  return self->state_root;
}

void
nb_registry_set_serving (NbRegistry *self)
{
  self->is_serving = TRUE;
}

gboolean
nb_registry_is_serving (NbRegistry *self)
{
  return self->is_serving;
}

void
nb_registry_set_jobs (NbRegistry *self)
{
  self->does_jobs = TRUE;
}

gboolean
nb_registry_does_jobs (NbRegistry *self)
{
  return self->does_jobs;
}

static NbDataDirItem *
find_data_dir (NbRegistry *self, const char *owner)
{
  for (guint i = 0; i < self->items[NB_REGISTRATION_DATA_DIR]->len; i++)
    {
      NbDataDirItem *dir = g_ptr_array_index (self->items[NB_REGISTRATION_DATA_DIR], i);
      if (strcmp (dir->owner, owner) == 0)
        return dir;
    }
  return NULL;
}

void
nb_registry_set_data_dir (NbRegistry *self, const char *owner, const char *dir)
{
  NbDataDirItem *known = find_data_dir (self, owner);

  if (known != NULL)
    {
      g_free (known->dir);
      known->dir = g_strdup (dir);
      tell_changed (self);
      return;
    }
  known = g_new0 (NbDataDirItem, 1);
  known->owner = g_strdup (owner);
  known->dir = g_strdup (dir);
  nb_registry_record (self, NB_REGISTRATION_DATA_DIR, known);
}

const char *
nb_registry_get_data_dir (NbRegistry *self, const char *owner)
{
  const NbDataDirItem *dir = find_data_dir (self, owner);

  return dir != NULL ? dir->dir : NULL;
}

GPtrArray *
nb_registry_list_data_owners (NbRegistry *self)
{
  GPtrArray *owners = g_ptr_array_new ();

  for (guint i = 0; i < self->items[NB_REGISTRATION_DATA_DIR]->len; i++)
    g_ptr_array_add (
        owners, (gpointer)nb_registration_item_owner (g_ptr_array_index (self->items[NB_REGISTRATION_DATA_DIR], i)));
  return owners;
}

GPtrArray *
nb_registry_get_routes (NbRegistry *self)
{
  return self->items[NB_REGISTRATION_ROUTE];
}

GPtrArray *
nb_registry_get_links (NbRegistry *self)
{
  return self->items[NB_REGISTRATION_LINK];
}

GPtrArray *
nb_registry_get_panels (NbRegistry *self)
{
  return self->items[NB_REGISTRATION_PANEL];
}

GPtrArray *
nb_registry_get_checks (NbRegistry *self)
{
  return self->items[NB_REGISTRATION_CHECK];
}

GPtrArray *
nb_registry_get_gauges (NbRegistry *self)
{
  return self->items[NB_REGISTRATION_GAUGE];
}

GPtrArray *
nb_registry_get_healths (NbRegistry *self)
{
  return self->items[NB_REGISTRATION_HEALTH];
}

/* Takes what @registration added out of every list; it is freed later. */
static void
withdraw (NbRegistry *self, const NbRegistration *registration)
{
  g_ptr_array_remove (self->items[registration->kind], registration->item);
  if (registration->kind == NB_REGISTRATION_HANDLER || registration->kind == NB_REGISTRATION_STATE_HANDLER)
    ((NbHandlerItem *)registration->item)->is_removed = TRUE;
  if (registration->kind == NB_REGISTRATION_GAUGE)
    {
      NbGauge *gauge = registration->item;
      gauge->is_removed = TRUE;
      nb_metrics_set_samples (gauge->name, gauge->help, NULL, 0);
    }
  if (registration->kind == NB_REGISTRATION_BADGE)
    nb_badge_end (registration->item);
  if (registration->kind == NB_REGISTRATION_TIMER)
    g_source_destroy (((NbTimerItem *)registration->item)->source);
  if (registration->kind == NB_REGISTRATION_TYPE)
    {
      NbTypeItem *type = registration->item;
      type->type = nb_type_table_remove (self->types, type->name);
    }
  if (registration->kind == NB_REGISTRATION_NOTIFIER)
    nb_notifier_table_remove (self->notifiers, ((NbNotifierItem *)registration->item)->notifier);
  if (registration->kind == NB_REGISTRATION_CONSUMER)
    nb_consumer_item_end (registration->item);
}

void
nb_registry_remove_owner (NbRegistry *self, const char *owner)
{
  g_autoptr (GPtrArray) removed = g_ptr_array_new_with_free_func (nb_registration_free);

  for (guint i = self->journal->len; i > 0; i--)
    {
      NbRegistration *registration = g_ptr_array_index (self->journal, i - 1);
      if (strcmp (nb_registration_item_owner (registration->item), owner) != 0)
        continue;
      withdraw (self, registration);
      g_ptr_array_add (removed, g_ptr_array_steal_index (self->journal, i - 1));
    }
  if (removed->len == 0)
    return;
  self->has_changed = FALSE;
  g_signal_emit (self, changed_signal, 0);
}

void
nb_registry_freeze (NbRegistry *self)
{
  self->frozen++;
}

void
nb_registry_thaw (NbRegistry *self)
{
  g_return_if_fail (self->frozen > 0);
  self->frozen--;
  if (self->frozen == 0 && self->has_changed)
    tell_changed (self);
}
