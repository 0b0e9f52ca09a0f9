-- Wallets, holds, the platform's buckets and the ledger. Times are microseconds since the epoch, money minor units.
-- @both
CREATE TABLE wallets (
  person_id @id@ PRIMARY KEY,
  available BIGINT NOT NULL CHECK (available >= 0),
  locked BIGINT NOT NULL CHECK (locked >= 0),
  CHECK (available + locked <= 1000000000000000)
);

CREATE TABLE holds (
  auction_id BIGINT NOT NULL,
  person_id BIGINT NOT NULL,
  amount BIGINT NOT NULL CHECK (amount > 0),
  created_at BIGINT NOT NULL,
  PRIMARY KEY (auction_id, person_id)
-- @sqlite
) WITHOUT ROWID;
-- @postgresql
);
-- @both
CREATE INDEX holds_by_person ON holds (person_id, created_at, auction_id);

-- What the platform itself has: bank is the outside world, so it is negative by what is inside.
CREATE TABLE platform_buckets (
  name TEXT PRIMARY KEY CHECK (name IN ('bank', 'escrow', 'fees')),
  balance BIGINT NOT NULL CHECK (balance BETWEEN -1000000000000000 AND 1000000000000000),
  CHECK (name = 'bank' OR balance >= 0)
);
INSERT INTO platform_buckets (name, balance) VALUES ('bank', 0), ('escrow', 0), ('fees', 0);

-- What is left in escrow of each auction's captured money, so that no auction can pay out another's.
CREATE TABLE escrows (
  auction_id @id@ PRIMARY KEY,
  amount BIGINT NOT NULL CHECK (amount >= 0)
);

CREATE TABLE ledger (
  id @id@ PRIMARY KEY,
  at BIGINT NOT NULL,
  kind TEXT NOT NULL,
  from_bucket TEXT NOT NULL,
  to_bucket TEXT NOT NULL,
  person_id BIGINT NOT NULL,
  amount BIGINT NOT NULL CHECK (amount BETWEEN 1 AND 1000000000000),
  auction_id BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  available_after BIGINT NOT NULL CHECK (available_after >= 0),
  locked_after BIGINT NOT NULL CHECK (locked_after >= 0),
  request_key TEXT NOT NULL,
  CHECK (CASE kind
    WHEN 'deposit' THEN from_bucket = 'bank' AND to_bucket = 'available'
    WHEN 'withdraw' THEN from_bucket = 'available' AND to_bucket = 'bank'
    WHEN 'hold' THEN from_bucket = 'available' AND to_bucket = 'locked'
    WHEN 'release' THEN from_bucket = 'locked' AND to_bucket = 'available'
    WHEN 'capture' THEN from_bucket = 'locked' AND to_bucket = 'escrow'
    WHEN 'payout' THEN from_bucket = 'escrow' AND to_bucket = 'available'
    WHEN 'fee' THEN from_bucket = 'escrow' AND to_bucket = 'fees'
    WHEN 'refund' THEN from_bucket = 'escrow' AND to_bucket = 'available'
    WHEN 'adjust' THEN (from_bucket = 'bank' AND to_bucket = 'available')
      OR (from_bucket = 'available' AND to_bucket = 'bank')
    ELSE FALSE END),
  CHECK ((person_id = 0) = (kind = 'fee')),
  CHECK ((auction_id = 0) = (kind IN ('deposit', 'withdraw', 'adjust')))
);
CREATE INDEX ledger_by_person ON ledger (person_id, id);
CREATE INDEX ledger_by_auction ON ledger (auction_id, id);
CREATE UNIQUE INDEX ledger_by_key ON ledger (person_id, request_key) WHERE request_key <> '';

-- @sqlite
CREATE TRIGGER ledger_keeps_rows BEFORE DELETE ON ledger
BEGIN
  SELECT RAISE (ABORT, 'the ledger is append-only');
END;
CREATE TRIGGER ledger_keeps_values BEFORE UPDATE ON ledger
BEGIN
  SELECT RAISE (ABORT, 'the ledger is append-only');
END;
-- INSERT OR REPLACE would remove a row without asking the trigger above.
CREATE TRIGGER ledger_is_not_replaced BEFORE INSERT ON ledger
WHEN EXISTS (SELECT 1 FROM ledger WHERE id = NEW.id)
  OR (NEW.request_key <> '' AND EXISTS (SELECT 1 FROM ledger WHERE person_id = NEW.person_id
    AND request_key = NEW.request_key AND request_key <> ''))
BEGIN
  SELECT RAISE (ABORT, 'the ledger is append-only');
END;
-- @postgresql
CREATE FUNCTION ledger_refuses_change () RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the ledger is append-only';
END
$$;
CREATE TRIGGER ledger_keeps_rows BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuses_change ();
-- Balances change in place all the time: room on each page keeps such an update off the indexes.
ALTER TABLE wallets SET (fillfactor = 70);
ALTER TABLE platform_buckets SET (fillfactor = 10);
