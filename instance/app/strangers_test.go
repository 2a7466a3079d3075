package app_test

import (
	"bytes"
	"fmt"
	"maps"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/google/go-cmp/cmp"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/clubs"
	"palier/instance/events"
	"palier/instance/households"
	"palier/instance/housing"
	"palier/instance/organisations"
	"palier/instance/outreach/outreachtest"
	"palier/instance/store"
	"palier/protocol/ledger"
	"palier/protocol/vocab"
)

// secret stands in everything that is Amina's alone.
const secret = "capucine"

// belongings are somebody's things by the names of trials: ids and addresses.
type belongings map[string]string

var named = regexp.MustCompile(`::?[a-z]+`)

// in puts what is somebody's, and what is the stranger's own, into a trial.
func (b belongings) in(trial string, own belongings) string {
	return named.ReplaceAllStringFunc(trial, func(word string) string {
		from := b
		if strings.HasPrefix(word, "::") {
			from = own
		}
		if v, ok := from[strings.TrimLeft(word, ":")]; ok {
			return v
		}
		panic("no " + word + " for " + trial)
	})
}

// absent returns things that look like these and never were.
func (b belongings) absent() belongings {
	none := belongings{}
	for name, v := range b {
		if id, err := strconv.ParseInt(v, 10, 64); err == nil {
			none[name] = strconv.FormatInt(id-12345, 10)
			continue
		}
		dot := strings.LastIndexByte(v, '.')
		last := map[bool]string{true: "1", false: "0"}[v[dot-1] == '0']
		none[name] = v[:dot-1] + last + v[dot:]
	}
	return none
}

// homeOf lets an association of somebody offer a home.
func homeOf(v *village, who instance.Account) instance.Listing {
	t, ctx := v.T, v.T.Context()
	t.Helper()
	asso, err := v.Organisations.Open(ctx, organisations.Plan{Username: "toit_asso", Title: "Toit", Sort: instance.Association, Place: v.centre.ID, Agent: who.ID})
	if err != nil {
		t.Fatal(err)
	}
	admin := v.bo
	admin.Role = instance.Admin
	if err := v.Housing.GiveMandate(ctx, admin, asso.ID); err != nil {
		t.Fatal(err)
	}
	p, err := v.Housing.Open(ctx, who, asso.ID, housing.Plan{Username: "toit", Title: "Toit", Summary: "Des toits"})
	if err != nil {
		t.Fatal(err)
	}
	if err := v.Housing.SetTeam(ctx, who, p.Group.ID, v.bo.ID, instance.Lead); err != nil {
		t.Fatal(err)
	}
	l, err := v.Housing.Draft(ctx, who, p.Group.ID, instance.ListingFacts{
		Commune: "69266", Stay: ledger.Stay{From: tonight(), Until: tonight() + 30}, Category: vocab.PrivateRoom, Places: 1, Adults: 1, Smoking: vocab.SmokingNo,
	})
	if err == nil {
		err = v.Housing.Assign(ctx, who, l.ID, v.ApprovedHost(p.Group.ID))
	}
	for _, step := range []instance.ListingStep{instance.SubmitListing, instance.VetListing, instance.OfferListing} {
		if err == nil {
			err = v.Housing.Step(ctx, v.bo, l.ID, step, "")
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// caseOf opens a case with an incident in the programme of a home, with secrets in
// every field that there is.
func caseOf(v *village, who instance.Account, home instance.Listing) (id, incident string) {
	t, ctx := v.T, v.T.Context()
	t.Helper()
	c, err := v.Households.Open(ctx, who, home.Programme, instance.ByReferrer, households.File{
		Household: instance.Household{
			Members: []instance.Guest{{Age: instance.Grown, Sex: instance.Female}}, Languages: []string{"uk"}, Stay: ledger.Stay{From: tonight(), Until: tonight() + 10},
		},
		Names: []string{secret}, Reach: secret, Referrer: secret, Needs: secret, Plan: secret, Notes: secret,
	})
	if err != nil {
		t.Fatal(err)
	}
	err = v.Households.Note(ctx, who, c.ID, households.EntryTask, secret, time.Now(), v.bo.ID)
	if err == nil {
		err = v.Households.Say(ctx, who, c.ID, households.EntryTeam, secret, "fr", households.HeardHousehold)
	}
	if err == nil {
		err = v.Households.Learn(ctx, who, c.ID, home.URI, instance.Residents{Women: 1, Men: 1})
	}
	if err == nil {
		err = v.Households.SetConsent(ctx, who, c.ID, households.TellPartner, true)
	}
	if err != nil {
		t.Fatal(err)
	}
	i, err := v.Households.Report(ctx, who, home.Programme, households.Report{Case: c.ID, Severity: households.SeveritySoon, Text: secret})
	if err != nil {
		t.Fatal(err)
	}
	return c.ID.String(), i.String()
}

// belongingsOf gives somebody one of everything that can be theirs alone, and
// a program that speaks for them.
func belongingsOf(v *village, who instance.Account) (belongings, *apptest.Program) {
	t, ctx := v.T, v.T.Context()
	t.Helper()
	publish := func(by instance.Account, d instance.Draft) *instance.Post {
		t.Helper()
		d.Text, d.Language = d.Text+" "+secret+" #potager", "fr"
		p, err := v.Posts.Publish(ctx, v.Viewer(by), d)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	p := v.Program(who)
	upload := func() string {
		t.Helper()
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		part, err := w.CreateFormFile("file", secret+".png")
		if err == nil {
			_, err = part.Write(photograph(t.(*testing.T)))
		}
		if err == nil {
			err = w.WriteField("description", secret)
		}
		if err == nil {
			err = w.Close()
		}
		if err != nil {
			t.Fatal(err)
		}
		return p.Do(http.MethodPost, "/api/v2/media", w.FormDataContentType(), b.Bytes()).Object()["id"].(string)
	}
	id := func(o map[string]any) string { t.Helper(); return o["id"].(string) }
	b := belongings{"upload": upload(), "picture": upload()}
	picture, err := instance.ParseID(b["picture"])
	if err != nil {
		t.Fatal(err)
	}
	circle := publish(who, instance.Draft{Text: "Entre nous", Audience: instance.ToBuilding, Group: v.tilleuls.ID, Pictures: []instance.ID{picture}})
	poll := publish(who, instance.Draft{Text: "Quand", Audience: instance.ToBuilding, Group: v.tilleuls.ID, Poll: &instance.PollDraft{Options: []string{secret, "non"}, Lasts: time.Hour}})
	direct := publish(who, instance.Draft{Text: "@bo", Audience: instance.ToMentioned})
	followers := publish(who, instance.Draft{Text: "Pour qui me suit", Audience: instance.ToFollowers})
	club, err := v.Clubs.Found(ctx, who.ID, clubs.Plan{Username: "echecs", Title: "Echecs", Topic: "games", Entry: instance.EntryApproval, Place: v.tilleuls.ID})
	if err != nil {
		t.Fatal(err)
	}
	shop, err := v.Organisations.Open(ctx, organisations.Plan{Username: "epicerie", Title: "Epicerie", Sort: instance.Shop, Place: v.centre.ID, Agent: who.ID})
	if err != nil {
		t.Fatal(err)
	}
	if err := v.Organisations.Ask(ctx, v.bo.ID, organisations.Ask{To: shop.ID, Text: secret}); err != nil {
		t.Fatal(err)
	}
	box, err := v.Organisations.Box(ctx, who, shop.ID, 0, 1)
	if err != nil || len(box) != 1 {
		t.Fatalf("questions: %v, %v", box, err)
	}
	b["question"] = box[0].ID.String()
	feed, err := v.Feeds.Add(ctx, who.ID, shop.Username, "http://127.0.0.1:1/"+secret+".xml")
	if err != nil {
		t.Fatal(err)
	}
	b["feed"] = feed.ID.String()
	b["stall"] = stallOf(v, who, shop).ID.String()
	b["gathering"], b["photo"] = photoOf(v, who)
	b["meeting"], b["point"] = meetingOf(v, who, club.ID)
	campaign, err := v.Campaigns.Draft(ctx, who, v.Viewer(who), instance.CampaignPlan{
		Template: "free", Name: secret, Tag: "secret", Starts: time.Now(), Ends: time.Now().Add(24 * time.Hour), Places: []instance.ActorID{v.centre.ID},
	}, "")
	if err != nil {
		t.Fatal(err)
	}
	b["campaign"] = campaign.String()
	home := homeOf(v, who)
	b["home"], b["programme"] = home.ID.String(), home.Programme.String()
	b["case"], b["trouble"] = caseOf(v, who, home)
	host, err := v.Housing.HostOf(ctx, who, home.ID)
	if err != nil {
		t.Fatal(err)
	}
	b["hosting"] = host.String()
	inside := publish(who, instance.Draft{Text: "Au club", Audience: instance.ToNeighbourhood, Group: club.ID})
	publish(v.bo, instance.Draft{Text: "Oui", ReplyTo: circle.ID})
	publish(v.bo, instance.Draft{Text: "@amina oui", ReplyTo: direct.ID, Audience: instance.ToMentioned})
	b["inside"] = inside.ID.String()
	proofs, err := v.Proofs.Of(ctx, who.ID)
	if err != nil || len(proofs) == 0 {
		t.Fatalf("proofs of %s: %v, %v", who.Username, proofs, err)
	}
	b["proof"] = proofs[0].ID.String()
	lent := publish(who, instance.Draft{Title: secret, Text: "À prêter", Audience: instance.ToBuilding, Group: v.tilleuls.ID, Kind: instance.KindLending, Proposal: &instance.Proposal{
		Purpose: instance.Offering, Status: instance.ProposalOpen, Action: "transferCustody", Unit: "one", Quantity: instance.One, Available: instance.One, Step: instance.One,
	}})
	agreement, err := v.Exchange.Take(ctx, v.Viewer(v.bo), lent.ID, instance.Taking{Note: secret})
	if err != nil {
		t.Fatal(err)
	}
	b["proposal"], b["agreement"] = lent.ID.String(), agreement.ID.String()
	b["circle"], b["poll"], b["direct"], b["followers"] = circle.ID.String(), poll.ID.String(), direct.ID.String(), followers.ID.String()
	shown := p.Get("/api/v1/statuses/" + b["circle"]).Object()["media_attachments"].([]any)[0].(map[string]any)["url"].(string)
	at, err := url.Parse(shown)
	if err != nil {
		t.Fatal(err)
	}
	b["file"] = strings.TrimPrefix(at.Path, "/media/")

	p.Form(http.MethodPatch, "/api/v1/accounts/update_credentials", "locked", "true").Is(http.StatusOK)
	p.Post("/api/v1/accounts/" + v.bo.ID.String() + "/follow").Is(http.StatusOK)
	p.Post("/api/v1/accounts/"+v.bo.ID.String()+"/note", "comment", secret).Is(http.StatusOK)
	v.Program(v.cem).Post("/api/v1/accounts/" + who.ID.String() + "/follow").Is(http.StatusOK)
	b["asker"] = v.cem.ID.String()
	b["list"] = id(p.Post("/api/v1/lists", "title", secret).Object())
	p.Post("/api/v1/lists/"+b["list"]+"/accounts", "account_ids[]", v.bo.ID.String()).Is(http.StatusOK)
	filter := p.Post("/api/v2/filters", "title", secret, "context[]", "home", "keywords_attributes[][keyword]", secret).Object()
	b["filter"], b["keyword"] = id(filter), id(filter["keywords"].([]any)[0].(map[string]any))
	b["filtered"] = id(p.Post("/api/v2/filters/"+b["filter"]+"/statuses", "status_id", b["poll"]).Object())
	b["scheduled"] = id(p.Post("/api/v1/statuses", "status", secret, "scheduled_at", time.Now().Add(time.Hour).UTC().Format(time.RFC3339)).Object())
	b["conversation"] = id(p.Get("/api/v1/conversations").List()[0])
	b["notification"] = id(p.Get("/api/v1/notifications").List()[0])
	b["featured"] = id(p.Post("/api/v1/featured_tags", "name", "potager").Object())
	p.Post("/api/v1/tags/" + secret + "/follow").Is(http.StatusOK)
	p.Post("/api/v1/markers", "home[last_read_id]", b["circle"]).Is(http.StatusOK)
	p.Post("/api/v1/statuses/" + b["circle"] + "/bookmark").Is(http.StatusOK)
	p.Post("/api/v1/statuses/" + b["circle"] + "/favourite").Is(http.StatusOK)
	p.Post("/api/v1/domain_blocks", "domain", secret+".example").Is(http.StatusOK)
	p.Post("/api/v1/reports", "account_id", v.bo.ID.String(), "comment", secret).Is(http.StatusOK)
	keys := outreachtest.NewProgram(v.T)
	p.Post("/api/v1/push/subscription", "subscription[endpoint]", "https://push.example/"+secret, "subscription[keys][p256dh]", keys.P256DH(), "subscription[keys][auth]", keys.Secret(), "data[alerts][mention]", "true").Is(http.StatusOK)
	connected, err := v.Apps.Connected(ctx, who.ID, 0, 1)
	if err != nil || len(connected) != 1 {
		t.Fatalf("connected: %+v, %v", connected, err)
	}
	together(v, who, b)
	err = v.DB.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `
			INSERT INTO passkeys (id, person_id, credential_id, credential, label, created_at)
			VALUES ($1, $2, $3, '{}', $4, 0)`, who.ID+1, who.ID, who.Username, secret)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	err = v.DB.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `
			INSERT INTO invitations (id, code, person_id, place_id, remaining, created_at, expires_at)
			VALUES ($1, $2, $3, $4, 1, 0, $5)`, who.ID+2, secret+who.Username, who.ID, v.tilleuls.ID, store.Millis(time.Now().Add(time.Hour)))
		if err == nil {
			_, err = tx.Exec(ctx, `
				INSERT INTO homes (id, person_id, kind, place_id, label, since)
				VALUES ($1, $2, 'work', $3, $4, 0)`, who.ID+3, who.ID, v.tilleuls.ID, secret)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	b["invitation"], b["dwelling"] = (who.ID + 2).String(), (who.ID + 3).String()
	b["passkey"] = (who.ID + 1).String()
	b["token"] = fmt.Sprint(connected[0].Token)
	return b, p
}

// photoOf has somebody gather their house and add a photograph of it; it returns
// the numbers of both.
func photoOf(v *village, who instance.Account) (event, photo string) {
	t, ctx := v.T, v.T.Context()
	t.Helper()
	begun := time.Now().Add(-time.Minute)
	p, err := v.Events.Invite(ctx, v.Viewer(who), instance.Draft{
		Title: secret, Text: secret, Language: "fr", Audience: instance.ToBuilding, Group: v.tilleuls.ID, Kind: instance.KindEvent,
		Event: &instance.Event{Starts: begun, Ends: begun.Add(2 * time.Hour), Zone: "Europe/Paris", Status: instance.EventConfirmed, Venue: instance.Venue{Name: "Cour"}},
	}, false)
	if err != nil {
		t.Fatal(err)
	}
	if err := v.Albums.Add(ctx, v.Viewer(who), p.ID, instance.PhotoPlan{Content: photograph(t.(*testing.T)), Alt: secret, Nobody: true}); err != nil {
		t.Fatal(err)
	}
	a, err := v.Albums.Of(ctx, v.Viewer(who), p.ID)
	if err != nil || len(a.Photos) != 1 {
		t.Fatalf("album: %v, %v", a.Photos, err)
	}
	return p.ID.String(), a.Photos[0].ID.String()
}

// meetingOf has a club meet about a point, with minutes for its members; it returns
// the numbers of both.
func meetingOf(v *village, who instance.Account, club instance.ActorID) (meeting, point string) {
	t, ctx := v.T, v.T.Context()
	t.Helper()
	begun := time.Now().Add(-time.Minute)
	p, err := v.Events.Invite(ctx, v.Viewer(who), instance.Draft{
		Title: secret, Text: secret, Language: "fr", Audience: instance.ToNeighbourhood, Group: club, Kind: instance.KindEvent,
		Event: &instance.Event{Starts: begun, Ends: begun.Add(2 * time.Hour), Zone: "Europe/Paris", Status: instance.EventConfirmed, Venue: instance.Venue{Name: "Salle"}},
	}, false, instance.Need{Kind: "agenda", What: secret})
	if err != nil {
		t.Fatal(err)
	}
	list, err := v.Events.Agenda(ctx, p.ID)
	if err != nil || len(list) != 1 {
		t.Fatalf("agenda: %v, %v", list, err)
	}
	err = v.Events.Write(ctx, v.Viewer(who), p.ID, map[instance.ID]instance.MinutedPoint{list[0].ID: {Said: secret, Decision: secret}})
	if err == nil {
		err = v.Events.PublishMinutes(ctx, v.Viewer(who), p.ID, events.Publication{Version: 1, Audience: instance.ToNeighbourhood})
	}
	if err != nil {
		t.Fatal(err)
	}
	return p.ID.String(), list[0].ID.String()
}

// stallOf has a shop on the market each week, as somebody who acts for it.
func stallOf(v *village, who instance.Account, shop instance.Organisation) instance.Stall {
	t, ctx := v.T, v.T.Context()
	t.Helper()
	starts := time.Now().Truncate(time.Minute)
	err := v.Markets.Add(ctx, who.ID, instance.Stall{Organisation: shop.Actor, Market: "Marché du centre", Starts: starts, Ends: starts.Add(4 * time.Hour), Zone: "Europe/Paris", Repeats: "FREQ=WEEKLY"})
	if err != nil {
		t.Fatal(err)
	}
	list, err := v.Markets.Of(ctx, shop.ID)
	if err != nil || len(list) != 1 {
		t.Fatalf("stalls: %v, %v", list, err)
	}
	return list[0]
}

// pass is how a picture's address lets who holds it see it, for a while.
var pass = regexp.MustCompile(`\?[^"\\ ]*pass=[^"\\ ]*`)

// belongs is everything of somebody's as they see it.
func belongs(v *village, p *apptest.Program, who instance.Account, b belongings) map[string]string {
	v.T.Helper()
	seen := map[string]string{}
	for _, path := range []string{
		"statuses/:circle", "statuses/:poll", "statuses/:direct", "statuses/:followers", "statuses/:circle/context", "media/:upload", "polls/:poll",
		"scheduled_statuses", "lists", "lists/:list/accounts", "filters", "conversations", "notifications", "notifications/unread_count", "markers?timeline[]=home",
		"bookmarks", "favourites", "followed_tags", "featured_tags", "follow_requests", "blocks", "mutes", "domain_blocks", "preferences",
		"push/subscription", "accounts/verify_credentials", "accounts/relationships?id[]=" + v.bo.ID.String(), "timelines/home", "timelines/list/:list",
	} {
		a := p.Get(b.in("/api/v1/"+path, nil)).Is(http.StatusOK)
		seen[path] = pass.ReplaceAllString(string(a.Body), "")
	}
	for what, sql := range map[string]string{
		"reports": `SELECT COUNT(*) FROM reports WHERE reporter_id = $1 OR target_id = $1`,
		"parts":   `SELECT COUNT(*) FROM errand_parts t JOIN posts p ON p.id = t.post_id WHERE p.author_id = $1 AND t.state = 'asked'`,
		"seats":   `SELECT COUNT(*) FROM ride_seats t JOIN posts p ON p.id = t.post_id WHERE p.author_id = $1 AND t.state = 'asked'`,
		"screens": `SELECT COUNT(*) FROM screens WHERE bound_by = $1`,
		"papers":  `SELECT COUNT(*) FROM building_documents WHERE author_id = $1`,
		"faults":  `SELECT COUNT(*) FROM building_incidents WHERE author_id = $1 AND state = 'reported'`,
		"orders":  `SELECT COALESCE(SUM(o.wanted), 0) FROM purchase_orders o JOIN posts p ON p.id = o.post_id WHERE p.author_id = $1`,
		"plans":   `SELECT COUNT(*) FROM campaigns WHERE author_id = $1 AND state = 'draft'`,
		"photos":  `SELECT COUNT(*) FROM event_photos WHERE adder_id = $1`,
		"agendas": `SELECT COUNT(*) FROM agenda_points g JOIN posts p ON p.id = g.post_id WHERE p.author_id = $1 AND g.state = 'taken'`,
		"minutes": `SELECT COUNT(*) FROM minutes WHERE by_id = $1`,
		"stalls":  `SELECT COUNT(*) FROM stalls s JOIN organisation_agents g ON g.organisation_id = s.organisation_id WHERE g.person_id = $1`,
		"feeds":   `SELECT COUNT(*) FROM feeds WHERE added_by = $1`,
		"written": `SELECT COUNT(*) FROM informant_words w JOIN informant_requests r ON r.id = w.request_id WHERE r.asker_id = $1 AND r.closed_at IS NULL`,
		"informs": `SELECT COUNT(*) FROM informants WHERE until IS NOT NULL AND CAST($1 AS BIGINT) > 0`,
		"cases":   `SELECT COUNT(*) FROM housing_cases WHERE keeper_id = $1 AND stage = 'intake' AND frozen_at IS NULL`,
		"signs":   `SELECT COUNT(*) FROM housing_incidents WHERE by_id = $1 AND state = 'open'`,
		"tokens":  `SELECT COUNT(*) FROM access_tokens WHERE person_id = $1`,
	} {
		var n int
		if err := v.DB.Read().QueryRow(v.T.Context(), sql, who.ID).Scan(&n); err != nil {
			v.T.Fatal(err)
		}
		seen[what] = strconv.Itoa(n)
	}
	return seen
}

// passerby is somebody who has nothing to do with anybody's things: at a
// browser, and with a program.
type passerby struct {
	name    string
	browser *apptest.Browser
	program *apptest.Program
}

// verdict is an answer as far as it can tell things apart.
type verdict struct {
	Status         int
	Location, Body string
}

// tries sends a request and returns the answer, with the whole of what came.
func (s passerby) tries(method, trial string) (h verdict, all string) {
	path, form, _ := strings.Cut(trial, " ")
	kind := ""
	if method != http.MethodGet {
		kind = "application/x-www-form-urlencoded"
	}
	page := true
	for _, of := range []string{"/api/", "/oauth/token", "/oauth/revoke", "/oauth/userinfo", "/.well-known", "/a", "/o/", "/t/", "/u/", "/g/", "/ns/", "/healthz", "/readyz"} {
		page = page && !strings.HasPrefix(path, of)
	}
	if !page {
		a := s.program.Do(method, path, kind, []byte(form), "Accept", "application/activity+json, application/json;q=0.9")
		return verdict{a.Status, a.Header.Get("Location"), string(a.Body)}, string(a.Body)
	}
	p := s.browser.Do(s.browser.Request(method, path, kind, []byte(form)))
	return verdict{p.Status, p.Header.Get("Location"), p.Words("main")}, p.Body
}

// Whatever is somebody's, a stranger with its id reads none of it, changes none
// of it and does not learn that it is there: at no route there is, nor at one
// that is yet to come.
func TestG10_NobodyGetsAtWhatIsSomebodys(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := newVillage(t, engine, nil)
		hers, amina := belongingsOf(v, v.amina)
		none := hers.absent()
		dora := v.Program(v.dora)
		own := belongings{
			"amina": v.amina.ID.String(), "bo": v.bo.ID.String(),
			"post":   v.Post(v.dora, v.port.ID, instance.ToPublic, "Bonjour").ID.String(),
			"filter": dora.Post("/api/v2/filters", "title", "moi", "context[]", "home").Object()["id"].(string),
		}
		settled(t, v)
		before := belongs(v, amina, v.amina, hers)
		strangers := []passerby{{"a stranger", v.SignedIn(v.dora), dora}, {"nobody", v.Browser(), v.Nobody()}}

		routes := routesOf(t, v)
		for _, route := range routes {
			if _, ok := trials[route]; !ok {
				t.Errorf("%s has no line in trials: where could it name what is somebody's?", route)
			}
		}
		for _, route := range slices.Sorted(maps.Keys(trials)) {
			method, _, _ := strings.Cut(route, " ")
			if !slices.Contains(routes, route) {
				t.Errorf("%s is no route any more", route)
				continue
			}
			for _, trial := range trials[route] {
				for _, who := range strangers {
					got, all := who.tries(method, hers.in(trial, own))
					if strings.Contains(all, secret) && !strings.Contains(trial, secret) {
						t.Errorf("%s, %s: tells %s %.300q", route, trial, who.name, all)
					}
					if hers.in(trial, own) == none.in(trial, own) {
						for thing, id := range hers {
							if thing != "asker" && thing != "programme" && strings.Contains(all, id) {
								t.Errorf("%s, %s: names her %s to %s", route, trial, thing, who.name)
							}
						}
						continue
					}
					want, _ := who.tries(method, none.in(trial, own))
					if diff := cmp.Diff(unnamed(want, none), unnamed(got, hers)); diff != "" {
						t.Errorf("%s, %s: %s can tell it from what never was (-never was +hers):\n%s", route, trial, who.name, diff)
					}
				}
			}
		}
		settled(t, v)
		if diff := cmp.Diff(before, belongs(v, amina, v.amina, hers)); diff != "" {
			t.Errorf("what is hers has changed (-before +after):\n%s", diff)
		}
	})
}

// unnamed is an answer without the ids that were asked for.
func unnamed(h verdict, things belongings) verdict {
	for _, id := range things {
		h.Body, h.Location = strings.ReplaceAll(h.Body, id, "…"), strings.ReplaceAll(h.Location, url.QueryEscape(id), "…")
	}
	return h
}

func settled(t *testing.T, v *village) { t.Helper(); apptest.Settle(t, v.Server) }

// routesOf returns every route of a server but those of the administration and
// of files that are the same for everyone.
func routesOf(t *testing.T, v *village) []string {
	t.Helper()
	var routes []string
	err := chi.Walk(v.Handler().(chi.Routes), func(method, pattern string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		switch {
		case strings.HasPrefix(pattern, "/admin"), strings.HasSuffix(pattern, "/remove"), strings.HasPrefix(pattern, "/static/"):
		case strings.HasPrefix(pattern, "/.well-known/"), strings.HasPrefix(pattern, "/nodeinfo/"): // of actors and the server, by name
		case method == http.MethodHead, method == http.MethodOptions, pattern == "/actor" && method != http.MethodGet: // that one takes any
		default:
			routes = append(routes, method+" "+pattern)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return routes
}
