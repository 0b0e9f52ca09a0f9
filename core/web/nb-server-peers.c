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
  GHashTable *by_address; /* key to number */
  GSource *sweeper;
  GSocketAddress *nowhere; /* what libsoup is told as the local address */
};

typedef struct
{
  GList link;
  NbPeers *owner;
  NbPeer *peer;            /* not owned: libsoup does */
  GSocketAddress *address; /* carries the way back from a message to this */
  char *key;
  gboolean is_counted;
  gboolean is_internal;
} Entry;

static GQuark entry_quark (void);
G_DEFINE_QUARK (nb - peer - entry, entry)

static void
count (NbPeers *self, const char *key, int step)
{
  const guint n = GPOINTER_TO_UINT (g_hash_table_lookup (self->by_address, key)) + step;

  if (n == 0)
    g_hash_table_remove (self->by_address, key);
  else
    g_hash_table_insert (self->by_address, g_strdup (key), GUINT_TO_POINTER (n));
}

static void
on_closed (NbPeer *peer, gpointer user_data)
{
  Entry *entry = user_data;
  NbPeers *self = entry->owner;

  g_queue_unlink (&self->open, &entry->link);
  if (entry->is_counted)
    count (self, entry->key, -1);
  g_object_set_qdata (G_OBJECT (entry->address), entry_quark (), NULL);
  g_object_unref (entry->address);
  g_free (entry->key);
  g_free (entry);
  if (self->open.length == 0)
    self->emptied (self->user_data);
}

static GBytes *
on_refuse_head (NbPeer *peer, NbHeadState state, const char *why, gpointer user_data)
{
  return nb_wire_refuse_head (state, why);
}

static const NbPeerEvents peer_events = { on_refuse_head, on_closed };

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
  self->by_address = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->nowhere = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  self->sweeper = g_timeout_source_new (SWEEP_MS);
  g_source_set_callback (self->sweeper, on_sweep, self, NULL);
  g_source_attach (self->sweeper, g_main_context_get_thread_default ());
  return self;
}

void
nb_peers_free (NbPeers *self)
{
  g_assert (self->open.length == 0);
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

static gboolean
has_room (NbPeers *self, const Entry *entry)
{
  const guint same = GPOINTER_TO_UINT (g_hash_table_lookup (self->by_address, entry->key));

  if (self->limits.max > 0 && self->open.length >= self->limits.max)
    return FALSE;
  return !entry->is_counted || self->limits.per_address == 0 || same < self->limits.per_address;
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

static void
take_in (NbPeers *self, GSocket *socket, const char *address, Entry *entry)
{
  g_autoptr (NbPeer) peer = nb_peer_new (socket, address, self->deadlines, &peer_events, entry);

  entry->owner = self;
  entry->peer = peer;
  entry->link.data = entry;
  entry->address = g_inet_socket_address_new_from_string ("0.0.0.0", 0);
  g_object_set_qdata (G_OBJECT (entry->address), entry_quark (), entry);
  g_queue_push_tail_link (&self->open, &entry->link);
  if (entry->is_counted)
    count (self, entry->key, 1);
  soup_server_accept_iostream (self->soup, G_IO_STREAM (peer), self->nowhere, entry->address, NULL);
}

void
nb_peers_add (NbPeers *self, GSocket *socket, const char *address, gboolean is_internal)
{
  Entry *entry = g_new0 (Entry, 1);

  entry->key = nb_address_key (address);
  entry->is_internal = is_internal;
  entry->is_counted = !is_internal && strcmp (address, "unix") != 0 && !nb_proxies_trust (self->proxies, address);
  if (has_room (self, entry))
    {
      take_in (self, socket, address, entry);
      return;
    }
  turn_away (socket);
  g_free (entry->key);
  g_free (entry);
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
nb_peers_abort (NbPeers *self)
{
  for_all (self, nb_peer_abort);
}
