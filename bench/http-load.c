/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A closed-loop load of bids over HTTP: plain sockets and epoll, none of the server's libraries. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MAX_CONNECTIONS 1000
#define MAX_PEOPLE 10000
#define MAX_AUCTIONS 1000
#define MAX_SAMPLES 4000000
#define ANSWER_MAX 131072

typedef struct
{
  int fd;
  unsigned auction;
  double sent_at;
  size_t n_read;
  char answer[ANSWER_MAX + 1];
} Connection;

typedef struct
{
  const char *path; /* with --get: what to fetch instead of bidding */
  int port;
  unsigned n_connections;
  double seconds;
  long long start_price;
} Options;

typedef struct
{
  long accepted;
  long refused;
  long failed;
  size_t n_samples;
  double *samples;
} Result;

static Connection connections[MAX_CONNECTIONS];
static char tokens[MAX_PEOPLE][80];
static unsigned n_people, next_person;
static char auctions[MAX_AUCTIONS][24];
static long long next_amount[MAX_AUCTIONS];
static unsigned n_auctions, next_auction;
static Options options = { .n_connections = 32, .seconds = 5, .start_price = 1000 };
static Result result;

static void
die (const char *what)
{
  fprintf (stderr, "http-load: %s: %s\n", what, errno != 0 ? strerror (errno) : "bad value");
  exit (1);
}

static double
now (void)
{
  struct timespec t;

  clock_gettime (CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
read_tokens (const char *path)
{
  FILE *file = fopen (path, "r");
  char line[256];

  if (file == NULL)
    die (path);
  while (n_people < MAX_PEOPLE && fgets (line, sizeof line, file) != NULL)
    if (sscanf (line, "%*s %*s %79s", tokens[n_people]) == 1)
      n_people++;
  fclose (file);
  if (n_people == 0)
    die ("no tokens");
}

static void
read_auctions (char *list)
{
  for (char *id = strtok (list, ","); id != NULL && n_auctions < MAX_AUCTIONS; id = strtok (NULL, ","))
    snprintf (auctions[n_auctions++], sizeof auctions[0], "%s", id);
  if (n_auctions == 0)
    die ("no auctions");
}

static void
connect_one (Connection *self, int poll)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons ((uint16_t)options.port) };
  struct epoll_event event = { .events = EPOLLIN, .data.ptr = self };
  int on = 1;

  inet_pton (AF_INET, "127.0.0.1", &address.sin_addr);
  self->fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (self->fd < 0 || connect (self->fd, (struct sockaddr *)&address, sizeof address) != 0)
    die ("connect");
  setsockopt (self->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (epoll_ctl (poll, EPOLL_CTL_ADD, self->fd, &event) != 0)
    die ("epoll_ctl");
}

static int
write_get (char *text, size_t size)
{
  return snprintf (text, size, "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n", options.path, options.port);
}

static int
write_bid (Connection *self, char *text, size_t size)
{
  char body[64];
  int length = snprintf (body, sizeof body, "{\"amount\":%lld}", next_amount[self->auction]++);

  return snprintf (text, size,
                   "POST /api/v1/auctions/%s/bids HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAuthorization: Bearer %s\r\n"
                   "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
                   auctions[self->auction], options.port, tokens[next_person++ % n_people], length, body);
}

static void
send_one (Connection *self)
{
  char text[1024];
  int length;

  self->auction = n_auctions > 0 ? next_auction++ % n_auctions : 0;
  length = options.path != NULL ? write_get (text, sizeof text) : write_bid (self, text, sizeof text);
  self->n_read = 0;
  self->sent_at = now ();
  if (write (self->fd, text, (size_t)length) != length)
    die ("write");
}

static int
is_whole (const Connection *self)
{
  const char *end = strstr (self->answer, "\r\n\r\n");
  const char *length = strcasestr (self->answer, "content-length:");

  if (end == NULL)
    return 0;
  if (length == NULL || length > end)
    die ("an answer without a length");
  return self->n_read >= (size_t)(end + 4 - self->answer) + strtoul (length + 15, NULL, 10);
}

static void
count (Connection *self)
{
  int status = atoi (self->answer + 9);

  if (status == 200 || status == 201)
    result.accepted++;
  else if (status == 409)
    result.refused++;
  else if (result.failed++ == 0)
    fprintf (stderr, "http-load: first failure: %.600s\n", self->answer);
  if (result.n_samples < MAX_SAMPLES)
    result.samples[result.n_samples++] = now () - self->sent_at;
}

static int
read_some (Connection *self)
{
  ssize_t n = read (self->fd, self->answer + self->n_read, ANSWER_MAX - self->n_read);

  if (n <= 0)
    die ("the server closed a connection");
  self->n_read += (size_t)n;
  self->answer[self->n_read] = '\0';
  return is_whole (self);
}

static void
run (int poll)
{
  double end = now () + options.seconds;
  unsigned outstanding = options.n_connections;
  struct epoll_event events[64];

  for (unsigned i = 0; i < options.n_connections; i++)
    send_one (&connections[i]);
  while (outstanding > 0)
    {
      int n = epoll_wait (poll, events, 64, 10000);

      if (n <= 0)
        die ("no answer in 10 s");
      for (int i = 0; i < n; i++)
        {
          Connection *connection = events[i].data.ptr;

          if (!read_some (connection))
            continue;
          count (connection);
          if (now () < end)
            send_one (connection);
          else
            outstanding--;
        }
    }
}

static int
compare (const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;

  return (x > y) - (x < y);
}

static void
print (double seconds)
{
  qsort (result.samples, result.n_samples, sizeof (double), compare);
  printf ("answered/s %.0f accepted/s %.0f refused/s %.0f failed %ld p50_ms %.2f p99_ms %.2f\n",
          (double)(result.accepted + result.refused) / seconds, (double)result.accepted / seconds,
          (double)result.refused / seconds, result.failed, result.samples[result.n_samples / 2] * 1e3,
          result.samples[result.n_samples * 99 / 100] * 1e3);
}

static void
usage (void)
{
  fprintf (stderr, "usage: http-load --port P [--connections N] [--seconds S] "
                   "(--get PATH | --tokens FILE --auctions ID,ID,… [--start-price W])\n");
  exit (2);
}

static void
parse (int argc, char **argv)
{
  for (int i = 1; i + 1 < argc; i += 2)
    {
      if (strcmp (argv[i], "--port") == 0)
        options.port = atoi (argv[i + 1]);
      else if (strcmp (argv[i], "--connections") == 0)
        options.n_connections = (unsigned)atoi (argv[i + 1]);
      else if (strcmp (argv[i], "--seconds") == 0)
        options.seconds = atof (argv[i + 1]);
      else if (strcmp (argv[i], "--start-price") == 0)
        options.start_price = atoll (argv[i + 1]);
      else if (strcmp (argv[i], "--get") == 0)
        options.path = argv[i + 1];
      else if (strcmp (argv[i], "--tokens") == 0)
        read_tokens (argv[i + 1]);
      else if (strcmp (argv[i], "--auctions") == 0)
        read_auctions (argv[i + 1]);
      else
        usage ();
    }
  if (options.port == 0 || options.n_connections == 0 || options.n_connections > MAX_CONNECTIONS
      || (options.path == NULL && (n_people == 0 || n_auctions == 0)))
    usage ();
}

int
main (int argc, char **argv)
{
  int poll = epoll_create1 (EPOLL_CLOEXEC);
  double began;

  parse (argc, argv);
  result.samples = calloc (MAX_SAMPLES, sizeof (double));
  for (unsigned i = 0; i < n_auctions; i++)
    next_amount[i] = options.start_price;
  for (unsigned i = 0; i < options.n_connections; i++)
    connect_one (&connections[i], poll);
  began = now ();
  run (poll);
  print (now () - began);
  return result.failed > 0;
}
