/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Frees what was registered, each kind in its way. */
#include "core/plugin/nb-registration.h"

const char *
nb_registration_item_owner (gpointer item)
{
  return *(char **)item;
}

void
nb_handler_item_clear (gpointer data)
{
  NbHandlerItem *handler = data;

  g_free (handler->owner);
  g_free (handler->kind);
}

static void
route_free (NbRoute *route)
{
  g_free (route->owner);
  g_free (route->method);
  g_free (route->pattern);
  g_free (route);
}

static void
check_free (NbCheck *check)
{
  g_free (check->owner);
  g_free (check->name);
  g_free (check->title);
  g_free (check);
}

static void
health_free (NbHealthItem *health)
{
  g_free (health->owner);
  g_free (health->name);
  g_free (health);
}

static void
link_free (NbLink *link)
{
  g_free (link->owner);
  g_free (link->path);
  g_free (link->label);
  g_free (link);
}

static void
badge_clear (gpointer data)
{
  NbBadge *badge = data;

  g_rw_lock_clear (&badge->lock);
  g_free (badge->owner);
  g_free (badge->path);
}

void
nb_badge_unref (gpointer badge)
{
  g_atomic_rc_box_release_full (badge, badge_clear);
}

static void
script_free (NbScript *script)
{
  g_free (script->owner);
  g_free (script->path);
  g_free (script);
}

static void
panel_free (NbPanel *panel)
{
  g_free (panel->owner);
  g_free (panel->slot);
  g_free (panel->template_name);
  g_free (panel);
}

static void
gauge_clear (gpointer data)
{
  NbGauge *gauge = data;

  if (gauge->destroy != NULL)
    gauge->destroy (gauge->user_data);
  g_free (gauge->owner);
  g_free (gauge->name);
  g_free (gauge->label);
  g_free (gauge->help);
}

void
nb_gauge_unref (gpointer gauge)
{
  g_rc_box_release_full (gauge, gauge_clear);
}

static void
service_free (NbServiceItem *service)
{
  g_free (service->owner);
  g_object_unref (service->object);
  g_free (service);
}

static void
type_name_free (NbTypeItem *type)
{
  g_free (type->owner);
  g_free (type->name);
  g_clear_object (&type->type);
  g_free (type);
}

static void
timer_free (NbTimerItem *timer)
{
  g_source_destroy (timer->source);
  g_source_unref (timer->source);
  g_free (timer->owner);
  g_free (timer);
}

static void
data_dir_free (NbDataDirItem *dir)
{
  g_free (dir->owner);
  g_free (dir->dir);
  g_free (dir);
}

static void
notifier_item_free (NbNotifierItem *item)
{
  g_free (item->owner);
  g_object_unref (item->notifier);
  g_free (item);
}

static void
item_free (NbRegistrationKind kind, gpointer item)
{
  switch (kind)
    {
    case NB_REGISTRATION_SERVICE:
      service_free (item);
      break;
    case NB_REGISTRATION_TYPE:
      type_name_free (item);
      break;
    case NB_REGISTRATION_ROUTE:
      route_free (item);
      break;
    case NB_REGISTRATION_HANDLER:
    case NB_REGISTRATION_STATE_HANDLER:
      g_rc_box_release_full (item, nb_handler_item_clear);
      break;
    case NB_REGISTRATION_CHECK:
      check_free (item);
      break;
    case NB_REGISTRATION_LINK:
      link_free (item);
      break;
    case NB_REGISTRATION_PANEL:
      panel_free (item);
      break;
    case NB_REGISTRATION_TIMER:
      timer_free (item);
      break;
    case NB_REGISTRATION_DATA_DIR:
      data_dir_free (item);
      break;
    case NB_REGISTRATION_GAUGE:
      nb_gauge_unref (item);
      break;
    case NB_REGISTRATION_HEALTH:
      health_free (item);
      break;
    case NB_REGISTRATION_CONSUMER:
      nb_consumer_item_unref (item);
      break;
    case NB_REGISTRATION_NOTIFIER:
      notifier_item_free (item);
      break;
    case NB_REGISTRATION_BADGE:
      nb_badge_unref (item);
      break;
    case NB_REGISTRATION_SCRIPT:
      script_free (item);
      break;
    case NB_N_REGISTRATIONS:
    default:
      g_assert_not_reached ();
    }
}

void
nb_registration_free (gpointer data)
{
  NbRegistration *registration = data;

  item_free (registration->kind, registration->item);
  g_free (registration);
}
