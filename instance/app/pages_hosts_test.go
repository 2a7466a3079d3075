package app_test

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/hosts"
	"palier/instance/store"
)

var pathInLetter = regexp.MustCompile(`https?://[^/\s]+(/\S+)`)

// linkTo is where the newest letter to an address leads.
func linkTo(t testing.TB, s *apptest.Server, to string) string {
	t.Helper()
	letters := s.Letters(to)
	if len(letters) == 0 {
		t.Fatalf("no letter to %s", to)
	}
	newest := letters[len(letters)-1]
	m := pathInLetter.FindStringSubmatch(newest.Text)
	if m == nil {
		t.Fatalf("no link in %q", newest.Text)
	}
	for _, secret := range []string{"Tournemire", "Canari"} {
		if strings.Contains(newest.Subject+newest.Text, secret) {
			t.Errorf("a letter says %s", secret)
		}
	}
	return m[1]
}

// TestJ17_AHostIsLedFromAFirstWordToRestInBrowsers has somebody without an account
// offer a room, and a team vet them, on the pages alone and without script.
func TestJ17_AHostIsLedFromAFirstWordToRestInBrowsers(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		o := openOffice(t, engine, "rhone")
		visitor := o.Browser()
		public := visitor.Open(o.path)
		form := visitor.Open(public.Find("a[href$='/host']").AttrOr("href", "/missing"))
		bad := visitor.Press(form, "main form button.button", apptest.Fields{"name": {"Zénobie Tournemire"}, "email": {"zenobie@people.example"}, "born": {strconv.Itoa(time.Now().Year() - 12)}, "from": {tonight().String()}})
		if bad.Status != http.StatusUnprocessableEntity || !bad.Has("#born-problem") || !strings.Contains(bad.Words("#born-problem"), "18") {
			t.Fatalf("a child: %d %s", bad.Status, bad.Words("main"))
		}
		sent := visitor.Press(bad, "main form button.button", apptest.Fields{"born": {"1970"}})
		if !strings.Contains(sent.Words("main"), "Regardez votre courrier") {
			t.Fatalf("offered: %d %s", sent.Status, sent.Words("main"))
		}
		own := visitor.Open(linkTo(t, o.Server, "zenobie@people.example"))
		own = visitor.Press(own, "main form button.button", nil)
		if !strings.Contains(own.Words("main"), "0 personne est avant vous") || !strings.Contains(own.Words("main"), "Nous ne savons pas encore") {
			t.Errorf("waiting: %s", own.Words("main"))
		}

		team := o.worker.Open(o.path + "/hosts")
		team = o.worker.Press(team, "button[value='plan']", apptest.Fields{"at": {time.Now().AddDate(0, 0, 7).Format(time.DateOnly) + "T18:30"}, "venue": {"Salle de l'association"}, "places": {"30"}})
		if !strings.Contains(team.Words("#queue"), "Zénobie Tournemire") {
			t.Fatalf("the queue: %s", team.Words("main"))
		}
		o.worker.Press(team, "button[value='invite']", apptest.Fields{"many": {"20"}})
		apptest.Settle(t, o.Server)
		own = visitor.Open(linkTo(t, o.Server, "zenobie@people.example"))
		if got := own.Words("main"); !strings.Contains(got, "Salle de l'association") || !strings.Contains(got, "18 h 30") {
			t.Errorf("invited: %s", own.Words("main"))
		}
		team = o.worker.Open(o.path + "/hosts?state=invited")
		file := o.worker.Open(team.Find("main ul.rows a.name").AttrOr("href", "/missing"))
		file = o.worker.Press(file, "button[value='inform']", nil)

		told := visitor.Press(visitor.Open(own.Path), "form[action$='/change'] button", apptest.Fields{"address": {"12 rue du Canari"}, "phone": {"0298000000"}, "about": {"Appelez le 06 12 34 56 78"}})
		if kept := told.Find("#phone").AttrOr("value", "") + told.Find("#about").Text(); kept != "0298000000Appelez le 06 12 34 56 78" {
			t.Errorf("of what the host typed there is left %q", kept)
		}
		if p := visitor.Press(told, "form[action$='/change'] button", apptest.Fields{"address": {""}}); !strings.Contains(p.Find("#about").Text(), "Appelez") {
			t.Errorf("without an address nothing is left: %s", p.Words("main"))
		}
		if told.Status != http.StatusUnprocessableEntity || !strings.Contains(told.Words("#about-problem"), "téléphone") {
			t.Errorf("a number in the text: %d %s", told.Status, told.Words("main"))
		}
		visitor.Press(told, "form[action$='/change'] button", apptest.Fields{"about": {"Une chambre calme"}})
		half := visitor.Press(visitor.Open(own.Path), "form[action$='/check'] button", nil)
		if half.Status != http.StatusUnprocessableEntity || !half.Has("#check-room-problem") {
			t.Errorf("nothing is ticked: %d", half.Status)
		}
		visitor.Press(half, "form[action$='/check'] button", apptest.Fields{"yes": hosts.Questions})
		for name, family := range map[string][]string{"bertille": nil, "soeur": {"yes"}} {
			visitor.Press(visitor.Open(own.Path), "form[action$='/reference'] button", apptest.Fields{"reference": {name}, "email": {name + "@people.example"}, "family": family})
		}
		friend := o.Browser()
		asked := friend.Open(linkTo(t, o.Server, "bertille@people.example"))
		if !strings.Contains(asked.Words("main"), "Zénobie Tournemire") {
			t.Errorf("asked: %s", asked.Words("main"))
		}
		if p := friend.Press(asked, "button[value='write']", apptest.Fields{"known": {"Ma voisine"}, "text": {"Bien."}}); !strings.Contains(p.Words("#text-problem"), "deux ou trois phrases") {
			t.Errorf("too short: %s", p.Words("main"))
		}
		wrote := friend.Press(asked, "button[value='write']", apptest.Fields{"known": {"Ma voisine depuis dix ans"}, "text": {strings.Repeat("Je lui confierais mes enfants. ", 3)}})
		if !strings.Contains(wrote.Words("main"), "envoyé à l’association") || friend.Open(asked.Path).Status != http.StatusNotFound {
			t.Errorf("written: %s", wrote.Words("main"))
		}
		if p := visitor.Open(own.Path); strings.Contains(p.Body, "confierais") || !strings.Contains(p.Words("main"), "A écrit") {
			t.Errorf("the host reads: %s", p.Words("main"))
		}

		early := o.worker.Press(o.worker.Open(file.Path), "button[value='propose']", nil)
		if early.Status != http.StatusUnprocessableEntity || !strings.Contains(early.Words(".problems"), "identité") {
			t.Errorf("proposed too early: %d %s", early.Status, early.Words("main"))
		}
		o.worker.Press(o.worker.Open(file.Path), "button[value='identity']", apptest.Fields{"of-age": {"yes"}})
		o.worker.Press(o.worker.Open(file.Path), "button[value='heard']", nil)
		o.worker.Press(o.worker.Open(file.Path), "button[value='record']", nil)
		seen := o.visitor.Open(file.Path)
		if seen.Has("button[value='propose']") || strings.Contains(seen.Body, "confierais") || !strings.Contains(seen.Words("main"), "12 rue du Canari") {
			t.Errorf("a visitor sees: %s", seen.Words("main"))
		}
		o.visitor.Press(seen, "button[value='visit']", apptest.Fields{
			"must": {"smoke", "heating", "damp", "private", "lock", "exits", "water"}, "room": {"12"}, "people": {"elle seule"},
		})
		o.worker.Press(o.worker.Open(file.Path), "button[value='propose']", nil)
		if p := o.worker.Open(file.Path); p.Has("button[value='approve']") || !strings.Contains(p.Words("#deeds"), "autre personne") {
			t.Errorf("who proposed decides: %s", p.Words("#deeds"))
		}
		for who, want := range map[*apptest.Browser]bool{o.lead: true, o.worker: false} {
			if p := who.Open(o.path + "/today"); p.Has("a[href='"+file.Path+"']") != want {
				t.Errorf("at the desk of who proposed, or of another, stands %s", p.Words("main"))
			}
		}
		approved := o.lead.Press(o.lead.Open(file.Path), "button[value='approve']", apptest.Fields{"places": {"2"}, "nights": {"90"}})
		if !strings.Contains(approved.Words(".badge"), "Accepté") {
			t.Fatalf("approved: %d %s", approved.Status, approved.Words("main"))
		}
		host, err := instance.ParseID(file.Path[strings.LastIndexByte(file.Path, '/')+1:])
		if err != nil {
			t.Fatal(err)
		}
		lent := o.desk.vetted(1, host)
		mine := visitor.Open(linkTo(t, o.Server, "zenobie@people.example"))
		if !strings.Contains(mine.Words("main"), "2 lits, 90 nuits") || strings.Contains(mine.Words("main"), strconv.Itoa(time.Now().Year()+1)+"-") {
			t.Errorf("the host: %s", mine.Words("main"))
		}
		if p := o.visitor.Open(file.Path); p.Has("button[value='link']") {
			t.Error("a visitor sends links")
		}
		if p := o.worker.Press(o.worker.Open(file.Path), "button[value='link']", nil); p.Status != http.StatusOK {
			t.Errorf("a new link: %d %s", p.Status, p.Words("main"))
		}
		if p := visitor.Open(mine.Path); p.Status != http.StatusNotFound {
			t.Errorf("by the link before: %d", p.Status)
		}
		mine = visitor.Open(linkTo(t, o.Server, "zenobie@people.example"))
		paused := visitor.Press(mine, "button[value='pause']", nil)
		if !strings.Contains(paused.Words(".badge"), "En pause") {
			t.Errorf("paused: %s", paused.Words("main"))
		}
		for _, path := range []string{o.path + "/hosts", file.Path} {
			if p := o.stranger.Open(path); p.Status != http.StatusNotFound {
				t.Errorf("a stranger at %s: %d", path, p.Status)
			}
		}
		if p := o.stranger.Open("/hosting/" + file.Path[strings.LastIndexByte(file.Path, '/')+1:]); p.Status != http.StatusNotFound {
			t.Errorf("a stranger at the page of the host: %d", p.Status)
		}
		reads, err := o.Hosts.Reads(t.Context(), instance.Account{Actor: instance.Actor{ID: o.leadID()}}, o.programmeID(), 100)
		if err != nil || len(reads) < 5 {
			t.Errorf("%d reads are noted, %v", len(reads), err)
		}
		// Another way of writing the same door leaves the home, another address closes it.
		visitor.Press(visitor.Open(mine.Path), "form[action$='/change'] button", apptest.Fields{"address": {"12, R. du canari, 69100 Villeurbanne"}})
		if got := o.desk.state(lent.ID); got != instance.ListingVetted {
			t.Errorf("written otherwise it is %s", got)
		}
		visitor.Press(visitor.Open(mine.Path), "form[action$='/change'] button", apptest.Fields{"address": {"8 rue du Canari"}})
		if p := o.worker.Open(o.path + "/homes/" + lent.ID.String()); o.desk.state(lent.ID) != instance.ListingClosed || !strings.Contains(p.Words("main"), "autre adresse") || strings.Contains(p.Body, "Canari") {
			t.Errorf("the home of who moved: %s", p.Words("main"))
		}
	})
}

func (o *office) leadID() instance.ActorID {
	o.T.Helper()
	lea, err := o.People.Named(o.T.Context(), "lea")
	if err != nil {
		o.T.Fatal(err)
	}
	return lea.ID
}

func (o *office) programmeID() instance.ActorID {
	o.T.Helper()
	id, err := instance.ParseID(strings.TrimPrefix(o.path, "/programmes/"))
	if err != nil {
		o.T.Fatal(err)
	}
	return instance.ActorID(id)
}

// TestALostKeyShowsAPageAndLeavesTheRest takes the keys of a server away while a file
// is looked at.
func TestALostKeyShowsAPageAndLeavesTheRest(t *testing.T) {
	t.Parallel()
	o := openOffice(t, store.SQLite, "rhone")
	id := o.ApprovedHost(o.programmeID())
	if p := o.worker.Open(o.path + "/hosts/" + id.String()); p.Status != http.StatusOK {
		t.Fatalf("with its key: %d", p.Status)
	}
	if err := o.DB.InTx(t.Context(), func(tx store.Tx) error {
		_, err := tx.Exec(t.Context(), `UPDATE vault_keys SET recipient = 'age1nothere'`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	p := o.worker.Open(o.path + "/hosts/" + id.String())
	if p.Status != http.StatusLocked || !strings.Contains(p.Words("main"), "ne peut pas être ouvert") || strings.Contains(p.Body, "Tournemire") {
		t.Errorf("without: %d %s", p.Status, p.Words("main"))
	}
	if p := o.worker.Open(o.path); p.Status != http.StatusOK {
		t.Errorf("the programme: %d", p.Status)
	}
}
