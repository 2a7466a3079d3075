package web

import (
	"net/http"
	"net/url"
	"regexp"

	"palier/instance/web/view"
)

// flashLife is how long a cookie waits for the next page, in seconds.
const flashLife = 60

// Flashes carries a word about what just happened to the next page, in a
// cookie of its own.
type Flashes struct {
	// Cookie is the cookie's name. Servers that share a host name need
	// different ones: cookies do not tell ports apart.
	Cookie string
	// Secure is set where the pages are served over TLS.
	Secure bool
}

// Set has f told on the next page this browser loads.
func (c Flashes) Set(w http.ResponseWriter, f view.Flash) {
	v := url.Values{"key": {f.Key}}
	if f.Undo != "" {
		v.Set("undo", f.Undo)
	}
	if f.AtOnce != "" {
		v.Set("at-once", f.AtOnce)
	}
	if f.Sent != "" {
		v.Set("sent", f.Sent)
	}
	http.SetCookie(w, c.cookie(url.QueryEscape(v.Encode()), flashLife))
}

var (
	flashKey  = regexp.MustCompile(`^[a-z]+([.-][a-z]+)*$`)
	flashUndo = regexp.MustCompile(`^/@[A-Za-z0-9_.@:-]+/[0-9]+/(delete|restore)$`)
	flashSent = regexp.MustCompile(`^(compose|reply-[0-9]+|\*)$`)
)

// Take returns what is to be told on this page, once, and nil for nothing. A
// cookie that cannot be ours counts as nothing.
func (c Flashes) Take(w http.ResponseWriter, r *http.Request) *view.Flash {
	held, err := r.Cookie(c.Cookie)
	if err != nil {
		return nil
	}
	http.SetCookie(w, c.cookie("", -1))
	text, err := url.QueryUnescape(held.Value)
	if err != nil {
		return nil
	}
	v, err := url.ParseQuery(text)
	if err != nil || !flashKey.MatchString(v.Get("key")) {
		return nil
	}
	f := &view.Flash{Key: v.Get("key")}
	if undo := v.Get("undo"); flashUndo.MatchString(undo) {
		f.Undo = undo
	}
	if at := v.Get("at-once"); flashUndo.MatchString(at) {
		f.AtOnce = at
	}
	if sent := v.Get("sent"); flashSent.MatchString(sent) {
		f.Sent = sent
	}
	return f
}

func (c Flashes) cookie(value string, seconds int) *http.Cookie {
	return &http.Cookie{Name: c.Cookie, Value: value, Path: "/", MaxAge: seconds, HttpOnly: true, Secure: c.Secure, SameSite: http.SameSiteLaxMode}
}
