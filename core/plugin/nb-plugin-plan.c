/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Decides about each plugin, in the order of their needs, so that a chain of reasons can be told. */
#include "core/plugin/nb-plugin-plan.h"

#include "core/plugin/nb-plugin-error.h"
#include "core/plugin/nb-plugin-module.h"
#include "core/plugin/nb-plugin-order.h"
#include "core/plugin/nb-wording.h"

#include <string.h>

static int
compare_ids (gconstpointer a, gconstpointer b)
{
  return strcmp (a, b);
}

static char *
find_similar (GPtrArray *records, const char *id)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new ();

  for (guint i = 0; i < records->len; i++)
    {
      NbPluginRecord *record = g_ptr_array_index (records, i);
      if (!record->is_missing)
        g_ptr_array_add (ids, record->id);
    }
  g_ptr_array_add (ids, NULL);
  return nb_wording_did_you_mean (id, (const char *const *)ids->pdata);
}

/* What the config names must be listed, even when nobody found it. */
static void
add_missing (GPtrArray *records, GHashTable *modes)
{
  g_autoptr (GList) ids = modes != NULL ? g_list_sort (g_hash_table_get_keys (modes), compare_ids) : NULL;

  for (GList *l = ids; l != NULL; l = l->next)
    {
      if (nb_plugin_records_find (records, l->data) != NULL)
        continue;
      g_autofree char *hint = find_similar (records, l->data);
      NbPluginRecord *record = nb_plugin_record_new (l->data, NULL, NB_PLUGIN_DISABLED);
      record->is_missing = TRUE;
      record->fault = g_strdup_printf ("isn't installed%s", hint);
      g_ptr_array_add (records, record);
    }
}

/* Those that neither the config nor a fault of their own keeps from running. */
static GPtrArray *
collect_candidates (GPtrArray *records, GHashTable *modes)
{
  GPtrArray *candidates = g_ptr_array_new ();

  for (guint i = 0; i < records->len; i++)
    {
      NbPluginRecord *record = g_ptr_array_index (records, i);
      gboolean is_named = modes != NULL && !record->is_double && g_hash_table_contains (modes, record->id);
      /* The mode is meant for the first of an id; a double is only listed. */
      record->next.mode = is_named            ? (NbPluginMode)GPOINTER_TO_UINT (g_hash_table_lookup (modes, record->id))
                          : record->is_double ? NB_PLUGIN_OPTIONAL
                                              : record->unnamed;
      if (record->next.mode == NB_PLUGIN_DISABLED)
        nb_plugin_verdict_set (&record->next, NB_PLUGIN_OFF, NULL, FALSE);
      else if (record->fault != NULL)
        nb_plugin_verdict_set (&record->next, NB_PLUGIN_FAILED, g_strdup (record->fault), FALSE);
      else
        {
          nb_plugin_verdict_set (&record->next, NB_PLUGIN_RESOLVED, NULL, FALSE);
          g_ptr_array_add (candidates, record);
        }
    }
  return candidates;
}

static NbPluginRecord *
record_of (GPtrArray *records, const NbManifest *manifest)
{
  return nb_plugin_records_find (records, manifest->id);
}

static void
refuse_cycle (GPtrArray *records, GPtrArray *candidates, GPtrArray *cycle)
{
  for (guint i = 0; i < cycle->len; i++)
    {
      NbPluginRecord *record = record_of (records, g_ptr_array_index (cycle, i));
      g_autofree char *printed = nb_plugin_order_print_cycle (cycle, record->id);
      nb_plugin_verdict_set (&record->next, NB_PLUGIN_FAILED, g_strdup_printf ("is in a cycle: %s", printed), FALSE);
      g_ptr_array_remove (candidates, record);
    }
}

/* Puts the candidates in order; each round takes one cycle out. */
static GPtrArray *
order_candidates (GPtrArray *records, GPtrArray *candidates)
{
  while (TRUE)
    {
      g_autoptr (GPtrArray) manifests = g_ptr_array_new ();
      g_autoptr (GPtrArray) cycle = NULL;
      for (guint i = 0; i < candidates->len; i++)
        g_ptr_array_add (manifests, ((NbPluginRecord *)g_ptr_array_index (candidates, i))->manifest);
      g_autoptr (GPtrArray) order = nb_plugin_order (manifests, &cycle);
      if (order == NULL)
        {
          refuse_cycle (records, candidates, cycle);
          continue;
        }
      GPtrArray *ordered = g_ptr_array_new ();
      for (guint i = 0; i < order->len; i++)
        g_ptr_array_add (ordered, record_of (records, g_ptr_array_index (order, i)));
      return ordered;
    }
}

static gboolean
offers (const NbPluginRecord *record, const char *name)
{
  if (record->manifest == NULL || record->is_double)
    return !record->is_double && !record->is_missing && strcmp (record->id, name) == 0;
  return nb_manifest_offers (record->manifest, name);
}

static char *
print_blocker (const NbPluginRecord *provider, const NbPluginVerdict *verdict, const char *name)
{
  g_autofree char *alias
      = strcmp (provider->id, name) != 0 ? g_strdup_printf ("%s of %s", name, provider->id) : g_strdup (name);

  if (verdict->is_blocked)
    return g_strdup_printf ("requires %s, which %s", alias, verdict->reason);
  if (verdict->state == NB_PLUGIN_FAILED)
    return g_strdup_printf ("requires %s, which failed: %s", alias, verdict->reason);
  return g_strdup_printf ("requires %s, which is %s", alias, nb_plugin_state_name (verdict->state));
}

/* Any one of several that offer @name is enough; when none is good, the first is told. */
static char *
find_blocker_for (GPtrArray *records, const char *name, gboolean use_next)
{
  g_autofree char *blocker = NULL;

  for (guint i = 0; i < records->len; i++)
    {
      const NbPluginRecord *provider = g_ptr_array_index (records, i);
      const NbPluginVerdict *verdict = use_next ? &provider->next : &provider->now;
      if (!offers (provider, name))
        continue;
      if (verdict->state == (use_next ? NB_PLUGIN_LOADED : NB_PLUGIN_RUNNING))
        return NULL;
      if (blocker == NULL)
        blocker = print_blocker (provider, verdict, name);
    }
  return blocker != NULL ? g_steal_pointer (&blocker) : g_strdup_printf ("requires %s, which isn't installed", name);
}

char *
nb_plugin_plan_find_blocker (GPtrArray *records, const NbPluginRecord *self, gboolean use_next)
{
  for (guint i = 0; self->manifest->requires[i] != NULL; i++)
    {
      char *blocker = find_blocker_for (records, self->manifest->requires[i], use_next);
      if (blocker != NULL)
        return blocker;
    }
  return NULL;
}

static gboolean
open_module (NbPluginRecord *record, GError **error)
{
  if (record->type == G_TYPE_INVALID)
    record->type = nb_plugin_module_open (record->manifest, error);
  return record->type != G_TYPE_INVALID;
}

GPtrArray *
nb_plugin_plan_make (GPtrArray *records, GHashTable *modes)
{
  GPtrArray *chosen = g_ptr_array_new ();

  add_missing (records, modes);
  g_autoptr (GPtrArray) candidates = collect_candidates (records, modes);
  g_autoptr (GPtrArray) ordered = order_candidates (records, candidates);
  for (guint i = 0; i < ordered->len; i++)
    {
      NbPluginRecord *record = g_ptr_array_index (ordered, i);
      g_autoptr (GError) error = NULL;
      char *blocker = nb_plugin_plan_find_blocker (records, record, TRUE);
      if (blocker != NULL)
        nb_plugin_verdict_set (&record->next, NB_PLUGIN_FAILED, blocker, TRUE);
      else if (!open_module (record, &error))
        nb_plugin_verdict_set (&record->next, NB_PLUGIN_FAILED, g_strdup (error->message), FALSE);
      else
        {
          nb_plugin_verdict_set (&record->next, NB_PLUGIN_LOADED, NULL, FALSE);
          g_ptr_array_add (chosen, record);
        }
    }
  return chosen;
}

gboolean
nb_plugin_plan_check_required (GPtrArray *records, gboolean use_next, GError **error)
{
  g_autoptr (GString) failures = g_string_new (NULL);

  for (guint i = 0; i < records->len; i++)
    {
      const NbPluginRecord *record = g_ptr_array_index (records, i);
      const NbPluginVerdict *verdict = use_next ? &record->next : &record->now;
      if (verdict->mode != NB_PLUGIN_REQUIRED || verdict->state != NB_PLUGIN_FAILED)
        continue;
      g_autofree char *failure = nb_plugin_record_print_failure (record, verdict);
      g_string_append_printf (failures, "%s%s", failures->len > 0 ? "\n" : "", failure);
    }
  if (failures->len > 0)
    g_set_error_literal (error, NB_PLUGIN_ERROR, NB_PLUGIN_ERROR_FAILED, failures->str);
  return failures->len == 0;
}
