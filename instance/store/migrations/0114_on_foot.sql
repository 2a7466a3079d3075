-- +goose Up

-- How many minutes on foot who hears of an ask, or takes what is offered, lives
-- away at most (0: anywhere), and at which parts of the week it suits (0: at any;
-- else a bit for each part).
ALTER TABLE asks ADD COLUMN walk INTEGER NOT NULL DEFAULT 0 CHECK (walk IN (0, 5, 10, 15, 30));
ALTER TABLE asks ADD COLUMN hours INTEGER NOT NULL DEFAULT 0 CHECK (hours BETWEEN 0 AND 63);
