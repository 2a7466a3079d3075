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

DROP TRIGGER housing_incident_entry_changed;
-- +goose StatementBegin
CREATE TRIGGER housing_incident_entry_changed BEFORE UPDATE OF incident_id, deed, body, at ON housing_incident_entries
	WHEN NOT (EXISTS (SELECT 1 FROM vault_reseals WHERE relation = 'housing_incident_entries' AND row_id = OLD.id) AND NEW.incident_id IS OLD.incident_id AND NEW.deed IS OLD.deed AND NEW.at IS OLD.at)
BEGIN
	SELECT RAISE(ABORT, 'what happened stays as it was written');
END;
-- +goose StatementEnd

DROP TRIGGER housing_agreement_changed;
-- +goose StatementBegin
CREATE TRIGGER housing_agreement_changed BEFORE UPDATE OF case_id, hold_id, host_id, version, until_night, body, hash ON housing_agreements
	WHEN NOT (EXISTS (SELECT 1 FROM vault_reseals WHERE relation = 'housing_agreements' AND row_id = OLD.id) AND NEW.case_id IS OLD.case_id AND NEW.hold_id IS OLD.hold_id AND NEW.host_id IS OLD.host_id AND NEW.version IS OLD.version AND NEW.until_night IS OLD.until_night AND NEW.hash IS OLD.hash)
BEGIN
	SELECT RAISE(ABORT, 'what is signed stays as it was written');
END;
-- +goose StatementEnd

DROP TRIGGER housing_inventory_written;
-- +goose StatementBegin
CREATE TRIGGER housing_inventory_written BEFORE UPDATE OF body ON housing_inventories
	WHEN OLD.shut_at IS NOT NULL AND NOT (EXISTS (SELECT 1 FROM vault_reseals WHERE relation = 'housing_inventories' AND row_id = OLD.id))
BEGIN
	SELECT RAISE(ABORT, 'what is signed stays as it was written');
END;
-- +goose StatementEnd

DROP TRIGGER housing_inventory_remark_is;
-- +goose StatementBegin
CREATE TRIGGER housing_inventory_remark_is BEFORE UPDATE OF inventory_id, party, body ON housing_inventory_remarks
	WHEN NOT (EXISTS (SELECT 1 FROM vault_reseals WHERE relation = 'housing_inventory_remarks' AND row_id = OLD.id) AND NEW.inventory_id IS OLD.inventory_id AND NEW.party IS OLD.party)
BEGIN
	SELECT RAISE(ABORT, 'a remark stays as it was written');
END;
-- +goose StatementEnd

DROP TRIGGER housing_mediation_talk_changed;
-- +goose StatementBegin
CREATE TRIGGER housing_mediation_talk_changed BEFORE UPDATE OF mediation_id, body, at ON housing_mediation_talks
	WHEN NOT (EXISTS (SELECT 1 FROM vault_reseals WHERE relation = 'housing_mediation_talks' AND row_id = OLD.id) AND NEW.mediation_id IS OLD.mediation_id AND NEW.at IS OLD.at)
BEGIN
	SELECT RAISE(ABORT, 'what was said stays as it was written');
END;
-- +goose StatementEnd
