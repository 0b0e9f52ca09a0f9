/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The catalogue's asynchronous calls: each is one job on a store thread. */
#include "core/engine/nb-catalogue.h"

#include "core/engine/nb-auction-view.h"
#include "core/engine/nb-history.h"
#include "core/engine/nb-listing.h"
#include "core/engine/nb-search.h"

#include <neighborbid/nb-wallet.h>

#include <glib/gi18n.h>

struct _NbCatalogue
{
  GObject parent_instance;

  NbStore *store;
  NbRegistry *registry;
  NbCatalogueOptions options;
};

G_DEFINE_FINAL_TYPE (NbCatalogue, nb_catalogue, G_TYPE_OBJECT)

static void
nb_catalogue_finalize (GObject *object)
{
  NbCatalogue *self = NB_CATALOGUE (object);

  g_clear_object (&self->store);
  g_clear_object (&self->registry);
  G_OBJECT_CLASS (nb_catalogue_parent_class)->finalize (object);
}

static void
nb_catalogue_class_init (NbCatalogueClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = nb_catalogue_finalize;
}

static void
nb_catalogue_init (NbCatalogue *self)
{
}

void
nb_catalogue_set_options (NbCatalogue *self, const NbCatalogueOptions *options)
{
  g_return_if_fail (NB_IS_CATALOGUE (self) && options != NULL);

  self->options = *options;
}

NbCatalogue *
nb_catalogue_new (NbStore *store, NbRegistry *registry, const NbCatalogueOptions *options)
{
  NbCatalogue *self = g_object_new (NB_TYPE_CATALOGUE, NULL);

  self->store = g_object_ref (store);
  self->registry = g_object_ref (registry);
  self->options = *options;
  return self;
}

static void
transact_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  GError *error = NULL;

  if (nb_store_transact_finish (NB_STORE (source), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  GError *error = NULL;

  if (nb_store_read_finish (NB_STORE (source), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/* Runs @function on a reader; @job stays with the task, where finish finds the answer. */
static void
read_job (NbCatalogue *self, NbTransactFunc function, gpointer job, GDestroyNotify destroy, gpointer tag,
          GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);

  g_task_set_source_tag (task, tag);
  g_task_set_task_data (task, job, destroy);
  nb_store_read_async (self->store, function, job, NULL, NULL, read_cb, task);
}

static gpointer
finish_job (NbCatalogue *self, GAsyncResult *result, gpointer tag, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self) && g_task_get_source_tag (G_TASK (result)) == tag, NULL);

  return g_task_propagate_boolean (G_TASK (result), error) ? g_task_get_task_data (G_TASK (result)) : NULL;
}

static void
free_listing_job (gpointer job)
{
  nb_listing_job_free (job);
}

void
nb_catalogue_list_async (NbCatalogue *self, const NbListing *listing, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);
  NbListingJob *job;

  g_task_set_source_tag (task, nb_catalogue_list_async);
  if (nb_registry_find_service (self->registry, NB_TYPE_WALLET) == NULL)
    {
      g_task_return_error (
          task, nb_error_new (NB_ERROR_FEATURE_DISABLED, N_ ("auctions rest, for the wallet is switched off"), NULL));
      return;
    }
  job = nb_listing_job_new (self->registry, &self->options, listing);
  g_task_set_task_data (task, job, free_listing_job);
  nb_store_transact_async (self->store, nb_listing_job_run, job, NULL, NULL, transact_cb, g_steal_pointer (&task));
}

NbAuctionView *
nb_catalogue_list_finish (NbCatalogue *self, GAsyncResult *result, gboolean *is_replay, GError **error)
{
  NbListingJob *job = finish_job (self, result, nb_catalogue_list_async, error);

  if (job == NULL)
    return NULL;
  if (is_replay != NULL)
    *is_replay = job->is_replay;
  return g_steal_pointer (&job->view);
}

typedef struct
{
  NbRegistry *registry;
  gint64 auction;
  gint64 viewer;
  NbAuctionView *view;
} NbGetJob;

static void
free_get_job (gpointer data)
{
  NbGetJob *job = data;

  g_object_unref (job->registry);
  g_clear_pointer (&job->view, nb_auction_view_unref);
  g_free (job);
}

static gboolean
run_get (NbTransaction *transaction, gpointer data, GError **error)
{
  NbGetJob *job = data;

  g_clear_pointer (&job->view, nb_auction_view_unref);
  job->view = nb_auction_view_load (transaction, job->registry, job->auction, job->viewer, error);
  return job->view != NULL;
}

void
nb_catalogue_get_async (NbCatalogue *self, gint64 auction, gint64 viewer, GAsyncReadyCallback callback,
                        gpointer user_data)
{
  NbGetJob *job = g_new0 (NbGetJob, 1);

  job->registry = g_object_ref (self->registry);
  job->auction = auction;
  job->viewer = viewer;
  read_job (self, run_get, job, free_get_job, nb_catalogue_get_async, callback, user_data);
}

NbAuctionView *
nb_catalogue_get_finish (NbCatalogue *self, GAsyncResult *result, GError **error)
{
  NbGetJob *job = finish_job (self, result, nb_catalogue_get_async, error);

  return job != NULL ? g_steal_pointer (&job->view) : NULL;
}

static void
free_search_job (gpointer job)
{
  nb_search_job_free (job);
}

void
nb_catalogue_search_async (NbCatalogue *self, const NbSearch *search, gboolean count, GAsyncReadyCallback callback,
                           gpointer user_data)
{
  read_job (self, nb_search_job_run, nb_search_job_new (self->store, self->registry, search, count), free_search_job,
            nb_catalogue_search_async, callback, user_data);
}

NbSearchPage *
nb_catalogue_search_finish (NbCatalogue *self, GAsyncResult *result, GError **error)
{
  NbSearchJob *job = finish_job (self, result, nb_catalogue_search_async, error);

  return job != NULL ? g_steal_pointer (&job->page) : NULL;
}

static void
free_history_job (gpointer job)
{
  nb_history_job_free (job);
}

void
nb_catalogue_history_async (NbCatalogue *self, gint64 auction, gint64 viewer, guint limit, const char *cursor,
                            GAsyncReadyCallback callback, gpointer user_data)
{
  read_job (self, nb_history_job_run, nb_history_job_new (self->registry, auction, viewer, limit, cursor),
            free_history_job, nb_catalogue_history_async, callback, user_data);
}

NbHistoryPage *
nb_catalogue_history_finish (NbCatalogue *self, GAsyncResult *result, GError **error)
{
  NbHistoryJob *job = finish_job (self, result, nb_catalogue_history_async, error);

  return job != NULL ? g_steal_pointer (&job->page) : NULL;
}
