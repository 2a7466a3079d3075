package events

import (
	"context"
	"fmt"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
)

// Invite posts an event. asPlace lets the place it is posted in invite itself,
// which those who look after it may do. It returns what publishing a post
// returns, an [instance.Invalid] for an event that cannot be, and
// [instance.ErrForbidden] for who may not speak for the place.
func (s *Service) Invite(ctx context.Context, v instance.Viewer, d instance.Draft, asPlace bool, needs ...instance.Need) (*instance.Post, error) {
	d.Kind = instance.KindEvent
	if d.Event == nil {
		return nil, &instance.Invalid{Field: "starts", Code: "missing"}
	}
	e := *d.Event
	if d.Title == "" {
		return nil, &instance.Invalid{Field: "title", Code: "missing"}
	}
	if err := e.Check(s.now()); err != nil {
		return nil, err
	}
	if TemplateOf(e.Template).Minors && !d.Audience.Local() {
		return nil, &instance.Invalid{Field: "audience", Code: "minors"}
	}
	e.Taken, e.Waiting, d.Event = 0, 0, &e
	if asPlace {
		self, err := s.speaksFor(ctx, v.ID, d.Group)
		if err != nil {
			return nil, err
		}
		e.Organiser = self.URI
		v = instance.Viewer{ID: d.Group}
	}
	p, err := s.posts.PublishWith(ctx, v, d, func(ctx context.Context, tx store.Tx, p *instance.Post) error {
		if err := s.plan(ctx, tx, p); err != nil {
			return err
		}
		return s.AddNeeds(ctx, tx, p.ID, needs)
	})
	if err != nil {
		return nil, fmt.Errorf("invite: %w", err)
	}
	return p, nil
}

// speaksFor returns a person who may let a place speak.
func (s *Service) speaksFor(ctx context.Context, person, place instance.ActorID) (instance.Actor, error) {
	may, err := s.places.Moderates(ctx, s.db.Read(), place, person)
	if err != nil {
		return instance.Actor{}, err
	}
	if !may {
		return instance.Actor{}, fmt.Errorf("%s speaks for place %s: %w", person, place, instance.ErrForbidden)
	}
	return actors.ByID(ctx, s.db.Read(), person)
}

// plan keeps what a host decides of a new event.
func (s *Service) plan(ctx context.Context, tx store.Tx, p *instance.Post) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO event_plans (post_id)
		VALUES ($1)
		ON CONFLICT DO NOTHING`, p.ID)
	if err != nil {
		return fmt.Errorf("plan of event %s: %w", p.ID, err)
	}
	return nil
}

// Hosts tells whether somebody is the host of an event: who invites, or, of one
// that a place invites to, whoever looks after that.
func (s *Service) Hosts(ctx context.Context, by instance.ActorID, p *instance.Post) (bool, error) {
	return s.hostsIn(ctx, s.db.Read(), by, p)
}

func (s *Service) hostsIn(ctx context.Context, tx store.Tx, by instance.ActorID, p *instance.Post) (bool, error) {
	switch {
	case by == 0 || !p.Local || p.Event == nil:
		return false, nil
	case p.Author.ID == by:
		return true, nil
	case p.Author.Kind == instance.Group:
		return s.places.Moderates(ctx, tx, p.Author.ID, by)
	default:
		return false, nil
	}
}
