-- +goose Up

-- Nobody moves in before all three have signed the version that holds.
-- +goose StatementBegin
CREATE FUNCTION housing_case_moves_in() RETURNS trigger AS $$
BEGIN
	IF NOT EXISTS (
		SELECT 1 FROM housing_agreements a JOIN housing_holds h ON h.id = a.hold_id AND h.state = 'placed'
		 WHERE a.case_id = NEW.id AND a.replaced_at IS NULL
		   AND (SELECT COUNT(*) FROM housing_agreement_signatures s WHERE s.agreement_id = a.id AND s.hash = a.hash) = 3) THEN
		RAISE EXCEPTION 'nobody moves in without an agreement of three' USING ERRCODE = 'check_violation';
	END IF;
	RETURN NEW;
END $$ LANGUAGE plpgsql;
-- +goose StatementEnd
CREATE TRIGGER housing_case_moves_in BEFORE UPDATE OF stage ON housing_cases
	FOR EACH ROW WHEN (OLD.stage = 'agreement' AND NEW.stage = 'active') EXECUTE FUNCTION housing_case_moves_in();

-- +goose StatementBegin
CREATE FUNCTION housing_agreement_changed() RETURNS trigger AS $$
BEGIN
	RAISE EXCEPTION 'what is signed stays as it was written' USING ERRCODE = 'check_violation';
END $$ LANGUAGE plpgsql;
-- +goose StatementEnd
CREATE TRIGGER housing_agreement_changed BEFORE UPDATE OF case_id, hold_id, host_id, version, until_night, body, hash ON housing_agreements
	FOR EACH ROW EXECUTE FUNCTION housing_agreement_changed();

-- +goose StatementBegin
CREATE FUNCTION housing_agreement_signed() RETURNS trigger AS $$
BEGIN
	IF NOT EXISTS (SELECT 1 FROM housing_agreements WHERE id = NEW.agreement_id AND hash = NEW.hash AND replaced_at IS NULL) THEN
		RAISE EXCEPTION 'what holds is signed, and nothing else' USING ERRCODE = 'check_violation';
	END IF;
	RETURN NEW;
END $$ LANGUAGE plpgsql;
-- +goose StatementEnd
CREATE TRIGGER housing_agreement_signed BEFORE INSERT ON housing_agreement_signatures
	FOR EACH ROW EXECUTE FUNCTION housing_agreement_signed();
