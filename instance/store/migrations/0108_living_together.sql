-- +goose Up

-- Who hears what is said in a case: the household and the association, the host
-- and the association, or all three. host_id is the host among them. side is whose
-- word a closing talk is.
ALTER TABLE housing_case_entries ADD COLUMN heard TEXT NOT NULL DEFAULT 'household' CHECK (heard IN ('household', 'all', 'host'));
ALTER TABLE housing_case_entries ADD COLUMN host_id BIGINT REFERENCES housing_hosts (id);
ALTER TABLE housing_case_entries ADD COLUMN side TEXT NOT NULL DEFAULT 'team' CHECK (side IN ('team', 'household', 'host'));
CREATE INDEX housing_case_entries_host ON housing_case_entries (case_id, host_id, id) WHERE host_id IS NOT NULL;

-- What a household wants its host to call it, sealed.
ALTER TABLE housing_cases ADD COLUMN called BYTEA;

-- Agreements of household, host and association about a stay, one version after
-- the other. What is agreed is sealed; its hash is not, so that each signature says
-- what was signed. A version for a partner's home has no host.
CREATE TABLE housing_agreements (
	id          BIGINT PRIMARY KEY,
	case_id     BIGINT NOT NULL REFERENCES housing_cases (id) ON DELETE CASCADE,
	hold_id     BIGINT NOT NULL REFERENCES housing_holds (id) ON DELETE CASCADE,
	host_id     BIGINT REFERENCES housing_hosts (id),
	version     INTEGER NOT NULL CHECK (version > 0),
	until_night BIGINT NOT NULL,
	body        BYTEA NOT NULL,
	hash        TEXT NOT NULL,
	made_by     BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	made_at     BIGINT NOT NULL,
	replaced_at BIGINT,
	UNIQUE (hold_id, version)
);
CREATE UNIQUE INDEX housing_agreements_live ON housing_agreements (hold_id) WHERE replaced_at IS NULL;
CREATE INDEX housing_agreements_case ON housing_agreements (case_id, id);

CREATE TABLE housing_agreement_signatures (
	agreement_id BIGINT NOT NULL REFERENCES housing_agreements (id) ON DELETE CASCADE,
	party        TEXT NOT NULL CHECK (party IN ('guest', 'host', 'association')),
	paper        BOOLEAN NOT NULL, -- on a sheet, as somebody of the team wrote down
	language     TEXT NOT NULL,
	hash         TEXT NOT NULL,
	by_id        BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	at           BIGINT NOT NULL,
	PRIMARY KEY (agreement_id, party)
);

-- Household and host reaching one another directly, for one stay: both said yes and
-- how, sealed, and two of the team opened it. The row goes when it is closed.
CREATE TABLE housing_contacts (
	hold_id   BIGINT PRIMARY KEY REFERENCES housing_holds (id) ON DELETE CASCADE,
	case_id   BIGINT NOT NULL REFERENCES housing_cases (id) ON DELETE CASCADE,
	guest     BYTEA,
	guest_at  BIGINT,
	host      BYTEA,
	host_at   BIGINT,
	first_by  BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	first_at  BIGINT,
	second_by BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	second_at BIGINT,
	CHECK (first_at IS NULL OR (guest_at IS NOT NULL AND host_at IS NOT NULL)),
	CHECK (second_at IS NULL OR first_at IS NOT NULL),
	CHECK (first_by IS NULL OR second_by IS NULL OR first_by <> second_by)
);
CREATE INDEX housing_contacts_case ON housing_contacts (case_id);
