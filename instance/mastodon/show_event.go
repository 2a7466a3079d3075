package mastodon

import (
	"html"

	"palier/instance"
	"palier/instance/writing"
)

// content is the HTML of a post as programs show it: its title, and of an
// invitation when and where that is, before what was written.
func content(p *instance.Post) string {
	if p.Event == nil {
		return writing.WithTitle(p.Title, p.Content)
	}
	return writing.WithTitle(p.Title, "<p>"+html.EscapeString(writing.Occasion(p.Event, p.Language))+"</p>"+p.Content)
}
