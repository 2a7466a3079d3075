package auth

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// FuzzRedirect holds every address that is taken to what the consent page and
// its policy rely on.
func FuzzRedirect(f *testing.F) {
	for _, uri := range []string{
		OutOfBand, "icecubesapp://", "com.tapbots.Ivory.22:/x", "https://app.example/cb?x=1", "http://[::1]:80/", "javascript:alert(1)",
		"https://a@b/", "https://a;b/", "//a", "HTTPS://A/", "data:,x", "https://a\t/", "x:y", "intent://a#b",
	} {
		f.Add(uri)
	}
	source := regexp.MustCompile(`^([a-z][a-z0-9+.-]*:|https?://[A-Za-z0-9_.-]+(:[0-9]+)?)$`)
	f.Fuzz(func(t *testing.T, uri string) {
		if !isRedirect(uri) || uri == OutOfBand {
			return
		}
		to := ReadRedirect(uri)
		if !source.MatchString(to.Origin) || (to.Host == "") == (to.Scheme == "") {
			t.Errorf("%q leads to %+v", uri, to)
		}
		for _, own := range ownSchemes {
			if strings.EqualFold(to.Scheme, own) {
				t.Errorf("%q is the browser's own", uri)
			}
		}
		join := "?"
		if strings.Contains(uri, "?") {
			join = "&"
		}
		u, err := url.Parse(uri + join + url.Values{"code": {"c"}}.Encode())
		if err != nil || !slices.Contains(u.Query()["code"], "c") || strings.ContainsAny(uri, "\r\n#\"") {
			t.Errorf("%q does not bring a code: %v", uri, err)
		}
	})
}
