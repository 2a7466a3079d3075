package posts_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/people"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

// upload keeps a picture of somebody for a post to come.
func upload(t *testing.T, v *apptest.Village, a instance.Account, file string) instance.ID {
	t.Helper()
	m, err := v.Posts.AddPicture(t.Context(), a.ID, instance.Picture{File: file, Thumb: "small/" + file, Type: "image/jpeg", Width: 8, Height: 6}, 100)
	if err != nil {
		t.Fatal(err)
	}
	return m.ID
}

func TestDescriptionsComeWithTheDraft(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		centre := v.Place("centre", "neighbourhood")
		amina, bo := v.Resident("amina", centre), v.Resident("bo", centre)
		cat, door := upload(t, v, amina, "aa/cat.jpg"), upload(t, v, amina, "bb/door.jpg")
		described := func(p *instance.Post) []string {
			var list []string
			for _, m := range p.Pictures {
				list = append(list, m.File+": "+m.Description)
			}
			return list
		}
		loose, err := v.Posts.Uploaded(t.Context(), amina.ID, []instance.ID{door, cat})
		if err != nil || len(loose) != 2 || loose[0].ID != door || loose[1].File != "aa/cat.jpg" {
			t.Fatalf("uploaded: got %+v, %v", loose, err)
		}
		if loose, err := v.Posts.Uploaded(t.Context(), bo.ID, []instance.ID{door, cat}); err != nil || len(loose) != 0 {
			t.Errorf("somebody else's uploads: got %+v, %v", loose, err)
		}
		p, err := v.Posts.Publish(t.Context(), v.Viewer(amina), instance.Draft{
			Audience: instance.ToNeighbourhood, Group: centre.ID, Pictures: []instance.ID{cat, door}, Descriptions: []string{" Un chat roux "},
		})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"aa/cat.jpg: Un chat roux", "bb/door.jpg: "}, described(p)); diff != "" {
			t.Errorf("posted (-want +got):\n%s", diff)
		}
		if loose, err := v.Posts.Uploaded(t.Context(), amina.ID, []instance.ID{door, cat}); err != nil || len(loose) != 0 {
			t.Errorf("uploaded after posting: got %+v, %v", loose, err)
		}
		p, err = v.Posts.Edit(t.Context(), amina.ID, p.ID, instance.Draft{
			Text: "Devant la porte", Pictures: []instance.ID{door, cat}, Descriptions: []string{"Une porte verte"},
		})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"bb/door.jpg: Une porte verte", "aa/cat.jpg: Un chat roux"}, described(p)); diff != "" {
			t.Errorf("edited (-want +got):\n%s", diff)
		}
		_, err = v.Posts.Edit(t.Context(), amina.ID, p.ID, instance.Draft{
			Text: "x", Pictures: []instance.ID{door}, Descriptions: []string{strings.Repeat("é", instance.MaxDescription+1)},
		})
		var invalid *instance.Invalid
		if !errors.As(err, &invalid) || invalid.Field != "description" || invalid.Limit != instance.MaxDescription {
			t.Errorf("an endless description: got %v", err)
		}
	})
}

func TestPortraitsAreForEveryone(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		amina := v.Person("amina")
		if err := v.People.EditProfile(t.Context(), amina.ID, people.Profile{Name: "Amina", Icon: "aa/amina.jpg"}); err != nil {
			t.Fatal(err)
		}
		if restricted, err := v.Posts.MaySee(t.Context(), instance.Anyone, "aa/amina.jpg"); err != nil || restricted {
			t.Errorf("portrait: restricted %v, %v", restricted, err)
		}
		for _, file := range []string{"", "aa/other.jpg"} {
			if _, err := v.Posts.MaySee(t.Context(), instance.Anyone, file); !errors.Is(err, instance.ErrNotFound) {
				t.Errorf("file %q: got %v, want %v", file, err, instance.ErrNotFound)
			}
		}
		loose := upload(t, v, amina, "aa/loose.jpg")
		if _, err := v.Posts.MaySee(t.Context(), instance.Anyone, "aa/loose.jpg"); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("picture %s of no post: got %v, want %v", loose, err, instance.ErrNotFound)
		}
		if restricted, err := v.Posts.MaySee(t.Context(), v.Viewer(amina), "aa/loose.jpg"); err != nil || !restricted {
			t.Errorf("one's own upload: restricted %v, %v", restricted, err)
		}
	})
}
