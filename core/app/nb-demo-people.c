/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Demo people: with a name, a neighbourhood, money and a session. */
#include "core/app/nb-demo.h"

#include <string.h>

#include <neighborbid/nb-wallet.h>

#include "core/app/nb-demo-listings.h"

#define PEOPLE_PER_TRANSACTION 200

/* Where they live: few districts, so that they are neighbours. */
static const char *const districts[] = { "1144000000", "4113500000", "2635000000" };

typedef struct
{
  NbHost *host;
  const NbDemoOptions *options;
  NbWallet *wallet; /* (nullable) */
  char *password_hash;
  GPtrArray *regions; /* (element-type NbRegion) */
  GPtrArray *people;  /* all so far */
  GPtrArray *batch;   /* those of this transaction */
  guint first;
} People;

static void
person_free (gpointer data)
{
  NbDemoPerson *person = data;

  g_free (person->username);
  g_free (person->token);
  g_free (person);
}

static void
add_district (NbHost *host, const char *code, GPtrArray *places)
{
  g_autoptr (GPtrArray) children = nb_regions_list (host->regions, code);

  for (guint i = 0; i < MIN (children->len, 4); i++)
    g_ptr_array_add (places, children->pdata[i]);
}

/* The neighbourhoods that demo people share. Without the usual districts the first ones that have neighbourhoods do. */
static GPtrArray *
choose_places (NbHost *host)
{
  GPtrArray *places = g_ptr_array_new ();
  g_autoptr (GPtrArray) tops = nb_regions_list (host->regions, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (districts); i++)
    if (nb_regions_find (host->regions, districts[i]))
      add_district (host, districts[i], places);
  for (guint i = 0; i < tops->len && places->len == 0; i++)
    {
      g_autoptr (GPtrArray) below = nb_regions_list (host->regions, ((const NbRegion *)tops->pdata[i])->code);
      for (guint j = 0; j < below->len && places->len == 0; j++)
        add_district (host, ((const NbRegion *)below->pdata[j])->code, places);
    }
  return places;
}

static NbDemoPerson *
add_person (People *self, NbTransaction *transaction, guint number, GError **error)
{
  const NbDemoName *name = &nb_demo_names[number % nb_demo_n_names];
  guint round = number / nb_demo_n_names;
  const NbRegion *region = self->regions->len ? self->regions->pdata[number % self->regions->len] : NULL;
  g_autofree char *username = round ? g_strdup_printf ("%s%u", name->username, round + 1) : g_strdup (name->username);
  g_autofree char *nickname = round ? g_strdup_printf ("%s%u", name->nickname, round + 1) : g_strdup (name->nickname);
  NbSignUp sign_up = { .username = username,
                       .password = NB_DEMO_PASSWORD,
                       .nickname = nickname,
                       .region = region ? region->code : NULL,
                       .language = "ko" };
  NbAccountsOptions session = nb_host_accounts_options ();
  NbDemoPerson *person = g_new0 (NbDemoPerson, 1);
  NbEntry entry;

  g_ptr_array_add (self->batch, person);
  person->username = g_strdup (username);
  g_strlcpy (person->region, region ? region->code : "", sizeof person->region);
  person->id = nb_accounts_create (transaction, &sign_up, self->password_hash, "", error);
  if (person->id <= 0)
    return NULL;
  person->token = nb_accounts_create_session (transaction, person->id, &session, error);
  if (!person->token)
    return NULL;
  if (self->options->balance > 0
      && !nb_wallet_deposit (self->wallet, transaction, person->id, self->options->balance, NULL, &entry, error))
    return NULL;
  return person;
}

static gboolean
add_batch (NbTransaction *transaction, gpointer user_data, GError **error)
{
  People *self = user_data;
  guint end = MIN (self->first + PEOPLE_PER_TRANSACTION, self->options->people);

  g_ptr_array_set_size (self->batch, 0);
  for (guint i = self->first; i < end; i++)
    if (!add_person (self, transaction, i, error))
      return FALSE;
  return TRUE;
}

static gboolean
prepare (People *self, GError **error)
{
  self->wallet = nb_registry_find_service (self->host->registry, NB_TYPE_WALLET);
  if (self->options->balance > 0 && !self->wallet)
    {
      g_set_error (error, NB_HOST_ERROR, NB_HOST_ERROR_CONFIG, "no plugin that keeps money runs; give --balance 0");
      return FALSE;
    }
  self->password_hash = nb_accounts_hash_password (NB_DEMO_PASSWORD, error);
  return self->password_hash != NULL;
}

GPtrArray *
nb_demo_add_people (NbHost *host, const NbDemoOptions *options, GError **error)
{
  g_autoptr (GPtrArray) regions = choose_places (host);
  g_autoptr (GPtrArray) people = g_ptr_array_new_with_free_func (person_free);
  g_autoptr (GPtrArray) batch = g_ptr_array_new_with_free_func (person_free);
  People self = { .host = host, .options = options, .regions = regions, .people = people, .batch = batch };
  g_autofree char *hash = NULL;

  if (!prepare (&self, error))
    return NULL;
  hash = self.password_hash;
  for (; self.first < options->people; self.first += PEOPLE_PER_TRANSACTION)
    {
      if (!nb_store_transact (host->store, add_batch, &self, error))
        return NULL;
      while (batch->len > 0)
        g_ptr_array_add (people, g_ptr_array_steal_index (batch, 0));
    }
  return g_steal_pointer (&people);
}
