package store

import (
	"context"
	"strings"
)

// Many writes many rows with few statements, for imports: INSERT INTO Into
// VALUES …, and then After. The zero Many but for these is ready.
type Many struct {
	Into  string // table and columns: "places (id, name)"
	After string // ON CONFLICT …

	width int
	args  []any
}

// How many arguments one statement has at most. SQLite looks each of them up by
// name among all, and keeps short statements ready: few are quicker there.
// PostgreSQL waits for an answer after each statement.
const (
	mostOfSQLite   = 300
	mostOfPostgres = 8000
)

// Add takes a row, and writes those that wait when there are enough.
func (m *Many) Add(ctx context.Context, tx Tx, row ...any) error {
	most := mostOfPostgres
	if sqliteRuns(tx) {
		most = mostOfSQLite
	}
	if m.width = len(row); len(m.args)+len(row) > most {
		if err := m.End(ctx, tx); err != nil {
			return err
		}
	}
	m.args = append(m.args, row...)
	return nil
}

// End writes the rows that wait.
func (m *Many) End(ctx context.Context, tx Tx) error {
	if len(m.args) == 0 {
		return nil
	}
	var b strings.Builder
	b.WriteString("INSERT INTO " + m.Into + " VALUES ")
	for at := 0; at < len(m.args); at += m.width {
		if at > 0 {
			b.WriteString(", ")
		}
		b.WriteString("(" + Placeholders(at+1, m.width) + ")")
	}
	if m.After != "" {
		b.WriteString(" " + m.After)
	}
	_, err := tx.Exec(ctx, b.String(), m.args...)
	m.args = m.args[:0]
	return err
}
