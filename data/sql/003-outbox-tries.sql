-- What the outbox knows of events that could not be taken: how often they were tried, when they are next, whether they
-- were given up, and why. In place are they taken: on PostgreSQL the numbers are given while the locks of what an event
-- is about are held, so that clocks of several machines can't turn their order around; on SQLite ids grow by themselves.
-- @both
ALTER TABLE outbox ADD COLUMN tries BIGINT NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN next_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN is_dead BIGINT NOT NULL DEFAULT 0 CHECK (is_dead IN (0, 1));
ALTER TABLE outbox ADD COLUMN reason TEXT NOT NULL DEFAULT '';
CREATE INDEX outbox_dead ON outbox (id) WHERE is_dead = 1;
-- @sqlite
CREATE INDEX outbox_waiting ON outbox (id) WHERE is_dead = 0;
-- @postgresql
CREATE SEQUENCE outbox_places;
ALTER TABLE outbox ADD COLUMN place BIGINT NOT NULL DEFAULT nextval ('outbox_places');
CREATE INDEX outbox_waiting ON outbox (place) WHERE is_dead = 0;
