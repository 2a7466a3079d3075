package hosts

import (
	"context"
	"strings"

	"palier/instance"
	"palier/instance/store"
)

// maxRules is how long the rules of a house are at most.
const maxRules = 1000

// Rule keeps what a host wants to be kept in their house. All three sign it, so that
// it is searched for what would tell how to reach somebody or where, or asks for
// something in return: that is an [instance.Invalid].
func (s *Service) Rule(ctx context.Context, hand Hand, id instance.HostID, rules string) error {
	rules = strings.TrimSpace(rules)
	for _, err := range []error{within("rules", rules, 0, maxRules), Lint("rules", rules)} {
		if err != nil {
			return err
		}
	}
	return s.own(ctx, hand, id, "write the rules of the house", func(tx store.Tx, h row) error {
		f, err := s.open(ctx, tx, h)
		if err != nil {
			return err
		}
		f.Rules = rules
		return s.write(ctx, tx, h, f)
	})
}

// Acting returns the host whom somebody with an account, or with the link in a
// letter, is. It returns [instance.ErrNotFound] for who is somebody else, has not
// opened their letter, or is a host no longer.
func (s *Service) Acting(ctx context.Context, tx store.Tx, person instance.ActorID, link string, id instance.HostID) (instance.Host, error) {
	h, err := s.find(ctx, tx, Hand{Person: person, Link: link}, id)
	if err == nil && (h.State.Over() || !h.confirmed) {
		err = instance.ErrNotFound
	}
	if err != nil {
		return instance.Host{}, because(err, "act as a host")
	}
	return h.Host, nil
}

// Threshold opens what is to be known on the first night in the home of a host, and
// notes that by read it. Who that may be, the caller has made sure of; by is 0 for
// the host, and for the household that comes to live there.
func (s *Service) Threshold(ctx context.Context, tx store.Tx, by instance.ActorID, id instance.HostID) (instance.Threshold, error) {
	h, err := one(ctx, tx, `h.id = $1`, id)
	if err != nil {
		return instance.Threshold{}, because(err, "threshold of host %s", id)
	}
	f, err := s.open(ctx, tx, h)
	if err == nil && by != 0 {
		err = s.noteRead(ctx, tx, h.Programme, h.ID, by, "first-night")
	}
	if err != nil {
		return instance.Threshold{}, because(err, "threshold of host %s", id)
	}
	first, _, _ := strings.Cut(f.Name, " ")
	return instance.Threshold{Name: first, Address: f.Address, About: f.About, Rules: f.Rules}, nil
}
