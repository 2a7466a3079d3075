-- +goose Up

-- Which organisations may run a programme of homes for people who need shelter:
-- an administrator gives the mandate and takes it back.
CREATE TABLE housing_mandates (
	organisation_id BIGINT PRIMARY KEY REFERENCES organisations (actor_id) ON DELETE CASCADE,
	given_by        BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	given_at        BIGINT NOT NULL,
	ended_at        BIGINT
);

-- Programmes: a Group of their own, and the keys that it signs ledgers with and
-- that files for it are encrypted to.
CREATE TABLE housing_programmes (
	group_id        BIGINT PRIMARY KEY REFERENCES actors (id),
	organisation_id BIGINT NOT NULL REFERENCES housing_mandates (organisation_id),
	seal            TEXT NOT NULL UNIQUE,
	seal_key        BYTEA NOT NULL,
	recipient       TEXT NOT NULL,
	recipient_key   TEXT NOT NULL,
	frozen_at       BIGINT,
	opened_at       BIGINT NOT NULL
);
CREATE INDEX housing_programmes_organisation ON housing_programmes (organisation_id);

CREATE TABLE housing_team (
	programme_id BIGINT NOT NULL REFERENCES housing_programmes (group_id) ON DELETE CASCADE,
	person_id    BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	role         TEXT NOT NULL CHECK (role IN ('lead', 'caseworker', 'visitor', 'reader')),
	since        BIGINT NOT NULL,
	PRIMARY KEY (programme_id, person_id)
);
CREATE INDEX housing_team_person ON housing_team (person_id);

-- Other associations, each direction by itself. The seal and the recipient are
-- those that a person agreed to; ask_uri is their Follow, we_uri is ours.
CREATE TABLE housing_partners (
	programme_id BIGINT NOT NULL REFERENCES housing_programmes (group_id) ON DELETE CASCADE,
	partner_id   BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	sees_ours    TEXT NOT NULL DEFAULT '' CHECK (sees_ours IN ('', 'asked', 'agreed', 'refused', 'revoked', 'unfitted')),
	we_see       TEXT NOT NULL DEFAULT '' CHECK (we_see IN ('', 'asked', 'agreed', 'refused', 'revoked', 'unfitted')),
	ask_uri      TEXT NOT NULL DEFAULT '',
	we_uri       TEXT NOT NULL DEFAULT '',
	seal         TEXT NOT NULL DEFAULT '',
	recipient    TEXT NOT NULL DEFAULT '',
	decided_by   BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	decided_at   BIGINT,
	since        BIGINT NOT NULL,
	PRIMARY KEY (programme_id, partner_id),
	CHECK (sees_ours <> 'agreed' OR (seal <> '' AND recipient <> '' AND decided_at IS NOT NULL))
);
CREATE INDEX housing_partners_partner ON housing_partners (partner_id);

-- The steps that there are from one state of a home to the next; see 0061.
CREATE TABLE housing_steps (
	before TEXT NOT NULL,
	after  TEXT NOT NULL,
	PRIMARY KEY (before, after)
);
INSERT INTO housing_steps (before, after) VALUES
	('draft', 'submitted'), ('submitted', 'draft'), ('submitted', 'vetted'), ('vetted', 'available'),
	('available', 'held'), ('ending', 'held'), ('held', 'available'), ('ending', 'available'), ('held', 'placed'), ('placed', 'ending'),
	('draft', 'closed'), ('submitted', 'closed'), ('vetted', 'closed'), ('available', 'closed'), ('ending', 'closed');

-- Homes: facts that one may choose by, and no address.
CREATE TABLE housing_listings (
	id           BIGINT PRIMARY KEY,
	programme_id BIGINT NOT NULL REFERENCES housing_programmes (group_id),
	uri          TEXT NOT NULL UNIQUE,
	state        TEXT NOT NULL DEFAULT 'draft'
		CHECK (state IN ('draft', 'submitted', 'vetted', 'available', 'held', 'placed', 'ending', 'closed')),
	reason       TEXT NOT NULL DEFAULT '',
	commune      TEXT NOT NULL,
	from_night   BIGINT NOT NULL,
	until_night  BIGINT NOT NULL,
	category     TEXT NOT NULL CHECK (category IN ('private-room', 'entire-place')),
	bedrooms     INTEGER NOT NULL,
	places       INTEGER NOT NULL CHECK (places BETWEEN 1 AND 50),
	adults       INTEGER NOT NULL,
	children     INTEGER NOT NULL,
	pets         BOOLEAN NOT NULL,
	smoking      TEXT NOT NULL CHECK (smoking IN ('no', 'outside', 'window', 'yes')),
	languages    TEXT NOT NULL DEFAULT '',
	features     TEXT NOT NULL DEFAULT '',
	vetted_by    BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	vetted_at    BIGINT,
	created_by   BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	created_at   BIGINT NOT NULL,
	updated_at   BIGINT NOT NULL,
	due_at       BIGINT, -- when a lease in its ledger ends
	CHECK (until_night > from_night),
	CHECK (state IN ('draft', 'submitted', 'closed') OR vetted_at IS NOT NULL)
);
CREATE INDEX housing_listings_programme ON housing_listings (programme_id, state, id);
CREATE INDEX housing_listings_due ON housing_listings (due_at) WHERE due_at IS NOT NULL;

-- The ledger of each home, to which only ever something is added (0061). That no
-- two entries follow on the same one keeps it a chain.
CREATE TABLE housing_entries (
	listing_id BIGINT NOT NULL REFERENCES housing_listings (id),
	number     INTEGER NOT NULL CHECK (number > 0),
	hash       TEXT NOT NULL UNIQUE,
	previous   TEXT NOT NULL,
	body       TEXT NOT NULL,
	PRIMARY KEY (listing_id, number),
	UNIQUE (listing_id, previous)
);

-- Which hold has which bed in which night. The key is the last thing that stands
-- between two households and one bed.
CREATE TABLE housing_nights (
	listing_id BIGINT NOT NULL REFERENCES housing_listings (id),
	bed        INTEGER NOT NULL CHECK (bed > 0),
	night      BIGINT NOT NULL,
	hold       INTEGER NOT NULL,
	PRIMARY KEY (listing_id, bed, night)
);
CREATE INDEX housing_nights_hold ON housing_nights (listing_id, hold, night);

-- Homes of partners, as they told of them, until they take them back.
CREATE TABLE housing_homes (
	id           BIGINT PRIMARY KEY,
	programme_id BIGINT NOT NULL REFERENCES housing_programmes (group_id) ON DELETE CASCADE,
	partner_id   BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	uri          TEXT NOT NULL,
	status       TEXT NOT NULL,
	territory    TEXT NOT NULL,
	starts_at    BIGINT NOT NULL,
	ends_at      BIGINT NOT NULL,
	places       INTEGER NOT NULL,
	free         INTEGER NOT NULL,
	document     TEXT NOT NULL,
	updated_at   BIGINT NOT NULL,
	heard_at     BIGINT NOT NULL,
	UNIQUE (programme_id, uri)
);
CREATE INDEX housing_homes_partner ON housing_homes (partner_id);
CREATE INDEX housing_homes_ends ON housing_homes (ends_at);

-- Our copies of ledgers: every entry we were ever given. A copy whose keeper
-- showed something else later is broken, and nothing more is asked there.
CREATE TABLE housing_copies (
	uri    TEXT PRIMARY KEY,
	seal   TEXT NOT NULL,
	broken TEXT NOT NULL DEFAULT ''
);
CREATE TABLE housing_copy_entries (
	uri    TEXT NOT NULL REFERENCES housing_copies (uri) ON DELETE CASCADE,
	number INTEGER NOT NULL CHECK (number > 0),
	body   TEXT NOT NULL,
	PRIMARY KEY (uri, number)
);

-- What we asked for, at our own homes and at those of partners.
CREATE TABLE housing_holds (
	id           BIGINT PRIMARY KEY,
	programme_id BIGINT NOT NULL REFERENCES housing_programmes (group_id),
	home         TEXT NOT NULL,
	from_night   BIGINT NOT NULL,
	until_night  BIGINT NOT NULL,
	places       INTEGER NOT NULL,
	state        TEXT NOT NULL
		CHECK (state IN ('sending', 'unanswered', 'refused', 'waiting', 'held', 'agreed', 'placed', 'lapsed', 'withdrawn', 'ended')),
	statement    TEXT NOT NULL UNIQUE,
	number       INTEGER NOT NULL DEFAULT 0,
	lease_until  BIGINT,
	why          TEXT NOT NULL DEFAULT '',
	free_at      BIGINT,
	asked_by     BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	asked_at     BIGINT NOT NULL
);
CREATE INDEX housing_holds_programme ON housing_holds (programme_id, id);
CREATE INDEX housing_holds_home ON housing_holds (home);

-- What we said, until it was answered: the same bytes are said again, and no
-- others in their place.
CREATE TABLE housing_statements (
	id         TEXT PRIMARY KEY,
	hold_id    BIGINT NOT NULL REFERENCES housing_holds (id) ON DELETE CASCADE,
	body       TEXT NOT NULL,
	said_at    BIGINT NOT NULL,
	outcome    TEXT NOT NULL DEFAULT 'open' CHECK (outcome IN ('open', 'answered', 'refused', 'unanswered')),
	why        TEXT NOT NULL DEFAULT ''
);
CREATE INDEX housing_statements_open ON housing_statements (hold_id) WHERE outcome = 'open';
