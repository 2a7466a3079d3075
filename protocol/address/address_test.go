package address_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"palier/protocol/address"
	"palier/protocol/as2"
)

const (
	author    = "https://dinan.example/u/1"
	followers = author + "/followers"
	group     = "https://dinan.example/g/port"
	bo        = "https://slough.example/users/bo"
	cem       = "https://slough.example/users/cem"
)

func TestAudiencesWithinOneAnother(t *testing.T) {
	t.Parallel()
	// Rows are within columns where there is an x, in the order of Audiences.
	rows := []string{
		"xxx..xx", // building
		".xx..xx", // neighbourhood
		"..x..xx", // around
		"...xxxx", // direct
		"....xxx", // followers
		".....xx", // unlisted
		"......x", // public
	}
	for i, a := range address.Audiences() {
		for j, b := range address.Audiences() {
			if got, want := a.Within(b), rows[i][j] == 'x'; got != want {
				t.Errorf("%s.Within(%s) = %v, want %v", a, b, got, want)
			}
		}
		if !address.Audience("").Within(a) || a.Within("") {
			t.Errorf("nobody's audience is not within %s", a)
		}
		if address.Audience("galaxy").Within(a) || a.Within("galaxy") {
			t.Errorf("an unknown audience compares with %s", a)
		}
		if got, ok := address.Parse(string(a)); !ok || got != a {
			t.Errorf("Parse(%q) = %q, %v", a, got, ok)
		}
	}
	for _, s := range []string{"", "Public", "everyone", "local"} {
		if a, ok := address.Parse(s); ok {
			t.Errorf("Parse(%q) = %q", s, a)
		}
	}
}

func TestWhatLeavesIsNotLocal(t *testing.T) {
	t.Parallel()
	for a, want := range map[address.Audience][3]bool{ // local, open, leaves
		address.Building: {true, false, false}, address.Neighbourhood: {true, false, false}, address.Around: {true, false, false},
		address.Direct: {false, false, true}, address.Followers: {false, false, true},
		address.Unlisted: {false, true, true}, address.Public: {false, true, true},
		"": {}, "galaxy": {},
	} {
		if got := [3]bool{a.Local(), a.Open(), a.Leaves()}; got != want {
			t.Errorf("%q is local, open, leaves: %v, want %v", a, got, want)
		}
	}
}

func TestC11_ReplyReachesNoFurtherThanItsParent(t *testing.T) {
	t.Parallel()
	// Rows are parents, columns what is asked for, in the order of Audiences;
	// the letter is the answer's: b n a d f u p, a dot for none.
	rows := []string{
		"bbb..bb", // building
		"bnn..nn", // neighbourhood
		"bna..aa", // around
		"...dddd", // direct
		"...dfff", // followers
		"bnadfuu", // unlisted
		"bnadfup", // public
	}
	for i, parent := range address.Audiences() {
		for j, asked := range address.Audiences() {
			got, err := address.Answer(parent, asked)
			if rows[i][j] == '.' {
				if !errors.Is(err, address.ErrApart) || got != "" {
					t.Errorf("Answer(%s, %s) = %q, %v, want ErrApart", parent, asked, got, err)
				}
				continue
			}
			if err != nil || got[0] != rows[i][j] {
				t.Errorf("Answer(%s, %s) = %q, %v, want %c…", parent, asked, got, err, rows[i][j])
			}
		}
		if got, err := address.Answer(parent, ""); err != nil || got != parent {
			t.Errorf("Answer(%s) without a wish = %q, %v", parent, got, err)
		}
	}
}

func TestC10_EditDoesNotWiden(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ first, asked, want address.Audience }{
		{address.Public, address.Followers, address.Followers},
		{address.Followers, address.Public, address.Followers},
		{address.Building, address.Neighbourhood, address.Building},
		{address.Around, address.Building, address.Building},
		{address.Building, address.Direct, address.Building},
		{address.Direct, "", address.Direct},
		{address.Direct, "galaxy", address.Direct},
	} {
		if got := address.Edit(c.first, c.asked); got != c.want {
			t.Errorf("Edit(%s, %s) = %s, want %s", c.first, c.asked, got, c.want)
		}
	}
}

func TestRecipientsSayTheAudience(t *testing.T) {
	t.Parallel()
	pub := []string{as2.Public}
	for name, c := range map[string]struct {
		r    address.Recipients
		want address.Audience
	}{
		"public in to":                   {address.Recipients{To: pub, CC: []string{followers}}, address.Public},
		"public in to, short":            {address.Recipients{To: []string{bo, "as:Public"}}, address.Public},
		"public in to, shortest":         {address.Recipients{To: []string{"Public"}}, address.Public},
		"public in both":                 {address.Recipients{To: pub, CC: pub}, address.Public},
		"public in cc":                   {address.Recipients{To: []string{followers}, CC: pub}, address.Unlisted},
		"followers in to":                {address.Recipients{To: []string{followers}, CC: []string{bo}}, address.Followers},
		"followers in cc":                {address.Recipients{To: []string{bo}, CC: []string{followers}}, address.Followers},
		"somebody":                       {address.Recipients{To: []string{bo}}, address.Direct},
		"somebody else's followers":      {address.Recipients{To: []string{bo + "/followers"}}, address.Direct},
		"a group's followers":            {address.Recipients{To: []string{group + "/followers"}, Audience: []string{group}}, address.Direct},
		"nobody":                         {address.Recipients{}, address.Direct},
		"public in bcc":                  {address.Recipients{To: []string{bo}, BCC: pub, BTo: pub}, address.Direct},
		"public in audience":             {address.Recipients{To: []string{bo}, Audience: pub}, address.Direct},
		"followers in bto":               {address.Recipients{To: []string{bo}, BTo: []string{followers}}, address.Direct},
		"something that looks like them": {address.Recipients{To: []string{as2.Public + "x", "public", followers + "/"}}, address.Direct},
	} {
		if got := address.Read(c.r, followers); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	if got := address.Read(address.Recipients{To: []string{""}}, ""); got != address.Direct {
		t.Errorf("an actor that hides its followers: %s, want direct", got)
	}
}

func TestAudienceSaysTheRecipients(t *testing.T) {
	t.Parallel()
	p := address.Parties{Followers: followers, Group: group, Named: []string{bo, cem, bo, ""}}
	for a, want := range map[address.Audience]struct {
		To, CC []string
		Leaves bool
	}{
		address.Public:        {[]string{as2.Public}, []string{group, bo, cem, followers}, true},
		address.Unlisted:      {[]string{followers}, []string{as2.Public, group, bo, cem}, true},
		address.Followers:     {[]string{followers}, []string{bo, cem}, true},
		address.Direct:        {[]string{bo, cem}, nil, true},
		address.Building:      {},
		address.Neighbourhood: {},
		address.Around:        {},
		"":                    {},
		"galaxy":              {},
	} {
		got := want
		got.To, got.CC, got.Leaves = address.Write(a, p)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", a, diff)
		}
	}
	for _, a := range []address.Audience{address.Direct, address.Followers} {
		if to, cc, leaves := address.Write(a, address.Parties{Group: group}); leaves || len(to)+len(cc) > 0 {
			t.Errorf("%s, nobody named: to %v, cc %v, leaves %v", a, to, cc, leaves)
		}
	}
}

func TestNamingThePublicDoesNotWiden(t *testing.T) {
	t.Parallel()
	p := address.Parties{Followers: followers, Group: "as:Public", Named: []string{as2.Public, "Public", followers, bo}}
	for _, a := range []address.Audience{address.Direct, address.Followers, address.Unlisted, address.Public} {
		to, cc, _ := address.Write(a, p)
		if got := address.Read(address.Recipients{To: to, CC: cc}, followers); got != a {
			t.Errorf("written for %s, read as %s: to %v, cc %v", a, got, to, cc)
		}
	}
}

func TestRecipientsAreEachNamedOnce(t *testing.T) {
	t.Parallel()
	o, err := as2.Parse([]byte(`{"to":["` + as2.Public + `","` + bo + `"],"cc":["` + followers + `",{"id":"` + bo + `"}],
		"bto":"` + cem + `","bcc":["as:Public"],"audience":"` + group + `"}`))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{bo, followers, cem, group}, address.Of(o).All()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestC11_StripBtoAndBcc(t *testing.T) {
	t.Parallel()
	for doc, want := range map[string]string{
		`{"id":"x:1", "to" : "x:2"}`:                                                      `{"id":"x:1", "to" : "x:2"}`,
		`{"bto":"x:1","to":["x:2"],"bcc":["x:3"]}`:                                        `{"to":["x:2"]}`,
		`{"object":{"bto":"x:1","content":"\u00e9","tag":[{"bcc":1},2.0]},"BTO":1}`:       `{"object":{"content":"\u00e9","tag":[{},2.0]},"BTO":1}`,
		`{"\u0062to":"x:1","a":[ ]}`:                                                      `{"a":[ ]}`,
		`{"@context":{"bto":"as:bto"},"bcc":"x:1","a":{"@context":["x"],"x":{"bcc":{}}}}`: `{"@context":{"bto":"as:bto"},"a":{"@context":["x"],"x":{}}}`,
		`{"bto":{"bcc":[1,{"a":"b"}]}}`:                                                   `{}`,
	} {
		o, err := as2.Parse([]byte(doc))
		if err != nil {
			t.Fatal(err)
		}
		if got := string(address.Strip(o)); got != want {
			t.Errorf("Strip(%s) = %s, want %s", doc, got, want)
		}
	}
}

func TestHostOfAnID(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]string{
		"https://dinan.example/u/1":        "dinan.example",
		"https://DINAN.example:443/u/1":    "dinan.example",
		"http://dinan.example:80/":         "dinan.example",
		"http://dinan.example:443/":        "dinan.example:443",
		"https://dinan.example:8443#x":     "dinan.example:8443",
		"https://dinan.example./u":         "dinan.example",
		"https://plouër.example/u":         "xn--plour-qsa.example",
		"https://xn--plour-qsa.example/u":  "xn--plour-qsa.example",
		"https://[2001:DB8::1]:8443/u":     "[2001:db8::1]:8443",
		"http://127.0.0.1:8080/u":          "127.0.0.1:8080",
		"https://amina@dinan.example/u":    "",
		"https:///u":                       "",
		"https://./u":                      "",
		"http://0..":                       "",
		"https://dinan.example..":          "",
		"https://dinan.example。/u":         "dinan.example",
		"ftp://dinan.example/u":            "",
		"acct:amina@dinan.example":         "",
		"dinan.example/u":                  "",
		"as:Public":                        "",
		"":                                 "",
		"https://dinan.example:port/":      "",
		"https:dinan.example":              "",
		"https://dinan_example.example/u":  "",
		"https://a.example\\@b.example/":   "",
		"https://dinan.example%2eevil.org": "",
	} {
		got, ok := address.Host(id)
		if got != want || ok != (want != "") {
			t.Errorf("Host(%q) = %q, %v, want %q", id, got, ok, want)
		}
	}
}

func TestHostsOfRecipients(t *testing.T) {
	t.Parallel()
	ids := []string{bo, cem, "https://Accueil.example/g/1", author, "as:Public", "acct:x@y.example", "https://accueil.example:443/g/2"}
	if diff := cmp.Diff([]string{"accueil.example", "slough.example"}, address.Hosts(ids, "dinan.example")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	r := address.Recipients{To: ids}
	if got := address.Destinations(address.Around, r); got != nil {
		t.Errorf("a post for neighbours goes to %v", got)
	}
	if diff := cmp.Diff([]string{"accueil.example", "slough.example"}, address.Destinations(address.Direct, r, "dinan.example")); diff != "" {
		t.Errorf("direct (-want +got):\n%s", diff)
	}
}
