/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The base class of plugins. */
#include "core/plugin/nb-plugin-private.h"

#include "core/plugin/nb-plugin-error.h"

G_DEFINE_ABSTRACT_TYPE (NbPlugin, nb_plugin, G_TYPE_OBJECT)

static void
nb_plugin_class_init (NbPluginClass *klass)
{
}

static void
nb_plugin_init (NbPlugin *self)
{
}

/* Moves the outcome of @hook into @error; exactly one of success and an error leaves here. */
static gboolean
judge (gboolean succeeded, GError *inner, const char *id, const char *hook, GError **error)
{
  if (inner != NULL)
    {
      if (succeeded)
        g_set_error (error, NB_PLUGIN_ERROR, NB_PLUGIN_ERROR_FAILED,
                     "'%s' of %s succeeded with an error set, a bug of %s: %s", hook, id, id, inner->message);
      else
        g_propagate_error (error, g_error_copy (inner));
      g_error_free (inner);
      return FALSE;
    }
  if (!succeeded)
    g_set_error (error, NB_PLUGIN_ERROR, NB_PLUGIN_ERROR_FAILED, "'%s' of %s failed without an error, a bug of %s",
                 hook, id, id);
  return succeeded;
}

gboolean
nb_plugin_configure (NbPlugin *self, const char *id, NbSettings *settings, GError **error)
{
  NbPluginClass *klass = NB_PLUGIN_GET_CLASS (self);
  GError *inner = NULL;

  if (klass->configure == NULL)
    return TRUE;
  gboolean succeeded = klass->configure (self, settings, &inner);
  return judge (succeeded, inner, id, "configure", error);
}

gboolean
nb_plugin_start (NbPlugin *self, const char *id, NbContext *context, GError **error)
{
  NbPluginClass *klass = NB_PLUGIN_GET_CLASS (self);
  GError *inner = NULL;

  if (klass->start == NULL)
    return TRUE;
  gboolean succeeded = klass->start (self, context, &inner);
  return judge (succeeded, inner, id, "start", error);
}

gboolean
nb_plugin_ready (NbPlugin *self, const char *id, NbContext *context, GError **error)
{
  NbPluginClass *klass = NB_PLUGIN_GET_CLASS (self);
  GError *inner = NULL;

  if (klass->ready == NULL)
    return TRUE;
  gboolean succeeded = klass->ready (self, context, &inner);
  return judge (succeeded, inner, id, "ready", error);
}

void
nb_plugin_stop (NbPlugin *self)
{
  NbPluginClass *klass = NB_PLUGIN_GET_CLASS (self);

  if (klass->stop != NULL)
    klass->stop (self);
}
