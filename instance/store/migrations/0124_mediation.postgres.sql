-- +goose Up

-- Which insurance was seen for a stay, by whom and when. The paper itself, its number
-- and its company are kept nowhere.
CREATE TABLE housing_insurances (
	hold_id BIGINT NOT NULL REFERENCES housing_holds (id) ON DELETE CASCADE,
	case_id BIGINT NOT NULL REFERENCES housing_cases (id) ON DELETE CASCADE,
	party   TEXT NOT NULL CHECK (party IN ('guest', 'host', 'association')),
	kind    TEXT NOT NULL,
	seen_by BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	seen_at BIGINT NOT NULL,
	PRIMARY KEY (hold_id, party, kind)
);
CREATE INDEX housing_insurances_case ON housing_insurances (case_id);

-- Somebody who does not keep the case speaks with both sides. Why it was asked for, who
-- mediates from elsewhere and what was said is sealed.
CREATE TABLE housing_mediations (
	id          BIGINT PRIMARY KEY,
	case_id     BIGINT NOT NULL REFERENCES housing_cases (id) ON DELETE CASCADE,
	hold_id     BIGINT NOT NULL REFERENCES housing_holds (id) ON DELETE CASCADE,
	party       TEXT NOT NULL CHECK (party IN ('guest', 'host', 'association')),
	state       TEXT NOT NULL DEFAULT 'asked' CHECK (state IN ('asked', 'running', 'closed')),
	outcome     TEXT NOT NULL DEFAULT '' CHECK (outcome IN ('', 'agreed', 'part', 'failed', 'withdrawn')),
	body        BYTEA NOT NULL,
	mediator_id BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	elsewhere   BYTEA,
	incident_id BIGINT REFERENCES housing_incidents (id) ON DELETE SET NULL,
	by_id       BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	asked_at    BIGINT NOT NULL,
	begun_at    BIGINT,
	closed_at   BIGINT,
	CHECK (state <> 'running' OR begun_at IS NOT NULL),
	CHECK ((state = 'closed') = (outcome <> '')),
	CHECK (mediator_id IS NULL OR elsewhere IS NULL)
);
CREATE INDEX housing_mediations_case ON housing_mediations (case_id, id);
CREATE UNIQUE INDEX housing_mediations_open ON housing_mediations (case_id) WHERE state <> 'closed';

CREATE TABLE housing_mediation_talks (
	id           BIGINT PRIMARY KEY,
	mediation_id BIGINT NOT NULL REFERENCES housing_mediations (id) ON DELETE CASCADE,
	body         BYTEA NOT NULL,
	by_id        BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	at           BIGINT NOT NULL
);
CREATE INDEX housing_mediation_talks_mediation ON housing_mediation_talks (mediation_id, id);

-- Nobody mediates in a case that they keep.
-- +goose StatementBegin
CREATE FUNCTION housing_mediator() RETURNS trigger AS $$
BEGIN
	IF EXISTS (SELECT 1 FROM housing_cases WHERE id = NEW.case_id AND keeper_id = NEW.mediator_id) THEN
		RAISE EXCEPTION 'nobody mediates in a case that they keep' USING ERRCODE = 'check_violation';
	END IF;
	RETURN NEW;
END $$ LANGUAGE plpgsql;
-- +goose StatementEnd
CREATE TRIGGER housing_mediator BEFORE UPDATE OF mediator_id ON housing_mediations
	FOR EACH ROW EXECUTE FUNCTION housing_mediator();

-- +goose StatementBegin
CREATE FUNCTION housing_mediator_keeps() RETURNS trigger AS $$
BEGIN
	IF EXISTS (SELECT 1 FROM housing_mediations WHERE case_id = NEW.id AND state = 'running' AND mediator_id = NEW.keeper_id) THEN
		RAISE EXCEPTION 'nobody keeps a case in which they mediate' USING ERRCODE = 'check_violation';
	END IF;
	RETURN NEW;
END $$ LANGUAGE plpgsql;
-- +goose StatementEnd
CREATE TRIGGER housing_mediator_keeps BEFORE UPDATE OF keeper_id ON housing_cases
	FOR EACH ROW EXECUTE FUNCTION housing_mediator_keeps();

-- +goose StatementBegin
CREATE FUNCTION housing_mediation_talk_changed() RETURNS trigger AS $$
BEGIN
	RAISE EXCEPTION 'what was said stays as it was written' USING ERRCODE = 'check_violation';
END $$ LANGUAGE plpgsql;
-- +goose StatementEnd
CREATE TRIGGER housing_mediation_talk_changed BEFORE UPDATE OF mediation_id, body, at ON housing_mediation_talks
	FOR EACH ROW EXECUTE FUNCTION housing_mediation_talk_changed();
