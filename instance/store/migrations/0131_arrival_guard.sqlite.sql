-- +goose Up

-- Nobody arrives before all three have signed the version that holds.
-- +goose StatementBegin
CREATE TRIGGER housing_hold_arrives BEFORE UPDATE OF arrived_at ON housing_holds
	WHEN OLD.arrived_at IS NULL AND NEW.arrived_at IS NOT NULL
	 AND EXISTS (SELECT 1 FROM housing_case_holds x WHERE x.hold_id = NEW.id)
	 AND NOT EXISTS (
		SELECT 1 FROM housing_case_holds x JOIN housing_agreements a ON a.case_id = x.case_id
		  JOIN housing_holds h ON h.id = a.hold_id AND h.state = 'placed'
		 WHERE x.hold_id = NEW.id AND a.replaced_at IS NULL
		   AND (SELECT COUNT(*) FROM housing_agreement_signatures s WHERE s.agreement_id = a.id AND s.hash = a.hash) = 3)
BEGIN
	SELECT RAISE(ABORT, 'nobody arrives without an agreement of three');
END;
-- +goose StatementEnd
