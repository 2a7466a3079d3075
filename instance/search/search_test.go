package search_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/apptest"
	"palier/instance/people"
	"palier/instance/search"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

// village is a place with people, and one remote author on another server.
type village struct {
	*apptest.Village
	centre, port instance.Neighbourhood
	// amina lives in the centre, bo too; cem lives in the port beside it, both
	// lie within the town; dana lives nowhere here.
	amina, bo, cem, dana instance.Account
}

func newVillage(t testing.TB, db *store.DB) *village {
	t.Helper()
	v := &village{Village: apptest.NewVillage(t, db)}
	town := v.Place("dinan", "commune")
	v.centre, v.port = v.Place("centre", "neighbourhood", town), v.Place("port", "neighbourhood", town)
	v.amina, v.bo = v.Resident("amina", v.centre), v.Resident("bo", v.centre)
	v.cem, v.dana = v.Resident("cem", v.port), v.Person("dana")
	return v
}

// open agrees for somebody to being found, or not.
func (v *village) open(id instance.ActorID, discoverable, indexable bool) {
	v.T.Helper()
	v.exec(`UPDATE actors SET discoverable = $2, indexable = $3 WHERE id = $1`, id, discoverable, indexable)
}

func (v *village) exec(sql string, args ...any) {
	v.T.Helper()
	err := v.DB.InTx(v.T.Context(), func(tx store.Tx) error {
		_, err := tx.Exec(v.T.Context(), sql, args...)
		return err
	})
	if err != nil {
		v.T.Fatal(err)
	}
}

// say posts outside any place.
func (v *village) say(by instance.Account, audience instance.Audience, text string) *instance.Post {
	v.T.Helper()
	p, err := v.Posts.Publish(v.T.Context(), v.Viewer(by), instance.Draft{Text: text, Audience: audience, Language: "fr"})
	if err != nil {
		v.T.Fatal(err)
	}
	return p
}

// stranger is somebody on another server.
func (v *village) stranger(name string, indexable bool) instance.Actor {
	v.T.Helper()
	a := instance.Actor{
		ID: instance.ActorID(instance.NewIDs(v.Clock.Now, 5).Next()), URI: "https://lyon.example/u/" + name, Kind: instance.Person, Username: name, Host: "lyon.example",
		Name: name, Inbox: "https://lyon.example/inbox", Indexable: indexable, Discoverable: indexable, CreatedAt: apptest.Start, UpdatedAt: apptest.Start,
	}
	err := v.DB.InTx(v.T.Context(), func(tx store.Tx) error { return actors.Save(v.T.Context(), tx, a, "{}") })
	if err != nil {
		v.T.Fatal(err)
	}
	return a
}

// hears receives a post of somebody on another server.
func (v *village) hears(by instance.Actor, audience instance.Audience, html string, naming ...instance.Actor) *instance.Post {
	v.T.Helper()
	at := v.Clock.Now()
	p := &instance.Post{
		URI: fmt.Sprintf("%s/%d", by.URI, at.UnixMilli()), Author: by, Kind: "post", Content: html, Audience: audience,
		PublishedAt: at, Mentions: naming, Reach: instance.DefaultReach,
	}
	err := v.DB.InTx(v.T.Context(), func(tx store.Tx) error { return v.Posts.ReceiveIn(v.T.Context(), tx, p, "{}") })
	if err != nil {
		v.T.Fatal(err)
	}
	return p
}

// finds returns the ids of the posts somebody finds, nobody for nil.
func (v *village) finds(by *instance.Account, query string) []instance.PostID {
	v.T.Helper()
	viewer := instance.Anyone
	if by != nil {
		viewer = v.Viewer(*by)
	}
	found, err := v.Search.Posts(v.T.Context(), viewer, query, search.Page{})
	if err != nil {
		v.T.Fatalf("search %q: %v", query, err)
	}
	var ids []instance.PostID
	for _, p := range found {
		ids = append(ids, p.ID)
	}
	return ids
}

// TestWhoFindsWhat holds every audience against every kind of reader.
func TestWhoFindsWhat(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := newVillage(t, db)
		ctx := t.Context()
		house := v.Place("maison", "building", v.centre)
		v.Verify(v.amina, house)
		if _, err := v.People.Follow(ctx, v.cem.ID, v.amina.ID); err != nil {
			t.Fatal(err)
		}
		if err := v.People.Grant(ctx, v.amina.ID, v.cem.ID); err != nil {
			t.Fatal(err)
		}
		open, shy := v.stranger("ouverte", true), v.stranger("reservee", false)
		groups := map[string]*instance.Post{
			"building":         v.Post(v.amina, house, instance.ToBuilding, "échelle"),
			"neighbourhood":    v.Post(v.amina, v.centre, instance.ToNeighbourhood, "échelle"),
			"around":           v.Post(v.amina, v.centre, instance.ToAround, "échelle"),
			"public in place":  v.Post(v.amina, v.centre, instance.ToPublic, "échelle"),
			"public":           v.say(v.amina, instance.ToPublic, "échelle"),
			"unlisted":         v.say(v.amina, instance.ToUnlisted, "échelle"),
			"followers":        v.say(v.amina, instance.ToFollowers, "échelle"),
			"direct":           v.say(v.amina, instance.ToMentioned, "échelle @dana"),
			"remote indexable": v.hears(open, instance.ToPublic, "<p>échelle</p>"),
			"remote shy":       v.hears(shy, instance.ToPublic, "<p>échelle</p>"),
			"remote unlisted":  v.hears(open, instance.ToUnlisted, "<p>échelle</p>"),
			"remote naming":    v.hears(shy, instance.ToPublic, "<p>échelle</p>", v.dana.Actor),
			"remote letter":    v.hears(shy, instance.ToMentioned, "<p>échelle</p>", v.dana.Actor),
		}
		for who, tt := range map[string]struct {
			reader *instance.Account
			want   []string
		}{
			"nobody":      {nil, []string{"remote indexable"}},
			"the author":  {&v.amina, []string{"building", "neighbourhood", "around", "public in place", "public", "unlisted", "followers", "direct", "remote indexable"}},
			"a neighbour": {&v.bo, []string{"neighbourhood", "around", "public in place", "remote indexable"}},
			"from beside": {&v.cem, []string{"around", "public in place", "remote indexable"}},
			"one named":   {&v.dana, []string{"direct", "remote indexable", "remote naming", "remote letter"}},
		} {
			got := v.finds(tt.reader, "echelle")
			for name, p := range groups {
				if found, want := slices.Contains(got, p.ID), slices.Contains(tt.want, name); found != want {
					t.Errorf("%s finds %q: %t, want %t", who, name, found, want)
				}
			}
			if !slices.IsSortedFunc(got, func(a, b instance.PostID) int { return int(b>>16) - int(a>>16) }) {
				t.Errorf("%s finds %v, not the newest first", who, got)
			}
		}
		v.open(v.amina.ID, false, true)
		if got := v.finds(nil, "echelle"); !slices.Contains(got, groups["public"].ID) || slices.Contains(got, groups["around"].ID) {
			t.Errorf("once amina agreed, anyone finds %v", got)
		}
		// What one likes, shares or answers is one's own to find again.
		for name, do := range map[string]func() error{
			"likes":   func() error { return v.Posts.Like(ctx, v.Viewer(v.bo), groups["remote shy"].ID) },
			"shares":  func() error { return v.Posts.Boost(ctx, v.Viewer(v.cem), groups["remote shy"].ID) },
			"answers": func() error { v.Reply(v.dana, groups["remote shy"], "oui"); return nil },
		} {
			who := map[string]*instance.Account{"likes": &v.bo, "shares": &v.cem, "answers": &v.dana}[name]
			if err := do(); err != nil {
				t.Fatal(err)
			}
			if !slices.Contains(v.finds(who, "echelle"), groups["remote shy"].ID) {
				t.Errorf("who %s it does not find it again", name)
			}
			if !slices.Contains(v.finds(who, "in:library"), groups["remote shy"].ID) {
				t.Errorf("who %s it does not find it in their library", name)
			}
		}
	})
}

func TestBlockedMutedAndGoneAuthors(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := newVillage(t, db)
		ctx := t.Context()
		p := v.Post(v.amina, v.centre, instance.ToPublic, "échelle")
		v.open(v.amina.ID, true, true)
		for situation, tt := range map[string]struct{ begin, end func() error }{
			"the reader blocks": {func() error { return v.People.Block(ctx, v.bo.ID, v.amina.ID) }, func() error { return v.People.Unblock(ctx, v.bo.ID, v.amina.ID) }},
			"the author blocks": {func() error { return v.People.Block(ctx, v.amina.ID, v.bo.ID) }, func() error { return v.People.Unblock(ctx, v.amina.ID, v.bo.ID) }},
			"the reader mutes":  {func() error { return v.People.Mute(ctx, v.bo.ID, v.amina.ID) }, func() error { return v.People.Unmute(ctx, v.bo.ID, v.amina.ID) }},
		} {
			if got := v.finds(&v.bo, "echelle"); !slices.Equal(got, []instance.PostID{p.ID}) {
				t.Fatalf("before %s bo finds %v", situation, got)
			}
			if err := tt.begin(); err != nil {
				t.Fatal(err)
			}
			if got := v.finds(&v.bo, "echelle"); len(got) != 0 {
				t.Errorf("when %s bo finds %v", situation, got)
			}
			if err := tt.end(); err != nil {
				t.Fatal(err)
			}
		}
		v.exec(`UPDATE actors SET limited_at = 1 WHERE id = $1`, v.amina.ID)
		if got := v.finds(nil, "echelle"); len(got) != 0 {
			t.Errorf("anyone finds one who was limited: %v", got)
		}
		far := v.hears(v.stranger("eve", true), instance.ToPublic, "<p>brouette</p>")
		if got := v.finds(nil, "brouette"); !slices.Equal(got, []instance.PostID{far.ID}) {
			t.Errorf("anyone finds %v of another server", got)
		}
		v.exec(`INSERT INTO domain_rules (domain, severity, created_at) VALUES ('lyon.example', 'limit', 0)`)
		if got := v.finds(nil, "brouette"); len(got) != 0 {
			t.Errorf("anyone finds %v of a server that was limited", got)
		}
		for _, find := range []func() ([]instance.Actor, error){
			func() ([]instance.Actor, error) {
				return v.Search.Accounts(ctx, instance.Anyone, "ev", false, search.Page{})
			},
			func() ([]instance.Actor, error) {
				return v.Search.Directory(ctx, instance.Anyone, search.Directory{New: true}, search.Page{})
			},
		} {
			if got, err := find(); err != nil || slices.ContainsFunc(got, func(a instance.Actor) bool { return a.Username == "eve" }) {
				t.Errorf("anyone finds people of a server that was limited: %v, %v", got, err)
			}
		}
		v.exec(`UPDATE actors SET suspended_at = 1 WHERE id = $1`, v.amina.ID)
		if got := v.finds(&v.bo, "echelle"); len(got) != 0 {
			t.Errorf("bo finds one who was suspended: %v", got)
		}
	})
}

func TestEditsAndDeletionsLeaveTheIndex(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := newVillage(t, db)
		ctx := t.Context()
		p := v.Post(v.amina, v.centre, instance.ToNeighbourhood, "Je prête une échelle")
		if _, err := v.Posts.Edit(ctx, v.amina.ID, p.ID, instance.Draft{Text: "Je prête un escabeau", Language: "fr"}); err != nil {
			t.Fatal(err)
		}
		if got := v.finds(&v.bo, "échelle"); len(got) != 0 {
			t.Errorf("the word that was edited away finds %v", got)
		}
		if got := v.finds(&v.bo, "escabeaux"); !slices.Equal(got, []instance.PostID{p.ID}) {
			t.Errorf("the new word finds %v", got)
		}
		if err := v.Posts.Delete(ctx, v.amina.ID, p.ID); err != nil {
			t.Fatal(err)
		}
		if got := v.finds(&v.bo, "escabeau"); len(got) != 0 {
			t.Errorf("a deleted post is found: %v", got)
		}
		var kept int
		m := store.Words("post_words").Match(db.Engine(), store.Sought{All: []store.Phrase{{Words: []string{"escabeau"}}}}, "$1")
		if err := db.Read().QueryRow(ctx, `SELECT COUNT(*) FROM `+m.Table+` WHERE `+m.Where, m.Arg).Scan(&kept); err != nil || kept != 0 {
			t.Errorf("the index keeps %d, %v", kept, err)
		}
	})
}

func TestWordsOfAPost(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := newVillage(t, db)
		ctx := t.Context()
		ladder, err := v.Posts.Publish(ctx, v.Viewer(v.amina), instance.Draft{
			Title: "Prêt d'outils", Text: "L'échelle de l’atelier, c'est par ici : https://outils.example/liste #Vélo", Audience: instance.ToNeighbourhood, Group: v.centre.ID, Language: "fr-FR",
		})
		if err != nil {
			t.Fatal(err)
		}
		v.Clock.Advance(48 * time.Hour)
		soup := v.Post(v.bo, v.centre, instance.ToPublic, "La grande soupe aux choux, œufs et journaux")
		reply := v.Reply(v.bo, ladder, "Quelle chance, une échelle grande comme ça")
		all := []instance.PostID{reply.ID, soup.ID, ladder.ID}
		for query, want := range map[string][]instance.PostID{
			"echelle":              {reply.ID, ladder.ID},
			"l'échelle":            {reply.ID, ladder.ID},
			"ECHELLES":             {reply.ID, ladder.ID},
			"l’échelle atelier":    {ladder.ID},
			"outil":                {ladder.ID},
			"journal":              {soup.ID},
			"oeuf":                 {soup.ID},
			"œuf":                  {soup.ID},
			`"grande soupe"`:       {soup.ID},
			`"soupe grande"`:       nil,
			`«échelle de atelier»`: {ladder.ID},
			`"outils échelle"`:     nil, // the title ends between them
			"grande -soupe":        {reply.ID},
			`grande -"soupe aux"`:  {reply.ID},
			"-échelle":             {soup.ID},
			"#vélo":                {ladder.ID},
			"#VELO":                {ladder.ID},
			"#soupe":               nil,
			"from:amina":           {ladder.ID},
			"from:@bo soupe":       {soup.ID},
			"from:me échelle":      {ladder.ID},
			"-from:me échelle":     {reply.ID},
			"from:personne":        nil,
			"-from:bo":             {ladder.ID},
			"has:link":             {ladder.ID},
			"-has:link grande":     {reply.ID, soup.ID},
			"has:media":            nil,
			"is:reply":             {reply.ID},
			"-is:reply échelle":    {ladder.ID},
			"language:fr grande":   {reply.ID, soup.ID},
			"language:en":          nil,
			"in:public":            {soup.ID},
			"in:local grande":      {reply.ID, soup.ID},
			"before:2026-11-24":    {ladder.ID},
			"after:2026-11-24":     {reply.ID, soup.ID},
			"during:2026-11-23":    {ladder.ID},
			"during:2026-11":       all,
			"during:2025":          nil,
			"-before:2026-11-24":   {reply.ID, soup.ID},
			"during:hier":          nil, // two words that nobody wrote
			"":                     nil,
			"…":                    nil,
			"-":                    nil,
		} {
			got := v.finds(&v.amina, query)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%q finds (-want +got):\n%s", query, diff)
			}
		}
		page := search.Page{Limit: 1, Before: reply.ID}
		found, err := v.Search.Posts(ctx, v.Viewer(v.amina), "during:2026", page)
		if err != nil || len(found) != 1 || found[0].ID != soup.ID {
			t.Errorf("the page below the first: %v, %v", found, err)
		}
		found, err = v.Search.Posts(ctx, v.Viewer(v.amina), "during:2026", search.Page{Limit: 1, Offset: 2})
		if err != nil || len(found) != 1 || found[0].ID != ladder.ID {
			t.Errorf("the third: %v, %v", found, err)
		}
	})
}

func TestAlternativeTexts(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := newVillage(t, db)
		v.exec(`INSERT INTO media (id, owner_id, media_type, description, created_at) VALUES (7, $1, 'image/png', 'Une brouette jaune', 0)`, v.amina.ID)
		p, err := v.Posts.Publish(t.Context(), v.Viewer(v.amina), instance.Draft{
			Text: "À donner", Audience: instance.ToNeighbourhood, Group: v.centre.ID, Pictures: []instance.ID{7},
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, query := range []string{"brouette", "has:media donner"} {
			if got := v.finds(&v.bo, query); !slices.Equal(got, []instance.PostID{p.ID}) {
				t.Errorf("%q finds %v", query, got)
			}
		}
	})
}

func TestPollsAndWhatOneKeeps(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := newVillage(t, db)
		ctx := t.Context()
		poll, err := v.Posts.Publish(ctx, v.Viewer(v.amina), instance.Draft{
			Text: "Quel jour ?", Audience: instance.ToPublic, Poll: &instance.PollDraft{Options: []string{"Samedi", "Dimanche"}, Lasts: time.Hour},
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, query := range []string{"dimanche", "has:poll jour"} {
			if got := v.finds(&v.amina, query); !slices.Equal(got, []instance.PostID{poll.ID}) {
				t.Errorf("%q finds %v", query, got)
			}
			if got := v.finds(&v.dana, query); len(got) != 0 {
				t.Errorf("a stranger finds %v by %q", got, query)
			}
		}
		if err := v.Posts.Bookmark(ctx, v.Viewer(v.dana), poll.ID); err != nil {
			t.Fatal(err)
		}
		if got := v.finds(&v.dana, "dimanche in:library"); !slices.Equal(got, []instance.PostID{poll.ID}) {
			t.Errorf("who kept it finds %v", got)
		}
		v.exec(`DELETE FROM post_words`)
		v.exec(`INSERT INTO word_backlog (noun, below) VALUES ('posts', $1)`, int64(1)<<62)
		if err := v.Search.Index(ctx, search.Backlog{}); err != nil {
			t.Fatal(err)
		}
		if got := v.finds(&v.amina, "has:poll dimanche"); !slices.Equal(got, []instance.PostID{poll.ID}) {
			t.Errorf("from the backlog amina finds %v", got)
		}
	})
}

func TestWhoIsFound(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := newVillage(t, db)
		ctx := t.Context()
		open, shy := v.stranger("marguerite", true), v.stranger("marius", false)
		v.exec(`UPDATE actors SET name = 'x' WHERE id = $1`, v.dana.ID)
		err := v.People.EditProfile(ctx, v.dana.ID, people.Profile{Name: "Zoé Le Goff-Müller"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := v.People.Follow(ctx, v.cem.ID, shy.ID); err != nil {
			t.Fatal(err)
		}
		v.exec(`UPDATE follows SET state = 'accepted' WHERE followee_id = $1`, shy.ID)
		if err := v.People.Block(ctx, v.amina.ID, v.bo.ID); err != nil {
			t.Fatal(err)
		}
		for _, tt := range []struct {
			situation string
			by        *instance.Account
			query     string
			want      []string
		}{
			{"exactly", nil, "@dana", []string{"dana"}},
			{"exactly, whole", nil, "dana@dinan.example", []string{"dana"}},
			{"as far as it is typed", &v.dana, "dana@dinan", []string{"dana"}},
			{"exactly elsewhere", nil, "@marius@lyon.example", []string{"marius"}},
			{"the beginning of one who is shy", nil, "dan", nil},
			{"of a name", &v.dana, "zoe goff", []string{"dana"}},
			{"of a name with its accents", &v.dana, "MÜL", []string{"dana"}},
			{"who agreed", nil, "marg", []string{"marguerite"}},
			{"by the host", nil, "mar@ly", []string{"marguerite"}},
			{"whom one follows", &v.cem, "mari", []string{"marius"}},
			{"of two the followed first", &v.cem, "mar", []string{"marius", "marguerite"}},
			{"a place", nil, "cent", []string{"centre"}},
			{"a neighbour", &v.bo, "b", []string{"bo"}},
			{"nobody's neighbour", &v.dana, "cem@dinan.exampl", []string{"cem"}},
			{"one who blocks", &v.bo, "ami", nil},
			{"one who blocks, exactly", &v.bo, "amina", []string{"amina"}},
			{"whom one blocks", &v.amina, "b", nil},
			{"signs", nil, `"*') OR 1=1 --`, nil},
			{"nothing", nil, " @ ", nil},
		} {
			viewer := instance.Anyone
			if tt.by != nil {
				viewer = v.Viewer(*tt.by)
			}
			found, err := v.Search.Accounts(ctx, viewer, tt.query, false, search.Page{})
			if err != nil {
				t.Errorf("%s: %v", tt.situation, err)
				continue
			}
			var got []string
			for _, a := range found {
				got = append(got, a.Username)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("%s: %q finds (-want +got):\n%s", tt.situation, tt.query, diff)
			}
		}
		found, err := v.Search.Accounts(ctx, v.Viewer(v.cem), "mar", true, search.Page{})
		if err != nil || len(found) != 1 || found[0].ID != shy.ID {
			t.Errorf("of those cem follows: %v, %v", found, err)
		}
		for gone, column := range map[instance.ActorID]string{open.ID: "suspended_at", v.dana.ID: "deleted_at"} {
			v.exec(`UPDATE actors SET `+column+` = 1 WHERE id = $1`, gone)
		}
		for _, query := range []string{"marguerite@lyon.example", "dana"} {
			found, err := v.Search.Accounts(ctx, v.Viewer(v.amina), query, false, search.Page{})
			if err != nil || len(found) != 0 {
				t.Errorf("%q finds %v, %v", query, found, err)
			}
		}
	})
}

func TestWhichHashtagsAreFound(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := newVillage(t, db)
		ctx := t.Context()
		v.Post(v.amina, v.centre, instance.ToNeighbourhood, "#vélo_secret #Vélodrome")
		v.say(v.amina, instance.ToUnlisted, "#véloroute")
		v.say(v.amina, instance.ToPublic, "#vélo")
		last := v.say(v.dana, instance.ToPublic, "#Vélodrome #voile")
		for _, tt := range []struct {
			situation string
			by        *instance.Account
			typed     string
			want      []string
		}{
			{"without accents", nil, "velo", []string{"vélodrome", "vélo"}},
			{"the very one first", nil, "#VÉLO", []string{"vélo", "vélodrome"}},
			{"neighbours' own", &v.bo, "velo", []string{"vélodrome", "vélo", "vélo_secret"}},
			{"not beside", &v.cem, "velo", []string{"vélodrome", "vélo"}},
			{"the beginning", nil, "v", []string{"vélodrome", "voile", "vélo"}},
			{"nothing", nil, "#", nil},
			{"two words", nil, "velo voile", nil},
			{"a number", nil, "2026", nil},
			{"signs", nil, "v%", []string{"vélodrome", "voile", "vélo"}},
		} {
			viewer := instance.Anyone
			if tt.by != nil {
				viewer = v.Viewer(*tt.by)
			}
			got, err := v.Search.Tags(ctx, viewer, tt.typed, search.Page{})
			if err != nil {
				t.Errorf("%s: %v", tt.situation, err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("%s: %q finds (-want +got):\n%s", tt.situation, tt.typed, diff)
			}
		}
		if err := v.Posts.Delete(ctx, v.dana.ID, last.ID); err != nil {
			t.Fatal(err)
		}
		if got, err := v.Search.Tags(ctx, instance.Anyone, "vo", search.Page{}); err != nil || len(got) != 0 {
			t.Errorf("the hashtag of a deleted post is found: %v, %v", got, err)
		}
	})
}
