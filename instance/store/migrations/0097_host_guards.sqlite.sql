-- +goose Up

-- +goose StatementBegin
CREATE TRIGGER housing_host_step BEFORE UPDATE OF state ON housing_hosts
	WHEN OLD.state <> NEW.state AND NOT EXISTS (SELECT 1 FROM housing_host_steps WHERE before = OLD.state AND after = NEW.state)
BEGIN
	SELECT RAISE(ABORT, 'a host does not take that step');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER housing_host_begin BEFORE INSERT ON housing_hosts
	WHEN NEW.state <> 'interested'
BEGIN
	SELECT RAISE(ABORT, 'a host begins as interested');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER housing_hosted BEFORE UPDATE OF state ON housing_listings
	WHEN (OLD.state = 'submitted' AND NEW.state = 'vetted' OR OLD.state = 'vetted' AND NEW.state = 'available')
	 AND NOT EXISTS (
		SELECT 1 FROM housing_hosts h
		 WHERE h.id = NEW.host_id AND h.programme_id = NEW.programme_id AND h.state = 'approved'
		   AND h.visit_until > NEW.updated_at AND h.approved_until > NEW.updated_at)
BEGIN
	SELECT RAISE(ABORT, 'a home is vetted and offered for a host who is approved, after a visit');
END;
-- +goose StatementEnd
