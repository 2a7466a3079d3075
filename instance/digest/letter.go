package digest

import (
	"bytes"
	"html/template"
	"strings"
	"time"

	"palier/instance/mail"
)

// letter is a digest as it is sent: plain text, and the same as simple HTML.
func (s *Service) letter(r reader, d Digest) mail.Letter {
	w := s.o.Words(r.locale)
	l := laid{
		Words: w, Lang: r.locale, Dir: s.o.Dir(r.locale), Base: s.o.Site.Base(), now: s.o.Now().In(s.o.Zone),
		Greeting: w.Say("letters.hello", "Name", r.name), Lead: w.Say("letters.digest.lead", "Server", s.o.Title),
		End: w.Say("letters.digest.end"), Why: w.Say("letters.digest.why-"+string(r.often), "Server", s.o.Title),
		Settings: s.o.Site.Base() + "/settings/notices", Stop: s.stop(KindDigest, r.id),
	}
	for _, p := range d.Places {
		l.Places = append(l.Places, l.place(p))
	}
	return mail.Letter{
		To: r.email, Kind: KindDigest, Stop: l.Stop, Text: l.text(), HTML: l.html(),
		Subject: w.Say("letters.digest.subject", "Count", d.Items(), "Place", subject(d, s.o.Title)),
	}
}

// subject names the first place of a digest, or the server.
func subject(d Digest, title string) string {
	for _, p := range d.Places {
		if p.Name != "" {
			return p.Name
		}
	}
	return title
}

// laid is a letter laid out in words, before it becomes text or HTML.
type laid struct {
	Words                    Words
	Lang, Dir, Base          string
	now                      time.Time
	Greeting, Lead, End, Why string
	Settings, Stop           string
	Places                   []laidPlace
}

type laidPlace struct {
	Name, Address string
	Sections      []section
	More          string
}

type section struct {
	Title string
	Items []laidItem
}

type laidItem struct {
	Title, Text, Meta, Lang, Address string
}

func (l *laid) place(p Place) laidPlace {
	place := laidPlace{Name: p.Name, Address: l.Base + p.Path}
	if p.Name == "" {
		place.Name, place.Address = l.Words.Say("digest.followed"), ""
	}
	for _, of := range []struct {
		key   string
		items []Item
	}{
		{"digest.needs", p.Needs}, {"digest.events", p.Events}, {"digest.offers", p.Offers}, {"digest.news", p.News}, {"digest.notices", p.Notices},
	} {
		if len(of.items) == 0 {
			continue
		}
		s := section{Title: l.Words.Say(of.key)}
		for _, i := range of.items {
			s.Items = append(s.Items, l.item(i))
		}
		place.Sections = append(place.Sections, s)
	}
	if p.More > 0 {
		place.More = l.Words.Say("digest.more", "Count", p.More)
	}
	return place
}

func (l *laid) item(i Item) laidItem {
	meta := []string{l.Words.Say("digest.by", "Name", i.Author)}
	if !i.Starts.IsZero() {
		meta = []string{l.Words.When(l.now, i.Starts.In(l.now.Location()))}
		if i.Venue != "" {
			meta = append(meta, i.Venue)
		}
	}
	if i.House != "" {
		i.Title = l.Words.Say("digest.house."+i.House, "Title", i.Title)
	}
	return laidItem{Title: i.Title, Text: i.Text, Lang: i.Language, Meta: strings.Join(meta, " · "), Address: l.Base + i.Path}
}

// text is the letter for those who read plain text: short lines, and addresses
// on lines of their own, so that every mail program makes links of them.
func (l *laid) text() string {
	var b strings.Builder
	say := func(parts ...string) {
		for _, p := range parts {
			b.WriteString(p)
		}
		b.WriteByte('\n')
	}
	say(l.Greeting, "\n\n", l.Lead)
	for _, p := range l.Places {
		say("\n== ", p.Name, " ==")
		for _, s := range p.Sections {
			say("\n", s.Title, "\n")
			for _, i := range s.Items {
				say("* ", i.Title)
				if i.Text != "" {
					say("  ", i.Text)
				}
				say("  ", i.Meta, "\n  ", i.Address, "\n")
			}
		}
		if p.More != "" {
			say(p.More, "\n", p.Address)
		}
	}
	say("\n", l.End, "\n\n-- \n", l.Why, "\n", l.Words.Say("letters.settings"), "\n", l.Settings, "\n", l.Words.Say("letters.stop"), "\n", l.Stop)
	return b.String()
}

// sheet is the letter for those who read HTML: no pictures, nothing that is
// fetched, one column.
var sheet = template.Must(template.New("").Parse(`<!doctype html>
<html lang="{{.Lang}}" dir="{{.Dir}}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"></head>
<body style="margin:0 auto;padding:16px;max-width:38em;font:17px/1.5 system-ui,sans-serif">
<p>{{.Greeting}}</p><p>{{.Lead}}</p>
{{range .Places}}<h2 dir="auto">{{if .Address}}<a href="{{.Address}}">{{.Name}}</a>{{else}}{{.Name}}{{end}}</h2>
{{range .Sections}}<h3>{{.Title}}</h3><ul>
{{range .Items}}<li style="margin-block-end:12px"><a href="{{.Address}}"><strong dir="auto"{{with .Lang}} lang="{{.}}"{{end}}>{{.Title}}</strong></a>{{if .Text}}<br><span dir="auto"{{with .Lang}} lang="{{.}}"{{end}}>{{.Text}}</span>{{end}}<br><small>{{.Meta}}</small></li>
{{end}}</ul>{{end}}{{with .More}}<p>{{.}}</p>{{end}}{{end}}
<p><strong>{{.End}}</strong></p><hr>
<p><small>{{.Why}}<br><a href="{{.Settings}}">{{.Words.Say "letters.settings"}}</a><br><a href="{{.Stop}}">{{.Words.Say "letters.stop"}}</a></small></p>
</body></html>
`))

func (l *laid) html() string {
	var b bytes.Buffer
	if err := sheet.Execute(&b, l); err != nil {
		return "" // the text says the same
	}
	return b.String()
}
