package activitypub

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"palier/federation/discovery"
	"palier/instance"
	"palier/instance/actors"
	"palier/instance/moderation"
	"palier/instance/posts"
	"palier/instance/store"
	"palier/protocol/as2"
	"palier/protocol/jrd"
)

// Find returns the actor with this handle, asking its server if we do not know
// it. It returns [instance.ErrNotFound] if there is none, or none we listen to.
func (s *Service) Find(ctx context.Context, handle string) (instance.Actor, error) {
	found, err := s.Look(ctx, handle)
	if err != nil {
		return instance.Actor{}, err
	}
	if found.Actor == nil {
		return instance.Actor{}, fmt.Errorf("find %s: %w", handle, instance.ErrNotFound)
	}
	return *found.Actor, nil
}

// Look finds what somebody typed: a handle of ours or another server's, or the
// address of an actor or a post. What another server shows is kept, posts only
// if anyone may read them. It returns [instance.ErrNotFound] if there is
// nothing, and [instance.ErrUnreachable] if that server does not answer now.
func (s *Service) Look(ctx context.Context, query string) (instance.Sighting, error) {
	query = strings.TrimSpace(query)
	if a, err := s.lookHere(ctx, query); err == nil || !errors.Is(err, instance.ErrNotFound) {
		return instance.Sighting{Actor: &a}, err
	}
	found, err := s.discovery.Find(ctx, query)
	switch {
	case errors.Is(err, discovery.ErrLocal):
		return s.lookAtOurs(ctx, query)
	case err != nil && !discovery.Temporary(err):
		return instance.Sighting{}, fmt.Errorf("find %q: %w", clip(query), errors.Join(instance.ErrNotFound, err))
	case err != nil:
		return instance.Sighting{}, fmt.Errorf("find %q: %w", clip(query), errors.Join(instance.ErrUnreachable, err))
	}
	return s.keepFound(ctx, found)
}

// lookHere finds actors we know by handle: ours under any spelling, others that
// were fetched before.
func (s *Service) lookHere(ctx context.Context, query string) (instance.Actor, error) {
	name, host, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(query, "acct:"), "@"), "@")
	if strings.ContainsAny(name, "/:. ") {
		return instance.Actor{}, instance.ErrNotFound
	}
	if strings.EqualFold(host, s.site.Host()) {
		host = ""
	}
	a, err := actors.ByName(ctx, s.db.Read(), name, host)
	if err == nil && a.Gone() {
		return a, instance.ErrNotFound
	}
	return a, err
}

// lookAtOurs finds what an address of ours names.
func (s *Service) lookAtOurs(ctx context.Context, query string) (instance.Sighting, error) {
	a, err := actors.ByURI(ctx, s.db.Read(), query)
	if err == nil {
		return instance.Sighting{Actor: &a}, nil
	}
	p, err := posts.ByURI(ctx, s.db.Read(), query)
	if err != nil {
		path := strings.TrimPrefix(query, s.site.Base()+"/@")
		name, id, isPost := strings.Cut(path, "/")
		if !isPost {
			found, err := s.lookHere(ctx, name)
			return instance.Sighting{Actor: &found}, err
		}
		n, err := instance.ParseID(id)
		if err != nil {
			return instance.Sighting{}, err
		}
		if p, err = posts.ByIDIn(ctx, s.db.Read(), instance.PostID(n)); err != nil {
			return instance.Sighting{}, err
		}
	}
	if !p.Audience.Open() {
		return instance.Sighting{}, fmt.Errorf("find %q: %w", clip(query), instance.ErrNotFound)
	}
	return instance.Sighting{Post: p}, nil
}

// keepFound keeps what was found elsewhere, unless its server was shut out.
func (s *Service) keepFound(ctx context.Context, found discovery.Found) (instance.Sighting, error) {
	id := found.Document.ID()
	host, _ := hostOf(id)
	severity, err := s.nouns.Moderation.Severity(ctx, s.db.Read(), host)
	if err != nil {
		return instance.Sighting{}, err
	}
	if severity == moderation.Suspended {
		return instance.Sighting{}, fmt.Errorf("find %s: %w", id, instance.ErrNotFound)
	}
	if !as2.IsActor(found.Document.Type()) {
		return s.keepFoundPost(ctx, found.Document)
	}
	var a instance.Actor
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		if a, err = s.keepActor(ctx, tx, found.Document); err != nil {
			return err
		}
		return s.rename(ctx, tx, &a, found.Handle)
	})
	if err != nil {
		return instance.Sighting{}, fmt.Errorf("keep %s: %w", id, err)
	}
	return instance.Sighting{Actor: &a}, nil
}

// rename gives an actor the handle that its host has confirmed.
func (s *Service) rename(ctx context.Context, tx store.Tx, a *instance.Actor, h jrd.Handle) error {
	if h.Name == "" || strings.EqualFold(h.Host, a.Host) {
		return nil
	}
	a.Username, a.Host = h.Name, strings.ToLower(h.Host)
	_, err := tx.Exec(ctx, `
		UPDATE actors SET username = $2, username_key = $3, host = $4 WHERE id = $1`,
		a.ID, a.Username, strings.ToLower(a.Username), a.Host)
	if err != nil {
		return err
	}
	return actors.Index(ctx, tx, *a)
}

// keepFoundPost keeps a post that somebody looked up by its address.
func (s *Service) keepFoundPost(ctx context.Context, o *as2.Object) (instance.Sighting, error) {
	doc, err := as2.ReadNote(o)
	if err != nil {
		return instance.Sighting{}, fmt.Errorf("find %s: %w", o.ID(), errors.Join(instance.ErrNotFound, err))
	}
	by, err := doc.Author()
	if err != nil || own(by, doc.ID) == "" {
		return instance.Sighting{}, fmt.Errorf("find %s: %w", o.ID(), instance.ErrNotFound)
	}
	author, err := s.discovery.Actor(ctx, by)
	if err != nil {
		return instance.Sighting{}, fmt.Errorf("author of %s: %w", o.ID(), err)
	}
	var p *instance.Post
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		a, err := s.keepActor(ctx, tx, author)
		if err != nil {
			return err
		}
		if p, err = s.readPost(ctx, tx, a, o); err != nil {
			return err
		}
		if !p.Audience.Open() {
			return instance.ErrNotFound
		}
		if err := s.nouns.Posts.ReceiveIn(ctx, tx, p, string(o.Raw())); err != nil {
			return err
		}
		p, err = posts.ByURI(ctx, tx, p.URI)
		return err
	})
	if err != nil {
		return instance.Sighting{}, fmt.Errorf("keep %s: %w", o.ID(), err)
	}
	return instance.Sighting{Post: p}, nil
}
