package store

import "context"

// measured tells of each statement when it begins and when it ended.
type measured struct {
	Tx
	asked func(access string) (answered func())
}

func (m measured) Query(ctx context.Context, sql string, args ...any) (Rows, error) {
	answered := m.asked("read")
	rows, err := m.Tx.Query(ctx, sql, args...)
	if err != nil {
		answered()
		return nil, err
	}
	return &measuredRows{rows, answered}, nil
}

func (m measured) QueryRow(ctx context.Context, sql string, args ...any) Row {
	answered := m.asked("read")
	return measuredRow{m.Tx.QueryRow(ctx, sql, args...), answered}
}

type measuredRows struct {
	Rows
	answered func() // nil once it was called
}

func (r *measuredRows) Close() error {
	if r.answered != nil {
		r.answered()
		r.answered = nil
	}
	return r.Rows.Close()
}

type measuredRow struct {
	Row
	answered func()
}

func (r measuredRow) Scan(dest ...any) error {
	defer r.answered()
	return r.Row.Scan(dest...)
}

// writing tells that a transaction begins, and returns what tells that it ended.
func (db *DB) writing() (answered func()) {
	if db.asked == nil {
		return func() {}
	}
	return db.asked("write")
}
