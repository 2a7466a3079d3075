-- +goose Up

-- Which rows are being sealed anew to another key, in the transaction that does it and
-- never longer: what is kept as it was written is kept as it reads, and not as it is sealed.
CREATE TABLE vault_reseals (
	relation TEXT NOT NULL,
	row_id   BIGINT NOT NULL,
	PRIMARY KEY (relation, row_id)
);

-- Since when nothing here needs a key any more: copies made before do.
ALTER TABLE vault_keys ADD COLUMN spent_at BIGINT;

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION housing_incident_entry_changed() RETURNS trigger AS $$
BEGIN
	IF EXISTS (SELECT 1 FROM vault_reseals WHERE relation = 'housing_incident_entries' AND row_id = OLD.id) AND NEW.incident_id IS NOT DISTINCT FROM OLD.incident_id AND NEW.deed IS NOT DISTINCT FROM OLD.deed AND NEW.at IS NOT DISTINCT FROM OLD.at THEN
		RETURN NEW;
	END IF;
	RAISE EXCEPTION 'what happened stays as it was written' USING ERRCODE = 'check_violation';
END $$ LANGUAGE plpgsql;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION housing_agreement_changed() RETURNS trigger AS $$
BEGIN
	IF EXISTS (SELECT 1 FROM vault_reseals WHERE relation = 'housing_agreements' AND row_id = OLD.id) AND NEW.case_id IS NOT DISTINCT FROM OLD.case_id AND NEW.hold_id IS NOT DISTINCT FROM OLD.hold_id AND NEW.host_id IS NOT DISTINCT FROM OLD.host_id AND NEW.version IS NOT DISTINCT FROM OLD.version AND NEW.until_night IS NOT DISTINCT FROM OLD.until_night AND NEW.hash IS NOT DISTINCT FROM OLD.hash THEN
		RETURN NEW;
	END IF;
	RAISE EXCEPTION 'what is signed stays as it was written' USING ERRCODE = 'check_violation';
END $$ LANGUAGE plpgsql;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION housing_inventory_written() RETURNS trigger AS $$
BEGIN
	IF EXISTS (SELECT 1 FROM vault_reseals WHERE relation = 'housing_inventories' AND row_id = OLD.id) THEN
		RETURN NEW;
	END IF;
	RAISE EXCEPTION 'what is signed stays as it was written' USING ERRCODE = 'check_violation';
END $$ LANGUAGE plpgsql;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION housing_inventory_remark_is() RETURNS trigger AS $$
BEGIN
	IF EXISTS (SELECT 1 FROM vault_reseals WHERE relation = 'housing_inventory_remarks' AND row_id = OLD.id) AND NEW.inventory_id IS NOT DISTINCT FROM OLD.inventory_id AND NEW.party IS NOT DISTINCT FROM OLD.party THEN
		RETURN NEW;
	END IF;
	RAISE EXCEPTION 'a remark stays as it was written' USING ERRCODE = 'check_violation';
END $$ LANGUAGE plpgsql;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION housing_mediation_talk_changed() RETURNS trigger AS $$
BEGIN
	IF EXISTS (SELECT 1 FROM vault_reseals WHERE relation = 'housing_mediation_talks' AND row_id = OLD.id) AND NEW.mediation_id IS NOT DISTINCT FROM OLD.mediation_id AND NEW.at IS NOT DISTINCT FROM OLD.at THEN
		RETURN NEW;
	END IF;
	RAISE EXCEPTION 'what was said stays as it was written' USING ERRCODE = 'check_violation';
END $$ LANGUAGE plpgsql;
-- +goose StatementEnd
