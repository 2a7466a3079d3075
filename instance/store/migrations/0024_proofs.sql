-- +goose Up

-- What was seen of where people live: that it was seen, by which route, by whom
-- and until when. The evidence itself is looked at and kept nowhere.
CREATE TABLE proofs (
	id         BIGINT PRIMARY KEY,
	person_id  BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	place_id   BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	route      TEXT NOT NULL CHECK (route IN ('operator', 'letter', 'vouch', 'hall', 'desk', 'list', 'council')),
	document   TEXT NOT NULL DEFAULT '',
	seen_at    BIGINT NOT NULL,
	seen_by    BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	expires_at BIGINT,
	revoked_at BIGINT,
	reason     TEXT NOT NULL DEFAULT ''
);
CREATE INDEX proofs_person ON proofs (person_id, place_id);
CREATE INDEX proofs_seen_by ON proofs (seen_by, route, seen_at);
CREATE INDEX proofs_expiry ON proofs (expires_at) WHERE revoked_at IS NULL AND expires_at IS NOT NULL;

-- Until now an operator's word was all there was.
INSERT INTO proofs (id, person_id, place_id, route, seen_at, seen_by)
SELECT ROW_NUMBER() OVER (ORDER BY group_id, person_id), person_id, group_id, 'operator', COALESCE(verified_at, joined_at), verified_by
  FROM memberships
 WHERE standing = 'verified';

-- Somebody who has to prove again where they live, and until when they stay as
-- they are.
CREATE TABLE proof_terms (
	id        BIGINT PRIMARY KEY,
	person_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	place_id  BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	reason    TEXT NOT NULL CHECK (reason IN ('recheck', 'voucher', 'expired')),
	asked_by  BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	asked_at  BIGINT NOT NULL,
	due_at    BIGINT NOT NULL,
	UNIQUE (person_id, place_id)
);
CREATE INDEX proof_terms_due ON proof_terms (due_at);

-- How often somebody typed a code that was none, since when.
CREATE TABLE proof_tries (
	person_id BIGINT PRIMARY KEY REFERENCES actors (id) ON DELETE CASCADE,
	since     BIGINT NOT NULL,
	tries     INTEGER NOT NULL
);

-- Letters with a code. The address is forgotten once the letter is sent, the
-- code is known only as a keyed hash.
CREATE TABLE code_letters (
	id         BIGINT PRIMARY KEY,
	person_id  BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	place_id   BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	name       TEXT NOT NULL DEFAULT '',
	address    TEXT NOT NULL DEFAULT '',
	address_key TEXT NOT NULL,
	code_hash  TEXT NOT NULL DEFAULT '',
	asked_at   BIGINT NOT NULL,
	printed_at BIGINT,
	sent_at    BIGINT,
	expires_at BIGINT NOT NULL,
	used_at    BIGINT,
	dropped_at BIGINT
);
CREATE INDEX code_letters_person ON code_letters (person_id, asked_at);
CREATE INDEX code_letters_address ON code_letters (address_key, asked_at);
CREATE INDEX code_letters_waiting ON code_letters (id) WHERE sent_at IS NULL AND dropped_at IS NULL;

-- Who may look at documents at a desk for a place and what lies within it.
CREATE TABLE desk_agents (
	place_id  BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	person_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	given_by  BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	since     BIGINT NOT NULL,
	PRIMARY KEY (place_id, person_id)
);
CREATE INDEX desk_agents_person ON desk_agents (person_id);

-- The number by which an agent finds who stands before them.
CREATE TABLE desk_numbers (
	number     INTEGER PRIMARY KEY,
	person_id  BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	place_id   BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	expires_at BIGINT NOT NULL,
	UNIQUE (person_id, place_id)
);
