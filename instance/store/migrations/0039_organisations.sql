-- +goose Up

-- Associations, shops, councils and others that have a page of their own: an
-- Organization that nobody signs in as. entry_id is the line of the registers it
-- was claimed by.
CREATE TABLE organisations (
	actor_id   BIGINT PRIMARY KEY REFERENCES actors (id),
	place_id   BIGINT NOT NULL REFERENCES actors (id),
	sort       TEXT NOT NULL CHECK (sort IN ('association', 'shop', 'council', 'syndic', 'institution')),
	entry_id   BIGINT UNIQUE,
	summary    TEXT NOT NULL DEFAULT '',
	hours      TEXT NOT NULL DEFAULT '[]',
	holidays   TEXT NOT NULL DEFAULT '',
	needs      TEXT NOT NULL DEFAULT '[]',
	created_at BIGINT NOT NULL
);
CREATE INDEX organisations_place ON organisations (place_id, actor_id);

-- Who acts for one. They read as the neighbours they are, never as it.
CREATE TABLE organisation_agents (
	organisation_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	person_id       BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	since           BIGINT NOT NULL,
	PRIMARY KEY (organisation_id, person_id)
);
CREATE INDEX organisation_agents_person ON organisation_agents (person_id);

-- Whom a council says was elected.
CREATE TABLE elected (
	council_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	person_id  BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	office     TEXT NOT NULL,
	since      BIGINT NOT NULL,
	PRIMARY KEY (council_id, person_id)
);
CREATE INDEX elected_person ON elected (person_id);

-- What an organisation lets everyone know, and until when that holds.
CREATE TABLE notices (
	post_id   BIGINT PRIMARY KEY REFERENCES posts (id) ON DELETE CASCADE,
	author_id BIGINT NOT NULL REFERENCES actors (id),
	place_id  BIGINT NOT NULL REFERENCES actors (id),
	until     BIGINT NOT NULL
);
CREATE INDEX notices_author ON notices (author_id, post_id);
CREATE INDEX notices_place ON notices (place_id, post_id);

-- What neighbours ask an organisation, for it alone: place_id is the house whose
-- residents may read it too once it is answered and who asked agrees.
CREATE TABLE questions (
	id          BIGINT PRIMARY KEY,
	to_id       BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	place_id    BIGINT REFERENCES actors (id) ON DELETE CASCADE,
	asker_id    BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	text        TEXT NOT NULL,
	shared      BOOLEAN NOT NULL DEFAULT FALSE,
	once        TEXT,
	answer      TEXT NOT NULL DEFAULT '',
	answered_by BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	answered_at BIGINT,
	UNIQUE (asker_id, once)
);
CREATE INDEX questions_to ON questions (to_id, id);
CREATE INDEX questions_place ON questions (place_id, id) WHERE place_id IS NOT NULL;

-- Who says that a line of the registers is theirs, until that is shown by a code
-- in a letter to its seat or by the council. Of the code only a digest is kept.
CREATE TABLE claims (
	id         BIGINT PRIMARY KEY,
	entry_id   BIGINT NOT NULL REFERENCES register_entries (id) ON DELETE CASCADE,
	person_id  BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	place_id   BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	way        TEXT NOT NULL CHECK (way IN ('letter', 'council')),
	username   TEXT NOT NULL,
	code       TEXT NOT NULL DEFAULT '',
	tries      INTEGER NOT NULL DEFAULT 0,
	expires_at BIGINT NOT NULL,
	printed_at BIGINT,
	state      TEXT NOT NULL CHECK (state IN ('open', 'done', 'refused')),
	UNIQUE (entry_id, person_id)
);
CREATE INDEX claims_open ON claims (id) WHERE state = 'open';
