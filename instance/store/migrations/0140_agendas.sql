-- +goose Up

-- The points of the agenda of a meeting: those that are taken in their order, with
-- what was said and decided as it is being written; those that members proposed; and
-- those that were declined, with the reason.
CREATE TABLE agenda_points (
	id       BIGINT PRIMARY KEY,
	post_id  BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
	by_id    BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	title    TEXT NOT NULL,
	state    TEXT NOT NULL CHECK (state IN ('proposed', 'taken', 'declined')),
	reason   TEXT NOT NULL DEFAULT '',
	place    INTEGER NOT NULL DEFAULT 0,
	said     TEXT NOT NULL DEFAULT '',
	decision TEXT NOT NULL DEFAULT ''
);
CREATE INDEX agenda_points_post ON agenda_points (post_id, place, id);
CREATE INDEX agenda_points_by ON agenda_points (by_id) WHERE by_id IS NOT NULL;

-- An agenda was a list of lines that an event needs.
INSERT INTO agenda_points (id, post_id, title, state, place)
SELECT id, post_id, what, 'taken', ROW_NUMBER() OVER (PARTITION BY post_id ORDER BY id)
  FROM event_needs
 WHERE kind = 'agenda';
DELETE FROM event_needs WHERE kind = 'agenda';

-- Minutes as they were published, each version as it was: nothing in them changes.
CREATE TABLE minutes (
	post_id  BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
	version  INTEGER NOT NULL,
	by_id    BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	at       BIGINT NOT NULL,
	audience TEXT NOT NULL CHECK (audience IN ('neighbourhood', 'public')),
	reason   TEXT NOT NULL DEFAULT '',
	content  TEXT NOT NULL,
	PRIMARY KEY (post_id, version)
);
CREATE INDEX minutes_by ON minutes (by_id) WHERE by_id IS NOT NULL;
