package mastodon_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	client "github.com/mattn/go-mastodon"

	"palier/instance"
	"palier/instance/apptest"
)

// These tests use a server as people do whose program stands on a library that
// others wrote for Mastodon.

// outOfBand is where a program goes that can be led back to nowhere.
const outOfBand = "urn:ietf:wg:oauth:2.0:oob"

// signIn lets somebody sign in with a new program, through the pages.
func signIn(t *testing.T, s *apptest.Server, a instance.Account) *client.Client {
	t.Helper()
	app, err := client.RegisterApp(t.Context(), &client.AppConfig{
		Server: s.URL, ClientName: "Essai", Scopes: "read write follow push", RedirectURIs: outOfBand, Website: "https://app.example",
	})
	if err != nil {
		t.Fatal(err)
	}
	b := s.SignedIn(a)
	ask := url.Values{"client_id": {app.ClientID}, "redirect_uri": {outOfBand}, "response_type": {"code"}, "scope": {"read write follow push"}}
	page := b.Press(b.Open("/oauth/authorize?"+ask.Encode()), `button[value="allow"]`, nil)
	code, ok := page.Find("#code").Attr("value")
	if !ok || code == "" {
		t.Fatalf("no code on the page %s", page.Words("h1"))
	}
	c := client.NewClient(&client.Config{Server: s.URL, ClientID: app.ClientID, ClientSecret: app.ClientSecret})
	if err := c.GetUserAccessToken(t.Context(), code, outOfBand); err != nil {
		t.Fatal(err)
	}
	return c
}

// village is a neighbourhood with two who live in it, and their programs.
type village struct {
	t         *testing.T
	ctx       context.Context
	server    *apptest.Server
	place     instance.Neighbourhood
	amina, bo instance.Account
	a, b      *client.Client
}

func newVillage(t *testing.T, s *apptest.Server) *village {
	v := &village{t: t, ctx: t.Context(), server: s, place: s.Place("centre", "neighbourhood")}
	v.amina, v.bo = s.Resident("amina", v.place), s.Resident("bo", v.place)
	v.a, v.b = signIn(t, s, v.amina), signIn(t, s, v.bo)
	open := false // to followers, who are asked to wait for a yes otherwise
	for _, c := range []*client.Client{v.a, v.b} {
		does[*client.Account](v, "unlock")(c.AccountUpdate(v.ctx, &client.Profile{Locked: &open}))
	}
	return v
}

// does fails the test at an error.
func does[T any](v *village, what string) func(T, error) T {
	return func(found T, err error) T {
		v.t.Helper()
		if err != nil {
			v.t.Fatalf("%s: %v", what, err)
		}
		return found
	}
}

func (v *village) post(c *client.Client, toot client.Toot) *client.Status {
	v.t.Helper()
	return does[*client.Status](v, "post "+toot.Status)(c.PostStatus(v.ctx, &toot))
}

func (v *village) id(a instance.Account) client.ID { return client.ID(a.ID.String()) }

func TestALibraryOfOthersReadsTheServerAndItsPeople(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *apptest.Server) {
		v := newVillage(t, s)
		about := does[*client.Instance](v, "instance")(v.a.GetInstance(v.ctx))
		if about.URI != s.Site.Host() || !strings.HasPrefix(about.Version, "4.2.") || about.URLs["streaming_api"] == "" || about.GetConfig() == nil {
			t.Errorf("instance %+v", about)
		}
		if _, err := v.a.GetInstancePeers(v.ctx); err != nil {
			t.Errorf("peers: %v", err)
		}
		does[*client.ApplicationVerification](v, "verify app")(v.a.VerifyAppCredentials(v.ctx))
		me := does[*client.Account](v, "me")(v.a.GetAccountCurrentUser(v.ctx))
		if me.Acct != "amina" || me.Source == nil || me.Avatar == "" || me.Header == "" {
			t.Errorf("me: %+v", me)
		}
		found := does[*client.Account](v, "lookup")(v.a.AccountLookup(v.ctx, "@bo@"+s.Site.Host()))
		if found.ID != v.id(v.bo) {
			t.Errorf("lookup found %s", found.ID)
		}
		place := does[*client.Account](v, "place")(v.a.AccountLookup(v.ctx, "centre"))
		if again := does[*client.Account](v, "account")(v.a.GetAccount(v.ctx, place.ID)); again.Acct != "centre" {
			t.Errorf("account %+v", again)
		}
		changed := does[*client.Account](v, "update")(v.a.AccountUpdate(v.ctx, &client.Profile{
			DisplayName: client.String("Amina R."), Note: client.String("J’aime le **vélo**"),
			Fields: &[]client.Field{{Name: "Langues", Value: "fr, ar"}},
		}))
		if changed.DisplayName != "Amina R." || !strings.Contains(changed.Note, "<strong>vélo</strong>") || len(changed.Fields) != 1 || changed.Source.Note == nil || *changed.Source.Note != "J’aime le **vélo**" {
			t.Errorf("changed %+v", changed)
		}
		for _, q := range []string{"bo", "@bo", "BO"} {
			if list := does[[]*client.Account](v, "search")(v.a.AccountsSearch(v.ctx, q, 5)); len(list) == 0 || list[0].ID != v.id(v.bo) {
				t.Errorf("search %q: %+v", q, list)
			}
		}
	})
}

func TestALibraryOfOthersPostsAndAnswers(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *apptest.Server) {
		v := newVillage(t, s)
		first := v.post(v.a, client.Toot{Status: "Bonjour @centre #vélo", Visibility: "public", Language: "fr"})
		answer := v.post(v.b, client.Toot{Status: "@amina bonjour", InReplyToID: first.ID, Visibility: "public", SpoilerText: "politesse"})
		if answer.InReplyToID != string(first.ID) || answer.SpoilerText != "politesse" || !answer.Sensitive {
			t.Errorf("answer %+v", answer)
		}
		around := does[*client.Context](v, "context")(v.a.GetStatusContext(v.ctx, answer.ID))
		if len(around.Ancestors) != 1 || around.Ancestors[0].ID != first.ID || len(around.Descendants) != 0 {
			t.Errorf("around the answer: %+v", around)
		}
		for name, do := range map[string]struct {
			do   func(context.Context, client.ID) (*client.Status, error)
			done func(*client.Status) bool
		}{
			"favourite": {v.b.Favourite, func(s *client.Status) bool { return s.Favourited == true && s.FavouritesCount == 1 }},
			"bookmark":  {v.b.Bookmark, func(s *client.Status) bool { return s.Bookmarked == true }},
			"reblog": {v.b.Reblog, func(s *client.Status) bool {
				return s.Reblog != nil && s.Reblog.ID == first.ID && s.Reblog.Reblogged == true
			}},
		} {
			if got := does[*client.Status](v, name)(do.do(v.ctx, first.ID)); !do.done(got) {
				t.Errorf("%s: %+v", name, got)
			}
		}
		for name, list := range map[string]func(context.Context, *client.Pagination) ([]*client.Status, error){"favourites": v.b.GetFavourites, "bookmarks": v.b.GetBookmarks} {
			if got := does[[]*client.Status](v, name)(list(v.ctx, nil)); len(got) != 1 || got[0].ID != first.ID {
				t.Errorf("%s: %+v", name, got)
			}
		}
		for name, list := range map[string]func(context.Context, client.ID, *client.Pagination) ([]*client.Account, error){"favourited by": v.a.GetFavouritedBy, "reblogged by": v.a.GetRebloggedBy} {
			got := does[[]*client.Account](v, name)(list(v.ctx, first.ID, nil))
			if !slices.ContainsFunc(got, func(a *client.Account) bool { return a.ID == v.id(v.bo) }) {
				t.Errorf("%s: %+v", name, got)
			}
		}
		for name, undo := range map[string]struct {
			do   func(context.Context, client.ID) (*client.Status, error)
			done func(*client.Status) bool
		}{
			"unfavourite": {v.b.Unfavourite, func(s *client.Status) bool { return s.Favourited == false && s.FavouritesCount == 0 }},
			"unbookmark":  {v.b.Unbookmark, func(s *client.Status) bool { return s.Bookmarked == false }},
			"unreblog":    {v.b.Unreblog, func(s *client.Status) bool { return s.ID == first.ID && s.Reblogged == false }},
		} {
			if got := does[*client.Status](v, name)(undo.do(v.ctx, first.ID)); !undo.done(got) {
				t.Errorf("%s: %+v", name, got)
			}
		}
		edited := does[*client.Status](v, "edit")(v.a.UpdateStatus(v.ctx, &client.Toot{Status: "Bonsoir @centre #vélo"}, first.ID))
		if !strings.Contains(edited.Content, "Bonsoir") || edited.EditedAt.IsZero() {
			t.Errorf("edited %+v", edited)
		}
		if history := does[[]*client.StatusHistory](v, "history")(v.a.GetStatusHistory(v.ctx, first.ID)); len(history) != 2 || !strings.Contains(history[0].Content, "Bonjour") {
			t.Errorf("history %+v", history)
		}
		if typed := does[*client.Source](v, "source")(v.a.GetStatusSource(v.ctx, first.ID)); typed.Text != "Bonsoir @centre #vélo" {
			t.Errorf("source %+v", typed)
		}
		if tagged := does[[]*client.Status](v, "tag")(v.a.GetTimelineHashtag(v.ctx, "vélo", false, nil)); len(tagged) != 1 || tagged[0].ID != first.ID {
			t.Errorf("tag: %+v", tagged)
		}
		if err := v.a.DeleteStatus(v.ctx, first.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := v.b.GetStatus(v.ctx, first.ID); err == nil || !strings.Contains(err.Error(), "404") {
			t.Errorf("a deleted post: %v", err)
		}
	})
}

func TestALibraryOfOthersWalksThroughEverything(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *apptest.Server) {
		v := newVillage(t, s)
		var want []client.ID
		for i := range 17 {
			p := v.post(v.a, client.Toot{Status: fmt.Sprint("message ", i, " #pas"), Visibility: "public"})
			want = append(want, p.ID)
			for _, do := range []func(context.Context, client.ID) (*client.Status, error){v.b.Favourite, v.b.Bookmark} {
				does[*client.Status](v, "react")(do(v.ctx, p.ID))
			}
		}
		slices.Reverse(want)
		does[*client.Relationship](v, "follow")(v.b.AccountFollow(v.ctx, v.id(v.amina)))
		list := does[*client.List](v, "list")(v.b.CreateList(v.ctx, "amies"))
		if err := v.b.AddToList(v.ctx, list.ID, v.id(v.amina)); err != nil {
			t.Fatal(err)
		}
		newest := v.post(v.a, client.Toot{Status: "après #pas", Visibility: "public"})
		for name, w := range map[string]struct {
			read func(*client.Pagination) ([]*client.Status, error)
			want []client.ID
		}{
			"public":   {func(p *client.Pagination) ([]*client.Status, error) { return v.a.GetTimelinePublic(v.ctx, true, p) }, append([]client.ID{newest.ID}, want...)},
			"own":      {func(p *client.Pagination) ([]*client.Status, error) { return v.a.GetTimelineHome(v.ctx, p) }, append([]client.ID{newest.ID}, want...)},
			"followed": {func(p *client.Pagination) ([]*client.Status, error) { return v.b.GetTimelineHome(v.ctx, p) }, []client.ID{newest.ID}},
			"account": {func(p *client.Pagination) ([]*client.Status, error) {
				return v.b.GetAccountStatuses(v.ctx, v.id(v.amina), p)
			}, append([]client.ID{newest.ID}, want...)},
			"tag": {func(p *client.Pagination) ([]*client.Status, error) {
				return v.b.GetTimelineHashtag(v.ctx, "pas", false, p)
			}, append([]client.ID{newest.ID}, want...)},
			"list":       {func(p *client.Pagination) ([]*client.Status, error) { return v.b.GetTimelineList(v.ctx, list.ID, p) }, []client.ID{newest.ID}},
			"favourites": {func(p *client.Pagination) ([]*client.Status, error) { return v.b.GetFavourites(v.ctx, p) }, want},
			"bookmarks":  {func(p *client.Pagination) ([]*client.Status, error) { return v.b.GetBookmarks(v.ctx, p) }, want},
		} {
			got := walk(t, name, w.read)
			if !slices.Equal(got, w.want) {
				t.Errorf("%s: %d of %d\n got %v\nwant %v", name, len(got), len(w.want), got, w.want)
			}
		}
		var kinds []string
		for n, err := range v.a.Notifications(v.ctx, nil, &client.Pagination{Limit: 4}) {
			if err != nil {
				t.Fatal(err)
			}
			kinds = append(kinds, n.Type)
		}
		if len(kinds) != 18 || kinds[0] != "follow" || kinds[17] != "favourite" {
			t.Errorf("notifications: %v", kinds)
		}
	})
}

// walk reads a list page by page to its end.
func walk(t *testing.T, name string, read func(*client.Pagination) ([]*client.Status, error)) []client.ID {
	t.Helper()
	var got []client.ID
	pg := &client.Pagination{Limit: 4}
	for range 20 {
		page, err := read(pg)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, p := range page {
			got = append(got, p.ID)
		}
		if pg.MaxID == "" {
			return got
		}
		pg.Limit = 4
	}
	t.Fatalf("%s: no end after %d", name, len(got))
	return nil
}

func TestALibraryOfOthersKeepsPeopleTogetherAndApart(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *apptest.Server) {
		v := newVillage(t, s)
		bo := v.id(v.bo)
		stands := func(what string, get func(context.Context, client.ID) (*client.Relationship, error), is func(*client.Relationship) bool) {
			t.Helper()
			if got := does[*client.Relationship](v, what)(get(v.ctx, bo)); !is(got) {
				t.Errorf("%s: %+v", what, got)
			}
			if list := does[[]*client.Relationship](v, "relationships")(v.a.GetAccountRelationships(v.ctx, []string{string(bo)})); len(list) != 1 || !is(list[0]) {
				t.Errorf("after %s: %+v", what, list)
			}
		}
		stands("follow", v.a.AccountFollow, func(r *client.Relationship) bool { return r.Following && r.ShowingReblogs })
		if list := does[[]*client.Account](v, "following")(v.a.GetAccountFollowing(v.ctx, v.id(v.amina), nil)); len(list) != 2 || list[0].ID != bo {
			t.Errorf("following: %+v", list)
		}
		if list := does[[]*client.Account](v, "followers")(v.b.GetAccountFollowers(v.ctx, bo, nil)); len(list) != 1 || list[0].ID != v.id(v.amina) {
			t.Errorf("followers: %+v", list)
		}
		stands("unfollow", v.a.AccountUnfollow, func(r *client.Relationship) bool { return !r.Following })
		stands("mute", v.a.AccountMute, func(r *client.Relationship) bool { return r.Muting && r.MutingNotifications })
		if list := does[[]*client.Account](v, "mutes")(v.a.GetMutes(v.ctx, nil)); len(list) != 1 || list[0].ID != bo {
			t.Errorf("mutes: %+v", list)
		}
		stands("unmute", v.a.AccountUnmute, func(r *client.Relationship) bool { return !r.Muting })
		stands("block", v.a.AccountBlock, func(r *client.Relationship) bool { return r.Blocking })
		if list := does[[]*client.Account](v, "blocks")(v.a.GetBlocks(v.ctx, nil)); len(list) != 1 || list[0].ID != bo {
			t.Errorf("blocks: %+v", list)
		}
		stands("unblock", v.a.AccountUnblock, func(r *client.Relationship) bool { return !r.Blocking })

		locked := true
		does[*client.Account](v, "lock")(v.b.AccountUpdate(v.ctx, &client.Profile{Locked: &locked}))
		stands("ask to follow", v.a.AccountFollow, func(r *client.Relationship) bool { return r.Requested && !r.Following })
		if list := does[[]*client.Account](v, "requests")(v.b.GetFollowRequests(v.ctx, nil)); len(list) != 1 || list[0].ID != v.id(v.amina) {
			t.Errorf("requests: %+v", list)
		}
		if err := v.b.FollowRequestAuthorize(v.ctx, v.id(v.amina)); err != nil {
			t.Fatal(err)
		}
		if list := does[[]*client.Relationship](v, "relationships")(v.a.GetAccountRelationships(v.ctx, []string{string(bo)})); !list[0].Following {
			t.Errorf("after a yes: %+v", list[0])
		}
		p := v.post(v.b, client.Toot{Status: "du bruit", Visibility: "public"})
		does[*client.Report](v, "report")(v.a.Report(v.ctx, bo, []client.ID{p.ID}, "trop fort"))
		if n, err := s.Moderation.CountOpen(v.ctx, 0); err != nil || n != 1 {
			t.Errorf("%d reports wait for a moderator, %v", n, err)
		}
	})
}

func TestALibraryOfOthersSendsPicturesAndPolls(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *apptest.Server) {
		v := newVillage(t, s)
		m := image.NewRGBA(image.Rect(0, 0, 60, 40))
		for x := range 60 {
			m.Set(x, x%40, color.RGBA{uint8(x), 90, 120, 255})
		}
		var b bytes.Buffer
		if err := png.Encode(&b, m); err != nil {
			t.Fatal(err)
		}
		up := does[*client.Attachment](v, "upload")(v.a.UploadMediaFromMedia(v.ctx, &client.Media{File: bytes.NewReader(b.Bytes()), Description: "Un trait", Focus: "0.5,-0.5"}))
		if up.Type != "image" || up.Meta.Original.Width != 60 || up.Description != "Un trait" || up.BlurHash == "" {
			t.Errorf("uploaded %+v", up)
		}
		p := v.post(v.a, client.Toot{Status: "photo @centre", MediaIDs: []client.ID{up.ID}, Visibility: "private"})
		if len(p.MediaAttachments) != 1 || p.MediaAttachments[0].Description != "Un trait" || p.Visibility != "private" {
			t.Errorf("with a picture: %+v", p)
		}
		if list := does[[]*client.Status](v, "media")(v.b.GetTimelineMedia(v.ctx, false, nil)); len(list) != 0 {
			t.Errorf("a picture for neighbours stands in public: %+v", list)
		}
		poll := v.post(v.a, client.Toot{Status: "Quel jour ? @centre", Visibility: "public", Poll: &client.TootPoll{Options: []string{"samedi", "dimanche"}, ExpiresInSeconds: 3600}})
		if poll.Poll == nil || len(poll.Poll.Options) != 2 {
			t.Fatalf("poll %+v", poll)
		}
		voted := does[*client.Poll](v, "vote")(v.b.PollVote(v.ctx, poll.Poll.ID, 1))
		if !voted.Voted || voted.VotesCount != 1 || voted.Options[1].VotesCount != 1 || len(voted.OwnVotes) != 1 || voted.OwnVotes[0] != 1 {
			t.Errorf("voted %+v", voted)
		}
		if _, err := v.b.PollVote(v.ctx, poll.Poll.ID, 0); err == nil || !strings.Contains(err.Error(), "422") {
			t.Errorf("voting twice: %v", err)
		}
		if again := does[*client.Poll](v, "poll")(v.a.GetPoll(v.ctx, poll.Poll.ID)); again.VotesCount != 1 {
			t.Errorf("poll %+v", again)
		}
	})
}

func TestALibraryOfOthersSearchesFiltersAndTalksInPrivate(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *apptest.Server) {
		v := newVillage(t, s)
		p := v.post(v.a, client.Toot{Status: "Une échelle à prêter @centre #bricolage", Visibility: "public"})
		found := does[*client.Results](v, "search")(v.b.Search(v.ctx, "echelle", false))
		if len(found.Statuses) != 1 || found.Statuses[0].ID != p.ID {
			t.Errorf("search: %+v", found)
		}
		f := does[*client.Filter](v, "filter")(v.b.CreateFilter(v.ctx, &client.Filter{Phrase: "échelle", Context: []string{"home", "public"}, WholeWord: true}))
		if list := does[[]*client.Filter](v, "filters")(v.b.GetFilters(v.ctx)); len(list) != 1 || list[0].Phrase != "échelle" {
			t.Errorf("filters: %+v", list)
		}
		if err := v.b.DeleteFilter(v.ctx, f.ID); err != nil {
			t.Error(err)
		}
		v.post(v.a, client.Toot{Status: "@bo entre nous deux", Visibility: "direct"})
		talks := does[[]*client.Conversation](v, "conversations")(v.b.GetConversations(v.ctx, nil))
		if len(talks) != 1 || !talks[0].Unread || len(talks[0].Accounts) != 1 || talks[0].Accounts[0].ID != v.id(v.amina) {
			t.Fatalf("conversations: %+v", talks)
		}
		if err := v.b.MarkConversationAsRead(v.ctx, talks[0].ID); err != nil {
			t.Error(err)
		}
		if err := v.b.DeleteConversation(v.ctx, talks[0].ID); err != nil {
			t.Error(err)
		}
		if talks := does[[]*client.Conversation](v, "conversations")(v.b.GetConversations(v.ctx, nil)); len(talks) != 0 {
			t.Errorf("a deleted conversation: %+v", talks)
		}
		tag := does[*client.FollowedTag](v, "follow tag")(v.b.TagFollow(v.ctx, "bricolage"))
		if !tag.Following {
			t.Errorf("tag %+v", tag)
		}
		if list := does[[]*client.FollowedTag](v, "tags")(v.b.TagsFollowed(v.ctx, nil)); len(list) != 1 || list[0].Name != "bricolage" {
			t.Errorf("followed tags: %+v", list)
		}
	})
}

func TestALibraryOfOthersHearsWhatHappens(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *apptest.Server) {
		v := newVillage(t, s)
		for name, listen := range map[string]func(context.Context) (chan client.Event, error){
			"events": v.b.StreamingUser,
			"socket": v.b.NewWSClient().StreamingWSUser,
		} {
			ctx, cancel := context.WithTimeout(v.ctx, 30*time.Second)
			q := does[chan client.Event](v, name)(listen(ctx))
			hears(t, ctx, name, q, func() {
				v.post(v.a, client.Toot{Status: "@bo écoute @centre", Visibility: "public"})
			})
			cancel()
		}
	})
}

// hears posts until somebody who listens has heard of it as a post and as a
// notice. A program listens some time after it began to; so what happens is
// made to happen again.
func hears(t *testing.T, ctx context.Context, name string, q chan client.Event, happen func()) {
	t.Helper()
	var update, notice bool
	again := time.NewTicker(500 * time.Millisecond)
	defer again.Stop()
	happen()
	for !update || !notice {
		select {
		case e, ok := <-q:
			if !ok {
				t.Fatalf("%s: ended", name)
			}
			switch e := e.(type) {
			case *client.UpdateEvent:
				update = true
			case *client.NotificationEvent:
				notice = e.Notification.Type == "mention"
			case *client.ErrorEvent:
				t.Fatalf("%s: %v", name, e.Err)
			}
		case <-again.C:
			happen()
		case <-ctx.Done():
			t.Fatalf("%s: update %v, notice %v", name, update, notice)
		}
	}
}
