-- +goose Up

-- Calendars of others that a place or an organisation shows: read from an
-- address again and again, or once from a file. Who added one could speak for
-- its owner. trouble says why it could not be read.
CREATE TABLE calendars (
	id         BIGINT PRIMARY KEY,
	owner_id   BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	place_id   BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	added_by   BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	url        TEXT NOT NULL DEFAULT '',
	name       TEXT NOT NULL DEFAULT '',
	audience   TEXT NOT NULL,
	language   TEXT NOT NULL DEFAULT '',
	read_at    BIGINT,
	due_at     BIGINT,
	failures   INTEGER NOT NULL DEFAULT 0,
	trouble    TEXT NOT NULL DEFAULT ''
);
CREATE INDEX calendars_owner ON calendars (owner_id, id);
CREATE UNIQUE INDEX calendars_url ON calendars (owner_id, url) WHERE url <> '';
CREATE INDEX calendars_due ON calendars (due_at) WHERE due_at IS NOT NULL;

-- What they hold, each once for its owner by the name that calendars know it by.
-- What is new, changed or gone waits for its turn; then it is kept, or off.
-- post_id is the event it became.
CREATE TABLE calendar_items (
	owner_id    BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	uid         TEXT NOT NULL,
	calendar_id BIGINT NOT NULL REFERENCES calendars (id) ON DELETE CASCADE,
	state       TEXT NOT NULL CHECK (state IN ('new', 'changed', 'gone', 'kept', 'off', 'refused')),
	trouble     TEXT NOT NULL DEFAULT '',
	title       TEXT NOT NULL,
	starts_at   BIGINT NOT NULL,
	digest      TEXT NOT NULL,
	content     TEXT NOT NULL,
	post_id     BIGINT REFERENCES posts (id) ON DELETE SET NULL,
	PRIMARY KEY (owner_id, uid)
);
CREATE INDEX calendar_items_waiting ON calendar_items (calendar_id, starts_at) WHERE state IN ('new', 'changed', 'gone');
