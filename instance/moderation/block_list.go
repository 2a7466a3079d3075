package moderation

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"palier/instance"
	"palier/instance/store"
)

// Imported tells what became of a block list.
type Imported struct {
	Taken   int
	Refused []RefusedLine // the first of them
	Unnamed int           // how many more there were
}

// RefusedLine is a line of a block list that could not be taken.
type RefusedLine struct {
	Line   int
	Text   string
	Reason string // malformed, unknown-severity, ourselves
}

const (
	maxBlockList = 50_000
	maxNamed     = 200
)

// ImportDomains takes a block list in the CSV form that servers exchange: a
// header line of #domain,#severity,… in any order, or bare domains. Lines that
// cannot be taken are named; the good ones are taken all together. It returns an
// [instance.Invalid] for what is no list at all.
func (s *Service) ImportDomains(ctx context.Context, by instance.ActorID, list io.Reader) (Imported, error) {
	rules, done, err := s.readBlockList(list)
	if err != nil {
		return Imported{}, err
	}
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		for _, r := range rules {
			if err := s.keepRule(ctx, tx, by, r); err != nil {
				return err
			}
		}
		return s.cutOffKnown(ctx, tx, rules)
	})
	if err != nil {
		return Imported{}, fmt.Errorf("import block list: %w", err)
	}
	return done, nil
}

// cutOffKnown ends what connects us to the domains that rules suspend. Of a list
// of thousands we know a few: only those are looked for in every table.
func (s *Service) cutOffKnown(ctx context.Context, tx store.Tx, rules []DomainRule) error {
	suspended := map[string]bool{}
	for _, r := range rules {
		suspended[r.Domain] = r.Severity == Suspended
	}
	hosts, err := knownHosts(ctx, tx)
	if err != nil {
		return err
	}
	cut := map[string]bool{}
	for _, host := range hosts {
		domain, err := CanonicalDomain(host)
		if err != nil {
			continue
		}
		for _, d := range parents(domain) {
			if suspended[d] && !cut[d] {
				cut[d] = true
				if err := s.cutOff(ctx, tx, d); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func knownHosts(ctx context.Context, tx store.Tx) ([]string, error) {
	rows, err := tx.Query(ctx, `
		SELECT DISTINCT host FROM actors WHERE host <> ''
		UNION
		SELECT DISTINCT host FROM deliveries
		UNION
		SELECT DISTINCT host FROM remote_pictures
		UNION
		SELECT DISTINCT host FROM cards`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var hosts []string
	for rows.Next() {
		var host string
		if err := rows.Scan(&host); err != nil {
			return nil, err
		}
		hosts = append(hosts, host)
	}
	return hosts, rows.Err()
}

func (s *Service) readBlockList(list io.Reader) (rules []DomainRule, done Imported, err error) {
	r := csv.NewReader(list)
	r.FieldsPerRecord, r.LazyQuotes, r.TrimLeadingSpace = -1, true, true
	columns := map[string]int{"domain": 0, "severity": 1, "public_comment": 4}
	own, err := CanonicalDomain(s.site.Host())
	if err != nil {
		return nil, done, err
	}
	for first := true; ; first = false {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return rules, done, nil
		}
		text := strings.Join(record, ",")
		if err != nil || !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
			return nil, done, &instance.Invalid{Field: "list", Code: "unreadable"}
		}
		if done.Taken == maxBlockList {
			return nil, done, &instance.Invalid{Field: "list", Code: "too-many", Limit: maxBlockList}
		}
		if first {
			record[0] = strings.TrimPrefix(record[0], "\ufeff")
			if named, ok := header(record); ok {
				columns = named
				continue
			}
		}
		rule, reason := readRule(record, columns)
		if reason == "" && rule.Domain == own {
			reason = "ourselves"
		}
		switch {
		case reason != "":
			line, _ := r.FieldPos(0)
			done.refuse(RefusedLine{Line: line, Text: cut(text, 200), Reason: reason})
		case rule.Severity != Open:
			rules = append(rules, rule)
			done.Taken++
		}
	}
}

// refuse names a line, unless enough were.
func (d *Imported) refuse(l RefusedLine) {
	if len(d.Refused) == maxNamed {
		d.Unnamed++
		return
	}
	d.Refused = append(d.Refused, l)
}

// cut keeps at most limit characters of s.
func cut(s string, limit int) string {
	if utf8.RuneCountInString(s) <= limit {
		return s
	}
	return string([]rune(s)[:limit])
}

// header returns where the columns stand, if record is a header line.
func header(record []string) (map[string]int, bool) {
	columns := map[string]int{}
	for i, name := range record {
		columns[strings.ToLower(strings.TrimPrefix(strings.TrimSpace(name), "#"))] = i
	}
	_, ok := columns["domain"]
	return columns, ok
}

// readRule reads one line; reason says why it cannot be taken.
func readRule(record []string, columns map[string]int) (r DomainRule, reason string) {
	at := func(name string) string {
		if i, ok := columns[name]; ok && i < len(record) {
			return strings.TrimSpace(record[i])
		}
		return ""
	}
	domain, err := CanonicalDomain(at("domain"))
	if err != nil {
		return r, "malformed"
	}
	r = DomainRule{Domain: domain, Reason: cut(at("public_comment"), maxReason)}
	switch strings.ToLower(at("severity")) {
	case "suspend", "":
		r.Severity = Suspended
	case "silence", "limit":
		r.Severity = Limited
	case "noop", "none":
		r.Severity = Open
	default:
		return r, "unknown-severity"
	}
	return r, ""
}
