/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A real nginx with the configuration that ships, in a folder and on ports of its own. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct
{
  char *folder;
  GSocket *sockets[3];  /* http, https, and http without a redirect */
  GSubprocess *process; /* (nullable) */
} NginxSite;

/* Writes the configuration for the processes at these urls, with a certificate made for it. @folder: an empty one */
void nginx_site_set_up (NginxSite *self, const char *folder, const char *web_url, const char *live_url);
/* `nginx -t` finds nothing to complain of. */
void nginx_site_check (NginxSite *self);
void nginx_site_start (NginxSite *self);
void nginx_site_tear_down (NginxSite *self);

guint16 nginx_site_get_http_port (NginxSite *self); /* sends everyone to https */
guint16 nginx_site_get_https_port (NginxSite *self);
guint16 nginx_site_get_plain_port (NginxSite *self); /* serves without TLS */

G_END_DECLS
