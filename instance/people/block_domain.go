package people

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/net/idna"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
)

// parseDomain returns the name of a server as handles have it: host[:port] in
// ASCII. It returns an [instance.Invalid] for what is none, and for our own.
func (s *Service) parseDomain(text string) (string, error) {
	text = strings.ToLower(strings.TrimSuffix(strings.TrimSpace(text), "."))
	name, port, hasPort := strings.Cut(text, ":")
	ascii, err := idna.Lookup.ToASCII(name)
	if err != nil || ascii == "" || len(text) > 253 || strings.ContainsAny(text, "/ @*") {
		return "", &instance.Invalid{Field: "domain", Code: "malformed"}
	}
	if hasPort {
		ascii += ":" + port
	}
	if ascii == s.site.Host() {
		return "", &instance.Invalid{Field: "domain", Code: "ourselves"}
	}
	return ascii, nil
}

// BlockDomain keeps everything from a server away from a person: it is in no
// list and no notice of theirs any more, and the follows between them and
// people there end, both ways. It returns an [instance.Invalid] for what is no
// server.
func (s *Service) BlockDomain(ctx context.Context, by instance.ActorID, domain string) error {
	domain, err := s.parseDomain(domain)
	if err != nil {
		return err
	}
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		me, err := actors.ByID(ctx, tx, by)
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `
			INSERT INTO blocked_domains (id, actor_id, domain)
			VALUES ($1, $2, $3)
			ON CONFLICT DO NOTHING`, s.ids.Next(), by, domain)
		if err != nil || n == 0 {
			return err
		}
		return s.part(ctx, tx, me, domain)
	})
	if err != nil {
		return fmt.Errorf("block domain %s by %s: %w", domain, by, err)
	}
	return nil
}

// part ends what connects a person with a server.
func (s *Service) part(ctx context.Context, tx store.Tx, me instance.Actor, domain string) error {
	followed, err := actors.List(tx.Query(ctx, `
		SELECT `+actors.Columns+`
		  FROM follows f JOIN actors a ON a.id = f.followee_id
		 WHERE f.follower_id = $1 AND a.host = $2`, me.ID, domain))
	if err != nil {
		return err
	}
	followers, err := actors.List(tx.Query(ctx, `
		SELECT `+actors.Columns+`
		  FROM follows f JOIN actors a ON a.id = f.follower_id
		 WHERE f.followee_id = $1 AND a.host = $2`, me.ID, domain))
	if err != nil {
		return err
	}
	for _, to := range followed {
		if err := s.UnfollowIn(ctx, tx, me, to, false); err != nil {
			return err
		}
	}
	for _, from := range followers {
		if err := s.RefuseIn(ctx, tx, from, me, false); err != nil {
			return err
		}
	}
	_, err = tx.Exec(ctx, `
		DELETE FROM home_entries
		 WHERE owner_id = $1
		   AND (via_id IN (SELECT id FROM actors WHERE host = $2)
		        OR post_id IN (SELECT p.id FROM posts p JOIN actors a ON a.id = p.author_id WHERE a.host = $2))`, me.ID, domain)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		DELETE FROM list_entries
		 WHERE list_id IN (SELECT id FROM lists WHERE owner_id = $1)
		   AND (via_id IN (SELECT id FROM actors WHERE host = $2)
		        OR post_id IN (SELECT p.id FROM posts p JOIN actors a ON a.id = p.author_id WHERE a.host = $2))`, me.ID, domain)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		DELETE FROM notifications
		 WHERE owner_id = $1 AND from_id IN (SELECT id FROM actors WHERE host = $2)`, me.ID, domain)
	return err
}

// UnblockDomain lets a person hear of a server again; what ended stays ended.
func (s *Service) UnblockDomain(ctx context.Context, by instance.ActorID, domain string) error {
	domain, err := s.parseDomain(domain)
	if err != nil {
		return err
	}
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM blocked_domains WHERE actor_id = $1 AND domain = $2`, by, domain)
		return err
	})
	if err != nil {
		return fmt.Errorf("unblock domain %s by %s: %w", domain, by, err)
	}
	return nil
}

// BlockedDomain is a server of which somebody wants to hear nothing, with the
// id to page by.
type BlockedDomain struct {
	ID     instance.ID
	Domain string
}

// BlockedDomains returns a page of the servers of which a person wants to hear
// nothing, the latest first.
func (s *Service) BlockedDomains(ctx context.Context, id instance.ActorID, page instance.Page) (list []BlockedDomain, err error) {
	before, after := page.Window()
	rows, err := s.db.Read().Query(ctx, `
		SELECT id, domain
		  FROM blocked_domains
		 WHERE actor_id = $1 AND id < $2 AND id > $3
		 ORDER BY id `+order(page)+`
		 LIMIT $4`, id, before, after, page.Most(usualDomains, mostDomains))
	if err != nil {
		return nil, fmt.Errorf("blocked domains of %s: %w", id, err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var d BlockedDomain
		if err := rows.Scan(&d.ID, &d.Domain); err != nil {
			return nil, fmt.Errorf("blocked domains of %s: %w", id, err)
		}
		list = append(list, d)
	}
	turn(page, list)
	return list, rows.Err()
}

// blocksDomain tells whether a person wants to hear nothing of a server.
func blocksDomain(ctx context.Context, tx store.Tx, id instance.ActorID, host string) (bool, error) {
	if host == "" {
		return false, nil
	}
	var yes bool
	err := tx.QueryRow(ctx, `
		SELECT EXISTS (SELECT 1 FROM blocked_domains WHERE actor_id = $1 AND domain = $2)`, id, host).Scan(&yes)
	return yes, err
}
