package machine

import (
	"context"
	"runtime"
	"strings"
	"time"

	"palier/cmd/palier-bench/figures"
)

// Limits is what the machine can do.
type Limits struct {
	Signing
	Web
	SQLite     float64 // transactions of one row per second
	PostgreSQL float64 // the same; zero if there is no such database
}

// clients is how many requests the bare server gets at a time.
const clients = 32

// Measure measures everything, d for each figure. dir is where SQLite's file
// goes, which has to be on the disk that a server would use; database is the
// postgres:// address of a database to write to as well, empty for none.
func Measure(ctx context.Context, dir, database string, d time.Duration) (l Limits, err error) {
	if l.Signing, err = MeasureSigning(ctx, d); err != nil {
		return l, err
	}
	if l.SQLite, err = SQLite(ctx, dir, d); err != nil {
		return l, err
	}
	if strings.HasPrefix(database, "postgres") {
		if l.PostgreSQL, err = PostgreSQL(ctx, database, d); err != nil {
			return l, err
		}
	}
	l.Web, err = MeasureWeb(ctx, d, clients)
	return l, err
}

// Commits returns how many transactions of one row the database in question
// takes in a second: PostgreSQL, if that was measured.
func (l Limits) Commits() float64 {
	if l.PostgreSQL > 0 {
		return l.PostgreSQL
	}
	return l.SQLite
}

// Row tells the limits.
func (l Limits) Row() figures.Row {
	r := figures.Row{Name: "limits", Title: "what the machine itself can do", Figures: []figures.Figure{
		figures.Share("processors free", l.Free, 1).Against("of %d; other programs took the rest meanwhile", runtime.GOMAXPROCS(0)),
		figures.Rate("RSA-2048 signatures", l.RSASign.PerSecond).Against("all processors; %s of processor time each", l.RSASign.CPU),
		figures.Rate("RSA-2048 verifications", l.RSAVerify.PerSecond).Against("%s each", l.RSAVerify.CPU),
		figures.Rate("Ed25519 signatures", l.Ed25519Sign.PerSecond).Against("%s each", l.Ed25519Sign.CPU),
		figures.Rate("Ed25519 verifications", l.Ed25519Verify.PerSecond).Against("%s each", l.Ed25519Verify.CPU),
		figures.Rate("SQLite transactions of one row", l.SQLite).Against("one after another, WAL, synchronous FULL"),
	}}
	if l.PostgreSQL > 0 {
		r.Figures = append(r.Figures, figures.Rate("PostgreSQL transactions of one row", l.PostgreSQL).Against("one after another, as it is set up"))
	}
	r.Figures = append(r.Figures,
		figures.Rate("bare POST of net/http", l.Posts).Against("1,500 bytes, %d at a time, load program on the same processors", clients),
		figures.Rate("bare GET of net/http", l.Gets).Against("the same"))
	return r
}
