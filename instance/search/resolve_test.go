package search_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/search"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

// network knows what other servers would say, and counts who is asked.
type network struct {
	said  map[string]instance.Sighting
	asked int
}

func (n *network) Look(_ context.Context, query string) (instance.Sighting, error) {
	n.asked++
	if s, ok := n.said[query]; ok {
		return s, nil
	}
	return instance.Sighting{}, fmt.Errorf("look: %w", instance.ErrNotFound)
}

// twice allows two tries.
type twice struct{ left int }

func (p *twice) Allow(string) (time.Duration, bool) {
	p.left--
	return time.Minute, p.left >= 0
}

func TestResolve(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := newVillage(t, db)
		ctx := t.Context()
		eve := v.stranger("eve", false)
		p := v.hears(eve, instance.ToPublic, "<p>loin</p>")
		circle := v.Post(v.amina, v.centre, instance.ToNeighbourhood, "entre nous")
		gone := eve
		gone.SuspendedAt = time.Now()
		far := &network{said: map[string]instance.Sighting{
			"@eve@lyon.example": {Actor: &eve}, p.URI: {Post: p}, "gone@lyon.example": {Actor: &gone},
		}}
		s := search.New(search.Options{DB: db, Site: v.Site, Now: v.Clock.Now, Posts: v.Posts, Network: far})
		bo, dana := v.Viewer(v.bo), v.Viewer(v.dana)
		if found, err := s.Resolve(ctx, bo, " @eve@lyon.example "); err != nil || found.Actor.ID != eve.ID {
			t.Errorf("a handle: %v, %v", found, err)
		}
		if found, err := s.Resolve(ctx, bo, p.URI); err != nil || found.Post.ID != p.ID {
			t.Errorf("an address: %v, %v", found, err)
		}
		for _, address := range []string{circle.URL, circle.URI} {
			if found, err := s.Resolve(ctx, bo, address); err != nil || found.Post.ID != circle.ID {
				t.Errorf("a post of one's circle: %v, %v", found, err)
			}
			if _, err := s.Resolve(ctx, dana, address); !errors.Is(err, instance.ErrNotFound) {
				t.Errorf("a post of others' circle: %v", err)
			}
		}
		if _, err := s.Resolve(ctx, bo, "gone@lyon.example"); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("somebody suspended: %v", err)
		}
		if err := v.People.Block(ctx, v.bo.ID, eve.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Resolve(ctx, bo, p.URI); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("a post of one who is blocked: %v", err)
		}
		before := far.asked
		for _, typed := range []string{"eve", "@eve", "une échelle", "@a@b@c", "https://a b", ""} {
			if _, err := s.Resolve(ctx, bo, typed); !errors.Is(err, instance.ErrNotFound) {
				t.Errorf("%q names nothing: %v", typed, err)
			}
		}
		if _, err := s.Resolve(ctx, instance.Anyone, p.URI); !errors.Is(err, instance.ErrUnauthenticated) {
			t.Errorf("anyone: %v", err)
		}
		if far.asked != before {
			t.Errorf("the network was asked %d times for what it cannot know", far.asked-before)
		}
	})
}

func TestAskingOthersTooOften(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		far := &network{}
		s := search.New(search.Options{DB: db, Now: time.Now, Network: far, Pace: &twice{2}})
		for try := range 4 {
			_, err := s.Resolve(t.Context(), instance.Viewer{ID: 1}, "@eve@lyon.example")
			var soon *search.TooSoon
			switch {
			case try < 2 && !errors.Is(err, instance.ErrNotFound):
				t.Errorf("try %d: %v", try, err)
			case try >= 2 && (!errors.As(err, &soon) || soon.Wait != time.Minute || !errors.Is(err, instance.ErrTooMany)):
				t.Errorf("try %d: %v", try, err)
			}
		}
		if far.asked != 2 {
			t.Errorf("the network was asked %d times", far.asked)
		}
	})
}
