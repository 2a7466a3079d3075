-- +goose Up

-- What neighbours buy together, beyond what its post proposes: the unit, the
-- lot, the least, the most, the threshold and the deadline stand there, and its
-- available is what may still be ordered. No money is handled: price is words.
CREATE TABLE purchases (
	post_id  BIGINT PRIMARY KEY REFERENCES proposals (post_id) ON DELETE CASCADE,
	template TEXT NOT NULL DEFAULT '',
	supplier TEXT NOT NULL DEFAULT '',
	price    TEXT NOT NULL DEFAULT ''
);

-- When and where what was bought is handed out.
CREATE TABLE purchase_slots (
	id        BIGINT PRIMARY KEY,
	post_id   BIGINT NOT NULL REFERENCES purchases (post_id) ON DELETE CASCADE,
	starts_at BIGINT NOT NULL,
	ends_at   BIGINT NOT NULL,
	place     TEXT NOT NULL DEFAULT '',
	capacity  INTEGER NOT NULL CHECK (capacity > 0),
	taken     INTEGER NOT NULL DEFAULT 0 CHECK (taken >= 0 AND taken <= capacity),
	CHECK (ends_at > starts_at)
);
CREATE INDEX purchase_slots_post ON purchase_slots (post_id, starts_at, id);

-- One order of each person; id is its turn. Amounts are thousandths of the unit:
-- what is wanted, the most that is taken to fill a lot, what was allotted.
CREATE TABLE purchase_orders (
	id           BIGINT PRIMARY KEY,
	post_id      BIGINT NOT NULL REFERENCES purchases (post_id) ON DELETE CASCADE,
	actor_id     BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	wanted       BIGINT NOT NULL CHECK (wanted > 0),
	at_most      BIGINT NOT NULL CHECK (at_most >= wanted),
	allotted     BIGINT NOT NULL DEFAULT 0 CHECK (allotted >= 0),
	slot_id      BIGINT REFERENCES purchase_slots (id) ON DELETE SET NULL,
	collected_at BIGINT,
	settled_at   BIGINT,
	UNIQUE (post_id, actor_id)
);
CREATE INDEX purchase_orders_actor ON purchase_orders (actor_id, post_id);
