-- +goose Up

-- Nobody moves in before all three have signed the version that holds.
-- +goose StatementBegin
CREATE TRIGGER housing_case_moves_in BEFORE UPDATE OF stage ON housing_cases
	WHEN OLD.stage = 'agreement' AND NEW.stage = 'active' AND NOT EXISTS (
		SELECT 1 FROM housing_agreements a JOIN housing_holds h ON h.id = a.hold_id AND h.state = 'placed'
		 WHERE a.case_id = NEW.id AND a.replaced_at IS NULL
		   AND (SELECT COUNT(*) FROM housing_agreement_signatures s WHERE s.agreement_id = a.id AND s.hash = a.hash) = 3)
BEGIN
	SELECT RAISE(ABORT, 'nobody moves in without an agreement of three');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER housing_agreement_changed BEFORE UPDATE OF case_id, hold_id, host_id, version, until_night, body, hash ON housing_agreements
BEGIN
	SELECT RAISE(ABORT, 'what is signed stays as it was written');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER housing_agreement_signed BEFORE INSERT ON housing_agreement_signatures
	WHEN NOT EXISTS (SELECT 1 FROM housing_agreements WHERE id = NEW.agreement_id AND hash = NEW.hash AND replaced_at IS NULL)
BEGIN
	SELECT RAISE(ABORT, 'what holds is signed, and nothing else');
END;
-- +goose StatementEnd
