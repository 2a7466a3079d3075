package pages

import (
	"regexp"
	"strings"
	"testing"

	"palier/instance/web/words"
)

// madeOfProofs are the families of keys about proofs that are put together while
// a page is laid out.
var madeOfProofs = regexp.MustCompile(`^(admin-proofs\.term|document|proof\.(by-whom|reason)|proof|prove\.(term|[a-z]+\.sentence)|notice\.home)`)

func TestEveryMadeMessageAboutProofsIsThere(t *testing.T) {
	t.Parallel()
	routes, shown := []string{"operator", "letter", "vouch", "hall", "desk", "list", "council"}, []string{"letter", "neighbours", "hall", "desk", "list", "council"}
	terms := []string{"recheck", "voucher", "expired"}
	families := map[string][]string{
		"document.%":          documents,
		"proof.%":             routes,
		"proof.by-whom.%":     routes,
		"proof.reason.%":      {"expired", "revoked", "undone", "withdrew", "voucher", "recheck", "left", "operator"},
		"prove.%.name":        shown,
		"prove.%.sentence":    shown,
		"prove.term.%":        terms,
		"admin-proofs.term.%": terms,
		"notice.%":            {"home-proved", "home-in-doubt", "home-lost"},
		"confirm.%.title":     {"undo-desk", "unvouch"},
		"confirm.%.text":      {"undo-desk", "unvouch"},
		"confirm.%.button":    {"undo-desk", "unvouch"},
	}
	languages, err := words.Load()
	if err != nil {
		t.Fatal(err)
	}
	for family, values := range families {
		for _, v := range values {
			for _, l := range languages.All() {
				if key := strings.Replace(family, "%", v, 1); !l.Has(key) {
					t.Errorf("%s does not say %s", l.Tag, key)
				}
			}
		}
	}
	for _, route := range shown {
		if routeSigns[route] == "" {
			t.Errorf("no drawing for %s", route)
		}
	}
}
