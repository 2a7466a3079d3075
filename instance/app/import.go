package app

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"

	"palier/instance/addresses"
	"palier/instance/registers"
	"palier/instance/sheets"
	"palier/instance/weather"
)

// Imported is a file that is being imported.
type Imported struct {
	Name   string    // as it is named in reports
	From   io.Reader // its bytes, packed with gzip or not
	Source string    // who publishes it; kept with what comes of it
	Most   int64     // how many bytes of it are read, unpacked; 0 is [sheets.MaxFile]
	In     []string  // of registers, only communes whose INSEE code begins so; all if empty
	All    io.Writer // where every row is written that is refused; nil is nowhere
}

// Import takes over a file of open data: addresses (BAN, BAL), outlines
// (GeoJSON), communes (COG, postal codes), associations (RNA), establishments
// (SIRENE), warnings of the weather, which servers are for which communes. What it holds is told from its columns. The report is never nil; rows it counts as taken are
// kept although an error ended the rest.
func (a *App) Import(ctx context.Context, f Imported) (*sheets.Report, error) {
	report := sheets.NewReport(f.Name, f.All)
	err := a.importFile(ctx, f, report)
	if closeErr := report.Close(); err == nil {
		err = closeErr
	}
	return report, err
}

func (a *App) importFile(ctx context.Context, f Imported, report *sheets.Report) error {
	unpacked, err := sheets.Unpack(f.From, f.Most)
	if err != nil {
		return fmt.Errorf("%s: %w", f.Name, err)
	}
	r := bufio.NewReaderSize(unpacked, 64<<10)
	if head, _ := r.Peek(32 << 10); sheets.HoldsJSON(r) && weather.Holds(head) { // what cannot be peeked at is read next
		return a.Weather.Import(ctx, r, f.Source, report)
	}
	if sheets.HoldsJSON(r) {
		o, err := sheets.OpenOutlines(r, report)
		if err != nil {
			return err
		}
		return a.Places.ImportBoundaries(ctx, o, f.Source, report)
	}
	t, err := sheets.Open(r, report)
	if err != nil {
		return err
	}
	switch {
	case addresses.Reads(t):
		return a.Addresses.Import(ctx, t, f.Source, report)
	case addresses.ReadsCommunes(t):
		return a.Addresses.ImportCommunes(ctx, t, report)
	case addresses.ReadsServers(t):
		return a.Addresses.ImportServers(ctx, t, report)
	case weather.Reads(t):
		return a.Weather.ImportSheet(ctx, t, f.Source, report)
	case registers.Reads(t):
		return registers.New(registers.Options{DB: a.DB, IDs: a.ids, Now: a.now}).Import(ctx, t, f.In, report)
	}
	return fmt.Errorf("%s holds nothing that can be imported: its columns are %s", f.Name, strings.Join(t.Columns(), ", "))
}
