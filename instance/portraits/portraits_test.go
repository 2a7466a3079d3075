package portraits_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/png"
	"testing"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/media"
	"palier/instance/portraits"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

func drawing(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewRGBA(image.Rect(0, 0, 90, 60))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestPortraitsAndHeadersAreSetAndRemoved(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		folder, err := media.OpenFolder(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { folder.Close() })
		told := 0
		s := portraits.New(portraits.Options{DB: db, Now: v.Clock.Now, Pictures: media.New(folder, media.Options{}), Tell: func(_ context.Context, _ store.Tx, d instance.Deed) error {
			if d.Kind == instance.ProfileEdited {
				told++
			}
			return nil
		}})
		rue := v.Place("rue", "neighbourhood")
		ctx, amina := t.Context(), v.Person("amina")
		worn := func(who instance.ActorID) instance.Actor {
			t.Helper()
			a, err := v.People.KnownByID(ctx, who)
			if err != nil {
				t.Fatal(err)
			}
			return a
		}
		is := func(file string) bool {
			f, err := folder.Open(ctx, file)
			if err == nil {
				f.Close()
			}
			_, err2 := v.Posts.MaySee(ctx, instance.Anyone, file)
			return err == nil && err2 == nil
		}
		for name, who := range map[string]instance.ActorID{"a person": amina.ID, "a neighbourhood": rue.ID} {
			for _, of := range []instance.PictureOf{instance.OfPortrait, instance.OfHeader} {
				if err := s.Set(ctx, who, of, bytes.NewReader(drawing(t))); err != nil {
					t.Fatal(err)
				}
			}
			first := worn(who)
			if !is(first.Icon) || !is(first.Image) {
				t.Errorf("%s shows %q and %q", name, first.Icon, first.Image)
			}
			if err := s.Set(ctx, who, instance.OfPortrait, bytes.NewReader(drawing(t))); err != nil {
				t.Fatal(err)
			}
			if second := worn(who); is(first.Icon) || !is(second.Icon) || second.Image != first.Image {
				t.Errorf("%s changed to %q and %q", name, second.Icon, second.Image)
			}
			var refusal *media.Refusal
			if err := s.Set(ctx, who, instance.OfHeader, bytes.NewReader([]byte("%PDF-1.7"))); !errors.As(err, &refusal) || !is(first.Image) {
				t.Errorf("%s as a document: %v", name, err)
			}
			if err := errors.Join(s.Remove(ctx, who, instance.OfPortrait), s.Remove(ctx, who, instance.OfHeader)); err != nil {
				t.Fatal(err)
			}
			if last := worn(who); last.Icon != "" || last.Image != "" || is(first.Image) {
				t.Errorf("%s still shows %q and %q", name, last.Icon, last.Image)
			}
		}
		if told != 10 {
			t.Errorf("told of %d changes", told)
		}
		if err := s.Set(ctx, 4242, instance.OfPortrait, bytes.NewReader(drawing(t))); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("somebody who is not here: %v", err)
		}
	})
}
