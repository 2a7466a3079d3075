package moderation

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"golang.org/x/net/idna"

	"palier/instance"
	"palier/instance/store"
)

// Severity is how much a server is kept away.
type Severity string

const (
	// Open keeps nothing away.
	Open Severity = ""
	// Limited lets through only what somebody here asked for.
	Limited Severity = "limit"
	// Suspended lets nothing through, in or out.
	Suspended Severity = "suspend"
)

// DomainRule is what was decided about a server and everything below its name.
type DomainRule struct {
	Domain   string
	Severity Severity
	Reason   string
}

// CanonicalDomain returns a domain as rules know it: ASCII, lower case, no
// port, no www, no dot at the end. It returns an [instance.Invalid] for what
// is no domain.
func CanonicalDomain(s string) (string, error) {
	s = strings.ToLower(strings.TrimSpace(s))
	s = strings.TrimPrefix(strings.TrimPrefix(s, "https://"), "http://")
	if host, _, err := net.SplitHostPort(s); err == nil {
		s = host
	}
	s = strings.TrimSuffix(strings.TrimPrefix(s, "*."), ".")
	ascii, err := idna.Lookup.ToASCII(s)
	if err != nil || ascii == "" || len(ascii) > 253 || strings.ContainsAny(ascii, "/ @*") {
		return "", &instance.Invalid{Field: "domain", Code: "malformed"}
	}
	return strings.TrimPrefix(ascii, "www."), nil
}

// parents returns a domain and every domain above it, the narrowest first.
func parents(domain string) []string {
	list := []string{domain}
	for {
		_, rest, ok := strings.Cut(domain, ".")
		if !ok || rest == "" {
			return list
		}
		list = append(list, rest)
		domain = rest
	}
}

// Severity returns what was decided about a host, or about what its name lies
// under (security.md C13, I04).
func (s *Service) Severity(ctx context.Context, tx store.Tx, host string) (Severity, error) {
	domain, err := CanonicalDomain(host)
	if err != nil {
		return Open, nil // no domain, no rule about it
	}
	above := parents(domain)
	args := make([]any, len(above))
	for i, d := range above {
		args[i] = d
	}
	var severity string
	err = tx.QueryRow(ctx, `
		SELECT severity
		  FROM domain_rules
		 WHERE domain IN (`+store.Placeholders(1, len(above))+`)
		 ORDER BY CASE severity WHEN 'suspend' THEN 0 ELSE 1 END
		 LIMIT 1`, args...).Scan(&severity)
	if errors.Is(err, store.ErrNoRows) {
		return Open, nil
	}
	if err != nil {
		return Open, fmt.Errorf("rule about %s: %w", host, err)
	}
	return Severity(severity), nil
}

// SetDomain decides about a server; [Open] takes the rule away. A suspension
// ends every follow between here and there and takes what came from there out
// of the feeds.
func (s *Service) SetDomain(ctx context.Context, by instance.ActorID, r DomainRule) error {
	domain, err := CanonicalDomain(r.Domain)
	if err != nil {
		return err
	}
	r.Domain = domain
	err = s.db.InTx(ctx, func(tx store.Tx) error { return s.setDomain(ctx, tx, by, r) })
	if err != nil {
		return fmt.Errorf("decide about %s: %w", domain, err)
	}
	return nil
}

func (s *Service) setDomain(ctx context.Context, tx store.Tx, by instance.ActorID, r DomainRule) error {
	if err := s.log(ctx, tx, by, "domain-"+string(r.Severity), r.Domain, r.Reason); err != nil {
		return err
	}
	switch r.Severity {
	case Open:
		_, err := tx.Exec(ctx, `DELETE FROM domain_rules WHERE domain = $1`, r.Domain)
		return err
	case Limited, Suspended:
	default:
		return &instance.Invalid{Field: "severity", Code: "unknown"}
	}
	var who *instance.ActorID
	if by != 0 {
		who = &by
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO domain_rules (domain, severity, reason, created_at, created_by)
		VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (domain) DO UPDATE
		   SET severity = excluded.severity, reason = excluded.reason`,
		r.Domain, string(r.Severity), r.Reason, store.Millis(s.now()), who)
	if err != nil || r.Severity != Suspended {
		return err
	}
	return s.cutOff(ctx, tx, r.Domain)
}

// cutOff ends what connects us to a domain and everything below it.
func (s *Service) cutOff(ctx context.Context, tx store.Tx, domain string) error {
	// Hosts may carry a port, and may be below the domain.
	const there = `(SELECT id FROM actors
		WHERE host = $1 OR host LIKE $2 ESCAPE '\' OR host LIKE $3 ESCAPE '\' OR host LIKE $4 ESCAPE '\')`
	esc := strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(domain)
	args := []any{domain, esc + ":%", "%." + esc, "%." + esc + ":%"}
	for _, sql := range []string{
		`UPDATE actors SET followers_count = followers_count - (SELECT COUNT(*) FROM follows f
		   WHERE f.followee_id = actors.id AND f.state = 'accepted' AND f.follower_id IN ` + there + `)
		  WHERE host = ''`,
		`UPDATE actors SET following_count = following_count - (SELECT COUNT(*) FROM follows f
		   WHERE f.follower_id = actors.id AND f.state = 'accepted' AND f.followee_id IN ` + there + `)
		  WHERE host = ''`,
		`DELETE FROM follows WHERE follower_id IN ` + there + ` OR followee_id IN ` + there,
		`DELETE FROM home_entries WHERE via_id IN ` + there + ` OR post_id IN (SELECT id FROM posts WHERE author_id IN ` + there + `)`,
		`DELETE FROM notifications WHERE from_id IN ` + there,
		`DELETE FROM boosts WHERE post_id IN (SELECT id FROM posts WHERE author_id IN ` + there + `)`,
		`DELETE FROM deliveries WHERE host = $1 OR host LIKE $2 ESCAPE '\' OR host LIKE $3 ESCAPE '\' OR host LIKE $4 ESCAPE '\'`,
	} {
		if _, err := tx.Exec(ctx, sql, args...); err != nil {
			return err
		}
	}
	return nil
}

// Domains returns every rule, by name.
func (s *Service) Domains(ctx context.Context) ([]DomainRule, error) {
	rows, err := s.db.Read().Query(ctx, `SELECT domain, severity, reason FROM domain_rules ORDER BY domain`)
	if err != nil {
		return nil, fmt.Errorf("list domain rules: %w", err)
	}
	defer rows.Close()
	var list []DomainRule
	for rows.Next() {
		var r DomainRule
		var severity string
		if err := rows.Scan(&r.Domain, &severity, &r.Reason); err != nil {
			return nil, fmt.Errorf("list domain rules: %w", err)
		}
		r.Severity = Severity(severity)
		list = append(list, r)
	}
	return list, rows.Err()
}

// Imported tells what became of a block list.
type Imported struct {
	Taken   int
	Refused []RefusedLine
}

// RefusedLine is a line of a block list that could not be taken.
type RefusedLine struct {
	Line   int
	Text   string
	Reason string // malformed, unknown-severity, ourselves
}

const maxBlockList = 50_000

// ImportDomains takes a block list in the CSV form that servers exchange: a
// header line of #domain,#severity,… in any order, or bare domains. Lines that
// cannot be taken are named; the good ones are taken all together.
func (s *Service) ImportDomains(ctx context.Context, by instance.ActorID, list io.Reader) (Imported, error) {
	var done Imported
	rules, refused, err := s.readBlockList(list)
	if err != nil {
		return done, err
	}
	done.Refused = refused
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		for _, r := range rules {
			if err := s.setDomain(ctx, tx, by, r); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return Imported{}, fmt.Errorf("import block list: %w", err)
	}
	done.Taken = len(rules)
	return done, nil
}

func (s *Service) readBlockList(list io.Reader) (rules []DomainRule, refused []RefusedLine, err error) {
	r := csv.NewReader(list)
	r.FieldsPerRecord, r.LazyQuotes, r.TrimLeadingSpace = -1, true, true
	columns := map[string]int{"domain": 0, "severity": 1, "public_comment": 4}
	own, _ := CanonicalDomain(s.site.Host())
	for line := 1; ; line++ {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return rules, refused, nil
		}
		if err != nil || line > maxBlockList {
			return nil, nil, &instance.Invalid{Field: "list", Code: "malformed"}
		}
		if line == 1 {
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
			refused = append(refused, RefusedLine{Line: line, Text: strings.Join(record, ","), Reason: reason})
		case rule.Severity != Open:
			rules = append(rules, rule)
		}
	}
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
	r = DomainRule{Domain: domain, Reason: at("public_comment")}
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
