package addresses

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"palier/instance/sheets"
	"palier/instance/store"
	"palier/instance/writing"
)

// A Server is another server that is for a commune.
type Server struct {
	INSEE  string
	Origin string // as https://host
	Name   string // empty where the list names none
}

// ReadsServers tells whether a table lists servers by the communes they are for.
func ReadsServers(t *sheets.Sheet) bool { return t.Has("insee", "server") }

// The reasons why a server cannot be taken.
const noServer = "the server is not written as https://host"

// MostServers is how many lines of the list are kept.
const MostServers = 50_000

// ImportServers takes over the list of which servers are for which communes, from a
// table that [ReadsServers] knows. The list is whole: what stood in the one before
// and not in this one is gone.
func (s *Service) ImportServers(ctx context.Context, t *sheets.Sheet, report *sheets.Report) error {
	var list []Server
	for t.Next() {
		one, reason := readServer(t)
		if reason == "" && len(list) == MostServers {
			reason = "the list is too long"
		}
		if reason != "" {
			t.Refuse(reason)
			continue
		}
		report.Good++
		list = append(list, one)
	}
	if err := t.Err(); err != nil {
		return err
	}
	rows := store.Many{Into: `commune_servers (insee, server, name, imported_at)`, After: `ON CONFLICT DO NOTHING`}
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM commune_servers`); err != nil {
			return err
		}
		for _, one := range list {
			if err := rows.Add(ctx, tx, one.INSEE, one.Origin, one.Name, store.Millis(s.now())); err != nil {
				return err
			}
		}
		return rows.End(ctx, tx)
	})
	if err != nil {
		return fmt.Errorf("import servers from %s: %w", report.File, err)
	}
	return nil
}

// readServer reads the line at hand and returns why it cannot be taken.
func readServer(t *sheets.Sheet) (Server, string) {
	one := Server{INSEE: strings.ToUpper(t.Get("insee")), Name: writing.CleanLine(t.Get("name"), longestName)}
	if !inseeShape.MatchString(one.INSEE) {
		return one, noCode
	}
	u, err := url.Parse(strings.TrimSuffix(t.Get("server"), "/"))
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || u.Path != "" || u.RawQuery != "" || u.Fragment != "" {
		return one, noServer
	}
	one.Origin = "https://" + strings.ToLower(u.Host)
	return one, ""
}

// Servers returns the other servers that are for a commune; all of the list for an
// empty code.
func (s *Service) Servers(ctx context.Context, insee string) ([]Server, error) {
	rows, err := s.db.Read().Query(ctx, `
		SELECT insee, server, name
		  FROM commune_servers
		 WHERE insee = $1 OR $1 = ''
		 ORDER BY insee, server
		 LIMIT $2`, insee, MostServers)
	if err != nil {
		return nil, fmt.Errorf("servers of %s: %w", insee, err)
	}
	defer rows.Close()
	var list []Server
	for rows.Next() {
		var one Server
		if err := rows.Scan(&one.INSEE, &one.Origin, &one.Name); err != nil {
			return nil, fmt.Errorf("servers of %s: %w", insee, err)
		}
		list = append(list, one)
	}
	return list, rows.Err()
}
