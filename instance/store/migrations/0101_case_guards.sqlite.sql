-- +goose Up

-- +goose StatementBegin
CREATE TRIGGER housing_case_step BEFORE UPDATE OF stage ON housing_cases
	WHEN OLD.stage <> NEW.stage AND NOT EXISTS (SELECT 1 FROM housing_case_steps WHERE before = OLD.stage AND after = NEW.stage)
BEGIN
	SELECT RAISE(ABORT, 'a case does not take that step');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER housing_case_begin BEFORE INSERT ON housing_cases
	WHEN NEW.stage <> 'intake'
BEGIN
	SELECT RAISE(ABORT, 'a case begins with its intake');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER housing_case_hold BEFORE INSERT ON housing_case_holds
	WHEN NOT EXISTS (
		SELECT 1 FROM housing_cases
		 WHERE id = NEW.case_id AND stage IN ('proposal', 'meeting', 'agreement', 'active', 'ending')
		   AND vetted_at IS NOT NULL AND second_at IS NOT NULL AND frozen_at IS NULL)
BEGIN
	SELECT RAISE(ABORT, 'beds are asked for a case that two have seen to');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER housing_incident_entry_changed BEFORE UPDATE OF incident_id, deed, body, at ON housing_incident_entries
BEGIN
	SELECT RAISE(ABORT, 'what happened stays as it was written');
END;
-- +goose StatementEnd
