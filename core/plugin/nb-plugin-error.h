/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Why a plugin can't be used, or may not register something: told to operators, never to visitors. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define NB_PLUGIN_ERROR (nb_plugin_error_quark ())

typedef enum
{
  NB_PLUGIN_ERROR_INVALID,  /* a name, pattern or value that isn't allowed */
  NB_PLUGIN_ERROR_CONFLICT, /* another owner has it already */
  NB_PLUGIN_ERROR_ABI,      /* built for another version of the host */
  NB_PLUGIN_ERROR_MODULE,   /* the file can't be opened or isn't a plugin */
  NB_PLUGIN_ERROR_SETTINGS, /* its config section is wrong */
  NB_PLUGIN_ERROR_FAILED,   /* a plugin failed, or what it requires did */
  NB_PLUGIN_ERROR_BUSY      /* a reload is running already */
} NbPluginErrorCode;

GQuark nb_plugin_error_quark (void);

G_END_DECLS
