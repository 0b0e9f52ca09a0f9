/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One thread that does all of the plugin's transfers to the outside with libcurl, many at a time. */
#pragma once

#include <curl/curl.h>
#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _NbWire NbWire;

/* Starts the thread, of low priority, so that transfers slow nothing else. */
NbWire *nb_wire_new (void);
/* Ends what is under way and joins the thread; each of it is told before this returns, with CURLE_ABORTED_BY_CALLBACK.
 * Nothing new may be asked for meanwhile. */
void nb_wire_free (NbWire *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbWire, nb_wire_free)

/* Returns: (transfer full): a handle with what holds for every transfer: no signals, no proxy, no redirects, bounds for
 * time and for the size of answers, TLS verified. Say CURLOPT_PROTOCOLS_STR yourself. The wire keeps for itself
 * CURLOPT_PRIVATE, _ERRORBUFFER, _WRITEFUNCTION, _HEADERFUNCTION, _SOCKOPTFUNCTION and _CLOSESOCKETFUNCTION */
CURL *nb_wire_easy_new (void);

/* How a transfer ended. */
typedef struct
{
  CURLcode code;
  long status; /* HTTP's or SMTP's last, or 0 */
  char error[CURL_ERROR_SIZE];
  char reply[200];   /* SMTP's last line, printable; or empty */
  guint retry_after; /* of HTTP's header Retry-After, in seconds, or 0 */
} NbWireResult;

typedef void (*NbWireFunc) (const NbWireResult *result, gpointer user_data);

/* @easy: (transfer full). Calls @function exactly once, on the main context of the thread that made @self, never from
 * within this call. What the handle points to must live until then; functions of the handle are called on the wire's
 * thread. Many go on at a time, what comes beyond waits in order; all end within a minute. */
void nb_wire_perform (NbWire *self, CURL *easy, NbWireFunc function, gpointer user_data);

G_END_DECLS
