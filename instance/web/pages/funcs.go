package pages

import (
	"html/template"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"palier/instance/web/view"
	"palier/instance/web/words"
)

// funcs are what a template can call.
func (in *speaking) funcs() template.FuncMap {
	return template.FuncMap{
		"t":          func(key string) string { return in.Say(key) },
		"say":        in.Say,
		"sayHTML":    in.SayHTML,
		"number":     in.Number,
		"count":      func(i int) int { return i + 1 },
		"when":       in.when,
		"date":       in.Date,
		"exact":      in.Exact,
		"stamp":      func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"clock":      in.Clock,
		"answerSign": func(state string) string { return answerSigns[state] },
		"icon":       in.icon,
		"asset":      in.set.assets.Path,
		"avatar":     in.avatar,
		"circle":     func(a view.Audience) template.HTML { return in.bands[string(a)] },
		"sign":       func(a view.Audience) template.HTML { return in.icon(signs[a]) },
		"readers":    in.readers,
		"noticeSign": func(kind string) string { return noticeSigns[kind] },
		"posts":      in.posts,
		"card":       in.card,
		"quantity":   in.quantity,
		"moment":     in.moment,
		"alone":      in.alone,
		"skyline":    in.set.skyline,
		"problem":    in.problem,
		"problems":   in.problems,
		"invalid":    invalid,
		"foreign":    in.foreign,
		"dir":        words.Direction,
		"languages":  in.set.languages.All,
		"qr":         qrCode,
		"proofLine":  proofLine,
		"routeSign":  func(route string) string { return routeSigns[route] },
		"homeSign":   func(state string) string { return homeSigns[state] },
		"holdSign":   func(state string) string { return holdSigns[state] },
		"at":         func(handle string) string { return "@" + handle },
	}
}

// icon is a drawing beside a word; it says nothing by itself.
func (in *speaking) icon(name string) template.HTML {
	class := "icon"
	switch name {
	case "reply", "back", "next", "in", "out", "share":
		class += " icon-turns"
	}
	return template.HTML(`<svg class="` + class + `" aria-hidden="true"><use href="` + in.set.assets.Path("icons.svg") + `#` + name + `"/></svg>`)
}

// avatar is the picture of somebody, or their initials on a colour of their
// own. It says nothing that the name beside it does not.
func (in *speaking) avatar(p view.Person, size string) template.HTML {
	class := "avatar"
	if p.Kind == view.Place {
		class += " place"
	}
	if size != "" {
		class += " " + size
	}
	if p.Picture != "" {
		return template.HTML(`<img class="` + class + `" src="` + template.HTMLEscapeString(p.Picture) + `" alt="" width="96" height="96" loading="lazy" decoding="async">`)
	}
	tint := string(rune('0' + hash(p.Handle)%6))
	return template.HTML(`<span class="` + class + ` tint-` + tint + `" aria-hidden="true">` + template.HTMLEscapeString(initials(p)) + `</span>`)
}

// initials are the first letters of the first and the last word of a name.
func initials(p view.Person) string {
	name := p.Name
	if name == "" {
		name = p.Handle
	}
	fields := strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) })
	if len(fields) == 0 {
		return "·"
	}
	first, _ := utf8.DecodeRuneInString(fields[0])
	s := string(unicode.ToUpper(first))
	if len(fields) > 1 {
		last, _ := utf8.DecodeRuneInString(fields[len(fields)-1])
		s += string(unicode.ToUpper(last))
	}
	return s
}

// hash is FNV-1a, for colours and drawings that stay the same.
func hash(s string) uint32 {
	h := uint32(2166136261)
	for i := range len(s) {
		h = (h ^ uint32(s[i])) * 16777619
	}
	return h
}

// signs are the drawings of the circles.
var signs = map[view.Audience]string{
	view.ToBuilding: "building", view.ToNeighbourhood: "neighbourhood", view.ToAround: "around",
	view.ToPublic: "public", view.ToUnlisted: "public", view.ToFollowers: "followers", view.ToMentioned: "direct",
	view.ToMembers: "followers", view.ToDiscreet: "lock",
}

// noticeSigns are the drawings of the notices.
var noticeSigns = map[string]string{
	"mention": "pen", "reply": "reply", "reply-waits": "clock", "like": "thanks", "boost": "share",
	"follow": "plus", "request": "followers", "granted": "check", "poll": "check", "status": "bell",
	"home-proved": "check", "home-in-doubt": "clock", "home-lost": "alert",
	"purchase-agreed": "check", "purchase-missed": "info", "purchase-cancelled": "cross", "purchase-extended": "clock", "purchase-pick-up": "clock",
	"errand-asked": "plus", "errand-agreed": "check", "errand-cancelled": "cross",
	"ride-asked": "plus", "ride-agreed": "check", "ride-left": "cross", "ride-cancelled": "cross",
	"ask": "reply", "agreed": "check", "ask-cancelled": "cross", "ask-matched": "reply", "ask-unanswered": "alert",
	"loan-due": "clock", "loan-late": "clock", "loan-overdue": "alert", "loan-stuck": "alert",
	"question-asked": "direct", "question-answered": "reply", "campaign-check": "clock", "campaign-approved": "check", "campaign-returned": "reply", "weather-warning": "alert", "desk-waits": "clock", "host-tonight": "house", "escort-waits": "clock",
	"space-works": "building", "space-meetings": "clock", "space-documents": "copy", "space-incidents": "alert", "care-invited": "lock", "care-call": "clock", "care-door": "clock", "care-contact": "alert", "care-handed-on": "followers",
	"informant-volunteer": "plus", "informant-accepted": "check", "informant-declined": "cross", "informant-ending": "clock", "informant-ended": "clock",
	"informant-left": "clock", "informant-entrusted": "plus", "informant-handed-on": "followers",
	"informant-asked": "reply", "informant-answer": "reply", "informant-official": "alert",
	"housing-dropped": "cross", "housing-moved": "alert", "housing-taken": "alert",
	"help-ask": "followers", "help-yes": "check", "help-call": "alert", "help-over": "check", "help-coming": "check",
	"event-changed": "alert", "event-cancelled": "alert", "event-reminder": "clock", "event-place": "check", "event-guest": "plus", "event-photo": "info",
}

// holdSigns are the drawings of how far a hold is.
var holdSigns = map[string]string{
	"sending": "clock", "unanswered": "alert", "waiting": "clock", "held": "lock", "agreed": "pen", "placed": "house",
	"refused": "cross", "lapsed": "history", "withdrawn": "back", "dropped": "cross", "ended": "check",
}

// homeSigns are the drawings of how far a home is.
var homeSigns = map[string]string{
	"draft": "pen", "submitted": "clock", "vetted": "shield", "available": "house", "held": "lock", "placed": "person", "ending": "history", "closed": "cross",
}

// answerSigns are the drawings of how it stands with an invitation.
var answerSigns = map[string]string{
	"coming": "check", "waiting": "clock", "pending": "clock", "interested": "info", "declined": "cross", "unconfirmed": "clock",
}

// readers tells in one sentence who will read a post.
func (in *speaking) readers(c view.Choice) template.HTML {
	if alone := "choice." + string(c.Audience) + ".nowhere"; c.Place == "" && in.Has(alone) {
		return in.SayHTML(alone)
	}
	return in.SayHTML("choice."+string(c.Audience)+".sentence", "Count", c.Readers, "Place", c.Place)
}

// drawBands draws the sign and the words of each circle once.
func (in *speaking) drawBands() map[string]template.HTML {
	bands := make(map[string]template.HTML)
	for audience, sign := range signs {
		bands[string(audience)] = template.HTML(`<span class="circle hue-` + string(audience) + `">` + string(in.icon(sign)) + `<span>` +
			template.HTMLEscapeString(in.Say("circle."+string(audience))) + `</span></span>`)
	}
	return bands
}

// foreign names the language of a text that is not in the page's own.
func (in *speaking) foreign(tag string) string {
	base, _, _ := strings.Cut(strings.ToLower(tag), "-")
	if base == "" || base == in.Tag || !in.Has("language."+base) {
		return ""
	}
	return in.Say("language." + base)
}
