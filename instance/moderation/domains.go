package moderation

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"time"

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
	At       time.Time // decided; set by whoever keeps the rule
}

// CanonicalDomain returns a domain as rules know it: ASCII, lower case, no www,
// no dot at the end, and no port, so that a server does not get away by moving
// to another (security.md I04). Only on the machine itself, where each port is
// a server of its own, the port stays. It returns an [instance.Invalid] for what
// is no domain.
func CanonicalDomain(s string) (string, error) {
	s = strings.ToLower(strings.TrimSpace(s))
	s = strings.TrimPrefix(strings.TrimPrefix(s, "https://"), "http://")
	host, port, err := net.SplitHostPort(s)
	if err != nil {
		host, port = s, ""
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "*."), ".")
	if port != "" && loopback(host) {
		return net.JoinHostPort(host, port), nil
	}
	ascii, err := idna.Lookup.ToASCII(host)
	if err != nil || ascii == "" || len(ascii) > 253 || strings.ContainsAny(ascii, "/ @*") {
		return "", &instance.Invalid{Field: "domain", Code: "malformed"}
	}
	return strings.TrimPrefix(ascii, "www."), nil
}

// loopback tells whether host is the machine itself.
func loopback(host string) bool {
	a, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && a.IsLoopback()
}

// parents returns a domain and every domain above it, the narrowest first.
func parents(domain string) []string {
	list := []string{domain}
	if host, _, err := net.SplitHostPort(domain); err == nil {
		return append(list, host)
	}
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
	found, err := severities(ctx, tx, []string{host})
	if err != nil {
		return Open, fmt.Errorf("rule about %s: %w", host, err)
	}
	return found[host], nil
}

// Severities returns what was decided about each of hosts, in one query; hosts
// about which nothing was are left out.
func (s *Service) Severities(ctx context.Context, hosts []string) (map[string]Severity, error) {
	found, err := severities(ctx, s.db.Read(), hosts)
	if err != nil {
		return nil, fmt.Errorf("rules about %d servers: %w", len(hosts), err)
	}
	return found, nil
}

func severities(ctx context.Context, tx store.Tx, hosts []string) (map[string]Severity, error) {
	above := make(map[string][]string, len(hosts)) // by host
	var args []any
	for _, host := range hosts {
		domain, err := CanonicalDomain(host)
		if err != nil {
			continue // no domain, no rule about it
		}
		above[host] = parents(domain)
		for _, d := range above[host] {
			args = append(args, d)
		}
	}
	found := map[string]Severity{}
	if len(args) == 0 {
		return found, nil
	}
	rows, err := tx.Query(ctx, `
		SELECT domain, severity FROM domain_rules WHERE domain IN (`+store.Placeholders(1, len(args))+`)`, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	decided := map[string]Severity{}
	for rows.Next() {
		var domain, severity string
		if err := rows.Scan(&domain, &severity); err != nil {
			return nil, err
		}
		decided[domain] = Severity(severity)
	}
	for host, domains := range above {
		for _, d := range domains {
			if is, ok := decided[d]; ok && found[host] != Suspended {
				found[host] = is
			}
		}
	}
	return found, rows.Err()
}

// SetDomain decides about a server; [Open] takes the rule away. A suspension
// ends every follow between here and there and shows nothing of what came from
// there; once it is lifted that is shown again, but the follows are gone. It returns an [instance.Invalid] for what is no domain, or ours.
func (s *Service) SetDomain(ctx context.Context, by instance.ActorID, r DomainRule) error {
	domain, err := CanonicalDomain(r.Domain)
	if err != nil {
		return err
	}
	if own, err := CanonicalDomain(s.site.Host()); err == nil && own == domain && r.Severity != Open {
		return &instance.Invalid{Field: "domain", Code: "ourselves"}
	}
	if err := checkReason(r.Reason, false); err != nil {
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
	if err := s.keepRule(ctx, tx, by, r); err != nil || r.Severity != Suspended {
		return err
	}
	return s.cutOff(ctx, tx, r.Domain)
}

// keepRule writes a rule down, or takes it away, and notes who did.
func (s *Service) keepRule(ctx context.Context, tx store.Tx, by instance.ActorID, r DomainRule) error {
	if err := s.log(ctx, tx, by, "domain-"+string(r.Severity), r.Domain, r.Reason); err != nil {
		return err
	}
	switch r.Severity {
	case Open, Limited:
		if err := s.bringBack(ctx, tx, r.Domain); err != nil {
			return err
		}
	case Suspended:
	default:
		return &instance.Invalid{Field: "severity", Code: "unknown"}
	}
	if r.Severity == Open {
		_, err := tx.Exec(ctx, `DELETE FROM domain_rules WHERE domain = $1`, r.Domain)
		return err
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
	return err
}

// bringBack shows those of a domain again whom the rule about it alone
// suspended: who was by name, or lies under another rule, stays so.
func (s *Service) bringBack(ctx context.Context, tx store.Tx, domain string) error {
	_, err := tx.Exec(ctx, `
		UPDATE actors SET suspended_at = NULL
		 WHERE id IN `+there+`
		   AND suspended_at = (SELECT created_at FROM domain_rules WHERE domain = $1 AND severity = 'suspend')`, within(domain)...)
	if err != nil {
		return err
	}
	rows, err := tx.Query(ctx, `SELECT domain FROM domain_rules WHERE severity = 'suspend' AND domain <> $1`, domain)
	if err != nil {
		return err
	}
	defer rows.Close()
	var others []string
	for rows.Next() {
		var other string
		if err := rows.Scan(&other); err != nil {
			return err
		}
		if slices.Contains(parents(domain), other) || slices.Contains(parents(other), domain) {
			others = append(others, other)
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for _, other := range others {
		if _, err := tx.Exec(ctx, suspendAll, within(other)...); err != nil {
			return err
		}
	}
	return nil
}

// suspendAll suspends everyone of a domain who is not yet, as of the moment the
// rule about it was made: that tells them from those suspended by name.
const suspendAll = `UPDATE actors
	SET suspended_at = (SELECT created_at FROM domain_rules WHERE domain = $1)
	WHERE suspended_at IS NULL AND id IN ` + there

// there is a query for everyone on the servers of a domain; its arguments are
// those of [within].
const there = `(SELECT id FROM actors
	WHERE host = $1 OR host LIKE $2 ESCAPE '\' OR host LIKE $3 ESCAPE '\' OR host LIKE $4 ESCAPE '\')`

// within returns the arguments for hosts of a domain and of everything below
// it, with or without a port.
func within(domain string) []any {
	esc := strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(domain)
	return []any{domain, esc + ":%", "%." + esc, "%." + esc + ":%"}
}

// cutOff ends what connects us to a domain and everything below it.
func (s *Service) cutOff(ctx context.Context, tx store.Tx, domain string) error {
	for _, sql := range []string{
		suspendAll,
		`UPDATE actors SET followers_count = followers_count - (SELECT COUNT(*) FROM follows f
		   WHERE f.followee_id = actors.id AND f.state = 'accepted' AND f.follower_id IN ` + there + `)
		  WHERE host = ''`,
		`UPDATE actors SET following_count = following_count - (SELECT COUNT(*) FROM follows f
		   WHERE f.follower_id = actors.id AND f.state = 'accepted' AND f.followee_id IN ` + there + `)
		  WHERE host = ''`,
		`DELETE FROM follows WHERE follower_id IN ` + there + ` OR followee_id IN ` + there,
		`DELETE FROM home_entries WHERE via_id IN ` + there + ` OR post_id IN (SELECT id FROM posts WHERE author_id IN ` + there + `)`,
		`DELETE FROM list_members WHERE actor_id IN ` + there,
		`DELETE FROM list_entries WHERE via_id IN ` + there + ` OR post_id IN (SELECT id FROM posts WHERE author_id IN ` + there + `)`,
		`DELETE FROM notifications WHERE from_id IN ` + there,
		`DELETE FROM boosts WHERE post_id IN (SELECT id FROM posts WHERE author_id IN ` + there + `)`,
		`DELETE FROM cards WHERE host = $1 OR host LIKE $2 ESCAPE '\' OR host LIKE $3 ESCAPE '\' OR host LIKE $4 ESCAPE '\'`,
		`DELETE FROM deliveries WHERE host = $1 OR host LIKE $2 ESCAPE '\' OR host LIKE $3 ESCAPE '\' OR host LIKE $4 ESCAPE '\'`,
	} {
		if _, err := tx.Exec(ctx, sql, within(domain)...); err != nil {
			return err
		}
	}
	if s.purge == nil {
		return nil
	}
	return s.purge(ctx, tx, domain)
}

// Ties returns how many follows between here and a domain a suspension would
// end.
func (s *Service) Ties(ctx context.Context, domain string) (int, error) {
	domain, err := CanonicalDomain(domain)
	if err != nil {
		return 0, err
	}
	var n int
	err = s.db.Read().QueryRow(ctx, `
		SELECT COUNT(*) FROM follows WHERE follower_id IN `+there+` OR followee_id IN `+there, within(domain)...).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("ties to %s: %w", domain, err)
	}
	return n, nil
}

// Domains returns a page of the rules by name, from after one (empty for the
// first).
func (s *Service) Domains(ctx context.Context, after string, limit int) ([]DomainRule, error) {
	return s.rules(ctx, `domain > $1 ORDER BY domain LIMIT $2`, after, limit)
}

// Domain returns the rule about a domain itself, an [Open] one if there is none.
func (s *Service) Domain(ctx context.Context, domain string) (DomainRule, error) {
	found, err := s.rules(ctx, `domain = $1`, domain)
	if err != nil || len(found) == 0 {
		return DomainRule{Domain: domain}, err
	}
	return found[0], nil
}

func (s *Service) rules(ctx context.Context, where string, args ...any) ([]DomainRule, error) {
	rows, err := s.db.Read().Query(ctx, `SELECT domain, severity, reason, created_at FROM domain_rules WHERE `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("list domain rules: %w", err)
	}
	defer rows.Close()
	var list []DomainRule
	for rows.Next() {
		var r DomainRule
		var severity string
		var at int64
		if err := rows.Scan(&r.Domain, &severity, &r.Reason, &at); err != nil {
			return nil, fmt.Errorf("list domain rules: %w", err)
		}
		r.Severity, r.At = Severity(severity), store.Time(at)
		list = append(list, r)
	}
	return list, rows.Err()
}
