package mastodon

import (
	"strings"
	"testing"
	"time"

	"palier/instance"
)

func TestAProgramShowsWhenAndWhereAnEventIs(t *testing.T) {
	t.Parallel()
	p := &instance.Post{Title: "Apéro", Content: "<p>Venez</p>", Language: "fr", Event: &instance.Event{
		Starts: time.Date(2026, 12, 6, 11, 0, 0, 0, time.UTC), Ends: time.Date(2026, 12, 6, 15, 0, 0, 0, time.UTC), Zone: "Europe/Paris", Venue: instance.Venue{Name: "Cour <des> Tilleuls"},
	}}
	got := content(p)
	for _, part := range []string{"<strong>Apéro</strong>", "Dimanche 6 décembre 2026, 12 h–16 h, Cour &lt;des&gt; Tilleuls", "<p>Venez</p>"} {
		if !strings.Contains(got, part) {
			t.Errorf("no %s in %s", part, got)
		}
	}
	p.Event = nil
	if got := content(p); strings.Contains(got, "décembre") {
		t.Errorf("just a post says %s", got)
	}
}
