/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The open connections: counted by address, watched for their deadlines, ended together. */
#include "core/web/nb-server-peers.h"

#include "core/web/nb-server-wire.h"
#include <string.h>
#include <sys/socket.h>

#define SWEEP_MS 200

struct _NbPeers
{
  SoupServer *soup;
  NbProxies *proxies;
  const NbDeadlines *deadlines;
  NbPeerLimits limits;
  void (*emptied) (gpointer user_data);
  gpointer user_data;

  GQueue open;            /* of Entry */
  guint n_sockets;        /* that left libsoup and count all the same */
  GHashTable *by_address; /* key to NbPeerAddress */
  NbPeerWatch *watch;     /* (nullable) of those that have nothing to say */
  GSource *sweeper;
  GSocketAddress *nowhere; /* what libsoup is told as the local address */
};

struct _NbPeerAddress
{
  guint n;
  char key[];
};

typedef struct
{
  GList link;
  NbPeers *owner;
  NbPeer *peer;            /* owned while it waits for its first head; then libsoup does */
  GSocketAddress *address; /* carries the way back from a message to this */
  NbPeerAddress *counted;  /* (nullable) */
  gboolean is_internal;
  gboolean is_waiting;
} Entry;

static GQuark entry_quark (void);
G_DEFINE_QUARK (nb - peer - entry, entry)

static guint
get_number (NbPeers *self, const char *key)
{
  const NbPeerAddress *address = g_hash_table_lookup (self->by_address, key);

  return address != NULL ? address->n : 0;
}

static NbPeerAddress *
count_for (NbPeers *self, const char *key)
{
  NbPeerAddress *address = g_hash_table_lookup (self->by_address, key);

  if (address == NULL)
    {
      address = g_malloc (sizeof *address + strlen (key) + 1);
      address->n = 0;
      strcpy (address->key, key);
      g_hash_table_insert (self->by_address, address->key, address);
    }
  address->n++;
  return address;
}

static void
discount (NbPeers *self, NbPeerAddress *address)
{
  if (address != NULL && --address->n == 0)
    g_hash_table_remove (self->by_address, address->key);
}

static void
on_closed (NbPeer *peer, gpointer user_data)
{
  Entry *entry = user_data;
  NbPeers *self = entry->owner;

  g_queue_unlink (&self->open, &entry->link);
  discount (self, entry->counted);
  g_object_set_qdata (G_OBJECT (entry->address), entry_quark (), NULL);
  g_object_unref (entry->address);
  if (entry->is_waiting)
    g_object_unref (peer);
  g_free (entry);
  if (self->open.length == 0)
    self->emptied (self->user_data);
}

static GBytes *
on_refuse_head (NbPeer *peer, NbHeadState state, const char *why, gpointer user_data)
{
  return nb_wire_refuse_head (state, why);
}

static void
on_asked (NbPeer *peer, gpointer user_data)
{
  Entry *entry = user_data;
  NbPeers *self = entry->owner;
  g_autoptr (NbPeer) owned = peer;

  entry->is_waiting = FALSE;
  soup_server_accept_iostream (self->soup, G_IO_STREAM (owned), self->nowhere, entry->address, NULL);
}

static const NbPeerEvents peer_events = { on_refuse_head, on_asked, on_closed };

static gboolean
on_sweep (gpointer user_data)
{
  NbPeers *self = user_data;
  const gint64 now = g_get_monotonic_time ();
  GList *next;

  for (GList *l = self->open.head; l != NULL; l = next)
    {
      Entry *entry = l->data;

      next = l->next;
      nb_peer_check_deadline (entry->peer, now);
    }
  return G_SOURCE_CONTINUE;
}

NbPeers *
nb_peers_new (SoupServer *soup, NbProxies *proxies, const NbDeadlines *deadlines, const NbPeerLimits *limits,
              void (*emptied) (gpointer user_data), gpointer user_data)
{
  NbPeers *self = g_new0 (NbPeers, 1);

  self->soup = soup;
  self->proxies = proxies;
  self->deadlines = deadlines;
  self->limits = *limits;
  self->emptied = emptied;
  self->user_data = user_data;
  g_queue_init (&self->open);
  self->by_address = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  self->nowhere = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  self->watch = nb_peer_watch_new (nb_peer_on_readable);
  self->sweeper = g_timeout_source_new (SWEEP_MS);
  g_source_set_callback (self->sweeper, on_sweep, self, NULL);
  g_source_attach (self->sweeper, g_main_context_get_thread_default ());
  return self;
}

void
nb_peers_free (NbPeers *self)
{
  g_assert (self->open.length == 0 && self->n_sockets == 0);
  g_clear_pointer (&self->watch, nb_peer_watch_free);
  g_source_destroy (self->sweeper);
  g_source_unref (self->sweeper);
  g_hash_table_unref (self->by_address);
  g_object_unref (self->nowhere);
  g_free (self);
}

void
nb_peers_set_limits (NbPeers *self, const NbPeerLimits *limits)
{
  self->limits = *limits;
}

/* @key: (nullable): the address does not matter */
static gboolean
has_room (NbPeers *self, const char *key)
{
  if (self->limits.max > 0 && self->open.length + self->n_sockets >= self->limits.max)
    return FALSE;
  return key == NULL || self->limits.per_address == 0 || get_number (self, key) < self->limits.per_address;
}

static void
turn_away (GSocket *socket)
{
  g_autoptr (GBytes) answer = nb_wire_busy ();
  gsize length;
  const char *data = g_bytes_get_data (answer, &length);

  if (send (g_socket_get_fd (socket), data, length, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
    g_debug ("a connection too many left before it was told");
  g_socket_close (socket, NULL);
}

/* @key: (nullable): what it counts for */
static void
take_in (NbPeers *self, GSocket *socket, const char *address, const char *key, gboolean is_internal)
{
  Entry *entry = g_new0 (Entry, 1);

  entry->owner = self;
  entry->peer = nb_peer_new (socket, address, self->deadlines, self->watch, &peer_events, entry);
  entry->is_waiting = TRUE;
  entry->link.data = entry;
  entry->is_internal = is_internal;
  entry->address = g_inet_socket_address_new_from_string ("0.0.0.0", 0);
  g_object_set_qdata (G_OBJECT (entry->address), entry_quark (), entry);
  g_queue_push_tail_link (&self->open, &entry->link);
  if (key != NULL)
    entry->counted = count_for (self, key);
  nb_peer_begin (entry->peer);
}

/* Returns: (transfer full) (nullable): what @address counts for; NULL for one of ours, behind which are many */
static char *
get_key (NbPeers *self, const char *address)
{
  if (strcmp (address, "unix") == 0 || nb_proxies_trust (self->proxies, address))
    return NULL;
  return nb_address_key (address);
}

void
nb_peers_add (NbPeers *self, GSocket *socket, const char *address, gboolean is_internal)
{
  g_autofree char *key = is_internal ? NULL : get_key (self, address);

  if (has_room (self, key))
    take_in (self, socket, address, key, is_internal);
  else
    turn_away (socket);
}

NbPeerAddress *
nb_peers_count_socket (NbPeers *self, const char *address, gboolean *is_too_many)
{
  g_autofree char *key = get_key (self, address);

  *is_too_many = key != NULL && self->limits.per_address > 0 && get_number (self, key) >= self->limits.per_address;
  self->n_sockets++;
  return key != NULL ? count_for (self, key) : NULL;
}

void
nb_peers_forget_socket (NbPeers *self, NbPeerAddress *address)
{
  self->n_sockets--;
  discount (self, address);
}

const char *
nb_peer_address_get_key (NbPeerAddress *self)
{
  return self->key;
}

NbPeer *
nb_peers_find (SoupServerMessage *message, gboolean *is_internal)
{
  GSocketAddress *peer = soup_server_message_get_remote_address (message);
  Entry *entry = peer != NULL ? g_object_get_qdata (G_OBJECT (peer), entry_quark ()) : NULL;

  if (entry == NULL)
    return NULL;
  if (is_internal != NULL)
    *is_internal = entry->is_internal;
  return entry->peer;
}

guint
nb_peers_get_size (NbPeers *self)
{
  return self->open.length;
}

static void
for_all (NbPeers *self, void (*function) (NbPeer *peer))
{
  GList *next;

  for (GList *l = self->open.head; l != NULL; l = next)
    {
      Entry *entry = l->data;

      next = l->next;
      function (entry->peer);
    }
}

void
nb_peers_drain (NbPeers *self)
{
  for_all (self, nb_peer_drain);
}

void
nb_peers_close_waiting (NbPeers *self)
{
  GList *next;

  for (GList *l = self->open.head; l != NULL; l = next)
    {
      const Entry *entry = l->data;
      g_autoptr (NbPeer) peer = g_object_ref (entry->peer);

      next = l->next;
      if (entry->is_waiting)
        g_io_stream_close (G_IO_STREAM (peer), NULL, NULL);
    }
}

void
nb_peers_abort (NbPeers *self)
{
  for_all (self, nb_peer_abort);
}
