package hashtags_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/hashtags"
	"palier/instance/store"
	"palier/instance/store/storetest"
	"palier/instance/timelines"
)

func say(t *testing.T, v *apptest.Village, by instance.Account, audience instance.Audience, text string) *instance.Post {
	t.Helper()
	p, err := v.Posts.Publish(t.Context(), v.Viewer(by), instance.Draft{Text: text, Audience: audience, Language: "fr"})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func expect(t *testing.T, situation string, got []string, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", situation, diff)
	}
}

func TestAFollowedHashtagComesHome(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		ctx := t.Context()
		centre := v.Place("centre", "neighbourhood")
		amina, bo, cem, dana := v.Resident("amina", centre), v.Resident("bo", centre), v.Person("cem"), v.Person("dana")
		for _, by := range []instance.Account{bo, cem} {
			for _, tag := range []string{"#Vélo", "velo", "vélo"} { // the first and the last are one
				if err := v.Hashtags.Follow(ctx, by.ID, tag); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := v.People.Block(ctx, dana.ID, cem.ID); err != nil {
			t.Fatal(err)
		}
		say(t, v, amina, instance.ToPublic, "a #vélo #velo")
		say(t, v, amina, instance.ToUnlisted, "discret #vélo")
		say(t, v, amina, instance.ToFollowers, "intime #vélo")
		say(t, v, amina, instance.ToPublic, "sans")
		say(t, v, dana, instance.ToPublic, "de dana #vélo")
		among := v.Post(amina, centre, instance.ToNeighbourhood, "entre nous #vélo")
		v.Reply(amina, among, "réponse entre nous #vélo")
		expect(t, "a neighbour", v.Home(bo), "réponse entre nous #vélo", "entre nous #vélo", "de dana #vélo", "a #vélo #velo")
		expect(t, "a stranger whom dana blocks", v.Home(cem), "a #vélo #velo")

		// Following and unfollowing the author does not take out what the hashtag brings.
		if _, err := v.People.Follow(ctx, cem.ID, amina.ID); err != nil {
			t.Fatal(err)
		}
		if err := v.People.Grant(ctx, amina.ID, cem.ID); err != nil {
			t.Fatal(err)
		}
		say(t, v, amina, instance.ToPublic, "suivie")
		expect(t, "with the author", v.Home(cem), "suivie", "a #vélo #velo")
		if err := v.People.Unfollow(ctx, cem.ID, amina.ID); err != nil {
			t.Fatal(err)
		}
		expect(t, "without the author again", v.Home(cem), "a #vélo #velo")
		if err := v.Hashtags.Unfollow(ctx, cem.ID, "vélo"); err != nil {
			t.Fatal(err)
		}
		expect(t, "while one of its two hashtags is followed", v.Home(cem), "a #vélo #velo")
		if err := v.Hashtags.Unfollow(ctx, cem.ID, "velo"); err != nil {
			t.Fatal(err)
		}
		expect(t, "once none is", v.Home(cem))
		for _, tag := range []string{"vélo", "velo"} {
			if err := v.Hashtags.Unfollow(ctx, bo.ID, tag); err != nil {
				t.Fatal(err)
			}
		}
		expect(t, "what is for neighbours stays", v.Home(bo), "entre nous #vélo")
		v.Post(amina, centre, instance.ToPublic, "plus rien #vélo")
		if home := v.Home(cem); len(home) != 0 {
			t.Errorf("an unfollowed hashtag brings %v", home)
		}
	})
}

func TestALimitedAuthorComesThroughNoHashtag(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		amina, bo := v.Person("amina"), v.Person("bo")
		if err := v.Hashtags.Follow(t.Context(), bo.ID, "vélo"); err != nil {
			t.Fatal(err)
		}
		err := db.InTx(t.Context(), func(tx store.Tx) error {
			_, err := tx.Exec(t.Context(), `UPDATE actors SET limited_at = 1 WHERE id = $1`, amina.ID)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		say(t, v, amina, instance.ToPublic, "#vélo")
		expect(t, "home", v.Home(bo))
	})
}

func TestFollowedHashtagsArePaged(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		ctx := t.Context()
		bo := v.Person("bo")
		var want []string
		for i := range 5 {
			if err := v.Hashtags.Follow(ctx, bo.ID, fmt.Sprint("mot", i)); err != nil {
				t.Fatal(err)
			}
			want = append([]string{fmt.Sprint("mot", i)}, want...)
		}
		var got []string
		page := hashtags.Page{Limit: 2}
		var last []hashtags.Followed
		for {
			list, err := v.Hashtags.Followed(ctx, bo.ID, page)
			if err != nil {
				t.Fatal(err)
			}
			if len(list) == 0 {
				break
			}
			for _, f := range list {
				got = append(got, f.Name)
			}
			last, page.Before = list, list[len(list)-1].ID
		}
		expect(t, "from the newest", got, want...)
		list, err := v.Hashtags.Followed(ctx, bo.ID, hashtags.Page{After: last[0].ID, Limit: 2})
		if err != nil || len(list) != 2 || list[0].Name != "mot2" || list[1].Name != "mot1" {
			t.Errorf("nearest after the oldest: %v, %v", list, err)
		}
		var invalid *instance.Invalid
		for _, bad := range []string{"", "#", "2026", "!", strings.Repeat("a", 101), "\x00"} {
			if err := v.Hashtags.Follow(ctx, bo.ID, bad); !errors.As(err, &invalid) || invalid.Field != "tag" {
				t.Errorf("follow %q: %v", bad, err)
			}
			if _, err := v.Hashtags.Feature(ctx, bo.ID, bad); !errors.As(err, &invalid) {
				t.Errorf("feature %q: %v", bad, err)
			}
		}
	})
}

func TestHashtagsAreCountedByWhatIsPublic(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		ctx := t.Context()
		centre := v.Place("centre", "neighbourhood")
		amina, bo := v.Resident("amina", centre), v.Resident("bo", centre)
		say(t, v, amina, instance.ToPublic, "#vélo")
		v.Clock.Advance(48 * time.Hour)
		say(t, v, amina, instance.ToPublic, "#vélo")
		say(t, v, amina, instance.ToPublic, "#VÉLO encore")
		say(t, v, bo, instance.ToPublic, "#vélo #marché")
		v.Post(bo, centre, instance.ToNeighbourhood, "#vélo")
		if err := v.Hashtags.Follow(ctx, bo.ID, "marché"); err != nil {
			t.Fatal(err)
		}
		tags, err := v.Hashtags.Describe(ctx, v.Viewer(bo), "#Vélo", "marché", "rien")
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, tag := range tags {
			line := fmt.Sprint(tag.Name, " ", tag.Following)
			for _, d := range tag.Days {
				line += fmt.Sprintf(" %d/%d", d.Uses, d.Accounts)
			}
			got = append(got, line)
		}
		expect(t, "counts", got, "vélo false 3/2 0/0 1/1 0/0 0/0 0/0 0/0", "marché true 1/1 0/0 0/0 0/0 0/0 0/0 0/0", "rien false 0/0 0/0 0/0 0/0 0/0 0/0 0/0")
		if at := tags[0].Days[2].At; !at.Equal(time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)) {
			t.Errorf("the third day is %v", at)
		}
		v.Clock.Advance(7 * 24 * time.Hour)
		if tags, err = v.Hashtags.Describe(ctx, instance.Anyone, "vélo"); err != nil || slices.ContainsFunc(tags[0].Days, func(d hashtags.Day) bool { return d.Uses > 0 }) {
			t.Errorf("a week later: %v, %v", tags, err)
		}
		if _, err := v.Hashtags.Describe(ctx, instance.Anyone, "2026"); !errors.Is(err, instance.ErrInvalid) {
			t.Errorf("a number: %v", err)
		}
	})
}

func TestFeaturedHashtags(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		ctx := t.Context()
		centre := v.Place("centre", "neighbourhood")
		amina, bo := v.Resident("amina", centre), v.Person("bo")
		say(t, v, amina, instance.ToPublic, "#CroixRousse #vélo")
		last := say(t, v, amina, instance.ToUnlisted, "#CroixRousse")
		v.Post(amina, centre, instance.ToNeighbourhood, "#CroixRousse #secret")
		say(t, v, bo, instance.ToPublic, "#CroixRousse")
		if list, err := v.Hashtags.Suggestions(ctx, amina.ID); err != nil || !slices.Equal(list, []string{"croixrousse", "vélo"}) {
			t.Errorf("suggestions: %v, %v", list, err)
		}
		f, err := v.Hashtags.Feature(ctx, amina.ID, "#CroixRousse")
		if err != nil || f.Shown != "CroixRousse" || f.Posts != 2 || f.LastAt.UnixMilli() != last.PublishedAt.UnixMilli() {
			t.Errorf("featured: %+v, %v", f, err)
		}
		if again, err := v.Hashtags.Feature(ctx, amina.ID, "croixrousse"); err != nil || again.ID != f.ID {
			t.Errorf("featured twice: %+v, %v", again, err)
		}
		for i := range hashtags.MaxFeatured - 1 {
			if _, err := v.Hashtags.Feature(ctx, amina.ID, fmt.Sprint("mot", i)); err != nil {
				t.Fatal(err)
			}
		}
		var invalid *instance.Invalid
		if _, err := v.Hashtags.Feature(ctx, amina.ID, "trop"); !errors.As(err, &invalid) || invalid.Limit != hashtags.MaxFeatured {
			t.Errorf("one too many: %v", err)
		}
		if err := v.Hashtags.Unfeature(ctx, bo.ID, f.ID); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("another's: %v", err)
		}
		if err := v.Hashtags.Unfeature(ctx, amina.ID, f.ID); err != nil {
			t.Fatal(err)
		}
		list, err := v.Hashtags.Featured(ctx, amina.ID)
		if err != nil || len(list) != hashtags.MaxFeatured-1 || !list[0].LastAt.IsZero() {
			t.Errorf("what is left: %+v, %v", list, err)
		}
	})
}

func TestATagListIsNarrowed(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		amina := v.Person("amina")
		say(t, v, amina, instance.ToPublic, "1 #a")
		say(t, v, amina, instance.ToPublic, "2 #a #b")
		say(t, v, amina, instance.ToPublic, "3 #b #c")
		say(t, v, amina, instance.ToPublic, "4 #a #b #c")
		for situation, tt := range map[string]struct {
			n    timelines.Narrow
			want []string
		}{
			"one":         {timelines.Narrow{}, []string{"4 #a #b #c", "2 #a #b", "1 #a"}},
			"any":         {timelines.Narrow{AnyTag: []string{"c", "d"}}, []string{"4 #a #b #c", "3 #b #c", "2 #a #b", "1 #a"}},
			"all":         {timelines.Narrow{AllTags: []string{"b", "c"}}, []string{"4 #a #b #c"}},
			"none":        {timelines.Narrow{NoTag: []string{"c", "d"}}, []string{"2 #a #b", "1 #a"}},
			"all at once": {timelines.Narrow{AnyTag: []string{"c"}, AllTags: []string{"b"}, NoTag: []string{"d"}, Local: true}, []string{"4 #a #b #c", "3 #b #c", "2 #a #b"}},
			"pictures":    {timelines.Narrow{Media: true}, nil},
			"elsewhere":   {timelines.Narrow{Remote: true}, nil},
		} {
			entries, _, err := v.Timelines.Tag(t.Context(), instance.Anyone, "a", tt.n, timelines.Page{})
			if err != nil {
				t.Errorf("%s: %v", situation, err)
			}
			var got []string
			for _, e := range entries {
				got = append(got, e.Post.Source)
			}
			expect(t, situation, got, tt.want...)
		}
	})
}
