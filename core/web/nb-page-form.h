/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Models of form fields, of what a form carries along, and of links that keep a query. */
#pragma once

#include "core/web/nb-request-private.h"

G_BEGIN_DECLS

typedef enum
{
  NB_INPUT_TEXT,
  NB_INPUT_PASSWORD,
  NB_INPUT_LONG,
  NB_INPUT_MONEY,
  NB_INPUT_NUMBER,
  NB_INPUT_CHOICE,
  NB_INPUT_FLAG
} NbInputKind;

/* One field for `field.mustache`. Texts are in the reader's language already. */
typedef struct
{
  const char *name;
  NbInputKind kind;
  const char *label;
  const char *value;        /* (nullable) what was typed before */
  const char *hint;         /* (nullable) */
  const char *autocomplete; /* (nullable) */
  gint64 maximum;           /* of characters; 0: not said */
  gboolean is_required;
  gboolean is_wide;
} NbInput;

/* Appends to @fields and returns it, to add options to. */
JsonObject *nb_page_add_input (JsonArray *fields, const NbInput *input);
void nb_page_add_option (JsonObject *field, const char *value, const char *label, gboolean is_selected);
/* Puts @error into the model: beside the field that it names, if that is among @fields, and above the form. */
void nb_page_set_form_error (NbRequest *request, JsonObject *model, JsonArray *fields, const GError *error);

/* Appends a hidden field to @kept. */
void nb_page_keep (JsonArray *kept, const char *name, const char *value);
/* Appends the texts of @values, and those of objects in it as `NAME.KEY`, with @prefix before the names. */
void nb_page_keep_all (JsonArray *kept, JsonObject *values, const char *prefix);
/* Returns: (transfer full): @path with what is not NULL or empty among the pairs of name and text, ended by NULL */
char *nb_page_link (const char *path, ...) G_GNUC_NULL_TERMINATED;
/* Returns: whether @path is a path on this site that may be redirected to */
gboolean nb_page_is_own_path (const char *path);
/* Returns: (transfer full): @msgid in the reader's language with pairs of placeholder and text filled in, ended by NULL
 */
char *nb_page_text (NbRequest *request, const char *msgid, ...) G_GNUC_NULL_TERMINATED;
/* Returns: (transfer none) (nullable): the text member @name, or NULL where it is missing or empty */
const char *nb_page_get_text (JsonObject *object, const char *name);

G_END_DECLS
