/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where the program's own files are: installed, or in the build folder that it runs from. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* (transfer none): where templates, static files, SQL and regions of the host are */
const char *nb_paths_get_data_dir (void);
/* (transfer none): where the plugins that ship with the host are, a folder each */
const char *nb_paths_get_plugin_dir (void);
/* (transfer none): where translations are */
const char *nb_paths_get_locale_dir (void);
/* (transfer none): the configuration that is read when none is named; it may be missing */
const char *nb_paths_get_config_file (void);
/* Returns: (transfer full): where data is kept when the configuration names no place */
char *nb_paths_default_state_dir (void);

G_END_DECLS
