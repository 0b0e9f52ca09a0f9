/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads the command line, and lays out who connects where. */
#include "bench/ws-options.h"
#include "bench/ws-bidder.h"
#include "bench/ws-peer.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/resource.h>

#define MAX_AUCTIONS 100
#define MAX_PEERS 100000

static char *at, *auctions, *tokens;
static int watchers, bidders, never_read, idle;
static int depth = 1;
static double seconds = -1, rate, states, patience = 20;
static gboolean is_rising, is_json;

static const GOptionEntry entries[] = {
  { "at", 0, 0, G_OPTION_ARG_STRING, &at, "where the servers listen; the sockets go to each in turn", "IP:PORT,…" },
  { "auctions", 0, 0, G_OPTION_ARG_STRING, &auctions, "the rooms, likewise in turn", "ID,…" },
  { "watchers", 'w', 0, G_OPTION_ARG_INT, &watchers, "sockets that only watch", "N" },
  { "bidders", 'b', 0, G_OPTION_ARG_INT, &bidders, "sockets that bid, and watch", "N" },
  { "tokens", 't', 0, G_OPTION_ARG_FILENAME, &tokens, "the bidders: lines `id username token`", "FILE" },
  { "never-read", 0, 0, G_OPTION_ARG_INT, &never_read, "sockets that never read, beside the watchers", "N" },
  { "seconds", 's', 0, G_OPTION_ARG_DOUBLE, &seconds,
    "how long it bids (default 3), or idles (default: to the end of "
    "its input)",
    "S" },
  { "depth", 'd', 0, G_OPTION_ARG_INT, &depth,
    "bids of one bidder under way: the next is sent when one is answered "
    "(default 1)",
    "N" },
  { "rate", 'r', 0, G_OPTION_ARG_DOUBLE, &rate,
    "bids a second of all bidders, evenly, whether answered or not; times "
    "count from when a bid was due",
    "R" },
  { "rising", 0, 0, G_OPTION_ARG_NONE, &is_rising,
    "each bid is above all that were sent before, so that all can stand; "
    "else above what was seen, as people do",
    NULL },
  { "states", 0, 0, G_OPTION_ARG_DOUBLE, &states, "two bidders in turn, who together bid so often a second", "R" },
  { "idle", 0, 0, G_OPTION_ARG_INT, &idle, "sockets that only watch while nobody bids", "N" },
  { "patience", 0, 0, G_OPTION_ARG_DOUBLE, &patience, "how long answers and states may be missing (default 20)", "S" },
  { "json", 'j', 0, G_OPTION_ARG_NONE, &is_json, "print one JSON object", NULL },
  { NULL },
};

static gboolean
refuse (GError **error, const char *why)
{
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "%s", why);
  return FALSE;
}

static gboolean
check (GError **error)
{
  if (at == NULL || auctions == NULL)
    return refuse (error, "--at and --auctions are needed; --help names the rest");
  if (states > 0 && (bidders > 1 || rate > 0))
    return refuse (error, "--states is two bidders at that rate");
  if (idle > 0 && (watchers > 0 || bidders > 0 || never_read > 0 || states > 0))
    return refuse (error, "--idle goes alone");
  if (watchers < 0 || bidders < 0 || never_read < 0 || idle < 0 || watchers > MAX_PEERS || bidders > MAX_PEERS
      || never_read > MAX_PEERS || idle > MAX_PEERS)
    return refuse (error, "sockets: 0 to 100000");
  if (depth < 1 || depth > WS_BIDS || rate < 0 || states < 0 || rate > 1e6 || states > 1e6 || seconds > 3600
      || patience < 0 || patience > 3600)
    return refuse (error, "--depth: 1 to 64; --rate and --states: 0 to 1000000; --seconds and --patience: up to 3600");
  if ((bidders > 0 || states > 0) && tokens == NULL)
    return refuse (error, "who bids needs --tokens");
  return TRUE;
}

static void
fill (WsOptions *options)
{
  *options = (WsOptions){
    .n_watchers = (guint)(watchers + idle),
    .n_deaf = (guint)never_read,
    .n_bidders = states > 0 ? 2 : (guint)bidders, /* who bids above himself changes nothing that others see */
    .depth = (guint)depth,
    .rate = states > 0 ? states : rate,
    .seconds = seconds >= 0 ? seconds
               : idle > 0   ? 0
                            : 3,
    .patience = patience,
    .is_rising = is_rising || states > 0,
    .is_idle = idle > 0,
    .is_json = is_json,
  };
}

static gboolean
read_address (const char *text, struct sockaddr_in *address)
{
  g_auto (GStrv) parts = g_strsplit (text, ":", 2);
  guint64 port;

  if (parts[0] == NULL || parts[1] == NULL || !g_ascii_string_to_unsigned (parts[1], 10, 1, 65535, &port, NULL)
      || inet_pton (AF_INET, parts[0], &address->sin_addr) != 1)
    return FALSE;
  address->sin_family = AF_INET;
  address->sin_port = htons ((guint16)port);
  return TRUE;
}

static gboolean
read_addresses (WsLoad *load, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (at, ",", -1);

  for (char **part = parts; *part != NULL; part++)
    if (load->n_addresses == WS_MAX_ADDRESSES || !read_address (*part, &load->addresses[load->n_addresses++]))
      return refuse (error, "--at: up to 8 of the form 127.0.0.1:8080");
  return TRUE;
}

static gboolean
read_auctions (WsLoad *load, GError **error)
{
  g_auto (GStrv) ids = g_strsplit (auctions, ",", -1);
  guint n = g_strv_length (ids);

  if (n == 0 || n > MAX_AUCTIONS)
    return refuse (error, "--auctions: 1 to 100 ids");
  load->auctions = g_new0 (WsAuction, n);
  load->n_auctions = n;
  for (guint i = 0; i < n; i++)
    {
      if (strspn (ids[i], "0123456789") != strlen (ids[i]) || ids[i][0] == '\0' || strlen (ids[i]) > 19)
        return refuse (error, "--auctions: an id is a number");
      g_strlcpy (load->auctions[i].id, ids[i], sizeof load->auctions[i].id);
    }
  return TRUE;
}

/* In turn over the addresses, and each address in turn over the auctions. */
static void
lay_out (WsLoad *load)
{
  guint n_bidders = load->options.n_bidders, n_readers = n_bidders + load->options.n_watchers;

  load->n_peers = n_readers + load->options.n_deaf;
  load->peers = g_new0 (WsPeer, MAX (load->n_peers, 1));
  for (guint i = 0; i < load->n_peers; i++)
    {
      WsPeer *peer = &load->peers[i];

      peer->address = i % load->n_addresses;
      peer->auction = i / load->n_addresses % load->n_auctions;
      peer->is_deaf = i >= n_readers;
      if (i < n_bidders)
        {
          peer->bidder = &load->bidders[i];
          peer->bidder->peer = peer;
        }
    }
}

static gboolean
allow_descriptors (guint n, GError **error)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) != 0)
    return refuse (error, "the limit of open files can't be read");
  limit.rlim_cur = limit.rlim_max;
  if (limit.rlim_max < n || setrlimit (RLIMIT_NOFILE, &limit) != 0)
    return refuse (error, "more sockets than the limit of open files (ulimit -Hn) allows");
  return TRUE;
}

gboolean
ws_options_parse (WsLoad *load, int *argc, char ***argv, GError **error)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("— loads live rooms with watchers and bidders");

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, argc, argv, error) || !check (error))
    return FALSE;
  if (*argc > 1)
    return refuse (error, "an argument that is no option");
  fill (&load->options);
  if (!read_addresses (load, error) || !read_auctions (load, error) || !ws_bidders_read (load, tokens, error))
    return FALSE;
  lay_out (load);
  return allow_descriptors (load->n_peers + 16, error);
}
