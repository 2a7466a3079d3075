package pages

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"text/template/parse"
	"unicode"

	"golang.org/x/net/html"

	"palier/instance"
	"palier/instance/auth"
	"palier/instance/exchange"
	"palier/instance/hosts"
	"palier/instance/households"
	"palier/instance/opendata"
	"palier/instance/web/view"
	"palier/instance/web/words"
)

// sources returns the templates as they were written.
func sources(t *testing.T) map[string]string {
	t.Helper()
	all := make(map[string]string)
	err := fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".tmpl" {
			return err
		}
		b, err := fs.ReadFile(files, path)
		all[path] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

var action = regexp.MustCompile(`(?s)\{\{.*?\}\}`)

// spoken are the attributes whose value people see or hear.
var spoken = map[string]bool{"alt": true, "aria-label": true, "title": true, "placeholder": true, "data-done": true, "data-one": true, "data-other": true}

func TestTemplatesSayNothingThemselves(t *testing.T) {
	t.Parallel()
	letters := func(s string) bool { return strings.ContainsFunc(s, unicode.IsLetter) }
	for name, source := range sources(t) {
		z := html.NewTokenizer(strings.NewReader(action.ReplaceAllString(source, "")))
		for {
			kind := z.Next()
			if kind == html.ErrorToken {
				break
			}
			token := z.Token()
			if kind == html.TextToken && letters(token.Data) {
				t.Errorf("%s says %q", name, strings.TrimSpace(token.Data))
			}
			for _, a := range token.Attr {
				if spoken[a.Key] && letters(a.Val) {
					t.Errorf("%s: %s says %q", name, a.Key, a.Val)
				}
			}
		}
	}
}

// made are the families of keys that are put together while a page is laid
// out. What else a catalogue holds is named somewhere in full.
var made = regexp.MustCompile("^(" + strings.Join([]string{
	`access`,
	`alike`,
	`alike\.with`,
	`appeal\.outcome`,
	`across\.need`,
	`agreement\.(state|mine|reason|first-word)`,
	`authorize\.fault`,
	`borders\.(said|state)`,
	`campaign\.(call|only|rule|side|state|template|title)`,
	`calendars\.(trouble|why)`,
	`feeds\.trouble`,
	`category`,
	`case\.(age|by|came|category|deed|end|follow|has|heard|hold|incident|kind|nogo|outcome|proposal|read|rule|severity|sex|side|sign|size|smoking|stage|stat|step|tell|trace)\.`,
	`household\.(next|right|stage)\.`,
	`hours\.we`,
	`stay\.(do|insurance|inventory|item|item-state|key|mediation|meter|moment|outcome|paper|party|room|sign-as|state)\.`,
	`choice`,
	`circle`,
	`confirm`,
	`decision`,
	`duration`,
	`dwell`,
	`entry`,
	`event\.(status|mine|state)`,
	`failure\.\d+`,
	`generations\.(request|offer)`,
	`generations`,
	`filters\.action`,
	`filters\.for`,
	`filters\.in`,
	`flash`,
	`host\.(check|deed|kind|must|next|state|take|want|worry)`,
	`import\.reason`,
	`language`,
	`letter`,
	`level`,
	`link\.(sent|open|ask)`,
	`new-event`,
	`notice`,
	`notice-level`,
	`minutes\.for\.`,
	`open\.(field|format|set)\.`,
	`office\.(about|form|giving|ground|place|refused)\.`,
	`country\.`,
	`visit\.said\.`,
	`overview\.todo`,
	`post\.elsewhere`,
	`problem`,
	`paused`,
	`programme\.(ask|at|category|company|counter|cut|deed|end|entry|fact|has|held|held-next|moved|next|refused|role|said|see|sees|smoke|smoking|state|step|todo|tongue|unsaid|whose|with)`,
	`tonight\.ask\.`,
	`escort\.(state|mine|say)\.`,
	`proposal\.(status|offer|request|repeats)`,
	`season`,
	`shelf\.sort`,
	`propose\.(request|offer)`,
	`propose\.per-day`,
	`deals\.(answer|due|lent|borrowed|agreed|asked|over)`,
	`reach`,
	`report\.category`,
	`reports\.state`,
	`register`,
	`role`,
	`scope`,
	`search\.kind`,
	`settings\.appearance`,
	`settings\.text`,
	`severity`,
	`sort`,
	`template`,
	`time\.(weekday|month)-\d+`,
	`time\.clock`,
	`tally`,
	`recipes`,
	`topic`,
	`unit`,
	`letters\.digest\.why`,
	`letters\.at-once\.ends`,
	`notices\.(often|topic)`,
	`digest\.(needs|events|offers|news|notices|house)`,
	`stop\.(digest|at-once|tonight)`,
}, "|") + ")")

func TestEveryMessageIsSaid(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	for _, source := range sources(t) {
		text.WriteString(source)
	}
	for _, pattern := range []string{"*.go", "../words/*.go", "../../digest/*.go"} {
		names, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			b, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			text.Write(b)
		}
	}
	languages, err := words.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range languages.All()[0].Keys() {
		if !made.MatchString(key) && !madeOfProofs.MatchString(key) && !madeTogether.MatchString(key) && !madeOfHouses.MatchString(key) && !strings.Contains(text.String(), `"`+key+`"`) {
			t.Errorf("nobody says %s", key)
		}
	}
}

// The values that keys are made from all have words.
func TestEveryMadeMessageIsThere(t *testing.T) {
	t.Parallel()
	families := map[string][]string{
		"duration.%":            lasts,
		"hours.%":               exchange.HourNames(),
		"choice.%":              {"building", "neighbourhood", "around", "public", "members"},
		"sort.%":                NewOrganisation{}.Sorts(),
		"topic.%":               ClubForm{}.Topics(),
		"entry.%":               ClubForm{}.Entries(),
		"choice.%.sentence":     {"members", "building", "neighbourhood", "around", "public", "unlisted", "followers", "direct"},
		"circle.%":              {"members", "building", "neighbourhood", "around", "public", "unlisted", "followers", "direct"},
		"search.kind.%":         append([]string{"any"}, Search{}.Kinds()...),
		"level.%":               {"building", "residence", "neighbourhood", "commune", "wider"},
		"role.%":                AdminPerson{}.Roles(),
		"reach.%":               AdminRelay{}.Reaches(),
		"decision.%":            AdminReport{}.Decisions(),
		"decision.%.text":       AdminReport{}.Decisions(),
		"severity.%":            AdminNewBlock{}.Severities(),
		"severity.%.text":       AdminNewBlock{}.Severities(),
		"report.category.%":     append(Report{}.Categories(), "legal", "violation"),
		"settings.appearance.%": Settings{}.Looks(),
		"settings.text.%":       Settings{}.Sizes(),
		"reports.state.%":       {"open", "resolved", "dismissed"},
		"import.reason.%":       {"malformed", "unknown-severity", "ourselves"},
		"notice.%":              {"mention", "reply", "reply-waits", "like", "boost", "follow", "request", "granted", "status", "ask", "agreed", "ask-cancelled", "ask-matched", "ask-unanswered", "loan-due", "loan-late", "loan-overdue", "loan-stuck"},
		"notice.desk-%":         {"waits"},
		"escort.state.%":        {"asked", "coming", "declined", "off", "there", "not", "stopped"},
		"escort.mine.%":         {"asked", "coming", "there", "not", "off"},
		"escort.say.%":          {"coming", "declined", "there", "not"},
		"office.about.%":        {"stay", "task", "visit", "approval", "mandate", "second-case", "second-beds", "second-host", "escort"},
		"office.form.%":         {"appointment", "papers", "agreement", "leaving"},
		"office.form.%.text":    {"appointment", "papers", "agreement", "leaving"},
		"office.giving.%":       LawfulRequests{}.Givings(),
		"office.ground.%":       LawfulRequests{}.Grounds(),
		"office.refused.%":      hosts.RefusedWhy,
		"office.place.%":        DeskLetters{}.Placeholders(),
		"visit.said.%":          VisitSayings[1:],
		"country.%":             {"FR", "DE"},
		"host.check.%":          Hosting{}.Questions(),
		"case.heard.%":          CaseTalk{}.Hearings(),
		"case.side.%":           {"team", "household", "host"},
		"stay.do.%":             {"guest", "host", "team"},
		"stay.insurance.%":      {"host-home", "guest-liability", "association-liability", "host-liability", "guest-home"},
		"stay.inventory.%":      {"entry", "exit"},
		"stay.mediation.%":      {"asked", "running", "closed"},
		"stay.outcome.%":        StayMediation{}.Outcomes(),
		"stay.item.%":           inventoryItems(),
		"stay.item-state.%":     StayInventoryForm{}.States(),
		"stay.key.%":            households.InventoryKeys,
		"stay.meter.%":          households.InventoryMeters,
		"stay.moment.%":         {"entry", "exit"},
		"stay.room.%":           StayInventory{}.RoomNames(),
		"stay.paper.%":          {"guest", "host"},
		"stay.party.%":          {"guest", "host", "association"},
		"stay.sign-as.%":        {"guest", "host", "team"},
		"tonight.ask.%":         ProgrammeTonight{}.Nights(),
		"stay.state.%":          {"proposed", "agreed", "living", "over"},
		"host.deed.%":           HostDeeds,
		"host.kind.%":           HostForm{}.Kinds(),
		"host.must.%":           append([]string{"room"}, ProgrammeHost{}.Musts()...),
		"host.next.%":           HostStateWords(),
		"host.state.%":          append([]string{"any"}, HostStateWords()...),
		"host.take.%":           {"pause", "resume", "rest", "again", "end"},
		"host.want.%":           HostWants(),
		"host.worry.%":          ProgrammeHost{}.Worries(),
		"programme.ask.%":       HomeSteps,
		"programme.at.%":        {"waiting", "held", "agreed", "placed", "lapsed", "withdrawn", "dropped", "ended"},
		"programme.counter.%":   {"homes", "free", "countries", "partners"},
		"programme.cut.%":       cutFunctions(),
		"programme.end.%":       leavingReasons(),
		"programme.entry.%":     LedgerDeeds(),
		"programme.held.%":      append([]string{"any"}, HoldStates()...),
		"programme.held-next.%": HoldStates(),
		"programme.unsaid.%":    {"open", "unanswered"},
		"programme.refused.%":   Refusals(),
		"programme.smoke.%":     {"any", "smokers", "smoke-free"},
		"programme.company.%":   HomeForm{}.Companies(),
		"programme.with.%":      {"any", "women", "children", "no-children"},
		"programme.whose.%":     {"any", "ours", "theirs"},
		"programme.category.%":  append([]string{"any"}, HomeForm{}.Categories()...),
		"programme.deed.%":      logDeeds(),
		"programme.has.%":       homeFeatures(),
		"paused.%":              {"intake", "messages", "proposals"},
		"programme.moved.%":     {"closed", "lived"},
		"programme.next.%":      HomeStates(),
		"programme.role.%":      ProgrammeTeam{}.Roles(),
		"programme.role.%.text": ProgrammeTeam{}.Roles(),
		"programme.said.%":      ProgrammeHead{}.Sayings(),
		"programme.see.%":       PartnerStates(),
		"programme.sees.%":      PartnerStates(),
		"programme.smoking.%":   homeSmokings(),
		"programme.state.%":     append([]string{"any"}, HomeStates()...),
		"programme.step.%":      homeDeeds(),
		"programme.step.%.text": homeDeeds(),
		"programme.todo.%":      Programme{}.Todos(),
		"programme.tongue.%":    view.Tongues,
		"proposal.status.%":     {"open", "agreed", "done", "closed"},
		"proposal.repeats.%":    ProposeForm{}.Rhythms(),
		"shelf.sort.%":          instance.RecommendationSorts,
		"minutes.for.%":         WriteMinutes{}.Audiences(),
		"season.%":              instance.Seasons(),
		"propose.offer.%":       instance.ExchangeKinds,
		"propose.offer.%.text":  instance.ExchangeKinds,
		"propose.request.%":     instance.ExchangeKinds,
		"deals.%":               {"answer", "due", "lent", "borrowed", "agreed", "asked", "over"},
		"proposal.offer.%":      append([]string{"other"}, instance.ExchangeKinds...),
		"proposal.request.%":    append([]string{"other"}, instance.ExchangeKinds...),
		"category.%":            slices.Concat(instance.ServiceCategories, instance.ObjectCategories),
		"unit.%":                {"one", "minute", "hour", "day", "kilogram", "litre"},
		"unit.%.name":           {"one", "minute", "hour", "day", "kilogram", "litre"},
		"agreement.state.%":     {"asked", "accepted", "declined", "handed-over", "returned", "done", "cancelled"},
		"agreement.mine.%":      {"asked", "accepted", "declined", "handed-over", "returned", "done", "cancelled"},
		"overview.todo.%":       {"reports", "links", "waiting", "failures", "servers", "quiet", "declared"},
		"authorize.fault.%":     AuthorizeFault{}.Faults(),
		"letter.%.subject":      {"join", "known", "signin", "reset"},
		"letter.%.text":         {"join", "known", "signin", "reset"},
		"dwell.%":               Dwellings{}.Kinds(),
		"link.sent.%":           {"join", "signin", "reset"},
		"link.open.%":           {"join", "signin", "reset"},
		"link.open.%.text":      {"join", "signin", "reset"},
		"link.open.%.button":    {"join", "signin", "reset"},
		"link.ask.%":            {"signin", "reset"},
		"link.ask.%.text":       {"signin", "reset"},
		"failure.%.title":       {"400", "401", "403", "404", "410", "413", "423", "429", "500", "503"},
		"failure.%.text":        {"400", "401", "403", "404", "410", "413", "423", "429", "500", "503"},
		"confirm.%.title":       {"block", "disable", "remove", "retract", "withdraw", "suspend", "leave"},
		"confirm.%.text":        {"block", "disable", "remove", "retract", "withdraw", "suspend", "leave"},
		"confirm.%.button":      {"block", "disable", "remove", "retract", "withdraw", "suspend", "leave"},
	}
	for _, set := range opendata.Sets {
		families["open.set.%"], families["open.set.%.text"] = append(families["open.set.%"], set.Name), append(families["open.set.%.text"], set.Name)
		families["open.field.%"] = append(families["open.field.%"], set.Fields...)
		for _, format := range set.Formats() {
			families["open.format.%"] = append(families["open.format.%"], string(format))
		}
	}
	for _, scope := range auth.AllScopes {
		families["scope.%"] = append(families["scope.%"], strings.ReplaceAll(scope, ":", "."))
	}
	languages, err := words.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range languages.All() {
		for family, values := range families {
			for _, value := range values {
				if key := strings.ReplaceAll(family, "%", value); !l.Has(key) {
					t.Errorf("%s has no words for %s", l.Tag, key)
				}
			}
		}
	}
}

func TestEverySignIsDrawn(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("../assets/icons.svg")
	if err != nil {
		t.Fatal(err)
	}
	drawn := string(b)
	used := regexp.MustCompile(`\{\{icon "([a-z]+)"\}\}`)
	check := func(where, name string) {
		if !strings.Contains(drawn, `id="`+name+`"`) {
			t.Errorf("%s: no drawing of %s", where, name)
		}
	}
	for name, source := range sources(t) {
		for _, m := range used.FindAllStringSubmatch(source, -1) {
			check(name, m[1])
		}
	}
	for _, name := range signs {
		check("signs", name)
	}
	for _, name := range noticeSigns {
		check("noticeSigns", name)
	}
}

// What is folded costs no look-up, and a key without words stops the program
// when it starts rather than showing on a page.
func TestWordsAreFoldedIntoEveryTemplate(t *testing.T) {
	t.Parallel()
	set := newSet(t)
	var look func(in *speaking, where string, list *parse.ListNode)
	look = func(in *speaking, where string, list *parse.ListNode) {
		if list == nil {
			return
		}
		for _, n := range list.Nodes {
			switch n := n.(type) {
			case *parse.ActionNode:
				if _, ok, err := in.constant(n); ok || err != nil {
					t.Errorf("%s: %s is still looked up", where, n)
				}
			case *parse.IfNode:
				look(in, where, n.List)
				look(in, where, n.ElseList)
			case *parse.RangeNode:
				look(in, where, n.List)
				look(in, where, n.ElseList)
			case *parse.WithNode:
				look(in, where, n.List)
				look(in, where, n.ElseList)
			}
		}
	}
	for tag := range set.byTag {
		in := speaks(t, set, tag)
		for name, made := range in.pages {
			page, err := made()
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			for _, tmpl := range page.Templates() {
				if tmpl.Tree != nil {
					look(in, name+": "+tmpl.Name(), tmpl.Tree.Root)
				}
			}
		}
	}
}

// TestH3_NoFormAsksWhereSomebodyIsFrom walks the fields of every form about homes
// for people who need shelter.
func TestH3_NoFormAsksWhereSomebodyIsFrom(t *testing.T) {
	t.Parallel()
	field := regexp.MustCompile(`name="([^"]*)"`)
	about := regexp.MustCompile(`^(part/)?(case|cases|household|households|incident|home_|host|programme)`)
	n := 0
	for name, source := range sources(t) {
		if !about.MatchString(name) {
			continue
		}
		for _, m := range field.FindAllStringSubmatch(source, -1) {
			n++
			for _, word := range []string{"national", "citizen", "country", "relig", "faith", "ethnic", "origin", "price", "rent", "stars", "rating"} {
				if strings.Contains(strings.ReplaceAll(m[1], "parent", ""), word) {
					t.Errorf("%s asks for %q", name, m[1])
				}
			}
		}
	}
	if n < 40 {
		t.Errorf("only %d fields", n)
	}
}
