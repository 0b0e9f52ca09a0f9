-- What people are told, by which ways, and what they want. Times are microseconds since the epoch, money minor units.
-- @both
CREATE TABLE notify_messages (
  id @id@ PRIMARY KEY,
  event_id BIGINT NOT NULL,
  person_id BIGINT NOT NULL REFERENCES people (id),
  kind TEXT NOT NULL,
  auction_id BIGINT NOT NULL DEFAULT 0,
  title TEXT NOT NULL DEFAULT '',
  price BIGINT NOT NULL DEFAULT 0,
  detail TEXT NOT NULL DEFAULT '',
  is_shown BIGINT NOT NULL CHECK (is_shown IN (0, 1)),
  created_at BIGINT NOT NULL,
  read_at BIGINT NOT NULL DEFAULT 0,
  changed_at BIGINT NOT NULL,
  UNIQUE (event_id, person_id, kind)
);
CREATE INDEX notify_messages_by_person ON notify_messages (person_id, is_shown, id);
CREATE INDEX notify_messages_unread ON notify_messages (person_id, is_shown, read_at);
CREATE INDEX notify_messages_by_change ON notify_messages (changed_at);

-- A message on its way through one channel; what was delivered is deleted. next_at: when it is due, or when whoever
-- took it is given up. Each that waits (is_dead 0) stands in a line.
CREATE TABLE notify_deliveries (
  id @id@ PRIMARY KEY,
  message_id BIGINT NOT NULL,
  person_id BIGINT NOT NULL,
  channel TEXT NOT NULL,
  target BIGINT NOT NULL DEFAULT 0,
  tries BIGINT NOT NULL DEFAULT 0,
  next_at BIGINT NOT NULL,
  is_dead BIGINT NOT NULL DEFAULT 0 CHECK (is_dead IN (0, 1)),
  reason TEXT NOT NULL DEFAULT '',
  created_at BIGINT NOT NULL
);
CREATE INDEX notify_deliveries_in_line ON notify_deliveries (channel, target, person_id, is_dead, id);
CREATE INDEX notify_deliveries_by_message ON notify_deliveries (message_id);
CREATE INDEX notify_deliveries_dead ON notify_deliveries (id) WHERE is_dead = 1;

-- Deliveries to one person by one way, which go out one after another, the oldest first. next_at: the oldest's. is_taken:
-- it is on its way, until next_at at most. A row is there while anything waits, and is locked by whoever adds or takes.
CREATE TABLE notify_lines (
  channel TEXT NOT NULL,
  target BIGINT NOT NULL,
  person_id BIGINT NOT NULL,
  next_at BIGINT NOT NULL,
  is_taken BIGINT NOT NULL DEFAULT 0 CHECK (is_taken IN (0, 1)),
  PRIMARY KEY (channel, target, person_id)
);
-- @sqlite
CREATE INDEX notify_lines_due ON notify_lines (channel, next_at);
-- @postgresql
-- Without statistics, which a table that is now full and now empty never has right, a plain index would be taken to find a
-- line by its key too, and all lines of the channel read each time.
CREATE INDEX notify_lines_due ON notify_lines ((channel || ''), next_at);
-- @both

-- Where a person's wish differs from the default, which is yes.
CREATE TABLE notify_preferences (
  person_id BIGINT NOT NULL REFERENCES people (id),
  kind TEXT NOT NULL,
  channel TEXT NOT NULL,
  is_on BIGINT NOT NULL CHECK (is_on IN (0, 1)),
  PRIMARY KEY (person_id, kind, channel)
);

-- Minutes of the day in Korea; from after to goes over midnight.
CREATE TABLE notify_quiet_hours (
  person_id BIGINT PRIMARY KEY REFERENCES people (id),
  from_minute BIGINT NOT NULL CHECK (from_minute BETWEEN 0 AND 1439),
  to_minute BIGINT NOT NULL CHECK (to_minute BETWEEN 0 AND 1439)
);

-- How a bidder stands in an auction that goes on, as far as they were told or know by their own bid.
CREATE TABLE notify_standings (
  auction_id BIGINT NOT NULL,
  person_id BIGINT NOT NULL,
  is_leading BIGINT NOT NULL CHECK (is_leading IN (0, 1)),
  seq BIGINT NOT NULL,
  PRIMARY KEY (auction_id, person_id)
);

-- What everyone in an auction is to be told: worked off a portion of people at a time, after_person is the last of them.
CREATE TABLE notify_fanouts (
  id @id@ PRIMARY KEY,
  event_id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  auction_id BIGINT NOT NULL,
  price BIGINT NOT NULL DEFAULT 0,
  detail TEXT NOT NULL DEFAULT '',
  after_person BIGINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL
);
CREATE INDEX notify_fanouts_by_auction ON notify_fanouts (auction_id, id);

-- Auctions whose near end was told, or whose end, by which fan-out and when.
CREATE TABLE notify_endings (auction_id BIGINT PRIMARY KEY, fanout_id BIGINT NOT NULL, told_at BIGINT NOT NULL);
CREATE INDEX notify_endings_by_time ON notify_endings (told_at);

CREATE TABLE notify_watches (
  person_id BIGINT NOT NULL REFERENCES people (id),
  auction_id BIGINT NOT NULL REFERENCES auctions (id),
  created_at BIGINT NOT NULL,
  PRIMARY KEY (person_id, auction_id)
);
CREATE INDEX notify_watches_by_auction ON notify_watches (auction_id, person_id);

-- kinds: names with a comma between them, empty for all. secret: the key of the signature, which must be known to sign.
CREATE TABLE notify_webhooks (
  id @id@ PRIMARY KEY,
  person_id BIGINT NOT NULL REFERENCES people (id),
  url TEXT NOT NULL,
  kinds TEXT NOT NULL DEFAULT '',
  secret TEXT NOT NULL,
  is_enabled BIGINT NOT NULL DEFAULT 1 CHECK (is_enabled IN (0, 1)),
  created_at BIGINT NOT NULL,
  delivered_at BIGINT NOT NULL DEFAULT 0,
  failed_at BIGINT NOT NULL DEFAULT 0,
  failure TEXT NOT NULL DEFAULT ''
);
CREATE INDEX notify_webhooks_by_person ON notify_webhooks (person_id, id);

-- Addresses, in small letters, whose owner asked never to be written to.
CREATE TABLE notify_refused_addresses (address TEXT PRIMARY KEY, refused_at BIGINT NOT NULL);

-- Random keys that all processes of the site share, in hexadecimal, made when they are first needed.
CREATE TABLE notify_keys (name TEXT PRIMARY KEY, value TEXT NOT NULL);
