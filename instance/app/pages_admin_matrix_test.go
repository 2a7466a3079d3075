package app_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/activitypub"
	"palier/instance/actors"
	"palier/instance/apptest"
	"palier/instance/jobs"
	"palier/instance/moderation"
	"palier/instance/people"
	"palier/instance/places"
	"palier/instance/proofs"
	"palier/instance/store"
)

// hall is a server with everybody who may do something about others, and
// something to do about everything.
type hall struct {
	*apptest.Server
	centre, port                instance.Neighbourhood
	claire, marc, kim, yann     instance.Account // runs it, moderates it, looks after centre, only lives there
	far                         instance.Actor   // a place elsewhere, which asks to follow centre
	post                        *instance.Post   // in centre, let through
	waiting, report, link, item instance.ID
	letter                      instance.ID // with a code, taken out of the batch
	job                         string
}

func (h *hall) account(name string, role instance.Role) instance.Account {
	h.T.Helper()
	a, err := h.People.Create(h.T.Context(), people.Newcomer{Username: name, Name: name, Email: name + "@people.example", Password: apptest.Password, Role: role})
	if err != nil {
		h.T.Fatal(err)
	}
	return a
}

func (h *hall) must(err error) {
	h.T.Helper()
	if err != nil {
		h.T.Fatal(err)
	}
}

// elsewhere keeps an actor of another server that never answers.
func (h *hall) elsewhere(id instance.ActorID, kind instance.ActorKind, name string) instance.Actor {
	h.T.Helper()
	uri := "https://loin.example/" + name
	a := instance.Actor{ID: id, URI: uri, Kind: kind, Username: name, Host: "loin.example", Inbox: uri + "/inbox", CreatedAt: time.Now(), UpdatedAt: time.Now()}
	ctx := h.T.Context()
	h.must(h.DB.InTx(ctx, func(tx store.Tx) error {
		if err := actors.Save(ctx, tx, a, ""); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO hosts (name, first_seen_at) VALUES ('loin.example', $1) ON CONFLICT DO NOTHING`, store.Millis(time.Now()))
		return err
	}))
	return a
}

func newHall(t *testing.T, engine store.Engine) *hall {
	t.Helper()
	h := &hall{Server: apptest.Open(t, engine, nil)}
	ctx := t.Context()
	var err error
	h.centre, err = h.Places.Create(ctx, places.Plan{Username: "centre", Title: "Centre", Kind: "neighbourhood", HoldNew: true})
	h.must(err)
	h.port = h.Place("port", "neighbourhood")
	h.claire, h.marc = h.account("claire", instance.Admin), h.account("marc", instance.Moderator)
	h.kim, h.yann = h.Resident("kim", h.centre), h.Resident("yann", h.centre)
	h.must(h.Places.SetModerator(ctx, h.centre.ID, h.kim.ID, true))

	first, second := h.Post(h.yann, h.centre.ID, instance.ToPublic, "Premier"), h.Post(h.yann, h.centre.ID, instance.ToPublic, "Second")
	held, err := h.Groups.Waiting(ctx, h.centre.ID, 0, 10)
	if err != nil || len(held) != 2 || held[1].Post != second.ID {
		t.Fatalf("waiting: %+v, %v", held, err)
	}
	h.must(h.Groups.Release(ctx, h.kim, held[0].ID))
	h.post, h.waiting = first, held[1].ID

	h.must(h.Moderation.Report(ctx, h.kim.ID, moderation.Complaint{Target: h.yann.ID, Posts: []instance.PostID{first.ID}, Category: moderation.Spam, Comment: "encore lui"}))
	reports, err := h.Moderation.Reports(ctx, h.claire.ID, true, 0, 1)
	h.must(err)
	h.report = reports[0].ID

	h.far = h.elsewhere(77, instance.Group, "loin")
	_, err = h.People.Follow(ctx, h.far.ID, h.centre.ID)
	h.must(err)
	links, err := h.People.LinksTo(ctx, people.Requested, 0, 1)
	h.must(err)
	h.link = links[0].ID
	h.must(h.Proofs.AskLetter(ctx, h.centre.ID, h.yann.ID, proofs.Envelope{Name: "Yann", Address: "1 rue du Port"}))
	letters, err := h.Proofs.WaitingLetters(ctx)
	h.must(err)
	h.letter = letters[0].ID
	h.must(h.Proofs.DropLetter(ctx, h.letter))
	h.fail()
	return h
}

// fail makes a job and something from elsewhere that could not be done.
func (h *hall) fail() {
	h.T.Helper()
	ctx := h.T.Context()
	h.item = 4711
	h.must(h.DB.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `
			INSERT INTO inbox_items (id, actor_uri, activity_id, kind, body, state, attempts, error, received_at)
			VALUES ($1, 'https://loin.example/u', 'https://loin.example/a/1', 'Create', '{}', 'failed', 8, 'store post: no room', $2)`,
			h.item, store.Millis(time.Now()))
		if err != nil {
			return err
		}
		return h.Jobs.Enqueue(ctx, tx, activitypub.FanOut{Sender: 424242}, jobs.MaxAttempts(1))
	}))
	h.must(h.Jobs.Idle(ctx))
	failed, err := h.Jobs.Failed(ctx, jobs.Page{})
	if err != nil || len(failed) != 1 {
		h.T.Fatalf("failed jobs: %+v, %v", failed, err)
	}
	if why := failed[0].Failures[0].Error; !strings.Contains(why, "actor 424242: its sender: not found") {
		h.T.Errorf("why it failed is told as %q", why)
	}
	h.job = instance.ID(failed[0].ID).String()
}

// who of those who are signed in may use a route.
type who string

const (
	admins     who = "admin"
	moderators who = "admin moderator"
	keepers    who = "admin moderator keeper"
)

// row is one route of the administration: where it is, what is sent to it, who
// may, and how they are answered.
type row struct {
	path   string
	fields apptest.Fields
	may    who
	status int
}

// rows is every route under /admin, and those beside it by which a moderator
// does something to others. What is sent changes nothing, or only once and by
// the one who may.
func (h *hall) rows() map[string]row {
	place, person, server := "/admin/neighbourhoods/"+h.centre.ID.String(), "/admin/people/"+h.yann.ID.String(), "/admin/servers/loin.example"
	page := func(path string, may who) row { return row{path, nil, may, http.StatusOK} }
	form := func(path string, may who, status int, fields apptest.Fields) row {
		return row{path, fields, may, status}
	}
	const seen, bad, kept = http.StatusSeeOther, http.StatusBadRequest, http.StatusUnprocessableEntity
	remove := "/@yann/" + h.post.ID.String() + "/remove"
	return map[string]row{
		"GET /admin": page("/admin", admins),

		"GET /admin/neighbourhoods":                                       page("/admin/neighbourhoods", admins),
		"GET /admin/neighbourhoods/new":                                   page("/admin/neighbourhoods/new", admins),
		"POST /admin/neighbourhoods":                                      form("/admin/neighbourhoods", admins, kept, nil),
		"GET /admin/neighbourhoods/{id:[0-9]+}":                           page(place, admins),
		"POST /admin/neighbourhoods/{id:[0-9]+}":                          form(place, admins, kept, nil),
		"GET /admin/neighbourhoods/{id:[0-9]+}/members":                   page(place+"/members", admins),
		"POST /admin/neighbourhoods/{id:[0-9]+}/members":                  form(place+"/members", admins, kept, apptest.Fields{"deed": {"verify"}}),
		"GET /admin/neighbourhoods/{id:[0-9]+}/area":                      page(place+"/area", admins),
		"POST /admin/neighbourhoods/{id:[0-9]+}/area":                     form(place+"/area", admins, kept, apptest.Fields{"deed": {"radius"}, "center": {"x"}}),
		"GET /admin/neighbourhoods/{id:[0-9]+}/relay":                     page(place+"/relay", admins),
		"POST /admin/neighbourhoods/{id:[0-9]+}/relay":                    form(place+"/relay", admins, seen, apptest.Fields{"source": {h.port.ID.String()}, "deed": {"remove"}}),
		"POST /admin/neighbourhoods/{id:[0-9]+}/relay/new":                form(place+"/relay/new", admins, kept, nil),
		"GET /admin/neighbourhoods/{id:[0-9]+}/waiting":                   page(place+"/waiting", keepers),
		"POST /admin/neighbourhoods/{id:[0-9]+}/waiting/{waiting:[0-9]+}": form(place+"/waiting/"+h.waiting.String(), keepers, bad, nil),

		"GET /admin/claims":              page("/admin/claims", admins),
		"POST /admin/claims/{id:[0-9]+}": form("/admin/claims/1", admins, http.StatusNotFound, nil),
		"GET /admin/rules":               page("/admin/rules", admins),
		"GET /admin/costs":               page("/admin/costs", admins),
		"POST /admin/rules":              form("/admin/rules", admins, kept, nil),
		"POST /admin/costs":              form("/admin/costs", admins, kept, apptest.Fields{"amount-1": {"12"}}),
		"GET /admin/mandates":            page("/admin/mandates", admins),
		"POST /admin/mandates":           form("/admin/mandates", admins, kept, nil),
		"GET /admin/switches":            page("/admin/switches", admins),
		"POST /admin/switches":           form("/admin/switches", admins, kept, nil),
		"GET /admin/neighbourhoods/{id:[0-9]+}/organisations/new": page(place+"/organisations/new", admins),
		"POST /admin/neighbourhoods/{id:[0-9]+}/organisations":    form(place+"/organisations", admins, kept, nil),

		"GET /admin/waiting":               page("/admin/waiting", keepers),
		"GET /@{name}/{id:[0-9]+}/remove":  page(remove, keepers),
		"POST /@{name}/{id:[0-9]+}/remove": form(remove, keepers, bad, apptest.Fields{"in": {h.centre.ID.String()}, "reason": {strings.Repeat("x", 2001)}}),
		"GET /admin/reports":               page("/admin/reports", moderators),
		"GET /admin/reports/{id:[0-9]+}":   page("/admin/reports/"+h.report.String(), moderators),
		"POST /admin/reports/{id:[0-9]+}":  form("/admin/reports/"+h.report.String(), moderators, kept, nil),
		"GET /admin/actors/{id:[0-9]+}":    page("/admin/actors/"+h.yann.ID.String(), moderators),
		"POST /admin/actors/{id:[0-9]+}":   form("/admin/actors/"+h.yann.ID.String(), moderators, kept, apptest.Fields{"deed": {"limit"}}),

		"GET /admin/people":                      page("/admin/people", admins),
		"GET /admin/people/new":                  page("/admin/people/new", admins),
		"POST /admin/people":                     form("/admin/people", admins, kept, nil),
		"GET /admin/people/{id:[0-9]+}":          page(person, admins),
		"POST /admin/people/{id:[0-9]+}/homes":   form(person+"/homes", admins, bad, apptest.Fields{"place": {h.port.ID.String()}}),
		"POST /admin/people/{id:[0-9]+}/role":    form(person+"/role", admins, bad, apptest.Fields{"role": {"king"}}),
		"GET /admin/people/{id:[0-9]+}/disable":  page(person+"/disable", admins),
		"POST /admin/people/{id:[0-9]+}/disable": form("/admin/people/"+h.claire.ID.String()+"/disable", admins, http.StatusForbidden, nil),
		"POST /admin/people/{id:[0-9]+}/enable":  form(person+"/enable", admins, seen, nil),

		"GET /admin/people/{id:[0-9]+}/proofs":           page(person+"/proofs", moderators),
		"POST /admin/people/{id:[0-9]+}/proofs":          form(person+"/proofs", admins, bad, nil),
		"GET /admin/neighbourhoods/{id:[0-9]+}/proving":  page(place+"/proving", keepers),
		"POST /admin/neighbourhoods/{id:[0-9]+}/proving": form(place+"/proving", keepers, bad, nil),
		"GET /admin/letters":                             page("/admin/letters", admins),
		"POST /admin/letters/print":                      form("/admin/letters/print", admins, seen, nil),
		"POST /admin/letters/sent":                       form("/admin/letters/sent", admins, seen, nil),
		"POST /admin/letters/{id:[0-9]+}/drop":           form("/admin/letters/"+h.letter.String()+"/drop", admins, seen, nil),

		"GET /admin/links":              page("/admin/links", admins),
		"POST /admin/links/{id:[0-9]+}": form("/admin/links/"+h.link.String(), admins, bad, nil),
		"GET /admin/servers":            page("/admin/servers", admins),
		"GET /admin/servers/{host}":     page(server, admins),
		"POST /admin/servers/{host}":    form(server, admins, seen, apptest.Fields{"deed": {"retry"}}),
		"GET /admin/blocks":             page("/admin/blocks", admins),
		"GET /admin/blocks/new":         page("/admin/blocks/new", admins),
		"POST /admin/blocks":            form("/admin/blocks", admins, kept, nil),
		"POST /admin/blocks/lift":       form("/admin/blocks/lift", admins, seen, apptest.Fields{"domain": {"calme.example"}}),
		"GET /admin/blocks/import":      page("/admin/blocks/import", admins),
		"POST /admin/blocks/import":     form("/admin/blocks/import", admins, kept, nil),

		"GET /admin/failures":                    page("/admin/failures", admins),
		"POST /admin/failures/jobs/{id:[0-9]+}":  form("/admin/failures/jobs/"+h.job, admins, seen, nil),
		"POST /admin/failures/items/{id:[0-9]+}": form("/admin/failures/items/"+h.item.String(), admins, seen, nil),
	}
}

// knock sends what a row says and returns the first answer, wherever it leads.
func knock(b *apptest.Browser, method string, x row) *apptest.Page {
	if method == http.MethodGet {
		return b.Do(b.Request(method, x.path, "", nil))
	}
	return b.Do(b.Request(method, x.path, "application/x-www-form-urlencoded", []byte(url.Values(x.fields).Encode())))
}

// Every route by which somebody decides about others is tried by everybody. A
// new one without a row here fails (security.md G10, G11).
func TestG11_EveryRouteOfTheAdministrationByEverybody(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		h := newHall(t, engine)
		rows := h.rows()
		seen := map[string]bool{}
		err := chi.Walk(h.Handler().(chi.Routes), func(method, pattern string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
			name := method + " " + pattern
			if !strings.HasPrefix(pattern, "/admin") && !strings.HasSuffix(pattern, "/remove") {
				return nil
			}
			seen[name] = true
			if _, ok := rows[name]; !ok {
				t.Errorf("%s has no row in this test: who may use it?", name)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		visitor := h.Browser()
		everybody := []struct {
			is string
			b  *apptest.Browser
		}{
			{"resident", h.SignedIn(h.yann)}, {"keeper", h.SignedIn(h.kim)}, {"moderator", h.SignedIn(h.marc)}, {"admin", h.SignedIn(h.claire)},
		}
		nothing := everybody[0].b.Open("/admin/nothing-here")
		for name, x := range rows {
			if !seen[name] {
				t.Errorf("%s is no route any more", name)
				continue
			}
			method, _, _ := strings.Cut(name, " ")
			if p := knock(visitor, method, x); method == http.MethodGet && (p.Status != http.StatusSeeOther || !strings.HasPrefix(p.Header.Get("Location"), "/signin?back=")) ||
				method == http.MethodPost && p.Status != http.StatusUnauthorized {
				t.Errorf("%s by a visitor: %d", name, p.Status)
			}
			for _, one := range everybody {
				p := knock(one.b, method, x)
				if !strings.Contains(string(x.may), one.is) {
					if p.Status != http.StatusNotFound {
						t.Errorf("%s by a %s: %d, want 404", name, one.is, p.Status)
					}
					if one.is == "resident" && p.Words("main") != nothing.Words("main") {
						t.Errorf("%s tells a resident that it is there: %q", name, p.Words("main"))
					}
					continue
				}
				if p.Status != x.status {
					t.Errorf("%s by a %s: %d, want %d: %s", name, one.is, p.Status, x.status, p.Words("main"))
				}
			}
		}
	})
}

// Whoever looks after one place has no say in another, whatever id they send.
func TestG10_KeepersStayInTheirOwnPlace(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		h := newHall(t, engine)
		ctx := t.Context()
		lena := h.Resident("lena", h.port)
		h.must(h.Places.SetModerator(ctx, h.port.ID, lena.ID, true))
		b := h.SignedIn(lena)
		centre, port := "/admin/neighbourhoods/"+h.centre.ID.String()+"/waiting", "/admin/neighbourhoods/"+h.port.ID.String()+"/waiting"
		remove := "/@yann/" + h.post.ID.String() + "/remove"
		for _, x := range []struct {
			path   string
			fields apptest.Fields
			want   int
		}{
			{centre, nil, http.StatusNotFound},
			{port, nil, http.StatusOK},
			{remove, nil, http.StatusNotFound},
			{centre + "/" + h.waiting.String(), apptest.Fields{"answer": {"relay"}}, http.StatusNotFound},
			{port + "/" + h.waiting.String(), apptest.Fields{"answer": {"relay"}}, http.StatusNotFound}, // the post of one place, the address of another
			{port + "/" + h.waiting.String(), apptest.Fields{"answer": {"drop"}}, http.StatusNotFound},
			{remove, apptest.Fields{"in": {h.port.ID.String()}}, http.StatusNotFound},
			{remove, apptest.Fields{"in": {h.centre.ID.String()}}, http.StatusNotFound},
		} {
			p := b.Open(x.path)
			if x.fields != nil {
				p = b.Post(x.path, x.fields)
			}
			if p.Status != x.want {
				t.Errorf("%s %v: %d, want %d", x.path, x.fields, p.Status, x.want)
			}
		}
		held, err := h.Groups.Waiting(ctx, h.centre.ID, 0, 10)
		if err != nil || len(held) != 1 {
			t.Errorf("still waiting in the other place: %+v, %v", held, err)
		}
		if p, err := h.Posts.ByID(ctx, instance.Anyone, h.post.ID); err != nil || p.Gone() {
			t.Errorf("the post in the other place: %+v, %v", p, err)
		}
	})
}
