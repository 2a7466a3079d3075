-- +goose Up

-- Circles of neighbours around something they like to do: a Group that is no
-- place, but belongs to one.
CREATE TABLE clubs (
	actor_id   BIGINT PRIMARY KEY REFERENCES actors (id),
	place_id   BIGINT NOT NULL REFERENCES actors (id),
	founder_id BIGINT NOT NULL REFERENCES actors (id),
	topic      TEXT NOT NULL,
	entry      TEXT NOT NULL CHECK (entry IN ('open', 'approval')),
	summary    TEXT NOT NULL DEFAULT '',
	created_at BIGINT NOT NULL
);
CREATE INDEX clubs_place ON clubs (place_id, actor_id);
CREATE INDEX clubs_founder ON clubs (founder_id);

-- Who takes part, and who asked to. Only members read what stays inside.
CREATE TABLE club_members (
	club_id   BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	person_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	state     TEXT NOT NULL CHECK (state IN ('asked', 'member')),
	since     BIGINT NOT NULL,
	PRIMARY KEY (club_id, person_id)
);
CREATE INDEX club_members_person ON club_members (person_id, state, club_id);

-- Its calendar.
CREATE INDEX posts_group_events ON posts (group_id, id) WHERE kind = 'event';
