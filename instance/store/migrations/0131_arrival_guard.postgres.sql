-- +goose Up

-- Nobody arrives before all three have signed the version that holds.
-- +goose StatementBegin
CREATE FUNCTION housing_hold_arrives() RETURNS trigger AS $$
BEGIN
	IF EXISTS (SELECT 1 FROM housing_case_holds x WHERE x.hold_id = NEW.id) AND NOT EXISTS (
		SELECT 1 FROM housing_case_holds x JOIN housing_agreements a ON a.case_id = x.case_id
		  JOIN housing_holds h ON h.id = a.hold_id AND h.state = 'placed'
		 WHERE x.hold_id = NEW.id AND a.replaced_at IS NULL
		   AND (SELECT COUNT(*) FROM housing_agreement_signatures s WHERE s.agreement_id = a.id AND s.hash = a.hash) = 3) THEN
		RAISE EXCEPTION 'nobody arrives without an agreement of three' USING ERRCODE = 'check_violation';
	END IF;
	RETURN NEW;
END $$ LANGUAGE plpgsql;
-- +goose StatementEnd
CREATE TRIGGER housing_hold_arrives BEFORE UPDATE OF arrived_at ON housing_holds
	FOR EACH ROW WHEN (OLD.arrived_at IS NULL AND NEW.arrived_at IS NOT NULL) EXECUTE FUNCTION housing_hold_arrives();
