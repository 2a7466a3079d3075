-- +goose Up

-- +goose StatementBegin
CREATE FUNCTION housing_step() RETURNS trigger AS $$
BEGIN
	IF NOT EXISTS (SELECT 1 FROM housing_steps WHERE before = OLD.state AND after = NEW.state) THEN
		RAISE EXCEPTION 'a home does not go from % to %', OLD.state, NEW.state USING ERRCODE = 'check_violation';
	END IF;
	RETURN NEW;
END $$ LANGUAGE plpgsql;
-- +goose StatementEnd
CREATE TRIGGER housing_step BEFORE UPDATE OF state ON housing_listings
	FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION housing_step();

-- +goose StatementBegin
CREATE FUNCTION housing_begin() RETURNS trigger AS $$
BEGIN
	RAISE EXCEPTION 'a home begins as a draft' USING ERRCODE = 'check_violation';
END $$ LANGUAGE plpgsql;
-- +goose StatementEnd
CREATE TRIGGER housing_begin BEFORE INSERT ON housing_listings
	FOR EACH ROW WHEN (NEW.state <> 'draft') EXECUTE FUNCTION housing_begin();

-- +goose StatementBegin
CREATE FUNCTION housing_entry_stays() RETURNS trigger AS $$
BEGIN
	RAISE EXCEPTION 'what stands in a ledger stays' USING ERRCODE = 'check_violation';
END $$ LANGUAGE plpgsql;
-- +goose StatementEnd
CREATE TRIGGER housing_entry_stays BEFORE UPDATE OR DELETE ON housing_entries
	FOR EACH ROW EXECUTE FUNCTION housing_entry_stays();

-- +goose StatementBegin
CREATE FUNCTION housing_entry_follows() RETURNS trigger AS $$
BEGIN
	IF NEW.number > 1 AND NOT EXISTS (
		SELECT 1 FROM housing_entries WHERE listing_id = NEW.listing_id AND number = NEW.number - 1 AND hash = NEW.previous) THEN
		RAISE EXCEPTION 'an entry follows on the one before' USING ERRCODE = 'check_violation';
	END IF;
	RETURN NEW;
END $$ LANGUAGE plpgsql;
-- +goose StatementEnd
CREATE TRIGGER housing_entry_follows BEFORE INSERT ON housing_entries
	FOR EACH ROW EXECUTE FUNCTION housing_entry_follows();
