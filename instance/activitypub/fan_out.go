package activitypub

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"palier/federation/delivery"
	"palier/instance"
	"palier/instance/store"
)

// FanOut is the job that brings an activity to everyone it is for. It names
// activities and actors by id, so that it stays small whoever follows.
type FanOut struct {
	Sender instance.ActorID `json:"sender"`
	// Plain is the activity for every host; 0 for none.
	Plain instance.ID `json:"plain,omitempty"`
	// Wrapped goes, in the place of Plain, to hosts that speak FEP-1b12.
	Wrapped instance.ID `json:"wrapped,omitempty"`
	// FollowersOf, Actors and those who voted on VotersOf are whom it reaches.
	FollowersOf []instance.ActorID `json:"followersOf,omitempty"`
	Actors      []instance.ActorID `json:"actors,omitempty"`
	VotersOf    instance.PostID    `json:"votersOf,omitempty"`
	// Own has it go to each one's own inbox and never to one that several share.
	Own bool `json:"own,omitempty"`
}

// Kind names the job.
func (FanOut) Kind() string { return "fan_out" }

// String names what f sends and who sends it: a group may send no more than the
// wrapped form.
func (f FanOut) String() string {
	return fmt.Sprintf("activity %s of actor %s", cmp.Or(f.Plain, f.Wrapped), f.Sender)
}

// recipients is a condition on actors a that holds for those on other servers
// whom f reaches.
func (f FanOut) recipients(args []any) (string, []any) {
	var any []string
	if n := len(f.FollowersOf); n > 0 {
		from := len(args) + 1
		for _, id := range f.FollowersOf {
			args = append(args, id)
		}
		any = append(any, `EXISTS (SELECT 1 FROM follows f
			WHERE f.follower_id = a.id AND f.state = 'accepted' AND f.followee_id IN (`+store.Placeholders(from, n)+`))`)
	}
	if n := len(f.Actors); n > 0 {
		from := len(args) + 1
		for _, id := range f.Actors {
			args = append(args, id)
		}
		any = append(any, `a.id IN (`+store.Placeholders(from, n)+`)`)
	}
	if f.VotersOf != 0 {
		args = append(args, f.VotersOf)
		any = append(any, `EXISTS (SELECT 1 FROM poll_voters v WHERE v.actor_id = a.id AND v.post_id = `+store.Placeholders(len(args), 1)+`)`)
	}
	return `a.host <> '' AND a.deleted_at IS NULL AND a.inbox <> '' AND ` + either(any), args
}

// fanOut does the job.
func (s *Service) fanOut(ctx context.Context, f FanOut) error {
	parcel, err := s.pack(ctx, f)
	if err != nil {
		return fmt.Errorf("pack %s: %w", f, err)
	}
	if len(parcel.Targets) == 0 {
		return nil
	}
	report, err := s.courier.FanOut(ctx, parcel)
	if err != nil {
		return fmt.Errorf("fan out %s: %w", f, err)
	}
	return s.follow(ctx, report)
}

// pack reads what f sends and to whom.
func (s *Service) pack(ctx context.Context, f FanOut) (delivery.Parcel, error) {
	var p delivery.Parcel
	tx := s.db.Read()
	err := tx.QueryRow(ctx, `SELECT uri FROM actors WHERE id = $1`, f.Sender).Scan(&p.Sender)
	if errors.Is(err, store.ErrNoRows) {
		err = fmt.Errorf("its sender: %w", instance.ErrNotFound)
	}
	if err != nil {
		return p, err
	}
	forms := [2]int{-1, -1} // plain, wrapped: index in p.Documents
	for form, id := range [2]instance.ID{f.Plain, f.Wrapped} {
		if id == 0 {
			continue
		}
		var d delivery.Document
		var body string
		err := tx.QueryRow(ctx, `SELECT uri, body FROM activities WHERE id = $1`, id).Scan(&d.ActivityID, &body)
		if errors.Is(err, store.ErrNoRows) {
			continue
		}
		if err != nil {
			return p, err
		}
		d.Body = []byte(body)
		forms[form] = len(p.Documents)
		p.Documents = append(p.Documents, d)
	}
	recipients, err := s.readRecipients(ctx, tx, f, forms)
	if err != nil {
		return p, err
	}
	p.Targets = delivery.Group(recipients)
	return p, nil
}

// readRecipients returns whom f reaches, each with the form its host takes.
// Hosts that were suspended get nothing (security.md C13).
func (s *Service) readRecipients(ctx context.Context, tx store.Tx, f FanOut, forms [2]int) ([]delivery.Recipient, error) {
	all, err := s.readInboxes(ctx, tx, f)
	if err != nil {
		return nil, err
	}
	suspended := s.suspensions(ctx)
	speaks := map[string]bool{}
	if forms[1] >= 0 {
		if speaks, err = s.hosts.speaking(ctx, all); err != nil {
			return nil, err
		}
	}
	var list []delivery.Recipient
	for _, r := range all {
		host, _ := hostOf(r.Inbox)
		out, err := suspended(host)
		if err != nil {
			return nil, err
		}
		r.Document = forms[0]
		if speaks[host] {
			r.Document = forms[1]
		}
		if !out && r.Document >= 0 {
			list = append(list, r)
		}
	}
	return list, nil
}

func (s *Service) readInboxes(ctx context.Context, tx store.Tx, f FanOut) ([]delivery.Recipient, error) {
	where, args := f.recipients(nil)
	rows, err := tx.Query(ctx, `
		SELECT DISTINCT a.inbox, a.shared_inbox
		  FROM actors a
		 WHERE `+where+`
		 ORDER BY a.shared_inbox, a.inbox`, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []delivery.Recipient
	for rows.Next() {
		var r delivery.Recipient
		if err := rows.Scan(&r.Inbox, &r.SharedInbox); err != nil {
			return nil, err
		}
		if f.Own {
			r.SharedInbox = ""
		}
		list = append(list, r)
	}
	return list, rows.Err()
}

// Drain is the job that tries again what is held for one host.
type Drain struct {
	Host string `json:"host"`
	// Anyway has the host tried although it rests: a person wished so.
	Anyway bool `json:"anyway,omitempty"`
}

// Kind names the job.
func (Drain) Kind() string { return "drain_host" }

func (s *Service) drain(ctx context.Context, d Drain) error {
	if d.Anyway {
		if err := s.courier.Resume(ctx, d.Host); err != nil {
			return err
		}
	}
	report, err := s.courier.Drain(ctx, d.Host)
	if err != nil {
		return fmt.Errorf("drain %s: %w", d.Host, err)
	}
	return s.follow(ctx, report)
}
