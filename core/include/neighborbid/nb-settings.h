/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Settings of one config section: declared, checked by the host, then read by name. */
#pragma once

#include <glib-object.h>
#include <neighborbid/nb-visibility.h>

G_BEGIN_DECLS

/** NbSettingKind: how the value is written; durations are seconds, or carry `s`, `m`, `h`, `d`. */
typedef enum
{
  NB_SETTING_TEXT,
  NB_SETTING_INT,
  NB_SETTING_BOOL, /* true or false */
  NB_SETTING_DURATION, /* read as seconds */
  NB_SETTING_CHOICE,
  NB_SETTING_PERCENT, /* 0 to 100 with up to two decimals, read as hundredths of a percent */
  NB_SETTING_SECRET, /* text that is never printed */
  NB_SETTING_MILLISECONDS /* a short duration as in 20ms or 2s, the unit is a must; read as milliseconds */
} NbSettingKind;

/**
 * NbSetting:
 * @name: the key; %NULL ends a list
 * @kind: how it is written
 * @fallback: the default, as written in a file
 * @minimum: for INT, DURATION and MILLISECONDS
 * @maximum: for INT, DURATION and MILLISECONDS; for TEXT the most bytes
 * @choices: for CHOICE: the allowed words, `|` between them
 * @help: one line for `config defaults`
 * @needs_restart: whether a change is taken only at the next start
 * @check: (nullable): for TEXT: what it must be beyond that; its error says what was found and what was expected, and is
 *   told beside the key. Called before anything of the plugin runs
 *
 * Since: 1.0
 */
typedef struct
{
  const char *name;
  NbSettingKind kind;
  const char *fallback;
  gint64 minimum;
  gint64 maximum;
  const char *choices;
  const char *help;
  gboolean needs_restart;
  gboolean (*check) (const char *text, GError **error);
} NbSetting;

/**
 * NbSettings:
 *
 * The values of one section, all present and checked. Immutable, reference-counted.
 *
 * Since: 1.0
 */
typedef struct _NbSettings NbSettings;

NB_PUBLIC GType nb_settings_get_type (void);
NB_PUBLIC NbSettings *nb_settings_ref (NbSettings *self);
NB_PUBLIC void nb_settings_unref (NbSettings *self);
/* Asking for a name that was not declared, or by another kind, is a programmer's fault. */
NB_PUBLIC const char *nb_settings_get_text (NbSettings *self, const char *name);
NB_PUBLIC gint64 nb_settings_get_int (NbSettings *self, const char *name);
NB_PUBLIC gboolean nb_settings_get_bool (NbSettings *self, const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbSettings, nb_settings_unref)

G_END_DECLS
