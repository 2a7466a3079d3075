-- +goose Up

-- People without internet whose account is kept with somebody else. Of the sheet
-- they signed, which stays with them, only this is known: that it was, when, and
-- who saw it. The code on their slip is known as a keyed hash.
CREATE TABLE assisted_people (
	person_id     BIGINT PRIMARY KEY REFERENCES actors (id) ON DELETE CASCADE,
	place_id      BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	code_hash     TEXT NOT NULL UNIQUE,
	phone         TEXT NOT NULL DEFAULT '',
	consent_at    BIGINT NOT NULL,
	seen_by       BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	own_access_at BIGINT
);
CREATE INDEX assisted_people_place ON assisted_people (place_id);

-- Who acts for them. Nobody does who has not said yes, nor, once the person has
-- access of their own, whom they have not confirmed since.
CREATE TABLE assistances (
	person_id    BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	helper_id    BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	consent_at   BIGINT NOT NULL,
	seen_by      BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	agreed_at    BIGINT,
	confirmed_at BIGINT,
	PRIMARY KEY (person_id, helper_id)
);
CREATE INDEX assistances_helper ON assistances (helper_id);

-- What was done for them, and by whom.
CREATE TABLE assisted_acts (
	id        BIGINT PRIMARY KEY,
	person_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	helper_id BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	deed      TEXT NOT NULL,
	post_id   BIGINT REFERENCES posts (id) ON DELETE CASCADE,
	at        BIGINT NOT NULL
);
CREATE INDEX assisted_acts_person ON assisted_acts (person_id, id);
CREATE INDEX assisted_acts_post ON assisted_acts (post_id) WHERE post_id IS NOT NULL;
