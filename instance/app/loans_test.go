package app_test

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/notifications"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

// street is a neighbourhood of a commune, with a second one beside it, on a
// server whose clock a test sets.
type street struct {
	*apptest.Server
	clock             *ahead
	dinan, rue, port  instance.Neighbourhood
	amina, bo, odette instance.Account // of the rue; odette looks after it
	yann              instance.Account // of the port
}

// ahead is a clock that goes as clocks go, and is ahead of them as far as a test
// wants.
type ahead struct{ by atomic.Int64 }

func (c *ahead) Now() time.Time          { return time.Now().Add(time.Duration(c.by.Load())) }
func (c *ahead) Advance(d time.Duration) { c.by.Add(int64(d)) }

func newStreet(t *testing.T, engine store.Engine) *street {
	t.Helper()
	s := &street{clock: &ahead{}}
	s.Server = apptest.OpenAt(t, storetest.URL(t, engine), s.clock.Now, nil)
	s.dinan = s.Place("dinan", "commune")
	s.rue, s.port = s.Place("rue", "neighbourhood", s.dinan.URI), s.Place("port", "neighbourhood", s.dinan.URI)
	s.amina, s.bo, s.odette, s.yann = s.Resident("amina", s.rue), s.Resident("bo", s.rue), s.Resident("odette", s.rue), s.Resident("yann", s.port)
	if err := s.Places.SetModerator(t.Context(), s.rue.ID, s.odette.ID, true); err != nil {
		t.Fatal(err)
	}
	return s
}

// told counts somebody's notices of a kind.
func (s *street) told(who instance.Account, kind notifications.Kind) int {
	s.T.Helper()
	list, err := s.Notifications.List(s.T.Context(), s.Viewer(who), notifications.Query{Kinds: []notifications.Kind{kind}, Limit: 20})
	if err != nil {
		s.T.Fatal(err)
	}
	return len(list)
}

// proposesBy goes through the questions of the form, without script.
func (s *street) proposesBy(b *apptest.Browser, path string, answers map[string]apptest.Fields) *apptest.Page {
	s.T.Helper()
	p := b.Open(path)
	for _, step := range []string{"kind", "category", "what", "when", "whom", "check"} {
		if got := p.Find("input[name=step]").AttrOr("value", ""); got != step {
			continue // the address answered that already
		}
		p = b.Press(p, "button[value=next]", answers[step])
		if p.Status != 200 {
			s.T.Fatalf("after %s: %d %s", step, p.Status, p.Words(".problems"))
		}
	}
	return p
}

// A loan from the offer to the thanks, by pages without script.
func TestALoanFromTheOfferToTheThanks(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		s := newStreet(t, engine)
		amina, bo := s.SignedIn(s.amina), s.SignedIn(s.bo)
		if n := amina.Open("/home").Find(".three a").Length(); n != 3 {
			t.Errorf("home has %d buttons", n)
		}
		offer := s.proposesBy(amina, "/offer/new", map[string]apptest.Fields{
			"kind": {"kind": {"lending"}}, "category": {"category": {"kitchen"}},
			"what": {"title": {"Appareil à raclette"}, "text": {"Pour huit."}, "condition": {"bon"}, "rules": {"à rendre propre"}},
			"whom": {"audience": {"neighbourhood"}},
		})
		if text := offer.Words("main"); !strings.Contains(text, "À prêter") || !strings.Contains(text, "à rendre propre") || !strings.Contains(text, "Ouvert") {
			t.Fatalf("the offer at %s reads %q", offer.Path, text)
		}
		if list := bo.Open("/@rue/exchange?purpose=offer&category=kitchen"); !strings.Contains(list.Words("main"), "Appareil à raclette") {
			t.Errorf("the list of the place is %q", list.Words("main"))
		}
		for path, who := range map[string]*apptest.Browser{"/@rue/exchange?purpose=request": bo, "/@rue/exchange?category=books": bo, "/@rue/exchange": s.Browser()} {
			if list := who.Open(path); list.Status != 200 || strings.Contains(list.Words("main"), "Appareil à raclette") {
				t.Errorf("%s shows it", path)
			}
		}
		from := s.clock.Now().AddDate(0, 0, 1)
		asked := bo.Press(bo.Open(offer.Path+"/take"), "form[action$='/take'] button", apptest.Fields{
			"from": {from.Format("2006-01-02")}, "until": {from.AddDate(0, 0, 2).Format("2006-01-02")}, "note": {"Samedi soir"},
		})
		if asked.Status != 200 {
			t.Fatalf("asking is %d: %s", asked.Status, asked.Words("main"))
		}
		yes := amina.Press(amina.Open(offer.Path), "button[formaction$='/accept']", nil)
		if !strings.Contains(yes.Words("#agreements"), "convenu") || !strings.Contains(yes.Words(".proposal"), "Convenu") {
			t.Fatalf("the yes is %q", yes.Words("main"))
		}
		if handed := amina.Press(yes, "button[formaction$='/hand-over']", nil); !strings.Contains(handed.Words("#agreements"), "remis") {
			t.Fatalf("the hand-over is %q", handed.Words("main"))
		}
		if mine := bo.Open("/exchange").Words("main"); !strings.Contains(mine, "Ce que vous avez emprunté") {
			t.Errorf("what one borrowed is %q", mine)
		}

		// It does not come back: a word the day before, when it is over, to both, and
		// to who looks after the place. Each once.
		var id instance.ID
		if err := s.DB.Read().QueryRow(t.Context(), `SELECT id FROM agreements`).Scan(&id); err != nil {
			t.Fatal(err)
		}
		type count struct{ due, late, both, lender, stuck int }
		tend := func() count {
			t.Helper()
			for range 2 {
				if _, err := s.Exchange.TendLoan(t.Context(), id); err != nil {
					t.Fatal(err)
				}
			}
			return count{s.told(s.bo, notifications.LoanDue), s.told(s.bo, notifications.LoanLate), s.told(s.bo, notifications.LoanOverdue), s.told(s.amina, notifications.LoanOverdue), s.told(s.odette, notifications.LoanStuck)}
		}
		for _, step := range []struct {
			days int
			want count
		}{{1, count{}}, {2, count{due: 1}}, {1, count{1, 1, 0, 0, 0}}, {2, count{1, 1, 1, 1, 0}}, {3, count{1, 1, 1, 1, 1}}} {
			s.clock.Advance(time.Duration(step.days) * 24 * time.Hour)
			if got := tend(); got != step.want {
				t.Errorf("after %d days more: %+v, want %+v", step.days, got, step.want)
			}
		}
		amina, bo = s.SignedIn(s.amina), s.SignedIn(s.bo)
		if text := amina.Open(offer.Path).Words("#agreements"); !strings.Contains(text, "en retard") {
			t.Errorf("late it reads %q", text)
		}
		if n := bo.Open(offer.Path).Find("button[formaction$='/return']").Length(); n != 0 {
			t.Error("who borrowed can say that it is back")
		}
		back := amina.Press(amina.Open(offer.Path), "button[formaction$='/return']", apptest.Fields{"repair": {"une coupelle manque"}})
		if !strings.Contains(back.Words(".proposal"), "Ouvert") || !strings.Contains(back.Words("#agreements"), "rendu") {
			t.Errorf("once it is back the page reads %q", back.Words("main"))
		}
		thanks := bo.Press(bo.Open(offer.Path), "button[name=public]", apptest.Fields{"text": {"Soirée parfaite"}})
		if thanks.Status != 200 || !strings.Contains(s.SignedIn(s.odette).Open(offer.Path).Words("#replies"), "Soirée parfaite") {
			t.Errorf("thanks before all: %d %q", thanks.Status, thanks.Words("main"))
		}
		if text := amina.Open("/exchange").Words("main"); !strings.Contains(text, "1 fois donné, 0 fois reçu") {
			t.Errorf("who lent reads %q", text)
		}
		if text := s.SignedIn(s.yann).Open("/@rue/exchange").Words("main"); !strings.Contains(text, "un prêt") {
			t.Errorf("what was done in the place reads %q", text)
		}
		closed := amina.Press(amina.Open(offer.Path), "form[action$='/close'] button", nil)
		if !strings.Contains(closed.Words(".proposal"), "Clos") || bo.Open(offer.Path).Find("a[href$='/take']").Length() != 0 {
			t.Errorf("once closed the page reads %q", closed.Words("main"))
		}
	})
}

// What is wrong stands beside the question it answers, with the text kept; what
// must not be public never is.
func TestProposalsThatCannotBe(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		s := newStreet(t, engine)
		b := s.SignedIn(s.amina)
		good := apptest.Fields{
			"step": {"check"}, "to": {"next"}, "kind": {"service"}, "category": {"childcare"}, "title": {"Garde mercredi"}, "in": {s.rue.ID.String()},
			"audience": {"neighbourhood"}, "quantity": {"1"}, "once": {"a"},
		}
		for what, c := range map[string]struct {
			change apptest.Fields
			field  string
		}{
			"childcare for everyone": {apptest.Fields{"audience": {"public"}}, "audience"},
			"homework for everyone":  {apptest.Fields{"category": {"homework"}, "audience": {"public"}}, "audience"},
			"no title":               {apptest.Fields{"title": {" "}}, "title"},
			"an end in the past":     {apptest.Fields{"until": {"2020-01-01"}}, "until"},
			"an end before its start": {apptest.Fields{"from": {s.clock.Now().AddDate(0, 0, 9).Format("2006-01-02")},
				"until": {s.clock.Now().AddDate(0, 0, 3).Format("2006-01-02")}}, "until"},
			"a day that is none":  {apptest.Fields{"from": {"31/02/2027"}}, "from"},
			"no such place":       {apptest.Fields{"in": {"x"}}, "in"},
			"nobody's consent":    {apptest.Fields{"behalf": {"Lucette"}}, "consent"},
			"nothing to give":     {apptest.Fields{"kind": {"give"}, "category": {"books"}, "quantity": {"0"}}, "quantity"},
			"less than nothing":   {apptest.Fields{"kind": {"give"}, "category": {"books"}, "quantity": {"-3"}}, "quantity"},
			"far too much":        {apptest.Fields{"kind": {"give"}, "category": {"books"}, "quantity": {"99999999999999999999"}}, "quantity"},
			"too dear":            {apptest.Fields{"kind": {"rent"}, "category": {"tools"}, "price": {"400"}}, "price"},
			"a swap for nothing":  {apptest.Fields{"kind": {"swap"}, "category": {"tools"}}, "return"},
			"a text without end":  {apptest.Fields{"text": {strings.Repeat("a", 200_000)}}, "text"},
			"a title without end": {apptest.Fields{"title": {strings.Repeat("a", 2000)}}, "title"},
		} {
			fields := apptest.Fields{}
			for k, v := range good {
				fields[k] = v
			}
			for k, v := range c.change {
				fields[k] = v
			}
			path := "/ask/new"
			if fields["kind"][0] == "give" {
				path = "/offer/new"
			}
			p := b.Post(path, fields)
			if p.Status != 422 || p.Find("#"+c.field+"-problem").Length() != 1 {
				t.Errorf("%s: %d at %q, problems %q", what, p.Status, p.Find("input[name=step]").AttrOr("value", ""), p.Words(".problems"))
			}
		}
		if p := b.Post("/ask/new", apptest.Fields{"step": {"check"}, "text": {strings.Repeat("a", 10<<20)}}); p.Status < 400 || p.Status >= 500 {
			t.Errorf("ten megabytes are answered %d", p.Status)
		}
		var n int
		if err := s.DB.Read().QueryRow(t.Context(), `SELECT COUNT(*) FROM posts`).Scan(&n); err != nil || n != 0 {
			t.Errorf("%d posts were made, %v", n, err)
		}

		// On somebody's behalf, with consent: their name is for the author alone.
		good["behalf"], good["consent"], good["title"] = []string{"Lucette Thomas"}, []string{"yes"}, []string{"Garde <script>alert(1)</script> \u202emercredi"}
		done := b.Post("/ask/new", good)
		if done.Status != 200 || !strings.Contains(done.Words("main"), "Lucette Thomas") || strings.Contains(done.Body, "<script>alert") {
			t.Fatalf("on behalf: %d %q", done.Status, done.Words("main"))
		}
		if again := b.Post("/ask/new", good); again.Path != done.Path {
			t.Errorf("a second press led to %s, not %s", again.Path, done.Path)
		}
		if p := s.SignedIn(s.bo).Open(done.Path); p.Status != 200 || strings.Contains(p.Body, "Lucette") {
			t.Error("somebody else reads for whom it is")
		}
		if p := s.Browser().Open(done.Path); p.Status != 404 && p.Status != 401 {
			t.Errorf("a stranger gets childcare with %d", p.Status)
		}
	})
}

// An ask that nobody answers goes to the places beside and then to who looks
// after the place; who offers just that is told at once and why.
func TestWordOfAnAskGoesFurther(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		s := newStreet(t, engine)
		bo, yann := s.SignedIn(s.bo), s.SignedIn(s.yann)
		offer := s.proposesBy(bo, "/offer/new?kind=service&category=diy", map[string]apptest.Fields{
			"what": {"title": {"Petit bricolage"}}, "whom": {"audience": {"neighbourhood"}},
		})
		amina := s.SignedIn(s.amina)
		ask := s.proposesBy(amina, "/ask/new?kind=service&category=diy", map[string]apptest.Fields{
			"what": {"title": {"Poser une étagère"}}, "whom": {"audience": {"neighbourhood"}, "priority": {"yes"}},
		})
		apptest.Settle(t, s.Server)
		if n := s.told(s.bo, notifications.Matched); n != 1 {
			t.Errorf("who offers just that was told %d times", n)
		}
		if p := bo.Open(ask.Path); !strings.Contains(p.Words("main"), "parce que vous proposez") || p.Find("a[href='"+offer.Path+"']").Length() == 0 {
			t.Errorf("why is not said: %q", p.Words("main"))
		}
		id, err := instance.ParseID(ask.Path[strings.LastIndex(ask.Path, "/")+1:])
		if err != nil {
			t.Fatal(err)
		}
		widen := func() {
			t.Helper()
			for range 2 {
				if _, err := s.Exchange.WidenAsk(t.Context(), instance.PostID(id)); err != nil {
					t.Fatal(err)
				}
			}
		}
		widen()
		if p := yann.Open(ask.Path); p.Status != 404 {
			t.Errorf("beside it is read at once: %d", p.Status)
		}
		s.clock.Advance(5 * time.Hour)
		widen()
		if p := yann.Open(ask.Path); p.Status != 200 {
			t.Errorf("beside it is not read after five hours: %d", p.Status)
		}
		if text := amina.Open(ask.Path).Words("main"); !strings.Contains(text, "les lieux voisins peuvent lire") {
			t.Errorf("its author reads %q", text)
		}
		s.clock.Advance(20 * time.Hour)
		widen()
		if n := s.told(s.odette, notifications.Unanswered); n != 1 {
			t.Errorf("who looks after the place was told %d times", n)
		}
		// A private answer instead of the form is taken with one press.
		open := s.proposesBy(s.SignedIn(s.amina), "/ask/new?kind=service&category=diy", map[string]apptest.Fields{
			"what": {"title": {"Percer un mur"}}, "whom": {"audience": {"public"}},
		})
		if id, err = instance.ParseID(open.Path[strings.LastIndex(open.Path, "/")+1:]); err != nil {
			t.Fatal(err)
		}
		reply, err := s.Posts.Publish(t.Context(), s.Viewer(s.bo), instance.Draft{Text: "@amina samedi ?", ReplyTo: instance.PostID(id), Audience: instance.ToMentioned})
		if err != nil {
			t.Fatal(err)
		}
		if p := s.SignedIn(s.odette).Open(open.Path); p.Find("form[action$='/choose']").Length() != 0 {
			t.Error("somebody else can accept")
		}
		chosen := s.SignedIn(s.amina)
		page := chosen.Press(chosen.Open(open.Path), "form[action$='/choose'] button", nil)
		if text := page.Words("#agreements"); page.Status != 200 || !strings.Contains(text, "bo") || !strings.Contains(text, "convenu") {
			t.Errorf("accepting who wrote %s is %d %q", reply.ID, page.Status, text)
		}
		done := chosen.Press(page, "button[formaction$='/done']", nil)
		if !strings.Contains(done.Words(".proposal"), "Fait") {
			t.Errorf("once it is done it reads %q", done.Words("main"))
		}
	})
}
