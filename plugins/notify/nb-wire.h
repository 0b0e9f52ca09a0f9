/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One thread that does all of the plugin's transfers to the outside with libcurl, many at a time. */
#pragma once

#include <curl/curl.h>
#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _NbWire NbWire;

/* Starts the thread, of low priority, so that transfers slow nothing else. */
NbWire *nb_wire_new (void);
/* Ends what is under way (each ends with CURLE_ABORTED_BY_CALLBACK) and joins the thread. */
void nb_wire_free (NbWire *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbWire, nb_wire_free)

/* Returns: (transfer full): a handle with what holds for every transfer: no signals, no proxy, no redirects, bounds for
 * time and for the size of answers, TLS verified */
CURL *nb_wire_easy_new (void);

/* How a transfer ended. */
typedef struct
{
  CURLcode code;
  long status; /* HTTP's or SMTP's last, or 0 */
  char error[CURL_ERROR_SIZE];
  guint retry_after; /* of HTTP's header Retry-After, in seconds, or 0 */
} NbWireResult;

typedef void (*NbWireFunc) (const NbWireResult *result, gpointer user_data);

/* @easy: (transfer full). Calls @function exactly once, on the main context of the thread that made @self, never from
 * within this call. What the handle points to must live until then. */
void nb_wire_perform (NbWire *self, CURL *easy, NbWireFunc function, gpointer user_data);

G_END_DECLS
