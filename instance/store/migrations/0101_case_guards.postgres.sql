-- +goose Up

-- +goose StatementBegin
CREATE FUNCTION housing_case_step() RETURNS trigger AS $$
BEGIN
	IF NOT EXISTS (SELECT 1 FROM housing_case_steps WHERE before = OLD.stage AND after = NEW.stage) THEN
		RAISE EXCEPTION 'a case does not go from % to %', OLD.stage, NEW.stage USING ERRCODE = 'check_violation';
	END IF;
	RETURN NEW;
END $$ LANGUAGE plpgsql;
-- +goose StatementEnd
CREATE TRIGGER housing_case_step BEFORE UPDATE OF stage ON housing_cases
	FOR EACH ROW WHEN (OLD.stage IS DISTINCT FROM NEW.stage) EXECUTE FUNCTION housing_case_step();

-- +goose StatementBegin
CREATE FUNCTION housing_case_begin() RETURNS trigger AS $$
BEGIN
	RAISE EXCEPTION 'a case begins with its intake' USING ERRCODE = 'check_violation';
END $$ LANGUAGE plpgsql;
-- +goose StatementEnd
CREATE TRIGGER housing_case_begin BEFORE INSERT ON housing_cases
	FOR EACH ROW WHEN (NEW.stage <> 'intake') EXECUTE FUNCTION housing_case_begin();

-- +goose StatementBegin
CREATE FUNCTION housing_case_hold() RETURNS trigger AS $$
BEGIN
	IF NOT EXISTS (
		SELECT 1 FROM housing_cases
		 WHERE id = NEW.case_id AND stage IN ('proposal', 'meeting', 'agreement', 'active', 'ending')
		   AND vetted_at IS NOT NULL AND second_at IS NOT NULL AND frozen_at IS NULL) THEN
		RAISE EXCEPTION 'beds are asked for a case that two have seen to' USING ERRCODE = 'check_violation';
	END IF;
	RETURN NEW;
END $$ LANGUAGE plpgsql;
-- +goose StatementEnd
CREATE TRIGGER housing_case_hold BEFORE INSERT ON housing_case_holds
	FOR EACH ROW EXECUTE FUNCTION housing_case_hold();

-- +goose StatementBegin
CREATE FUNCTION housing_incident_entry_changed() RETURNS trigger AS $$
BEGIN
	RAISE EXCEPTION 'what happened stays as it was written' USING ERRCODE = 'check_violation';
END $$ LANGUAGE plpgsql;
-- +goose StatementEnd
CREATE TRIGGER housing_incident_entry_changed BEFORE UPDATE OF incident_id, deed, body, at ON housing_incident_entries
	FOR EACH ROW EXECUTE FUNCTION housing_incident_entry_changed();
