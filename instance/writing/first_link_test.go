package writing_test

import (
	"testing"

	"palier/instance/writing"
)

func TestFirstLink(t *testing.T) {
	t.Parallel()
	skip := func(href string) bool { return href == "https://ours.example/" }
	for _, tt := range []struct{ situation, html, want string }{
		{"one of several", `<p><a href="https://a.example/1">a</a> <a href="https://a.example/2">b</a></p>`, "https://a.example/1"},
		{"behind whom it names", `<p><a href="https://a.example/@eve" class="u-url mention">@eve</a> <a href="https://a.example/2">b</a></p>`, "https://a.example/2"},
		{"behind a hashtag", `<p><a href="https://a.example/tags/x" class="mention hashtag" rel="tag">#x</a> <a href="https://a.example/2">b</a></p>`, "https://a.example/2"},
		{"behind one of ours", `<a href="https://ours.example/">a</a><a href="https://a.example/2">b</a>`, "https://a.example/2"},
		{"to what is no page", `<a href="mailto:a@b.example">a</a> <a href="/home">b</a> <a>c</a>`, ""},
		{"with a name to hide the host", `<a href="https://bank.example@evil.example/">a</a>`, "https://evil.example/"},
		{"none", `<p>https://a.example/ as text</p>`, ""},
	} {
		if got := writing.FirstLink(tt.html, skip); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.situation, got, tt.want)
		}
	}
}
