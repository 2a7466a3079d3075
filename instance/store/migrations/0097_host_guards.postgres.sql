-- +goose Up

-- +goose StatementBegin
CREATE FUNCTION housing_host_step() RETURNS trigger AS $$
BEGIN
	IF NOT EXISTS (SELECT 1 FROM housing_host_steps WHERE before = OLD.state AND after = NEW.state) THEN
		RAISE EXCEPTION 'a host does not go from % to %', OLD.state, NEW.state USING ERRCODE = 'check_violation';
	END IF;
	RETURN NEW;
END $$ LANGUAGE plpgsql;
-- +goose StatementEnd
CREATE TRIGGER housing_host_step BEFORE UPDATE OF state ON housing_hosts
	FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION housing_host_step();

-- +goose StatementBegin
CREATE FUNCTION housing_host_begin() RETURNS trigger AS $$
BEGIN
	RAISE EXCEPTION 'a host begins as interested' USING ERRCODE = 'check_violation';
END $$ LANGUAGE plpgsql;
-- +goose StatementEnd
CREATE TRIGGER housing_host_begin BEFORE INSERT ON housing_hosts
	FOR EACH ROW WHEN (NEW.state <> 'interested') EXECUTE FUNCTION housing_host_begin();

-- +goose StatementBegin
CREATE FUNCTION housing_hosted() RETURNS trigger AS $$
BEGIN
	IF NOT EXISTS (
		SELECT 1 FROM housing_hosts h
		 WHERE h.id = NEW.host_id AND h.programme_id = NEW.programme_id AND h.state = 'approved'
		   AND h.visit_until > NEW.updated_at AND h.approved_until > NEW.updated_at) THEN
		RAISE EXCEPTION 'a home is vetted and offered for a host who is approved, after a visit' USING ERRCODE = 'check_violation';
	END IF;
	RETURN NEW;
END $$ LANGUAGE plpgsql;
-- +goose StatementEnd
CREATE TRIGGER housing_hosted BEFORE UPDATE OF state ON housing_listings
	FOR EACH ROW WHEN (OLD.state = 'submitted' AND NEW.state = 'vetted' OR OLD.state = 'vetted' AND NEW.state = 'available')
	EXECUTE FUNCTION housing_hosted();
