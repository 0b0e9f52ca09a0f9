/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The reading half of a peer, as a pollable stream. */
#include "core/web/nb-peer-input.h"

struct _NbPeerInput
{
  GInputStream parent_instance;
  NbPeer *peer; /* (nullable) not owned: the connection owns this */
};

static void pollable_init (GPollableInputStreamInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (NbPeerInput, nb_peer_input, G_TYPE_INPUT_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_INPUT_STREAM, pollable_init))

static gssize
nb_peer_input_read_nonblocking (GPollableInputStream *stream, void *buffer, gsize size, GError **error)
{
  NbPeerInput *self = NB_PEER_INPUT (stream);
  const gssize n = self->peer != NULL ? nb_peer_read (self->peer, buffer, size) : 0;

  if (n < 0)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK, "nothing to read now");
  return n;
}

static gboolean
nb_peer_input_is_readable (GPollableInputStream *stream)
{
  NbPeerInput *self = NB_PEER_INPUT (stream);

  return self->peer == NULL || nb_peer_has_bytes (self->peer);
}

static GSource *
nb_peer_input_create_source (GPollableInputStream *stream, GCancellable *cancellable)
{
  NbPeerInput *self = NB_PEER_INPUT (stream);
  g_autoptr (GSource) wait = self->peer != NULL ? nb_peer_create_wait (self->peer) : NULL;

  return g_pollable_source_new_full (stream, wait, cancellable);
}

static gssize
nb_peer_input_read (GInputStream *stream, void *buffer, gsize size, GCancellable *cancellable, GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "a connection is never read blockingly");
  return -1;
}

static void
pollable_init (GPollableInputStreamInterface *iface)
{
  iface->read_nonblocking = nb_peer_input_read_nonblocking;
  iface->is_readable = nb_peer_input_is_readable;
  iface->create_source = nb_peer_input_create_source;
}

static void
nb_peer_input_class_init (NbPeerInputClass *klass)
{
  G_INPUT_STREAM_CLASS (klass)->read_fn = nb_peer_input_read;
}

static void
nb_peer_input_init (NbPeerInput *self)
{
}

GInputStream *
nb_peer_input_new (NbPeer *peer)
{
  NbPeerInput *self = g_object_new (NB_TYPE_PEER_INPUT, NULL);

  self->peer = peer;
  return G_INPUT_STREAM (self);
}

void
nb_peer_input_detach (GInputStream *stream)
{
  NB_PEER_INPUT (stream)->peer = NULL;
}
