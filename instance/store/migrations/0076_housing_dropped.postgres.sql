-- +goose Up
-- A hold may be taken back by who keeps the ledger.
ALTER TABLE housing_holds DROP CONSTRAINT housing_holds_state_check;
ALTER TABLE housing_holds ADD CONSTRAINT housing_holds_state_check
	CHECK (state IN ('sending', 'unanswered', 'refused', 'waiting', 'held', 'agreed', 'placed', 'lapsed', 'withdrawn', 'dropped', 'ended'));
