package media_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"palier/instance/media"
)

func TestAPassShowsOneFileForAWhile(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 28, 13, 0, 0, 0, time.UTC)
	p := media.NewPasses([]byte("a secret of this server"))
	query := func(of string) url.Values {
		q, err := url.ParseQuery(strings.TrimPrefix(of, "?"))
		if err != nil {
			t.Fatal(err)
		}
		return q
	}
	q := query(p.For("ab/file.jpg", 7, now))
	longer := query(p.For("ab/file.jpg", 7, now))
	longer.Set("until", "99999999999")
	for _, test := range []struct {
		name  string
		with  *media.Passes
		file  string
		part  int64
		query url.Values
		at    time.Time
		want  bool
	}{
		{"its file, at once", p, "ab/file.jpg", 7, q, now, true},
		{"its file, two days later", p, "ab/file.jpg", 7, q, now.Add(48 * time.Hour), true},
		{"its file, four days later", p, "ab/file.jpg", 7, q, now.Add(96 * time.Hour), false},
		{"another file", p, "ab/other.jpg", 7, q, now, false},
		{"its file, as part of something else", p, "ab/file.jpg", 0, q, now, false},
		{"a longer life", p, "ab/file.jpg", 7, longer, now, false},
		{"another server's", media.NewPasses([]byte("another")), "ab/file.jpg", 7, q, now, false},
		{"none", p, "ab/file.jpg", 7, url.Values{}, now, false},
	} {
		if got := test.with.Holds(test.file, test.part, test.query, test.at); got != test.want {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
	if p.For("ab/file.jpg", 7, now) != p.For("ab/file.jpg", 7, now.Add(5*time.Hour)) {
		t.Error("the address of a picture changes within a day")
	}
}
