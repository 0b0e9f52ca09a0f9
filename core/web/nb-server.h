/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The HTTP server: its listeners, limits, routes and life. */
#pragma once

#include "core/web/nb-peer.h"
#include "core/web/nb-site.h"

G_BEGIN_DECLS

#define NB_TYPE_SERVER (nb_server_get_type ())
G_DECLARE_FINAL_TYPE (NbServer, nb_server, NB, SERVER, GObject)

/* A limit of 0 means none; may be changed while the server runs. */
typedef struct
{
  guint sign_ups_per_minute; /* by address */
  guint sign_ins_per_minute; /* by address */
  guint writes_per_second;   /* by person, by address for those signed out */
  guint connections_per_address;
  guint connections_max; /* 0: as many as the limit of descriptors leaves room for */
} NbLimits;

/* Texts are copied. */
typedef struct
{
  const char *listen;          /* several with `;`: `host:port`, `[v6]:port`, `unix:/path` */
  const char *internal_listen; /* (nullable) or empty: none */
  GPtrArray *sockets; /* (nullable) (element-type GSocket): they listen already and are used in place of `listen` */
  GSocket *internal_socket;    /* (nullable) likewise */
  const char *base_url;        /* such as `https://bid.example.kr`, without a slash at the end */
  const char *allowed_origins; /* (nullable) whose pages may open sockets beside the site's own, with `,` between */
  const char *trusted_proxies; /* (nullable) addresses and networks with `,`; `unix` for Unix sockets */
  NbLimits limits;
  NbDeadlines deadlines;  /* 0: the defaults of 5, 20, 30 and 60 s */
  gsize body_max;         /* bytes; 0: 64 KiB */
  const char *web_dir;    /* (nullable) holds `templates` and `static` of the host */
  const char *api_file;   /* (nullable) the host's part of /api/v1/openapi.json */
  const char *locale_dir; /* (nullable) holds the host's translations */
  gboolean log_requests;  /* a line for each request at level info */
  gboolean
      no_web; /* it answers no HTTP but sockets' handshakes; with no_live as well it has the internal listener alone */
  gboolean no_live; /* it takes no sockets */
  guint worker;     /* its number among the processes of one supervisor, for /readyz; 0: none */
} NbServerOptions;

/* Checks @options and takes @site, which outlives the server; nothing listens yet. */
NbServer *nb_server_new (NbSite *site, const NbServerOptions *options, GError **error);
/* Whether @text can be the `base_url` of NbServerOptions. */
gboolean nb_server_check_base_url (const char *text, GError **error);
/* Whether @text can be the `allowed_origins` of NbServerOptions. */
gboolean nb_server_check_allowed_origins (const char *text, GError **error);
void nb_server_set_limits (NbServer *self, const NbLimits *limits);
/* For handshakes from now on. */
void nb_server_set_allowed_origins (NbServer *self, const char *text);
/* Binds what was not given as sockets, and serves. */
gboolean nb_server_start (NbServer *self, GError **error);
/* Returns: (transfer full): the addresses it listens on, as they are */
char **nb_server_get_addresses (NbServer *self);
/* Returns: (transfer full) (nullable) */
char *nb_server_get_internal_address (NbServer *self);

/* From now on /readyz says that the process is leaving; everything is served as before. */
void nb_server_set_draining (NbServer *self);
/* Stops accepting, lets requests in flight end, closes sockets with 1001, and after @timeout microseconds cuts what is
 * left. */
void nb_server_stop_async (NbServer *self, gint64 timeout, GAsyncReadyCallback callback, gpointer user_data);
gboolean nb_server_stop_finish (NbServer *self, GAsyncResult *result, GError **error);

/* Answers new requests for the routes of @owner with `feature_disabled`, closes its sockets with 4410, and calls back
 * when no request is in flight any more and `closed` of each socket has returned, so that the owner's code can be left.
 * The refusal ends when its routes leave the registry. */
void nb_server_quiesce_owner_async (NbServer *self, const char *owner, GAsyncReadyCallback callback,
                                    gpointer user_data);
gboolean nb_server_quiesce_owner_finish (NbServer *self, GAsyncResult *result, GError **error);

/* Returns: whether all is well; else @reason: (out) (transfer full) tells */
typedef gboolean (*NbReadyFunc) (char **reason, gpointer user_data);
/* Adds a check of /readyz beside those of the database, the plugins and draining; @name: a literal. */
void nb_server_add_ready_check (NbServer *self, const char *name, NbReadyFunc function, gpointer user_data);
/* Returns: (transfer none): the address of the static file @path, such as `css/site.css` or, of a plugin, `ID/x.css` */
const char *nb_server_get_static_url (NbServer *self, const char *path);

/* Ends all sockets now, without a word: for a stop that can't wait. `closed` of each is called. */
void nb_server_cut_sockets (NbServer *self);

/* All that people have open: HTTP connections, and sockets until their descriptors are closed. */
guint nb_server_get_n_connections (NbServer *self);
guint nb_server_get_n_requests (NbServer *self);

G_END_DECLS
