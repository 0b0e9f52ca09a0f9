-- The host's own tables. Times are microseconds since the epoch, money minor units, texts UTF-8.
-- @both
CREATE TABLE people (
  id @id@ PRIMARY KEY,
  username TEXT NOT NULL UNIQUE,
  nickname TEXT NOT NULL,
  email TEXT NOT NULL DEFAULT '',
  region TEXT NOT NULL DEFAULT '',
  language TEXT NOT NULL DEFAULT '',
  password_hash TEXT NOT NULL,
  roles TEXT NOT NULL DEFAULT '',
  is_suspended BIGINT NOT NULL DEFAULT 0 CHECK (is_suspended IN (0, 1)),
  created_at BIGINT NOT NULL
);

CREATE TABLE sessions (
  token_hash TEXT PRIMARY KEY,
  id BIGINT NOT NULL UNIQUE,
  person_id BIGINT NOT NULL REFERENCES people (id),
  created_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_by_person ON sessions (person_id);
CREATE INDEX sessions_by_end ON sessions (expires_at);

CREATE TABLE regions (
  code TEXT PRIMARY KEY,
  parent TEXT NOT NULL,
  level BIGINT NOT NULL CHECK (level BETWEEN 1 AND 3),
  name TEXT NOT NULL,
  name_en TEXT NOT NULL DEFAULT '',
  latitude BIGINT NOT NULL,
  longitude BIGINT NOT NULL
);

CREATE TABLE auctions (
  id @id@ PRIMARY KEY,
  type TEXT NOT NULL,
  seller_id BIGINT NOT NULL REFERENCES people (id),
  title TEXT NOT NULL,
  description TEXT NOT NULL,
  category TEXT NOT NULL DEFAULT '',
  item_condition TEXT NOT NULL DEFAULT '',
  region TEXT NOT NULL DEFAULT '',
  status TEXT NOT NULL CHECK (status IN ('scheduled', 'open', 'sold', 'unsold', 'cancelled', 'paused')),
  seq BIGINT NOT NULL DEFAULT 0,
  terms TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT '',
  price BIGINT NOT NULL DEFAULT 0 CHECK (price >= 0),
  asking_price BIGINT NOT NULL DEFAULT 0,
  leader_id BIGINT NOT NULL DEFAULT 0,
  bid_count BIGINT NOT NULL DEFAULT 0,
  quantity BIGINT NOT NULL DEFAULT 1 CHECK (quantity >= 1),
  starts_at BIGINT NOT NULL,
  ends_at BIGINT NOT NULL,
  original_ends_at BIGINT NOT NULL,
  next_due_at BIGINT NOT NULL,
  paused_at BIGINT NOT NULL DEFAULT 0,
  paused_status TEXT NOT NULL DEFAULT '',
  pause_reason TEXT NOT NULL DEFAULT '',
  closed_at BIGINT NOT NULL DEFAULT 0,
  close_reason TEXT NOT NULL DEFAULT '',
  winner_id BIGINT NOT NULL DEFAULT 0,
  winning_price BIGINT NOT NULL DEFAULT 0,
  timer_count BIGINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL
);
CREATE INDEX auctions_by_due ON auctions (status, next_due_at);
CREATE INDEX auctions_by_end ON auctions (status, ends_at, id);
CREATE INDEX auctions_by_price ON auctions (status, asking_price, id);
CREATE INDEX auctions_by_seller ON auctions (seller_id, id);
CREATE INDEX auctions_by_region ON auctions (region, status, id);
CREATE INDEX auctions_by_category ON auctions (category, status, id);
CREATE INDEX auctions_by_type ON auctions (type, status, id);

-- Everything that changed an auction, in order: enough to compute it again. kind: amount, max, buy_now for bids; open,
-- timer:NAME, pause, resume (amount: by how much the end moved), cancel, close for the rest.
CREATE TABLE bids (
  id @id@ PRIMARY KEY,
  auction_id BIGINT NOT NULL REFERENCES auctions (id),
  seq BIGINT NOT NULL,
  person_id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  amount BIGINT NOT NULL,
  quantity BIGINT NOT NULL,
  shown_amount BIGINT NOT NULL,
  region TEXT NOT NULL,
  at BIGINT NOT NULL,
  UNIQUE (auction_id, seq)
);
CREATE INDEX bids_by_person ON bids (person_id, auction_id, seq);

CREATE TABLE timers (
  auction_id BIGINT NOT NULL REFERENCES auctions (id),
  name TEXT NOT NULL,
  due_at BIGINT NOT NULL,
  PRIMARY KEY (auction_id, name)
);

CREATE TABLE winners (
  auction_id BIGINT NOT NULL REFERENCES auctions (id),
  person_id BIGINT NOT NULL,
  quantity BIGINT NOT NULL CHECK (quantity >= 1),
  total BIGINT NOT NULL CHECK (total >= 1),
  PRIMARY KEY (auction_id, person_id)
);

CREATE TABLE request_keys (
  person_id BIGINT NOT NULL,
  key TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  answer TEXT NOT NULL DEFAULT '',
  created_at BIGINT NOT NULL,
  PRIMARY KEY (person_id, key)
);
CREATE INDEX request_keys_by_age ON request_keys (created_at);

CREATE TABLE outbox (
  id @id@ PRIMARY KEY,
  kind TEXT NOT NULL,
  version BIGINT NOT NULL,
  auction_id BIGINT NOT NULL,
  payload TEXT NOT NULL,
  created_at BIGINT NOT NULL
);

CREATE TABLE audit (
  id @id@ PRIMARY KEY,
  at BIGINT NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  reason TEXT NOT NULL
);

-- Words of an auction as bigrams, made in C.
-- @sqlite
CREATE VIRTUAL TABLE auction_words USING fts5 (words, tokenize = 'unicode61', detail = 'full');
-- @postgresql
CREATE TABLE auction_words (rowid BIGINT PRIMARY KEY, words tsvector NOT NULL);
CREATE INDEX auction_words_by_word ON auction_words USING gin (words);
-- The last committed transaction of each of the store's links, to look up a COMMIT that was never answered.
CREATE TABLE commit_marks (link_id BIGINT PRIMARY KEY, mark BIGINT NOT NULL) WITH (fillfactor = 20);
