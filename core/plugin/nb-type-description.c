/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an auction type says of itself. */
#include <neighborbid/nb-auction-type.h>

typedef struct
{
  char *title;
  char *rule;
} Texts;

struct _NbTypeDescription
{
  char *terms_schema;
  NbCapabilities capabilities;
  GHashTable *languages; /* of Texts */
};

static void
texts_free (gpointer data)
{
  Texts *texts = data;

  g_free (texts->title);
  g_free (texts->rule);
  g_free (texts);
}

NbTypeDescription *
nb_type_description_new (const char *terms_schema, NbCapabilities capabilities)
{
  NbTypeDescription *self = g_new0 (NbTypeDescription, 1);

  self->terms_schema = g_strdup (terms_schema);
  self->capabilities = capabilities;
  self->languages = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, texts_free);
  return self;
}

void
nb_type_description_free (NbTypeDescription *self)
{
  g_free (self->terms_schema);
  g_hash_table_unref (self->languages);
  g_free (self);
}

void
nb_type_description_add_language (NbTypeDescription *self, const char *language, const char *title, const char *rule)
{
  Texts *texts = g_new (Texts, 1);

  texts->title = g_strdup (title);
  texts->rule = g_strdup (rule);
  g_hash_table_replace (self->languages, g_strdup (language), texts);
}

static const Texts *
find_texts (const NbTypeDescription *self, const char *language)
{
  static const Texts none = { (char *)"", (char *)"" };
  const Texts *texts = g_hash_table_lookup (self->languages, language);

  if (texts == NULL)
    texts = g_hash_table_lookup (self->languages, "en");
  return texts != NULL ? texts : &none;
}

const char *
nb_type_description_get_title (const NbTypeDescription *self, const char *language)
{
  return find_texts (self, language)->title;
}

const char *
nb_type_description_get_rule (const NbTypeDescription *self, const char *language)
{
  return find_texts (self, language)->rule;
}

const char *
nb_type_description_get_terms_schema (const NbTypeDescription *self)
{
  return self->terms_schema;
}

NbCapabilities
nb_type_description_get_capabilities (const NbTypeDescription *self)
{
  return self->capabilities;
}
