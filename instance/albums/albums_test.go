package albums_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/png"
	"slices"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/albums"
	"palier/instance/apptest"
	"palier/instance/events"
	"palier/instance/media"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// party is a village in which a neighbour gave a party.
type party struct {
	*apptest.Village

	albums               *albums.Service
	folder               *media.Folder
	asked                []instance.ActorID
	amina, bo, cem, dora instance.Account // amina gave it, bo and cem came, dora is a neighbour
	event                *instance.Post
	picture              []byte
}

func newParty(t *testing.T, db *store.DB, audience instance.Audience) *party {
	t.Helper()
	p := &party{Village: apptest.NewVillage(t, db)}
	folder, err := media.OpenFolder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := folder.Close(); err != nil {
			t.Error(err)
		}
	})
	p.folder = folder
	p.albums = albums.New(albums.Options{
		DB: db, IDs: instance.NewIDs(p.Clock.Now, 8), Now: p.Clock.Now, Posts: p.Posts, Events: p.Events, Files: folder, Pictures: media.New(folder, media.Options{}),
		Asked: func(_ context.Context, _ store.Tx, _ instance.ActorID, _ instance.PostID, whom []instance.ActorID) error {
			p.asked = append(p.asked, whom...)
			return nil
		},
	})
	centre := p.Place("centre", "neighbourhood")
	p.amina, p.bo, p.cem, p.dora = p.Resident("amina", centre), p.Resident("bo", centre), p.Resident("cem", centre), p.Resident("dora", centre)
	starts := p.Clock.Now().Add(time.Hour)
	p.event, err = p.Events.Invite(t.Context(), p.Viewer(p.amina), instance.Draft{
		Title: "Fête", Text: "Fête", Language: "fr", Audience: audience, Group: centre.ID, Kind: instance.KindEvent,
		Event: &instance.Event{Starts: starts, Ends: starts.Add(3 * time.Hour), Zone: "Europe/Paris", Status: instance.EventConfirmed, Venue: instance.Venue{Name: "Cour"}},
	}, false)
	if err != nil {
		t.Fatal(err)
	}
	for _, who := range []instance.Account{p.bo, p.cem} {
		if _, err := p.Events.Come(t.Context(), p.Viewer(who), p.event.ID, events.Answer{Seats: 1}); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewRGBA(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	p.picture = b.Bytes()
	return p
}

func (p *party) add(who instance.Account, plan instance.PhotoPlan) error {
	plan.Content, plan.Alt = p.picture, "La cour"
	return p.albums.Add(p.T.Context(), p.Viewer(who), p.event.ID, plan)
}

// sees returns the photographs that somebody sees, the newest first.
func (p *party) sees(who instance.Account) []instance.EventPhoto {
	p.T.Helper()
	a, err := p.albums.Of(p.T.Context(), p.Viewer(who), p.event.ID)
	if err != nil {
		p.T.Fatal(err)
	}
	slices.Reverse(a.Photos)
	return a.Photos
}

func TestJ7_APhotographWaitsForThoseOnIt(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		p := newParty(t, db, instance.ToNeighbourhood)
		ctx := t.Context()
		if err := p.add(p.bo, instance.PhotoPlan{Nobody: true}); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("before it begins: %v", err)
		}
		p.Clock.Advance(2 * time.Hour)
		if err := p.add(p.dora, instance.PhotoPlan{Nobody: true}); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("who did not come adds one: %v", err)
		}
		if err := p.add(p.bo, instance.PhotoPlan{People: []instance.ActorID{p.dora.ID}}); !errors.Is(err, instance.ErrInvalid) {
			t.Errorf("with somebody who did not come: %v", err)
		}
		if err := p.add(p.bo, instance.PhotoPlan{People: []instance.ActorID{p.cem.ID, p.bo.ID, p.amina.ID}}); err != nil {
			t.Fatal(err)
		}
		if len(p.asked) != 2 || slices.Contains(p.asked, p.bo.ID) {
			t.Errorf("asked: %v", p.asked)
		}
		photo := p.sees(p.cem)[0]
		if !photo.On || photo.Said || photo.Agreed != 1 {
			t.Errorf("cem sees %+v", photo)
		}
		if got := p.sees(p.dora); len(got) != 0 {
			t.Errorf("a neighbour sees it before: %+v", got)
		}
		if _, _, err := p.albums.Open(ctx, p.Viewer(p.dora), p.event.ID, photo.ID); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("a neighbour opens it before: %v", err)
		}
		if err := p.albums.Agree(ctx, p.Viewer(p.dora), p.event.ID, photo.ID); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("a neighbour agrees for them: %v", err)
		}
		if err := p.albums.TakeDown(ctx, p.Viewer(p.dora), p.event.ID, photo.ID); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("who does not see it takes it down: %v", err)
		}
		for _, who := range []instance.Account{p.cem, p.amina} {
			if err := p.albums.Agree(ctx, p.Viewer(who), p.event.ID, photo.ID); err != nil {
				t.Fatal(err)
			}
		}
		content, kind, err := p.albums.Open(ctx, p.Viewer(p.dora), p.event.ID, photo.ID)
		if err != nil || len(p.sees(p.dora)) != 1 || kind != "image/png" || !bytes.HasPrefix(content, []byte("\x89PNG")) {
			t.Errorf("once all agreed: %s, %v", kind, err)
		}
		if _, err := p.albums.Of(ctx, instance.Anyone, p.event.ID); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("a visitor: %v", err)
		}
		if err := p.albums.TakeDown(ctx, p.Viewer(p.dora), p.event.ID, photo.ID); err != nil || len(p.sees(p.bo)) != 0 {
			t.Errorf("taken down at once: %v", err)
		}
		// Somebody who leaves takes what they are on along.
		if err := p.add(p.bo, instance.PhotoPlan{People: []instance.ActorID{p.cem.ID, p.bo.ID}}); err != nil {
			t.Fatal(err)
		}
		if err := p.albums.Agree(ctx, p.Viewer(p.cem), p.event.ID, p.sees(p.bo)[0].ID); err != nil || len(p.sees(p.dora)) != 1 {
			t.Fatalf("cem agrees: %v", err)
		}
		err = db.InTx(ctx, func(tx store.Tx) error {
			_, err := tx.Exec(ctx, `DELETE FROM event_photo_people WHERE person_id = $1`, p.cem.ID)
			return err
		})
		if err != nil || len(p.sees(p.dora)) != 0 {
			t.Errorf("without one who is on it: %v", err)
		}
		if err := p.albums.Sweep(ctx); err != nil || len(p.sees(p.bo)) != 0 {
			t.Errorf("it is kept: %v", err)
		}
	})
}

func TestJ7_ChildrenAndStrangersStayWithTheHosts(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		p := newParty(t, db, instance.ToPublic)
		p.Clock.Advance(2 * time.Hour)
		if err := p.add(p.bo, instance.PhotoPlan{Others: true}); err != nil {
			t.Fatal(err)
		}
		if len(p.sees(p.amina)) != 1 || len(p.sees(p.bo)) != 1 || len(p.sees(p.cem)) != 0 {
			t.Errorf("of children: the host sees %d, who added it %d, who came %d", len(p.sees(p.amina)), len(p.sees(p.bo)), len(p.sees(p.cem)))
		}
		if err := p.add(p.cem, instance.PhotoPlan{Nobody: true}); err != nil {
			t.Fatal(err)
		}
		// What was for everyone is an album of those who came.
		if len(p.sees(p.bo)) != 2 || len(p.sees(p.dora)) != 0 {
			t.Errorf("of nobody: who came sees %d, a neighbour %d", len(p.sees(p.bo)), len(p.sees(p.dora)))
		}
		// With its event it goes, and so do the files.
		if err := p.Posts.Delete(t.Context(), p.amina.ID, p.event.ID); err != nil {
			t.Fatal(err)
		}
		if err := p.albums.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		var n int
		if err := db.Read().QueryRow(t.Context(), `SELECT COUNT(*) FROM event_photos`).Scan(&n); err != nil || n != 0 {
			t.Errorf("%d stay, %v", n, err)
		}
	})
}

func TestOneAddsSoManyPhotographs(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		p := newParty(t, db, instance.ToNeighbourhood)
		p.Clock.Advance(2 * time.Hour)
		for range instance.MaxPhotosOfOne {
			if err := p.add(p.bo, instance.PhotoPlan{Nobody: true}); err != nil {
				t.Fatal(err)
			}
		}
		invalid, ok := errors.AsType[*instance.Invalid](p.add(p.bo, instance.PhotoPlan{Nobody: true}))
		if !ok || invalid.Code != "too-many" || len(p.sees(p.bo)) != instance.MaxPhotosOfOne {
			t.Errorf("one too many: %v", invalid)
		}
		p.picture = []byte("GIF89a and no more")
		invalid, ok = errors.AsType[*instance.Invalid](p.add(p.cem, instance.PhotoPlan{Nobody: true}))
		if !ok || invalid.Code != "no-picture" {
			t.Errorf("what is no picture: %v", invalid)
		}
	})
}
