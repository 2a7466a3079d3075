package web

import (
	"net/http"
	"slices"

	"palier/instance"
	"palier/instance/people"
	"palier/instance/web/view"
	"palier/instance/web/words"
)

// languageLife is how long a browser remembers the language of its pages, in
// seconds.
const languageLife = 365 * 24 * 60 * 60

// chooseLanguage changes the language of the pages: for a neighbour wherever
// they sign in, for a visitor in this browser.
func (s *Server) chooseLanguage(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	tag := r.PostFormValue("language")
	if !slices.ContainsFunc(s.set.Languages().All(), func(l *words.Language) bool { return l.Tag == tag }) {
		return &instance.Invalid{Field: "language", Code: "unknown"}
	}
	if a := me(r); a != nil {
		p := preferences(a)
		p.Locale = tag
		if err := s.People.SetPreferences(r.Context(), a.ID, p); err != nil {
			return err
		}
	}
	http.SetCookie(w, &http.Cookie{
		Name: s.languageCookie(), Value: tag, Path: "/", MaxAge: languageLife, HttpOnly: true, Secure: s.Site.Secure(), SameSite: http.SameSiteLaxMode,
	})
	to := back(r, "/")
	forProgram(w, to)
	SeeOther(w, r, to)
	return nil
}

// speak answers in a language that was asked for, if we speak it.
func (s *Server) speak(r *http.Request, tag string) {
	for _, l := range s.set.Languages().All() {
		if l.Tag == tag {
			visitOf(r).language = l
		}
	}
}

func preferences(a *instance.Account) people.Preferences {
	return people.Preferences{Locale: a.Locale, Appearance: a.Appearance, TextSize: a.TextSize, DefaultAudience: a.DefaultAudience}
}

// tongues are the languages one can say that a post is in, each in its own
// words.
var tongues = []view.Option{
	{Value: "fr", Label: "français"}, {Value: "en", Label: "English"}, {Value: "ar", Label: "العربية"}, {Value: "uk", Label: "українська"},
	{Value: "br", Label: "brezhoneg"}, {Value: "ca", Label: "català"}, {Value: "de", Label: "Deutsch"}, {Value: "es", Label: "español"},
	{Value: "eu", Label: "euskara"}, {Value: "fa", Label: "فارسی"}, {Value: "he", Label: "עברית"}, {Value: "it", Label: "italiano"},
	{Value: "ja", Label: "日本語"}, {Value: "nl", Label: "Nederlands"}, {Value: "pl", Label: "polski"}, {Value: "ps", Label: "پښتو"},
	{Value: "pt", Label: "português"}, {Value: "ro", Label: "română"}, {Value: "ru", Label: "русский"}, {Value: "ti", Label: "ትግርኛ"},
	{Value: "tr", Label: "Türkçe"}, {Value: "vi", Label: "Tiếng Việt"}, {Value: "zh", Label: "中文"},
}

// tonguesWith are the languages to choose from. One that is chosen already and
// is none of ours can stay.
func tonguesWith(chosen string) []view.Option {
	options := make([]view.Option, 0, len(tongues)+1)
	known := chosen == ""
	for _, t := range tongues {
		t.Selected = t.Value == chosen
		known = known || t.Selected
		options = append(options, t)
	}
	if !known {
		options = append(options, view.Option{Value: chosen, Label: chosen, Selected: true})
	}
	return options
}
