/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `neighborbid doctor`: runs every check that core and the plugins have, and tells what each found. */
#include "core/app/nb-cli-commands.h"
#include "core/app/nb-cli-host.h"
#include "core/app/nb-doctor.h"

#define MIGRATIONS "migrations"

/* What one check found. */
typedef struct
{
  const char *name;
  const char *title;
  const char *owner;
  GPtrArray *faults; /* (element-type utf8) */
} Finding;

typedef struct
{
  const char *only; /* (nullable): the one check to run */
  GArray *findings;
  gboolean was_found;
} Doctor;

static void
finding_clear (gpointer data)
{
  g_ptr_array_unref (((Finding *)data)->faults);
}

static Finding *
add_finding (Doctor *self, const char *name, const char *title, const char *owner)
{
  Finding finding = { name, title, owner, g_ptr_array_new_with_free_func (g_free) };

  g_array_append_val (self->findings, finding);
  return &g_array_index (self->findings, Finding, self->findings->len - 1);
}

static gboolean
is_wanted (Doctor *self, const char *name)
{
  gboolean is_it = !self->only || g_str_equal (self->only, name);

  self->was_found |= is_it;
  return is_it;
}

typedef struct
{
  const NbCheck *check;
  GPtrArray *faults;
} Look;

static gboolean
look (NbTransaction *transaction, gpointer user_data, GError **error)
{
  Look *self = user_data;

  g_ptr_array_set_size (self->faults, 0);
  return self->check->function (transaction, self->faults, self->check->user_data, error);
}

/* A check that could not look is a fault as well. */
static void
run_check (Doctor *self, NbHost *host, const NbCheck *check)
{
  Finding *finding = add_finding (self, check->name, check->title, check->owner);
  Look looking = { check, finding->faults };
  g_autoptr (GError) error = NULL;

  if (!nb_store_read (host->store, look, &looking, &error))
    g_ptr_array_add (finding->faults, g_strdup_printf ("could not look: %s", error->message));
}

static gboolean
run_checks (Doctor *self, NbHost *host, GError **error)
{
  GPtrArray *checks;

  if (!nb_host_migrate (host, FALSE, error) || !nb_host_start_core (host, FALSE, error)
      || !nb_host_start_plugins (host, error))
    return FALSE;
  checks = nb_registry_get_checks (host->registry);
  for (guint i = 0; i < checks->len; i++)
    {
      const NbCheck *check = checks->pdata[i];
      if (is_wanted (self, check->name))
        run_check (self, host, check);
    }
  return TRUE;
}

/* Nothing else can be looked at while the tables are not those of this version. */
static gboolean
diagnose (Doctor *self, NbHost *host, GError **error)
{
  g_autoptr (GPtrArray) faults = g_ptr_array_new_with_free_func (g_free);

  if (!nb_doctor_check_migrations (host, faults, error))
    return FALSE;
  if (is_wanted (self, MIGRATIONS) || faults->len > 0)
    {
      Finding *finding = add_finding (self, MIGRATIONS, "The database's tables are those of this version", "core");
      g_ptr_array_extend_and_steal (finding->faults, g_ptr_array_ref (faults));
      if (finding->faults->len > 0)
        {
          self->was_found = TRUE;
          return TRUE;
        }
    }
  return run_checks (self, host, error);
}

static void
print_text (Doctor *self)
{
  for (guint i = 0; i < self->findings->len; i++)
    {
      const Finding *finding = &g_array_index (self->findings, Finding, i);

      g_print ("%-6s %-20s %s\n", finding->faults->len ? "FAULT" : "fine", finding->name, finding->title);
      for (guint j = 0; j < finding->faults->len; j++)
        g_print ("       %s\n", (const char *)finding->faults->pdata[j]);
    }
}

static void
print_json (Doctor *self)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonArray *items = json_array_new ();

  for (guint i = 0; i < self->findings->len; i++)
    {
      const Finding *finding = &g_array_index (self->findings, Finding, i);
      JsonObject *object = json_object_new ();
      JsonArray *faults = json_array_new ();

      for (guint j = 0; j < finding->faults->len; j++)
        json_array_add_string_element (faults, finding->faults->pdata[j]);
      json_object_set_string_member (object, "name", finding->name);
      json_object_set_string_member (object, "title", finding->title);
      json_object_set_string_member (object, "owner", finding->owner);
      json_object_set_boolean_member (object, "ok", finding->faults->len == 0);
      json_object_set_array_member (object, "faults", faults);
      json_array_add_object_element (items, object);
    }
  json_node_take_object (node, json_object_new ());
  json_object_set_array_member (json_node_get_object (node), "checks", items);
  nb_print_json (node);
}

static NbExit
conclude (NbInvocation *invocation, Doctor *self)
{
  for (guint i = 0; i < self->findings->len; i++)
    if (g_array_index (self->findings, Finding, i).faults->len > 0)
      return NB_EXIT_CHECK_FAILED;
  if (!self->was_found)
    return nb_invocation_refuse (invocation, "there is no check '%s'; --list tells which there are", self->only);
  return NB_EXIT_FINE;
}

/* The plugins register their checks when they start, so they do, as for the checks themselves. */
static NbExit
list_checks (NbInvocation *invocation)
{
  g_autoptr (NbHost) host = nb_invocation_open_host (invocation, NB_STAGE_READ);
  g_autoptr (GError) error = NULL;
  GPtrArray *checks;

  if (!host)
    return invocation->exit;
  if (!nb_doctor_register (host, &error))
    {
      nb_invocation_fail (invocation, error);
      return invocation->exit;
    }
  g_print ("%-20s %s\n", MIGRATIONS, "The database's tables are those of this version");
  checks = nb_registry_get_checks (host->registry);
  for (guint i = 0; i < checks->len; i++)
    {
      const NbCheck *check = checks->pdata[i];
      g_print ("%-20s %s\n", check->name, check->title);
    }
  return NB_EXIT_FINE;
}

NbExit
nb_cli_doctor (NbInvocation *invocation)
{
  gboolean is_list = FALSE;
  g_autofree char *only = NULL;
  GOptionEntry entries[] = { { "list", 0, 0, G_OPTION_ARG_NONE, &is_list, "List the checks", NULL },
                             { "run", 0, 0, G_OPTION_ARG_STRING, &only, "Run this check alone", "NAME" },
                             { NULL } };
  g_autoptr (GArray) findings = g_array_new (FALSE, FALSE, sizeof (Finding));
  g_autoptr (NbHost) host = NULL;
  g_autoptr (GError) error = NULL;
  Doctor self = { .findings = findings };

  g_array_set_clear_func (findings, finding_clear);
  if (!nb_invocation_parse (invocation, entries, 0, 0))
    return invocation->exit;
  if (is_list)
    return list_checks (invocation);
  self.only = only;
  host = nb_invocation_open_host (invocation, NB_STAGE_SCHEMA);
  if (!host)
    return invocation->exit;
  if (!nb_doctor_register (host, &error) || !diagnose (&self, host, &error))
    {
      nb_invocation_fail (invocation, error);
      return invocation->exit;
    }
  if (invocation->as_json)
    print_json (&self);
  else
    print_text (&self);
  return conclude (invocation, &self);
}
